#!/usr/bin/python3
"""The supervisor itself: starting in the background, what its children inherit, limits, penalties, SIGHUP."""

import ctypes
import os
import resource
import signal
import socket
import subprocess

import harness
import seed

SERVING = 10.0  # seconds that a change may take to show


def descriptor_limit(soft, hard, may_raise=False):
    """For Popen's preexec_fn. An ordinary user can't raise the hard limit, so that stays where it is lower; root may only
    with `may_raise`."""
    def limit():
        highest = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, min(hard, highest)))
        if not may_raise and may_raise_limits():
            pr_capbset_drop, cap_sys_resource = 24, 24
            if ctypes.CDLL(None).prctl(pr_capbset_drop, cap_sys_resource, 0, 0, 0) != 0:
                os._exit(1)
    return limit


def may_raise_limits():
    """Whether this process has CAP_SYS_RESOURCE."""
    with open("/proc/self/status", encoding="ascii") as file:
        effective = next(line.split()[1] for line in file if line.startswith("CapEff"))
    return bool(int(effective, 16) & 1 << 24)


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def open_file_limit(pid):
    """The soft and the hard limit of a process, as texts."""
    with open(f"/proc/{pid}/limits", encoding="ascii") as file:
        return next(line.split()[3:5] for line in file if line.startswith("Max open files"))


class SupervisorTest(harness.EndToEndTest):
    def password_file(self):
        return harness.write_file(f"{self.folder}/users", f"alice:{harness.PASSWORD_HASH}\n", 0o600)

    def auth_daemon(self, **keys):
        return self.daemon(keys={"auth": ["unix"], "auth_fail_delay": 0, **keys},
                           tables=[("[auth_unix]", {"file": self.password_file()})])

    def verbose(self, server):
        server.start(command=[*server.command(), "--verbose"])

    def connect(self, server):
        connection = seed.Connection(("127.0.0.1", server.port))
        self.addCleanup(connection.close)
        return connection

    def assert_refused(self, server, reason):
        with seed.Connection(("127.0.0.1", server.port), greeting=False) as connection:
            fields = connection.receive()
            self.assertEqual(seed.signed(fields[0]), seed.FAIL)
            self.assertIn(reason, seed.text(fields[2]))

    def log_of(self, server, what):
        harness.wait_for(lambda: what in server.log(), SERVING, f"{what!r} in the log:\n{server.log()}")

    def hang_up(self, server, what, **keys):
        """SIGHUP with these keys, until the log says `what`."""
        server.configure(keys, tables=[("[auth_unix]", {"file": f"{self.folder}/users"})])
        before = len(server.log())
        os.kill(server.process.pid, signal.SIGHUP)
        harness.wait_for(lambda: what in server.log()[before:], SERVING, f"{what!r} in the log")
        return server.log()[before:]

    def assert_login(self, server):
        connection = self.connect(server)
        # More than one answer: a SIGHUP in the middle of a login costs a try.
        connection.user, connection.passwords = "alice", ["secret"] * 3
        self.assertEqual(connection.open("test:0")[0], seed.GOOD, server.log())
        connection.close()


class Starting(SupervisorTest):
    def test_check_ends_cleanly_and_leaves_nothing(self):
        for auth in ([], ["unix"]):
            with self.subTest(auth=auth):
                server = self.auth_daemon(auth=auth)
                result = harness.run([*server.command(), "--check"], server.environment(), self.folder)
                self.assertEqual(result.code, 0, repr(result))
                server.check_reports()

    def test_in_the_background_it_lets_go_of_the_terminal_and_the_folder(self):
        server = self.auth_daemon()
        command = [server.program, "--config", os.path.relpath(server.config, self.folder), "--ports-file",
                   os.path.relpath(server.ports_file, self.folder)]
        begin = subprocess.Popen(command, cwd=self.folder, env=server.environment(), stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        out, _ = begin.communicate(timeout=harness.START_DEADLINE)  # returns when nobody has the pipe any more
        self.assertEqual((begin.returncode, out), (0, b""))
        supervisor = self.background(server)
        self.assertEqual(os.readlink(f"/proc/{supervisor}/cwd"), "/")
        with open(server.ports_file, encoding="ascii") as file:
            server.listeners = file.read().split()
        self.assert_login(server)
        os.kill(supervisor, signal.SIGHUP)  # the relative path still leads to the file
        self.assert_login(server)
        self.end(server, supervisor)

    def test_socket_activation_in_the_background(self):
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            port = listener.getsockname()[1]
            server = self.daemon(keys={"listen": ["127.0.0.1:1"]})
            script = f'exec 3<&{listener.fileno()}; LISTEN_PID=$$; LISTEN_FDS=1; export LISTEN_PID LISTEN_FDS; exec "$@"'
            command = [server.program, "--config", server.config, "--ports-file", server.ports_file]
            result = subprocess.run(["/bin/bash", "-c", script, "bash", *command], env=server.environment(),
                                    pass_fds=[listener.fileno()], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                    stderr=subprocess.STDOUT, timeout=harness.START_DEADLINE, check=False)
        self.assertEqual((result.returncode, result.stdout), (0, b""))
        supervisor = self.background(server)
        with seed.Connection(("127.0.0.1", port)) as connection:
            self.assertEqual(connection.init()[0], seed.GOOD)
        self.end(server, supervisor)

    def background(self, server):
        """The supervisor that has gone into the background; it leads a session of its own."""
        (server.session_id,) = {entry[4] for entry in harness.processes() if self.runs(entry[0], server)}
        return server.session_id

    @staticmethod
    def runs(pid, server):
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                ours = f"HOME={server.folder}".encode() in file.read().split(b"\0")
            return ours and harness.program_name(pid) == "netsaned" and os.getsid(pid) == pid
        except OSError:
            return False

    def end(self, server, supervisor):
        os.kill(supervisor, signal.SIGTERM)
        server.wait_gone(harness.STOP_DEADLINE)
        server.check_reports()

    def test_nothing_that_the_starter_has_open_stays_open(self):
        read_end, write_end = os.pipe()
        server = self.auth_daemon()
        server.start(pass_fds=[write_end])
        os.close(write_end)
        os.set_blocking(read_end, False)
        self.assertEqual(os.read(read_end, 1), b"", "somebody still has the other end")
        os.close(read_end)
        server.stop()


class Limits(SupervisorTest):
    def test_the_limit_of_open_files_is_raised(self):
        server = self.daemon()
        server.start(preexec_fn=descriptor_limit(100, 2000))
        for pid in (server.process.pid, *server.find("netsaned-session")):
            soft, hard = open_file_limit(pid)
            self.assertEqual(soft, hard)
        self.assertNotIn("max_connections", server.log())
        server.stop()

    def test_more_connections_than_the_limit_allows(self):
        server = self.daemon(keys=harness.room_for(500))
        server.start(preexec_fn=descriptor_limit(84, 84))
        self.assertIn("max_connections is 1000, but the limit of 84 open files is enough for 42 connections; 1000 need 1256",
                      server.log())
        connections = [self.connect(server) for _ in range(42)]
        self.assert_refused(server, "limit of 84 open files")
        for connection in connections:
            connection.close()
        server.stop()

    def test_root_gets_the_limit_that_the_connections_need(self):
        if not may_raise_limits():
            self.skipTest("this user can't raise the hard limit")
        server = self.daemon(keys={"max_connections": 1000, "max_connections_per_host": 1000})
        server.start(preexec_fn=descriptor_limit(84, 84, may_raise=True))
        for pid in (server.process.pid, *server.find("netsaned-session")):
            self.assertEqual(open_file_limit(pid), ["1256", "1256"])
        self.assertNotIn("max_connections", server.log())
        server.stop()

    def test_device_processes_have_an_ordinary_limit(self):
        server = self.daemon(sane={"warm": 1})
        server.start(preexec_fn=descriptor_limit(1500, 2000))
        (waiting,) = harness.wait_for(server.waiting, 10, "a device process waits")
        self.assertEqual(open_file_limit(waiting), ["1024", "2000"])
        server.stop()

    def test_a_supervisor_without_descriptors_says_so_and_sleeps(self):
        server = self.daemon(sane={"warm": 1})
        server.start()
        self.assertEqual(len(harness.wait_for(server.waiting, 10, "a device process waits")), 1)
        with self.connect(server) as connection:
            connection.devices()
        pid = server.process.pid
        taken = {int(name) for name in os.listdir(f"/proc/{pid}/fd")}
        free = next(number for number in range(len(taken) + 1) if number not in taken)
        before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (free, before[1]))
        begin = cpu_seconds(pid)
        for _ in range(3):
            self.assert_refused(server, "open files")
        waiting = socket.create_connection(("127.0.0.1", server.port))
        self.addCleanup(waiting.close)
        self.assertNotEqual(waiting.recv(1), b"")
        self.assertLess(cpu_seconds(pid) - begin, 0.5)
        self.assertEqual(server.log().count("can't accept connections: Too many open files"), 1, server.log())
        resource.prlimit(pid, resource.RLIMIT_NOFILE, before)
        harness.wait_for(lambda: self.accepted(server), 10, "connections are accepted again")
        server.stop()

    @staticmethod
    def accepted(server):
        try:
            with seed.Connection(("127.0.0.1", server.port)) as connection:
                return connection.init()[0] == seed.GOOD
        except (seed.Closed, OSError, AssertionError):
            return False

    def test_connections_are_logged_on_request_only(self):
        server = self.daemon()
        server.start()
        self.connect(server).close()
        self.assertNotIn("connection 1 ", server.log())
        server.stop()

    def test_users_of_a_unix_socket_are_told_apart(self):
        path = f"{self.folder}/socket"
        server = self.daemon(keys={"listen": [f"unix:{path}"]})
        self.verbose(server)
        with seed.Connection(path) as connection:
            self.assertEqual(connection.init()[0], seed.GOOD)
            self.assertIn(f"from unix uid {os.geteuid()}", server.log())
        server.stop()

    def test_a_flood_of_refused_connections_does_not_fill_the_log(self):
        server = self.daemon(keys={"max_connections_per_host": 1})
        server.start()
        self.connect(server)
        for _ in range(200):
            self.assert_refused(server, "max_connections_per_host")
        self.log_of(server, "more connections refused")
        self.assertLess(server.log().count("max_connections_per_host"), 100)
        server.stop()

    def test_strangers_leave_places_for_others(self):
        server = self.daemon(keys={"max_strangers_per_host": 2})
        server.start()
        first, _ = self.connect(server), self.connect(server)
        self.assert_refused(server, "max_strangers_per_host")
        self.assertEqual(first.open("test:0")[0], seed.GOOD)
        self.connect(server)
        self.assert_refused(server, "max_strangers_per_host")
        server.stop()

    def test_a_few_hosts_do_not_keep_others_out(self):
        server = self.auth_daemon(max_strangers=8, max_strangers_per_host=4, auth_fail_delay=60)
        server.start()
        busy = self.connect_from(server, "127.0.0.2")
        busy.user, busy.passwords = "alice", ["wrong"]
        busy.send(seed.message(seed.d(seed.OPEN), seed.s("test:0")))
        while seed.PASS_REQ not in busy.events:
            busy.event(busy.receive())
        self.log_of(server, "audit: login result=refused")
        idle = [self.connect_from(server, host, greeting=False) for host in ["127.0.0.2"] * 3 + ["127.0.0.3"] * 4]
        for number in range(12):
            with self.connect_from(server, f"127.0.0.{10 + number}") as newcomer:
                newcomer.devices()  # raises where it is refused
            self.connect_from(server, "127.0.0.3", greeting=False)  # in or refused
        self.log_of(server, "its place was needed")
        self.assertIn("(max_strangers)", self.last_word(idle[3]))

        def crowd():
            for _ in range(10):
                self.connect_from(server, "127.0.0.40", greeting=False)
            return "more connections had to go" in server.log()

        harness.wait_for(crowd, 60, "those that are only counted are told")
        busy.socket.settimeout(0.2)
        self.assertRaises(TimeoutError, busy.take, 1)
        server.stop()

    def connect_from(self, server, host, greeting=True):
        connection = seed.Connection(("127.0.0.1", server.port), source=host, greeting=greeting)
        self.addCleanup(connection.close)
        return connection

    @staticmethod
    def last_word(connection):
        text = ""
        try:
            while True:
                fields = connection.receive()
                if seed.signed(fields[0]) == seed.FAIL:
                    text = seed.text(fields[2])
        except seed.Closed:
            return text

    def test_nobody_takes_all_devices(self):
        server = self.daemon(keys={"max_devices_per_user": 1})
        server.start()
        greedy = self.connect(server)
        handle = greedy.open("test:0")[1]
        status, _, reason = self.connect(server).open("test:1")
        self.assertEqual((status, "(max_devices_per_user)" in reason), (seed.DEVICE_BUSY, True), reason)
        self.assertIn("(max_devices_per_user)", server.log())
        greedy.clos(handle)
        harness.wait_for(lambda: self.connect(server).open("test:1")[0] == seed.GOOD, SERVING, "a device is free again")
        server.stop()

    def test_a_new_session_process_knows_the_version_at_once(self):
        server = self.daemon()
        server.start()
        with self.connect(server) as connection:
            connection.devices()
            version = connection.init()[1]
        (old,) = server.find("netsaned-session")
        os.kill(old, signal.SIGKILL)

        def first_answer():
            with seed.Connection(("127.0.0.1", server.port), greeting=False) as connection:
                try:
                    if seed.signed(connection.receive()[0]) == seed.HELO:
                        return connection.init()
                except seed.Closed:
                    pass
            return None

        self.assertEqual(harness.wait_for(first_answer, SERVING, "it serves again"), (seed.GOOD, version))
        self.assertNotEqual(version, 1 << 24, "SANE's own version is another")
        server.stop()


class Penalties(SupervisorTest):
    def guess(self, server):
        """A wrong password, and away before the server can make it wait."""
        with self.connect(server) as connection:
            connection.user, connection.passwords = "alice", ["wrong"]
            connection.send(seed.message(seed.d(seed.OPEN), seed.s("test:0")))
            while seed.PASS_REQ not in connection.events:
                connection.event(connection.receive())

    def refusal(self, server):
        with seed.Connection(("127.0.0.1", server.port), greeting=False) as connection:
            fields = connection.receive()
            return seed.text(fields[2]) if seed.signed(fields[0]) == seed.FAIL else ""

    def test_a_host_that_guesses_passwords_has_to_wait(self):
        server = self.auth_daemon(auth_fail_delay=1)
        server.start()
        for _ in range(5):
            self.assertEqual(self.refusal(server), "")
            self.guess(server)
        harness.wait_for(lambda: "too many failed logins" in self.refusal(server), SERVING, "the host is refused")
        harness.wait_for(lambda: not self.refusal(server), SERVING, "the host may come again")
        self.assert_login(server)
        server.stop()

    def test_without_a_delay_nobody_is_refused(self):
        server = self.auth_daemon()
        server.start()
        for _ in range(10):
            self.guess(server)
        self.assert_login(server)
        server.stop()


class Reload(SupervisorTest):
    def test_methods_that_cannot_be_loaded(self):
        server = self.auth_daemon()
        server.start()
        processes = server.find("netsaned-session") + server.find("netsaned-auth")
        for keys in ({"auth": ["nosuch"]}, {"auth": ["unix"], "crypt": ["nosuch"]}):
            with self.subTest(keys=keys):
                log = self.hang_up(server, "not reloaded", **keys)
                self.assertIn("_nosuch", log)
                self.assert_login(server)
        harness.wait_for(lambda: server.find("netsaned-session") + server.find("netsaned-auth") == processes, SERVING,
                         "the processes are those of before")
        self.hang_up(server, "configuration reloaded", crypt=["none"])
        self.assert_login(server)
        harness.wait_for(lambda: server.find("netsaned-session") == processes[:1], SERVING, "only the session process is left")
        self.assertNotIn(processes[1], server.find("netsaned-auth")[-1:])
        server.stop()

    def test_a_password_file_that_is_new(self):
        server = self.auth_daemon()
        server.start()
        self.assert_login(server)
        harness.write_file(f"{self.folder}/users", f"bob:{harness.PASSWORD_HASH}\n", 0o600)
        self.hang_up(server, "configuration reloaded")
        connection = self.connect(server)
        connection.user, connection.passwords = "bob", ["secret"]
        self.assertEqual(connection.open("test:0")[0], seed.GOOD)
        connection.close()
        server.stop()

    def test_a_listener_in_the_way_of_the_new_one(self):
        for _ in range(5):  # somebody else's connection may have that port at another address of this machine
            server = self.auth_daemon()
            server.start()
            port = server.port
            log = self.hang_up(server, "reloaded", listen=[f"0.0.0.0:{port}"])
            if "in use" not in log:
                break
            server.stop()
        harness.wait_for(lambda: f"listening at 0.0.0.0:{port}" in server.log(), SERVING, "the wider listener")
        self.assert_login(server)
        self.hang_up(server, f"listening at 127.0.0.1:{port}", listen=[f"127.0.0.1:{port}"])
        self.assert_login(server)
        server.stop()

    def test_what_needs_a_restart_is_named(self):
        server = self.auth_daemon()
        server.start()
        log = self.hang_up(server, "configuration reloaded", user="nobody", group="nogroup", plugin_dir="/nonexistent", auth=[])
        for key in ("user", "group", "plugin_dir", "auth"):
            self.assertIn(f" {key} has changed, which needs a restart", log)
        self.assert_login(server)
        server.stop()


if __name__ == "__main__":
    harness.main()
