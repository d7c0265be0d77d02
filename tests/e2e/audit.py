#!/usr/bin/python3
"""The audit log: a line for each login, refusal, open, scan and close, that says who, from where, what and how it went."""

import re

import harness
import seed

SOON = 20.0
LINE = re.compile(r'audit: (\S+) (.*)')
PAIR = re.compile(r'([a-z]+)=("(?:[^"\\]|\\.)*"|\S+)')


class Audit(harness.EndToEndTest):
    def serve(self, *rules, **keys):
        users = harness.write_file(f"{self.folder}/users",
                                   f"alice:{harness.PASSWORD_HASH}\nbob:{harness.PASSWORD_HASH}\n", 0o600)
        tables = [("[auth_unix]", {"file": users}), *(("[[allow]]", rule) for rule in rules)]
        self.server = self.daemon(keys={"auth": ["unix"], "auth_fail_delay": 0, **keys}, tables=tables)
        self.server.start()
        self.device = f"netsane:{self.server.address}:test:0"

    def lines(self):
        return [(event, dict(PAIR.findall(rest))) for event, rest in LINE.findall(self.server.log())]

    def wait_for_line(self, event, **wanted):
        """The keys and values of the first such line."""
        def found():
            return [values for name, values in self.lines()
                    if name == event and all(values.get(key) == value for key, value in wanted.items())]

        harness.wait_for(found, SOON, f"{event} {wanted} in the audit log:\n{self.server.log()}")
        return found()[0]

    def scan_as(self, user, password, *options):
        return self.client(f"{self.server.address} user={user} password={password}").run("-d", self.device, *options)

    def test_a_scan_from_login_to_close(self):
        self.serve()
        self.assertEqual(self.scan_as("alice", "secret").code, 0)
        login = self.wait_for_line("login", result="accepted", user="alice", method="unix")
        self.wait_for_line("close", result="closed", device="test:0", user="alice")
        scan = self.wait_for_line("scan", result="complete", user="alice")
        self.assertEqual(int(scan["bytes"]), 157 * 196)
        self.assertEqual({values.get("from") for _, values in self.lines()}, {"127.0.0.1"})
        self.assertEqual({values.get("connection") for event, values in self.lines() if event != "login"},
                         {login["connection"]})
        self.assertEqual([event for event, _ in self.lines()], ["login", "open", "scan", "close"])
        self.server.stop()

    def test_without_a_login_there_is_no_user(self):
        self.serve(auth=[])
        self.assertEqual(self.client(self.server.address).run("-d", self.device).code, 0)
        self.assertNotIn("user", self.wait_for_line("close"))
        self.server.stop()

    def test_a_refused_login(self):
        self.serve()
        self.assertEqual(self.scan_as("alice", "wrong").code, 1)
        self.assertIn("reason", self.wait_for_line("login", result="refused", user="alice", method="unix"))
        self.assertEqual(self.scan_as("mallory", "wrong").code, 1)
        self.wait_for_line("login", result="refused", user="mallory")
        self.wait_for_line("login", result="given-up")
        self.assertEqual([values for event, values in self.lines() if event == "open"], [])
        self.server.stop()

    def test_a_device_that_is_for_somebody_else(self):
        self.serve({"users": ["alice"], "devices": ["test:0"]})
        result = self.scan_as("bob", "secret")
        self.assertIn(b"Access to resource has been denied", result.err)
        self.wait_for_line("login", result="accepted", user="bob")
        refused = self.wait_for_line("open", result="refused", user="bob", device="test:0")
        self.assertRegex(refused["reason"], "this user is in none of the rules .* in line [0-9]+")
        self.server.stop()

    def test_the_rules_are_for_the_log_and_not_for_the_client(self):
        self.serve({"users": ["alice"], "devices": ["test:0"]})
        for name, reason in (("test:0", "in none of the rules"), ("test:1", "no rule .* is for this device")):
            connection = seed.Connection(("127.0.0.1", self.server.port))
            self.addCleanup(connection.close)
            connection.user, connection.passwords = "bob", ["secret"]
            if name == "test:1":  # which no login would help with
                connection.user = None
            status, _, text = connection.open(name)
            self.assertEqual((status, text), (seed.ACCESS_DENIED, "this device is not for you"))
            self.assertRegex(self.wait_for_line("open", result="refused", device=name)["reason"], reason)
        self.server.stop()

    def test_a_scan_that_is_cancelled_and_one_that_loses_its_device(self):
        self.serve()
        options = ["--resolution", "1200", "--mode", "Color"]
        for end in ("client", "device"):
            with self.subTest(end=end):
                client = self.client(f"{self.server.address} user=alice password=secret")
                scan = self.scanning(client, "-d", self.device, *options, hold=1000)
                scan.wait_held()
                if end == "client":
                    scan.process.kill()
                    self.wait_for_line("scan", result="cancelled")
                else:
                    harness.os.kill(self.server.device_process("test:0"), 9)
                    scan.resume()
                    self.wait_for_line("scan", result="failed")
                    self.wait_for_line("close", result="lost")
                scan.finish()
                client.check_reports()
        self.server.stop()

    def test_a_name_cannot_forge_a_line(self):
        self.serve()
        forged = 'x" result=accepted user=alice\naudit: login result=accepted user=alice from=1.2.3.4'
        connection = seed.Connection(("127.0.0.1", self.server.port))
        self.addCleanup(connection.close)
        connection.user, connection.passwords = forged, ["a", "b", "c"]
        self.assertEqual(connection.open('test:0\naudit: open result=granted')[0], seed.ACCESS_DENIED)
        self.wait_for_line("login", result="given-up")
        for event, values in self.lines():
            self.assertNotEqual(values.get("result"), "accepted", (event, values))
            self.assertNotEqual(values.get("user"), "alice", (event, values))
        self.server.stop()

    def test_a_long_name_does_not_hide_who_it_was(self):
        self.serve()
        connection = seed.Connection(("127.0.0.1", self.server.port))
        self.addCleanup(connection.close)
        connection.user, connection.passwords = "alice", ["secret"]
        self.assertEqual(connection.open("\1" * 1023)[0], 4)
        line = self.wait_for_line("open", result="refused")
        self.assertEqual((line.get("user"), line.get("from")), ("alice", "127.0.0.1"))
        self.assertIn("reason", line)
        self.server.stop()


if __name__ == "__main__":
    harness.main()
