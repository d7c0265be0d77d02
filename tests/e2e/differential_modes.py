#!/usr/bin/python3
"""Images: every mode, depth, format, resolution and picture has the same bytes locally and through the daemon."""

import harness

SMALL = ["-x", "40", "-y", "30"]
WIDTH, HEIGHT = 157, 196  # of the default scan, in pixels
PICTURES = ["Solid black", "Solid white", "Color pattern", "Grid"]


class Modes(harness.DifferentialTest):
    def test_modes_and_depths(self):
        for mode in ("Gray", "Color"):
            for depth in ("1", "8", "16"):
                for picture in PICTURES:
                    with self.subTest(mode=mode, depth=depth, picture=picture):
                        # scanimage itself aborts on colour at depth 1: it must do so in the same way
                        code = 0 if (mode, depth) != ("Color", "1") else None
                        self.same("--mode", mode, "--depth", depth, "--test-picture", picture, code=code,
                                  ignore_err=code is None)

    def test_formats(self):
        for layout in ("pnm", "tiff", "png", "jpeg"):
            for mode in ("Gray", "Color"):
                for depth in ("8", "16"):
                    if layout == "jpeg" and depth == "16":
                        continue
                    with self.subTest(layout=layout, mode=mode, depth=depth):
                        self.same("--format", layout, "--mode", mode, "--depth", depth, "--test-picture", "Color pattern",
                                  *SMALL, code=0)

    def test_bytes_of_sixteen_bit_samples_swapped_by_the_backend(self):
        for layout in ("pnm", "tiff"):
            for value in ("yes", "no"):
                with self.subTest(layout=layout, value=value):
                    self.same("--format", layout, "--mode", "Color", "--depth", "16", f"--invert-endianess={value}",
                              "--test-picture", "Color pattern", *SMALL, code=0)

    def test_resolutions(self):
        for resolution in (1, 2, 3, 10, 37, 50, 72, 99, 100, 150, 300, 400, 599, 600, 1000, 1199, 1200):
            with self.subTest(resolution=resolution):
                self.same("--resolution", str(resolution), "--mode", "Color", "--test-picture", "Color pattern",
                          "-x", "15", "-y", "12", code=0)

    def test_geometry(self):
        for geometry in (["-l", "5", "-t", "7", "-x", "11", "-y", "13"], ["-l", "100", "-x", "3", "-y", "200"],
                         ["-x", "1", "-y", "1"], ["-x", "0", "-y", "0"], ["-l", "199", "-t", "199", "-x", "1", "-y", "1"]):
            with self.subTest(geometry=geometry):
                self.same(*geometry, "--mode", "Color", "--test-picture", "Grid")

    def test_a_large_page(self):
        self.same("--resolution", "300", "--mode", "Color", "--test-picture", "Color pattern", "-x", "200", "-y", "200", code=0)

    def test_hand_scanner(self):
        for mode in ("Gray", "Color"):
            for depth in ("8", "16"):
                for resolution in ("20", "75"):
                    with self.subTest(mode=mode, depth=depth, resolution=resolution):
                        self.same("--hand-scanner=yes", "--mode", mode, "--depth", depth, "--resolution", resolution,
                                  "--test-picture", "Color pattern", "-v")

    def test_pixels_lost_at_the_end_of_lines(self):
        # The backend fills what is lost with random numbers, and scanimage writes them out: they are not compared.
        for loss in (1, 8, 31, 128):
            for mode, channels in (("Gray", 1), ("Color", 3)):
                def kept(image, loss=loss, channels=channels):
                    data = image[-WIDTH * HEIGHT * channels:]
                    line, used = WIDTH * channels, (WIDTH - loss) * channels
                    lines = [data[at:at + used] for at in range(0, len(data), line)]
                    return image[:-len(data)] + b"".join(lines)

                with self.subTest(loss=loss, mode=mode):
                    result = self.same("--ppl-loss", str(loss), "--mode", mode, "--test-picture", "Grid", code=0, view=kept)
                    self.assertGreater(len(result.out), (WIDTH - loss) * HEIGHT * channels)

    def test_fuzzy_parameters(self):
        for mode in ("Gray", "Color"):
            with self.subTest(mode=mode):
                self.same("--fuzzy-parameters=yes", "--mode", mode, "--test-picture", "Color pattern", "-v", code=0)

    def test_verbose_texts(self):
        self.same("-v", "--mode", "Color", code=0)
        self.same("-v", "-v", "-v", "--mode", "Gray", "--depth", "1", code=0)

    def test_buffer_sizes(self):
        for size in ("1", "7", "64", "1024", "4096"):
            with self.subTest(size=size):
                self.same(f"-B{size}", "--mode", "Color", "--resolution", "100", "--test-picture", "Color pattern", code=0)

    def test_second_device(self):
        self.same("--mode", "Color", "--test-picture", "Grid", device="test:1", code=0)

    def test_output_file(self):
        for number in (1, 2):
            path = f"{self.folder}/page{number}.png"
            args = ["--mode", "Color", "--test-picture", "Grid", "-o", path]
            if number == 1:
                result = harness.run_local(self.server.sane_dir, "-d", "test:0", *args, cwd=self.folder)
            else:
                result = self.remote.run("-d", self.remote_name("test:0"), *args)
            self.assertEqual((result.code, result.out), (0, b""), repr(result))
        with open(f"{self.folder}/page1.png", "rb") as one, open(f"{self.folder}/page2.png", "rb") as two:
            self.assertEqual(one.read(), two.read())


class BackendTest(harness.DifferentialTest):
    """scanimage -T: reads of many sizes, each has to bring exactly that many bytes."""

    def test_reads_of_all_sizes(self):
        for args in ([], ["--mode", "Color"], ["--mode", "Color", "--depth", "16"], ["--depth", "1"],
                     ["--mode", "Color", "--resolution", "200"], ["--test-picture", "Grid"]):
            with self.subTest(args=args):
                local = self.same("-T", *args, code=0)
                self.assertGreater(local.err.count(b"PASS"), 10)
                self.assertNotIn(b"FAIL", local.err)


if __name__ == "__main__":
    harness.main()
