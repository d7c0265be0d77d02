#!/usr/bin/python3
"""The control socket and `netsane status`, `kick` and `reload`: what they show and do, and whom the socket refuses."""

import json
import os
import pty
import re
import select
import shutil
import signal
import socket
import stat
import subprocess
import time
import unittest

import harness
import seed

DEADLINE = 30.0
MANY_CALLERS = 40
SCAN = ["--mode", "Color", "--resolution", "600"]


class ControlTest(harness.EndToEndTest):
    def setUp(self):
        super().setUp()
        self.netsane = self.stage.root + os.path.join(os.environ.get("NETSANE_BINDIR", "/usr/local/bin"), "netsane")
        self.users = harness.write_file(os.path.join(self.folder, "users"), f"alice:{harness.PASSWORD_HASH}\n", 0o600)
        self.tables = [("[auth_unix]", {"file": self.users})]
        self.server = self.daemon(keys={"auth": ["unix"], "auth_fail_delay": 0}, tables=self.tables)
        self.path = self.server.folder + "-control"

    def tool(self, *arguments, code=0, server=None):
        result = harness.run([self.netsane, *arguments, "--config", (server or self.server).config],
                             self.server.environment(), self.folder)
        self.assertEqual(result.code, code, repr(result) + result.out.decode(errors="replace"))
        return result

    def status(self):
        return json.loads(self.tool("status", "--json").out)

    def call(self, data, path=None):
        """What the socket answers to these bytes."""
        with socket.socket(socket.AF_UNIX) as caller:
            caller.settimeout(DEADLINE)
            caller.connect(path or self.path)
            try:
                caller.sendall(data)
            except BrokenPipeError:
                pass
            answer = b""
            while True:
                try:
                    part = caller.recv(65536)
                except ConnectionResetError:
                    part = b""
                if not part:
                    return answer
                answer += part

    def held_scan(self, device="test:0", user="alice"):
        """A scan that stands still in its middle."""
        client = self.client(f"{self.server.address} user={user} password=secret")
        scan = self.scanning(client, "-d", f"netsane:{self.server.address}:{device}", *SCAN, hold=100000)
        scan.wait_held()
        return scan

    def wait_free(self, device="test:0"):
        def is_free():
            return all(entry["held_by"] is None for entry in self.status()["devices"] if entry["name"] == device)
        harness.wait_for(is_free, DEADLINE, f"{device} is free")


class Status(ControlTest):
    def test_an_idle_server(self):
        self.server.start()
        self.server.settle()
        status = self.status()
        self.assertEqual(status["listening"], self.server.listeners)
        self.assertEqual(status["pid"], self.server.process.pid)
        self.assertEqual(status["config"], self.server.config)
        self.assertEqual(status["processes"]["session"], "ready")
        self.assertEqual(status["processes"]["auth"], "ready")
        self.assertEqual(status["processes"]["device"]["busy"], 0)
        self.assertEqual([entry["name"] for entry in status["devices"]], ["test:0", "test:1"])
        self.assertEqual({entry["held_by"] for entry in status["devices"]}, {None})
        self.assertEqual((status["connections"], status["users"], status["penalties"]), ([], [], []))
        self.assertIsInstance(status["list"]["age_seconds"], int)
        self.assertEqual(status["limits"][0], {"name": "max_connections", "used": 0, "limit": 256})
        self.assertEqual(set(status["sandbox"]), {"session", "auth", "device"})
        self.server.stop()
        self.assertFalse(os.path.exists(self.path))

    def test_who_holds_what(self):
        self.server.start()
        scan = self.held_scan()
        stranger = seed.Connection(("127.0.0.1", self.server.port))
        self.addCleanup(stranger.close)
        status = self.status()
        mine, other = sorted(status["connections"], key=lambda entry: entry["id"])
        self.assertEqual((mine["user"], mine["address"], mine["crypt"]), ("alice", "127.0.0.1", "none"))
        self.assertEqual((mine["devices"], other["user"], other["devices"]), (["test:0"], None, []))
        self.assertGreater(mine["sent_bytes"], 100000)
        self.assertGreater(mine["received_bytes"], 100)
        self.assertLess(other["sent_bytes"], 10000)
        self.assertIn("bytes_per_second", mine)
        holder = status["devices"][0]["held_by"]
        self.assertEqual((holder["connection"], holder["user"]), (mine["id"], "alice"))
        self.assertEqual(holder["process"], self.server.device_process("test:0"))
        self.assertIn(holder["process"], self.server.find("netsaned-device"))
        self.assertEqual(status["users"], [{"user": "alice", "connections": 1, "devices": 1}])
        self.assertEqual(status["processes"]["device"]["busy"], 1)
        text = self.tool("status").out.decode()
        self.assertRegex(text, rf"\b{mine['id']} +alice +127\.0\.0\.1:\d+ +clear ")
        self.assertIn(f"alice from 127.0.0.1 ({mine['id']})", text)
        self.assertNotIn("\x1b", text)
        self.assertEqual(scan.finish().code, 0)
        self.wait_free()
        self.server.stop()

    def test_nothing_secret(self):
        self.server.start()
        scan = self.held_scan()
        answer = self.call(b"status\n").decode()
        for secret in (harness.PASSWORD_HASH, "secret\"", self.users):
            self.assertNotIn(secret, answer)
        scan.finish()
        self.server.stop()

    def test_failed_logins_and_last_errors(self):
        self.server.configure({"auth_fail_delay": 1}, self.tables)
        self.server.start()
        client = self.client(f"{self.server.address} user=alice password=wrong")
        self.assertNotEqual(client.run("-d", f"netsane:{self.server.address}:test:0", "-n").code, 0)
        penalties = harness.wait_for(lambda: self.status()["penalties"], DEADLINE, "the failure shows")
        self.assertEqual(penalties[0]["host"], "127.0.0.1")
        scan = self.held_scan()
        os.kill(self.server.device_process("test:0"), signal.SIGKILL)
        self.assertNotEqual(scan.finish().code, 0)
        error = harness.wait_for(lambda: self.status()["devices"][0]["last_error"], DEADLINE, "the error shows")
        self.assertIn("killed by signal 9", error["text"])
        self.server.stop()

    def test_a_session_process_that_says_nothing(self):
        self.server.start()
        connection = seed.Connection(("127.0.0.1", self.server.port))
        self.addCleanup(connection.close)
        session = self.server.worker("netsaned-session")
        os.kill(session, signal.SIGSTOP)
        status = json.loads(self.call(b"status\n"))
        self.assertEqual(len(status["connections"]), 1)
        self.assertNotIn("sent_bytes", status["connections"][0])
        os.kill(session, signal.SIGCONT)
        harness.wait_for(lambda: "sent_bytes" in json.loads(self.call(b"status\n"))["connections"][0], DEADLINE, "bytes")
        self.server.stop()

    def test_watching(self):
        self.server.start()
        for arguments in (["--watch"], ["--watch", "--json"]):
            with subprocess.Popen([self.netsane, "status", *arguments, "--config", self.server.config],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=self.server.environment()) as process:
                lines = (line for line in process.stdout)
                if "--json" in arguments:
                    times = [json.loads(next(lines))["clock_ms"] for _ in range(2)]
                    self.assertGreater(times[1], times[0])
                else:
                    self.assertEqual(sum(next(lines).startswith(b"netsaned ") for _ in range(30)) > 1, True)
                process.kill()
        self.server.stop()

    def watch_on_terminal(self):
        """The pid of a watching netsane, its terminal, and what it showed first."""
        pid, master = pty.fork()
        if pid == 0:
            os.execve(self.netsane, [self.netsane, "status", "--watch", "--config", self.server.config],
                      {**self.server.environment(), "TERM": "xterm"})
        self.addCleanup(os.close, master)
        shown = self.read_until(master, rb"max_devices_per_user")
        self.assertIn(b"\x1b[?1049h", shown)
        return pid, master

    def read_until(self, master, pattern):
        shown = b""
        end = time.monotonic() + DEADLINE
        while not re.search(pattern, shown):
            self.assertLess(time.monotonic(), end, shown)
            if select.select([master], [], [], 0.1)[0]:
                try:
                    shown += os.read(master, 65536)
                except OSError:
                    break
        return shown

    def test_watching_on_a_terminal(self):
        self.server.start()
        for leave in (b"q", b"\x03", signal.SIGTERM):
            pid, master = self.watch_on_terminal()
            self.read_until(master, rb"netsaned ")  # drawn again
            if isinstance(leave, bytes):
                os.write(master, leave)
            else:
                os.kill(pid, leave)
            self.read_until(master, rb"\x1b\[\?1049l")
            self.assertEqual(os.waitpid(pid, 0)[1], 0, leave)
        self.server.stop()

    def test_nobody_is_there(self):
        self.assertIn(b"no netsaned answers", self.tool("status", code=3).err)
        self.tool("kick", "1", code=3)
        self.tool("reload", code=3)
        self.server.configure({"control_socket": ""}, self.tables)
        self.server.start()
        self.assertIn(b"switches the control socket off", self.tool("status", code=1).err)
        self.server.stop()


class Kick(ControlTest):
    def kick(self, *who, code=0):
        return self.tool("kick", *who, code=code)

    def assert_ended(self, scan):
        result = scan.finish()
        self.assertNotEqual(result.code, 0)

    def test_by_number_user_address_and_device(self):
        self.server.start()
        for kind in ("connection", "user", "address", "device"):
            scan = self.held_scan()
            connection = self.status()["connections"][0]["id"]
            who = {"connection": str(connection), "user": "alice", "address": "127.0.0.0/8", "device": "test:0"}[kind]
            before = len(self.server.log())
            result = self.kick(who)
            self.assertIn(b"1 connection ended:", result.out)
            self.assertIn(b"alice from 127.0.0.1", result.out)
            self.server.wait_log("audit: kick result=ended", before)
            self.assertIn(f"by-uid={os.geteuid()} ", self.server.log()[before:])
            self.assertIn(f"user=alice from=127.0.0.1 connection={connection}", self.server.log()[before:])
            self.assert_ended(scan)
            self.wait_free()
        harness.wait_for(lambda: self.status()["connections"] == [], DEADLINE, "all are gone")
        self.server.stop()

    def test_the_client_is_told(self):
        self.server.start()
        connection = seed.Connection(("127.0.0.1", self.server.port))
        self.addCleanup(connection.close)
        answer = json.loads(self.tool("kick", "any", "--as", "address", code=1).out or b"{}")
        self.assertEqual(answer, {})
        answer = json.loads(self.tool("kick", "127.0.0.1", "--json").out)
        self.assertEqual(answer["count"], 1)
        fields = connection.receive()
        self.assertEqual(seed.signed(fields[0]), seed.FAIL)
        self.assertIn("administrator", seed.text(fields[2]))
        with self.assertRaises(seed.Closed):
            connection.receive()
        self.server.stop()

    def test_one_and_not_the_other(self):
        self.server.start()
        first, second = self.held_scan("test:0"), self.held_scan("test:1")
        self.kick("test:1")
        self.assert_ended(second)
        self.assertEqual(first.finish().code, 0)
        self.server.stop()

    def test_nobody(self):
        self.server.start()
        connection = seed.Connection(("127.0.0.1", self.server.port))
        self.addCleanup(connection.close)
        for who in ("999", "bob", "10.0.0.1", "test:1", "test", "*"):
            self.kick(who, code=1)
        self.kick("", code=2)
        self.assertEqual(connection.init()[0], seed.GOOD)
        self.server.wait_log("audit: kick result=nobody")
        self.assertIn(b"no connection's number", self.kick("99999999999", code=1).err)
        self.server.stop()


class Reload(ControlTest):
    def test_what_becomes_of_it(self):
        self.server.start()
        self.assertEqual(self.tool("reload").out, b"reloaded\n")
        self.server.configure({"max_connections": 99}, self.tables)
        self.tool("reload")
        status = self.status()
        self.assertEqual(status["limits"][0]["limit"], 99)
        self.assertEqual(status["reload"]["failure"], "")
        with open(self.server.config, "a", encoding="ascii") as file:
            file.write("[nonsense]\n")
        self.tool("reload", "--socket", self.path, code=2)  # not both
        result = harness.run([self.netsane, "reload", "--socket", self.path], self.server.environment(), self.folder)
        self.assertEqual(result.code, 1)
        self.assertRegex(result.err.decode(), r"not reloaded, the old configuration stays: .*netsaned\.conf:\d+: .*nonsense")
        self.assertIn("nonsense", json.loads(self.call(b"status\n"))["reload"]["failure"])
        self.assertEqual(json.loads(self.call(b"status\n"))["limits"][0]["limit"], 99)
        self.server.configure({"process_timeout": 77, "auth": ["nosuch"]}, self.tables)
        self.assertIn(b"nosuch", self.tool("reload", code=1).err)
        self.server.configure({"process_timeout": 77, "auth": ["unix"]}, self.tables)
        self.assertEqual(self.tool("reload").out,
                         b"reloaded\nprocess_timeout has changed, which needs a restart; it stays as it was\n")
        self.assertIn(f"audit: reload result=asked by-uid={os.geteuid()} ", self.server.log())
        self.server.stop()

    def test_the_socket_moves(self):
        self.server.start()
        other = os.path.join(self.server.folder, "other")
        self.server.configure({"control_socket": other}, self.tables)
        self.assertEqual(harness.run([self.netsane, "reload", "--socket", self.path], self.server.environment(),
                                     self.folder).code, 0)
        self.assertFalse(os.path.exists(self.path))
        self.assertEqual(json.loads(self.call(b"status\n", other))["ok"], True)
        # A place that can't be had: all stays, and the reason is told.
        self.server.configure({"control_socket": os.path.join(self.folder, "none", "control")}, self.tables)
        result = harness.run([self.netsane, "reload", "--socket", other], self.server.environment(), self.folder)
        self.assertEqual(result.code, 1)
        self.assertIn(b"control_socket", result.err)
        self.server.configure({"control_socket": ""}, self.tables)
        self.assertEqual(harness.run([self.netsane, "reload", "--socket", other], self.server.environment(),
                                     self.folder).code, 0)
        self.assertFalse(os.path.exists(other))
        self.server.stop()

    def test_sighup_does_the_same(self):
        self.server.start()
        other = os.path.join(self.server.folder, "other")
        self.server.configure({"control_socket": other}, self.tables)
        os.kill(self.server.process.pid, signal.SIGHUP)
        self.server.wait_log("configuration reloaded")
        self.assertFalse(os.path.exists(self.path))
        self.tool("status")
        self.server.stop()


class Socket(ControlTest):
    def test_its_file(self):
        self.server.start()
        status = os.stat(self.path)
        self.assertTrue(stat.S_ISSOCK(status.st_mode))
        self.assertEqual((stat.S_IMODE(status.st_mode), status.st_uid), (0o600, os.geteuid()))
        second = self.daemon(keys={"control_socket": self.path})
        with self.assertRaisesRegex(AssertionError, "control_socket: .*somebody answers"):
            second.start()
        self.tool("status")
        self.server.process.kill()
        self.server.process.wait()
        self.server.kill()
        self.assertTrue(os.path.exists(self.path))
        self.server.start()  # in the place of the dead one
        self.tool("status")
        self.server.stop()

    def test_a_place_that_others_can_change(self):
        folder = os.path.join(self.server.folder, "open")
        os.mkdir(folder)
        os.chmod(folder, 0o777)
        self.server.configure({"control_socket": os.path.join(folder, "control")}, self.tables)
        with self.assertRaisesRegex(AssertionError, "control_socket: .*open"):
            self.server.start()

    def test_the_usual_place_is_an_offer(self):
        """Where nobody asked for it, a socket that can't be had keeps no server from serving."""
        if os.geteuid() == 0:
            self.skipTest("root's place is the system's")
        runtime = os.path.join(self.folder, "run")
        os.mkdir(runtime, 0o700)
        self.server.configure({"control_socket": None}, self.tables)
        env = {**self.server.environment(), "XDG_RUNTIME_DIR": runtime}
        self.server.start(env=env)
        self.assertEqual(json.loads(self.call(b"status\n", os.path.join(runtime, "netsane", "control")))["ok"], True)
        second = self.daemon(keys={"control_socket": None})
        second.start(env={**second.environment(), "XDG_RUNTIME_DIR": runtime})
        self.assertIn("no control socket", second.log())
        second.stop()
        self.server.stop()

    def test_nonsense(self):
        self.server.start()
        for data in (b"\n", b"status", b"nonsense\n", b"status\nstatus\n", b"kick\n", b"\0\n", b"kick any \xff\xfe\n",
                     b"x" * 100000, b"GET / HTTP/1.1\r\n\r\n", b"{\"a\":1}\n"):
            if data == b"status":
                with socket.socket(socket.AF_UNIX) as caller:  # and goes
                    caller.connect(self.path)
                    caller.sendall(data)
                continue
            answer = json.loads(self.call(data))
            if not data.startswith(b"kick any"):
                self.assertEqual(answer["ok"], False)
                self.assertTrue(answer["error"])
        self.tool("status")
        self.server.stop()

    def test_callers_that_say_nothing(self):
        self.server.start()
        silent = []
        for _ in range(MANY_CALLERS):
            caller = socket.socket(socket.AF_UNIX)
            self.addCleanup(caller.close)
            caller.connect(self.path)
            silent.append(caller)
        begin = time.monotonic()
        connection = seed.Connection(("127.0.0.1", self.server.port))
        self.addCleanup(connection.close)
        self.assertEqual(connection.init()[0], seed.GOOD)
        self.assertLess(time.monotonic() - begin, 4.0)  # clients don't wait for them
        for caller in silent:
            caller.close()
        self.tool("status")
        self.server.stop()

    @unittest.skipUnless(os.geteuid() == 0, "needs another user")
    def test_another_user(self):
        self.server.start()
        for folder in (self.folder, self.server.folder):
            os.chmod(folder, 0o755)
        os.chmod(self.path, 0o666)  # as if somebody had been careless
        code = ("import os, socket, sys; os.setgid(65534); os.setuid(65534); s = socket.socket(socket.AF_UNIX);"
                f" s.connect({self.path!r}); s.sendall(b'status\\n'); sys.stdout.write(s.recv(65536).decode())")
        python = shutil.which("python3", path="/usr/bin:/bin")
        result = harness.run([python, "-I", "-c", code], {"PATH": "/usr/bin:/bin"}, "/")
        if result.out:  # the answer may be lost where it comes before the request
            answer = json.loads(result.out)
            self.assertEqual(answer["ok"], False)
            self.assertNotIn("connections", answer)
        self.server.wait_log("uid 65534")
        self.server.stop()


if __name__ == "__main__":
    harness.main()
