"""The sides that are compared: a device on this machine, one behind Debian's saned and SANE's net backend, one behind netsaned.

Each has `device(n)`, the name of test device n for a frontend, `environment()`, what that frontend needs, `processes()`,
the server's pids, and `close()`.
"""

import json
import os
import select
import shutil
import signal
import socket
import subprocess

import harness
import tls_connection
from counting_proxy import CountingProxy

SANE_PORT = 6566  # the net backend knows no other, so each saned, and each proxy before one, has a loopback address of its own
DEVICES = 4
TEST_CONF = harness.TEST_CONF.replace("number_of_devices 2", f"number_of_devices {DEVICES}")
FRONTEND = os.path.join(os.environ.get("NETSANE_BUILDDIR", "."), "bench", "frontend")
SANED = shutil.which("saned", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
DEADLINE = 20.0
RUN_DEADLINE = 120.0  # of one run of the frontend: saned's scans can stand still
DATA_PORTS = 16  # of a saned behind a proxy: the kernel keeps one for a while behind each scan

USERS = ["#secret:" + "k" * 43, "alice:ABRCL9ijBr2LY"]
PASSWORD = "password"


def folder_of(parent, name):
    path = os.path.join(parent, name)
    os.mkdir(path, 0o755)
    return path


def scanner_folder(parent, name):
    path = folder_of(parent, name)
    harness.write_file(os.path.join(path, "dll.conf"), "test\n")
    harness.write_file(os.path.join(path, "test.conf"), TEST_CONF)
    return path


def plain_environment(sane_dir):
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LANG": "C", "HOME": sane_dir, "SANE_CONFIG_DIR": sane_dir,
            "DBUS_SYSTEM_BUS_ADDRESS": harness.NO_BUS, **harness.ONE_ARENA}


def frontend(peer, *args, device=0, timeout=120):
    """Runs bench/frontend to its end and returns its line of JSON."""
    command = [FRONTEND, args[0], peer.device(device), *[str(arg) for arg in args[1:]]]
    result = harness.run(command, peer.environment(), "/", timeout=timeout)
    if result.code != 0:
        raise AssertionError(f"{' '.join(command)}: {result!r}")
    return json.loads(result.out)


class ScanRun:
    """A `frontend scan` that has its device open and its options set; go() lets it begin, result() ends it."""

    def __init__(self, peer, count, options, device=0, max_seconds=60):
        words = [f"{name}={value}" for name, value in options.items()]
        self.process = subprocess.Popen([FRONTEND, "scan", peer.device(device), str(count), str(max_seconds), *words],
                                        env=peer.environment(), cwd="/", stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, start_new_session=True)
        self.expect("ready")

    def expect(self, begin):
        if not select.select([self.process.stdout], [], [], RUN_DEADLINE)[0]:
            self.process.kill()
        line = self.process.stdout.readline()
        if not line.startswith(begin):
            self.close()
            raise AssertionError(f"{' '.join(self.process.args)}: {line!r} {self.errors}")
        return line

    def go(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def result(self):
        """Waits for the scans; the device stays open until close()."""
        return json.loads(self.expect("{"))

    def close(self):
        try:
            _, self.errors = self.process.communicate("\n", timeout=DEADLINE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            _, self.errors = self.process.communicate()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.close()


class Local:
    name = "local"

    made = 0

    def __init__(self, folder):
        Local.made += 1
        self.sane_dir = scanner_folder(folder, f"local{Local.made}")

    def device(self, number):
        return f"test:{number}"

    def environment(self):
        return plain_environment(self.sane_dir)

    def processes(self):
        return []

    def close(self):
        pass


def loopback_address():
    """One of 127/8 with nobody on SANE's port."""
    for last in range(2, 250):
        address = f"127.{100 + os.getpid() % 100}.{os.getpid() // 100 % 250}.{last}"
        with socket.socket() as probe:
            try:
                probe.bind((address, SANE_PORT))
            except OSError:
                continue
            return address
    raise AssertionError("no loopback address has SANE's port free")


class Saned:
    """delay: behind a proxy, with so many milliseconds each way; its data connections go through it, too."""

    name = "saned"
    made = 0

    def __init__(self, folder, delay=None):
        Saned.made += 1
        folder = folder_of(folder, f"saned{Saned.made}")
        self.sane_dir = scanner_folder(folder, "sane.d")
        self.client_dir = folder_of(folder, "client")
        self.log_file = os.path.join(folder, "log")
        harness.write_file(os.path.join(self.client_dir, "dll.conf"), "net\n")
        harness.write_file(os.path.join(self.client_dir, "net.conf"), "connect_timeout = 10\n")
        self.server = self.address = loopback_address()
        self.proxy = None
        ports = range(20000 + os.getpid() % 1000 * 20, 20000 + os.getpid() % 1000 * 20 + DATA_PORTS)
        conf = f"data_portrange = {ports[0]} - {ports[-1]}\n" if delay is not None else ""
        harness.write_file(os.path.join(self.sane_dir, "saned.conf"), conf + "127.0.0.0/8\n")
        self.start()
        if delay is not None:
            self.address = loopback_address()
            both = [SANE_PORT, *ports]
            try:
                self.proxy = CountingProxy(*[f"{self.server}:{port}" for port in both], delay=delay,
                                           listeners=[f"{self.address}:{port}" for port in both])
            except BaseException:
                self.close()
                raise

    def start(self):
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen([SANED, "-l", "-b", self.server, "-p", str(SANE_PORT), "-e", "-d", "1"],
                                            env=plain_environment(self.sane_dir), cwd="/", stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, start_new_session=True)

        def serving():
            if self.process.poll() is not None:
                with open(self.log_file, encoding="utf-8", errors="replace") as file:
                    raise AssertionError(f"saned ended with {self.process.returncode}: {file.read()}")
            with socket.socket() as probe:
                return probe.connect_ex((self.server, SANE_PORT)) == 0

        try:
            harness.wait_for(serving, DEADLINE, "saned serves")
        except BaseException:
            self.close()
            raise

    def device(self, number):
        return f"net:{self.address}:test:{number}"

    def environment(self):
        return plain_environment(self.client_dir)

    def processes(self):
        return [entry[0] for entry in harness.processes() if entry[4] == self.process.pid]

    def close(self):
        if self.proxy:
            self.proxy.close()
        pids = self.processes()
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()
        for pid in pids:  # its children are ours now (harness.adopt_orphans)
            try:
                os.waitpid(pid, 0)
            except ChildProcessError:
                pass


class Netsaned:
    """tls: under TLS, with a certificate that the client was given. login: PASS_CRYPT is asked for. delay: behind a proxy.
    A server that hasn't been started yet (start=False) is by start()."""

    made = 0

    def __init__(self, stage, folder, *, tls=False, login=False, delay=None, start=True, name="netsaned", **keys):
        Netsaned.made += 1
        self.name = name
        self.folder = folder_of(folder, f"netsaned{Netsaned.made}")
        certificate, key = tls_connection.make_certificate(self.folder, "server")
        users = harness.write_file(os.path.join(self.folder, "users"), "\n".join(USERS) + "\n", 0o600)
        self.daemon = harness.Daemon(stage, self.folder, keys={
            "crypt": ["tls"] if tls else ["none"], "auth": ["crypt"] if login else [], **keys}, tables=[
                ("[crypt_tls]", {"certificate": certificate, "key": key}), ("[auth_crypt]", {"file": users})])
        harness.write_file(os.path.join(self.daemon.sane_dir, "test.conf"), TEST_CONF)
        self.stage, self.delay, self.proxy, self.client = stage, delay, None, None
        self.words = f"tls=require ca={certificate}" if tls else "tls=off"
        if login:
            self.words += f" user=alice password={PASSWORD}"
        if start:
            self.start()

    def start(self):
        try:
            self.daemon.start()
            self.address = self.daemon.address
            if self.delay is not None:
                self.proxy = CountingProxy(self.address, delay=self.delay)
                self.address = self.proxy.address
            self.client = harness.Client(self.stage, self.folder, [f"{self.address} {self.words}"])
        except BaseException:
            self.close()
            raise

    def device(self, number):
        return f"netsane:{self.address}:test:{number}"

    def environment(self):
        return self.client.environment()

    def processes(self):
        return self.daemon.members()

    def close(self):
        if self.proxy:
            self.proxy.close()
        self.daemon.kill()
