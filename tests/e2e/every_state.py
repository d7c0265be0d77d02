#!/usr/bin/python3
"""Client and server killed, and the connection cut, in every state of a scan in clear: after each message of either direction,
and behind sampled bytes. A picture is whole or there is an error; the device is free again, and nothing is left."""

import concurrent.futures
import contextlib
import os
import signal
import threading
import time

import harness
import seed
import tls_cut
from tls_proxy import Link, Pipe, Proxy

SMALL = ["-x", "10", "-y", "10"]
PATIENCE = 40.0  # seconds that anything may take on a busy machine
WORKERS = 3
CUTS = 60
FIRST_BYTES, STEP = 400, 9  # the handshake and the OPEN are looked at more closely


def counting(direction, counts):
    """A script that notes how many messages have passed."""
    def script(pipe):
        while True:
            pipe.send(pipe.message())
            counts[direction] += 1
    return script


class Victim:
    """A process that a script kills once it is known."""

    def __init__(self):
        self.known = threading.Event()
        self.pid = None

    def is_process(self, pid):
        self.pid = pid
        self.at = time.monotonic()  # until it is killed
        self.known.set()

    def kill(self):
        self.known.wait(PATIENCE)
        self.at = time.monotonic()
        with contextlib.suppress(ProcessLookupError):  # it has been quicker
            os.kill(self.pid, signal.SIGKILL)

    def after(self, count):
        """A script: passes so many messages on, kills, and passes nothing on any more."""
        def script(pipe):
            for _ in range(count):
                pipe.send(pipe.message())
            self.kill()
            pipe.drop()
        return script


class Killed(harness.EndToEndTest):
    def scan(self, server, up=Pipe.rest, down=Pipe.rest, name=None):
        """A scan through a proxy that runs these scripts, in the background."""
        proxy = Proxy(server.port, up, down)
        self.addCleanup(proxy.close)
        client = harness.Client(self.stage, server.folder, [f"{proxy.address} tls=off"], name=name)
        return client.start("-d", f"netsane:{proxy.address}:test:0", *SMALL), proxy

    def messages(self):
        """How many messages a whole scan has in each direction, and the image."""
        server = self.daemon()
        server.start()
        counts = {"up": 0, "down": 0}
        scan, proxy = self.scan(server, counting("up", counts), counting("down", counts), "counted")
        result = scan.finish(PATIENCE)
        self.assertEqual(result.code, 0, repr(result))
        expected = harness.run_local(server.sane_dir, "-d", "test:0", *SMALL, cwd=self.folder).out
        self.assertEqual(result.out, expected)
        proxy.close()
        server.stop()
        self.assertGreater(min(counts.values()), 5, counts)
        return [(direction, count) for direction in counts for count in range(counts[direction])], expected

    def in_parallel(self, look, states, *more):
        begin = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            seconds = sorted(pool.map(lambda number: look(number, *states[number], *more), range(len(states))))
        print(f"\n  {len(states)} states in {time.monotonic() - begin:.1f} s; served again after {seconds[len(seconds) // 2]:.2f} s"
              f" (median), {seconds[-1]:.2f} s (most)")

    def test_the_client(self):
        states, expected = self.messages()
        self.servers = [self.daemon() for _ in range(WORKERS)]
        for server in self.servers:
            server.start()
        self.locks = [threading.Lock() for _ in self.servers]
        self.in_parallel(self.kill_client, states, expected)
        for server in self.servers:
            harness.wait_for(lambda server=server: not server.find("netsaned-device"), PATIENCE, "the device processes are gone")
            server.stop()

    def kill_client(self, number, direction, count, expected):
        at = number % WORKERS
        with self.locks[at]:
            victim, server = Victim(), self.servers[at]
            scan, proxy = self.scan(server, **{direction: victim.after(count)}, name=f"killed{number}")
            victim.is_process(scan.process.pid)
            result = scan.finish(PATIENCE)
            if result.code != -signal.SIGKILL:  # behind its last message it may be quicker
                self.assertEqual((result.code, result.out), (0, expected), f"{direction} {count}: {result!r}")
            proxy.close()  # with the client, its connection is gone
            self.wait_served(server, f"{direction} {count}")
            return time.monotonic() - victim.at

    def test_the_server(self):
        states, expected = self.messages()
        self.in_parallel(self.kill_server, states, expected)

    def kill_server(self, number, direction, count, expected):
        """Session process and supervisor in turn."""
        where = f"{direction} {count}"
        folder = os.path.join(self.folder, f"server{number}")
        server = harness.Daemon(self.stage, self.folder, name=os.path.basename(folder))
        try:
            server.start()
            is_session = (number + (direction == "down")) % 2 == 0
            (session,) = server.find("netsaned-session")
            victim = Victim()
            victim.is_process(session if is_session else server.process.pid)
            scan, proxy = self.scan(server, **{direction: victim.after(count)}, name="client")
            result = scan.finish(PATIENCE)
            self.assertGreaterEqual(result.code, 0, f"{where}: {result!r}")
            self.assertTrue(result.code != 0 or result.out == expected, f"{where}: {result!r}")
            proxy.close()
            if is_session:
                self.wait_served(server, where)
                server.stop()
            else:
                victim.kill()  # a scan may have fewer messages than the one that was counted
                server.process.wait(PATIENCE)
                server.wait_gone(PATIENCE)
            return time.monotonic() - victim.at
        finally:
            server.kill()

    @staticmethod
    def wait_served(server, where):
        def opens():
            try:
                with seed.Connection(("127.0.0.1", server.port), timeout=5) as connection:
                    return connection.open("test:0")[0] == seed.GOOD
            except (seed.Closed, AssertionError, OSError):
                return False

        harness.wait_for(opens, PATIENCE, lambda: f"{where}: the device can be opened\n{server.log()}")


class Cuts(tls_cut.Cuts):
    """Those of tls_cut.py, in clear."""

    @classmethod
    def serving(cls):
        return {}

    @classmethod
    def asking(cls):
        return ["tls=off"]

    @classmethod
    def tearDownClass(cls):
        harness.DifferentialTest.tearDownClass.__func__(cls)

    def test_the_server_s_bytes(self):
        whole = self.check("down", CUTS, Link.cut, CUTS // 10)
        self.assertFalse([place for place in whole if place < len(self.page)], "fewer bytes came than the page has")

    def test_the_server_s_bytes_with_a_reset(self):
        self.check("down", CUTS // 3, Link.reset, CUTS // 10)

    def test_the_client_s_bytes(self):
        self.check("up", CUTS // 2, Link.cut, CUTS // 2)

    def test_the_first_bytes(self):
        for direction in ("down", "up"):
            for place, result in self.cut_at(direction, range(0, FIRST_BYTES, STEP), Link.cut):
                with self.subTest(direction=direction, place=place):
                    self.assertGreater(getattr(result, "code", -1), 0, repr(result))
            for number in range(tls_cut.WORKERS):
                self.total(direction, number)


if __name__ == "__main__":
    harness.main()
