#!/usr/bin/python3
"""A device goes from one client to the next: clients that close wait for nothing, and nobody is told DEVICE_BUSY for that."""

import threading
import time

import harness
import seed

TIMES = 200
ROUNDS = 25
GRACE = 0.5  # seconds, as protocol.md §7.5 says


class Handover(harness.EndToEndTest):
    def setUp(self):
        super().setUp()
        self.server = self.daemon().start()
        self.scanner = self.client_of(self.server)

    def tearDown(self):
        self.server.stop()

    def scan(self, *args):
        return self.scanner.run("-d", f"netsane:{self.server.address}:test:0", *args)

    def connect(self):
        connection = seed.Connection(("127.0.0.1", self.server.port))
        self.addCleanup(connection.close)
        return connection

    def test_one_after_the_other(self):
        expected = harness.run_local(self.server.sane_dir, "-d", "test:0", cwd=self.folder).out
        for number in range(TIMES):
            result = self.scan() if number % 4 == 0 else self.scan("-n")
            self.assertEqual((result.code, result.out), (0, expected if number % 4 == 0 else b""), f"{number}: {result!r}")

    def test_two_that_take_turns(self):
        turns = [threading.Semaphore(1), threading.Semaphore(0)]
        failures = []

        def play(number):
            for _ in range(ROUNDS):
                turns[number].acquire()
                try:
                    result = self.scan()
                    if result.code != 0:
                        failures.append(repr(result))
                finally:
                    turns[1 - number].release()

        players = [threading.Thread(target=play, args=(number,)) for number in (0, 1)]
        for player in players:
            player.start()
        for player in players:
            player.join()
        self.assertEqual(failures, [])

    def test_a_holder_whose_end_is_on_its_way(self):
        holder, other = self.connect(), self.connect()
        self.assertEqual(holder.open("test:0")[0], seed.GOOD)
        closer = threading.Timer(GRACE / 10, holder.close)
        closer.start()
        status, _, reason = other.open("test:0")
        closer.join()
        self.assertEqual(status, seed.GOOD, reason)

    def test_a_holder_who_stays(self):
        holder, other = self.connect(), self.connect()
        self.assertEqual(holder.open("test:0")[0], seed.GOOD)
        for _ in range(2):
            begin = time.monotonic()
            status, _, reason = other.open("test:0")
            self.assertEqual(status, seed.DEVICE_BUSY)
            self.assertIn("127.0.0.1", reason)
            self.assertGreaterEqual(time.monotonic() - begin, GRACE)
        self.assertEqual(holder.open("test:0")[0], seed.DEVICE_BUSY, "it can't go while it waits")

    def test_a_client_that_says_all_at_once(self):
        """CLOS and QUIT in one segment, and nothing read any more: the device is free at once."""
        for _ in range(10):
            holder = self.connect()
            status, handle, reason = holder.open("test:0")
            self.assertEqual(status, seed.GOOD, reason)
            holder.send(seed.message(seed.d(seed.CLOS), seed.c(handle)) + seed.message(seed.d(seed.QUIT)))
            holder.close()


if __name__ == "__main__":
    harness.main()
