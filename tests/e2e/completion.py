#!/usr/bin/python3
"""The shells' completions, as installed: bash's is asked what it would put there, zsh's is looked at and, where zsh is, run."""

import os
import re
import shutil
import subprocess
import unittest

import harness

COMPLETE = """\
source "$1"
COMP_LINE=$2 COMP_POINT=${#2}
read -r -a COMP_WORDS <<<"$2"
[[ $2 == *" " ]] && COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
spec=$(complete -p netsane) || exit 1
function=${spec#*-F }
"${function%% *}" netsane "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


def installed(variable, name):
    return os.environ["NETSANE_STAGE"] + os.path.join(os.environ[variable], name)


class Completion(harness.EndToEndTest):
    def setUp(self):
        super().setUp()
        program = installed("NETSANE_BINDIR", "netsane")
        self.env = {"PATH": os.path.dirname(program) + ":" + os.environ.get("PATH", "/usr/bin:/bin"), "HOME": self.folder,
                    "LANG": "C", "LD_LIBRARY_PATH": self.stage.lib, "SANE_CONFIG_DIR": self.folder,
                    **self.stage.sanitizer_env(os.path.join(self.folder, "sanitizer"), leaks=True)}
        datadir = os.environ["NETSANE_STAGE"] + os.environ["NETSANE_DATADIR"]
        self.bash = os.path.join(datadir, "bash-completion", "completions", "netsane")
        self.zsh = os.path.join(datadir, "zsh", "site-functions", "_netsane")

    def run_program(self, *command):
        return subprocess.run(command, env=self.env, cwd=self.folder, capture_output=True, text=True, timeout=60, check=False)

    def completed(self, line, shell="bash"):
        run = self.run_program(shell, "--norc", "--noprofile", "-c", COMPLETE, "bash", self.bash, line)
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        return run.stdout.split("\n")[:-1]

    def helped(self, *words):
        return self.run_program("netsane", *words, "--help").stdout

    def test_bash_offers_all_commands(self):
        commands = re.findall(r"^  (\w+) ", self.helped().split("Subcommands:\n")[1].split("\n\n")[0], flags=re.M)
        self.assertIn("trace", commands)
        self.assertEqual(self.completed("netsane "), commands)
        self.assertEqual(self.completed("netsane pro"), ["probe"])
        self.assertEqual(self.completed("netsane nothing-like-it"), [""])

    def test_bash_offers_all_options_of_each_command(self):
        for command in self.completed("netsane "):
            with self.subTest(command=command):
                text = self.helped(command).split("\n\nExamples:")[0]
                expected = set(re.findall(r"^ +(?:-\w,)?(--[a-z][a-z-]*)", text, flags=re.M))
                self.assertIn("--help", expected)
                self.assertEqual(set(self.completed(f"netsane {command} --")), expected)

    def test_bash_offers_files_where_one_is_wanted(self):
        for name in ("one.nstrace", "two files", "other"):
            harness.write_file(os.path.join(self.folder, name), "")
        self.assertEqual(self.completed("netsane trace one"), ["one.nstrace"])
        self.assertEqual(self.completed("netsane trace tw"), ["two files"])
        self.assertEqual(sorted(self.completed("netsane probe --ca o")), ["one.nstrace", "other"])

    def test_bash_has_no_more_than_what_is_behind_the_last_colon(self):
        # Whoever has bash's usual word breaks; the program is one that knows a device.
        fake = os.path.join(self.folder, "bin")
        os.mkdir(fake)
        harness.write_file(os.path.join(fake, "netsane"), "#!/bin/sh\necho 'netsane:host:test:0'\n", 0o755)
        self.env["PATH"] = fake + ":" + self.env["PATH"]
        self.assertEqual(self.completed("netsane scan netsane:ho"), ["host:test:0"])
        self.assertEqual(self.completed("netsane scan netsane:host:test"), ["test:0"])
        self.assertEqual(self.completed("netsane scan net"), ["netsane:host:test:0"])

    def test_what_is_no_option_does_no_harm(self):
        for words in ([], ["--"], ["--", "netsane"], ["--", "netsane", "--", "--"], ["--", "netsane", "-", "-o", "="]):
            self.assertEqual(self.run_program("netsane", "complete", *words).returncode in (0, 2), True, words)

    @unittest.skipUnless(shutil.which("zsh"), "zsh isn't installed")
    def test_zsh_reads_it(self):
        run = self.run_program("zsh", "-f", "-n", self.zsh)
        self.assertEqual((run.returncode, run.stdout, run.stderr), (0, "", ""))
        script = ("_describe() { print -l -- ${(P)2} }; _files() { print files }; words=(netsane trac); CURRENT=2; "
                  f"f() {{ source {self.zsh} }}; f; words=(netsane trace ''); CURRENT=3; f")
        run = self.run_program("zsh", "-f", "-c", script)
        self.assertEqual((run.returncode, run.stdout, run.stderr), (0, "trace:Show a recorded session.\nfiles\n", ""))

    def test_zsh_is_installed_under_its_name(self):
        with open(self.zsh, encoding="ascii") as file:
            self.assertEqual(file.readline(), "#compdef netsane\n")


if __name__ == "__main__":
    harness.main()
