#!/usr/bin/python3
"""Draws bench.json: how far each figure is from its target. Needs matplotlib.

    chart.py bench.json bench.png
"""

import json
import sys

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402


def distance(row, value):
    """1 at the target, less where it is better."""
    if not isinstance(value, (int, float)) or value <= 0:
        return None
    return value / row["bound"] if row["direction"] == "≤" else row["bound"] / value


def main(source, target):
    with open(source, encoding="utf-8") as file:
        found = json.load(file)
    rows = [row for row in found["rows"] if distance(row, row["measured"])]
    rows.reverse()
    figure, axes = pyplot.subplots(figsize=(11, 1.2 + 0.45 * len(rows)))
    values = [distance(row, row["measured"]) for row in rows]
    bars = axes.barh(range(len(rows)), values, color=["#3a7d44" if row["reached"] else "#b5651d" for row in rows], height=0.6)
    theirs = [(i, distance(row, row["saned"])) for i, row in enumerate(rows) if row["measured"] == row["netsaned"]]
    theirs = [(i, value) for i, value in theirs if value]
    axes.plot([value for _, value in theirs], [i for i, _ in theirs], "k|", markersize=14, markeredgewidth=2, label="saned + net")
    for bar, row in zip(bars, rows):
        axes.annotate(f" {row['measured']:.3g} ({row['target']})", (bar.get_width(), bar.get_y() + bar.get_height() / 2), va="center",
                      fontsize=8)
    axes.axvline(1, color="black", linewidth=1)
    axes.set_xscale("log")
    axes.margins(x=0.25)
    axes.set_yticks(range(len(rows)), [row["what"] for row in rows])
    axes.set_xlabel("figure / target: left of 1 is better, logarithmic")
    machine = found["machine"]
    axes.set_title(f"netsaned, {machine['date']}, {machine['processors']} processors, {machine['system']}", fontsize=9)
    if theirs:
        axes.legend(loc="lower right", fontsize=8)
    figure.tight_layout()
    figure.savefig(target, dpi=110)


if __name__ == "__main__":
    main(*sys.argv[1:])
