#!/usr/bin/python3
"""Scanners whose backend hangs, crashes, lies, floods or doesn't let itself be cancelled: their user is told in time, the
next one gets the scanner, and others notice nothing. The libsane is that of tests/device/FakeSane.cxx."""

import concurrent.futures
import os
import shutil
import signal
import tempfile
import time

import harness
import seed

TIMEOUT = 3  # seconds that a call may take
PATIENCE = 40.0  # seconds that anything may take on a busy machine
CALLS = ["open", "descriptor", "control", "parameters", "start", "read", "second-read", "close"]
ENDS = ["aborts", "crashes", "exits"]
IO_ERROR = b"Error during device I/O"
GOOD_IMAGE = bytes([1] * 10 + [3] * 10 + [5] * 10 + [7] * 10)
ODD_OPTIONS = ["huge", "type", "null-list", "null-range", "nameless", "words", "range"]
WORKERS = 6


class Broken(harness.EndToEndTest):
    def serve(self, *devices, lister=(), **sane):
        root = tempfile.mkdtemp(prefix="netsane-faulty-")
        self.addCleanup(shutil.rmtree, root)
        os.chmod(root, 0o755)
        root = shutil.copytree(self.stage.root, os.path.join(root, "root"), symlinks=True)
        program = os.path.join(root, os.path.relpath(self.stage.libexec, self.stage.root), "netsaned-device")
        os.unlink(program)
        shutil.copy(os.path.join(os.environ["NETSANE_BUILDDIR"], "tests/device/fake-device"), program)
        self.devices = f"{self.folder}/devices"
        self.list_devices(*lister, *(f"fake:{name}" for name in ("good", "bystander", *devices)))
        self.server = self.daemon(sane={"call_timeout": TIMEOUT, "close_timeout": TIMEOUT, **sane},
                                  keys={"max_devices_per_user": 100})
        self.server.program = os.path.join(root, os.path.relpath(self.stage.netsaned, self.stage.root))
        harness.write_file(os.path.join(self.server.sane_dir, "dll.conf"), "fake\n")
        self.server.start(env={**self.server.environment(), "NETSANE_FAKE_DEVICES": self.devices})
        self.user = self.client_of(self.server)

    def list_devices(self, *lines):
        harness.write_file(self.devices + ".new", "".join(f"{line}\n" for line in lines))
        os.rename(self.devices + ".new", self.devices)

    def name(self, device):  # of a device, or a folder as everywhere
        return super().name(device) if device in ("daemon", "client") else f"netsane:{self.server.address}:fake:{device}"

    def scan(self, device, *args):
        return self.user.run("-d", self.name(device), *args, timeout=PATIENCE)

    def in_parallel(self, devices, look):
        """look(device) for all of them, while a bystander holds a scan of its own, which must go on in the end."""
        self.server.settle()
        files = self.open_files()
        bystander = self.connect()
        status, handle, reason = bystander.open("fake:bystander")
        self.assertEqual(status, seed.GOOD, reason)
        self.assertEqual(bystander.start(handle)[0], seed.GOOD)
        sessions = self.server.find("netsaned-session")
        begin = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            slowest = max(zip(pool.map(look, devices), devices))
        print(f"\n  {len(devices)} faults in {time.monotonic() - begin:.1f} s, the longest {slowest[0]:.1f} s: {slowest[1]}")
        data = b""
        while (read := bystander.read(handle, 1000))[0] == seed.GOOD:
            data += read[1]
        self.assertEqual((read[0], data), (seed.EOF, GOOD_IMAGE), "what the bystander scanned")
        bystander.clos(handle)
        bystander.close()
        self.assertEqual(self.server.find("netsaned-session"), sessions, self.server.log())
        self.assert_nothing_left()
        self.assert_good()
        self.server.settle()
        harness.wait_for(lambda: self.open_files() <= files, PATIENCE, "no more descriptors than before")
        self.server.stop()

    def open_files(self):
        """Of supervisor and session process, as far as one may look."""
        pids = [self.server.process.pid] + (self.server.find("netsaned-session") if os.geteuid() == 0 else [])
        return sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in pids)

    def connect(self):
        connection = seed.Connection(("127.0.0.1", self.server.port), timeout=PATIENCE)
        self.addCleanup(connection.close)
        return connection

    def assert_good(self):
        result = self.scan("good")
        self.assertEqual((result.code, result.out[-40:]), (0, GOOD_IMAGE), f"{result!r}\n{self.server.log()}")

    def assert_nothing_left(self):
        harness.wait_for(lambda: not self.server.find("netsaned-device"), PATIENCE, "the device processes are gone")

    def assert_free(self, device):
        """The next one isn't told that somebody has it."""
        with self.connect() as connection:
            connection.send(seed.message(seed.d(seed.OPEN), seed.s(f"fake:{device}")))
            status = seed.signed(connection.reply(seed.OPEN)[0])
        self.assertNotEqual(status, seed.DEVICE_BUSY, f"{device}\n{self.server.log()}")

    def refused(self, device):
        """Scans with a device that fails: an I/O error is seen, and the next one may try."""
        result = self.scan(device)
        self.assertGreater(result.code, 0, f"{device}: {result!r}")
        self.assertIn(IO_ERROR, result.err, device)
        self.assert_free(device)
        return result.seconds

    def cancelled(self, device):
        scan = self.scanning(self.user, "-d", self.name(device))
        harness.wait_for(lambda: self.is_inside(device), PATIENCE, lambda: f"{device} scans:\n{self.server.log()}")
        begin = time.monotonic()
        scan.signal(signal.SIGINT)
        result = scan.finish(PATIENCE)
        self.assertGreater(result.code, 0, f"{device}: {result!r}")
        self.assertTrue(IO_ERROR in result.err or b"Operation was canceled" in result.err, f"{device}: {result!r}")
        if device in ("hangs-in-start", "hangs-in-read", "waits-for-cancel"):
            self.assertEqual(result.code, seed.CANCELLED, f"{device}: {result!r}")
        seconds = time.monotonic() - begin
        self.assert_free(device)
        return seconds

    def is_inside(self, device):
        """Whether the backend has been told to start."""
        return f"inside {device}" in self.server.log()


class Hanging(Broken):
    def test_calls_that_never_return(self):
        # A scan that hangs is for its user to cancel; what scanimage reads first are options.
        devices = [f"sticks-in-{call}" for call in ("open", "descriptor", "control", "parameters")]
        self.serve(*devices)
        self.in_parallel(devices, self.refused)

    def test_a_scan_that_hangs_is_cancelled(self):
        devices = ["hangs-in-start", "hangs-in-read", "waits-for-cancel",  # these come back
                   "sticks-in-start", "sticks-in-read", "sticks-in-cancel", "ignores-cancel"]
        self.serve(*devices)
        self.in_parallel(devices, self.cancelled)

    def test_a_close_that_never_returns(self):
        devices = ["sticks-in-close", "babbles-in-close"]
        self.serve(*devices)
        self.in_parallel(devices, self.whole)

    def whole(self, device):
        """The image is there; only the closing has its trouble."""
        result = self.scan(device)
        self.assertEqual((result.code, result.out[-40:]), (0, GOOD_IMAGE), f"{device}: {result!r}")
        self.assert_free(device)
        return result.seconds

    def test_the_end_of_the_daemon_is_not_held_up(self):
        self.serve("sticks-in-start", "sticks-in-open")
        for device in ("sticks-in-start", "sticks-in-open"):
            self.scanning(self.user, "-d", self.name(device))
        harness.wait_for(lambda: self.is_inside("sticks-in-start") and self.is_inside("sticks-in-open"), PATIENCE,
                         lambda: f"both hang:\n{self.server.log()}")
        self.server.stop()


class Ending(Broken):
    def test_calls_that_end_the_process(self):
        devices = [f"{end}-in-{call}" for end in ENDS for call in CALLS if call != "close"]
        self.serve(*devices)
        self.in_parallel(devices, self.refused)

    def test_in_the_last_call(self):
        devices = [f"{end}-in-close" for end in ENDS]
        self.serve(*devices)
        self.in_parallel(devices, self.ended)

    def test_in_a_cancel(self):
        devices = [f"{end}-in-cancel" for end in ENDS]
        self.serve(*devices)
        self.in_parallel(devices, self.cancelled)

    def ended(self, device):
        result = self.scan(device)  # the image may have been whole by then
        self.assertTrue(result.code == 0 and result.out[-40:] == GOOD_IMAGE or IO_ERROR in result.err, f"{device}: {result!r}")
        self.assert_free(device)
        return result.seconds


class Lying(Broken):
    def test_options_that_cannot_be(self):
        devices = [f"odd-option-{kind}" for kind in ODD_OPTIONS]
        self.serve(*devices)
        self.in_parallel(devices, self.shown)

    def shown(self, device):
        result = self.scan(device, "-A")
        self.assertEqual(result.code, 0, f"{device}: {result!r}")
        self.assert_free(device)
        return result.seconds

    def test_data_and_statuses_that_cannot_be(self):
        devices = ["long-read", "negative-read", "odd-status", "odd-read-status"]
        self.serve(*devices)
        self.in_parallel(devices, self.refused)

    def test_parameters_that_are_not_true(self):
        devices = ["more-than-said", "less-than-said", "odd-parameters", "no-parameters"]
        self.serve(*devices)
        self.in_parallel(devices, self.survived)

    def survived(self, device):
        """What a frontend makes of it is its own affair, as it would be without a network; it ends."""
        result = self.scan(device)
        self.assertGreaterEqual(result.code, 0, f"{device}: {result!r}")
        self.assert_free(device)
        return result.seconds

    def test_a_flood_of_data(self):
        self.serve("floods")
        self.in_parallel(["floods"], self.flooded)

    def flooded(self, device):
        scan = self.scanning(self.user, "-d", self.name(device), hold=1 << 20)
        scan.wait_held()
        begin = time.monotonic()
        scan.signal(signal.SIGINT)
        self.assertEqual(scan.finish(PATIENCE).code, seed.CANCELLED)
        self.assert_free(device)
        return time.monotonic() - begin

    def test_a_flood_on_standard_error(self):
        devices = [f"babbles-in-{call}" for call in ("open", "start", "read")]
        self.serve(*devices)
        self.in_parallel(devices, self.babbled)

    def babbled(self, device):
        result = self.scan(device)
        self.assertEqual((result.code, result.out[-40:]), (0, GOOD_IMAGE), f"{device}: {result!r}")
        return result.seconds


class Listing(Broken):
    def test_a_listing_that_fails_and_the_list_before_it(self):
        """The old list is served, whatever becomes of the new one, and devices of it can be opened."""
        self.serve("sticks-in-open", list_max_age=0, list_timeout=1)
        with self.connect() as connection:
            before = connection.devices()[1]
            for fault, reason in (("sticks", "it took too long"), ("crashes", "it ended without a list"),
                                  ("exits", "it ended without a list")):
                with self.subTest(fault=fault):
                    self.list_devices(f"!{fault}", "fake:good")
                    seen = len(self.server.log())
                    # The listing before this one may still be under way.
                    harness.wait_for(lambda: self.assertEqual(connection.devices()[1], before) or
                                     f"listing the devices failed: {reason}" in self.server.log()[seen:],
                                     PATIENCE, lambda: f"{reason} in the log:\n{self.server.log()[seen:]}")
                    self.assertEqual(connection.devices()[1], before)
                    self.assert_good()
            self.list_devices("fake:good", "fake:bystander")
            harness.wait_for(lambda: len(connection.devices()[1]) == 2, PATIENCE, "a list that is new")
        self.assert_nothing_left()
        self.server.stop()

    def test_no_listing_at_all(self):
        self.serve(lister=["!sticks"], list_timeout=1)
        with self.connect() as connection:
            connection.send(seed.message(seed.d(seed.GDEV)))
            fields = connection.reply(seed.GDEV)
        self.assertEqual(seed.signed(fields[0]), seed.IO_ERROR, self.server.log())
        self.list_devices("fake:good")
        harness.wait_for(lambda: self.scan("good").code == 0, PATIENCE, "the next listing is good")
        self.server.stop()


if __name__ == "__main__":
    harness.main()
