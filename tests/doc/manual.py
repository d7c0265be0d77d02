#!/usr/bin/python3
"""The manual pages: without warnings of a linter, and with all that there is and nothing that there isn't.

Keys of configurations are taken from the sources that read them, options and commands from the programs' --help. In the pages
a key is the heading ".It Ic key = default" (".It Ic key = Ar something" where there is no default) below a heading that names
its section, an option ".It Fl -option", a command the heading ".Ss netsane command".
"""

import glob
import os
import re
import shutil
import subprocess
import unittest

TOP = os.environ.get("NETSANE_SRCDIR") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
PAGES = ["netsane.1", "netsane_printf.3", "netsane_scanf.3", "netsaned.conf.5", "sane-netsane.5", "netsane-plugin.7", "netsaned.8"]
# Read by a method's client role alone, from netsane.conf.
CLIENT_ONLY = {"crypt_tls": {"ca"}}


def source(*path):
    with open(os.path.join(TOP, *path), encoding="utf-8") as file:
        return file.read()


def page(name):
    return source("doc", "man", name + ".in")


def installed(variable, name=""):
    return os.environ["NETSANE_STAGE"] + os.path.join(os.environ[variable], name)


# --- what the pages say ------------------------------------------------------------------------------------------


def headings(text):
    """Yields the section (a heading .Sh or .Ss), and for each .It in it the heading's words and the text below."""
    section = ""
    for block in re.split(r"^(?=\.(?:Sh|Ss|It) )", text, flags=re.M):
        line, _, below = block.partition("\n")
        if line.startswith((".Sh ", ".Ss ")):
            section = line[4:]
        elif line.startswith(".It "):
            yield section, line[4:], below


def documented_keys(name):
    """{(section, key): (default, or None; text)}; the section of a key of none is ""."""
    result = {}
    for heading, words, below in headings(page(name)):
        match = re.fullmatch(r"Ic (\w+) = (.*)", words)
        if match:
            section = re.search(r"\[+(\w+)\]", heading)
            default = None if match[2].startswith("Ar ") else match[2].replace(r"\(dq", '"')
            result[section[1] if section else "", match[1]] = (default, below)
    return result


def documented_options(name, section=None):
    found = set()
    for heading, words, _ in headings(page(name)):
        if words.startswith("Fl ") and section in (None, heading):
            found |= set(re.findall(r"Fl -([a-z][a-z-]*)", words))
    return found


# --- what there is -----------------------------------------------------------------------------------------------


def server_keys():
    text = source("src", "config", "ServerConfig.cxx")
    sections = {"top": "", "sane": "sane", "section": "allow"}
    calls = re.findall(r'\b(\w+)\.read[A-Z]\w*\(\s*"(\w+)"', text) + re.findall(r'\bread[A-Z]\w*\((\w+),\s*"(\w+)"', text)
    return {(sections[receiver], key) for receiver, key in calls}


def method_keys(kind, name):
    keys = set()
    for file in glob.glob(os.path.join(TOP, "plugins", kind, name, "*.cxx")):
        text = source(file)
        keys |= set(re.findall(r'\bconfig\(host[\w.]*, "(\w+)"\)', text))
        keys |= set(re.findall(r'\b(?:value|has|certificates|privateKey)\("(\w+)"', text))
        if "HostPasswordFile::key" in text:
            keys |= set(re.findall(r'\*key = "(\w+)"', source("plugins", "auth", "common", "HostPasswordFile.hxx")))
    return {(f"{kind}_{name}", key) for key in keys - CLIENT_ONLY.get(f"{kind}_{name}", set())}


def methods():
    for kind in ("auth", "crypt"):
        for file in sorted(glob.glob(os.path.join(TOP, "plugins", kind, "*", f"{kind}_*.cxx"))):
            yield kind, os.path.basename(os.path.dirname(file))


def all_server_keys():
    return server_keys().union(*(method_keys(kind, name) for kind, name in methods()))


def client_keys():
    text = source("src", "config", "ClientConfig.cxx")
    keys = re.findall(r'^    \{"(\w+)", setMember<', text, flags=re.M) + re.findall(r'_key = "(\w+)";', text)
    return {("", key) for key in keys}


def installed_configuration():
    """{(section, key): (value, whether it is commented out)} of netsaned.conf.in, without its examples of rules."""
    result, section = {}, ""
    for line in source("packaging", "netsaned.conf.in").splitlines():
        head = re.fullmatch(r"\[(\w+)\]", line)
        key = re.match(r'(#?)(\w+) = (\[[^]]*\]|"[^"]*"|\S+)', line.replace("[::1]", "<::1>"))
        if head:
            section = head[1]
        elif line.startswith("#[[allow]]"):
            break
        elif key and not (key[1] and (section, key[2]) in result):  # a second one is another example
            result[section, key[2]] = (key[3].replace("<::1>", "[::1]"), bool(key[1]))
    return result


def installed_servers():
    """{("", key): value} of netsane.conf, where all is commented out."""
    found = re.findall(r"^#   (\w+) = (.+?)(?:  .*)?$", source("packaging", "sane.d", "netsane.conf"), flags=re.M)
    return {("", key): value for key, value in found}


def code_default(key):
    """The list that ServerConfig.hxx has for a key, as the file would write it."""
    match = re.search(rf"> {key} = \{{(.*)\}};", source("src", "config", "ServerConfig.hxx"))
    return f"[{match[1]}]" if match else None


def help_of(program, *arguments):
    run = subprocess.run([program, *arguments, "--help"], capture_output=True, text=True, timeout=60, check=True)
    return run.stdout


def options_in(text):
    return set(re.findall(r"^ +(?:-\w,)?--([a-z][a-z-]*)", text.split("\n\nExamples:")[0], flags=re.M))


def commands_in(text):
    return re.findall(r"^  (\w+) ", text.split("Subcommands:\n")[1].split("\n\n")[0], flags=re.M)


# --- the tests ---------------------------------------------------------------------------------------------------


class Keys(unittest.TestCase):
    def requireSame(self, there_is, told, where):
        self.assertTrue(there_is, "found no key in the sources: this test must be told how they are read now")
        name = lambda pair: f"[{pair[0]}] {pair[1]}" if pair[0] else pair[1]
        self.assertEqual([], sorted(map(name, there_is - set(told))), f"keys that {where} doesn't tell")
        self.assertEqual([], sorted(map(name, set(told) - there_is)), f"keys that {where} tells and nothing reads")

    def test_server(self):
        self.requireSame(all_server_keys(), documented_keys("netsaned.conf.5"), "netsaned.conf(5)")

    def test_installed_configuration(self):
        there_is = {pair for pair in all_server_keys() if pair[0] != "allow"}
        self.requireSame(there_is, installed_configuration(), "packaging/netsaned.conf.in")

    def test_client(self):
        self.requireSame(client_keys(), documented_keys("sane-netsane.5"), "sane-netsane(5)")
        self.requireSame(client_keys(), installed_servers(), "packaging/sane.d/netsane.conf")

    def test_defaults(self):
        installed_keys = installed_configuration()
        for (section, key), (default, text) in documented_keys("netsaned.conf.5").items():
            with self.subTest(section=section, key=key):
                if default is None:
                    self.assertIn("No default", text, "a key without a default says so")
                    continue
                value, commented_out = installed_keys.get((section, key), (None, True))
                expected = value if commented_out else code_default(key) or value
                self.assertEqual(expected, default)

    def test_client_defaults(self):
        installed_keys = installed_servers()
        for pair, (default, text) in documented_keys("sane-netsane.5").items():
            with self.subTest(key=pair[1]):
                if default is None:
                    self.assertIn("No default", text, "a key without a default says so")
                else:
                    self.assertEqual(installed_keys.get(pair), default)


class CommandLines(unittest.TestCase):
    def requireOptions(self, help_text, told, where):
        there_is = options_in(help_text)
        self.assertIn("help", there_is)
        self.assertEqual([], sorted(there_is - told), f"options that {where} doesn't tell")
        self.assertEqual([], sorted(told - there_is), f"options that {where} tells and there aren't")

    def test_netsaned(self):
        self.requireOptions(help_of(installed("NETSANE_SBINDIR", "netsaned")), documented_options("netsaned.8"), "netsaned(8)")

    def test_netsane(self):
        program = installed("NETSANE_BINDIR", "netsane")
        text = help_of(program)
        self.requireOptions(text, documented_options("netsane.1", "DESCRIPTION"), "netsane(1)")
        commands = commands_in(text)
        self.assertIn("probe", commands)
        self.assertEqual(commands, re.findall(r"^\.Ss netsane (\w+)$", page("netsane.1"), flags=re.M), "commands of netsane(1)")
        for command in commands:
            with self.subTest(command=command):
                told = documented_options("netsane.1", "netsane " + command)
                self.requireOptions(help_of(program, command), told, "netsane(1)")


class Interfaces(unittest.TestCase):
    def test_plugin(self):
        header = source("include", "netsane", "plugin.h")
        names = set(re.findall(r"^#define (NETSANE_(?:FLAG|VERDICT|STATE|KIND|ID)_\w+)", header, flags=re.M))
        host = header.split("typedef struct netsane_host_v1 {")[1].split("} netsane_host_v1;")[0]
        functions = set(re.findall(r"\(\*(\w+)\)\(", host))
        self.assertIn("NETSANE_FLAG_NEEDS_ROOT", names)
        self.assertIn("prompt", functions)
        text = page("netsane-plugin.7")
        self.assertEqual(names, set(re.findall(r"\bDv (NETSANE_(?:FLAG|VERDICT|STATE|KIND|ID)_\w+)", text)))
        services = text.split(".Ss Services of the host\n")[1].split("\n.Ss ")[0]
        self.assertEqual(functions, {name for line in re.findall(r"^\.It (Fn .*)", services, flags=re.M)
                                     for name in re.findall(r"Fn (\w+)", line)})

    def test_formats(self):
        formats = set(re.findall(r'accept\("(%[^"]+|\\n)"\)', source("src", "client", "MessageFormat.cxx")))
        self.assertIn("%d", formats)
        told = set(re.findall(r"^\.It Li (\S+) Ta ", page("netsane_printf.3").replace(r"\en", r"\n"), flags=re.M))
        self.assertEqual(formats, told)


class Pages(unittest.TestCase):
    @staticmethod
    def file(name):
        return installed("NETSANE_MANDIR", f"man{name[-1]}/{name}")

    def test_installed_with_their_folders(self):
        sources = {re.sub(r"\.in$", "", name) for name in os.listdir(os.path.join(TOP, "doc", "man"))} - {"local.mk"}
        self.assertEqual(sources, set(PAGES))
        for name in PAGES:
            with open(self.file(name), encoding="ascii") as file:
                text = file.read()
            self.assertEqual([], re.findall(r"@\w+@", text), name)
            other = re.fullmatch(r"\.so man\d/(.*)\n", text)
            if other:
                self.assertIn(other[1], PAGES, name)
                self.assertIn(f".Nm {name[:-2]} ,\n", page(other[1]), name)

    @unittest.skipUnless(shutil.which("mandoc"), "mandoc isn't installed")
    def test_linter(self):
        pages = [self.file(name) for name in PAGES if name != "netsane_scanf.3"]  # is another page and nothing else
        run = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", *pages], capture_output=True, text=True, timeout=60)
        self.assertEqual((0, "", ""), (run.returncode, run.stdout, run.stderr))


if __name__ == "__main__":
    unittest.main()
