"""What the end-to-end tests share: the installed programs, a daemon, scanimage with and without the network.

The environment says where things are (set by `make check`): NETSANE_STAGE is the folder that `make install DESTDIR=`
filled, NETSANE_SBINDIR, NETSANE_LIBEXECDIR, NETSANE_LIBDIR, NETSANE_PLUGINDIR and NETSANE_SANEDIR are the folders in
it, NETSANE_SANITIZERS is what configure got as --enable-sanitizers (or "no").
"""

import ctypes
import faulthandler
import functools
import os
import platform
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
import unittest

TIMEOUT = 60.0  # seconds that one scanimage run may take
LOCAL_TRIES = 20  # see run_local
PROGRAM_DEADLINE = 600  # seconds for a whole test program
START_DEADLINE = 20.0  # seconds until the daemon serves
STOP_DEADLINE = 15.0  # seconds from SIGTERM to the end of the daemon

# The hash is of "secret", in a scheme that every libxcrypt has; few rounds, so that sanitizer builds stay quick.
PASSWORD = "secret"
PASSWORD_HASH = "$6$rounds=1000$netsanetest$iClfDa3a4YOWtK5dKreEjbeezzyvBOsbUjYf.WqvaawXoI219UC3d/M4mC5MRfHYUyXTb91ktKZqwkMnrRrGA."

# libsane ends reader threads by asynchronous pthread_cancel(3). One that hits glibc while it makes an arena for the thread
# leaves a lock behind, and about one scan in a thousand hangs for ever, with and without a network. With a single arena
# that doesn't happen, so comparisons don't trip over it.
ONE_ARENA = {"MALLOC_ARENA_MAX": "1"}

# No test looks for servers in the network that it runs in, or announces one there.
NO_BUS = "unix:path=/nonexistent/bus"

TEST_CONF = """\
number_of_devices 2
mode Gray
depth 8
hand-scanner false
three-pass false
three-pass-order RGB
resolution_min 1.0
resolution_max 1200.0
resolution_quant 1.0
resolution 50.0
test-picture "Solid black"
invert-endianess false
read-limit false
read-limit-size 1
read-delay false
read-delay-duration 1000
read-status-code "Default"
fuzzy-parameters false
ppl-loss 0
non-blocking false
select-fd false
enable-test-options false
geometry_min 0.0
geometry_max 200.0
geometry_quant 1.0
tl_x 0.0
tl_y 0.0
br_x 80.0
br_y 100.0
"""


def wait_for(condition, deadline, what):
    """Polls until condition() is true and returns its value; fails with `what`, a text or what gives one, after `deadline`
    seconds."""
    end = time.monotonic() + deadline
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {deadline:g} s: {what() if callable(what) else what}")
        time.sleep(0.01)


def write_file(path, text, mode=0o644):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
    os.chmod(path, mode)
    return path


def room_for(connections):
    """Keys of a server that takes so many connections from this host, and a few, without chance in it."""
    most = 2 * connections
    return {"max_connections": most, "max_connections_per_host": most,
            "max_strangers": 2 * most, "max_strangers_per_host": 2 * most}


def toml_value(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def toml_text(keys, tables):
    """keys: the top level; tables: pairs of a header ("[sane]", "[[allow]]") and its keys."""
    lines = [f"{key} = {toml_value(value)}" for key, value in keys.items()]
    for header, entries in tables:
        lines += ["", header]
        lines += [f"{key} = {toml_value(value)}" for key, value in entries.items()]
    return "\n".join(lines) + "\n"


def processes():
    """All processes as (pid, state, parent, process group, session)."""
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat", encoding="ascii", errors="replace") as file:
                text = file.read()
        except OSError:
            continue
        fields = text.rpartition(")")[2].split()
        found.append((int(name), fields[0], int(fields[1]), int(fields[2]), int(fields[3])))
    return found


def ticks_asleep(pid):
    """What a process that sleeps has used of the processor, in clock ticks; None for one that doesn't sleep."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return None
    return int(fields[11]) + int(fields[12]) if fields[0] == "S" else None


def program_name(pid):
    """The file name of the program that a process runs, or "" when it is gone."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return os.path.basename(file.read().split(b"\0")[0].decode(errors="replace"))
    except OSError:
        return ""


def waits_for_a_device(pid):
    """Whether it is a device process that was given no device yet: one that was carries the device's name."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            arguments = file.read().split(b"\0")
        with open(f"/proc/{pid}/comm", "rb") as file:
            return b"--wait" in arguments and file.read().strip() == b"netsaned-device"
    except OSError:
        return False


class Stage:
    """The programs as installed. One per test program; close() removes copies."""

    def __init__(self):
        root = os.environ.get("NETSANE_STAGE")
        if not root:
            raise SystemExit("NETSANE_STAGE isn't set: run the tests by `make check`, or say where"
                             " `make install DESTDIR=` put the programs")

        self.root = root

        def folder(variable, default):
            return root + os.environ.get(variable, default)

        self.sbin = folder("NETSANE_SBINDIR", "/usr/local/sbin")
        self.libexec = folder("NETSANE_LIBEXECDIR", "/usr/local/libexec/netsane")
        self.lib = folder("NETSANE_LIBDIR", "/usr/local/lib")
        self.backend = folder("NETSANE_SANEDIR", "/usr/local/lib/sane")
        self.plugins = folder("NETSANE_PLUGINDIR", "/usr/local/lib/netsane")
        self.netsaned = os.path.join(self.sbin, "netsaned")
        sanitizers = os.environ.get("NETSANE_SANITIZERS", "no")
        self.sanitizers = [] if sanitizers in ("", "no") else sanitizers.split(",")
        for path in (self.netsaned, os.path.join(self.backend, "libsane-netsane.so.1")):
            if not os.path.exists(path):
                raise SystemExit(f"{path} isn't there: the install into the stage folder is not complete")
        if not shutil.which("scanimage"):
            raise SystemExit("scanimage isn't installed (Debian: sane-utils); the end-to-end tests need it")
        self.copy = None
        if not self.trusted(self.plugins):
            self.copy = tempfile.mkdtemp(prefix="netsane-plugins-")
            self.plugins = shutil.copytree(self.plugins, os.path.join(self.copy, "netsane"))
            os.chmod(self.plugins, 0o755)
            for name in os.listdir(self.plugins):
                os.chmod(os.path.join(self.plugins, name), 0o755)

    def close(self):
        if self.copy:
            shutil.rmtree(self.copy)

    @staticmethod
    def trusted(path):
        """Whether nobody but root and this user can change `path` or a folder above it (as the plugin loader asks)."""
        path = os.path.realpath(path)
        while True:
            status = os.stat(path)
            if status.st_uid not in (0, os.geteuid()):
                return False
            sticky = status.st_mode & stat.S_ISVTX and status.st_uid == 0
            if status.st_mode & 0o022 and not sticky:
                return False
            if path == "/":
                return True
            path = os.path.dirname(path)

    @functools.cached_property
    def preload(self):
        """The sanitizers' run-time libraries, for a foreign program that loads our shared objects. Asks the compiler."""
        compiler = os.environ.get("NETSANE_CXX", "g++").split()
        version = subprocess.run(compiler + ["--version"], stdout=subprocess.PIPE, check=True).stdout
        if b"clang" in version:
            # one runtime holds that of UndefinedBehaviorSanitizer too
            names = {name: f"libclang_rt.{runtime}-{platform.machine()}.so" for name, runtime in
                     (("address", "asan"), ("thread", "tsan"))}
        else:
            names = {"address": "libasan.so", "undefined": "libubsan.so", "thread": "libtsan.so"}
        paths = []
        for name in self.sanitizers:
            if name in names:
                out = subprocess.run(compiler + [f"-print-file-name={names[name]}"], stdout=subprocess.PIPE, check=True)
                paths.append(os.path.realpath(out.stdout.decode().strip()))
        return " ".join(paths)

    def sanitizer_env(self, prefix, leaks):
        """Environment that sends the sanitizers' reports to files that begin with `prefix`.

        An error aborts the program. Leaks only make a report: what a foreign module leaves behind must not change a
        program's exit code, and sanitizer_reports() tells one from the other.
        """
        if not self.sanitizers:
            return {}
        # Backends of libsane keep memory until the process ends; that is theirs.
        suppressions = write_file(prefix + ".suppressions", "leak:libsane\nleak:libusb\nleak:dlopen\n")
        ends = f"log_path={prefix}:log_exe_name=1:exitcode=0:abort_on_error=1"
        return {
            # No filling of new memory: SANE's test backend writes memory out that it never wrote to.
            "ASAN_OPTIONS": f"{ends}:detect_leaks={1 if leaks else 0}:max_malloc_fill_size=0",
            "UBSAN_OPTIONS": f"{ends}:print_stacktrace=1:halt_on_error=1",
            "LSAN_OPTIONS": f"{ends}:suppressions={suppressions}:print_suppressions=0",
        }


LEAK_REPORT = re.compile(r"^==\S*==ERROR: LeakSanitizer: .*?^SUMMARY: .*?$", re.MULTILINE | re.DOTALL)
LEAK = re.compile(r"^(?:Direct|Indirect) leak of .*?(?=^\s*$)", re.MULTILINE | re.DOTALL)
# The caller of malloc() has no name: a module that was unloaded, or that has no symbols, and so none of ours.
FOREIGN_LEAK = re.compile(r"\w+ leak of \d+ byte\(s\) in \d+ object\(s\) allocated from:\n"
                          r" +#0 \S+ in (?:__interceptor_)?malloc \S[^\n]*\n"
                          r" +#1 \S+  \(\S[^\n]*\)\n\Z")


def without_foreign_leaks(text):
    """A report of a device process, without leaks that are surely not ours.

    SANE's test backend loses the buffer of its reader thread where it cancels it, and is unloaded when the report is
    made, so that no suppression can name it.
    """
    def kept(report):
        leaks = LEAK.findall(report.group())
        foreign = bool(leaks) and all(FOREIGN_LEAK.match(leak) for leak in leaks)
        return "" if foreign and "netsane::" not in report.group() else report.group()

    left = LEAK_REPORT.sub(kept, text)
    return text if left.replace("=", "").strip() else ""


# What the leak check says of its own process where that is killed meanwhile; nothing of a leak.
KILLED_IN_LEAK_CHECK = re.compile(r"^==\S+==Unable to get registers from thread \d+\.\n", re.MULTILINE)


def sanitizer_reports(prefix):
    """The text of all reports in files that begin with `prefix`; a file's name says the program."""
    folder, name = os.path.split(prefix)
    texts = []
    for entry in sorted(os.listdir(folder)):
        if entry.startswith(name + ".") and not entry.endswith(".suppressions"):
            with open(os.path.join(folder, entry), encoding="utf-8", errors="replace") as file:
                text = file.read()
            if entry.startswith(name + ".netsaned-device."):
                text = without_foreign_leaks(text)
            text = KILLED_IN_LEAK_CHECK.sub("", text)
            if text:
                texts.append(f"{entry}:\n{text}")
    return "\n".join(texts)


class Result:
    """How a program ended: code (negative: signal), out, err, seconds."""

    def __init__(self, code, out, err, seconds):
        self.code = code
        self.out = out
        self.err = err
        self.seconds = seconds

    def __repr__(self):
        return (f"exit code {self.code} after {self.seconds:.2f} s, {len(self.out)} bytes on standard output,"
                f" standard error:\n{self.err.decode(errors='replace')}")


class Daemon:
    """A netsaned of this test, on ports that the kernel picks.

    `keys` replace or add top-level keys of the configuration (None leaves one out), `tables` adds tables.
    The folder of the scanners' configuration is sane_dir; write into it before start().
    """

    def __init__(self, stage, folder, name="daemon", keys=None, tables=(), sane=None):
        self.stage = stage
        self.folder = os.path.join(folder, name)
        os.mkdir(self.folder, 0o755)
        self.sane_dir = os.path.join(self.folder, "sane.d")
        os.mkdir(self.sane_dir, 0o755)
        write_file(os.path.join(self.sane_dir, "dll.conf"), "test\n")
        write_file(os.path.join(self.sane_dir, "test.conf"), TEST_CONF)
        self.config = os.path.join(self.folder, "netsaned.conf")
        self.ports_file = os.path.join(self.folder, "ports")
        self.log_file = os.path.join(self.folder, "log")
        self.reports = os.path.join(self.folder, "sanitizer")
        self.keys = {"listen": ["127.0.0.1:0"], "user": "root", "crypt": ["none"], "auth": [], "auth_at": "open",
                     "plugin_dir": stage.plugins, "control_socket": self.folder + "-control"}
        if os.geteuid() != 0:
            del self.keys["user"]
        self.configure(keys or {}, tables, sane or {})
        self.program = stage.netsaned
        self.bus = NO_BUS
        self.process = None
        self.session_id = 0
        self.listeners = []

    def configure(self, keys, tables=(), sane=None):
        """Writes the configuration file anew."""
        for key, value in keys.items():
            if value is None:
                self.keys.pop(key, None)
            else:
                self.keys[key] = value
        self.sane = {"config_dir": self.sane_dir, **(sane or {})}
        write_file(self.config, toml_text(self.keys, [("[sane]", self.sane), *tables]))

    def command(self):
        return [self.program, "--config", self.config, "--foreground", "--ports-file", self.ports_file]

    def environment(self):
        env = {"PATH": os.environ.get("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"), "LANG": "C", "HOME": self.folder,
               "LD_LIBRARY_PATH": self.stage.lib, "DBUS_SYSTEM_BUS_ADDRESS": self.bus, **ONE_ARENA}
        env.update(self.stage.sanitizer_env(self.reports, leaks=True))
        return env

    def start(self, **popen):
        """Starts the daemon and waits until it serves."""
        if os.path.exists(self.ports_file):
            os.unlink(self.ports_file)
        popen.setdefault("env", self.environment())
        command = popen.pop("command", None) or self.command()
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            start_new_session=True, **popen)
        self.session_id = self.process.pid

        def serving():
            if self.process.poll() is not None:
                raise AssertionError(f"netsaned ended with {self.process.returncode} at its start:\n{self.log()}")
            return os.path.exists(self.ports_file)

        try:
            wait_for(serving, START_DEADLINE, "netsaned serves")
        except AssertionError as error:
            self.kill()
            raise AssertionError(f"{error}\nlog of netsaned:\n{self.log()}") from None
        with open(self.ports_file, encoding="ascii") as file:
            self.listeners = [line.strip() for line in file if line.strip()]
        return self

    @property
    def address(self):
        """The first listener, "127.0.0.1:40123"."""
        return self.listeners[0]

    @property
    def port(self):
        return int(self.address.rpartition(":")[2])

    def log(self):
        if not os.path.exists(self.log_file):
            return ""
        with open(self.log_file, encoding="utf-8", errors="replace") as file:
            return file.read()

    def wait_log(self, what, before=0, count=1, deadline=10.0):
        """Waits until `what` stands `count` times in the log behind its first `before` characters. The processes write to it
        on their own: a client may know of its end earlier."""
        wait_for(lambda: self.log()[before:].count(what) >= count, deadline,
                 lambda: f"{what!r} in the log:\n{self.log()[before:]}")

    def members(self):
        """The daemon's processes, zombies too, as pids (the supervisor included while it runs).

        Only start() sets session_id. Before that there is nothing to look for: 0 and 1 are the sessions of processes
        that belong to others.
        """
        if self.session_id <= 1 or self.session_id == os.getsid(0):
            return []
        return [entry[0] for entry in processes() if entry[4] == self.session_id or entry[3] == self.session_id]

    def find(self, program):
        """Pids of the daemon's running processes of one program ("netsaned-device"), without those that only wait."""
        return [pid for pid in self.members() if program_name(pid) == program and not waits_for_a_device(pid)]

    def waiting(self):
        """Pids of device processes that wait until somebody opens a device."""
        return [pid for pid in self.members() if waits_for_a_device(pid)]

    def device_process(self, device):
        """The pid of the process that the device was last opened in; a listing has one of its own."""
        opened = re.findall(rf"audit: open result=granted .*\bdevice={re.escape(device)} .*\bprocess=(\d+)", self.log())
        if not opened:
            raise AssertionError(f"{device} was not opened, log:\n{self.log()}")
        return int(opened[-1])

    def settle(self):
        """Waits until a device process is ready for the next OPEN, nobody lists or scans, and all processes only wait."""
        def looks():
            return {pid: ticks_asleep(pid) for pid in self.members()}

        def quiet():
            before = looks()
            time.sleep(0.05)
            return None not in before.values() and looks() == before and self.waiting() and not self.find("netsaned-device")

        wait_for(quiet, START_DEADLINE, lambda: f"the processes have nothing to do, log:\n{self.log()}")

    def worker(self, program):
        """The pid of the supervisor's own process of a program, or None; others may be forked from it."""
        parents = {entry[0]: entry[2] for entry in processes()}
        found = [pid for pid in self.find(program) if parents.get(pid) == self.session_id]
        return found[0] if len(found) == 1 else None

    def wait_gone(self, deadline=5.0):
        """Waits until no process of the daemon is left, zombies included; the supervisor must have been waited for."""
        def gone():
            self.reap()
            return not self.members()

        try:
            wait_for(gone, deadline, "no process of the daemon is left")
        except AssertionError as error:
            left = [(pid, program_name(pid)) for pid in self.members()]
            raise AssertionError(f"{error}: {left}\nlog of netsaned:\n{self.log()}") from None

    def reap(self):
        """Waits for processes that lost the supervisor as their parent (see adopt_orphans())."""
        for pid in self.members():
            if self.process is None or pid != self.process.pid:
                try:
                    os.waitpid(pid, os.WNOHANG)
                except ChildProcessError:
                    pass

    def zombies(self):
        members = self.members()
        return [entry[0] for entry in processes() if entry[0] in members and entry[1] == "Z"]

    def stop(self, expected=0):
        """SIGTERM: the daemon must end with exit code 0 and leave no process behind."""
        if self.process is None:
            return
        if self.process.poll() is None:
            wait_for(lambda: self.reap() or not self.zombies(), 5.0, "the supervisor has waited for its children")
        process, self.process = self.process, None
        if process.poll() is None:
            process.terminate()
        try:
            code = process.wait(STOP_DEADLINE)
        except subprocess.TimeoutExpired:
            self.process = process
            self.kill()
            raise AssertionError(f"netsaned did not end on SIGTERM; its log:\n{self.log()}") from None
        try:
            self.wait_gone()
        finally:
            self.kill()
        if code != expected:
            raise AssertionError(f"netsaned ended with {code} in place of {expected}; its log:\n{self.log()}")
        self.check_reports()

    def check_reports(self):
        text = sanitizer_reports(self.reports)
        if text:
            raise AssertionError(f"sanitizer report from the daemon:\n{text}")

    def kill_members(self):
        for pid in self.members():
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                pass

    def kill(self):
        """Ends whatever of the daemon is left; for cleaning up after a failure."""
        self.kill_members()
        if self.process is not None:
            self.process.wait()
            self.process = None
        self.reap()
        self.session_id = 0  # the number may go to a process of someone else now


class Scanning:
    """A scanimage that runs: what it has written so far is in out and err.

    With `hold`, its output is not read any further once that many bytes have come: the scan stands still in its middle,
    however fast the machine is, until resume().
    """

    def __init__(self, command, env, cwd, stdin=None, hold=None):
        self.process = subprocess.Popen(command, env=env, cwd=cwd, stdin=stdin or subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
        self.begin = time.monotonic()
        self.out = bytearray()
        self.err = bytearray()
        self.gate = threading.Event()  # clear: standard output isn't read, and the scan stands still
        self.gate.set()
        self.hold_at = hold
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.read, args=(self.process.stdout, self.out, True), daemon=True),
                        threading.Thread(target=self.read, args=(self.process.stderr, self.err, False), daemon=True)]
        for thread in self.threads:
            thread.start()

    def read(self, stream, buffer, gated):
        while True:
            if gated:
                self.gate.wait()
            data = os.read(stream.fileno(), 65536)
            if not data:
                return
            buffer += data
            with self.lock:
                if gated and self.hold_at is not None and len(buffer) >= self.hold_at:
                    self.hold_at = None
                    self.gate.clear()

    def wait_held(self):
        """Waits until the scan stands still."""
        wait_for(lambda: not self.gate.is_set() or self.process.poll() is not None, TIMEOUT, "the scan is in its middle")
        if self.gate.is_set() or self.process.poll() is not None:
            raise AssertionError(f"the scan ended early: {self.process.returncode} {bytes(self.err)!r}")

    def resume(self):
        with self.lock:
            self.hold_at = None
            self.gate.set()

    def wait_bytes(self, count):
        wait_for(lambda: len(self.out) >= count or self.process.poll() is not None, TIMEOUT, f"{count} bytes of the scan")
        if len(self.out) < count:
            raise AssertionError(f"the scan ended after {len(self.out)} bytes: {bytes(self.err)!r}")

    def signal(self, number):
        self.process.send_signal(number)

    def finish(self, timeout=TIMEOUT):
        """Waits for the end, draining its output, and returns a Result."""
        self.resume()
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"scanimage did not end within {timeout:g} s: {bytes(self.err)!r}") from None
        for thread in self.threads:
            thread.join(5)
        self.process.stdout.close()
        self.process.stderr.close()
        return Result(code, bytes(self.out), bytes(self.err), time.monotonic() - self.begin)


class Client:
    """scanimage with a configuration of its own: `servers` are the lines of netsane.conf."""

    more_asan_options = ""

    def __init__(self, stage, folder, servers, name="client", dll="netsane\n"):
        self.stage = stage
        self.folder = os.path.join(folder, name)
        os.mkdir(self.folder, 0o755)
        self.sane_dir = os.path.join(self.folder, "sane.d")
        os.mkdir(self.sane_dir, 0o755)
        self.reports = os.path.join(self.folder, "sanitizer")
        self.bus = NO_BUS
        write_file(os.path.join(self.sane_dir, "dll.conf"), dll)
        self.configure(servers)

    def configure(self, servers):
        lines = [f"plugin_dir = {self.stage.plugins}", *servers]
        write_file(os.path.join(self.sane_dir, "netsane.conf"), "\n".join(lines) + "\n", 0o600)

    def environment(self):
        env = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LANG": "C", "HOME": self.folder,
               "SANE_CONFIG_DIR": self.sane_dir, "LD_LIBRARY_PATH": self.stage.backend + ":" + self.stage.lib,
               "DBUS_SYSTEM_BUS_ADDRESS": self.bus}
        if "SANE_DEBUG_NETSANE" in os.environ:
            env["SANE_DEBUG_NETSANE"] = os.environ["SANE_DEBUG_NETSANE"]
        if self.stage.sanitizers:
            env.update(self.stage.sanitizer_env(self.reports, leaks=False))
            env["ASAN_OPTIONS"] += self.more_asan_options
            env["LD_PRELOAD"] = self.stage.preload
        return env

    def start(self, *args, cwd=None, stdin=None, hold=None):
        return Scanning(["scanimage", *args], self.environment(), cwd or self.folder, stdin, hold)

    def run(self, *args, cwd=None, input=None, timeout=TIMEOUT):
        """Runs scanimage to its end. With `input` it gets a session without terminal, so getpass reads it too."""
        return run(["scanimage", *args], self.environment(), cwd or self.folder, input, timeout)

    def check_reports(self):
        text = sanitizer_reports(self.reports)
        if text:
            raise AssertionError(f"sanitizer report from the client:\n{text}")


def run(command, env, cwd, input=None, timeout=TIMEOUT):
    begin = time.monotonic()
    try:
        done = subprocess.run(command, env=env, cwd=cwd, input=b"" if input is None else input, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=timeout, start_new_session=True, check=False)
    except subprocess.TimeoutExpired as error:
        raise AssertionError(f"{' '.join(command)} did not end within {timeout:g} s: {error.stderr!r}") from None
    return Result(done.returncode, done.stdout, done.stderr, time.monotonic() - begin)


def run_local(sane_dir, *args, cwd, input=None):
    """scanimage on this machine's own libsane, with the same configuration of scanners as the daemon has.

    What is measured here is only what to expect. The test backend cancels its reader thread and closes the pipe under it
    at any moment; where that ended in a stray SIGPIPE, or in scanimage standing still, the run is done again.
    """
    env = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LANG": "C", "HOME": cwd, "SANE_CONFIG_DIR": sane_dir,
           **ONE_ARENA}
    for attempt in range(LOCAL_TRIES):
        try:
            result = run(["scanimage", *args], env, cwd, input, timeout=TIMEOUT / 2)
        except AssertionError:
            if attempt == LOCAL_TRIES - 1:
                raise
            continue
        if f"received signal {signal.SIGPIPE:d}".encode() not in result.err:
            break
    return result


# What a backend prints through SANE's DBG goes to its own process: on the server in one case, here in the other.
BACKEND_DEBUG = re.compile(rb"^\[\d\d:\d\d:\d\d\.\d+\] \[test\].*\n?", re.MULTILINE)


def normalised(text, address):
    return BACKEND_DEBUG.sub(b"", text.replace(b"netsane:" + address.encode() + b":", b""))


BITMAP = re.compile(rb"P4\n(?:#.*\n)*(\d+) (\d+)\n")


def without_padding(image):
    """The same bitmap with the bits behind the last pixel of each line as 0; whatever else it is, unchanged.

    SANE's test backend leaves in them what was in its memory.
    """
    header = BITMAP.match(image)
    if not header or int(header[1]) % 8 == 0:
        return image
    line = int(header[1]) // 8 + 1
    data = bytearray(image)
    for at in range(header.end() + line - 1, len(data), line):
        data[at] &= 0xff00 >> int(header[1]) % 8
    return bytes(data)


class EndToEndTest(unittest.TestCase):
    """A test with a temporary folder; daemons and scans made by its helpers are ended in every case."""

    stage = None

    @classmethod
    def setUpClass(cls):
        cls.stage = Stage()
        cls.addClassCleanup(cls.stage.close)

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="netsane-e2e-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.counter = 0

    def name(self, kind):
        self.counter += 1
        return f"{kind}{self.counter}"

    def daemon(self, **arguments):
        """A daemon, not started, that is surely gone at the end of the test."""
        daemon = Daemon(self.stage, self.folder, name=self.name("daemon"), **arguments)
        self.addCleanup(daemon.kill)
        return daemon

    def client(self, *servers, **arguments):
        client = Client(self.stage, self.folder, servers, name=self.name("client"), **arguments)
        self.addCleanup(client.check_reports)
        return client

    def client_of(self, daemon, *more):
        return self.client(daemon.address, *more)

    def scanning(self, client, *args, **arguments):
        """A scanimage in the background that is surely gone at the end of the test."""
        scan = client.start(*args, **arguments)

        def end():
            scan.resume()
            if scan.process.poll() is None:
                scan.process.kill()
                scan.process.wait()

        self.addCleanup(end)
        return scan


class DifferentialTest(EndToEndTest):
    """Compares scanimage on `test:0` locally and through one daemon that serves the whole class."""

    dll = "test\n"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shared = tempfile.mkdtemp(prefix="netsane-e2e-")
        cls.addClassCleanup(shutil.rmtree, cls.shared, ignore_errors=True)
        cls.server = Daemon(cls.stage, cls.shared, **cls.serving())
        cls.addClassCleanup(cls.server.kill)
        cls.prepare(cls.server)
        cls.server.start()
        cls.remote = Client(cls.stage, cls.shared, [" ".join([cls.server.address, *cls.asking()])])

    @classmethod
    def serving(cls):
        """For subclasses: more arguments of the Daemon; cls.shared is a folder to put files into."""
        return {}

    @classmethod
    def asking(cls):
        """For subclasses: the words behind the server's address in the client's configuration."""
        return []

    @classmethod
    def prepare(cls, server):
        """For subclasses: more files in server.sane_dir."""

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        cls.remote.check_reports()
        super().tearDownClass()

    def remote_name(self, device):
        return f"netsane:{self.server.address}:{device}"

    def same(self, *args, device="test:0", code=None, ignore_err=False, input=None, view=None):
        """Both runs must give the same bytes, texts and exit code; returns the local Result.

        `view` takes out of an image what is to be compared.
        """
        local = run_local(self.server.sane_dir, "-d", device, *args, cwd=self.folder, input=input)
        remote = self.remote.run("-d", self.remote_name(device), *args, cwd=self.folder, input=input)
        local.out, remote.out = without_padding(local.out), without_padding(remote.out)
        if view:
            local.out, remote.out = view(local.out), view(remote.out)
        self.compare(args, local, remote, ignore_err)
        if code is not None:
            self.assertEqual(local.code, code, f"{args}: the local run, {local!r}")
        return local

    def compare(self, args, local, remote, ignore_err=False):
        what = " ".join(args)
        remote_out = remote.out if remote.out[:2] in (b"P4", b"P5", b"P6") else normalised(remote.out, self.server.address)
        if remote.code != local.code:
            self.fail(f"{what}: exit code {remote.code} in place of {local.code}:\n{remote!r}\nlocally:\n{local!r}\n"
                      f"log of netsaned:\n{self.server.log()[-4000:]}")
        if remote_out != local.out:
            self.fail(f"{what}: standard output differs, {difference(local.out, remote_out)}\n{remote!r}")
        if not ignore_err:
            local_err, remote_err = (normalised(result.err, self.server.address) for result in (local, remote))
            self.assertEqual(remote_err, local_err, f"{what}: standard error differs")


def difference(expected, actual):
    """Where two byte strings part, for people."""
    if expected == actual:
        return "equal"
    at = next((i for i, (a, b) in enumerate(zip(expected, actual)) if a != b), min(len(expected), len(actual)))
    return (f"{len(expected)} bytes expected, {len(actual)} there, first difference at {at}:"
            f" {expected[at:at + 60]!r} expected, {actual[at:at + 60]!r} there")


def closed_port():
    """A port on loopback that nobody listens on: bound, never listening, kept by the socket that is returned."""
    holder = socket.socket()
    holder.bind(("127.0.0.1", 0))
    return holder, holder.getsockname()[1]


def adopt_orphans():
    """Processes that lose their parent become children of this one, so that none can hide."""
    pr_set_child_subreaper = 36
    ctypes.CDLL(None).prctl(pr_set_child_subreaper, 1, 0, 0, 0)


def main():
    # A test that stands still must not keep the whole run waiting for ever: it says where, and fails.
    faulthandler.dump_traceback_later(PROGRAM_DEADLINE, exit=True)
    adopt_orphans()
    unittest.main(module=sys.modules["__main__"], verbosity=2, catchbreak=False)
