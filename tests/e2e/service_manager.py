#!/usr/bin/python3
"""netsaned under a service manager, which this program plays: what it is told, when, and by whom."""

import os
import shutil
import signal
import socket
import struct
import time

import harness
import seed

# A manager's patience with a daemon that says it lives.
WATCHDOG = 1.0

# In place of netsaned-auth: it waits until it may start.
LATE_AUTH = """#!/bin/sh
while ! test -e {gate}; do sleep 0.05; done
exec {program} "$@"
"""


class Manager:
    """NOTIFY_SOCKET's other end. Messages are lists of lines, each with the pid of who sent it."""

    def __init__(self, address):
        self.address = address
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self.socket.bind(address.replace("@", "\0", 1))
        self.senders = set()

    def close(self):
        self.socket.close()

    def next(self, timeout=harness.START_DEADLINE):
        """The next message, or None."""
        self.socket.settimeout(timeout)
        try:
            data, control, _, _ = self.socket.recvmsg(4096, 256)
        except (TimeoutError, BlockingIOError):
            return None
        self.senders |= {struct.unpack("3i", value[:12])[0] for _, _, value in control}
        return data.decode().split("\n")

    def wait_for(self, line, server):
        """Returns the messages up to the one that has this line."""
        messages = []
        deadline = time.monotonic() + harness.START_DEADLINE
        while time.monotonic() < deadline:
            message = self.next(max(0.01, deadline - time.monotonic()))
            if message is None:
                break
            messages.append(message)
            if line in message:
                return messages
        raise AssertionError(f"no {line!r} came, but {messages}; log:\n{server.log()}")


class ServiceManager(harness.EndToEndTest):
    def manage(self, address=None, environment=None, **arguments):
        self.manager = Manager(address or os.path.join(self.folder, "notify"))
        self.addCleanup(self.manager.close)
        self.server = self.daemon(**arguments)
        self.env = {**self.server.environment(), "NOTIFY_SOCKET": self.manager.address, **(environment or {})}

    def start(self):
        self.server.start(env=self.env)

    def connect(self):
        connection = seed.Connection(("127.0.0.1", self.server.port))
        self.addCleanup(connection.close)
        return connection

    def test_the_life_of_a_daemon(self):
        self.manage()
        self.start()
        self.assertEqual(self.manager.next(), ["READY=1", "STATUS=0 connections, 0 devices in use"])
        connection = self.connect()
        handle = connection.open("test:0")[1]
        self.manager.wait_for("STATUS=1 connection, 1 device in use", self.server)
        connection.clos(handle)
        connection.quit()
        self.manager.wait_for("STATUS=0 connections, 0 devices in use", self.server)

        self.server.process.send_signal(signal.SIGHUP)
        begin, end = self.manager.wait_for("READY=1", self.server)
        self.assertEqual((begin[0], begin[1][:15]), ("RELOADING=1", "MONOTONIC_USEC="))
        self.assertAlmostEqual(int(begin[1][15:]) / 1e6, time.clock_gettime(time.CLOCK_MONOTONIC), delta=120)
        self.assertEqual(end, ["READY=1", "STATUS=0 connections, 0 devices in use"])
        self.server.wait_log("configuration reloaded")

        pid = self.server.process.pid
        self.server.stop()
        self.manager.wait_for("STOPPING=1", self.server)
        self.assertEqual(self.manager.senders, {pid}, "somebody else spoke for the daemon")

    def test_a_reload_that_fails(self):
        self.manage("@" + os.path.join(self.folder, "abstract"))
        self.start()
        self.manager.wait_for("READY=1", self.server)
        harness.write_file(self.server.config, "listen = 17\n")
        self.server.process.send_signal(signal.SIGHUP)
        begin, end = self.manager.wait_for("READY=1", self.server)
        self.assertEqual(begin[0], "RELOADING=1")
        self.assertRegex(end[1], r"^STATUS=0 connections.*; not reloaded, the old configuration stays: .*listen")
        self.connect().quit()
        self.server.stop()

    # With sockets that the manager opened there is somebody to connect to from the beginning: nobody is told before all
    # processes that a connection needs are there.
    def test_ready_is_said_when_connections_are_served(self):
        gate = os.path.join(self.folder, "gate")
        tree = os.path.join(self.folder, "tree")
        shutil.copytree(self.stage.root, tree, symlinks=True)
        libexec = tree + self.stage.libexec[len(self.stage.root):]
        auth = os.path.join(libexec, "netsaned-auth")
        os.rename(auth, auth + ".real")
        harness.write_file(auth, LATE_AUTH.format(gate=gate, program=auth + ".real"), 0o755)
        users = os.path.join(self.folder, "users")
        harness.write_file(users, "", 0o600)
        self.manage(keys={"auth": ["unix"], "process_timeout": 60}, tables=[("[auth_unix]", {"file": users})])
        self.server.program = tree + self.stage.netsaned[len(self.stage.root):]
        self.env["LD_LIBRARY_PATH"] = self.stage.lib

        opener = os.fork()
        if opener == 0:  # opens the gate once the script has had its time, and the manager heard nothing
            code = 1
            try:
                code = 0 if self.manager.next(1.5) is None else 2
                with open(gate, "w", encoding="ascii"):
                    pass
            finally:
                os._exit(code)
        self.start()
        _, status = os.waitpid(opener, 0)
        self.assertEqual(os.waitstatus_to_exitcode(status), 0, "READY=1 came before the auth process was there")
        self.assertEqual(self.manager.next()[0], "READY=1")
        self.connect().quit()
        self.server.stop()

    def test_signs_of_life(self):
        self.manage(environment={"WATCHDOG_USEC": str(int(WATCHDOG * 1e6))})
        self.start()
        self.manager.wait_for("READY=1", self.server)
        for _ in range(3):
            self.manager.wait_for("WATCHDOG=1", self.server)
        # One that stands still says nothing.
        self.server.process.send_signal(signal.SIGSTOP)
        while self.manager.next(WATCHDOG) is not None:
            pass
        self.server.process.send_signal(signal.SIGCONT)
        self.manager.wait_for("WATCHDOG=1", self.server)
        self.server.stop()

    def test_children_know_nothing_of_the_manager(self):
        self.manage(environment={"WATCHDOG_USEC": "60000000"})
        self.start()
        self.server.settle()
        seen = []
        for pid in set(self.server.members()) - {self.server.process.pid}:
            try:
                with open(f"/proc/{pid}/environ", "rb") as file:
                    variables = file.read()
            except (PermissionError, FileNotFoundError, ProcessLookupError):
                continue  # they can't be looked at by their own user
            seen.append(pid)
            for name in (b"NOTIFY_SOCKET", b"WATCHDOG_"):
                self.assertNotIn(name, variables)
        if os.geteuid() == 0:
            self.assertTrue(seen)
        self.server.stop()

    def test_a_manager_that_cannot_be_reached(self):
        self.manage()
        self.manager.close()
        self.start()
        self.connect().quit()
        self.assertEqual(self.server.log().count("can't tell the service manager"), 1, self.server.log())
        self.server.stop()

    def test_a_check_says_nothing(self):
        self.manage()
        result = harness.run([*self.server.command(), "--check"], self.env, self.folder)
        self.assertEqual(result.code, 0, repr(result))
        self.assertIsNone(self.manager.next(0.01))


if __name__ == "__main__":
    harness.main()
