#!/usr/bin/python3
"""A login method that isn't part of this tree: doc/examples/totp, built against what was installed, and logged in with.

And the guide for those who write one: its fragments of code compile, and its smallest method works.
"""

import base64
import glob
import hashlib
import hmac
import os
import re
import shlex
import shutil
import struct
import subprocess
import sys
import tempfile
import time

import harness

DENIED = b"Access to resource has been denied"
SKIPPED = 77  # to automake
BUILD_TIMEOUT = 240.0
LOG_DEADLINE = 15.0
STEP = 30

SECRETS = {"alice": b"12345678901234567890", "bob": b"correct horse battery staple", "carol": b"\0" * 16}

# What the fragments of the guide may take for granted.
PRELUDE = """\
#include <netsane/plugin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
"""


def code(user, steps=0, digits=6):
    """The user's code of now, or of so many steps later."""
    counter = struct.pack(">Q", int(time.time()) // STEP + steps)
    digest = hmac.new(SECRETS[user], counter, hashlib.sha1).digest()
    at = digest[19] & 0xF
    number = struct.unpack(">I", digest[at:at + 4])[0] & 0x7FFFFFFF
    return f"{number % 10 ** digits:0{digits}}"


def wrong(right):
    """A code of the same length that isn't near it."""
    return "".join(str((int(digit) + 5) % 10) for digit in right)


def source_folder(*path):
    return os.path.join(os.environ.get("NETSANE_SRCDIR", os.path.join(os.path.dirname(__file__), "..", "..")), *path)


def tools_missing():
    wanted = ["autoreconf", "automake", "libtoolize", "make", "pkg-config"]
    missing = [name for name in wanted if not shutil.which(name)]
    if not missing and subprocess.run(["pkg-config", "--exists", "libcrypto"], check=False).returncode != 0:
        missing.append("libcrypto (Debian: libssl-dev)")
    return missing


class Outside(harness.EndToEndTest):
    """Nothing of the build is used but what was installed; plugins go into a folder of the test's own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.work = tempfile.mkdtemp(prefix="netsane-out-of-tree-")
        cls.addClassCleanup(shutil.rmtree, cls.work, ignore_errors=True)
        # Other tests use the stage at the same time, so its folder of plugins stays as it is.
        cls.stage.plugins = shutil.copytree(cls.stage.plugins, os.path.join(cls.work, "plugins"))
        os.chmod(cls.stage.plugins, 0o755)
        for name in os.listdir(cls.stage.plugins):
            os.chmod(os.path.join(cls.stage.plugins, name), 0o755)
        cls.build()

    @classmethod
    def build(cls):
        """For subclasses."""

    @classmethod
    def environment(cls):
        """For compilers and makes: pkg-config finds what was installed, and nothing of the make around this counts."""
        env = {name: value for name, value in os.environ.items()
               if not name.startswith(("MAKE", "MFLAGS", "NETSANE_", "AM_", "DESTDIR"))}
        env["PKG_CONFIG_PATH"] = os.path.join(cls.stage.lib, "pkgconfig")
        env["PKG_CONFIG_SYSROOT_DIR"] = cls.stage.root
        env["CC"] = cls.compiler()
        env["LC_ALL"] = "C"
        return env

    @staticmethod
    def compiler():
        return os.environ.get("NETSANE_CC", "cc")

    @classmethod
    def call(cls, command, folder):
        done = subprocess.run(command, cwd=folder, env=cls.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=BUILD_TIMEOUT, check=False)
        text = done.stdout.decode(errors="replace")
        if done.returncode != 0:
            raise AssertionError(f"{' '.join(command)}: {done.returncode}\n{text}")
        return text

    def start(self, method, settings, **keys):
        self.server = self.daemon(keys={"auth": [method], "auth_fail_delay": 0, **keys},
                                  tables=[(f"[auth_{method}]", settings)])
        self.server.start()
        self.expected = harness.run_local(self.server.sane_dir, "-d", "test:0", cwd=self.folder).out

    def login(self, method, user, password, input=None):
        settings = f"auth={method}" if user is None else f"auth={method} user={user} password={password}"
        client = self.client(f"{self.server.address} {settings}")
        return client.run("-d", f"netsane:{self.server.address}:test:0", input=input)

    def assert_scans(self, *arguments, **keywords):
        result = self.login(*arguments, **keywords)
        self.assertEqual((result.code, result.out == self.expected), (0, True), f"{result!r}\n{self.server.log()}")

    def assert_denied(self, reason, *arguments, **keywords):
        seen = self.server.log().count(reason)
        result = self.login(*arguments, **keywords)
        self.assertEqual((result.code, result.out), (1, b""), f"{result!r}\n{self.server.log()}")
        self.assertIn(DENIED, result.err)
        # the client may know it before the log does
        harness.wait_for(lambda: self.server.log().count(reason) == seen + 1, LOG_DEADLINE, f"{reason!r} once more in the log")


class Example(Outside):
    @classmethod
    def build(cls):
        cls.package = os.path.join(cls.work, "totp")
        os.mkdir(cls.package)
        for path in glob.glob(source_folder("doc", "examples", "totp", "*")):
            if os.path.isfile(path):  # the source tree may be read-only, and its copies then would be too
                shutil.copyfile(path, os.path.join(cls.package, os.path.basename(path)))
        cls.call(["autoreconf", "-fi"], cls.package)
        cls.call(["./configure", "CFLAGS=-O1 -g -Wall -Wextra -Werror"], cls.package)
        cls.call(["make"], cls.package)
        cls.call(["make", "install", f"plugindir={cls.stage.plugins}", f"docdir={cls.work}/doc"], cls.package)
        os.chmod(os.path.join(cls.stage.plugins, "auth_totp.so"), 0o755)

    def start_totp(self):
        lines = [f"{user}:{base64.b32encode(secret).decode()}" for user, secret in SECRETS.items()]
        path = harness.write_file(f"{self.folder}/totp", "\n".join(lines) + "\n", 0o600)
        self.start("totp", {"file": path})

    def test_its_own_tests(self):
        text = self.call(["make", "check"], self.package)
        self.assertIn("# PASS:  2\n", text)

    def test_only_installed_files_were_used(self):
        stage = os.path.join(os.path.realpath(self.stage.root), "")
        ours = tuple(os.path.join(os.path.realpath(folder), "")
                     for folder in (os.environ.get("NETSANE_BUILDDIR", "/nonexistent"), source_folder()))
        used = set()
        for path in glob.glob(f"{self.package}/.deps/*.*o"):
            with open(path, encoding="utf-8", errors="replace") as file:
                used.update(word.rstrip(":") for word in file.read().split() if word != "\\")
        files = {os.path.realpath(os.path.join(self.package, name)) for name in used}
        headers = [name for name in files if name.endswith("netsane/plugin.h")]
        self.assertEqual([name.startswith(stage) for name in headers], [True], used)
        self.assertEqual([name for name in files if name.startswith(ours) and not name.startswith(stage)], [])

    def test_the_folder_of_plugins_is_known(self):
        with open(f"{self.package}/Makefile", encoding="utf-8") as file:
            found = re.search(r"^plugindir = (.*)$", file.read(), re.MULTILINE)[1]
        folder = os.environ.get("NETSANE_PLUGINDIR", "/usr/local/lib/netsane")
        # with a sysroot some pkg-configs put it in front, some don't
        self.assertIn(found, (folder, self.stage.root + folder))
        self.assertFalse(os.path.exists(f"{self.stage.plugins}/auth_totp.la"))

    def ask(self, *question):
        return self.call(["pkg-config", *question, "netsane-plugin"], self.work).strip()

    def test_the_pkg_config_file(self):
        folder = self.ask("--cflags").removeprefix("-I")
        with open(os.path.join(folder, "netsane", "plugin.h"), encoding="utf-8") as file:
            minor = re.search(r"^#define NETSANE_PLUGIN_MINOR (\d+)u$", file.read(), re.MULTILINE)[1]
        self.assertEqual(self.ask("--variable=interface_minor"), minor)
        self.assertEqual(self.ask("--libs"), "")

    def test_logins(self):
        self.start_totp()
        right = code("alice")
        self.assert_denied("wrong code", "totp", "alice", wrong(right))
        self.assert_scans("totp", "alice", right)
        self.assert_denied("the code was used before", "totp", "alice", right)
        self.assert_scans("totp", "alice", code("alice", 1))
        self.assert_denied("unknown user", "totp", "mallory", code("alice", 1))
        self.assert_denied("wrong code", "totp", "bob", code("alice", 1))
        self.assert_denied("wrong code", "totp", "carol", code("carol", -4))
        # the client refuses this one itself
        result = self.login("totp", "carol", "horse")
        self.assertEqual((result.code, DENIED in result.err), (1, True), repr(result))
        self.server.stop()
        for text in (right, base64.b32encode(SECRETS["alice"]).decode()):
            self.assertNotIn(text, self.server.log())

    def test_a_typed_code(self):
        self.start_totp()
        right = code("bob")
        self.assert_scans("totp", None, None, input=f"bob\n{right[:3]} {right[3:]}\n".encode())
        self.server.stop()

    def test_at_connect_one_scan_needs_one_code(self):
        lines = f"alice:{base64.b32encode(SECRETS['alice']).decode()}\n"
        path = harness.write_file(f"{self.folder}/totp", lines, 0o600)
        self.start("totp", {"file": path, "digits": 8, "window": 2}, auth_at="connect")
        self.assert_scans("totp", "alice", code("alice", digits=8))
        self.server.stop()

    def test_a_client_that_was_not_told_of_the_method(self):
        self.start_totp()
        client = self.client(f"{self.server.address} user=alice password={code('alice')}")
        result = client.run("-d", f"netsane:{self.server.address}:test:0")
        self.assertEqual((result.code, DENIED in result.err), (1, True), repr(result))
        self.server.stop()

    def test_a_bad_file_stops_the_start(self):
        path = harness.write_file(f"{self.folder}/bad", "alice:short\n", 0o600)
        for settings, reason in (({"file": path}, "line 1 of the file is not USER:SECRET"),
                                 ({}, "is not set in the configuration"),
                                 ({"file": path, "digits": 12}, "digits must be a number from 6 to 8")):
            with self.subTest(reason=reason):
                server = self.daemon(keys={"auth": ["totp"]}, tables=[("[auth_totp]", settings)])
                with self.assertRaisesRegex(AssertionError, "netsaned ended with [1-9]"):
                    server.start()
                self.assertIn(f"{self.stage.plugins}/auth_totp.so: ", server.log())
                self.assertIn(reason, server.log())
                self.assertNotIn("short", server.log())

    def test_a_file_that_others_may_change_is_not_loaded(self):
        folder = shutil.copytree(self.stage.plugins, f"{self.folder}/plugins")
        os.chmod(f"{folder}/auth_totp.so", 0o775)
        server = self.daemon(keys={"auth": ["totp"], "plugin_dir": folder})
        with self.assertRaisesRegex(AssertionError, "netsaned ended with [1-9]"):
            server.start()
        self.assertIn(f"{folder}/auth_totp.so: writable by group or others (mode 0775)", server.log())


class Guide(Outside):
    """doc/plugin-guide.md: what it shows as C is C."""

    @classmethod
    def build(cls):
        with open(source_folder("doc", "plugin-guide.md"), encoding="utf-8") as file:
            text = file.read()
        cls.fragments = {language: re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
                         for language in ("c", "cpp")}

    def compile(self, compiler, text, suffix, *options):
        path = harness.write_file(f"{self.folder}/{self.name('fragment')}{suffix}", PRELUDE + text)
        flags = self.call(["pkg-config", "--cflags", "netsane-plugin"], self.folder).split()
        self.call([*shlex.split(compiler), "-Wall", "-Wextra", "-Werror", "-Wno-unused-function", "-Wno-unused-const-variable",
                   *options, *flags, "-fsyntax-only", path], self.folder)

    def test_fragments_compile(self):
        self.assertGreater(len(self.fragments["c"]), 5)
        for text in self.fragments["c"]:
            with self.subTest(begins=text[:60]):
                self.compile(self.compiler(), text, ".c", "-std=c11", "-Wpedantic")
        for text in self.fragments["cpp"]:
            with self.subTest(begins=text[:60]):
                self.compile(os.environ.get("NETSANE_CXX", "c++"), text, ".cxx", "-std=c++17", "-Wpedantic")

    def test_the_smallest_method(self):
        smallest = self.fragments["c"][0]
        name = re.search(r"NETSANE_PLUGIN_ENTRY\((auth_(\w+))\)", smallest)
        path = f"{self.folder}/{name[1]}.c"
        harness.write_file(path, smallest)
        flags = self.call(["pkg-config", "--cflags", "netsane-plugin"], self.folder).split()
        module = f"{self.stage.plugins}/{name[1]}.so"
        self.call([*shlex.split(self.compiler()), "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared",
                   "-fvisibility=hidden", "-Wl,-z,now", "-Wl,-z,defs", *flags, "-o", module, path], self.folder)
        os.chmod(module, 0o755)
        self.start(name[2], {"word": "open sesame"})
        self.assert_denied("wrong word", name[2], "alice", "sesame")
        self.assert_scans(name[2], "alice", '"open sesame"')
        self.server.stop()


if __name__ == "__main__":
    if tools_missing():
        print("skipped, missing are:", ", ".join(tools_missing()))
        sys.exit(SKIPPED)
    harness.main()
