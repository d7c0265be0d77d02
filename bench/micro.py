"""The micro-benchmarks: codec, engines and crypt stream alone, without a socket. They have no targets; they show what changed."""

import json
import os
import subprocess

PROGRAM = os.path.join(os.environ.get("NETSANE_BUILDDIR", "."), "bench", "micro", "micro")
SECONDS = 0.2  # each, at the least
TIMEOUT = 300

ROWS = {}
RESULTS = []


def measure_micro(bench):
    if not os.path.exists(PROGRAM):
        bench.missing("no micro-benchmarks: configure hasn't found Google Benchmark (Debian: libbenchmark-dev)")
        return
    done = subprocess.run([PROGRAM, "--benchmark_format=json", f"--benchmark_min_time={SECONDS}"], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=TIMEOUT, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{PROGRAM}: {done.returncode} {done.stderr!r}")
    for each in json.loads(done.stdout)["benchmarks"]:
        if each.get("error_occurred"):
            raise AssertionError(f"{each['name']}: {each['error_message']}")
        RESULTS.append({"name": each["name"], "cpu_ns": each["cpu_time"], "mb_per_s": each.get("bytes_per_second", 0) / 1e6 or None})


def text():
    width = max((len(result["name"]) for result in RESULTS), default=0)
    return "\n".join(f"{result['name'].ljust(width)} {result['cpu_ns']:14.0f} ns"
                     + (f" {result['mb_per_s']:10.0f} MB/s" if result["mb_per_s"] else "") for result in RESULTS)


MEASUREMENTS = {measure_micro: []}
