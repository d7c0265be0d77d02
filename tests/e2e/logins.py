#!/usr/bin/python3
"""scanimage logs in: with what netsane.conf says, and with what the user types."""

import harness

DENIED = b"Access to resource has been denied"


class Logins(harness.EndToEndTest):
    def start(self, auth_at="open"):
        path = harness.write_file(f"{self.folder}/users", f"alice:{harness.PASSWORD_HASH}\n", 0o600)
        self.server = self.daemon(keys={"auth": ["unix"], "auth_at": auth_at, "auth_fail_delay": 0},
                                  tables=[("[auth_unix]", {"file": path})])
        self.server.start()
        self.device = f"netsane:{self.server.address}:test:0"
        self.expected = harness.run_local(self.server.sane_dir, "-d", "test:0", cwd=self.folder).out

    def assert_scans(self, client, input=None):
        result = client.run("-d", self.device, input=input)
        self.assertEqual((result.code, result.out == self.expected), (0, True), f"{result!r}\n{self.server.log()}")
        return result

    def assert_denied(self, client, input=None):
        result = client.run("-d", self.device, input=input)
        self.assertEqual((result.code, result.out), (1, b""), repr(result))
        self.assertIn(DENIED, result.err)
        return result

    def test_user_and_password_in_the_configuration(self):
        for auth_at in ("open", "connect"):
            with self.subTest(auth_at=auth_at):
                self.start(auth_at)
                result = self.assert_scans(self.client(f"{self.server.address} user=alice password=secret"))
                self.assertNotIn(b"Enter", result.err)
                self.assert_scans(self.client("user = alice", "password = secret", self.server.address))
                self.server.stop()

    def test_a_wrong_password_in_the_configuration(self):
        for auth_at in ("open", "connect"):
            with self.subTest(auth_at=auth_at):
                self.start(auth_at)
                self.assert_denied(self.client(f"{self.server.address} user=alice password=wrong"))
                self.assert_denied(self.client(f"{self.server.address} user=mallory password=secret"))
                self.assert_scans(self.client(f"{self.server.address} user=alice password=secret"))
                self.server.stop()

    def test_user_and_password_typed(self):
        self.start()
        result = self.assert_scans(self.client(self.server.address), input=b"alice\nsecret\n")
        self.assertIn(b"Enter username", result.err)
        self.server.stop()

    def test_a_wrong_password_typed(self):
        self.start()
        client = self.client(self.server.address)
        result = self.assert_denied(client, input=b"alice\nwrong\nalice\nwrong\nalice\nwrong\n")
        self.assertIn(b"Enter username", result.err)
        self.assert_denied(client, input=b"mallory\nsecret\n")
        self.assert_denied(client, input=b"")
        self.server.stop()

    def test_a_name_alone_in_the_configuration(self):
        self.start()
        client = self.client(self.server.address, "user = alice")
        self.assertIn(b"Enter username", self.assert_scans(client, input=b"alice\nsecret\n").err)
        # The name stays where nobody types one, and without a password that is no try.
        self.assert_denied(client, input=b"")
        self.assertNotIn("result=refused", self.server.log())
        self.server.stop()

    def test_methods_that_are_not_allowed_are_not_used(self):
        self.start()
        for methods in ("crypt", "pam crypt", ""):
            client = self.client(f"auth = {methods}", f"{self.server.address} user=alice password=secret")
            self.assert_denied(client)
        self.assert_scans(self.client("auth = crypt unix", f"{self.server.address} user=alice password=secret"))
        self.server.stop()

    def test_passwords_are_in_no_log(self):
        self.start()
        self.assert_scans(self.client(f"{self.server.address} user=alice password=secret"))
        self.assert_denied(self.client(f"{self.server.address} user=alice password=horse-battery"))
        self.server.stop()
        for text in ("secret", "horse-battery", harness.PASSWORD_HASH):
            self.assertNotIn(text, self.server.log())


if __name__ == "__main__":
    harness.main()
