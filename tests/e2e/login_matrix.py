#!/usr/bin/python3
"""Every method with every place that scanimage's logins come from, and every way to be refused: the person is told the same
after auth_fail_delay, and the daemon's log says why."""

import os
import re
import subprocess
import time

import harness
import logins_pam

DENIED = b"Access to resource has been denied"
FAIL_DELAY = 1  # seconds, the daemon's auth_fail_delay here
PATIENCE = 10  # seconds that anything else may take on a busy machine
SOURCES = ("netsane.conf", "credentials", "pass")

# For each method: the file, or the PAM service, and who is refused with the password "secret" for which reason. The
# daemon refuses the host itself from the fifth failure on, so there are at most four.
HASH = harness.PASSWORD_HASH
DES = "cdrPun32E8plo"  # of "secret"
TODAY = int(time.time()) // 86400
WRONG, UNKNOWN, LOCKED, EXPIRED = "wrong password", "unknown user", "the user is locked", "the account has expired"
PASSWORDS = [("alice", "wrong", WRONG), ("mallory", "secret", UNKNOWN), ("locked", "secret", LOCKED)]
USERS = {
    "unix": [f"alice:{HASH}", f"locked:!{HASH}"],
    "crypt": ["#secret:" + "k" * 43, f"alice:{DES}", f"locked:!{DES}"],
    "shadow": [f"alice:{HASH}:{TODAY}:0:99999:7:::", f"locked:!{HASH}:{TODAY}:0:99999:7:::",
               f"ended:{HASH}:{TODAY}:0:99999:7::{TODAY - 10}:"],
}
REFUSED = {"unix": PASSWORDS, "crypt": PASSWORDS, "shadow": [*PASSWORDS, ("ended", "secret", EXPIRED)]}

ASK = f"auth required {logins_pam.SCRIPTED} {logins_pam.ASK}"
PERMIT = logins_pam.PERMIT
# PAM's modules don't know users here: each refusal has a service of its own.
PAM_REFUSED = [
    ([ASK, PERMIT], "wrong", "authentication: unknown user or wrong password"),
    ([ASK, "auth required pam_debug.so auth=user_unknown", PERMIT], "secret", "authentication: unknown user"),
    ([ASK, "account required pam_debug.so acct=perm_denied"], "secret",
     "account management: permission denied: the account is locked, or not allowed here or now"),
    ([ASK, "account required pam_debug.so acct=acct_expired"], "secret", "account management: the account has expired"),
]


class MatrixTest(harness.EndToEndTest):
    def serve(self, method, section, **keys):
        self.server = self.daemon(keys={"auth": [method], "auth_fail_delay": FAIL_DELAY, **keys},
                                  tables=[(f"[auth_{method}]", section)])
        self.server.start()
        self.device = f"netsane:{self.server.address}:test:0"
        self.expected = harness.run_local(self.server.sane_dir, "-d", "test:0", cwd=self.folder).out
        self.user = self.client(self.server.address)

    def serve_file(self, kind):
        """One of the kinds of USERS."""
        path = harness.write_file(f"{self.folder}/{kind}", "".join(f"{line}\n" for line in USERS[kind]), 0o600)
        if kind == "shadow":
            return self.serve("unix", {"file": "shadow", "shadow_file": path})
        return self.serve(kind, {"file": path})

    def serve_pam(self):
        if not os.path.exists(os.path.join(self.stage.plugins, "auth_pam.so")):
            self.skipTest("built without PAM")
        os.chmod(self.folder, 0o755)
        self.services = os.path.join(self.folder, "pam.d")
        os.mkdir(self.services, 0o755)
        self.write_service(ASK, PERMIT)
        self.serve("pam", {"confdir": self.services})

    def write_service(self, *lines):
        harness.write_file(os.path.join(self.services, "netsane"), "\n".join(lines) + "\n")

    def store(self, source, user, password):
        """Puts a login where `source` says, and nowhere else."""
        words = f"user={user} password={password}"
        self.user.configure([f"{self.server.address} {words}" if source == "netsane.conf" else self.server.address])
        files = {"credentials": (".config/netsane/credentials", f"{self.server.address} {words}\n"),
                 "pass": (".sane/pass", f"{user}:{password}:netsane:{self.server.address}\n")}
        for name, (path, text) in files.items():
            path = os.path.join(self.user.folder, path)
            subprocess.run(["mkdir", "-m", "700", "-p", os.path.dirname(path)], check=True)
            harness.write_file(path, text if name == source else "", 0o600)

    def assert_each_source_logs_in(self):
        for source in SOURCES:
            with self.subTest(source=source):
                self.store(source, "alice", "secret")
                result = self.user.run("-d", self.device)
                self.assertEqual((result.code, result.out == self.expected), (0, True), f"{result!r}\n{self.server.log()}")
                self.assertNotIn(b"Enter", result.err)

    def assert_denied(self, source, user, password, reason):
        """One try that costs one delay, with its reason in the log and not on the person's screen."""
        before = len(self.server.log())
        self.store(source, user, password)
        result = self.user.run("-d", self.device)
        self.assertEqual((result.code, result.out), (1, b""), repr(result))
        self.assertIn(DENIED, result.err)
        self.assertNotIn(b"Enter", result.err)
        self.assertNotIn(reason.encode(), result.err)
        self.assertGreaterEqual(result.seconds, FAIL_DELAY)
        self.assertLess(result.seconds, FAIL_DELAY + PATIENCE)
        said = rf'audit: login result=refused user={user} method=\S+ from=127\.0\.0\.1 connection=\d+ crypt=none reason="{reason}"'
        harness.wait_for(lambda: re.search(said, self.server.log()[before:]), PATIENCE,
                         f"the log says: {said}\n{self.server.log()[before:]}")
        self.assertEqual(self.server.log()[before:].count("login result=refused"), 1, self.server.log()[before:])

    def assert_denied_without_credentials(self):
        """Nothing is stored, and nobody answers the frontend: that is no try and costs no delay."""
        before = len(self.server.log())
        self.store(None, "", "")
        result = self.user.run("-d", self.device)
        self.assertEqual((result.code, result.out), (1, b""), repr(result))
        self.assertIn(DENIED, result.err)
        self.assertLess(result.seconds, PATIENCE)
        said = 'reason="the client left without an answer"'
        harness.wait_for(lambda: said in self.server.log()[before:], PATIENCE, f"{said}\n{self.server.log()[before:]}")
        self.assertNotIn("result=refused", self.server.log()[before:])


class PasswordFiles(MatrixTest):
    def check(self, kind):
        self.serve_file(kind)
        self.assert_each_source_logs_in()
        self.assert_denied_without_credentials()
        for number, (user, password, reason) in enumerate(REFUSED[kind]):
            with self.subTest(user=user, reason=reason):
                self.assert_denied(SOURCES[-1 - number % len(SOURCES)], user, password, reason)
        self.assert_each_source_logs_in()
        self.server.stop()

    def test_unix(self):
        self.check("unix")

    def test_unix_with_the_shadow_file(self):
        self.check("shadow")

    def test_crypt(self):
        self.check("crypt")


class Pam(MatrixTest):
    def test_pam(self):
        self.serve_pam()
        self.assert_each_source_logs_in()
        self.assert_denied_without_credentials()
        for number, (service, password, reason) in enumerate(PAM_REFUSED):
            with self.subTest(reason=reason):
                self.write_service(*service)
                self.assert_denied(SOURCES[-1 - number % len(SOURCES)], "alice", password, reason)
        self.write_service(ASK, PERMIT)
        self.assert_each_source_logs_in()
        self.server.stop()

    def test_nobody_waits_for_a_conversation_that_stands_still(self):
        self.serve_pam()
        still, hold, script = (os.path.join(self.folder, name) for name in ("still", "hold", "script"))
        harness.write_file(hold, "")
        harness.write_file(script, f"touch {still}\nwhile [ -e {hold} ]; do sleep 0.05; done\n")
        self.write_service(ASK, f"auth required pam_exec.so /bin/sh {script}", PERMIT)
        self.store("pass", "sleeper", "secret")
        sleeper = self.scanning(self.user, "-d", f"netsane:{self.server.address}:test:1")
        harness.wait_for(lambda: os.path.exists(still), PATIENCE, f"the sleeper's login\n{self.server.log()}")
        self.write_service(ASK, PERMIT)
        self.user = self.client(self.server.address)
        self.assert_each_source_logs_in()
        self.assertNotIn("user=sleeper", self.server.log())
        os.unlink(hold)
        self.assertEqual(sleeper.finish().code, 0, self.server.log())
        self.assertIn("login result=accepted user=sleeper method=pam", self.server.log())
        self.server.stop()


if __name__ == "__main__":
    harness.main()
