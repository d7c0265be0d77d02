#!/usr/bin/python3
"""doc/messages.md against the sources: no message there that nothing says, and each is there that
the log warns with or that ends a command.

A message stands in the first column of a table, between backticks; "…" is what differs.
"""

import glob
import os
import re
import unittest

TOP = os.environ.get("NETSANE_SRCDIR") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
LITERAL = r'"(?:[^"\\\n]|\\.)*"'
# Said by a plugin, or made from what another line says.
ELSEWHERE = {"daemon/DaemonPluginServices.cxx", "daemon/Log.cxx", "daemon/LogSinks.cxx"}
SHORTEST = 6  # what is left of a message between what differs; less says nothing


def text_of(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def joined(literals):
    """The text of literals that stand side by side."""
    return "".join(literal[1:-1] for literal in re.findall(LITERAL, literals)).replace('\\"', '"')


def sources():
    for folder in ("src", "plugins"):
        for path in sorted(glob.glob(os.path.join(TOP, folder, "**", "*.[ch]xx"), recursive=True)):
            yield os.path.relpath(path, os.path.join(TOP, "src")), text_of(path)


def said():
    """All texts in the sources."""
    texts = []
    for _, text in sources():
        texts += [joined(run) for run in re.findall(rf"{LITERAL}(?:\s*{LITERAL})*", text)]
        texts += re.findall(r'R"\((.*?)\)"', text)
    return texts


def arguments(text, start):
    """What stands between the bracket before `start` and its partner."""
    depth, at = 1, start
    while depth:
        literal = re.compile(LITERAL).match(text, at)
        if literal:
            at = literal.end()
            continue
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        at += 1
    return text[start:at - 1]


def calls(functions, folder=""):
    """(where, the longest text of it) for each call of them."""
    for name, text in sources():
        for call in re.finditer(rf"\b(?:{functions})\(", text) if name.startswith(folder) else ():
            runs = re.findall(rf"{LITERAL}(?:\s*{LITERAL})*", arguments(text, call.end()))
            longest = max((joined(run) for run in runs), key=len, default="")
            if name not in ELSEWHERE and len(longest.strip()) >= SHORTEST:
                yield f"src/{name}:{text.count(chr(10), 0, call.start()) + 1}", longest


def documented():
    for line in text_of(os.path.join(TOP, "doc", "messages.md")).splitlines():
        if line.startswith("| `"):
            yield from re.findall(r"`([^`]+)`", line.split(" | ")[0])


class Messages(unittest.TestCase):
    def test_each_is_said_by_something(self):
        texts = said()
        messages = list(documented())
        self.assertGreater(len(messages), 80, "the tables can't be read any more")
        for message in messages:
            for part in message.split("…"):
                part = part.strip(" :;,.()")
                if len(part) >= SHORTEST:
                    self.assertTrue(any(part in text for text in texts), f"{part!r} of {message!r} stands in no source")

    maxDiff = None

    def assert_documented(self, found, least):
        messages = list(documented())
        found = list(found)
        self.assertGreater(len(found), least, "the calls can't be found any more")
        missing = [f"{where}: {text!r}" for where, text in found
                   if not any(text.split("\\n")[0].strip(" :;,.()") in message for message in messages)]
        self.assertEqual([], missing, "not in doc/messages.md")

    def test_each_warning_and_error_of_the_log_is_there(self):
        self.assert_documented(calls("logWarning|logError"), 30)

    def test_what_ends_a_command_is_there(self):
        self.assert_documented(calls("ToolError", "tool/"), 50)


if __name__ == "__main__":
    unittest.main()
