#!/usr/bin/python3
"""Fails on an #include of src/ or plugins/ that goes against the order of the folders.

A folder may include itself, what RULES names for it, and what those may include. include/netsane and configure's config.h are for all.
Usage: include_rules.py [top of the source tree]
"""

import os
import re
import sys

RULES = {
    "util": [],
    "os": ["util"],
    "sandbox": ["os"],
    "discovery": ["os"],
    "event": ["os"],
    "wire": ["util"],
    "protocol": ["wire"],
    "config": ["util", "os"],
    "plugin": ["os", "config"],
    "certificate": ["plugin"],
    "crypt": ["plugin"],
    "auth": ["plugin", "protocol"],
    "session": ["protocol", "crypt", "auth"],
    "device": ["protocol", "os"],
    "trace": ["session", "os"],
    "client": ["session", "trace", "event", "os", "discovery"],
    "backend": ["client"],
    "tool": ["backend", "client", "config", "certificate"],
}
EVERYTHING = ["daemon"]  # the only folder that sees all others
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')
SOURCE = (".c", ".h", ".cxx", ".hxx", ".in")


def reachable(folder):
    """All that a folder may include, itself among it."""
    found, left = set(), [folder]
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += RULES.get(name, [])
    return found


def includes(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, start=1):
            match = INCLUDE.match(line)
            if match:
                yield number, match[1], match[2]


def sources(top):
    for folder, _, names in os.walk(top):
        for name in sorted(names):
            if name.endswith(SOURCE):
                yield os.path.join(folder, name)


def judge(folder, kind, target, path, known):
    """The reason why `path`, a file of the folder `folder`, may not include `target`, or None."""
    top = target.split("/")[0]
    if top == "netsane":
        return None
    if ".." in target.split("/"):
        return "goes upwards; name the file from src/ on"
    if kind == "<":
        return "is the project's own, use quotes" if "/" in target and top in known else None
    if top == "common":
        return None if folder in (None, "tool") else "plugins/auth/common is for auth methods and src/tool"
    if folder is None and target != "config.h":
        beside = os.path.exists(os.path.join(os.path.dirname(path), target))
        return None if beside else "plugins include nothing but include/netsane and the files beside them"
    if target == "config.h" or "/" not in target:
        return None
    if top not in known:
        return f"{top} is no folder of src/"
    if folder in EVERYTHING or top in reachable(folder):
        return None
    return f"{folder} may include {', '.join(sorted(reachable(folder) - {folder})) or 'nothing'}"


def main():
    top = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("NETSANE_SRCDIR", ".")
    source_top = os.path.join(top, "src")
    known = {name for name in os.listdir(source_top) if os.path.isdir(os.path.join(source_top, name))}
    faults, count = [], 0
    for folder in sorted(known - set(RULES) - set(EVERYTHING)):
        faults.append(f"src/{folder}: no rule says what this folder may include")
    for base in (source_top, os.path.join(top, "plugins")):
        for path in sources(base):
            parts = os.path.relpath(path, base).split(os.sep)
            folder = parts[0] if base == source_top and len(parts) > 1 else None
            for number, kind, target in includes(path):
                count += 1
                reason = judge(folder, kind, target, path, known)
                if reason:
                    faults.append(f"{os.path.relpath(path, top)}:{number}: {target}: {reason}")
    for fault in faults:
        print(fault)
    print(f"{count} includes read, {len(faults)} against the rules")
    if count == 0:
        return 1
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
