#!/usr/bin/python3
"""What holds each process in its place: said in the log, seen in /proc, and tried from within.

What the kernel hasn't got (Landlock, seccomp), or the build (libseccomp, sanitizers), the daemon must say, and is not tried.
"""

import ctypes
import errno
import grp
import os
import pwd
import shutil
import signal
import tempfile

import harness
import seed

USER = "nobody"
SOON = 20.0
ESCAPE = 0x8021
CLASSES = ("session", "auth", "device")
ALL_SETS = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
SETPCAP = 1 << 8
# CAP_CHOWN to CAP_SETPCAP, IPC_LOCK, SYS_NICE, SYS_RESOURCE, AUDIT_WRITE, AUDIT_CONTROL
LOGIN_CAPABILITIES = 0x1ff | 1 << 14 | 1 << 23 | 1 << 24 | 1 << 29 | 1 << 30
# What a session process may be told to do, and the system calls of which one ends it.
ENDED = {"fork": ("clone", "clone3", "fork", "vfork"), "exec": ("execve",), "connect": ("socket",), "create": ("openat", "open"),
         "kill": ("kill",)}


def status(pid):
    fields = {}
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
        for line in file:
            name, _, value = line.partition(":")
            fields[name] = value.split()
    return fields


def landlock_version():
    """Of this kernel, for programs as this one; 0: none."""
    create_ruleset, ask_version = 444, 1
    return max(0, ctypes.CDLL(None).syscall(create_ruleset, None, 0, ask_version))


def has_seccomp():
    """Whether this kernel has filters: then one that isn't there is a bad address."""
    set_seccomp, filter_mode = 22, 2
    libc = ctypes.CDLL(None, use_errno=True)
    return libc.prctl(set_seccomp, filter_mode, None, 0, 0) == -1 and ctypes.get_errno() == errno.EFAULT


class Sandbox(harness.EndToEndTest):
    def setUp(self):
        super().setUp()
        self.is_root = os.geteuid() == 0
        self.landlock = 0 if self.stage.sanitizers else landlock_version()
        self.seccomp = not self.stage.sanitizers and os.environ["NETSANE_SECCOMP"] == "yes" and has_seccomp()
        # Another user has to reach the programs and plugins.
        self.open_folder = tempfile.mkdtemp(prefix="netsane-open-")
        self.addCleanup(shutil.rmtree, self.open_folder)
        os.chmod(self.open_folder, 0o755)
        os.chmod(self.folder, 0o755)

    def copy(self, folder, name):
        target = shutil.copytree(folder, os.path.join(self.open_folder, name))
        for path, _, files in os.walk(target):
            os.chmod(path, 0o755)
            for file in files:
                os.chmod(os.path.join(path, file), 0o755)
        return target

    def make_daemon(self, tables=(), **keys):
        """As another user where this is root."""
        users = harness.write_file(os.path.join(self.open_folder, "users"), f"alice:{harness.PASSWORD_HASH}\n", 0o600)
        plugins = self.copy(self.stage.plugins, "plugins")
        escape = os.path.join(os.environ["NETSANE_BUILDDIR"], "tests/plugins/.libs/crypt_escape.so")
        shutil.copy(os.path.realpath(escape), plugins)
        os.chmod(os.path.join(plugins, "crypt_escape.so"), 0o755)
        keys = {"auth": ["unix"], "auth_fail_delay": 0, "plugin_dir": plugins, "crypt": ["escape", "none"], **keys}
        if self.is_root:
            keys["user"] = USER
            os.chown(users, pwd.getpwnam(USER).pw_uid, -1)
        self.server = self.daemon(keys=keys, tables=[("[auth_unix]", {"file": users}), *tables])
        if self.is_root:
            root = self.copy(self.stage.root, "root")
            self.server.program = os.path.join(root, os.path.relpath(self.stage.netsaned, self.stage.root))
            if self.stage.sanitizers:
                os.chmod(self.server.folder, 0o777)
        self.environment = {**self.server.environment(), "NETSANE_TEST_METHODS": "1", "SECRET_TOKEN": "of the admin"}
        return self.server

    def start(self, **keys):
        server = self.make_daemon(**keys).start(env=self.environment)
        for name in CLASSES:
            server.wait_log(f"sandbox: {name}: ")
        return server

    def said(self, name, log=None):
        """What the log says of a class of processes; once."""
        lines = [line for line in (log or self.server.log()).splitlines() if f"sandbox: {name}: " in line]
        self.assertEqual(len(lines), 1, lines)
        return lines[0].partition(f"sandbox: {name}: ")[2]

    def assert_said(self, text, name):
        user = USER if self.is_root else pwd.getpwuid(os.geteuid()).pw_name
        self.assertTrue(text.startswith(f"user {user}, group"), text)
        self.assertIn("no capabilities, no new privileges, ", text)
        if self.stage.sanitizers:
            self.assertRegex(text, "a build for tests")
            return
        self.assertIn(f"Landlock {self.landlock}" if self.landlock else "no Landlock", text)
        if name != "device":
            self.assertIn(", seccomp" if self.seccomp else "no seccomp", text)

    # --- what /proc shows ----------------------------------------------------------------------------------------------

    def assert_confined(self, name):
        pids = harness.wait_for(lambda: len(found := self.server.find(f"netsaned-{name}")) == 1 and found, 10, f"one {name}")
        found = status(pids[0])
        self.assertEqual(found["NoNewPrivs"], ["1"], name)
        if "Seccomp" in found:
            self.assertEqual(found["Seccomp"], ["2" if self.seccomp and name != "device" else status("self")["Seccomp"][0]], name)
        with open(f"/proc/{pids[0]}/limits", encoding="ascii") as file:
            limits = file.read()
        self.assertRegex(limits, r"Max core file size +0 +0 ")
        if name == "session" and not self.stage.sanitizers:
            self.assertRegex(limits, r"Max processes +0 +0 ")
        may_limit = int(status("self")["CapEff"][0], 16) & SETPCAP
        for capabilities in ALL_SETS if may_limit else ("CapInh", "CapPrm", "CapEff", "CapAmb"):
            self.assertEqual(int(found[capabilities][0], 16), 0, f"{name} {capabilities}")
        if self.is_root:
            self.assert_another_user(name, pids[0], found)

    def assert_another_user(self, name, pid, found):
        entry = pwd.getpwnam(USER)
        groups = set(os.getgrouplist(USER, entry.pw_gid))
        if name == "device":
            groups |= {group.gr_gid for group in grp.getgrall() if group.gr_name == "scanner"}
        self.assertEqual(found["Uid"], [str(entry.pw_uid)] * 4, name)
        self.assertEqual(found["Gid"], [str(entry.pw_gid)] * 4, name)
        self.assertEqual({int(group) for group in found["Groups"]}, groups, name)
        # Nothing of the supervisor's but the channels, nothing of the file system.
        for fd in os.listdir(f"/proc/{pid}/fd"):
            target = os.readlink(f"/proc/{pid}/fd/{fd}")
            if int(fd) > 2 and name != "device":
                self.assertRegex(target, r"^(socket|pipe|anon_inode):", f"{name} {fd}")
        with open(f"/proc/{pid}/environ", "rb") as file:
            self.assertEqual(b"SECRET_TOKEN" in file.read(), name != "session", name)

    def test_each_process_is_confined_as_the_log_says(self):
        server = self.start()
        for name in CLASSES:
            self.assert_said(self.said(name), name)
        client = self.client(f"{server.address} user=alice password=secret tls=off")
        scan = self.scanning(client, "-d", f"netsane:{server.address}:test:0", "--resolution", "600", "--mode", "Color", hold=1000)
        scan.wait_held()
        for name in CLASSES:
            self.assert_confined(name)
        result = scan.finish()
        self.assertEqual(result.code, 0, repr(result))
        server.stop()

    def test_a_check_shows_it(self):
        self.make_daemon()
        result = harness.run([self.server.program, "--config", self.server.config, "--check"], self.environment, self.folder)
        self.assertEqual(result.code, 0, repr(result))
        for name in CLASSES:
            self.assert_said(self.said(name, result.err.decode()), name)

    def test_the_configuration_can_do_without(self):
        server = self.start(sandbox=["auth"])
        for name in ("session", "device"):
            self.assertIn("no capabilities, no new privileges, no sandbox", self.said(name))
        self.assert_said(self.said("auth"), "auth")
        before = status("self").get("Seccomp")
        self.assertEqual(status(server.find("netsaned-session")[0]).get("Seccomp"), before)
        self.assertEqual(self.attempt("open"), 0)
        server.stop()

    def test_what_pam_needs_is_left_to_it(self):
        if not os.path.exists(os.path.join(self.stage.plugins, "auth_pam.so")):
            return  # a build without PAM
        services = os.path.join(self.folder, "pam.d")
        os.mkdir(services, 0o755)
        harness.write_file(os.path.join(services, "netsane"), "auth required pam_deny.so\n")
        server = self.make_daemon(auth=["pam"])
        server.configure({}, tables=[("[auth_pam]", {"confdir": services})])
        server.start(env=self.environment)
        server.wait_log("sandbox: auth: ")
        found = status(server.find("netsaned-auth")[0])
        if self.is_root:
            self.assertEqual(found["Uid"], ["0"] * 4)
            self.assertEqual(int(found["CapEff"][0], 16) & ~LOGIN_CAPABILITIES, 0)
            self.assertEqual(found["NoNewPrivs"], ["1"])
        else:
            # A program with more rights, unix_chkpwd, does the work.
            self.assertEqual(found["NoNewPrivs"], status("self")["NoNewPrivs"])
            self.assertIn("no seccomp and no Landlock (a method needs programs that have more rights)", self.said("auth"))
        server.stop()

    # --- from within ---------------------------------------------------------------------------------------------------

    def attempt(self, what):
        """Has the session process do it. What errno it got; None where that was its end."""
        before = len(self.server.log())
        with seed.Connection(("127.0.0.1", self.server.port), greeting=False) as connection:
            while seed.signed(connection.receive()[0]) != seed.CRPT_REQ:
                pass
            connection.send(seed.message(seed.d(seed.CRPT_RPLY), seed.d(ESCAPE)) + what.encode())

            def outcome():
                log = self.server.log()[before:]
                return log if f"escape: {what}: " in log or "the session process has ended" in log else None

            log = harness.wait_for(outcome, SOON, lambda: f"{what}: {self.server.log()[before:]}")
        if "the session process has ended" not in log:
            return int(log.partition(f"escape: {what}: ")[2].split()[0])
        self.assertRegex(log, rf"its sandbox has refused the system call \d+ ({'|'.join(ENDED[what])})\)")
        harness.wait_for(lambda: self.serves(), SOON, "a new session process")
        return None

    def serves(self):
        try:
            with seed.Connection(("127.0.0.1", self.server.port), greeting=False) as connection:
                return seed.signed(connection.receive()[0]) == seed.HELO
        except (OSError, seed.Closed, AssertionError):
            return False

    def test_a_reload_is_tried_within_the_same_bounds(self):
        if not self.landlock or self.stage.sanitizers:
            self.skipTest("nothing is refused here")
        server = self.start(tables=[("[crypt_escape]", {"at_start": "open"})])  # before it is confined
        (session,) = server.find("netsaned-session")
        os.kill(server.process.pid, signal.SIGHUP)
        server.wait_log("not reloaded, the old configuration stays: the session process can't use the new one")
        self.assertIn("open at the start: Permission denied", server.log())
        self.assertEqual(server.find("netsaned-session"), [session])
        self.assertEqual(self.attempt("nothing"), 0)
        server.stop()

    def test_a_session_process_cannot_do_what_it_has_no_need_of(self):
        server = self.start()
        self.assertEqual(self.attempt("nothing"), 0)
        if self.seccomp:
            for what in ENDED:
                with self.subTest(what=what):
                    self.assertIsNone(self.attempt(what))
        elif self.landlock:
            self.assertEqual(self.attempt("create"), errno.EACCES)
        if self.landlock:
            self.assertEqual(self.attempt("open"), errno.EACCES)
        client = self.client(f"{server.address} user=alice password=secret tls=off")
        result = client.run("-d", f"netsane:{server.address}:test:0")
        self.assertEqual(result.code, 0, repr(result))
        server.stop()


if __name__ == "__main__":
    harness.main()
