#!/usr/bin/python3
"""Handshakes that stand still: they end at their deadline, and until then they take nothing from a scan."""

import statistics
import time

import harness
import seed
import tls_connection
from tls_connection import TLS
from tls_server import SOON, TlsTest

STALLED = 500
SCANS = 5
PAGE = ["--mode", "Color", "--test-picture", "Color pattern", "--resolution", "300"]
HALF_A_HELLO = bytes.fromhex("16030100c8010000c4")
DRIBBLED = HALF_A_HELLO + bytes(200)


class Deadlines(TlsTest):
    def start(self):
        return self.serve(login_timeout=2)

    def assert_ends(self, server, connection, begin):
        connection.socket.settimeout(SOON)
        while connection.socket.recv(4096):
            pass
        self.assertGreater(time.monotonic() - begin, 1.5)
        self.assertLess(time.monotonic() - begin, 8)
        server.wait_log("the handshake was not finished in time")

    def test_nothing_comes(self):
        server = self.start()
        begin, connection = time.monotonic(), self.connect(server)
        connection.choose(TLS)
        self.assert_ends(server, connection, begin)
        server.stop()

    def test_half_a_client_hello(self):
        server = self.start()
        begin, connection = time.monotonic(), self.connect(server)
        connection.choose(TLS)
        connection.send(HALF_A_HELLO)
        self.assert_ends(server, connection, begin)
        server.stop()

    def test_a_byte_now_and_then_does_not_move_it(self):
        server = self.start()
        begin, connection = time.monotonic(), self.connect(server)
        connection.choose(TLS)
        connection.socket.settimeout(0.1)
        for byte in DRIBBLED:
            try:
                connection.send(bytes([byte]))
                if not connection.socket.recv(4096):
                    break
            except TimeoutError:
                continue
            except ConnectionError:
                break
        self.assertGreater(time.monotonic() - begin, 1.5)
        self.assertLess(time.monotonic() - begin, 8)
        server.wait_log("the handshake was not finished in time")
        server.stop()

    def test_no_choice_at_all(self):
        server = self.start()
        connection = self.connect(server)
        self.assertEqual(seed.signed(connection.wait_closed(8)[-1][0]), seed.FAIL)
        server.wait_log("CRPT_REQ was not answered in time")
        server.stop()


class ManyStalled(TlsTest):
    def setUp(self):
        super().setUp()
        tls_connection.allow_descriptors(self, STALLED)

    def stall(self, server, number):
        connection = self.connect(server)
        connection.choose(TLS)
        if number % 2:
            connection.send(HALF_A_HELLO)
        return connection

    def times(self, user, device, page):
        found = []
        for _ in range(SCANS):
            result = user.run("-d", device, *PAGE)
            self.assertEqual((result.code, harness.difference(page, result.out)), (0, "equal"), repr(result))
            found.append(result.seconds)
        return statistics.median(found)

    def test_a_scan_is_as_fast_beside_them(self):
        server = self.serve(crypt=["tls"], **harness.room_for(STALLED))
        user = self.client(f"{server.address} tls=require ca={self.certificate}")
        device = f"netsane:{server.address}:test:"
        page = harness.run_local(server.sane_dir, "-d", "test:0", *PAGE, cwd=self.folder).out
        alone = self.times(user, device + "0", page)
        in_progress = self.scanning(user, "-d", device + "1", *PAGE, hold=len(page) // 4)
        in_progress.wait_held()
        stalled = [self.stall(server, number) for number in range(STALLED)]
        beside = self.times(user, device + "0", page)
        begin = time.monotonic()
        result = in_progress.finish()
        rest = time.monotonic() - begin
        self.assertEqual((result.code, harness.difference(page, bytes(result.out))), (0, "equal"), repr(result))
        print(f"\na scan takes {alone:.3f} s alone and {beside:.3f} s beside {STALLED} stalled handshakes,"
              f" the rest of one in progress {rest:.3f} s")
        for connection in stalled:  # they are there still
            connection.socket.setblocking(False)
            with self.assertRaises(BlockingIOError):
                connection.socket.recv(1)
        self.assertLessEqual(beside, 2 * alone + 0.5)
        self.assertLessEqual(rest, 2 * alone + 0.5)
        server.stop()


if __name__ == "__main__":
    harness.main()
