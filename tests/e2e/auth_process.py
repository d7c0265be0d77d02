#!/usr/bin/python3
"""The auth process: methods that hang, crash or take their time cost one login and nobody else's; a flood of logins."""

import os
import select
import shutil
import signal
import time

import harness
import seed

MOODY, MOODY_INLINE = 0x8020, 0x8021
PATIENCE = 30.0  # seconds that anything may take on a busy machine


class Client(seed.Connection):
    """Logs in with any method whose reply is a password: `logins` are user and password of one try after the other."""

    def __init__(self, address, *logins):
        super().__init__(address)
        self.logins = list(logins)
        self.methods = []
        self.decline = None  # a method that it asks to do without

    def event(self, fields):
        number = seed.signed(fields[0])
        if number == seed.USER:
            self.events.append(number)
            self.answer_user()
        elif number == seed.PASS_REQ:
            self.events.append(number)
            method = seed.signed(fields[1])
            if method == self.decline:
                other = MOODY + MOODY_INLINE - method
                return self.send(seed.message(seed.d(seed.FAIL), seed.d(seed.PASS_REQ), seed.words(other)))
            self.methods.append(method)
            self.send(seed.message(seed.d(seed.PASS_RPLY), seed.d(self.methods[-1]), seed.s(self.password)))
        else:
            super().event(fields)

    def answer_user(self):
        if not self.logins:
            return self.send(seed.message(seed.d(seed.FAIL), seed.d(seed.USER)))
        user, self.password = self.logins.pop(0)
        return self.send(seed.message(seed.d(seed.USER), seed.s(user)))


class AuthTest(harness.EndToEndTest):
    def plugins(self):
        """The installed methods and those for tests, in a folder of this test."""
        folder = os.path.join(self.folder, "plugins")
        os.mkdir(folder, 0o755)
        built = os.path.join(os.environ["NETSANE_BUILDDIR"], "tests/plugins/.libs")
        for source in [self.stage.plugins, built]:
            for name in os.listdir(source):
                if name.endswith(".so"):
                    shutil.copy(os.path.realpath(os.path.join(source, name)), os.path.join(folder, name))
                    os.chmod(os.path.join(folder, name), 0o755)
        return folder

    def serve(self, *methods, **keys):
        users = harness.write_file(f"{self.folder}/users", f"alice:{harness.PASSWORD_HASH}\n", 0o600)
        settings = {"auth": list(methods), "auth_fail_delay": 0, "plugin_dir": self.plugins(), **keys}
        self.server = self.daemon(keys=settings, tables=[("[auth_unix]", {"file": users})])
        self.server.start(env={**self.server.environment(), "NETSANE_TEST_METHODS": "1"})

    def connect(self, *logins):
        connection = Client(("127.0.0.1", self.server.port), *logins)
        self.addCleanup(connection.close)
        return connection

    def assert_logs_in(self, *logins):
        connection = self.connect(*logins)
        status, handle, reason = connection.open("test:0")
        self.assertEqual((status, connection.logins), (seed.GOOD, []), f"{reason}\n{self.server.log()}")
        connection.clos(handle)
        connection.close()
        return connection

    def log_has(self, what, since=0):
        harness.wait_for(lambda: what in self.server.log()[since:], PATIENCE, f"{what!r} in the log:\n{self.server.log()}")

    def assert_nobody_left(self):
        """One auth process, and no login's."""
        harness.wait_for(lambda: len(self.server.find("netsaned-auth")) == 1, PATIENCE, "the logins' processes to end")


class MoodyMethods(AuthTest):
    def test_in_a_process_of_its_own_each_fault_costs_one_try(self):
        self.serve("moody", auth_step_timeout=2)
        auth = self.server.find("netsaned-auth")
        for mood, reason in (("crash", "process has died"), ("exit", "process has died"), ("throw", "threw an exception"),
                             ("hang", "not answered in time"), ("busy", "not answered in time")):
            with self.subTest(mood=mood):
                before = len(self.server.log())
                self.assert_logs_in((mood, "sesame"), ("bob", "sesame"))
                self.log_has(reason, before)
        self.assert_nobody_left()
        self.assertEqual(self.server.find("netsaned-auth"), auth)
        self.server.stop()

    def test_in_the_auth_process_a_fault_ends_that_and_costs_one_try(self):
        self.serve("moodyinline", process_timeout=2)
        for mood, reason in (("throw", "threw an exception"), ("crash", "auth process has ended"),
                             ("hang", "auth process has not answered"), ("busy", "auth process has not answered")):
            with self.subTest(mood=mood):
                before = len(self.server.log())
                self.assert_logs_in((mood, "sesame"), ("bob", "sesame"))
                self.log_has(reason, before)
        self.server.stop()

    def test_nobody_waits_for_a_slow_one(self):
        self.serve("moody")
        sleepers = [self.connect(("slow", "sesame")) for _ in range(8)]
        for sleeper in sleepers:
            sleeper.send(seed.message(seed.d(seed.OPEN), seed.s("test:1")))
            while seed.PASS_REQ not in sleeper.events:
                sleeper.event(sleeper.receive())
        begin = time.monotonic()
        for _ in range(5):
            self.assert_logs_in(("bob", "sesame"))
        seconds = time.monotonic() - begin
        ready, _, _ = select.select([sleeper.socket for sleeper in sleepers], [], [], 0)
        if seconds < 4:  # else the machine was so slow that the sleepers may have had their turn
            self.assertEqual(ready, [], "the sleepers were answered first")
        self.assertLess(seconds, 4, "logins waited for those that sleep")
        answers = [seed.signed(sleeper.reply(seed.OPEN)[0]) for sleeper in sleepers]
        self.assertEqual(sorted(answers), [seed.GOOD] + [seed.DEVICE_BUSY] * 7, "all logged in, one has the device")
        self.server.stop()

    def test_a_client_that_leaves_takes_its_process_along(self):
        self.serve("moody")
        for mood in ("hang", "busy", "bob"):
            connection = self.connect((mood, "sesame"))
            connection.send(seed.message(seed.d(seed.OPEN), seed.s("test:0")))
            connection.event(connection.receive())
            harness.wait_for(lambda: len(self.server.find("netsaned-auth")) == 2, PATIENCE, "the login's process")
            if mood != "bob":
                connection.event(connection.receive())
            connection.close()
            self.assert_nobody_left()
        self.server.stop()

    def test_the_processes_of_logins_end_with_the_auth_process(self):
        self.serve("moody")
        connection = self.connect(("hang", "sesame"), ("bob", "sesame"))
        connection.send(seed.message(seed.d(seed.OPEN), seed.s("test:0")))
        for _ in range(2):
            connection.event(connection.receive())
        (first, second) = sorted(self.server.find("netsaned-auth"))
        os.kill(first, signal.SIGKILL)
        harness.wait_for(lambda: not {first, second} & set(self.server.find("netsaned-auth")), PATIENCE, "both to end")
        self.assertEqual(seed.signed(connection.reply(seed.OPEN)[0]), seed.GOOD, self.server.log())
        self.server.stop()

    def test_a_method_that_is_not_for_the_user_makes_room_for_the_next(self):
        self.serve("moody", "moodyinline", "unix", auth_tries=1)
        connection = self.connect(("other", "sesame"))
        self.assertEqual(connection.open("test:0")[0], seed.ACCESS_DENIED)  # alice alone is in the file
        self.assertEqual(connection.methods, [seed.PASS_UNIX])
        connection = self.connect(("otherlate", "sesame"))
        self.assertEqual(connection.open("test:0")[0], seed.ACCESS_DENIED)
        self.assertEqual(connection.methods, [MOODY])
        self.server.stop()

    def test_a_method_that_is_for_nobody_costs_a_try(self):
        self.serve("moody", "moodyinline", auth_tries=2)
        connection = self.connect(("other", ""), ("other", ""), ("bob", "sesame"))
        self.assertEqual(connection.open("test:0")[0], seed.ACCESS_DENIED)
        self.assertEqual((connection.methods, connection.events), ([], [seed.USER] * 2))
        self.server.stop()

    def test_a_guess_counts_whenever_its_client_leaves(self):
        self.serve("moody", "moodyinline", auth_fail_delay=1)
        for mood, method, requests in (("again", MOODY, 2), ("again", MOODY_INLINE, 2), ("later", MOODY_INLINE, 1)):
            with self.subTest(mood=mood, method=method):
                before = len(self.server.log())
                connection = self.connect((mood, "wrong"))
                connection.send(seed.message(seed.d(seed.OPEN), seed.s("test:0")))
                if method == MOODY_INLINE:
                    connection.decline = MOODY
                while connection.methods.count(method) < requests:
                    connection.event(connection.receive())
                connection.close()
                self.log_has(f"user={mood} method={'moody' if method == MOODY else 'moodyinline'} ", before)
                self.assertIn("audit: login result=refused", self.server.log()[before:])
        self.server.stop()

    def test_who_has_not_answered_has_not_guessed(self):
        self.serve("moodyinline", "moody")
        connection = self.connect(("bob", "sesame"))
        connection.decline = MOODY_INLINE
        self.assertEqual(connection.open("test:0")[0], seed.GOOD)
        self.assertEqual(connection.methods, [MOODY])
        self.assertNotIn("result=refused", self.server.log())
        self.server.stop()


class Watchdog(AuthTest):
    def test_processes_that_stand_still_are_replaced(self):
        self.serve("moody", process_timeout=2)
        for program in ("netsaned-auth", "netsaned-session"):
            with self.subTest(program=program):
                (pid,) = self.server.find(program)
                os.kill(pid, signal.SIGSTOP)
                harness.wait_for(lambda: pid not in self.server.find(program), PATIENCE, "it to be killed")
                harness.wait_for(lambda: self.server.find(program), PATIENCE, "another one")
                self.log_has(f"the {program.split('-')[1]} process has not answered")
                harness.wait_for(self.accepts, PATIENCE, "logins")
        self.server.stop()

    def accepts(self):
        try:
            with Client(("127.0.0.1", self.server.port), ("bob", "sesame")) as connection:
                return connection.open("test:0")[0] == seed.GOOD
        except (seed.Closed, AssertionError, OSError):
            return False


if __name__ == "__main__":
    harness.main()
