#!/usr/bin/python3
"""Fails on an #include of src/ or plugins/ that goes against the order of the folders.

A folder may include itself, what RULES names for it, and what those may include. include/netsane and configure's config.h are for all.
And on a name of the standard library without its header: included by the file, or by what it includes of the project. A build
with precompiled headers wouldn't notice.
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
# Of the headers in src/CommonHeaders.hxx: names that are theirs alone, or nearly so.
NAMES = {
    "algorithm": r"(?:ranges::)?(?:min|max|clamp|copy(?:_n|_if)?|fill(?:_n)?|find(?:_if|_if_not)?|any_of|all_of|none_of|sort|equal|"
                 r"reverse|count(?:_if)?|transform|remove_if|search|mismatch|lower_bound|upper_bound|rotate|unique|"
                 r"(?:min|max)_element|replace|partition|for_each|binary_search)",
    "array": "array",
    "chrono": "chrono",
    "cstddef": "(?:size_t|byte|ptrdiff_t|nullptr_t|to_integer)",
    "cstdint": r"u?int(?:8|16|32|64|ptr|max)_t",
    "cstring": "(?:mem(?:cpy|cmp|set|move|chr)|str(?:len|cmp|ncmp|error|chr|rchr|str))",
    "deque": "deque",
    "exception": "(?:exception|exception_ptr|current_exception|rethrow_exception|terminate)",
    "functional": "(?:function|less|greater|hash|invoke|reference_wrapper|ref|cref)",
    "map": "(?:map|multimap)",
    "memory": "(?:unique_ptr|shared_ptr|weak_ptr|make_unique|make_shared|addressof)",
    "optional": "(?:optional|nullopt|make_optional)",
    "set": "(?:set|multiset)",
    "span": "(?:span|as_bytes|as_writable_bytes)",
    "stdexcept": "(?:runtime_error|logic_error|invalid_argument|out_of_range|length_error|domain_error|overflow_error)",
    "string": "(?:string|to_string|stoi|stoul|getline)",
    "string_view": "string_view",
    "system_error": "(?:system_error|error_code|error_condition|generic_category|system_category|errc)",
    "utility": r"(?:move|forward|exchange|swap|pair|make_pair|as_const|in_place|cmp_\w+)",
    "variant": "(?:variant|visit|monostate|get_if|holds_alternative)",
    "vector": "vector",
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


def read(path, files={}):
    """The text without literals and comments, and (kind, target) of each include."""
    if path not in files:
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read()
        files[path] = re.sub(r'"(?:[^"\\\n]|\\.)*"|//[^\n]*', "", text), [(kind, target) for _, kind, target in includes(path)]
    return files[path]


def standard_headers(path, top, seen):
    """Those that a file includes, by itself or by what it includes of the project."""
    found = set()
    if path in seen:
        return found
    seen.add(path)
    for kind, target in read(path)[1]:
        if kind == "<":
            found.add(target)
            continue
        for base in (os.path.join(top, "src"), os.path.dirname(path), top, os.path.join(top, "include"), os.path.join(top, "plugins")):
            inner = os.path.join(base, target)
            if os.path.exists(inner):
                found |= standard_headers(os.path.realpath(inner), top, seen)
                break
    return found


def missing_headers(path, top):
    there = standard_headers(os.path.realpath(path), top, set())
    for header, names in NAMES.items():
        if header not in there and (match := re.search(rf"\bstd::{names}\b", read(os.path.realpath(path))[0])):
            yield f"{match[0]} without <{header}>"


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
            if path.endswith("xx"):
                faults += [f"{os.path.relpath(path, top)}: {missing}" for missing in missing_headers(path, os.path.abspath(top))]
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
