#!/usr/bin/python3
"""A photograph: the pnm backend serves a picture that this test makes, byte for byte the same over the network."""

import math
import os
import random
import shutil
import tempfile

import harness

WIDTH = 1500
HEIGHT = 1000


def photograph():
    """A picture with smooth areas, edges and noise as a camera makes it; the same in every run. RGB, 8 bits."""
    noise = random.Random(1997).randbytes(1 << 16)
    across = [math.sin(x / 97.0) * 40 for x in range(WIDTH)]
    lines = bytearray()
    for y in range(HEIGHT):
        down = 110 + math.cos(y / 61.0) * 50
        start = (y * 7919) & 0x7FFF
        line = bytearray(3 * WIDTH)
        for x in range(WIDTH):
            grain = (noise[start + x] & 15) - 8
            value = int(down + across[x]) + grain
            if (x // 250 + y // 200) & 1:
                value = 255 - value
            value = 0 if value < 0 else 255 if value > 255 else value
            line[3 * x] = value
            line[3 * x + 1] = (value * 3 + y) & 255
            line[3 * x + 2] = noise[(start + x) ^ 0x5555]
        lines += line
    return bytes(lines)


class Photograph(harness.DifferentialTest):
    @classmethod
    def prepare(cls, server):
        cls.pictures = tempfile.mkdtemp(prefix="netsane-pictures-")
        cls.addClassCleanup(shutil.rmtree, cls.pictures, ignore_errors=True)
        os.chmod(cls.pictures, 0o755)
        cls.picture = photograph()
        cls.path = os.path.join(cls.pictures, "photo.ppm")
        with open(cls.path, "wb") as file:
            file.write(b"P6\n%d %d\n255\n" % (WIDTH, HEIGHT) + cls.picture)
        cls.gray = os.path.join(cls.pictures, "photo.pgm")
        with open(cls.gray, "wb") as file:
            file.write(b"P5\n%d %d\n255\n" % (WIDTH, HEIGHT) + cls.picture[::3])
        harness.write_file(os.path.join(server.sane_dir, "dll.conf"), "pnm\n")

    def scan(self, *args, **arguments):
        return self.same(*args, device="pnm:0", **arguments)

    def test_options(self):
        self.assertIn(b"--filename", self.scan("-A", code=0).out)

    def test_colour_photograph_is_the_file_s_bytes(self):
        result = self.scan(f"--filename={self.path}", code=0)
        self.assertEqual(result.out[-len(self.picture):], self.picture)
        self.assertIn(b"%d %d" % (WIDTH, HEIGHT), result.out[:200])

    def test_gray_photograph(self):
        result = self.scan(f"--filename={self.gray}", code=0)
        self.assertEqual(result.out[-WIDTH * HEIGHT:], self.picture[::3])
        self.scan(f"--filename={self.path}", "--grayify=yes", code=0)

    def test_other_formats(self):
        for layout in ("png", "tiff", "jpeg"):
            with self.subTest(layout=layout):
                self.scan(f"--filename={self.path}", "--format", layout, code=0)

    def test_enhancement_and_gamma(self):
        self.scan(f"--filename={self.path}", "--brightness=20", "--contrast=-30", code=0)
        self.scan(f"--filename={self.path}", "--custom-gamma=yes", "--red-gamma-table=[0]255-[255]0", code=0)

    def test_three_passes_and_hand_scanner(self):
        self.scan(f"--filename={self.path}", "--three-pass=yes", "-v")
        self.scan(f"--filename={self.path}", "--hand-scanner=yes", "-v", code=0)

    def test_errors_after_the_first_read(self):
        for status in ("eof", "jammed", "nodocs", "coveropen", "ioerror", "nomem", "accessdenied"):
            with self.subTest(status=status):
                self.scan(f"--filename={self.path}", f"--status-{status}=yes", "-v")

    def test_a_file_that_is_not_there(self):
        self.scan(f"--filename={self.path}.missing")

    def test_test_of_the_backend(self):
        self.scan(f"--filename={self.path}", "-T")


if __name__ == "__main__":
    harness.main()
