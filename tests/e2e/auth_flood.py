#!/usr/bin/python3
"""A thousand wrong logins at once from one address: others log in meanwhile, and nothing is left behind."""

import os
import resource
import selectors
import socket
import struct
import time

import harness
import seed

FLOOD = 1000
PATIENCE = 240.0  # seconds for the flood to be over, on a busy machine under sanitizers
GOOD_LOGIN = 30.0  # seconds that a login may take meanwhile


class Attacker:
    """One connection that logs in wrongly as often as it is let."""

    def __init__(self, address):
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.socket.connect_ex(address)
        self.buffer = b""
        self.refusals = 0  # USER again
        self.asked = False
        self.greeted = False

    def receive(self):
        """False when the server has closed."""
        try:
            data = self.socket.recv(65536)
        except BlockingIOError:
            return True
        except OSError:
            return False
        if not data:
            return False
        self.buffer += data
        while self.message():
            pass
        return True

    def message(self):
        end, fields = 0, []
        while len(self.buffer) >= end + 4:
            (length,) = struct.unpack_from(">I", self.buffer, end)
            end += 4
            if length == 0:
                self.buffer = self.buffer[end:]
                self.handle(struct.unpack(">I", fields[0])[0])
                return True
            fields.append(self.buffer[end:end + length])
            end += length
        return False

    def handle(self, command):
        if command == seed.USER:
            self.refusals += self.asked
            self.asked = True
            self.send(seed.d(seed.USER), seed.s("alice"))
        elif command == seed.PASS_REQ:
            self.send(seed.d(seed.PASS_RPLY), seed.d(seed.PASS_UNIX), seed.s("wrong"))

    def send(self, *fields):
        try:
            self.socket.send(seed.message(*fields))
        except OSError:
            pass  # receive() notices


class Flood(harness.EndToEndTest):
    def serve(self, **keys):
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit[1], limit[1]))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, limit)
        users = harness.write_file(f"{self.folder}/users", f"alice:{harness.PASSWORD_HASH}\n", 0o600)
        self.server = self.daemon(keys={"auth": ["unix"], "auth_at": "connect", **keys},
                                  tables=[("[auth_unix]", {"file": users})])
        self.server.start()

    def good_login(self):
        """Seconds of a login from another address."""
        begin = time.monotonic()
        connection = seed.Connection.__new__(seed.Connection)
        made = socket.socket()
        made.settimeout(GOOD_LOGIN)
        made.bind(("127.0.0.2", 0))
        made.connect(("127.0.0.1", self.server.port))
        connection.socket, connection.buffer, connection.notes, connection.events = made, b"", [], []
        connection.user, connection.passwords = "alice", ["secret"]
        try:
            self.assertEqual(connection.init()[0], seed.GOOD)
        finally:
            connection.close()
        return time.monotonic() - begin

    def descriptors(self):
        """How many each process has. They leave no core dumps, so only root may look."""
        if os.geteuid() != 0:
            return {}
        return {program: len(os.listdir(f"/proc/{self.server.find(program)[0]}/fd"))
                for program in ("netsaned", "netsaned-session", "netsaned-auth")}

    def flood(self, count):
        """All at once; returns how many were let in and how many logins were refused."""
        selector = selectors.DefaultSelector()
        attackers = [Attacker(("127.0.0.1", self.server.port)) for _ in range(count)]
        for attacker in attackers:
            selector.register(attacker.socket, selectors.EVENT_READ, attacker)
        end = time.monotonic() + PATIENCE
        logins, next_login = [], time.monotonic()
        while selector.get_map():
            self.assertLess(time.monotonic(), end, "the flood takes too long")
            for key, _ in selector.select(0.05):
                if not key.data.receive():
                    selector.unregister(key.fileobj)
                    key.fileobj.close()
            if time.monotonic() >= next_login:
                logins.append(self.good_login())
                next_login = time.monotonic() + 0.3
        return attackers, logins

    def check(self, count):
        self.good_login()
        harness.wait_for(lambda: len(self.server.find("netsaned-auth")) == 1, PATIENCE, "one auth process")
        before = self.descriptors()
        attackers, logins = self.flood(count)
        self.assertGreaterEqual(len(logins), 1)
        harness.wait_for(lambda: len(self.server.find("netsaned-auth")) == 1, PATIENCE, "the logins' processes to end")
        harness.wait_for(lambda: all(now <= before[program] for program, now in self.descriptors().items()), PATIENCE,
                         lambda: f"no more descriptors than before: {before}, {self.descriptors()}")
        self.assertEqual(self.server.zombies(), [])
        self.good_login()
        return attackers

    def test_with_the_limits_as_they_are(self):
        self.serve()
        attackers = self.check(FLOOD)
        let_in = sum(attacker.asked for attacker in attackers)
        self.assertGreater(let_in, 0)
        self.assertLess(let_in, FLOOD, "the limit on connections of one host")
        self.server.stop()

    def test_all_let_in(self):
        count = FLOOD if not self.stage.sanitizers else FLOOD // 5
        self.serve(auth_fail_delay=0, auth_tries=1, login_timeout=300, **harness.room_for(FLOOD))
        attackers = self.check(count)
        self.assertEqual(sum(attacker.asked for attacker in attackers), count)
        refused = "audit: login result=refused user=alice"
        self.server.wait_log(refused, count=count)
        self.assertEqual(self.server.log().count(refused), count)
        self.server.stop()


if __name__ == "__main__":
    harness.main()
