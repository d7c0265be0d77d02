#!/usr/bin/python3
"""Clients that read their replies slowly get all of them, without a pause, and what they say then is heard."""

import socket
import time

import harness
import seed

READS = 60            # outstanding at once
MOST = 65536          # bytes that each asks for
PORTION = 16384       # bytes that the client takes at a time
PAUSE = 0.001         # seconds between two portions
LONGEST_GAP = 5.0     # seconds without a byte; the server's sign of life comes after ten
RESOLUTIONS = (400, 500, 600)


class SlowReader(seed.Connection):
    """Takes a bit now and then, and knows the longest time that nothing was there."""

    longest_gap = 0.0

    def take(self, count):
        while len(self.buffer) < count:
            begin = time.monotonic()
            data = self.socket.recv(PORTION)
            self.longest_gap = max(self.longest_gap, time.monotonic() - begin)
            if not data:
                raise seed.Closed("end of file")
            self.buffer += data
            time.sleep(PAUSE)
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data


class SlowReaders(harness.EndToEndTest):
    def setUp(self):
        super().setUp()
        self.server = self.daemon()
        self.server.start()

    def connect(self):
        connection = SlowReader(("127.0.0.1", self.server.port))
        self.addCleanup(connection.close)
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, PORTION)
        return connection

    def open(self, resolution):
        connection = self.connect()
        status, handle, reason = connection.open("test:0")
        self.assertEqual(status, seed.GOOD, reason)
        connection.set(handle, "mode", "Color")
        connection.set(handle, "resolution", resolution)
        return connection, handle

    def start(self, connection, handle):
        """START and READS READs; returns the frame's bytes."""
        *_, bytes_per_line, _, lines, _ = connection.parameters(handle)
        self.assertEqual(connection.start(handle)[0], seed.GOOD)
        connection.send(self.request(handle) * READS)
        return bytes_per_line * lines

    @staticmethod
    def request(handle):
        return seed.message(seed.d(seed.READ), seed.c(handle), seed.d(MOST))

    def read(self, connection, handle, most):
        """Up to so many bytes, with READS READs outstanding all the time; (bytes, status of the last)."""
        got = 0
        while got < most:
            fields = connection.reply(seed.READ)
            if seed.signed(fields[0]) != seed.GOOD:
                return got, seed.signed(fields[0])
            got += len(fields[1])
            connection.send(self.request(handle))
        return got, seed.GOOD

    def test_the_end_of_the_frame_comes_with_the_rest(self):
        for resolution in RESOLUTIONS:
            with self.subTest(resolution=resolution):
                connection, handle = self.open(resolution)
                size = self.start(connection, handle)
                self.assertEqual(self.read(connection, handle, size + 1), (size, seed.EOF))
                self.assertLess(connection.longest_gap, LONGEST_GAP)
                connection.close()
        self.server.stop()

    def test_a_cancel_leaves_the_device_well(self):
        for resolution in RESOLUTIONS:
            with self.subTest(resolution=resolution):
                connection, handle = self.open(resolution)
                size = self.start(connection, handle)
                self.read(connection, handle, size // 2)
                connection.send(seed.message(seed.d(seed.ABRT), seed.c(handle)))
                for _ in range(READS):
                    connection.reply(seed.READ)
                connection.reply(seed.ABRT)
                self.assertLess(connection.longest_gap, LONGEST_GAP)
                connection.set(handle, "resolution", 50)
                self.assertEqual(len(connection.image(handle)[1]), 3 * 157 * 196)
                connection.close()
        self.assertNotIn("did not stop", self.server.log())
        self.server.stop()


if __name__ == "__main__":
    harness.main()
