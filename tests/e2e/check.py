#!/usr/bin/python3
"""`netsane check`: that it finds what was broken, says what to do, and runs without a server."""

import json
import os
import pwd
import shutil
import subprocess
import tempfile
import unittest

import harness

OK, WARN, FAIL = 0, 1, 2
USER = "nobody"


class Check(harness.EndToEndTest):
    def setUp(self):
        super().setUp()
        self.netsane = self.stage.root + os.path.join(os.environ.get("NETSANE_BINDIR", "/usr/local/bin"), "netsane")
        self.users = harness.write_file(os.path.join(self.folder, "users"), f"alice:{harness.PASSWORD_HASH}\n", 0o600)
        self.tables = [("[auth_unix]", {"file": self.users})]
        self.server = self.daemon(keys={"auth": ["unix"], "crypt": ["tls", "none"],
                                        "state_dir": os.path.join(self.folder, "state")}, tables=self.tables)

    def check(self, worst=None, netsane=None):
        """The findings as a list; the exit code must be that of the worst, and `worst` where that is given."""
        result = harness.run([netsane or self.netsane, "check", "--json", "--config", self.server.config],
                             self.server.environment(), self.folder)
        self.assertIn(result.code, (OK, WARN, FAIL), repr(result))
        report = json.loads(result.out)
        self.assertEqual(["ok", "warn", "fail"][result.code], report["result"])
        self.assertEqual(max(["ok", "warn", "fail"].index(entry["level"]) for entry in report["findings"]), result.code)
        if worst is not None:
            self.assertEqual(result.code, worst, report)
        return report["findings"]

    def only(self, findings, area, level=None):
        return [entry for entry in findings if entry["area"] == area and level in (None, entry["level"])]

    def assert_found(self, findings, area, level, text):
        found = self.only(findings, area, level)
        self.assertTrue(any(text in entry["text"] for entry in found), (area, level, text, findings))

    def change(self, keys=None, **arguments):
        self.server.configure(keys or {}, arguments.pop("tables", self.tables), **arguments)

    def test_a_good_server(self):
        findings = self.check()
        self.assertEqual([entry for entry in findings if entry["level"] == "fail"], [])
        self.assert_found(findings, "configuration", "ok", self.server.config)
        for module in ("crypt_tls.so: ", "crypt_none.so: ", "auth_unix.so: "):
            self.assert_found(findings, "plugins", "ok", module)
        self.assert_found(findings, "server", "ok", "start")
        self.assert_found(findings, "certificate", "ok", "netsaned makes one")
        self.assert_found(findings, "passwords", "ok", self.users)
        self.assert_found(findings, "sane", "ok", "1 backend (test)")
        self.assert_found(findings, "sane", "ok", "libsane, version 1.")
        for device in ("test:0", "test:1"):
            self.assert_found(findings, "devices", "ok", device)
        self.assertEqual({entry["text"].split(":")[0] for entry in self.only(findings, "sandbox")}, {"session", "auth", "device"})
        self.assert_found(findings, "control", "ok", "doesn't run")
        self.assertFalse(os.path.exists(os.path.join(self.folder, "state")), "it has made something")

    def test_a_server_that_runs(self):
        self.server.start()
        findings = self.check()
        self.assert_found(findings, "control", "ok", f"process {self.server.process.pid}")
        self.assert_found(findings, "certificate", "ok", "is valid until")
        self.assertEqual(self.only(findings, "certificate", "fail"), [])
        self.server.stop()

    def test_text_and_usage(self):
        result = harness.run([self.netsane, "check", "--config", self.server.config], self.server.environment(), self.folder)
        self.assertRegex(result.out, rb"(?m)^ok    configuration: ")
        self.assertNotIn(b"\x1b", result.out)
        self.assertEqual(harness.run([self.netsane, "check", "--nonsense"], self.server.environment(), self.folder).code, 2)

    def test_configuration(self):
        with open(self.server.config, "a", encoding="ascii") as file:
            file.write("[nonsense]\n")
        findings = self.check(FAIL)
        self.assertEqual(len(findings), 1)
        self.assertRegex(findings[0]["text"], r"netsaned\.conf:\d+: .*nonsense")
        os.unlink(self.server.config)
        self.assert_found(self.check(FAIL), "configuration", "fail", "No such file")

    def test_plugins(self):
        self.change({"auth": ["unix", "nosuch"]})
        findings = self.check(FAIL)
        self.assert_found(findings, "plugins", "fail", "auth_nosuch.so: ")
        self.assert_found(findings, "plugins", "ok", "auth_unix.so: ")
        self.assert_found(findings, "server", "fail", "nosuch")

    def test_password_file(self):
        os.chmod(self.users, 0o644)
        self.assert_found(self.check(FAIL), "passwords", "fail", self.users)
        os.unlink(self.users)
        findings = self.check(FAIL)
        self.assert_found(findings, "passwords", "fail", "isn't there")
        self.assertIn("netsane passwd", self.only(findings, "passwords", "fail")[0]["advice"])

    def make_certificate(self, days):
        certificate, key = (os.path.join(self.folder, name) for name in ("c.pem", "k.pem"))
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                   "/CN=localhost", "-keyout", key, "-out", certificate, "-days", str(days)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
        os.chmod(key, 0o600)
        self.change(tables=[*self.tables, ("[crypt_tls]", {"certificate": certificate, "key": key})])
        return certificate, key

    def test_certificate(self):
        certificate, key = self.make_certificate(100)
        self.assertEqual([entry["level"] for entry in self.only(self.check(), "certificate")], ["ok", "ok"])
        self.make_certificate(5)
        findings = self.check()
        self.assertEqual([entry["level"] for entry in self.only(findings, "certificate")], ["warn", "ok"])
        self.assertIn("expires soon", self.only(findings, "certificate")[0]["advice"])
        os.chmod(key, 0o644)
        self.assert_found(self.check(FAIL), "certificate", "fail", key)
        os.unlink(certificate)
        self.assert_found(self.check(FAIL), "certificate", "fail", certificate)

    def test_scanners(self):
        harness.write_file(os.path.join(self.server.sane_dir, "dll.conf"), "teco1\n")  # for SCSI, and without a configuration
        self.assert_found(self.check(), "devices", "warn", "no scanner")
        harness.write_file(os.path.join(self.server.sane_dir, "dll.conf"), "# none\n")
        self.assert_found(self.check(FAIL), "sane", "fail", "names no backend")

    def test_sandbox(self):
        self.change({"sandbox": ["session", "auth"]})
        self.assert_found(self.check(), "sandbox", "warn", "device: ")

    def test_without_login_or_encryption(self):
        self.change({"auth": [], "crypt": ["none"]})
        findings = self.check()
        self.assert_found(findings, "passwords", "warn", "nobody is asked")
        self.assert_found(findings, "certificate", "warn", "in clear")

    @unittest.skipUnless(os.geteuid() == 0, "needs to become somebody else")
    def test_as_the_services_user(self):
        self.change({"user": "no-such-user-netsane"})
        self.assert_found(self.check(FAIL), "user", "fail", "there is no user")
        # The programs where that user can reach them.
        open_folder = tempfile.mkdtemp(prefix="netsane-open-")
        self.addCleanup(shutil.rmtree, open_folder)
        os.chmod(open_folder, 0o755)
        root = shutil.copytree(self.stage.root, os.path.join(open_folder, "root"), symlinks=True)
        for path, _, _ in os.walk(root):
            os.chmod(path, 0o755)
        plugins = shutil.copytree(self.stage.plugins, os.path.join(open_folder, "plugins"))
        for name in os.listdir(plugins):
            os.chmod(os.path.join(plugins, name), 0o755)
        for path in (self.folder, self.server.folder):
            os.chmod(path, 0o755)
        if self.stage.sanitizers:
            os.chmod(self.server.folder, 0o777)
        netsane = root + self.netsane[len(self.stage.root):]
        os.chown(self.users, pwd.getpwnam(USER).pw_uid, -1)
        self.change({"user": USER, "plugin_dir": plugins})
        findings = self.check(netsane=netsane)
        self.assert_found(findings, "passwords", "ok", self.users)
        self.assert_found(findings, "devices", "ok", "test:0")
        self.assert_found(findings, "plugins", "ok", "auth_unix.so")
        os.chown(self.users, 1, -1)  # neither root's nor the service's
        self.assert_found(self.check(FAIL, netsane), "passwords", "fail", self.users)
        os.chmod(self.server.sane_dir, 0o700)
        self.assert_found(self.check(FAIL, netsane), "sane", "fail", self.server.sane_dir)


if __name__ == "__main__":
    harness.main()
