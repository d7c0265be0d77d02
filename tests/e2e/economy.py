#!/usr/bin/python3
"""What a client and the server may cost, in figures that are no noise: round trips, bytes on the wire, system calls, memory.

The bounds are a little above what is measured today. Lower them when it gets better; a change that must raise one says
why in its commit.
"""

import unittest

import harness
import tls_connection
from counting_proxy import CountingProxy

DELAY = 20  # milliseconds each way, much longer than any program thinks; see bench/TripCounter.hxx

# what: (round trips, bytes to the server, bytes to the client)
WIRE = {
    "options": (33, 4000, 40000),
    "scan": (19, 2000, 80000),
    "login": (38, 8000, 60000),
}
# CPU and timing never appear here.

USERS = ["#secret:" + "k" * 43, "alice:ABRCL9ijBr2LY"]  # the password is "password"


class Economy(harness.EndToEndTest):
    def setUp(self):
        super().setUp()
        self.certificate, self.key = tls_connection.make_certificate(self.folder, "server")
        self.users = harness.write_file(f"{self.folder}/users", "\n".join(USERS) + "\n", 0o600)

    def serve(self, **keys):
        tables = [("[crypt_tls]", {"certificate": self.certificate, "key": self.key}),
                  ("[auth_crypt]", {"file": self.users})]
        server = self.daemon(keys=keys, tables=tables)
        return server.start()

    def counted(self, server, words, *args):
        """What a scanimage with these arguments costs on the wire."""
        proxy = CountingProxy(server.address, delay=DELAY)
        self.addCleanup(proxy.close)
        user = self.client(f"{proxy.address} {words}")
        # what is done once after the daemon's start is done now
        self.assertEqual(self.client(f"{server.address} {words}").run("-d", f"netsane:{server.address}:test:0", "-n").code, 0)
        result = user.run("-d", f"netsane:{proxy.address}:test:0", *args)
        self.assertEqual(result.code, 0, repr(result))
        counted = proxy.report()
        print(f"\n{self.id().rpartition('.')[2]}: {counted}")
        return counted

    def assert_within(self, what, counted):
        for name, bound in zip(("round_trips", "bytes_to_server", "bytes_to_client"), WIRE[what]):
            with self.subTest(what=name):
                self.assertLessEqual(counted[name], bound)
        self.assertEqual(counted["connections"], 1)


class OnTheWire(Economy):
    def test_options(self):
        self.assert_within("options", self.counted(self.serve(), "", "-A"))

    def test_scan(self):
        self.assert_within("scan", self.counted(self.serve(), ""))

    def test_login_under_tls(self):
        words = f"tls=require ca={self.certificate} user=alice password=password"
        self.assert_within("login", self.counted(self.serve(crypt=["tls"], auth=["crypt"]), words, "-A"))


if __name__ == "__main__":
    harness.main()
