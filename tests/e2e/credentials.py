#!/usr/bin/python3
"""Where scanimage's logins come from: netsane.conf, the user's own files, the callback; and how each of them fails."""

import os
import re
import subprocess
import time

import harness

DENIED = b"Access to resource has been denied"
FAIL_DELAY = 1  # seconds, the daemon's auth_fail_delay here
LONG_PASSWORD = "long " + 40 * "pass-word " + "end"  # more than a callback's 128 bytes, with blanks
LONG_HASH = ("$6$rounds=1000$netsanetest$"
             "NRjArjxBaX2hUBVm5kjg6hJgqxZ4nlAPV6zckkfCqcKLj3uiaOl/U2Kd7iJPOwHloVT.ao699tVxOE3BpNXEx/")
SECRETS = ("hunter2", "secret", LONG_PASSWORD, "horse-battery")


class Credentials(harness.EndToEndTest):
    def setUp(self):
        super().setUp()
        users = harness.write_file(f"{self.folder}/users",
                                   f"alice:{harness.PASSWORD_HASH}\nlong:{LONG_HASH}\n", 0o600)
        self.tables = [("[auth_unix]", {"file": users})]
        self.server = self.daemon(keys={"auth": ["unix"], "auth_at": "open", "auth_fail_delay": FAIL_DELAY},
                                  tables=self.tables)
        self.server.start()
        self.device = f"netsane:{self.server.address}:test:0"
        self.user = self.client(self.server.address)
        self.said = b""

    def tearDown(self):
        log = self.server.log()
        self.server.stop()
        for secret in SECRETS:
            self.assertNotIn(secret, log)
            self.assertNotIn(secret.encode(), self.said)

    def configure(self, *lines):
        self.user.configure([*lines, self.server.address])

    def write(self, path, text, mode=0o600):
        """A file in the user's home, in folders of mode 0700."""
        path = os.path.join(self.user.folder, path)
        if not os.path.isdir(os.path.dirname(path)):
            subprocess.run(["mkdir", "-m", "700", "-p", os.path.dirname(path)], check=True)
        return harness.write_file(path, text, mode)

    def credentials(self, words, mode=0o600):
        return self.write(".config/netsane/credentials", f"{self.server.address} {words}\n", mode)

    def scan(self, *args, device=None, input=None, env=None):
        environment = {**self.user.environment(), "SANE_DEBUG_NETSANE": "255", **(env or {})}
        command = ["scanimage", "-d", device or self.device, *args]
        result = harness.run(command, environment, self.user.folder, input)
        self.said += result.err
        return result

    def assert_scans(self, **arguments):
        result = self.scan(**arguments)
        self.assertEqual((result.code, result.out[:2]), (0, b"P5"), f"{result!r}\n{self.server.log()}")
        return result

    def assert_denied(self, *texts, **arguments):
        result = self.scan(**arguments)
        self.assertEqual((result.code, result.out), (1, b""), repr(result))
        self.assertIn(DENIED, result.err)
        for text in texts:
            self.assertIn(text.encode(), result.err)
        # A failed login ends after the server's delay, and doesn't take three of them.
        self.assertLess(result.seconds, FAIL_DELAY + 10)
        return result

    def test_each_source(self):
        self.configure("user = alice", "password = secret")
        self.assertNotIn(b"Enter", self.assert_scans().err)
        self.configure()
        path = self.credentials("user=alice password=secret # mine")
        self.assertIn(f"login of alice from {path}:1".encode(), self.assert_scans().err)
        os.unlink(path)
        path = self.write(".sane/pass", f"alice:secret:netsane:{self.server.address}\n")
        result = self.assert_scans()
        self.assertIn(f"login of alice from {path}:1".encode(), result.err)
        self.assertNotIn(b"Enter", result.err)
        os.unlink(path)
        self.assertIn(b"Enter username", self.assert_scans(input=b"alice\nsecret\n").err)

    def test_their_order(self):
        self.write(".sane/pass", f"mallory:horse-battery:netsane:{self.server.address}\n")
        self.credentials("user=alice password=hunter2")
        self.configure("user = alice", "password = secret")
        self.assert_scans()
        self.configure()
        self.assert_denied("refused the login of alice", "credentials:1", input=b"alice\nsecret\n")
        os.unlink(self.credentials(""))
        self.assert_denied("refused the login of mallory", "pass:1", input=b"alice\nsecret\n")

    def test_another_folder_of_configuration(self):
        self.write("elsewhere/netsane/credentials", f"{self.server.address} user=alice password=secret\n")
        self.assert_scans(env={"XDG_CONFIG_HOME": os.path.join(self.user.folder, "elsewhere")})
        self.assert_denied(env={"XDG_CONFIG_HOME": "elsewhere"})

    def test_refused_files(self):
        for mode in (0o644, 0o640, 0o620, 0o606):
            path = self.credentials("user=alice password=secret", mode)
            result = self.assert_denied(path)
            self.assertIn(b"writable" if mode & 0o022 else b"chmod 600", result.err)
        os.chmod(path, 0o600)
        os.chmod(os.path.dirname(path), 0o777)
        self.assert_denied(path.rpartition("/")[0], "writable")
        os.chmod(os.path.dirname(path), 0o700)
        os.rename(path, path + "-real")
        os.symlink(path + "-real", path)  # as people link their files in
        self.assert_scans()

    def test_lines_that_are_not_right(self):
        path = self.write(".config/netsane/credentials",
                          f"{self.server.address} user=alice password=horse-battery hunter2\n"
                          f"{self.server.address} user=alice password=secret\n")
        self.assertIn(f"{path}:1: word 4".encode(), self.assert_scans().err)

    def test_long_passwords(self):
        self.credentials(f'user=long password="{LONG_PASSWORD}"')
        self.assert_scans()
        self.credentials(f'user=long password="{LONG_PASSWORD[:-1]}"')
        self.assert_denied()

    def test_wrong_password_unknown_user_no_credentials(self):
        times = []
        for words in ("user=alice password=hunter2", "user=mallory password=secret"):
            self.credentials(words)
            result = self.assert_denied()
            self.assertGreaterEqual(result.seconds, FAIL_DELAY)
            times.append(result.seconds)
        self.assertLess(abs(times[0] - times[1]), FAIL_DELAY)
        self.credentials("user=alice")
        # The frontend is asked, and has nobody at its terminal: that is no try.
        self.assert_denied("Enter username", "gave no password")
        refused = re.findall(r"login result=refused user=(\w+)", self.server.log())
        self.assertEqual(refused, ["alice", "mallory"], self.server.log())

    def test_nothing_is_asked_for_a_list(self):
        self.server.stop()
        self.server.configure({"auth_at": "connect"}, self.tables)
        self.server.start()
        self.configure()

        def names():
            begin = time.monotonic()
            result = harness.run(["scanimage", "-f", "%d\n"], {**self.user.environment(), "SANE_DEBUG_NETSANE": "255"},
                                 self.user.folder, input=b"alice\nsecret\n")
            self.said += result.err
            self.assertLess(time.monotonic() - begin, 10)
            self.assertNotIn(b"Enter", result.err)
            return result.out.decode()

        self.assertEqual(names(), "")
        self.credentials("user=alice password=hunter2")
        self.assertEqual(names(), "")
        self.credentials("user=alice password=secret")
        self.assertIn(f"netsane:{self.server.address}:test:0\n", names())

    def test_a_frontend_that_never_answers_holds_nothing(self):
        read, write = os.pipe()
        self.addCleanup(os.close, write)
        command = ["scanimage", "-d", self.device]
        with os.fdopen(read) as stdin:
            waiting = subprocess.Popen(command, env=self.user.environment(), cwd=self.user.folder, stdin=stdin,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)
        self.addCleanup(waiting.stderr.close)
        self.addCleanup(waiting.wait)
        self.addCleanup(waiting.kill)
        said = b""
        while b"Enter username" not in said:
            data = os.read(waiting.stderr.fileno(), 4096)
            self.assertNotEqual(data, b"", said)
            said += data
        fds = [os.readlink(f"/proc/{waiting.pid}/fd/{fd}") for fd in os.listdir(f"/proc/{waiting.pid}/fd")]
        self.assertEqual([fd for fd in fds if fd.startswith("socket:")], [])
        self.configure("user = alice", "password = secret")
        self.assert_scans()
        self.assertIsNone(waiting.poll())


if __name__ == "__main__":
    harness.main()
