"""The rows of the table: what was measured, what it should be, and both as text and JSON."""

import json
import statistics


def median(values):
    values = list(values)
    return statistics.median(values) if values else None


def number(value, digits=3):
    """Short, for people."""
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    if value == int(value) or abs(value) >= 1000:
        return f"{value:.0f}"
    return f"{value:.{digits}g}"


class Row:
    """One line of the table.

    bound and direction: the figure that `measured` has to be at most ("≤") or at least ("≥"). `measured` is netsaned's own
    figure unless it is a ratio or a difference.
    """

    def __init__(self, part, what, unit, direction, bound, *, of="figure", text=None):
        self.part, self.what, self.unit, self.direction, self.bound, self.of = part, what, unit, direction, bound, of
        self.target = text or f"{direction} {number(bound)} {unit if of == 'figure' else ''}".strip()
        self.saned = self.netsaned = self.measured = None
        self.note = ""
        self.samples = {}
        self.problem = None

    def fill(self, netsaned, saned=None, *, measured=None, note="", samples=None):
        self.netsaned, self.saned, self.note = netsaned, saned, note
        self.measured = netsaned if measured is None else measured
        self.samples = samples or {}
        return self

    @property
    def ratio(self):
        """netsaned over saned."""
        if self.of == "of itself":
            return self.measured
        if isinstance(self.saned, (int, float)) and isinstance(self.netsaned, (int, float)) and self.saned:
            return self.netsaned / self.saned
        return None

    @property
    def reached(self):
        if self.measured is None:
            return None
        return self.measured <= self.bound if self.direction == "≤" else self.measured >= self.bound

    def cells(self):
        reached = {None: f"not measured: {self.problem}" if self.problem else "not measured", True: "yes", False: "no"}[self.reached]
        return [self.what, self.unit, number(self.saned), number(self.netsaned), number(self.ratio), self.target, reached]

    def json(self):
        return {"part": self.part, "what": self.what, "unit": self.unit, "saned": self.saned, "netsaned": self.netsaned,
                "ratio": self.ratio, "measured": self.measured, "target": self.target, "direction": self.direction, "bound": self.bound,
                "reached": self.reached, "note": self.note, "problem": self.problem, "samples": self.samples}


HEAD = ["what", "unit", "saned + net", "netsaned", "ratio", "target", "reached"]


def markdown(rows):
    """A table that people can read as it is, too."""
    lines = [HEAD, *[row.cells() for row in rows]]
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEAD))]

    def text(cells):
        return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths)) + " |"

    notes = [f"- {row.what}: {row.note}" for row in rows if row.note]
    return "\n".join([text(HEAD), "|" + "|".join("-" * (width + 2) for width in widths) + "|",
                      *[text(line) for line in lines[1:]], "", *notes])


def write_json(path, machine, rows, micro):
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"machine": machine, "rows": [row.json() for row in rows], "micro": micro}, file, indent=1, ensure_ascii=False)
        file.write("\n")
