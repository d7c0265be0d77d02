#!/usr/bin/python3
"""Peers that mean harm: what they do is over when their connection is, and others notice nothing."""

import os
import signal
import socket

import harness
import seed

MALFORMED = seed.message(seed.d(seed.STRS), seed.c(b"abc"))
MAX_SESSION_BYTES = 64 << 20
FLOOD_BYTES = 48 << 20


class Hostile(harness.EndToEndTest):
    def start(self, **keys):
        path = harness.write_file(f"{self.folder}/users", f"alice:{harness.PASSWORD_HASH}\n", 0o600)
        self.server = self.daemon(keys={"auth_fail_delay": 0, **keys}, tables=[("[auth_unix]", {"file": path})])
        self.server.start()
        self.session = self.server.find("netsaned-session")

    def connect(self):
        connection = seed.Connection(("127.0.0.1", self.server.port))
        self.addCleanup(connection.close)
        return connection

    def assert_unharmed(self):
        self.assertEqual(self.server.find("netsaned-session"), self.session, self.server.log())

    def resident_bytes(self):
        with open(f"/proc/{self.session[0]}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def test_a_malformed_request_behind_one_that_waits(self):
        self.start()
        bystander = self.connect()
        status, handle, reason = bystander.open("test:0")
        self.assertEqual(status, seed.GOOD, reason)
        for first in (seed.message(seed.d(seed.GDEV)), seed.message(seed.d(seed.OPEN), seed.s("nope")),
                      seed.message(seed.d(seed.OPEN), seed.s("test:1"))):
            for second in (MALFORMED, seed.message(seed.d(seed.OPEN), seed.s("x" * 1100)),
                           seed.message(seed.d(seed.READ), seed.c(b"h"))):
                attacker = self.connect()
                attacker.send(first + second)
                messages = attacker.wait_closed()
                self.assertEqual(seed.signed(messages[-1][0]), seed.FAIL)
        self.assertEqual(len(bystander.image(handle)[1]), 157 * 196)
        self.assert_unharmed()
        self.server.stop()

    def test_a_malformed_request_held_for_a_login(self):
        self.start(auth=["unix"], auth_at="connect")
        attacker = self.connect()
        attacker.send(MALFORMED)
        self.assertEqual(seed.signed(attacker.wait_closed()[-1][0]), seed.FAIL)
        self.assert_unharmed()
        self.server.stop()

    def test_replies_that_nobody_reads(self):
        self.start()
        attacker = self.connect()
        requests = seed.message(seed.d(seed.STRS), seed.d(1)) * 1000
        attacker.socket.settimeout(2)
        sent = 0
        # The server stops reading long before this much is sent.
        with self.assertRaises(socket.timeout):
            while sent < FLOOD_BYTES:
                sent += attacker.socket.send(requests)
        # The address sanitizer keeps up to 256 MiB of what was freed.
        limit = MAX_SESSION_BYTES + (256 << 20 if self.stage.sanitizers else 0)
        self.assertLess(self.resident_bytes(), limit)
        self.assertEqual(self.connect().init()[0], seed.GOOD)
        self.assert_unharmed()
        self.server.stop()

    def test_silence_and_half_messages_end(self):
        self.start(login_timeout=1)
        silent, half = self.connect(), self.connect()
        half.send(seed.d(seed.INIT))
        for connection in (silent, half):
            self.assertEqual(seed.signed(connection.wait_closed(5)[-1][0]), seed.FAIL)
        self.server.stop()

    def test_the_auth_process_dies_in_the_middle_of_a_login(self):
        self.start(auth=["unix"])
        client = self.connect()
        client.send(seed.message(seed.d(seed.OPEN), seed.s("test:0")))
        self.assertEqual(seed.signed(client.receive()[0]), seed.USER)
        client.send(seed.message(seed.d(seed.USER), seed.s("alice")))
        self.assertEqual(seed.signed(client.receive()[0]), seed.PASS_REQ)
        os.kill(self.server.worker("netsaned-auth"), signal.SIGKILL)
        client.send(seed.message(seed.d(seed.PASS_RPLY), seed.d(seed.PASS_UNIX), seed.s("secret")))
        # It costs one try, and the next one finds a new auth process.
        client.user, client.passwords = "alice", ["secret", "secret"]
        fields = client.reply(seed.OPEN)
        self.assertEqual(seed.signed(fields[0]), seed.GOOD, self.server.log())
        self.assert_unharmed()
        self.server.stop()


if __name__ == "__main__":
    harness.main()
