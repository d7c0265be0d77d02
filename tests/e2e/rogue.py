#!/usr/bin/python3
"""A session process that was taken over can't open what nobody logged in for: rogue_session.py plays one."""

import json
import os
import re
import shutil
import tempfile

import harness
import seed

PATIENCE = 20.0
OPENED, REFUSED, LOGIN_NEEDED = range(3)


def ipc_numbers():
    """The commands of src/daemon/IpcMessages.hxx, name to number."""
    with open(os.path.join(os.environ["NETSANE_SRCDIR"], "src/daemon/IpcMessages.hxx"), encoding="utf-8") as file:
        body = re.search(r"enum class IpcCommand[^{]*{(.*?)};", file.read(), re.DOTALL)[1]
    names = re.findall(r"^\s*(\w+)(?: = (\d+))?,", body, re.MULTILINE)
    first = int(names[0][1])
    return {name: first + index for index, (name, _) in enumerate(names)}


class Rogue(harness.EndToEndTest):
    def serve(self, *requests, clients=2, **keys):
        root = tempfile.mkdtemp(prefix="netsane-rogue-")
        self.addCleanup(shutil.rmtree, root)
        os.chmod(root, 0o755)
        root = shutil.copytree(self.stage.root, os.path.join(root, "root"))
        here = os.path.dirname(os.path.abspath(__file__))
        program = os.path.join(root, os.path.relpath(self.stage.libexec, self.stage.root), "netsaned-session")
        os.unlink(program)
        shutil.copy(os.path.join(here, "rogue_session.py"), program)
        os.chmod(program, 0o755)
        script = harness.write_file(f"{self.folder}/script", json.dumps({"clients": clients, "requests": requests}))
        users = harness.write_file(f"{self.folder}/users", f"alice:{harness.PASSWORD_HASH}\n", 0o600)
        self.server = self.daemon(keys={"auth": ["unix"], "auth_fail_delay": 0, **keys},
                                  tables=[("[auth_unix]", {"file": users})])
        self.server.program = os.path.join(root, os.path.relpath(self.stage.netsaned, self.stage.root))
        environment = {**self.server.environment(), "NETSANE_ROGUE_NUMBERS": json.dumps(ipc_numbers()), "NETSANE_ROGUE_SCRIPT": script}
        environment.pop("LD_PRELOAD", None)
        self.server.start(env=environment)
        for _ in range(clients):
            connection = seed.Connection(("127.0.0.1", self.server.port), greeting=False)
            self.addCleanup(connection.close)
        harness.wait_for(lambda: "ROGUE played" in self.server.log(), PATIENCE, f"the script to be played:\n{self.server.log()}")

    def opens(self):
        """What became of each open_device: (connection after the first, key, kind, descriptors)."""
        found = re.findall(r"ROGUE open_result (\d+) (\d+) (\d+) .*descriptors=(\d+)", self.server.log())
        return [(int(connection) - 1, int(key), int(kind), int(count)) for connection, key, kind, count in found]

    def test_a_device_that_nobody_logged_in_for(self):
        ask = ["supervisor", "open_device", "#0", 1, "test:0"], ["wait", "open_result"]
        self.serve(*ask,
                   ["supervisor", "identity", "#0", 1, "alice", "unix"], *ask,
                   ["supervisor", "logged_in", "#0", 1, "alice", "unix"], *ask,
                   ["auth", "identity", "#0", 1, "alice", "unix"], *ask,
                   ["auth", "auth_setup", "/tmp", 1, "none", "", 0, 0], *ask,
                   ["auth", "auth_start", "#0", 1, 1, "alice", "::1", 1, 1, 1, 60000, ""], ["wait", "auth_continue"], *ask,
                   ["auth", "auth_step", "#0", 1, "wrong"], ["wait", "auth_failed"], *ask)
        self.assertEqual(self.opens(), [(0, 1, LOGIN_NEEDED, 0)] * 7)
        # But for the one that lists the devices, which ends.
        harness.wait_for(lambda: not self.server.find("netsaned-device"), PATIENCE, "no process holds a device")
        log = self.server.log()
        self.assertNotIn("login result=accepted", log)
        self.assertIn("the session process sent command", log)
        self.server.stop()

    def test_what_one_connection_has_is_not_the_others(self):
        self.serve(["auth", "auth_start", "#0", 1, 1, "alice", "::1", 1, 1, 1, 60000, ""], ["wait", "auth_continue"],
                   ["auth", "auth_step", "#0", 1, "secret"], ["wait", "logged_in"],
                   ["supervisor", "open_device", "#1", 1, "test:0"], ["wait", "open_result"],
                   ["supervisor", "open_device", "#2", 1, "test:0"],  # no such connection: no answer
                   ["supervisor", "open_device", "#0", 2, "test:0"], ["wait", "open_result"])
        self.assertEqual(self.opens(), [(1, 1, LOGIN_NEEDED, 0), (0, 2, OPENED, 1)])
        self.server.stop()

    def test_a_login_for_a_connection_that_does_not_exist(self):
        self.serve(["auth", "auth_start", "#5", 1, 1, "alice", "::1", 1, 1, 1, 60000, ""], ["wait", "auth_continue"],
                   ["auth", "auth_step", "#5", 1, "secret"],
                   ["supervisor", "open_device", "#5", 1, "test:0"],
                   ["supervisor", "open_device", "#0", 1, "test:0"], ["wait", "open_result"])
        self.assertEqual(self.opens(), [(0, 1, LOGIN_NEEDED, 0)])
        self.assertNotIn("login result=accepted", self.server.log())
        self.server.stop()

    def test_no_search_for_a_password_goes_unnoticed(self):
        def login(connection, exchange, password):
            return (["auth", "auth_start", connection, exchange, 1, "alice", "::1", 1, 1, 1, 60000, ""],
                    ["wait", "auth_continue"], ["auth", "auth_step", connection, exchange, password])

        self.serve(*login("#5", 1, "wrong"), ["wait", "auth_failed"],
                   *login("#5", 2, "guess"), ["auth", "auth_cancel", "#5", 2],
                   *login("#5", 3, "guess"), ["auth", "auth_start", "#5", 3, 1, "alice", "::1", 1, 1, 1, 60000, ""],
                   ["wait", "auth_failed"], *login("#5", 4, "secret"))
        refused = re.compile("audit: login result=refused user=alice method=unix connection=6 ")
        harness.wait_for(lambda: len(refused.findall(self.server.log())) == 3, PATIENCE, "the audit lines")
        harness.wait_for(lambda: "audit: login result=too-late user=alice method=unix connection=6" in self.server.log(),
                         PATIENCE, "the audit lines")
        self.server.stop()

    def test_scans_that_never_were_are_not_written_down(self):
        self.serve(["supervisor", "scan_ended", "#0", 1, 5, 0, 1000], ["supervisor", "scan_ended", "#7", 1, 5, 0, 1000],
                   ["supervisor", "close_device", "#0", 1, ""], ["supervisor", "login_refused", "#1", "eve", "unix", "x"],
                   ["supervisor", "open_device", "#0", 1, "test:0"], ["wait", "open_result"])
        self.assertNotRegex(self.server.log(), "audit: (scan|login|close)")
        self.server.stop()

    def test_a_name_that_is_no_device_is_refused_before_any_process(self):
        self.serve(["supervisor", "open_device", "#0", 1, "fakeusbout:/tmp/x:test"], ["wait", "open_result"],
                   ["supervisor", "open_device", "#0", 2, "net:localhost"], ["wait", "open_result"],
                   auth=[])
        self.assertEqual([result[2:] for result in self.opens()], [(REFUSED, 0)] * 2)
        self.server.stop()


if __name__ == "__main__":
    harness.main()
