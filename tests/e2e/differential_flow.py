#!/usr/bin/python3
"""How an image flows: passes, pages, small and late reads, non-blocking reads, errors in its middle."""

import os

import harness

COLOR = ["--mode", "Color", "--test-picture", "Color pattern"]
ORDERS = ["RGB", "RBG", "GBR", "GRB", "BRG", "BGR"]
STATUSES = ["UNSUPPORTED", "CANCELLED", "DEVICE_BUSY", "INVAL", "EOF", "JAMMED", "NO_DOCS", "COVER_OPEN", "IO_ERROR",
            "NO_MEM", "ACCESS_DENIED"]
RUNS = 20


class Passes(harness.DifferentialTest):
    def test_three_passes_in_every_order_time_and_again(self):
        for order in ORDERS:
            with self.subTest(order=order):
                args = [*COLOR, "--three-pass=yes", "--three-pass-order", order, "--resolution", "75", "-v"]
                local = self.same(*args, code=0)
                for _ in range(RUNS - 1):
                    remote = self.remote.run("-d", self.remote_name("test:0"), *args)
                    self.compare(args, local, remote)

    def test_three_passes_of_other_sizes(self):
        for more in (["-x", "1", "-y", "1"], ["--resolution", "300", "-x", "60"], ["--hand-scanner=yes"],
                     ["--fuzzy-parameters=yes"], ["--read-limit=yes", "--read-limit-size", "99"]):
            with self.subTest(more=more):
                self.same(*COLOR, "--three-pass=yes", *more, "-v")


class Reads(harness.DifferentialTest):
    def test_read_limit(self):
        for limit in ("1", "2", "63", "4096", "65536"):
            for mode in ("Gray", "Color"):
                with self.subTest(limit=limit, mode=mode):
                    self.same("--mode", mode, "--test-picture", "Grid", "--read-limit=yes", "--read-limit-size", limit, code=0)

    def test_read_delay(self):
        for delay in ("1000", "20000", "200000"):
            with self.subTest(delay=delay):
                self.same(*COLOR, "--read-delay=yes", "--read-delay-duration", delay, code=0)

    def test_read_delay_and_limit(self):
        self.same(*COLOR, "--read-delay=yes", "--read-delay-duration", "20000", "--read-limit=yes", "--read-limit-size", "63",
                  "--three-pass=yes", code=0)

    def test_non_blocking_and_select(self):
        for flags in (["--non-blocking=yes"], ["--select-fd=yes"], ["--non-blocking=yes", "--select-fd=yes"]):
            for more in ([], ["--read-delay=yes", "--read-delay-duration", "20000"], ["--read-limit=yes", "--read-limit-size", "7"],
                         ["--three-pass=yes"], ["--depth", "16"]):
                with self.subTest(flags=flags, more=more):
                    self.same(*COLOR, *flags, *more, code=0)

    def test_every_error_status(self):
        for number, status in enumerate(STATUSES, start=1):
            for more in ([], COLOR, ["--non-blocking=yes"]):
                with self.subTest(status=status, more=more):
                    self.same(f"--read-return-value=SANE_STATUS_{status}", *more, code=0 if status == "EOF" else number)

    def test_every_error_status_under_the_backend_test(self):
        for status in STATUSES:
            with self.subTest(status=status):
                self.same("-T", f"--read-return-value=SANE_STATUS_{status}")


class Feeder(harness.DifferentialTest):
    FEEDER = ["--source", "Automatic Document Feeder"]

    def batch(self, *args):
        """Runs a batch on both sides in folders of their own and compares the pages; returns their names."""
        folders = []
        for side in ("local", "remote"):
            folder = os.path.join(self.folder, side + str(len(os.listdir(self.folder))))
            os.mkdir(folder)
            folders.append(folder)
        local = harness.run_local(self.server.sane_dir, "-d", "test:0", *args, cwd=folders[0])
        remote = self.remote.run("-d", self.remote_name("test:0"), *args, cwd=folders[1])
        self.compare(args, local, remote)
        names = sorted(os.listdir(folders[0]))
        self.assertEqual(sorted(os.listdir(folders[1])), names)
        for name in names:
            with open(os.path.join(folders[0], name), "rb") as one, open(os.path.join(folders[1], name), "rb") as two:
                self.assertEqual(harness.difference(one.read(), two.read()), "equal", f"{name} of {args}")
        return names

    def test_to_the_last_page(self):
        for more in ([], COLOR, [*COLOR, "--depth", "16"]):
            with self.subTest(more=more):
                self.assertEqual(len(self.batch("--batch=page%d.pnm", *self.FEEDER, *more)), 10)

    def test_to_the_last_page_in_three_passes(self):
        for _ in range(3):
            self.assertEqual(len(self.batch("--batch=page%d.pnm", *self.FEEDER, *COLOR, "--three-pass=yes")), 10)

    def test_to_the_last_page_with_slow_and_small_reads(self):
        for more in (["--read-delay=yes", "--read-delay-duration", "10000"], ["--read-limit=yes", "--read-limit-size", "63"],
                     ["--non-blocking=yes", "--select-fd=yes"]):
            with self.subTest(more=more):
                self.assertEqual(len(self.batch("--batch=page%d.pnm", *self.FEEDER, *COLOR, *more)), 10)

    def test_a_batch_of_some_pages(self):
        self.assertEqual(len(self.batch("--batch=page%d.png", "--format=png", "--batch-count=3", *self.FEEDER, *COLOR)), 3)
        self.assertEqual(len(self.batch("--batch=page%d.tif", "--format=tiff", "--batch-count=2", *COLOR)), 2)

    def test_a_batch_that_an_error_ends(self):
        self.batch("--batch=page%d.pnm", *self.FEEDER, "--read-return-value=SANE_STATUS_JAMMED")


if __name__ == "__main__":
    harness.main()
