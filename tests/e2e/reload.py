#!/usr/bin/python3
"""SIGHUP takes over all of a configuration or nothing of it, wherever it fails: the supervisor gets one more descriptor each time,
until that is enough; from the start, and when all that remains is to use what was tried."""

import os
import resource
import shutil
import signal

import harness
import seed

SOON = 20.0  # seconds that a reload may take
MOST = 40    # descriptors that one needs at most


class ReloadTest(harness.EndToEndTest):
    def setUp(self):
        super().setUp()
        self.path = f"{self.folder}/socket"
        self.port = None
        self.listens = True  # at one more address behind a reload
        self.users = {name: harness.write_file(f"{self.folder}/{name}", f"{name}:{harness.PASSWORD_HASH}\n", 0o600)
                      for name in ("alice", "bob")}
        self.files = {f"file{number}": harness.write_file(f"{self.folder}/file{number}", "") for number in range(4)}
        self.plugins = shutil.copytree(self.stage.plugins, f"{self.folder}/plugins")
        os.chmod(self.plugins, 0o755)
        shutil.copy(os.path.realpath(os.path.join(os.environ["NETSANE_BUILDDIR"], "tests/plugins/.libs/crypt_escape.so")), self.plugins)
        for name in os.listdir(self.plugins):
            os.chmod(os.path.join(self.plugins, name), 0o755)
        self.server = self.daemon(**self.first())
        self.server.start(env={**self.server.environment(), "NETSANE_TEST_METHODS": "1"})
        self.port = self.server.port
        self.before = resource.prlimit(self.server.process.pid, resource.RLIMIT_NOFILE)

    def configuration(self, user, device, listen, auth_at, at_start="nothing"):
        """With a crypt method that has files."""
        return {"keys": {"auth": ["unix"], "auth_at": auth_at, "auth_fail_delay": 0, "crypt": ["escape", "none"],
                         "plugin_dir": self.plugins, "listen": [f"127.0.0.1:{self.port or 0}", *listen]},
                "tables": [("[auth_unix]", {"file": self.users[user]}),
                           ("[crypt_escape]", {"at_start": at_start, **self.files}),
                           ("[[allow]]", {"users": [user], "devices": [device]})]}

    def first(self):
        return self.configuration("alice", "test:0", [], "open")

    def second(self, at_start="nothing"):
        return self.configuration("bob", "test:1", [f"unix:{self.path}"] if self.listens else [], "connect", at_start)

    # --- what is in force ----------------------------------------------------------------------------------------------

    def may_open(self, user):
        """Whether the login is asked for at once, and the devices that can be opened then."""
        with seed.Connection(("127.0.0.1", self.port)) as connection:
            connection.user, connection.passwords = user, [harness.PASSWORD]
            try:
                connection.event(connection.receive())  # CRPT_REQ, answered with none
                connection.init()
                at_once = seed.USER in connection.events
                return at_once, [name for name in ("test:0", "test:1") if connection.open(name)[0] == seed.GOOD]
            except seed.Closed:
                return None, []

    def in_force(self):
        """1 or 2; anything else is parts of both."""
        alice, bob, socket = self.may_open("alice"), self.may_open("bob"), os.path.exists(self.path)
        if alice == (False, ["test:0"]) and not bob[1] and not socket:
            return 1
        if bob == (True, ["test:1"]) and not alice[1] and socket == self.listens:
            return 2
        return alice, bob, socket

    # --- reloads -------------------------------------------------------------------------------------------------------

    def reload(self, configuration, free=None):
        """Whether it was taken over. `free`: so many descriptors from the trial on, whose process stops itself; the one that serves
        does then, too."""
        self.server.configure(configuration["keys"], tables=configuration["tables"])
        begin = len(self.server.log())
        os.kill(self.server.process.pid, signal.SIGHUP)

        def outcome():
            log = self.server.log()[begin:]
            return "configuration reloaded" in log or ("not reloaded" in log and "refused")

        if free is not None:
            tried = harness.wait_for(self.stopped, SOON, "it is tried")
            self.limit(free)
            os.kill(tried, signal.SIGCONT)
        taken_over = harness.wait_for(outcome, SOON, lambda: f"an outcome: {self.server.log()[begin:]}") is True
        if free is not None and taken_over:
            os.kill(harness.wait_for(self.stopped, SOON, "it is taken over"), signal.SIGCONT)
        return taken_over

    def stopped(self):
        """The pid of a process that has stopped itself, or None."""
        states = {entry[0]: entry[1] for entry in harness.processes()}
        return next((pid for pid in self.server.find("netsaned-session") if states.get(pid) == "T"), None)

    def limit(self, free):
        """Leaves the supervisor so many descriptors that it may open."""
        taken = {int(name) for name in os.listdir(f"/proc/{self.server.process.pid}/fd")}
        numbers = [number for number in range(len(taken) + free + 1) if number not in taken]
        resource.prlimit(self.server.process.pid, resource.RLIMIT_NOFILE, (numbers[free], self.before[1]))

    def test_all_or_nothing_at_the_end(self):
        for listens in (False, True):
            self.listens = listens
            self.try_with_more_and_more(1, lambda free: self.reload(self.second("stop"), free))
            self.assertTrue(self.reload(self.first()), self.server.log())
        self.server.stop()

    def test_all_or_nothing_from_the_start(self):
        def reload(free):
            self.limit(free)
            return self.reload(self.second())
        self.try_with_more_and_more(2, reload, step=2)
        self.server.stop()

    def try_with_more_and_more(self, least, reload, step=1):
        self.assertEqual(self.in_force(), 1)
        refused = 0
        for free in range(0, MOST, step):
            self.server.settle()
            taken_over = reload(free)
            resource.prlimit(self.server.process.pid, resource.RLIMIT_NOFILE, self.before)
            with self.subTest(free=free):
                self.assertEqual(self.in_force(), 2 if taken_over else 1, self.server.log())
            if taken_over:
                break
            refused += 1
        self.assertGreater(refused, least)
        self.assertTrue(taken_over)

    def test_back_and_forth(self):
        for number, configuration in ((2, self.second), (1, self.first)):
            self.assertTrue(self.reload(configuration()), self.server.log())
            self.assertEqual(self.in_force(), number, self.server.log())
        self.server.stop()


if __name__ == "__main__":
    harness.main()
