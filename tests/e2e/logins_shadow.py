#!/usr/bin/python3
"""PASS_UNIX with the system's shadow file: who may not log in is told the same as everybody, and the log says why. The
file is the test's own."""

import os
import time

import harness
import seed

DENIED = b"Access to resource has been denied"
FORM = harness.PASSWORD_HASH
TODAY = int(time.time()) // 86400  # the file tells days; none of those below is near midnight's

LINES = [
    "root:*:19000:0:99999:7:::",
    f"alice:{FORM}:{TODAY - 100}:0:99999:7:::",
    f"locked:!{FORM}:{TODAY - 100}:0:99999:7:::",
    "disabled:!*:19000:0:99999:7:::",
    f"ended:{FORM}:{TODAY - 100}:0:99999:7::{TODAY - 10}:",
    f"ending:{FORM}:{TODAY - 100}:0:99999:7::{TODAY + 10}:",
    f"old:{FORM}:{TODAY - 100}:0:50:7:::",
    f"inactive:{FORM}:{TODAY - 100}:0:50:7:20::",
    f"fresh:{FORM}:0:0:99999:7:::",
    "empty::19000:0:99999:7:::",
    f"odd:{FORM}:tomorrow:0:99999:7:::",
]

# user, and what the log says when the password is right
REFUSED = [
    ("mallory", "unknown user"),
    ("root", "the user is locked"),
    ("locked", "the user is locked"),
    ("disabled", "the user is locked"),
    ("ended", "the account has expired"),
    ("old", "the password has expired"),
    ("inactive", "the password expired so long ago that the account is inactive"),
    ("fresh", "the password must be changed before its first use"),
    ("empty", "the user has no password"),
    ("odd", "the user's entry is malformed"),
]


class LoginsShadow(harness.EndToEndTest):
    def setUp(self):
        super().setUp()
        path = harness.write_file(f"{self.folder}/shadow", "".join(f"{line}\n" for line in LINES), 0o600)
        self.path = path
        self.server = self.daemon(keys={"auth": ["unix"], "auth_fail_delay": 0, "auth_tries": 2},
                                  tables=[("[auth_unix]", {"file": "shadow", "shadow_file": path})])
        self.server.start()
        self.device = f"netsane:{self.server.address}:test:0"

    def assert_denied(self, user, password, reason):
        before = len(self.server.log())
        result = self.client(f"{self.server.address} user={user} password={password}").run("-d", self.device)
        self.assertEqual((result.code, result.out), (1, b""), repr(result))
        self.assertIn(DENIED, result.err)
        self.server.wait_log(reason, before)

    def test_the_right_password(self):
        expected = harness.run_local(self.server.sane_dir, "-d", "test:0", cwd=self.folder).out
        for user in ("alice", "ending"):
            result = self.client(f"{self.server.address} user={user} password=secret").run("-d", self.device)
            self.assertEqual((result.code, result.out == expected), (0, True), f"{result!r}\n{self.server.log()}")
        self.server.stop()

    def test_refused_logins_and_what_the_log_says_of_them(self):
        self.assert_denied("alice", "wrong", "wrong password")
        self.assert_denied("ended", "wrong", "wrong password")
        for user, reason in REFUSED:
            with self.subTest(user=user):
                self.assert_denied(user, "secret", reason)
        self.server.stop()
        for text in ("secret", FORM, FORM.rpartition("$")[2]):
            self.assertNotIn(text, self.server.log())

    def test_a_file_that_cannot_be_read_is_refused_at_the_start(self):
        self.server.stop()
        if os.geteuid() == 0:
            self.skipTest("root reads every file")
        os.chmod(self.path, 0)
        with self.assertRaisesRegex(AssertionError, "auth_unix.*/shadow: Permission denied"):
            self.server.start()

    def test_all_refusals_are_the_same_on_the_wire(self):
        def refusal(user, password):
            """All that the server sends until it closes."""
            with seed.Connection(("127.0.0.1", self.server.port)) as connection:
                connection.send(seed.message(seed.d(seed.OPEN), seed.s("test:0")))
                for _ in range(2):
                    self.assertEqual(seed.signed(connection.receive()[0]), seed.USER)
                    connection.send(seed.message(seed.d(seed.USER), seed.s(user)))
                    self.assertEqual(seed.signed(connection.receive()[0]), seed.PASS_REQ)
                    connection.send(seed.message(seed.d(seed.PASS_RPLY), seed.d(seed.PASS_UNIX), seed.s(password)))
                return connection.wait_closed()

        expected = refusal("alice", "wrong")
        self.assertEqual([seed.signed(field) for field in expected[0][:2]], [seed.OPEN, seed.ACCESS_DENIED])
        for user, _ in REFUSED:
            self.assertEqual(refusal(user, "secret"), expected, user)
            self.assertEqual(refusal(user, "wrong"), expected, user)
        self.server.stop()


if __name__ == "__main__":
    harness.main()
