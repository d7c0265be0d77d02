#!/usr/bin/python3
"""Listeners, listings with servers that don't answer, loops, and what the daemon says about a configuration."""

import os
import re
import socket
import time

import harness
import seed

# A server that is down may make a listing this much slower; machines that run tests are slow themselves.
DOWN_COSTS = 2.5
TWO_DEVICES = ["test:0", "test:1"]

# Lines of the file, the key that the message must name, the number of the line.
BAD_FILES = [
    ('listen = 17', "listen", 1),
    ('listen = "127.0.0.1:0"', "listen", 1),
    ('listen = []', "listen", 1),
    ('listen = ["127.0.0.1:99999"]', "listen", 1),
    ('listen = ["127.0.0.1:0"]\nlissen = ["127.0.0.1:0"]', "lissen", 2),
    ('listen = ["127.0.0.1:0"]\ncrypt = ["none"]\nauth = "unix"', "auth", 3),
    ('\n\nauth_at = "sometimes"', "auth_at", 3),
    ('crypt = []', "crypt", 1),
    ('trace = "here"', "trace", 1),
    ('trace_limit = 0', "trace_limit", 1),
    ('trace_files = 100000', "trace_files", 1),
    ('crypt = ["none", 5]', "crypt", 1),
    ('auth = ["../evil"]', "auth", 1),
    ('auth_tries = -1', "auth_tries", 1),
    ('auth_tries = "many"', "auth_tries", 1),
    ('discovery = "yes"', "discovery", 1),
    ('discovery_name = ""', "discovery_name", 1),
    ('plugin_dir = 5', "plugin_dir", 1),
    ('groups_file = "groups"', "groups_file", 1),
    ('state_dir = "state"', "state_dir", 1),
    ('control_socket = "control"', "control_socket", 1),
    ('user = true', "user", 1),
    ('sandbox = true', "sandbox", 1),
    ('sandbox = ["session", "lister"]', "sandbox", 1),
    ('[sane]\nexclude = "net"', "exclude", 2),
    ('[sane]\n\nexcludes = ["net"]', "excludes", 3),
    ('[sane]\nconfig_dir = ["/etc"]', "config_dir", 2),
    ('[[allow]]\nusers = "alice"', "users", 2),
    ('[[allow]]\nhosts = ["300.0.0.0/8"]', "hosts", 2),
    ('[[allow]]\ndevices = []', "devices", 2),
    ('[[allow]]\nuser = ["alice"]', "user", 2),
    ('[surprise]\nkey = 1', "surprise", 1),
    ('[sane]\nwarm = 17', "warm", 2),
    ('[sane]\nlist_refresh = -1', "list_refresh", 2),
    ('[sane]\ncall_timeout = 0', "call_timeout", 2),
    ('[sane]\nclose_timeout = "long"', "close_timeout", 2),
]


def devices_in(result):
    return re.findall(rb"device `netsane:(.*):(test:\d+)'", result.out)


class Listeners(harness.EndToEndTest):
    def assert_scans(self, server, address):
        client = self.client(address)
        listed = client.run("-L")
        self.assertEqual([name.decode() for _, name in devices_in(listed)], TWO_DEVICES, f"{listed!r}\n{server.log()}")
        name = re.search(rb"`(netsane:.*:test:0)'", listed.out)[1].decode()
        result = client.run("-d", name)
        expected = harness.run_local(server.sane_dir, "-d", "test:0", cwd=self.folder)
        self.assertEqual((result.code, result.out == expected.out), (0, True), f"{result!r}\n{server.log()}")

    def test_several_listeners_of_every_kind(self):
        path = os.path.join(self.folder, "socket")
        server = self.daemon(keys={"listen": ["127.0.0.1:0", "[::1]:0", f"unix:{path}", "127.0.0.2:0"]})
        server.start()
        self.assertEqual(len(server.listeners), 4)
        self.assertRegex(server.listeners[0], r"^127\.0\.0\.1:\d+$")
        self.assertRegex(server.listeners[1], r"^\[::1\]:\d+$")
        self.assertEqual(server.listeners[2], f"unix:{path}")
        for listener in server.listeners:
            with self.subTest(listener=listener):
                self.assert_scans(server, listener)
        server.stop()
        self.assertFalse(os.path.exists(path), "the socket's file is still there")

    def test_a_unix_socket_left_over_from_a_crash(self):
        path = os.path.join(self.folder, "socket")
        left = socket.socket(socket.AF_UNIX)
        left.bind(path)
        left.close()
        server = self.daemon(keys={"listen": [f"unix:{path}"]})
        server.start()
        self.assert_scans(server, f"unix:{path}")
        server.stop()

    def test_a_port_that_is_taken(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            server = self.daemon(keys={"listen": [f"127.0.0.1:{taken.getsockname()[1]}"]})
            result = harness.run(server.command(), server.environment(), self.folder)
            self.assertNotIn(result.code, (0, -6, -11), repr(result))
            self.assertIn(b"127.0.0.1", result.err)

    def test_socket_activation(self):
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen()
            port = listener.getsockname()[1]
            server = self.daemon(keys={"listen": ["127.0.0.1:1"]})
            # LISTEN_PID must be the daemon's own: a shell knows it before it becomes the daemon.
            script = f'exec 3<&{listener.fileno()}; LISTEN_PID=$$; LISTEN_FDS=1; export LISTEN_PID LISTEN_FDS; exec "$@"'
            server.start(command=["/bin/bash", "-c", script, "bash", *server.command()], pass_fds=[listener.fileno()])
        self.assertEqual(server.listeners, [f"127.0.0.1:{port}"])
        self.assert_scans(server, f"127.0.0.1:{port}")
        server.stop()


class Listings(harness.EndToEndTest):
    def listing(self, server, *others):
        client = self.client(*others, server.address)
        begin = time.monotonic()
        result = client.run("-L")
        seconds = time.monotonic() - begin
        self.assertEqual([name.decode() for _, name in devices_in(result)], TWO_DEVICES, f"{result!r}\n{server.log()}")
        return seconds

    def test_servers_that_are_down(self):
        server = self.daemon()
        server.start()
        self.listing(server)  # the server makes its list now and keeps it
        alone = min(self.listing(server) for _ in range(3))
        with socket.socket() as silent, socket.socket() as full:
            silent.bind(("127.0.0.1", 0))
            silent.listen(16)
            full.bind(("127.0.0.2", 0))
            full.listen(0)
            address = full.getsockname()
            waiting = [socket.socket() for _ in range(4)]
            try:
                for connection in waiting:  # from now on its queue is full, and SYNs are dropped
                    connection.setblocking(False)
                    connection.connect_ex(address)
                holder, closed = harness.closed_port()
                down = [f"127.0.0.1:{silent.getsockname()[1]}", f"127.0.0.2:{address[1]}", f"127.0.0.1:{closed}"]
                for others in ([down[0]], [down[1]], [down[2]], down):
                    with self.subTest(others=others):
                        self.assertLess(self.listing(server, *others), alone + DOWN_COSTS)
                holder.close()
            finally:
                for connection in waiting:
                    connection.close()
        server.stop()

    def test_a_server_that_stops_in_the_middle_of_its_answer(self):
        server = self.daemon()
        server.start()
        self.listing(server)
        with socket.socket() as broken:
            broken.bind(("127.0.0.1", 0))
            broken.listen(16)
            pid = os.fork()
            if pid == 0:
                peer, _ = broken.accept()
                peer.sendall(seed.message(seed.d(seed.HELO), seed.s("broken"), seed.d(1)) + seed.d(seed.INIT)[:6])
                peer.recv(1 << 20)
                peer.close()
                os._exit(0)
            try:
                self.listing(server, f"127.0.0.1:{broken.getsockname()[1]}")
            finally:
                os.waitpid(pid, 0)
        server.stop()

    def test_a_server_that_would_export_itself(self):
        with socket.socket() as reserved:
            reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            reserved.bind(("127.0.0.1", 0))
            port = reserved.getsockname()[1]
        server = self.daemon(keys={"listen": [f"127.0.0.1:{port}"]})
        harness.write_file(f"{server.sane_dir}/dll.conf", "net\nnetsane\ntest\n")
        harness.write_file(f"{server.sane_dir}/netsane.conf", f"127.0.0.1:{port}\n")
        harness.write_file(f"{server.sane_dir}/net.conf", "connect_timeout = 2\n127.0.0.1\n")
        environment = server.environment()
        environment["LD_LIBRARY_PATH"] = self.stage.backend + ":" + environment["LD_LIBRARY_PATH"]
        server.start(env=environment)
        client = self.client(server.address)
        result = client.run("-L")
        self.assertEqual(result.out.count(b"device `"), 2, repr(result))
        self.assertNotIn(b":netsane:", result.out)
        self.assertNotIn(b":net:", result.out)
        result = client.run("-d", f"netsane:{server.address}:netsane:{server.address}:test:0")
        self.assertEqual((result.code, result.out), (1, b""), repr(result))
        server.stop()

    def test_a_server_that_is_not_in_the_file(self):
        server = self.daemon()
        server.start()
        client = self.client()
        result = client.run("-L")
        self.assertEqual((result.code, devices_in(result)), (0, []))
        result = client.run("-d", f"netsane:{server.address}:test:0")
        self.assertEqual(result.code, 0, repr(result))
        server.stop()

    def test_a_server_that_is_not_there_cannot_be_opened(self):
        holder, port = harness.closed_port()
        client = self.client(f"127.0.0.1:{port}")
        result = client.run("-d", f"netsane:127.0.0.1:{port}:test:0")
        self.assertEqual((result.code, result.out), (1, b""), repr(result))
        self.assertLess(result.seconds, 5)
        holder.close()


class Configuration(harness.EndToEndTest):
    def check(self, text, *more):
        path = harness.write_file(os.path.join(self.folder, "netsaned.conf"), text)
        server = self.daemon()
        return path, harness.run([self.stage.netsaned, "--config", path, *more], server.environment(), self.folder)

    def test_version(self):
        server = self.daemon()
        result = harness.run([self.stage.netsaned, "--version"], server.environment(), self.folder)
        self.assertEqual(result.code, 0, repr(result))
        self.assertRegex(result.out, rb"\d+\.\d+\.\d+")

    def test_a_good_file(self):
        server = self.daemon()
        result = harness.run([self.stage.netsaned, "--config", server.config, "--check"], server.environment(), self.folder)
        self.assertEqual(result.code, 0, repr(result))

    def test_bad_files_name_file_line_and_key(self):
        for text, key, line in BAD_FILES:
            for mode in (["--check"], ["--foreground"]):
                with self.subTest(text=text, mode=mode):
                    path, result = self.check(text + "\n", *mode)
                    self.assertTrue(0 < result.code < 128, repr(result))
                    self.assertIn(f"{path}:{line}:", result.err.decode())
                    self.assertRegex(result.err.decode(), rf"\b{key}\b")

    def test_files_that_cannot_be_read(self):
        path, result = self.check("listen = [\n", "--check")
        self.assertTrue(0 < result.code < 128, repr(result))
        self.assertIn(path.encode(), result.err)
        server = self.daemon()
        result = harness.run([self.stage.netsaned, "--config", path + ".missing", "--check"], server.environment(), self.folder)
        self.assertTrue(0 < result.code < 128, repr(result))
        self.assertIn(b".missing", result.err)

    def test_methods_that_are_not_there(self):
        for keys in ({"auth": ["nothing"]}, {"crypt": ["nothing"]}):
            with self.subTest(keys=keys):
                server = self.daemon(keys=keys)
                result = harness.run(server.command(), server.environment(), self.folder)
                self.assertTrue(0 < result.code < 128, repr(result))
                self.assertIn(b"_nothing", result.err)

    def test_options_that_are_none(self):
        server = self.daemon()
        for option in ("--no-such-option", "surplus", "--config"):
            result = harness.run([self.stage.netsaned, option], server.environment(), self.folder)
            self.assertEqual(result.code, 2, f"{option}: {result!r}")


if __name__ == "__main__":
    harness.main()
