#!/usr/bin/python3
"""`netsane passwd`: prompts on a terminal, --stdin, parallel writers, modes, disk full, and logins with what it wrote."""

import os
import pty
import re
import resource
import select
import signal
import stat
import subprocess
import termios
import time
import unittest

import harness

DENIED = b"Access to resource has been denied"
DEADLINE = 30.0
ALPHABET = rb"[A-Za-z0-9./]"


class Terminal:
    """A program on a terminal of its own, as a shell would start it: in a process group that can be stopped."""

    def __init__(self, command, env):
        self.shell, self.master = pty.fork()
        if self.shell == 0:
            self.be_shell(command, env)
        self.shown = b""
        self.wait_shown(rb"pid (\d+)\r\n")
        self.pid = int(re.search(rb"pid (\d+)\r\n", self.shown)[1])

    @staticmethod
    def be_shell(command, env):
        """The session's leader: starts the program in the foreground and stays until told to go."""
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        child = os.fork()
        if child == 0:
            os.setpgid(0, 0)
            os.tcsetpgrp(0, os.getpid())
            signal.signal(signal.SIGTTOU, signal.SIG_DFL)
            os.write(1, b"pid %d\n" % os.getpid())
            for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
                signal.signal(number, signal.SIG_DFL)  # who runs the tests in the background ignores them
            os.execve(command[0], command, env)
        while True:
            try:
                _, status = os.waitpid(child, os.WUNTRACED)
            except ChildProcessError:
                break
            if os.WIFSTOPPED(status):
                os.write(1, b"[stopped]\n")
            elif os.WIFSIGNALED(status):
                os.write(1, b"[signal %d]\n" % os.WTERMSIG(status))
            else:
                os.write(1, b"[exit %d]\n" % os.WEXITSTATUS(status))
        signal.pause()
        os._exit(0)

    def wait_shown(self, pattern):
        """Waits until the terminal shows the pattern after what was waited for before."""
        end = time.monotonic() + DEADLINE
        while True:
            match = re.search(pattern, self.shown)
            if match:
                return match
            if not select.select([self.master], [], [], max(0.0, end - time.monotonic()))[0]:
                raise AssertionError(f"{pattern!r} not on the terminal, but {self.shown!r}")
            self.shown += os.read(self.master, 4096)

    def next(self, pattern):
        """The same, and what was shown up to its end is looked at no more."""
        match = self.wait_shown(pattern)
        seen, self.shown = self.shown[:match.end()], self.shown[match.end():]
        return seen

    def echoes(self):
        """Whether the terminal shows what is typed: its settings, read from our end."""
        return bool(termios.tcgetattr(self.master)[3] & termios.ECHO)

    def type(self, text):
        os.write(self.master, text)

    def close(self):
        for pid in (getattr(self, "pid", 0), self.shell):
            if pid:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
        os.close(self.master)
        os.waitpid(self.shell, 0)


class PasswdTest(harness.EndToEndTest):
    def setUp(self):
        super().setUp()
        self.program = self.stage.root + os.environ.get("NETSANE_BINDIR", "/usr/local/bin") + "/netsane"
        self.users = os.path.join(self.folder, "users")
        self.reports = os.path.join(self.folder, "sanitizer")
        self.addCleanup(self.check_reports)

    def check_reports(self):
        text = harness.sanitizer_reports(self.reports)
        self.assertEqual(text, "", "sanitizer report from netsane")

    def environment(self):
        return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LANG": "C", "HOME": self.folder,
                **self.stage.sanitizer_env(self.reports, leaks=False)}

    def command(self, *args):
        return [self.program, "passwd", "--file", self.users, *args]

    def run_tool(self, *args, input=None):
        return harness.run(self.command(*args), self.environment(), self.folder, input)

    def succeed(self, *args, input=None):
        result = self.run_tool(*args, input=input)
        self.assertEqual(result.code, 0, repr(result))
        for line in result.err.splitlines():
            self.assertTrue(line.startswith(b"netsane passwd: "), repr(line))
        return result

    def refuse(self, *args, code=1, reason, input=None):
        """The command fails with this code and a message with this reason, and the folder is as it was."""
        before = self.snapshot()
        result = self.run_tool(*args, input=input)
        self.assertEqual(result.code, code, repr(result))
        self.assertTrue(result.err.startswith(b"netsane passwd: "), repr(result))
        self.assertIn(reason, result.err)
        self.assertEqual(self.snapshot(), before)
        return result

    def snapshot(self):
        """All files beside the password file, with what is in them."""
        found = {}
        for name in os.listdir(self.folder):
            path = os.path.join(self.folder, name)
            if os.path.isfile(path) and not name.startswith("sanitizer"):
                status = os.lstat(path)
                with open(path, "rb") as file:
                    found[name] = (status.st_mode, status.st_uid, status.st_gid, status.st_ino, file.read())
        return found

    def text(self):
        with open(self.users, "rb") as file:
            return file.read()

    def stored(self, user):
        match = re.search(rb"^%s:(.*)$" % user.encode(), self.text(), re.MULTILINE)
        return match[1] if match else None

    def mode(self):
        return stat.S_IMODE(os.stat(self.users).st_mode)


class Prompts(PasswdTest):
    def terminal(self, *args):
        terminal = Terminal(self.command(*args), self.environment())
        self.addCleanup(terminal.close)
        return terminal

    def ask(self, terminal, pattern):
        """Waits for a question; the answer would not be shown."""
        terminal.next(pattern)
        self.assertFalse(terminal.echoes(), "the password would be shown")

    def assert_ended(self, terminal, how):
        seen = terminal.next(rb"\[(exit|signal) \d+\]\r\n")
        self.assertIn(how, seen)
        self.assertTrue(terminal.echoes(), "the terminal doesn't echo any more")
        return seen

    def test_the_password_is_asked_for_twice_and_not_shown(self):
        terminal = self.terminal("alice")
        self.ask(terminal, rb"New password for alice: ")
        terminal.type(b"horse battery\n")
        self.ask(terminal, rb"The same again: ")
        terminal.type(b"horse battery\n")
        seen = self.assert_ended(terminal, b"[exit 0]")
        self.assertNotIn(b"horse", seen + terminal.shown)
        self.assertTrue(self.stored("alice").startswith(b"$y$"))

    def test_both_typed_at_once(self):
        terminal = self.terminal("alice")
        self.ask(terminal, rb"New password for alice: ")
        terminal.type(b"horse battery\nhorse battery\n")
        seen = self.assert_ended(terminal, b"[exit 0]")
        self.assertNotIn(b"horse", seen)

    def test_two_that_differ_change_nothing(self):
        self.succeed("--stdin", "alice", input=b"old\n")
        before = self.snapshot()
        terminal = self.terminal("alice")
        self.ask(terminal, rb"New password for alice: ")
        terminal.type(b"one\n")
        self.ask(terminal, rb"The same again: ")
        terminal.type(b"two\n")
        seen = self.assert_ended(terminal, b"[exit 1]")
        self.assertIn(b"netsane passwd: the two passwords differ", seen)
        self.assertEqual(self.snapshot(), before)

    def test_nothing_typed(self):
        for typed in (b"\n", b"\x04"):
            with self.subTest(typed=typed):
                terminal = self.terminal("alice")
                self.ask(terminal, rb"New password for alice: ")
                terminal.type(typed)
                self.assertIn(b"empty password", self.assert_ended(terminal, b"[exit 1]"))
        self.assertEqual(self.snapshot(), {})

    def test_a_password_that_is_too_long(self):
        terminal = self.terminal("alice")
        self.ask(terminal, rb"New password for alice: ")
        terminal.type(b"x" * 600 + b"\n")
        seen = self.assert_ended(terminal, b"[exit 1]")
        self.assertIn(b"longer than 511", seen)
        self.assertNotIn(b"xx", seen)

    def test_signals_end_it_with_echo_back_on(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            for second in (False, True):
                with self.subTest(signal=number, second=second):
                    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
                    terminal = self.terminal("alice")
                    self.ask(terminal, rb"New password for alice: ")
                    if second:
                        terminal.type(b"secret\n")
                        self.ask(terminal, rb"The same again: ")
                    os.kill(terminal.pid, number)
                    self.assert_ended(terminal, b"[signal %d]" % number)
        self.assertEqual(self.snapshot(), {})

    def test_control_c_in_the_middle_of_a_password(self):
        terminal = self.terminal("alice")
        self.ask(terminal, rb"New password for alice: ")
        terminal.type(b"sec")
        terminal.type(b"\x03")
        self.assert_ended(terminal, b"[signal %d]" % signal.SIGINT)
        self.assertEqual(self.snapshot(), {})

    def test_control_z_gives_the_terminal_back_and_it_asks_again(self):
        terminal = self.terminal("alice")
        self.ask(terminal, rb"New password for alice: ")
        terminal.type(b"sec\x1a")
        terminal.next(rb"\[stopped\]")
        self.assertTrue(terminal.echoes())
        os.kill(terminal.pid, signal.SIGCONT)
        self.ask(terminal, rb"New password for alice: ")
        terminal.type(b"secret\nsecret\n")
        self.assert_ended(terminal, b"[exit 0]")
        self.assertTrue(self.stored("alice").startswith(b"$y$"))

    def test_no_terminal(self):
        self.refuse("alice", reason=b"there is no terminal", input=b"secret\nsecret\n")


class FromStandardInput(PasswdTest):
    def test_creates_a_file_with_a_secret(self):
        result = self.succeed("--stdin", "alice", input=b"secret\n")
        self.assertIn(b"alice is created", result.err)
        self.assertNotIn(b"warning", result.err)
        self.assertRegex(self.text(), rb"\A#secret:%s{43}\nalice:\$y\$[!-9;-~]+\n\Z" % ALPHABET)
        self.assertEqual(sorted(self.snapshot()), ["users"], "neither lock nor temporary file")

    def test_an_old_file_gets_its_secret_and_keeps_the_rest(self):
        old = f"# ours\nbob:{harness.PASSWORD_HASH}\n\n#end"
        harness.write_file(self.users, old, 0o600)
        self.assertIn(b"has got its line #secret:", self.succeed("--stdin", "alice", input=b"secret").err)
        self.assertRegex(self.text(), rb"\A#secret:%s{43}\n%s\nalice:\$y\$.*\n\Z" % (ALPHABET, re.escape(old.encode())))
        with_alice = self.text()
        self.assertNotIn(b"#secret", self.succeed("--delete", "alice").err)
        self.assertEqual(self.text(), re.sub(rb"alice:.*\n", b"", with_alice))

    def test_what_is_no_password(self):
        self.refuse("--stdin", "alice", reason=b"empty", input=b"")
        self.refuse("--stdin", "alice", reason=b"empty", input=b"\nsecret\n")
        self.refuse("--stdin", "alice", reason=b"control character", input=b"sec\0ret\n")
        self.refuse("--stdin", "alice", reason=b"longer than 511", input=b"x" * 512 + b"\n")
        self.succeed("--stdin", "alice", input=b"x" * 511 + b"\n")

    def test_des_is_warned_of_and_kept(self):
        result = self.succeed("--stdin", "--method", "crypt", "bob", input=b"password\n")
        self.assertIn(b"DES, which is weak", result.err)
        self.assertRegex(self.stored("bob"), rb"\A%s{13}\Z" % ALPHABET)
        first = self.stored("bob")
        self.assertIn(b"DES, which is weak", self.succeed("--stdin", "bob", input=b"pass2\n").err)
        self.assertRegex(self.stored("bob"), rb"\A%s{13}\Z" % ALPHABET)
        self.assertNotEqual(self.stored("bob"), first)
        self.refuse("--stdin", "bob", reason=b"first 8 characters", input=b"passwords\n")
        self.assertIn(b"first 8 characters", self.succeed("--stdin", "--force", "bob", input=b"passwords\n").err)
        self.assertNotIn(b"warning", self.succeed("--stdin", "--method", "unix", "bob", input=b"passwords\n").err)
        self.assertTrue(self.stored("bob").startswith(b"$y$"))

    def test_names_that_cannot_be(self):
        for name, reason in (("", b"USER is missing"), ("a:b", b"colon"), ("#a", b"begin with"), ("@staff", b"begin with"),
                             ("!a", b"begin with"), ("*", b"begin with"), ("a b", b"space"), ("a\nb", b"control"),
                             ("anonymous", b"isn't logged in"), ("x" * 256, b"longer than 255"), (b"\xff", b"UTF-8")):
            with self.subTest(name=name):
                self.refuse("--stdin", name, code=2, reason=reason, input=b"secret\n")
        self.refuse("--stdin", "--", "-a", code=2, reason=b"begin with", input=b"secret\n")

    def test_wrong_usage(self):
        for args in (("--no-such-option", "alice"), ("--method", "md5", "alice"), ("--delete", "--lock", "alice"), (),
                     ("--list", "alice"), ("--delete", "--stdin", "alice"), ("alice", "bob"),
                     ("--config", "", "--delete", "alice")):
            with self.subTest(args=args):
                self.refuse(*args, code=2, reason=b"")
        for args in (("--help",), ("passwd", "--help"), ("--version",)):
            result = harness.run([self.program, *args], self.environment(), self.folder)
            self.assertEqual((result.code, result.err), (0, b""), repr(result))
        for args in ((), ("no-such-command",)):
            result = harness.run([self.program, *args], self.environment(), self.folder)
            self.assertEqual((result.code, result.out), (2, b""), repr(result))

    def test_who_is_not_there(self):
        self.refuse("--delete", "alice", code=3, reason=b"no user alice")
        self.succeed("--stdin", "bob", input=b"secret\n")
        for option in ("--delete", "--lock", "--unlock"):
            self.refuse(option, "alice", code=3, reason=b"no user alice")

    def test_a_malformed_file_is_left_alone(self):
        harness.write_file(self.users, f"alice:{harness.PASSWORD_HASH}\nbob\n", 0o600)
        for args in (("--stdin", "alice"), ("--delete", "alice"), ("--lock", "alice"), ("--list",)):
            self.refuse(*args, reason=f"{self.users}: line 2: ".encode(), input=b"secret\n")

    def test_the_list(self):
        self.succeed("--stdin", "alice", input=b"secret\n")
        self.succeed("--stdin", "--method", "crypt", "bob", input=b"secret\n")
        self.succeed("--lock", "bob")
        self.assertEqual(self.succeed("--list").out, b"alice\tyescrypt\nbob\tDES\tlocked\n")


class Files(PasswdTest):
    def test_twenty_at_once_lose_nothing(self):
        harness.write_file(self.users, "# ours\n", 0o600)
        names = [f"user{i}" for i in range(20)]
        running = []
        for name in names:
            process = subprocess.Popen(self.command("--stdin", name), env=self.environment(), stdin=subprocess.PIPE,
                                       stderr=subprocess.PIPE)
            self.addCleanup(process.stderr.close)
            self.addCleanup(process.wait)
            self.addCleanup(process.kill)
            running.append(process)
        for process in running:
            process.stdin.write(b"secret\n")
            process.stdin.close()
        for process in running:
            self.assertEqual(process.wait(DEADLINE * 2), 0, process.stderr.read())
        lines = self.text().split(b"\n")
        self.assertRegex(lines[0], rb"\A#secret:%s{43}\Z" % ALPHABET)
        self.assertEqual(lines[1], b"# ours")
        self.assertEqual(sorted(line.split(b":")[0].decode() for line in lines[2:-1]), sorted(names))
        self.assertEqual(sorted(self.snapshot()), ["users"])

    def test_modes(self):
        # Who else reads what root writes is the configuration's user.
        config = harness.write_file(os.path.join(self.folder, "netsaned.conf"), 'user = "root"\n')
        previous = os.umask(0)
        try:
            self.succeed("--config", config, "--stdin", "alice", input=b"secret\n")
        finally:
            os.umask(previous)
        self.assertEqual(self.mode(), 0o600)
        for before, after in ((0o640, 0o640), (0o400, 0o600), (0o600, 0o600)):
            os.chmod(self.users, before)
            self.succeed("--stdin", "alice", input=b"secret\n")
            self.assertEqual(self.mode(), after)
        os.chmod(self.users, 0o644)
        self.assertIn(b"everybody could read", self.succeed("--stdin", "alice", input=b"secret\n").err)
        self.assertEqual(self.mode(), 0o640)
        for mode in (0o620, 0o602):
            os.chmod(self.users, mode)
            self.refuse("--stdin", "alice", reason=b"writable by group or others", input=b"secret\n")

    def test_a_symbolic_link_in_its_place(self):
        target = harness.write_file(f"{self.folder}/target", "", 0o600)
        os.symlink(target, self.users)
        self.refuse("--stdin", "alice", reason=b"symbolic link", input=b"secret\n")
        self.assertTrue(os.path.islink(self.users))

    def test_a_full_disk(self):
        harness.write_file(self.users, f"alice:{harness.PASSWORD_HASH}\n", 0o600)
        before = self.snapshot()
        for limit in (0, 10):
            done = subprocess.run(
                self.command("--stdin", "bob"), env={**self.environment(), "ASAN_OPTIONS": "detect_leaks=0"},
                input=b"secret\n", stderr=subprocess.PIPE, check=False, timeout=DEADLINE,
                preexec_fn=lambda limit=limit: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn(f"{self.users}: not changed: write: File too large".encode(), done.stderr)
            self.assertEqual(self.snapshot(), before)

    def test_a_folder_that_cannot_be_written(self):
        self.succeed("--stdin", "alice", input=b"secret\n")
        before = self.snapshot()
        os.chmod(self.folder, 0o555)
        self.addCleanup(os.chmod, self.folder, 0o700)
        identity = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        if identity:
            os.chmod(self.users, 0o600)
            os.chown(self.users, 65534, 65534)
            before = self.snapshot()
        done = subprocess.run(self.command("--stdin", "bob"), env=self.environment(), input=b"secret\n",
                              stderr=subprocess.PIPE, check=False, timeout=DEADLINE, cwd="/", **identity)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(f"{self.users}: can't make users.lock beside it: Permission denied".encode(), done.stderr)
        self.assertEqual(self.snapshot(), before)

    @unittest.skipUnless(os.geteuid() == 0, "only root gives files away")
    def test_root_keeps_the_owner_and_lets_netsaneds_user_read(self):
        config = harness.write_file(f"{self.folder}/netsaned.conf", 'user = "daemon"\n')
        self.succeed("--config", config, "--stdin", "alice", input=b"secret\n")
        status = os.stat(self.users)
        self.assertEqual((status.st_uid, status.st_gid, self.mode()), (0, 1, 0o640))
        os.chown(self.users, 1, 1)  # daemon's
        os.chmod(self.users, 0o600)
        self.succeed("--config", config, "--stdin", "bob", input=b"secret\n")
        status = os.stat(self.users)
        self.assertEqual((status.st_uid, status.st_gid, self.mode()), (1, 1, 0o600))
        os.chown(self.users, 65534, 0)
        self.refuse("--config", config, "--stdin", "bob", reason=b"belongs to uid 65534", input=b"secret\n")

    def test_the_file_that_the_configuration_names(self):
        config = harness.write_file(f"{self.folder}/netsaned.conf",
                                    f'[auth_unix]\nfile = "{self.users}"\n[auth_crypt]\nfile = "{self.users}2"\n')

        def run(*args):
            return harness.run([self.program, "passwd", "--config", config, "--stdin", *args], self.environment(),
                               self.folder, b"secret\n")

        result = run("alice")
        self.assertEqual(result.code, 2, repr(result))
        self.assertIn(b"different files", result.err)
        self.assertEqual(run("--method", "unix", "alice").code, 0)
        self.assertEqual(run("--method", "crypt", "bob").code, 0)
        self.assertIsNotNone(self.stored("alice"))
        self.assertIsNone(self.stored("bob"))
        with open(self.users + "2", "rb") as file:
            self.assertRegex(file.read(), rb"(?m)^bob:%s{13}$" % ALPHABET)
        harness.write_file(config, "lissen = 5\n")
        result = run("alice")
        self.assertEqual(result.code, 1, repr(result))
        self.assertIn(b"netsaned.conf:1: lissen", result.err)


class Logins(PasswdTest):
    def setUp(self):
        super().setUp()
        self.server = self.daemon(keys={"auth": ["unix"], "auth_fail_delay": 0},
                                  tables=[("[auth_unix]", {"file": self.users})])

    def logs_in(self, user, password):
        client = self.client(f"{self.server.address} user={user} password={password}")
        result = client.run("-d", f"netsane:{self.server.address}:test:0", "-A")
        self.assertIn((result.code, DENIED in result.err), ((0, False), (1, True)), f"{result!r}\n{self.server.log()}")
        return result.code == 0

    def test_scanimage_logs_in_with_what_was_written(self):
        self.succeed("--stdin", "alice", input=b"secret\n")
        self.succeed("--stdin", "--method", "crypt", "bob", input=b"hunter2\n")
        self.server.start()
        self.assertTrue(self.logs_in("alice", "secret"))
        self.assertTrue(self.logs_in("bob", "hunter2"))
        self.assertFalse(self.logs_in("alice", "hunter2"))

        self.succeed("--stdin", "alice", input=b"changed\n")
        self.assertEqual((self.logs_in("alice", "secret"), self.logs_in("alice", "changed")), (False, True))
        self.succeed("--lock", "alice")
        self.assertFalse(self.logs_in("alice", "changed"))
        self.assertIn(b"still locked", self.succeed("--stdin", "alice", input=b"again\n").err)
        self.assertFalse(self.logs_in("alice", "again"))
        self.succeed("--unlock", "alice")
        self.assertTrue(self.logs_in("alice", "again"))
        self.succeed("--delete", "alice")
        self.assertEqual((self.logs_in("alice", "again"), self.logs_in("bob", "hunter2")), (False, True))
        self.server.stop()


if __name__ == "__main__":
    harness.main()
