#!/usr/bin/python3
"""Plugins that are bad on purpose: the daemon doesn't start with one that can't be used, and says why; and one that goes
wrong in a login lets nobody in and costs one try."""

import os
import shutil

import harness
import seed

# what stands behind the file's name; every text is a part of the log's
REFUSED = {
    "noentry": "has no entry point netsane_plugin_v1",
    "wrongversion": "has no entry point netsane_plugin_v1",
    "newer": "doesn't work with version 1.",
    "entrythrows": "its entry point threw an exception: entry refused",
    "undefined": "undefined symbol: netsane_test_function_that_exists_nowhere",
    "small": "its descriptor is too small: struct_size 48, needed are 80",
    "initfails": "its init failed: the licence has run out",
    "initthrows": "its init threw an exception: no ink",
    "missing": "No such file or directory",
}
FAULTY = {
    "stepthrows": (0x8014, "step threw an exception"),
    "oddverdict": (0x8017, "the method gave an unknown verdict: 77"),
    "oddfields": (0x8018, "the method gave impossible fields"),
    "okwithfields": (0x8019, "the method gave fields along with its OK"),
}
LATE = 0x8038
LOG_DEADLINE = 15.0


class Client(seed.Connection):
    """Asks for one method in its first try, and logs in by PASS_UNIX in the others."""

    def __init__(self, address, method):
        super().__init__(address)
        self.wanted = [method]
        self.user = "alice"

    def event(self, fields):
        number = seed.signed(fields[0])
        if number != seed.PASS_REQ:
            return super().event(fields)
        self.events.append(number)
        asked = seed.signed(fields[1])
        if self.wanted and asked != self.wanted[0]:
            return self.send(seed.message(seed.d(seed.FAIL), seed.d(seed.PASS_REQ), seed.words(self.wanted.pop())))
        return self.send(seed.message(seed.d(seed.PASS_RPLY), seed.d(asked), seed.s(harness.PASSWORD)))


class BadPluginTest(harness.EndToEndTest):
    def setUp(self):
        super().setUp()
        self.plugins = os.path.join(self.folder, "plugins")
        os.mkdir(self.plugins, 0o755)
        built = os.path.join(os.environ["NETSANE_BUILDDIR"], "tests/plugins/.libs")
        for folder in (self.stage.plugins, built):
            for name in os.listdir(folder):
                if name.endswith(".so"):
                    shutil.copy(os.path.realpath(os.path.join(folder, name)), self.path(name))
                    os.chmod(self.path(name), 0o755)

    def path(self, name):
        return os.path.join(self.plugins, name)

    def make(self, *methods, tables=(), **keys):
        users = harness.write_file(f"{self.folder}/users", f"alice:{harness.PASSWORD_HASH}\n", 0o600)
        server = self.daemon(keys={"auth": list(methods), "auth_fail_delay": 0, "plugin_dir": self.plugins, **keys},
                             tables=[("[auth_unix]", {"file": users}), *tables] if "unix" in methods else tables)
        self.environment = {**server.environment(), "NETSANE_TEST_METHODS": "1"}
        return server


class Loading(BadPluginTest):
    def assert_refused(self, server, text, **start):
        with self.assertRaisesRegex(AssertionError, "netsaned ended with 1 at its start"):
            server.start(**{"env": self.environment, **start})
        last = server.log().rstrip("\n").splitlines()[-1]
        self.assertIn(text, last)

    def test_the_daemon_does_not_start_with_one(self):
        for name, reason in REFUSED.items():
            with self.subTest(name=name):
                server = self.make("unix", name)
                self.assert_refused(server, f"{self.path('auth_' + name)}.so: ")
                self.assertIn(reason, server.log())

    def test_two_with_one_number(self):
        self.assert_refused(self.make("fixed", "duplicate"),
                            f"{self.path('auth_duplicate.so')}: has the method id 32770, which \"fixed\" has already")

    def test_one_for_tests_only(self):
        server = self.make("fixed")
        self.assert_refused(server, f"{self.path('auth_fixed.so')}: protects nothing, it is for tests only",
                            env=server.environment())

    def test_files_that_others_may_change(self):
        os.chmod(self.path("auth_unix.so"), 0o775)
        self.assert_refused(self.make("unix"), f"{self.path('auth_unix.so')}: writable by group or others (mode 0775)")
        os.chmod(self.path("auth_unix.so"), 0o755)
        os.chmod(self.plugins, 0o777)
        self.assert_refused(self.make("unix"), f"{self.plugins}: writable by group or others (mode 0777)")

    def test_a_link_out_of_the_folder(self):
        elsewhere = os.path.join(self.folder, "elsewhere")
        os.mkdir(elsewhere, 0o755)
        target = shutil.move(self.path("auth_unix.so"), elsewhere)
        os.symlink(target, self.path("auth_unix.so"))
        self.assert_refused(self.make("unix"), f"{self.path('auth_unix.so')}: leads out of its folder to {target}")

    def test_the_check_says_it_too(self):
        server = self.make("initfails")
        result = harness.run([server.program, "--config", server.config, "--check"], self.environment, self.folder)
        self.assertEqual(result.code, 1, result)
        self.assertIn(b"auth_initfails.so: its init failed: the licence has run out", result.err)


class Logins(BadPluginTest):
    def test_a_fault_in_a_login_costs_one_try(self):
        server = self.make("unix", *FAULTY, auth_tries=2).start(env=self.environment)
        auth = server.worker("netsaned-auth")
        for name, (number, reason) in FAULTY.items():
            with self.subTest(name=name):
                with Client(("127.0.0.1", server.port), number) as client:
                    self.assertEqual(client.open("test:0")[0], seed.GOOD)
                    self.assertEqual(client.events, [seed.USER, seed.PASS_REQ] * 2)
                line = f"login result=refused user=alice method={name} "
                harness.wait_for(lambda: line in server.log(), LOG_DEADLINE, f"{line!r} in the log")
                refused = [each for each in server.log().splitlines() if line in each]
                self.assertEqual(len(refused), 1, server.log())
                self.assertIn(reason, refused[0])
        self.assertEqual(server.worker("netsaned-auth"), auth)  # those of the logins may be about to end
        self.assertNotIn("result=accepted user=alice method=o", server.log())
        server.stop()

    def test_a_fault_in_the_last_try(self):
        server = self.make("unix", *FAULTY, auth_tries=1).start(env=self.environment)
        for number, _ in FAULTY.values():
            with Client(("127.0.0.1", server.port), number) as client:
                self.assertEqual(client.open("test:0")[0], seed.ACCESS_DENIED)
                client.wait_closed()
        server.stop()


class LateOk(BadPluginTest):
    def log_in(self, server, user):
        client = Client(("127.0.0.1", server.port), LATE)
        self.addCleanup(client.close)
        client.user = user
        return client

    def accepted(self, server, user):
        return f"login result=accepted user={user} " in server.log()

    def test_after_the_client_has_gone(self):
        server = self.make("lateok", tables=[("[auth_lateok]", {"wait_ms": 500})]).start(env=self.environment)
        gone = self.log_in(server, "gone")
        gone.send(seed.message(seed.d(seed.OPEN), seed.s("test:0")))
        for _ in range(2):  # USER, PASS_REQ, and their answers
            gone.event(gone.receive())
        gone.close()
        # the other one's OK comes later than the first one's would
        self.assertEqual(self.log_in(server, "stays").open("test:0")[0], seed.GOOD)
        harness.wait_for(lambda: self.accepted(server, "stays"), LOG_DEADLINE, "the other one's login in the log")
        self.assertFalse(self.accepted(server, "gone"), server.log())
        server.stop()

    def test_after_the_deadline(self):
        server = self.make("lateok", tables=[("[auth_lateok]", {"wait_ms": 1500})], login_timeout=1)
        server.start(env=self.environment)
        for user in ("late", "later"):  # the second one ends after the first one's OK would come
            client = self.log_in(server, user)
            try:
                self.assertNotEqual(client.open("test:0")[0], seed.GOOD)
            except seed.Closed:
                pass
            client.wait_closed()
        self.assertFalse(self.accepted(server, "late"), server.log())
        server.stop()


if __name__ == "__main__":
    harness.main()
