#!/usr/bin/python3
"""That the programs `make bench` runs still measure something: each for a moment."""

import json
import os
import subprocess
import tempfile
import unittest

BUILD = os.path.join(os.environ.get("NETSANE_BUILDDIR", "."), "bench")
TIMEOUT = 120


class BenchPrograms(unittest.TestCase):
    def run_program(self, *command, **arguments):
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=TIMEOUT, check=False,
                              **arguments)
        self.assertEqual(done.returncode, 0, f"{command}: {done.stderr}")
        return done.stdout

    def frontend(self, *args):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in (("dll.conf", "test\n"), ("test.conf", "number_of_devices 1\n")):
                with open(os.path.join(folder, name), "w", encoding="ascii") as file:
                    file.write(text)
            return self.run_program(os.path.join(BUILD, "frontend"), *args, input="\n\n",
                                    env={**os.environ, "SANE_CONFIG_DIR": folder, "MALLOC_ARENA_MAX": "1",
                                         "ASAN_OPTIONS": "detect_leaks=0"})  # backends leave some behind

    def test_frontend_times_opens(self):
        times = json.loads(self.frontend("open", "test:0", "3"))["open_ms"]
        self.assertEqual(len(times), 3)
        self.assertGreater(min(times), 0)

    def test_frontend_times_scans(self):
        ready, line = self.frontend("scan", "test:0", "2", "60", "resolution=100", "mode=Color", "br-x=50.8").splitlines()
        self.assertEqual(ready, "ready")
        result = json.loads(line)
        self.assertGreaterEqual(result["cpu"], 0)
        self.assertEqual(len(result["scans"]), 2)
        for scan in result["scans"]:
            self.assertEqual(scan["bytes"], 200 * 393 * 3)
            self.assertLess(scan["begin"], scan["first"])
            self.assertLessEqual(scan["first"], scan["end"])

    def test_micro_benchmarks_run(self):
        program = os.path.join(BUILD, "micro", "micro")
        if not os.path.exists(program):
            return  # configure has found no Google Benchmark, which is optional
        found = json.loads(self.run_program(program, "--benchmark_format=json", "--benchmark_min_time=0.001"))["benchmarks"]
        self.assertTrue(found)
        self.assertEqual([each for each in found if each.get("error_occurred")], [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
