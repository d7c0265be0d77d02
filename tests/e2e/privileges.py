#!/usr/bin/python3
"""Which user each process of the daemon runs as: read from /proc while a logged-in scan is going on."""

import os
import pwd
import shutil
import tempfile

import harness

USER = "nobody"


class Privileges(harness.EndToEndTest):
    def setUp(self):
        super().setUp()
        # Another user has to reach the programs and plugins: a folder of their own that is open to all.
        self.open_folder = tempfile.mkdtemp(prefix="netsane-open-")
        self.addCleanup(shutil.rmtree, self.open_folder)
        os.chmod(self.open_folder, 0o755)
        self.is_root = os.geteuid() == 0
        self.user_id = pwd.getpwnam(USER).pw_uid if self.is_root else os.geteuid()

    def copy(self, folder, name):
        target = os.path.join(self.open_folder, name)
        shutil.copytree(folder, target)
        for path, _, files in os.walk(target):
            os.chmod(path, 0o755)
            for file in files:
                os.chmod(os.path.join(path, file), 0o755)
        return target

    def make_daemon(self, mode, owner, shadow=False):
        os.chmod(self.folder, 0o755)
        password_file = harness.write_file(os.path.join(self.open_folder, "users"),
                                           f"alice:{harness.PASSWORD_HASH}\n", mode)
        if self.is_root:
            os.chown(password_file, owner, -1)
        keys = {"auth": ["unix"], "auth_fail_delay": 0, "plugin_dir": self.copy(self.stage.plugins, "plugins")}
        if self.is_root:
            keys["user"] = USER
        table = {"file": "shadow", "shadow_file": password_file} if shadow else {"file": password_file}
        server = self.daemon(keys=keys, tables=[("[auth_unix]", table)])
        if self.is_root:
            root = self.copy(self.stage.root, "root")
            server.program = os.path.join(root, os.path.relpath(self.stage.netsaned, self.stage.root))
            if self.stage.sanitizers:
                os.chmod(server.folder, 0o777)
        return server

    @staticmethod
    def status(pid):
        fields = {}
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
            for line in file:
                name, _, value = line.partition(":")
                fields[name] = value.split()
        return fields

    def assert_runs_as(self, server, program, user_id):
        # One that netsaned is just starting has its name for a moment.
        pids = harness.wait_for(lambda: len(found := server.find(program)) == 1 and found, 5, f"one {program}")
        status = self.status(pids[0])
        self.assertEqual(status["Uid"], [str(user_id)] * 4, program)
        if user_id != 0:
            self.assertEqual(int(status["CapEff"][0], 16), 0, program)
        if program != "netsaned":
            self.assertEqual(status["NoNewPrivs"], ["1"], program)
            # The kernel gives root what it shows of a process that can't be traced.
            self.assertEqual(os.stat(f"/proc/{pids[0]}/environ").st_uid, 0, program)
            with open(f"/proc/{pids[0]}/limits", encoding="ascii") as file:
                self.assertRegex(file.read(), r"Max core file size +0 +0 ")

    def test_each_process_has_the_user_it_should_have(self):
        server = self.make_daemon(0o600, self.user_id)
        server.start()
        client = self.client(f"{server.address} user=alice password=secret")
        device = f"netsane:{server.address}:test:0"
        scan = self.scanning(client, "-d", device, "--resolution", "600", "--mode", "Color", hold=1000)
        scan.wait_held()
        self.assert_runs_as(server, "netsaned", os.geteuid())
        for program in ("netsaned-session", "netsaned-auth", "netsaned-device"):
            self.assert_runs_as(server, program, self.user_id)
        result = scan.finish()
        self.assertEqual(result.code, 0, repr(result))
        server.stop()

    def test_a_password_file_that_the_user_cannot_read_is_refused_at_the_start(self):
        if not self.is_root:
            return  # the user is the owner, who can read it
        server = self.make_daemon(0o600, 0)
        with self.assertRaisesRegex(AssertionError, "users: .*Permission denied"):
            server.start()

    def test_a_shadow_file_that_only_root_reads_makes_the_auth_process_root(self):
        if not self.is_root:
            self.skipTest("root alone can become another user")
        server = self.make_daemon(0o600, 0, shadow=True)
        server.start()
        client = self.client(f"{server.address} user=alice password=secret")
        scan = self.scanning(client, "-d", f"netsane:{server.address}:test:0", "--resolution", "600", hold=1000)
        scan.wait_held()
        self.assert_runs_as(server, "netsaned-auth", 0)
        for program in ("netsaned-session", "netsaned-device"):
            self.assert_runs_as(server, program, self.user_id)
        result = scan.finish()
        self.assertEqual(result.code, 0, repr(result))
        server.stop()

    def test_a_shadow_file_that_the_user_reads_needs_no_root(self):
        server = self.make_daemon(0o600, self.user_id, shadow=True)
        server.start()
        self.assert_runs_as(server, "netsaned-auth", self.user_id)
        server.stop()


if __name__ == "__main__":
    harness.main()
