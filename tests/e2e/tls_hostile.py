#!/usr/bin/python3
"""Peers that mean harm, and TLS: what they can hold and write down is bounded, and gone with their connections."""

import os
import shutil
import signal
import time

import harness
import seed
import tls_connection

SOON = 20.0
PEERS = 100
RELOADS = 20
MAX_BYTES_A_PEER = 300 << 10  # of one that stalls in its handshake
MAX_UNREAD_BYTES = 24 << 20   # of one that doesn't read its picture


class TlsHostile(harness.EndToEndTest):
    def setUp(self):
        super().setUp()
        self.certificate, self.key = tls_connection.make_certificate(self.folder, "server")

    def serve(self, env=None, tables=(), **keys):
        self.server = self.daemon(keys={"crypt": ["tls", "none"], **keys},
                                  tables=[("[crypt_tls]", {"certificate": self.certificate, "key": self.key}), *tables])
        self.server.start(**({"env": {**self.server.environment(), **env}} if env else {}))
        self.session = self.server.find("netsaned-session")

    def connect(self):
        connection = tls_connection.Connection(("127.0.0.1", self.server.port))
        self.addCleanup(connection.close)
        return connection

    def assert_unharmed(self):
        self.assertEqual(self.connect().start_tls().devices()[0], seed.GOOD)
        # a process that a reload has tried out may still be about to end
        harness.wait_for(lambda: self.server.find("netsaned-session") == self.session, SOON, self.server.log)

    def resident_bytes(self):
        with open(f"/proc/{self.session[0]}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def descriptors(self):
        """How many each process has. They leave no core dumps, so only root may look."""
        if os.geteuid() != 0:
            return {}
        return {pid: len(os.listdir(f"/proc/{pid}/fd")) for pid in (self.server.process.pid, self.session[0])}

    def lines_of_peers(self):
        return [line for line in self.server.log().splitlines() if "connection " in line]

    def test_handshakes_that_hold_much_and_end_never(self):
        self.serve(**harness.room_for(PEERS))
        self.assert_unharmed()
        before = self.resident_bytes()
        for _ in range(PEERS):
            connection = self.connect()
            connection.choose(tls_connection.TLS)
            # a ClientHello that is announced to be large, and comes in small records
            connection.send(bytes.fromhex("16030100040100ffff") + b"".join(b"\x16\3\1\0\x64" + bytes(100) for _ in range(150)))
        self.assert_unharmed()
        if not self.stage.sanitizers:
            self.assertLess(self.resident_bytes() - before, PEERS * MAX_BYTES_A_PEER)
        self.server.stop()

    def test_each_broken_handshake_is_a_line_at_most(self):
        self.serve()
        for rubbish in (b"GET / HTTP/1.0\r\n\r\n", bytes(600), b"\x16\3\1\0\4\1\0\xff\xff" * 30, b"\x15\3\1\0\2\1\0" * 50):
            for _ in range(5):
                connection = self.connect()
                connection.choose(tls_connection.TLS)
                connection.send(rubbish)
                connection.close()
        harness.wait_for(lambda: len(self.lines_of_peers()) >= 20, SOON, "a line for each")
        self.assert_unharmed()
        self.assertEqual(len(self.lines_of_peers()), 20, self.server.log())
        self.server.stop()

    def test_a_picture_that_nobody_reads(self):
        self.serve()
        connection = self.connect().start_tls()
        status, handle, _ = connection.open("test:0")
        self.assertEqual(status, seed.GOOD)
        before = self.resident_bytes()
        connection.control(handle, connection.find(handle, "resolution")[0], seed.SET, seed.FIXED, [600 << 16])
        connection.start(handle)
        for _ in range(60):
            connection.send(seed.message(seed.d(seed.READ), seed.c(handle), seed.d(1 << 20)))
        bystander = self.connect().start_tls()
        end = time.monotonic() + 3
        while time.monotonic() < end:
            self.assertEqual(bystander.devices()[0], seed.GOOD)
        if not self.stage.sanitizers:
            self.assertLess(self.resident_bytes() - before, MAX_UNREAD_BYTES)
        self.server.stop()

    def test_a_second_choice_under_tls_is_an_error(self):
        self.serve()
        for method in (tls_connection.TLS, seed.NONE):
            connection = self.connect().start_tls()
            connection.choose(method)
            self.assertEqual(seed.signed(connection.wait_closed()[-1][0]), seed.FAIL)
        self.server.stop()

    def test_reloads_leave_no_descriptors_behind(self):
        self.serve()
        self.assert_unharmed()
        harness.wait_for(lambda: "listening" in self.server.log(), SOON, "it listens")
        before = None
        for number in range(RELOADS):
            self.server.process.send_signal(signal.SIGHUP)
            harness.wait_for(lambda number=number: self.server.log().count("configuration reloaded") > number, SOON, "a reload")
            if number == 1:
                before = self.descriptors()
        harness.wait_for(lambda: all(count <= before[pid] + 2 for pid, count in self.descriptors().items()), SOON,
                         lambda: f"{before} have become {self.descriptors()}")
        self.assert_unharmed()
        self.server.stop()

    def test_a_method_that_fails_when_it_is_to_send(self):
        plugins = os.path.join(self.folder, "plugins")
        shutil.copytree(self.stage.plugins, plugins)
        shutil.copy(os.path.realpath(os.path.join(os.environ["NETSANE_BUILDDIR"], "tests/plugins/.libs/crypt_faulty.so")), plugins)
        for path in (plugins, *(os.path.join(plugins, name) for name in os.listdir(plugins))):
            os.chmod(path, 0o755)
        self.serve(crypt=["faulty", "tls", "none"], plugin_dir=plugins, env={"NETSANE_TEST_METHODS": "1"},
                   tables=[("[crypt_faulty]", {"fault": "write"})])
        connection = self.connect()
        connection.choose(0x8020)
        self.assertEqual(connection.wait_closed(), [])
        harness.wait_for(lambda: "closed: encryption: crypt method faulty" in self.server.log(), SOON, "the reason in the log")
        self.assert_unharmed()
        self.server.stop()


if __name__ == "__main__":
    harness.main()
