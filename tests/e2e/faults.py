#!/usr/bin/python3
"""Processes of the daemon that are killed or stopped in mid-scan: one client gets an error, all others go on."""

import os
import signal

import harness
import seed

LONG = ["--mode", "Color", "--resolution", "1200", "-x", "200", "-y", "200"]
SOON = 20  # seconds, for a machine with much else to do
AT_ONCE = 5  # seconds: below what a process has that doesn't notice by itself
CLOSE_TIMEOUT = 3
CLOSING = 30  # seconds until a device that is closed and doesn't end is killed, and some
PICTURE = ["--mode", "Color", "--test-picture", "Color pattern", "--resolution", "600"]


class Faults(harness.EndToEndTest):
    def setUp(self):
        super().setUp()
        self.server = self.daemon(sane={"close_timeout": CLOSE_TIMEOUT})
        self.server.start()
        self.scanner = self.client_of(self.server)

    def device(self, number=0):
        return f"netsane:{self.server.address}:test:{number}"

    def held_scan(self, number, *args):
        """A scan that stands in its middle, and the process that serves it."""
        scan = self.scanning(self.scanner, "-d", self.device(number), *args, hold=100000)
        scan.wait_held()
        return scan, self.server.device_process(f"test:{number}")

    def assert_serves(self, number=0):
        result = self.scanner.run("-d", self.device(number))
        expected = harness.run_local(self.server.sane_dir, "-d", f"test:{number}", cwd=self.folder)
        self.assertEqual((result.code, result.out == expected.out), (0, True), f"{result!r}\n{self.server.log()}")

    def assert_io_error(self, result):
        self.assertEqual(result.code, seed.IO_ERROR, repr(result))
        self.assertIn(b"Error during device I/O", result.err)

    def assert_whole(self, scan, number):
        result = scan.finish()
        expected = harness.run_local(self.server.sane_dir, "-d", f"test:{number}", *PICTURE, cwd=self.folder)
        self.assertEqual((result.code, result.out == expected.out), (0, True), f"{result!r}\n{self.server.log()}")

    def test_a_device_process_killed_in_mid_scan(self):
        other, _ = self.held_scan(1, *PICTURE)
        scan, process = self.held_scan(0, *LONG)
        os.kill(process, signal.SIGKILL)
        self.assert_io_error(scan.finish(AT_ONCE))
        self.assert_whole(other, 1)
        self.assert_serves()
        self.server.stop()

    def test_a_device_process_that_crashes(self):
        scan, process = self.held_scan(0, *LONG)
        os.kill(process, signal.SIGSEGV)
        self.assert_io_error(scan.finish(AT_ONCE))
        self.assert_serves()
        self.server.kill() if self.stage.sanitizers else self.server.stop()

    def test_a_stopped_device_process_and_a_cancel(self):
        other, _ = self.held_scan(1, *PICTURE)
        scan, process = self.held_scan(0, *LONG)
        os.kill(process, signal.SIGSTOP)
        scan.signal(signal.SIGINT)
        result = scan.finish(30)
        self.assertNotEqual(result.code, 0, repr(result))
        self.assert_whole(other, 1)
        harness.wait_for(lambda: process not in self.server.members(), CLOSING, "the stopped process has been killed")
        self.assert_serves()
        self.server.stop()

    def test_a_stopped_device_process_and_a_client_that_is_gone(self):
        scan, process = self.held_scan(0, *LONG)
        os.kill(process, signal.SIGSTOP)
        scan.process.kill()
        scan.process.wait()
        harness.wait_for(lambda: process not in self.server.members(), CLOSING, "the stopped process has been killed")
        self.assert_serves()
        self.server.stop()

    def test_a_stopped_device_process_and_the_end_of_the_daemon(self):
        scan, process = self.held_scan(0, *LONG)
        os.kill(process, signal.SIGSTOP)
        self.server.stop()
        self.assert_io_error(scan.finish(AT_ONCE))

    def test_the_session_process_killed_in_mid_scan(self):
        scan, _ = self.held_scan(0, *LONG)
        (session,) = self.server.find("netsaned-session")
        os.kill(session, signal.SIGKILL)
        self.assert_io_error(scan.finish(AT_ONCE))
        harness.wait_for(lambda: set(self.server.find("netsaned-session")) - {session}, SOON, "there is a new session process")
        harness.wait_for(lambda: not self.server.find("netsaned-device"), SOON, "the device process is gone")
        self.assert_serves()
        self.server.stop()

    def test_the_supervisor_killed_in_mid_scan(self):
        scan, _ = self.held_scan(0, *LONG)
        os.kill(self.server.process.pid, signal.SIGKILL)
        self.server.process.wait()
        self.server.wait_gone(AT_ONCE)
        result = scan.finish(AT_ONCE)
        self.assert_io_error(result)

    def test_the_supervisor_killed_while_nobody_is_there(self):
        os.kill(self.server.process.pid, signal.SIGKILL)
        self.server.process.wait()
        self.server.wait_gone(AT_ONCE)

    def test_the_auth_process_killed(self):
        path = harness.write_file(f"{self.folder}/users", f"alice:{harness.PASSWORD_HASH}\n", 0o600)
        server = self.daemon(keys={"auth": ["unix"], "auth_fail_delay": 0}, tables=[("[auth_unix]", {"file": path})])
        server.start()

        def asked():
            connection = seed.Connection(("127.0.0.1", server.port))
            self.addCleanup(connection.close)
            connection.user, connection.passwords = "alice", ["secret"]
            return connection

        in_login = asked()
        in_login.send(seed.message(seed.d(seed.OPEN), seed.s("test:0")))
        self.assertEqual(seed.signed(in_login.receive()[0]), seed.USER)
        in_login.send(seed.message(seed.d(seed.USER), seed.s("alice")))
        self.assertEqual(seed.signed(in_login.receive()[0]), seed.PASS_REQ)
        auth = server.worker("netsaned-auth")
        os.kill(auth, signal.SIGKILL)
        harness.wait_for(lambda: server.worker("netsaned-auth") not in (auth, None), SOON, "there is a new auth process")
        # The login in progress is lost: refused or asked again, never granted.
        in_login.send(seed.message(seed.d(seed.PASS_RPLY), seed.d(seed.PASS_UNIX), seed.s("wrong")))
        try:
            fields = in_login.receive()
            self.assertNotEqual((seed.signed(fields[0]), seed.signed(fields[1]) if len(fields) > 1 else -1),
                                (seed.OPEN, seed.GOOD))
        except seed.Closed:
            pass
        in_login.close()
        later = asked()
        self.assertEqual(later.open("test:0")[0], seed.GOOD, server.log())
        server.stop()
        self.server.stop()


if __name__ == "__main__":
    harness.main()
