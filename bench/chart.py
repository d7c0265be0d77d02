#!/usr/bin/python3
"""Draws bench.json: how far each figure is from its target. Needs matplotlib.

    chart.py bench.json bench.png
"""

import json
import sys

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot, ticker  # noqa: E402


def distance(row, value):
    """1 at the target, less where it is better."""
    if not isinstance(value, (int, float)) or value <= 0:
        return None
    return value / row["bound"] if row["direction"] == "≤" else row["bound"] / value


def saned(row):
    """Where saned stands, or None."""
    if row["of"] == "figure":
        return distance(row, row["saned"])
    return distance(row, 1) if row["of"] == "saned" and row["saned"] else None


def text(row):
    unit = row["unit"] if row["of"] == "figure" else "×"
    return f"{row['measured']:.3g} {unit}, target {row['direction']} {row['bound']:g}"


def main(source, target):
    with open(source, encoding="utf-8") as file:
        found = json.load(file)
    rows = [row for row in found["rows"] if distance(row, row["measured"])]
    rows.reverse()
    figure, axes = pyplot.subplots(figsize=(12, 1.4 + 0.42 * len(rows)))
    for i, row in enumerate(rows):
        value = distance(row, row["measured"])
        axes.barh(i, value - 1, left=1, height=0.6, color="#3a7d44" if row["reached"] else "#b5651d")
        axes.annotate(text(row), (1.01, i), xycoords=("axes fraction", "data"), va="center", fontsize=8)
        if saned(row):
            axes.plot(saned(row), i, "k|", markersize=14, markeredgewidth=2)
    axes.plot([], [], "k|", markersize=10, markeredgewidth=2, label="saned + net")
    axes.axvline(1, color="black", linewidth=1)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(ticker.StrMethodFormatter("{x:g}"))
    axes.set_yticks(range(len(rows)), [row["what"] for row in rows], fontsize=8)
    axes.set_xlabel("times the target; left of 1 it is reached")
    machine = found["machine"]
    axes.set_title(f"netsaned, {machine['date']}, {machine['processors']} processors, {machine['system']}", fontsize=9)
    axes.legend(loc="lower right", fontsize=8)
    figure.tight_layout()
    figure.savefig(target, dpi=110)


if __name__ == "__main__":
    main(*sys.argv[1:])
