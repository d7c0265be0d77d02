#!/usr/bin/python3
"""`make bench`: saned and netsaned side by side on loopback, with SANE's test backend; a table (bench.md), bench.json and
bench.png.

    bench.py OUTPUT_FOLDER [PART]      all of it, or latency, throughput, connections or micro

The environment is that of the end-to-end tests (tests/e2e/harness.py). Says what is missing and goes on with the rest. Ends
with 0 if everything asked for was measured, whatever came out.
"""

import contextlib
import datetime
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "tests", "e2e"))

import harness  # noqa: E402
import idle_connections  # noqa: E402
import latency  # noqa: E402
import micro  # noqa: E402
import peers  # noqa: E402
import report  # noqa: E402
import throughput  # noqa: E402

PARTS = {"latency": latency, "throughput": throughput, "connections": idle_connections, "micro": micro}


class Bench:
    """What the parts share: the installed programs, a folder for everything that is started, and its end."""

    def __init__(self):
        self.stack = contextlib.ExitStack()
        self.stage = harness.Stage()
        self.stack.callback(self.stage.close)
        self.folder = tempfile.mkdtemp(prefix="netsane-bench-")
        self.stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
        self.complete = True

    def has_saned(self):
        return peers.SANED is not None

    def missing(self, text):
        self.complete = False
        print(f"bench: {text}", flush=True)

    @contextlib.contextmanager
    def peer(self, kind, *args, **arguments):
        made = kind(*args, self.folder, **arguments)
        try:
            yield made
        finally:
            made.close()

    def netsaned(self, **arguments):
        return self.peer(peers.Netsaned, self.stage, **arguments)

    def run(self, part):
        for measure, names in part.MEASUREMENTS.items():
            print(f"bench: {part.__name__}: {measure.__name__.removeprefix('measure_').replace('_', ' ')}", flush=True)
            try:
                measure(self)
            except (AssertionError, OSError, subprocess.SubprocessError) as error:
                for name in names:
                    part.ROWS[name].problem = str(error).splitlines()[0]
                self.missing(f"{measure.__name__} failed:\n{traceback.format_exc()}")


def machine():
    """What the figures depend on."""
    model = memory = ""
    with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
    with open("/proc/meminfo", encoding="ascii") as file:
        memory = f"{int(file.readline().split()[1]) / 1024 / 1024:.1f} GiB"
    return {"date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"), "processors": os.cpu_count(),
            "model": model, "memory": memory, "system": f"{platform.system()} {platform.release()} {platform.machine()}",
            "load": " ".join(f"{value:.2f}" for value in os.getloadavg()), "flags": os.environ.get("NETSANE_CXXFLAGS", ""),
            "command": "make bench" + (f" BENCH={sys.argv[2]}" if len(sys.argv) > 2 else "")}


def draw(json_path, chart_path):
    """By the first python3 here that has matplotlib: configure may have found one that hasn't."""
    if os.path.exists(chart_path):
        os.unlink(chart_path)
    for python in (sys.executable, "/usr/bin/python3"):
        if subprocess.run([python, "-c", "import matplotlib"], stderr=subprocess.DEVNULL, check=False).returncode == 0:
            subprocess.run([python, "-B", os.path.join(HERE, "chart.py"), json_path, chart_path], check=True)
            return chart_path
    return None


def main():
    if len(sys.argv) not in (2, 3) or sys.argv[2:] not in ([], *[[name] for name in PARTS]):
        raise SystemExit(f"usage: bench.py OUTPUT_FOLDER [{'|'.join(PARTS)}]")
    harness.adopt_orphans()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # whatever was started is ended on the way out
    bench = Bench()
    parts = [PARTS[name] for name in sys.argv[2:]] or list(PARTS.values())
    with bench.stack:
        if bench.stage.sanitizers:
            print("bench: a build with sanitizers says nothing about speed", flush=True)
        if not bench.has_saned():
            bench.missing("saned isn't here (Debian: sane-utils): netsaned is measured alone")
        about = machine()
        for part in parts:
            bench.run(part)
    rows = [row for part in parts for row in part.ROWS.values()]
    os.makedirs(sys.argv[1], exist_ok=True)
    json_path = os.path.join(sys.argv[1], "bench.json")
    report.write_json(json_path, about, rows, micro.RESULTS)
    text = report.document(about, rows, micro.text())
    with open(os.path.join(sys.argv[1], "bench.md"), "w", encoding="utf-8") as file:
        file.write(text)
    print(f"\n{text}\nfigures: {json_path}")
    if rows:
        chart = draw(json_path, os.path.join(sys.argv[1], "bench.png"))
        print(f"chart: {chart}" if chart else "chart: none, python3-matplotlib isn't here")
    return 0 if bench.complete else 1


if __name__ == "__main__":
    sys.exit(main())
