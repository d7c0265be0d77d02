#!/usr/bin/python3
"""What an idle connection under TLS costs netsaned-session in memory; the figure is printed."""

import os
from concurrent.futures import ThreadPoolExecutor

import harness
import seed
import tls_connection
from tls_server import TlsTest

FIRST = 50  # connections before the measurement: what is there once isn't counted
CONNECTIONS = 1000
THREADS = 4
MAX_KIB = 40


class Memory(TlsTest):
    def setUp(self):
        super().setUp()
        tls_connection.allow_descriptors(self, FIRST + CONNECTIONS)
        self.server = self.serve(crypt=["tls"], login_timeout=600, **harness.room_for(CONNECTIONS))
        self.session = self.server.worker("netsaned-session")
        self.assertTrue(self.session, self.server.log())
        self.tls = tls_connection.context()

    def resident_bytes(self):
        with open(f"/proc/{self.session}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def open(self, count, ask):
        def one(_):
            connection = tls_connection.Connection(("127.0.0.1", self.server.port))
            connection.start_tls(self.tls)
            if ask:
                connection.devices()
            return connection

        with ThreadPoolExecutor(THREADS) as pool:
            made = list(pool.map(one, range(count)))
        for connection in made:
            self.addCleanup(connection.close)
        return made

    def measure(self, what, *, ask):
        self.open(FIRST, ask)
        before = self.resident_bytes()
        made = self.open(CONNECTIONS, ask)
        each = (self.resident_bytes() - before) / CONNECTIONS / 1024
        print(f"\n{each:.1f} KiB for each of {CONNECTIONS} idle connections {what}")
        self.assertEqual(made[0].init()[0], seed.GOOD)  # they are open
        if not self.stage.sanitizers:
            self.assertLessEqual(each, MAX_KIB)
        self.server.stop()

    def test_behind_the_greeting(self):
        self.measure("behind the greeting", ask=False)

    def test_behind_a_request(self):
        self.measure("behind a list of devices", ask=True)


if __name__ == "__main__":
    harness.main()
