#!/usr/bin/python3
"""Sessions recorded by scanimage and by netsaned, and what `netsane trace` shows of them: all that was said, and no secret."""

import collections
import glob
import json
import os
import signal
import stat
import subprocess
import unittest

import harness
import logins_crypt
import logins_pam
import seed
import tls_connection

PASSWORD = "Sesame-4711"
CHALLENGE = "What-is-the-word"
PROGRAM = os.environ.get("NETSANE_STAGE", "") + os.path.join(os.environ.get("NETSANE_BINDIR", "/usr/local/bin"), "netsane")


class TraceTest(harness.EndToEndTest):
    def setUp(self):
        super().setUp()
        os.chmod(self.folder, 0o755)
        self.traces = os.path.join(self.folder, "traces")
        self.own = os.path.join(self.folder, "own.nstrace")

    def trace(self, *arguments, code=0, env=None):
        """What `netsane trace` writes."""
        env = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LD_LIBRARY_PATH": self.stage.lib, "LANG": "C", **(env or {}),
               **self.stage.sanitizer_env(os.path.join(self.folder, "sanitizer"), leaks=True)}
        run = subprocess.run([PROGRAM, "trace", *arguments], env=env, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(run.returncode, code, run.stderr)
        self.error = run.stderr
        return run.stdout

    def records(self, path):
        return [json.loads(line) for line in self.trace("--json", path).splitlines()]

    def commands(self, path):
        return [(record["from"], record["command"]) for record in self.records(path) if "command" in record]

    def scan(self, server, *words, path=None, device=True, more=None):
        """scanimage that records; its Result."""
        client = self.client(" ".join([server.address, *words]))
        env = {**client.environment(), "NETSANE_TRACE": path or self.own, **(more or {})}
        arguments = ["-d", f"netsane:{server.address}:test:0"] if device else ["-L"]
        return harness.run(["scanimage", *arguments], env, client.folder)

    def server_traces(self):
        return sorted(glob.glob(os.path.join(self.traces, "*.nstrace")))

    def assert_mine_alone(self, path):
        status = os.stat(path)
        self.assertEqual((stat.S_IMODE(status.st_mode), status.st_uid), (0o600, os.geteuid()))


class Recordings(TraceTest):
    def test_client_and_server_tell_the_same(self):
        server = self.daemon(keys={"trace": self.traces}).start()
        result = self.scan(server)
        self.assertEqual(result.code, 0, repr(result))
        self.assertEqual(result.out, harness.run_local(server.sane_dir, "-d", "test:0", cwd=self.folder).out)
        server.stop()
        self.assert_mine_alone(self.own)
        (theirs,) = self.server_traces()
        self.assert_mine_alone(theirs)
        commands = self.commands(self.own)
        for expected in [("server", "HELO"), ("client", "HELO"), ("client", "OPEN"), ("server", "STAR"), ("server", "READ")]:
            self.assertIn(expected, commands)
        # The client ends without waiting for what is said to its last requests.
        unread = collections.Counter(self.commands(theirs)) - collections.Counter(commands)
        self.assertEqual(collections.Counter(commands) - collections.Counter(self.commands(theirs)), {})
        self.assertEqual([command for command in unread if command[0] != "server"], [])
        said = [record for record in self.records(self.own) if record.get("from") == "client" and "fields" in record]
        heard = [record for record in self.records(theirs) if record.get("from") == "client" and "fields" in record]
        self.assertEqual([record["fields"] for record in said], [record["fields"] for record in heard])
        image = sum(field["bytes"] for record in self.records(self.own) for field in record.get("fields", [])
                    if field["name"] == "data")
        self.assertEqual(image, 157 * 196)
        summary = json.loads(self.trace("--summary", "--json", theirs))
        self.assertEqual(summary["image_bytes"], image)
        text = self.trace(self.own)
        self.assertIn('device="test:0"', text)
        self.assertIn("-- the end of the connection\n", text)
        self.assertNotIn("more=", text, "a field without a name")
        self.assertNotIn("\033", text)

    def test_nothing_is_overwritten_or_followed(self):
        server = self.daemon().start()
        harness.write_file(self.own, "mine")
        os.symlink(os.path.join(self.folder, "target"), self.own + ".2")
        self.assertEqual(self.scan(server).code, 0)
        with open(self.own, encoding="ascii") as file:
            self.assertEqual(file.read(), "mine")
        self.assertFalse(os.path.exists(os.path.join(self.folder, "target")))
        self.assertIn(("client", "OPEN"), self.commands(self.own + ".3"))
        pattern = os.path.join(self.folder, "of-%p.nstrace")
        self.assertEqual(self.scan(server, path=pattern).code, 0)
        self.assertRegex(str(glob.glob(os.path.join(self.folder, "of-*"))), r"of-\d+\.nstrace")
        result = self.scan(server, path="/nowhere/file", more={"SANE_DEBUG_NETSANE": "0"})
        self.assertEqual(result.code, 0)
        self.assertIn(b"isn't recorded: /nowhere/file: No such file", result.err)
        server.stop()

    def test_what_a_killed_process_has_recorded_is_readable(self):
        server = self.daemon(keys={"trace": self.traces}).start()
        connection = seed.Connection(("127.0.0.1", server.port))
        self.addCleanup(connection.close)
        status, handle = connection.open("test:0")[:2]
        self.assertEqual(status, seed.GOOD)
        os.kill(server.worker("netsaned-session"), signal.SIGKILL)
        (theirs,) = self.server_traces()
        self.assertIn(("server", "OPEN"), self.commands(theirs))
        self.assertNotIn("the end of the connection", self.trace(theirs))
        server.wait_log("session", 0)
        server.kill()

    def test_damage_is_named_and_what_comes_before_is_shown(self):
        server = self.daemon().start()
        self.assertEqual(self.scan(server).code, 0)
        server.stop()
        whole = self.trace(self.own)
        with open(self.own, "rb") as file:
            data = file.read()
        with open(self.own, "wb") as file:
            file.write(data[:-9])
        self.assertEqual(self.trace(self.own, code=1), "".join(whole.splitlines(keepends=True)[:-1]))
        self.assertRegex(self.error, r"^netsane trace: \S+own.nstrace: byte \d+: the file ends within a record")
        with open(self.own, "wb") as file:
            file.write(data[:100] + b"\xff" * 100 + data[200:])
        self.trace(self.own, code=1)
        self.assertRegex(self.error, r": byte \d+: ")
        self.trace("/etc/passwd", code=1)
        self.assertIn("/etc/passwd: byte 0: this is no recording of a session", self.error)
        self.trace("/nowhere/file", code=1)
        self.assertIn("No such file", self.error)

    def test_colours_are_for_terminals_that_want_them(self):
        server = self.daemon().start()
        self.assertEqual(self.scan(server, device=False).code, 0)
        server.stop()
        for env, expected in (({"TERM": "xterm"}, True), ({"TERM": "xterm", "NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)):
            command = ["script", "-qec", f"{PROGRAM} trace {self.own}", "/dev/null"]
            out = subprocess.run(command, env={**os.environ, "LD_LIBRARY_PATH": self.stage.lib, "NO_COLOR": "", **env},
                                 stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=True).stdout
            self.assertEqual(b"\033[" in out, expected, env)


class Server(TraceTest):
    def test_a_full_folder_costs_recordings_alone(self):
        server = self.daemon(keys={"trace": self.traces, "trace_files": 2}).start()
        for _ in range(4):
            self.assertEqual(self.scan(server, device=False).code, 0)
        self.assertEqual(len(self.server_traces()), 2)
        server.wait_log("it has 2 recordings, as many as trace_files allows")
        self.assertEqual(server.log().count("not recorded"), 1)
        os.unlink(self.server_traces()[0])
        self.assertEqual(self.scan(server, device=False).code, 0)
        self.assertEqual(len(self.server_traces()), 2)
        server.stop()

    def test_a_reload_switches_it_on_and_off(self):
        server = self.daemon().start()
        for folder, expected in ((self.traces, 1), (None, 1)):
            server.configure({"trace": folder})
            before = len(server.log())
            os.kill(server.process.pid, signal.SIGHUP)
            server.wait_log("configuration reloaded", before)
            self.assertEqual(self.scan(server, device=False).code, 0)
            self.assertEqual(len(self.server_traces()), expected)
        server.stop()

    def test_a_folder_of_others_is_refused_by_its_name(self):
        os.mkdir(self.traces)
        os.chmod(self.traces, 0o777)
        server = self.daemon(keys={"trace": self.traces})
        with self.assertRaisesRegex(AssertionError, f'trace = "{self.traces}": '):
            server.start()
        before = len(server.log())
        server.configure({"trace": None})
        server.start()
        server.configure({"trace": self.traces})
        os.kill(server.process.pid, signal.SIGHUP)
        server.wait_log(f'not reloaded, the old configuration stays: trace = "{self.traces}"', before)
        server.stop()

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_a_session_process_without_rights_records(self):
        harness.write_file(os.path.join(self.folder, "users"), f"alice:{harness.PASSWORD_HASH}\n", 0o644)
        server = self.daemon(keys={"trace": self.traces, "user": "nobody", "group": "nogroup"}).start()
        self.assertEqual(self.scan(server).code, 0)
        server.stop()
        self.assertIn(("server", "READ"), self.commands(self.server_traces()[0]))


class Secrets(TraceTest):
    """Searches the recordings of both sides for whatever nobody else may know."""

    def serve(self, method, section, crypt="none", **keys):
        tables = [(f"[auth_{method}]", section)]
        if crypt == "tls":
            certificate, key = tls_connection.make_certificate(self.folder, "server")
            tables.append(("[crypt_tls]", {"certificate": certificate, "key": key}))
        return self.daemon(keys={"auth": [method], "crypt": [crypt], "trace": self.traces, "auth_fail_delay": 0, **keys},
                           tables=tables).start()

    def check(self, server, secrets, password=PASSWORD):
        result = self.scan(server, f"user=alice password={password}")
        self.assertEqual(result.code, 0, f"{result!r}\n{server.log()}")
        wrong = self.scan(server, "user=alice password=Wrong-0815", path=self.own + ".wrong")
        self.assertNotEqual(wrong.code, 0)
        server.stop()
        files = [self.own, self.own + ".wrong", *self.server_traces()]
        self.assertEqual(len(files), 4)
        for path in files:
            with open(path, "rb") as file:
                data = file.read()
            for secret in [password, "Wrong-0815", "alice", *secrets]:
                self.assertNotIn(secret.encode(), data, path)
            self.assertIn(("client", "PASS_RPLY"), self.commands(path))
            for record in self.records(path):
                for field in record.get("fields", []):
                    if record["command"] in ("PASS_REQ", "PASS_RPLY", "USER", "WELC"):
                        self.assertEqual("value" in field, field["name"] == "method", record)
        return files

    def unix(self, crypt):
        hashed = harness.write_file(os.path.join(self.folder, "users"), f"alice:{harness.PASSWORD_HASH}\n", 0o600)
        server = self.serve("unix", {"file": hashed}, crypt)
        return self.check(server, [harness.PASSWORD_HASH, harness.PASSWORD_HASH.rpartition("$")[2]], harness.PASSWORD)

    def test_unix(self):
        self.unix("none")

    def test_unix_under_tls(self):
        for path in self.unix("tls"):
            text = self.trace(path)
            self.assertIn("-- from here on encrypted", text)
            self.assertIn("CRPT_RPLY", text)

    def test_crypt(self):
        stored = logins_crypt.crypt(PASSWORD, "ab")
        users = harness.write_file(os.path.join(self.folder, "users"), f"{logins_crypt.SECRET}\nalice:{stored}\n", 0o600)
        server = self.serve("crypt", {"file": users})
        # By hand, to know the seeds and the answers, too.
        with seed.Connection(("127.0.0.1", server.port)) as connection:
            connection.send(seed.message(seed.d(seed.OPEN), seed.s("test:0")))
            seeds, answers = self.answer(connection)
        (theirs,) = self.server_traces()
        with open(theirs, "rb") as file:
            data = file.read()
        for secret in [stored, stored[2:], *answers]:
            self.assertNotIn(secret.encode(), data)
        for text in seeds:
            self.assertNotIn(b"\0" + text.encode() + b"\0", data)
        os.unlink(theirs)
        self.check(server, [stored, stored[2:]])

    def answer(self, connection):
        while True:
            fields = connection.receive()
            number = seed.signed(fields[0])
            if number == seed.USER:
                connection.send(seed.message(seed.d(seed.USER), seed.s("alice")))
            elif number == seed.PASS_REQ:
                seeds = [field.rstrip(b"\0").decode() for field in fields[2:5]]
                stored = logins_crypt.crypt(PASSWORD, seeds[0])
                answers = [logins_crypt.crypt(stored[2:], seeds[1]), logins_crypt.crypt(stored[5:], seeds[2])]
                connection.send(seed.message(seed.d(seed.PASS_RPLY), seed.d(2), *(seed.s(text) for text in answers)))
            elif number == seed.OPEN:
                self.assertEqual(seed.signed(fields[1]), seed.GOOD)
                return seeds, answers

    @unittest.skipUnless(os.path.exists(logins_pam.SCRIPTED), "built without PAM")
    def test_pam_under_tls(self):
        services = os.path.join(self.folder, "pam.d")
        os.mkdir(services, 0o755)
        harness.write_file(os.path.join(services, "netsane"),
                           f"auth required {logins_pam.SCRIPTED} [info:{CHALLENGE}] [hidden:Password: ] say expect:{PASSWORD}|\n"
                           "account required pam_permit.so\n")
        server = self.serve("pam", {"confdir": services}, "tls")
        self.check(server, [CHALLENGE, "Password: "])


if __name__ == "__main__":
    harness.main()
