#!/usr/bin/python3
"""Listings and options: scanimage on test:0 shows the same locally and through the daemon."""

import re

import harness

BOOL = ["bool-soft-select-soft-detect", "bool-soft-select-soft-detect-emulated", "bool-soft-select-soft-detect-auto"]
ARRAY = "1,-5,[3]77,2147483647"
WORDS = ["-42", "-8", "0", "17", "42", "256", "65536", "16777216", "1073741824"]

# Option, values. A value may be out of the option's constraint: then both must say the same.
SETTABLE = [
    *[(name, ["yes", "no"]) for name in BOOL],
    ("bool-soft-select-soft-detect-auto", ["auto"]),
    ("int", ["0", "-1", "2147483647", "-2147483648", "4711"]),
    ("int-constraint-range", ["4", "5", "7", "192", "193", "3", "-9"]),
    ("int-constraint-word-list", [*WORDS, "41", "-9", "70000"]),
    ("int-constraint-array", ["5", "5mm", "1,2,3,4,5,6", ARRAY, "[0]1-[5]100", "1,2,3,4,5,6,7"]),
    ("int-constraint-array-constraint-range", ["6", "7dpi", "400", "4,6,8,10,12,14", "4,5,6,7,8,9", "4,6,1000,10,12,14", "[0]4-[5]192"]),
    ("int-constraint-array-constraint-word-list", ["17", "42%", "18", ",".join(WORDS[:6]), "17,18,19,20,21,22"]),
    ("int-inexact", ["5", "-3", "0"]),
    ("fixed", ["0", "-1.5", "3.14159", "32767.9", "-32768"]),
    ("fixed-constraint-range", ["-42.17", "0", "1", "3.3", "32767.9", "-43", "100000"]),
    ("fixed-constraint-word-list", ["-32.7", "12.1", "42", "129.5", "43", "0"]),
    ("string", ["", "a", "word and word", "\u00fc-umlaut", "x" * 96, "x" * 200]),
    ("string-constraint-string-list", ["First entry", "Second entry", "sec", "This is", "nothing", ""]),
    ("string-constraint-long-string-list", ["First entry", "3", "46", "47", "First", "F"]),
]
READ_ONLY = ["bool-hard-select-soft-detect", "bool-hard-select", "bool-soft-detect"]
GAMMA = ["red-gamma-table", "green-gamma-table", "blue-gamma-table", "gamma-table"]
ORDINARY = [
    ("mode", ["Gray", "Color", "color", "G", "Lineart"]),
    ("depth", ["1", "8", "16", "7", "12", "100"]),
    ("hand-scanner", ["yes", "no", "maybe"]),
    ("resolution", ["1", "50", "75.4", "1200", "1201", "0", "-1"]),
    ("source", ["Flatbed", "Automatic Document Feeder", "Auto", "Nowhere"]),
    ("test-picture", ["Solid black", "Solid white", "Color pattern", "Grid", "Solid"]),
    ("read-limit", ["yes", "no"]),
    ("read-delay", ["yes", "no"]),
    ("read-return-value", ["Default", "SANE_STATUS_JAMMED"]),
    ("ppl-loss", ["0", "128", "129", "-128"]),
    ("fuzzy-parameters", ["yes", "no"]),
    ("non-blocking", ["yes", "no"]),
    ("select-fd", ["yes", "no"]),
    ("enable-test-options", ["yes", "no"]),
]


class Options(harness.DifferentialTest):
    def test_listing_shows_the_server_s_devices(self):
        local = harness.run_local(self.server.sane_dir, "-L", cwd=self.folder)
        remote = self.remote.run("-L")
        self.assertIn(b"test:0", local.out)
        self.assertIn(f"netsane:{self.server.address}:test:1".encode(), remote.out)
        self.compare(["-L"], local, remote)

    def test_formatted_listing(self):
        layout = "%i|%d|%v|%m|%t%n"
        local = harness.run_local(self.server.sane_dir, "-f", layout, cwd=self.folder)
        self.assertEqual(local.out.count(b"\n"), 2)
        self.compare(["-f", layout], local, self.remote.run("-f", layout))

    def test_all_options(self):
        plain = self.same("-A", code=0)
        self.assertIn(b"--int-inexact <int> [inactive]", plain.out)
        self.same("-A", device="test:1", code=0)
        enabled = self.same("--enable-test-options=yes", "-A", code=0)
        self.assertNotEqual(plain.out, enabled.out)
        self.assertIn(b"--int-inexact <int> [67]", enabled.out)

    def test_all_options_after_reloads(self):
        self.same("--mode", "Color", "-A", code=0)
        self.same("--mode", "Color", "--three-pass=yes", "--depth", "16", "-A", code=0)
        self.same("--hand-scanner=yes", "-A", code=0)
        self.same("--read-limit=yes", "--read-limit-size", "63", "--read-delay=yes", "--read-delay-duration", "3000",
                  "-A", code=0)
        self.same("--enable-test-options=yes", "--enable-test-options=no", "--mode", "Color", "--mode", "Gray", "-A", code=0)

    def test_help(self):
        self.same("-h")

    def test_ordinary_options(self):
        for name, values in ORDINARY:
            for value in values:
                with self.subTest(name=name, value=value):
                    self.same(f"--{name}={value}", "-A")

    def test_every_settable_test_option(self):
        for name, values in SETTABLE:
            for value in values:
                with self.subTest(name=name, value=value[:20]):
                    self.same("--enable-test-options=yes", f"--{name}={value}", "-A")

    def test_the_settings_really_arrive(self):
        result = self.same("--enable-test-options=yes", "--int=4711", "--int-inexact=5", "--fixed=-1.5", "--string=hello",
                           "--bool-soft-select-soft-detect-auto=auto", "-A", code=0)
        for text in (b"--int <int> [4711]", b"--int-inexact <int> [6]", b"--fixed <float> [-1.5]",
                     b"--string <string> [hello]"):
            self.assertIn(text, result.out)
        self.assertIn(b"rounded value of int-inexact from 5 to 6", result.err)

    def test_options_that_cannot_be_set(self):
        for name in READ_ONLY:
            with self.subTest(name=name):
                self.same("--enable-test-options=yes", f"--{name}=yes", "-A")
        for name in ("three-pass=yes", "read-limit-size=3", "invert-endianess=yes", "int=3", "string=x", "button"):
            with self.subTest(name=name):
                self.same(f"--{name}", "-A")

    def test_buttons(self):
        # What pressing them prints goes to the backend's own process, which is another one on each side.
        self.same("--enable-test-options=yes", "--button", "-A", code=0)
        self.same("--print-options", "-n", code=0, ignore_err=True)

    def test_gamma_tables(self):
        table = re.compile(rb"--(red-|green-|blue-|)gamma-table.*")
        for name in GAMMA:
            last = 4095 if name == "gamma-table" else 255
            for value in (f"[0]0-[{last}]255", "1,2,3", f"[{last}]300", f"[{last + 1}]1"):
                with self.subTest(name=name, value=value):
                    args = ["--enable-test-options=yes", f"--{name}={value}", "-A"]
                    local = harness.run_local(self.server.sane_dir, "-d", "test:0", *args, cwd=self.folder)
                    remote = self.remote.run("-d", self.remote_name("test:0"), *args, cwd=self.folder)
                    # The test backend prints some tables on standard output of the process it lives in.
                    mark = b"\nAll options specific"
                    local.out = local.out[max(local.out.find(mark), 0):] if mark in local.out else b""
                    self.compare(args, local, remote)
                    if local.code == 0:
                        self.assertEqual(len(table.findall(remote.out)), 4)

    def test_geometry(self):
        for args in (["-l", "10", "-t", "20", "-x", "30", "-y", "40"], ["-x", "0"], ["-l", "200", "-x", "200"],
                     ["-l", "-5"], ["-t", "3.7", "-y", "1000"], ["-l", "20.5cm"]):
            with self.subTest(args=args):
                self.same(*args, "-A")

    def test_a_device_that_does_not_exist(self):
        local = harness.run_local(self.server.sane_dir, "-d", "test:7", "-A", cwd=self.folder)
        remote = self.remote.run("-d", self.remote_name("test:7"), "-A", cwd=self.folder)
        self.assertEqual(local.code, 1)
        self.compare(["-d", "test:7"], local, remote)

    def test_the_first_device_and_a_backend_s_name(self):
        local = harness.run_local(self.server.sane_dir, "-A", "-d", "test", cwd=self.folder)
        remote = self.remote.run("-A", "-d", self.remote_name("test"), cwd=self.folder)
        self.compare(["-d", "test"], local, remote)
        local = harness.run_local(self.server.sane_dir, "--resolution=30", cwd=self.folder)
        self.compare(["no device named"], local, self.remote.run("--resolution=30", cwd=self.folder))


if __name__ == "__main__":
    harness.main()
