#!/usr/bin/python3
"""Clients that come, share, cancel and vanish: devices become free, and nobody else notices."""

import os
import random
import signal
import socket

import harness
import seed

DEFAULT_SCAN = 157 * 196
# About 267 MB: never over before a test has done what it wants to do in its middle.
LONG = ["--mode", "Color", "--resolution", "1200", "-x", "200", "-y", "200"]
INTERRUPTED = 2  # SANE_STATUS_CANCELLED, as scanimage's exit code
FREE_WITHIN = 1.0  # seconds
SOON = 20  # seconds, for a machine with much else to do


class Lifecycle(harness.EndToEndTest):
    def setUp(self):
        super().setUp()
        self.server = self.daemon()
        self.server.start()
        self.scanner = self.client_of(self.server)

    def device(self, number=0):
        return f"netsane:{self.server.address}:test:{number}"

    def connect(self):
        connection = seed.Connection(("127.0.0.1", self.server.port))
        self.addCleanup(connection.close)
        return connection

    def long_scan(self, number=0, held=100000):
        """A scan that stands in its middle."""
        scan = self.scanning(self.scanner, "-d", self.device(number), *LONG, hold=held)
        scan.wait_held()
        return scan

    def assert_free(self, within=FREE_WITHIN, name="test:0"):
        connection = self.connect()
        status, handle, reason = harness.wait_for(lambda: self.opened(connection, name), within, f"{name} is free")
        self.assertEqual(status, seed.GOOD, reason)
        self.assertEqual(len(connection.image(handle)[1]), DEFAULT_SCAN)
        connection.clos(handle)
        connection.quit()
        connection.wait_closed()

    @staticmethod
    def opened(connection, name):
        status, handle, reason = connection.open(name)
        return None if status == seed.DEVICE_BUSY else (status, handle, reason)

    def expected(self, *args, number=0):
        return harness.run_local(self.server.sane_dir, "-d", f"test:{number}", *args, cwd=self.folder)

    def test_two_clients_at_once(self):
        args = ["--mode", "Color", "--test-picture", "Color pattern", "--resolution", "300"]
        scans = [self.scanning(self.scanner, "-d", self.device(number), *args, hold=1000) for number in (0, 1)]
        for scan in scans:
            scan.wait_held()
        serving = {self.server.device_process(f"test:{number}") for number in (0, 1)}
        self.assertEqual(len(serving), 2)
        self.assertLessEqual(serving, set(self.server.find("netsaned-device")))
        expected = self.expected(*args).out
        for scan in scans:
            result = scan.finish()
            self.assertEqual((result.code, result.out == expected), (0, True), repr(result))
        self.server.stop()

    def test_many_clients_one_after_the_other(self):
        expected = self.expected().out
        for _ in range(20):
            result = self.scanner.run("-d", self.device())
            self.assertEqual((result.code, result.out == expected), (0, True), f"{result!r}\n{self.server.log()}")
        self.server.stop()

    def test_a_device_that_somebody_holds(self):
        scan = self.long_scan()
        status, _, reason = self.connect().open("test:0")
        self.assertEqual(status, seed.DEVICE_BUSY)
        self.assertIn("127.0.0.1", reason)
        result = self.scanner.run("-d", self.device())
        self.assertEqual((result.code, result.out), (1, b""))
        self.assertIn(b"Device busy", result.err)
        scan.signal(signal.SIGINT)
        self.assertEqual(scan.finish().code, INTERRUPTED)
        self.assert_free()
        self.server.stop()

    def test_a_client_killed_in_mid_scan(self):
        scan = self.long_scan()
        scan.signal(signal.SIGKILL)
        scan.process.wait()
        self.assert_free()
        self.server.stop()

    def test_a_client_killed_while_it_is_slow(self):
        scan = self.scanning(self.scanner, "-d", self.device(), *LONG, "--read-delay=yes", "--read-delay-duration", "200000")
        scan.wait_bytes(1)
        scan.signal(signal.SIGKILL)
        scan.process.wait()
        self.assert_free()
        self.server.stop()

    def test_a_client_that_resets_its_connection(self):
        connection = self.connect()
        handle = connection.open("test:0")[1]
        connection.set(handle, "resolution", 600)
        connection.start(handle)
        connection.send(seed.message(seed.d(seed.READ), seed.c(handle), seed.d(65536)) * 20)
        linger = b"\1\0\0\0\0\0\0\0"
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        connection.close()
        self.assert_free()
        self.server.stop()

    def test_ctrl_c_at_any_moment(self):
        moments = random.Random(1997)
        for _ in range(10):
            scan = self.long_scan(held=moments.randrange(1, 3000000))
            scan.signal(signal.SIGINT)
            result = scan.finish(10)
            self.assertEqual(result.code, INTERRUPTED, repr(result))
            self.assertIn(b"trying to stop scanner", result.err)
            self.assertIn(b"Operation was canceled", result.err)
            self.assert_free()
        self.server.stop()

    def test_ctrl_c_while_the_scanner_is_slow(self):
        moments = random.Random(97)
        for _ in range(3):
            scan = self.scanning(self.scanner, "-d", self.device(), *LONG, "--read-delay=yes", "--read-delay-duration", "200000")
            scan.wait_bytes(moments.randrange(1, 100000))
            scan.signal(signal.SIGINT)
            result = scan.finish(5)
            self.assertEqual(result.code, INTERRUPTED, repr(result))
            self.assert_free()
        self.server.stop()

    def test_sigterm_in_mid_scan(self):
        scan = self.long_scan()
        self.server.stop()
        result = scan.finish(5)
        self.assertEqual(result.code, seed.IO_ERROR, repr(result))
        self.assertIn(b"Error during device I/O", result.err)

    def test_a_restart_in_mid_scan(self):
        scan = self.long_scan()
        address = f"127.0.0.1:{self.server.port}"
        self.server.process.terminate()
        self.assertEqual(self.server.process.wait(harness.STOP_DEADLINE), 0)
        self.server.configure({"listen": [address]})
        self.server.start()
        self.assertEqual(scan.finish(5).code, seed.IO_ERROR)
        self.assert_free()
        self.server.stop()

    def test_sighup_while_scanning(self):
        args = ["--mode", "Color", "--test-picture", "Color pattern", "--resolution", "600"]
        scan = self.scanning(self.scanner, "-d", self.device(), *args, hold=100000)
        scan.wait_held()
        processes = self.server.find("netsaned-session") + self.server.find("netsaned-device")
        before = len(self.server.log())
        os.kill(self.server.process.pid, signal.SIGHUP)
        harness.wait_for(lambda: len(self.server.log()) > before, SOON, "the log tells of the reload")
        result = scan.finish()
        self.assertEqual((result.code, result.out == self.expected(*args).out), (0, True), repr(result))
        self.assertTrue(set(self.server.find("netsaned-session")) & set(processes))
        self.assert_free()
        self.server.stop()

    def test_sighup_with_a_file_that_is_wrong_changes_nothing(self):
        harness.write_file(self.server.config, "listen = 17\n")
        os.kill(self.server.process.pid, signal.SIGHUP)
        harness.wait_for(lambda: "listen" in self.server.log(), SOON, "the log names the key")
        self.assert_free()
        self.server.stop()

    def test_sigint_ends_the_daemon_too(self):
        os.kill(self.server.process.pid, signal.SIGINT)
        self.assertEqual(self.server.process.wait(10), 0, self.server.log())
        self.server.stop()

    def test_no_descriptors_are_kept_by_connections_that_are_gone(self):
        def open_files():
            # Only root may look into the other processes.
            pids = self.server.members() if os.geteuid() == 0 else [self.server.process.pid]
            pids = set(pids) - set(self.server.waiting())  # they come and go
            try:
                return sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in pids)
            except FileNotFoundError:
                return None  # a process is just ending

        self.assert_free()
        harness.wait_for(lambda: not self.server.find("netsaned-device"), SOON, "the device processes have ended")
        before = harness.wait_for(open_files, SOON, "no process is just ending")
        for _ in range(20):
            self.assert_free()
        harness.wait_for(lambda: (open_files() or before + 1) <= before, 5, f"no more than the {before} descriptors of before")
        self.server.stop()


if __name__ == "__main__":
    harness.main()
