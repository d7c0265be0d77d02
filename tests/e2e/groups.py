#!/usr/bin/python3
"""Access rules for @groups of a groups_file: who may list and open what, SIGHUP, and files that are refused."""

import os
import signal

import harness

USERS = ("alice", "bob")


class Groups(harness.EndToEndTest):
    def make(self, groups, auth_at="connect", allow=("@staff",)):
        self.groups = harness.write_file(f"{self.folder}/groups", groups)
        lines = "".join(f"{user}:{harness.PASSWORD_HASH}\n" for user in USERS)
        users = harness.write_file(f"{self.folder}/users", lines, 0o600)
        rules = [("[[allow]]", {"users": [user], "devices": ["test:0"]}) for user in allow]
        rules.append(("[[allow]]", {"users": ["*"], "devices": ["test:1"]}))
        self.server = self.daemon(keys={"auth": ["unix"], "auth_at": auth_at, "groups_file": self.groups},
                                  tables=[("[auth_unix]", {"file": users}), *rules])

    def start(self, *args, **keys):
        self.make(*args, **keys)
        self.server.start()
        self.clients = {user: self.client(f"{self.server.address} user={user} password={harness.PASSWORD}")
                        for user in USERS}

    def listed(self, user):
        result = self.clients[user].run("-L")
        self.assertEqual(result.code, 0, repr(result))
        return [name for name in ("test:0", "test:1") if f":{name}'".encode() in result.out]

    def opens(self, user, device="test:0"):
        result = self.clients[user].run("-d", f"netsane:{self.server.address}:{device}", "-A")
        self.assertIn((result.code, b"Access to resource has been denied" in result.err), ((0, False), (1, True)),
                      f"{result!r}\n{self.server.log()}")
        return result.code == 0

    def assert_staff(self, *members):
        for user in USERS:
            expected = ["test:0", "test:1"] if user in members else ["test:1"]
            self.assertEqual((user, self.listed(user)), (user, expected))
            self.assertEqual((user, self.opens(user)), (user, user in members))
            self.assertTrue(self.opens(user, "test:1"))

    def reload(self, groups, what, mode=0o644):
        harness.write_file(self.groups, groups, mode)
        count = self.server.log().count(what)
        os.kill(self.server.process.pid, signal.SIGHUP)
        harness.wait_for(lambda: self.server.log().count(what) > count, 20, f"{what!r} in the log")

    def test_members_list_and_open_and_sighup_takes_a_new_file(self):
        self.start("# who works here\nstaff: alice\n")
        self.assert_staff("alice")
        self.reload("staff: bob # alice has left\n", "configuration reloaded")
        self.assert_staff("bob")
        self.reload("staff: alice bob\n", "configuration reloaded")
        self.assert_staff("alice", "bob")
        self.reload("staff:\n", "configuration reloaded")
        self.assert_staff()
        self.assertNotIn("there is no such group", self.server.log())
        self.server.stop()

    def test_a_bad_file_at_sighup_changes_nothing(self):
        self.start("staff: alice\n")
        for groups, mode, reason in (("staff: bob\nstaff bob\n", 0o644, "groups:2: must be"),
                                     ("staff: bob\n", 0o666, "writable by group or others")):
            with self.subTest(groups=groups, mode=mode):
                self.reload(groups, "the old configuration stays", mode)
                self.assertIn(reason, self.server.log())
                self.assert_staff("alice")
        os.unlink(self.groups)
        count = self.server.log().count("the old configuration stays")
        os.kill(self.server.process.pid, signal.SIGHUP)
        harness.wait_for(lambda: self.server.log().count("the old configuration stays") > count, 20, "the refusal")
        self.assert_staff("alice")
        self.server.stop()

    def test_a_login_when_a_device_is_opened(self):
        self.start("staff: alice\n", auth_at="open")
        self.assertEqual((self.opens("alice"), self.opens("bob")), (True, False))
        self.server.stop()

    def test_a_group_that_nobody_knows_is_warned_of(self):
        self.start("staff: alice\n", allow=("@staff", "@no-such-group", "@root"))
        log = self.server.log()
        self.assertIn("is for @no-such-group, but there is no such group", log)
        with open(self.server.config, encoding="ascii") as file:
            lines = file.read().split("\n")
        line = lines.index('users = ["@no-such-group"]')  # the one before it, counted from 1
        self.assertIn(f"[[allow]] in line {line} is for @no-such-group", log)
        self.assertEqual(log.count("there is no such group"), 1, "@staff is the file's, @root the system's")
        self.assert_staff("alice")
        self.server.stop()

    def check(self):
        return harness.run([self.server.program, "--config", self.server.config, "--check"],
                           self.server.environment(), self.folder)

    def test_check_and_start_refuse_a_bad_file(self):
        self.make("staff: alice\n")
        self.assertEqual(self.check().code, 0, "a good one")
        table = [
            (lambda: harness.write_file(self.groups, "staff: alice\n\nguests: @staff\n"), b"groups:3: "),
            (lambda: harness.write_file(self.groups, "staff: alice\n", 0o664), b"writable by group or others"),
            (lambda: harness.write_file(self.groups, "# x\n" * (1 << 18) + "#\n"), b"larger than"),
            (lambda: (os.unlink(self.groups), os.mkfifo(self.groups)), b"not a regular file"),
            (lambda: os.unlink(self.groups), b"No such file"),
        ]
        if os.geteuid() == 0:
            table.insert(0, (lambda: os.chown(self.groups, 65534, 0), b"belongs to uid 65534"))
            table.insert(1, (lambda: os.chown(self.groups, 0, 0), b"is good"))
        for spoil, reason in table:
            with self.subTest(reason=reason):
                spoil()
                result = self.check()
                self.assertIn(reason, result.out + result.err)
                if reason != b"is good":
                    self.assertEqual(result.code, 1, repr(result))
                    self.assertIn(b"groups", result.err)


if __name__ == "__main__":
    harness.main()
