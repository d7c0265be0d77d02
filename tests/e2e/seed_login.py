#!/usr/bin/python3
"""Logging in, seen by the client of 1997: at connect, at open, wrong passwords, another method asked for."""

import harness
import seed

USERS = {"alice": "secret", "bob": "secret"}


class Login(harness.EndToEndTest):
    def start(self, auth_at, **keys):
        path = harness.write_file(f"{self.folder}/users", "".join(f"{user}:{harness.PASSWORD_HASH}\n" for user in USERS), 0o600)
        self.server = self.daemon(keys={"auth": ["unix"], "auth_at": auth_at, "auth_fail_delay": 0, **keys},
                                  tables=[("[auth_unix]", {"file": path})])
        self.server.start()

    def connect(self, user=None, *passwords):
        connection = seed.Connection(("127.0.0.1", self.server.port))
        self.addCleanup(connection.close)
        connection.user, connection.passwords = user, list(passwords)
        return connection

    def test_at_connect(self):
        self.start("connect")
        connection = self.connect("alice", "secret")
        self.assertEqual(connection.init()[0], seed.GOOD)
        self.assertEqual(connection.events, [seed.USER, seed.PASS_REQ])
        self.assertEqual(connection.open("test:0")[0], seed.GOOD)
        self.assertEqual(connection.events, [seed.USER, seed.PASS_REQ])
        self.server.stop()

    def test_at_open(self):
        self.start("open")
        connection = self.connect("alice", "secret")
        self.assertEqual(connection.init()[0], seed.GOOD)
        self.assertEqual(connection.strstatus(seed.EOF), "End of file reached")
        self.assertEqual(connection.events, [])
        status, handle, reason = connection.open("test:0")
        self.assertEqual(status, seed.GOOD, reason)
        self.assertEqual(connection.events, [seed.USER, seed.PASS_REQ])
        self.assertEqual(len(connection.image(handle)[1]), 157 * 196)
        self.assertEqual(connection.open("test:1")[0], seed.GOOD)
        self.assertEqual(connection.events, [seed.USER, seed.PASS_REQ])
        self.server.stop()

    def test_a_wrong_password_and_then_the_right_one(self):
        for auth_at in ("connect", "open"):
            with self.subTest(auth_at=auth_at):
                self.start(auth_at)
                connection = self.connect("bob", "wrong", "Secret", "secret")
                self.assertEqual(connection.open("test:0")[0], seed.GOOD)
                self.assertEqual(connection.events, [seed.USER, seed.PASS_REQ] * 3)
                self.server.stop()

    def test_three_wrong_passwords_end_the_connection(self):
        for auth_at, user in (("open", "alice"), ("open", "nobody"), ("connect", "alice"), ("connect", "nobody")):
            with self.subTest(auth_at=auth_at, user=user):
                self.start(auth_at)
                connection = self.connect(user, "a", "b", "c")
                status, _, _ = connection.open("test:0")
                self.assertEqual(status, seed.ACCESS_DENIED)
                self.assertEqual(connection.events, [seed.USER, seed.PASS_REQ] * 3)
                connection.wait_closed()
                self.assertEqual(self.connect("alice", "secret").open("test:0")[0], seed.GOOD)
                self.server.stop()

    def test_the_number_of_tries_is_the_configured_one(self):
        self.start("open", auth_tries=1)
        connection = self.connect("alice", "wrong")
        self.assertEqual(connection.open("test:0")[0], seed.ACCESS_DENIED)
        connection.wait_closed()
        self.server.stop()

    def test_a_client_that_does_not_log_in(self):
        self.start("open")
        connection = self.connect()
        self.assertEqual(connection.open("test:0")[0], seed.ACCESS_DENIED)
        self.assertEqual(connection.strstatus(seed.GOOD), "Success")
        connection.user, connection.passwords = "alice", ["secret"]
        self.assertEqual(connection.open("test:0")[0], seed.GOOD)
        self.server.stop()

    def test_a_client_that_does_not_log_in_at_connect(self):
        self.start("connect")
        connection = self.connect()
        with self.assertRaises(seed.Closed):
            self.assertEqual(connection.open("test:0")[0], seed.ACCESS_DENIED)
            connection.init()
        self.server.stop()

    def test_another_method_please(self):
        self.start("open")
        connection = self.connect("alice")
        connection.send(seed.message(seed.d(seed.OPEN), seed.s("test:0")))
        self.assertEqual(seed.signed(connection.receive()[0]), seed.USER)
        connection.send(seed.message(seed.d(seed.USER), seed.s("alice")))
        self.assertEqual([seed.signed(field) for field in connection.receive()[:2]], [seed.PASS_REQ, seed.PASS_UNIX])
        # The only method that is offered is asked for: it comes again, or the attempt counts as failed.
        connection.send(seed.message(seed.d(seed.FAIL), seed.d(seed.PASS_REQ), seed.words(seed.PASS_UNIX)))
        number = seed.signed(connection.receive()[0])
        self.assertIn(number, (seed.USER, seed.PASS_REQ))
        if number == seed.USER:
            connection.send(seed.message(seed.d(seed.USER), seed.s("alice")))
            self.assertEqual(seed.signed(connection.receive()[0]), seed.PASS_REQ)
        # A method that the server doesn't have: the attempt counts as failed.
        connection.send(seed.message(seed.d(seed.FAIL), seed.d(seed.PASS_REQ), seed.words(0x8001)))
        self.assertEqual(seed.signed(connection.receive()[0]), seed.USER)
        connection.send(seed.message(seed.d(seed.USER), seed.s("alice")))
        self.assertEqual(seed.signed(connection.receive()[0]), seed.PASS_REQ)
        connection.send(seed.message(seed.d(seed.PASS_RPLY), seed.d(seed.PASS_UNIX), seed.s("secret")))
        self.assertEqual(seed.signed(connection.reply(seed.OPEN)[0]), seed.GOOD)
        self.server.stop()

    def test_refusing_every_method_counts_as_failures(self):
        self.start("open")
        connection = self.connect("alice")
        self.assertEqual(connection.open("test:0")[0], seed.ACCESS_DENIED)
        connection.wait_closed()
        self.server.stop()

    def test_a_login_out_of_turn_is_a_protocol_error(self):
        self.start("open")
        for data in (seed.message(seed.d(seed.USER), seed.s("alice")),
                     seed.message(seed.d(seed.PASS_RPLY), seed.d(seed.PASS_UNIX), seed.s("secret")),
                     seed.message(seed.d(seed.FAIL), seed.d(seed.USER))):
            connection = self.connect()
            connection.send(data)
            messages = connection.wait_closed()
            self.assertEqual(seed.signed(messages[-1][0]), seed.FAIL)
        connection = self.connect()
        connection.send(seed.message(seed.d(seed.OPEN), seed.s("test:0")))
        connection.receive()
        connection.send(seed.message(seed.d(seed.USER), seed.s("alice")))
        connection.receive()
        connection.send(seed.message(seed.d(seed.PASS_RPLY), seed.d(seed.PASS_CRYPT), seed.s("x"), seed.s("y")))
        self.assertEqual(seed.signed(connection.wait_closed()[-1][0]), seed.FAIL)
        self.server.stop()

    def test_requests_behind_a_held_one_wait(self):
        self.start("open")
        connection = self.connect("alice", "secret")
        connection.send(seed.message(seed.d(seed.OPEN), seed.s("test:0")) + seed.message(seed.d(seed.STRS), seed.d(5)))
        self.assertEqual(seed.signed(connection.reply(seed.OPEN)[0]), seed.GOOD)
        self.assertEqual(seed.text(connection.reply(seed.STRS)[0]), "End of file reached")
        self.server.stop()

    def test_rules_decide_who_may_open(self):
        path = harness.write_file(f"{self.folder}/users", f"alice:{harness.PASSWORD_HASH}\nbob:{harness.PASSWORD_HASH}\n", 0o600)
        self.server = self.daemon(keys={"auth": ["unix"], "auth_fail_delay": 0}, tables=[
            ("[auth_unix]", {"file": path}),
            ("[[allow]]", {"users": ["alice"], "devices": ["test:0"]}),
            ("[[allow]]", {"users": ["anonymous"], "devices": ["test:1"]})])
        self.server.start()
        connection = self.connect()
        self.assertEqual(connection.open("test:1")[0], seed.GOOD)
        self.assertEqual(connection.events, [])
        connection.quit()
        self.assertEqual(self.connect("alice", "secret").open("test:0")[0], seed.GOOD)
        connection = self.connect("bob", "secret")
        self.assertEqual(connection.open("test:0")[0], seed.ACCESS_DENIED)
        self.assertEqual([device[0] for device in connection.devices()[1]], ["test:1"])
        self.server.stop()


if __name__ == "__main__":
    harness.main()
