#!/usr/bin/python3
"""What a client and the server may cost, in figures that are no noise: round trips, bytes on the wire, system calls, memory.

The bounds are what the code needs today and a little more. Lower them when it gets better; a change that has to raise one
says why in its commit.
"""

import os
import shutil

import harness
import seed
import tls_connection
from counting_proxy import CountingProxy

# what: (round trips, bytes to the server, bytes to the client), and for more bytes of image none
WIRE = {
    "scanimage -A": (5, 300, 12500),
    "scanimage -A, TLS, PASS_CRYPT": (8, 950, 13800),
    "scanimage -A, TLS, PASS_CRYPT at connect": (8, 950, 13800),
    "a 50 dpi scan": (7, 750, 43200),
}
# System calls of all processes for each megabyte of an image, and memory of each idle connection. How much each receive and
# each poll finds depends on who runs when: the calls are about 135 and 75, on a busy machine a good deal more. The bounds
# find what adds a call to each small piece of the image, or halves the pieces.
CALLS_PER_MB = {"server": 250, "client": 150}
KIB_PER_CONNECTION = {"in clear": 9.5, "under TLS": 25}

DELAY = 20  # milliseconds each way: longer than a program thinks between two things it doesn't wait for
FIRST = 50  # connections before the measurement: what is there once isn't counted
CONNECTIONS = 500
USERS = ["#secret:" + "k" * 43, "alice:ABRCL9ijBr2LY"]  # the password is "password"
SMALL = ["--resolution", "50"]
LARGE = ["--resolution", "600", "--mode", "Color", "-x", "200", "-y", "200"]  # 67 MB
DEADLINE = 300
TRIES = 3  # a busy machine adds to figures, and never takes away; a change that costs something does so each time


class Economy(harness.EndToEndTest):
    def setUp(self):
        super().setUp()
        self.certificate, self.key = tls_connection.make_certificate(self.folder, "server")
        self.users = harness.write_file(f"{self.folder}/users", "\n".join(USERS) + "\n", 0o600)

    def assert_within(self, bounds, measure):
        """measure gives figures for the names of bounds."""
        for _ in range(TRIES):
            found = measure()
            print(f"\n{self.id().rpartition('.')[2]}: {', '.join(f'{round(value, 1)} {name}' for name, value in found.items())}")
            over = {name: value for name, value in found.items() if value > bounds[name]}
            if not over:
                return
        self.fail(f"more than is allowed, {bounds}: {over}")

    def serve(self, start=True, **keys):
        server = self.daemon(keys=keys, tables=[("[crypt_tls]", {"certificate": self.certificate, "key": self.key}),
                                                ("[auth_crypt]", {"file": self.users})])
        return server.start() if start else server


class OnTheWire(Economy):
    def scan(self, user, address, *args):
        result = user.run("-d", f"netsane:{address}:test:0", *args)
        self.assertEqual(result.code, 0, repr(result))

    def check(self, what, server, words, *args):
        bounds = dict(zip(("round_trips", "bytes_to_server", "bytes_to_client"), WIRE[what]))
        self.scan(self.client(f"{server.address} {words}"), server.address, "-n")  # what is done once after the start

        def measure():
            with CountingProxy(server.address, delay=DELAY) as proxy:
                self.scan(self.client(f"{proxy.address} {words}"), proxy.address, *args)
                counted = proxy.report()
            self.assertEqual(counted["connections"], 1)
            return {name: counted[name] for name in bounds}

        self.assert_within(bounds, measure)
        server.stop()

    def test_options(self):
        self.check("scanimage -A", self.serve(), "", "-A")

    def test_options_under_tls_with_a_login(self):
        self.check("scanimage -A, TLS, PASS_CRYPT", self.serve(crypt=["tls"], auth=["crypt"]),
                   f"tls=require ca={self.certificate} user=alice password=password", "-A")

    def test_options_under_tls_with_a_login_at_connect(self):
        self.check("scanimage -A, TLS, PASS_CRYPT at connect", self.serve(crypt=["tls"], auth=["crypt"], auth_at="connect"),
                   f"tls=require ca={self.certificate} user=alice password=password", "-A")

    def test_scan(self):
        self.check("a 50 dpi scan", self.serve(), "")


class SystemCalls(Economy):
    """By strace(1), which has to start the programs: they let nobody look into them later. What they do besides the
    image is taken out by the difference between a large scan and a small one."""

    def strace(self, name, *options):
        return ["strace", "-f", "-c", *options, "-o", os.path.join(self.folder, name)]

    def calls(self, name):
        """The total of strace's table, as soon as it is written."""
        path = os.path.join(self.folder, name)

        def total():
            if not os.path.exists(path):
                return None
            with open(path, encoding="ascii", errors="replace") as file:
                lines = [line.split() for line in file if line.rstrip().endswith("total")]
            return int(lines[0][3]) if lines else None

        return harness.wait_for(total, harness.START_DEADLINE, f"strace has written {name}")

    def scan(self, args):
        """(megabytes of the image, calls of the server, calls of the client)"""
        server = self.serve(start=False)
        ours, theirs = self.name("server-calls"), self.name("client-calls")
        # -D: the tracer is not the server's parent, so that the server gets the signals meant for it
        server.start(command=[*self.strace(ours, "-D"), *server.command()])
        user = self.client_of(server)
        command = [*self.strace(theirs), "scanimage", "-d", f"netsane:{server.address}:test:0", *args]
        result = harness.run(command, user.environment(), self.folder, timeout=DEADLINE)
        self.assertEqual(result.code, 0, repr(result)[:2000])
        server.stop()
        return len(result.out) / 1e6, self.calls(ours), self.calls(theirs)

    def calls_per_mb(self):
        small, large = self.scan(SMALL), self.scan(LARGE)
        megabytes, server, client = (much - little for much, little in zip(large, small))
        self.assertGreater(megabytes, 60)
        return {"server": server / megabytes, "client": client / megabytes}

    def test_image(self):
        if self.stage.sanitizers:
            return  # LeakSanitizer traces, too, and there can't be two
        self.assertTrue(shutil.which("strace"), "strace isn't installed")
        self.assert_within(CALLS_PER_MB, self.calls_per_mb)


class Memory(Economy):
    def connect(self, server):
        connection = tls_connection.Connection(("127.0.0.1", server.port)) if self.tls else seed.Connection(("127.0.0.1", server.port))
        self.addCleanup(connection.close)
        if self.tls:
            connection.start_tls(self.tls)
        connection.init()
        return connection

    @staticmethod
    def resident_bytes(server, connection):
        """Of all processes, once they have done what came before, and what that has started."""
        connection.init()
        connection.devices()
        server.settle()
        total = 0
        for pid in server.members():
            with open(f"/proc/{pid}/statm", encoding="ascii") as file:
                total += int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        return total

    def measure(self, what, tls=None, **keys):
        self.tls = tls
        tls_connection.allow_descriptors(self, FIRST + CONNECTIONS)
        server = self.serve(login_timeout=600, **harness.room_for(FIRST + CONNECTIONS), **keys)
        connections = [self.connect(server) for _ in range(FIRST)]
        before = self.resident_bytes(server, connections[0])
        connections += [self.connect(server) for _ in range(CONNECTIONS)]
        each = (self.resident_bytes(server, connections[0]) - before) / CONNECTIONS / 1024
        print(f"\n{each:.1f} KiB for each of {CONNECTIONS} idle connections {what}")
        for connection in connections:
            self.assertEqual(connection.init()[0], seed.GOOD)  # it is open
        server.stop()
        if not self.stage.sanitizers:
            self.assertLessEqual(each, KIB_PER_CONNECTION[what])

    def test_idle_in_clear(self):
        self.measure("in clear")

    def test_idle_under_tls(self):
        self.measure("under TLS", tls_connection.context(), crypt=["tls"])


if __name__ == "__main__":
    harness.main()
