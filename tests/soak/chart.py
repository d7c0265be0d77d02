#!/usr/bin/python3
"""Draws soak.json: what the daemon used over time, and when it was disturbed. Needs matplotlib.

    chart.py soak.json soak.png
"""

import json
import sys

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402


def main(source, target):
    with open(source, encoding="utf-8") as file:
        found = json.load(file)
    times, kept, total, descriptors, processes = zip(*found["samples"])
    figure, (memory, files, scans) = pyplot.subplots(3, 1, sharex=True, figsize=(12, 9))
    memory.plot(times, [kib / 1024 for kib in total], color="#b0b0b0", label="all processes")
    memory.plot(times, [kib / 1024 for kib in kept], color="#3a7d44", label="supervisor, session, auth")
    memory.set_ylabel("memory (PSS), MiB")
    memory.set_ylim(bottom=0)
    files.plot(times, descriptors, color="#4477aa", label="descriptors")
    files.plot(times, processes, color="#b5651d", label="processes")
    files.set_ylabel("open at the moment")
    files.set_ylim(bottom=0)
    scans.plot(found["whole_at"], range(1, len(found["whole_at"]) + 1), color="#3a7d44", label="scans, byte for byte as locally")
    scans.plot(found["failed_at"], range(1, len(found["failed_at"]) + 1), color="#aa3333", label="scans that a fault hit")
    scans.set_ylabel("scans until then")
    scans.set_xlabel("seconds; a line for each fault that hits everybody")
    for axes in (memory, files, scans):
        for when in found["everybody_hit_at"]:
            axes.axvline(when, color="#dddddd", linewidth=0.8, zorder=0)
        axes.legend(loc="upper left", fontsize=8)
    figure.suptitle(found["title"], fontsize=10)
    figure.tight_layout()
    figure.savefig(target, dpi=110)


if __name__ == "__main__":
    main(*sys.argv[1:])
