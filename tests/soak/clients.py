"""The clients of a soak: each worker has a device and a configuration of its own and scans again and again, in turn well and
badly. What a scan must look like is what the same scan looks like locally."""

import random
import signal
import socket
import struct
import threading
import time

import harness

SCANS = [["--mode", mode, "--test-picture", "Color pattern", "--resolution", str(resolution), "-x", "100", "-y", "100"]
         for mode in ("Gray", "Color") for resolution in (75, 150, 300)]
KINDS = ["good", "good", "good", "slow", "cancelled", "killed", "rude"]
SCAN_DEADLINE = 90.0  # seconds; a scan that hangs is a scan that is lost
SLOW = 0.5  # seconds that a slow client stands still
CANCELLED = 2


class Outcome:
    """One scan, or one connection of a rude client. verdict: whole, failed, cancelled, killed, rude, WRONG or LOST."""

    def __init__(self, worker, kind, begin):
        self.worker, self.kind, self.begin = worker, kind, begin
        self.end = None
        self.verdict = None
        self.detail = ""

    def ended(self, verdict, detail=""):
        self.end = time.monotonic()
        self.verdict, self.detail = verdict, detail
        return self


class Worker(threading.Thread):
    """One client after the other, on one device. address: the server's or a proxy's; port: the server's."""

    def __init__(self, number, client, address, port, expected, seed, label):
        super().__init__(daemon=True)
        self.number, self.client, self.address, self.port, self.label = number, client, address, port, label
        client.more_asan_options = ":handle_segv=0"  # judge() knows of a crash that is scanimage's own
        self.expected = expected
        self.random = random.Random(seed)
        self.outcomes = []
        self.stopping = threading.Event()
        self.error = None

    def run(self):
        try:
            while not self.stopping.is_set():
                kind = self.random.choice(KINDS)
                outcome = Outcome(self, kind, time.monotonic())
                self.outcomes.append(self.rude(outcome) if kind == "rude" else self.scan(outcome))
                if outcome.verdict == "failed":
                    self.stopping.wait(0.2)  # the server may be starting
        except Exception as error:  # told in the end
            self.error = error

    def scan(self, outcome):
        which = self.random.randrange(len(SCANS))
        image = self.expected[which]
        hold = None if outcome.kind == "good" else self.random.randrange(1, len(image))
        run = self.client.start("-d", f"netsane:{self.address}:test:{self.number}", *SCANS[which], hold=hold)
        try:
            if hold is not None:
                self.disturb(outcome.kind, run)
            result = run.finish(SCAN_DEADLINE)
        except AssertionError as error:
            return outcome.ended("LOST", str(error))
        finally:
            run.resume()
            if run.process.poll() is None:
                run.process.kill()
                run.process.wait()
        return outcome.ended(*self.judge(outcome.kind, result, image))

    @staticmethod
    def disturb(kind, run):
        """Once it is in its middle, or has ended early: scans that failed, and small ones."""
        harness.wait_for(lambda: not run.gate.is_set() or run.process.poll() is not None, SCAN_DEADLINE, "the scan to go on")
        if kind == "slow":
            time.sleep(SLOW)
        elif run.process.poll() is None:
            run.signal(signal.SIGKILL if kind == "killed" else signal.SIGINT)

    @staticmethod
    def judge(kind, result, image):
        if result.code == 0:
            same = harness.difference(image, result.out)
            return ("whole", "") if same == "equal" else ("WRONG", same)
        if kind == "killed" and result.code == -signal.SIGKILL:
            return "killed", ""
        if kind == "cancelled" and result.code == CANCELLED:
            return "cancelled", ""
        if kind == "cancelled" and result.code == -signal.SIGSEGV and result.out == image:
            # scanimage cancels a handle that it has closed, with any backend: the scan was over.
            return "cancelled", "too late"
        if result.code < 0:
            return "LOST", (f"scanimage was killed by signal {-result.code} with {len(result.out)} of {len(image)} bytes:"
                            f" {result.err[-300:]!r}")
        return "failed", result.err.decode(errors="replace")[-500:]

    def rude(self, outcome):
        """Comes, says something that nobody wants to hear, and goes, with or without a word."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), 5) as connection:
                connection.sendall(self.random.choice([b"", self.random.randbytes(300), b"\0\0\0\4\0\0\0\1", b"GET / HTTP/1.0\r\n\r\n",
                                                       struct.pack(">III", 4, 20, 0x7fffffff)]))
                if self.random.random() < 0.5:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                else:
                    connection.settimeout(0.2)
                    connection.recv(4096)
        except OSError:
            pass
        return outcome.ended("rude")


def expected_images(sane_dir, folder):
    """What each of SCANS looks like here."""
    images = []
    for scan in SCANS:
        result = harness.run_local(sane_dir, "-d", "test:0", *scan, cwd=folder)
        if result.code != 0:
            raise SystemExit(f"the local scan failed: {result!r}")
        images.append(result.out)
    return images


def is_device_of(pid, worker):
    """Device processes carry the name of their device."""
    try:
        with open(f"/proc/{pid}/comm", encoding="ascii", errors="replace") as file:
            return file.read().strip() == f"test:{worker.number}"
    except OSError:
        return False


def device_process(daemon, worker):
    return next((pid for pid in daemon.find("netsaned-device") if is_device_of(pid, worker)), None)
