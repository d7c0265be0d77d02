#!/usr/bin/python3
"""`netsane list`: servers and their devices, and who doesn't answer and why."""

import json
import os
import socket

import harness
import tool_runner


class ListTest(harness.EndToEndTest):
    def tool(self, *servers):
        tool = tool_runner.Tool(self.stage, self.folder, servers, name=self.name("tool"))
        self.addCleanup(tool.check_reports)
        return tool

    def list(self, tool, *args, code, **more_env):
        result = tool.run("list", *args, more_env=more_env)
        self.assertEqual(result.code, code, repr(result))
        return result

    def test_all_servers(self):
        one, two = self.daemon().start(), self.daemon().start()
        result = self.list(self.tool(one.address, two.address), code=0)
        lines = result.out.decode().splitlines()
        self.assertEqual(lines, [line for server in (one, two) for line in (
            server.address, *(f"  netsane:{server.address}:test:{i}  Noname frontend-tester, virtual device" for i in (0, 1)))])
        self.assertEqual(result.err, b"")

    def test_servers_of_the_environment(self):
        server = self.daemon().start()
        self.assertIn(b"test:0", self.list(self.tool(), code=0, NETSANE_SERVERS=server.address).out)

    def test_who_does_not_answer_is_named_and_holds_nobody_up(self):
        server = self.daemon().start()
        holder, refusing = harness.closed_port()
        silent = socket.create_server(("127.0.0.1", 0))
        talker = socket.create_server(("127.0.0.1", 0))
        with holder, silent, talker:
            addresses = [server.address] + [f"127.0.0.1:{port}" for port in
                                            (refusing, silent.getsockname()[1], talker.getsockname()[1])]
            result = self.list(self.tool(*addresses), "--json", code=1)
        # one deadline for all, and not one for each
        self.assertLess(result.seconds, 3.9)
        answers = {entry["server"]: entry for entry in json.loads(result.out)["servers"]}
        self.assertEqual(list(answers), addresses)
        self.assertEqual([device["name"] for device in answers[server.address]["devices"]],
                         [f"netsane:{server.address}:test:{i}" for i in (0, 1)])
        self.assertIn("refused", answers[addresses[1]]["failure"])
        self.assertEqual(answers[addresses[2]]["failure"], "no answer within 2 seconds")
        self.assertNotIn("devices", answers[addresses[1]])

    def test_failures_are_in_the_text(self):
        holder, port = harness.closed_port()
        with holder:
            result = self.list(self.tool(f"127.0.0.1:{port}"), code=1)
        self.assertRegex(result.out.decode(), rf"^127.0.0.1:{port}\n  ! .*refused.*\n$")

    def test_a_login_before_the_list(self):
        users = harness.write_file(os.path.join(self.folder, "users"), f"alice:{harness.PASSWORD_HASH}\n", 0o600)
        server = self.daemon(keys={"auth": ["unix"], "auth_at": "connect"},
                             tables=[("[auth_unix]", {"file": users})]).start()
        self.assertIn(b"! wants a login before it lists its devices", self.list(self.tool(server.address), code=1).out)
        tool = self.tool(f"{server.address} allow_clear_passwords=yes user=alice password={harness.PASSWORD}")
        self.assertIn(b"test:0", self.list(tool, code=0).out)

    def test_without_servers(self):
        result = self.list(self.tool(), code=3)
        self.assertIn(b"no server is configured", result.err)
        self.assertEqual(json.loads(self.list(self.tool(), "--json", code=3).out), {"servers": []})

    def test_a_server_without_devices(self):
        server = self.daemon()
        harness.write_file(os.path.join(server.sane_dir, "dll.conf"), "")
        server.start()
        self.assertEqual(self.list(self.tool(server.address), code=0).out.decode(), f"{server.address}\n  no devices\n")


if __name__ == "__main__":
    harness.main()
