#!/usr/bin/python3
"""PASS_CRYPT: scanimage logs in, the client of 1997 does the seed's arithmetic itself, and the example of the seed goes
over the wire byte for byte."""

import ctypes
import ctypes.util
import socket
import threading

import harness
import seed

DENIED = b"Access to resource has been denied"
SECRET = "#secret:" + "k" * 43
EXAMPLE = "ABRCL9ijBr2LY"  # of "password"
USERS = [SECRET, f"alice:{EXAMPLE}", "bob:!CDcC3uINqJo7Q", f"carol:{EXAMPLE}"]

# doc/protocol.md, 6.3
EXAMPLE_REQUEST = bytes.fromhex("00000004 00000003 00000004 00000002 00000003 414200 00000003 434400 00000003 454600 00000000")
EXAMPLE_REPLY = bytes.fromhex("00000004 00000004 00000004 00000002 0000000e 43446343337549 4e714a6f375100"
                              "0000000e 45464942 66546d4a 6a47 6874 4d00 00000000")

LIBRARY = ctypes.CDLL(ctypes.util.find_library("crypt"))
LIBRARY.crypt.restype = ctypes.c_char_p
LIBRARY.crypt.argtypes = [ctypes.c_char_p, ctypes.c_char_p]


def crypt(phrase, setting):
    return LIBRARY.crypt(phrase.encode("ascii"), setting.encode("ascii")).decode("ascii")


def encoded(fields):
    """The bytes of a message that was received as these fields: there is only one way to write them."""
    return seed.message(*(seed.c(field) for field in fields))


class FakeServer(threading.Thread):
    """Greets one client, asks it to log in when it opens a device, and sends the PASS_REQ of the example."""

    def __init__(self, request):
        super().__init__(daemon=True)
        self.request = request
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(20)
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.messages = []  # what came, in its order
        self.start()

    def run(self):
        client = seed.Connection.__new__(seed.Connection)
        client.socket, _ = self.listener.accept()
        client.socket.settimeout(20)
        client.buffer = b""
        client.send(seed.message(seed.d(seed.HELO), seed.s("fake")))
        with client:
            try:
                while True:
                    self.answer(client, client.receive())
            except (seed.Closed, OSError):
                pass

    def answer(self, client, fields):
        self.messages.append(fields)
        number = seed.signed(fields[0])
        if number == seed.INIT:
            client.send(seed.message(seed.d(seed.INIT), seed.d(seed.GOOD), seed.d(0x01000000)))
        elif number == seed.OPEN:
            client.send(seed.message(seed.d(seed.USER)))
        elif number == seed.USER:
            client.send(self.request)
        elif number in (seed.PASS_RPLY, seed.FAIL):
            client.send(seed.message(seed.d(seed.OPEN), seed.d(seed.ACCESS_DENIED)))
            raise seed.Closed("enough")

    def close(self):
        self.join(20)
        self.listener.close()

    def received(self, number):
        """The bytes of the messages with this number."""
        return [encoded(fields) for fields in self.messages if seed.signed(fields[0]) == number]


class LoginsCrypt(harness.EndToEndTest):
    def start(self, auth=("crypt",), users=None, **keys):
        path = harness.write_file(f"{self.folder}/users", "".join(f"{line}\n" for line in users or USERS), 0o600)
        self.server = self.daemon(keys={"auth": list(auth), "auth_fail_delay": 0, **keys},
                                  tables=[(f"[auth_{method}]", {"file": path}) for method in auth])
        self.server.start()
        self.device = f"netsane:{self.server.address}:test:0"

    def assert_scans(self, client, input=None):
        expected = harness.run_local(self.server.sane_dir, "-d", "test:0", cwd=self.folder).out
        result = client.run("-d", self.device, input=input)
        self.assertEqual((result.code, result.out == expected), (0, True), f"{result!r}\n{self.server.log()}")

    def assert_denied(self, user, password, reason):
        before = len(self.server.log())
        result = self.client(f"{self.server.address} user={user} password={password}").run("-d", self.device)
        self.assertEqual((result.code, result.out), (1, b""), repr(result))
        self.assertIn(DENIED, result.err)
        self.server.wait_log(reason, before)

    def connect(self, user):
        """A client of 1997 that has been asked for the password: (connection, seeds)"""
        connection = seed.Connection(("127.0.0.1", self.server.port))
        self.addCleanup(connection.close)
        connection.send(seed.message(seed.d(seed.OPEN), seed.s("test:0")))
        self.assertEqual(encoded(connection.receive()[:1]), seed.message(seed.d(seed.USER)))
        return connection, self.name_user(connection, user)

    def name_user(self, connection, user):
        connection.send(seed.message(seed.d(seed.USER), seed.s(user)))
        fields = connection.receive()
        self.assertEqual([len(field) for field in fields], [4, 4, 3, 3, 3])
        seeds = [seed.text(field) for field in fields[2:]]
        self.assertEqual(encoded(fields), seed.message(seed.d(seed.PASS_REQ), seed.d(seed.PASS_CRYPT),
                                                       *(seed.s(text) for text in seeds)))
        return seeds

    def reply(self, connection, *texts):
        connection.send(seed.message(seed.d(seed.PASS_RPLY), seed.d(seed.PASS_CRYPT), *(seed.s(text) for text in texts)))

    def test_the_right_password(self):
        for auth_at in ("open", "connect"):
            with self.subTest(auth_at=auth_at):
                self.start(auth_at=auth_at)
                self.assert_scans(self.client(f"{self.server.address} user=alice password=password"))
                self.assert_scans(self.client(self.server.address), input=b"alice\npassword\n")
                self.server.stop()

    def test_refused_logins_and_what_the_log_says_of_them(self):
        self.start()
        self.assert_denied("alice", "wrong", "wrong password")
        self.assert_denied("mallory", "password", "unknown user")
        self.assert_denied("bob", "password", "wrong password")
        self.server.stop()
        for text in (EXAMPLE, EXAMPLE[2:], "CDcC3uINqJo7Q", "k" * 43):
            self.assertNotIn(text, self.server.log())

    def test_a_locked_user(self):
        self.start(users=[SECRET, f"alice:!{EXAMPLE}", "bob:*", f"carol:{EXAMPLE}"])
        self.assert_denied("alice", "password", "the user is locked")
        self.assert_denied("bob", "password", "the user is locked")
        self.server.stop()

    def test_a_user_of_another_scheme_where_nothing_else_is_offered(self):
        self.start(users=[SECRET, f"alice:{harness.PASSWORD_HASH}", f"carol:{harness.PASSWORD_HASH}"])
        self.assert_denied("alice", "secret", "no auth method is left for the user who was named")
        self.assert_denied("mallory", "secret", "no auth method is left for the user who was named")
        self.server.stop()

    def test_a_user_of_another_scheme_is_asked_by_the_next_method(self):
        users = [SECRET, f"alice:{harness.PASSWORD_HASH}", f"carol:{harness.PASSWORD_HASH}"]
        self.start(auth=("crypt", "unix"), users=users, auth_tries=1)
        self.assert_scans(self.client(f"{self.server.address} user=alice password=secret"))
        self.assert_denied("alice", "wrong", "wrong password")
        self.assert_denied("mallory", "secret", "unknown user")
        # and the client of 1997, for which one try is enough
        connection = seed.Connection(("127.0.0.1", self.server.port))
        self.addCleanup(connection.close)
        connection.user, connection.passwords = "alice", ["secret"]
        self.assertEqual(connection.open("test:0")[0], seed.GOOD)
        self.assertEqual(connection.events, [seed.USER, seed.PASS_REQ])
        self.server.stop()

    def test_each_user_of_a_mixed_file_is_asked_by_his_own_method(self):
        users = [SECRET, f"alice:{EXAMPLE}", f"bob:{harness.PASSWORD_HASH}"]
        self.start(auth=("crypt", "unix"), users=users)
        self.assert_scans(self.client(f"{self.server.address} user=alice password=password"))
        self.assert_scans(self.client(f"{self.server.address} user=bob password=secret"))

        def method(user):
            with seed.Connection(("127.0.0.1", self.server.port)) as connection:
                connection.send(seed.message(seed.d(seed.OPEN), seed.s("test:0")))
                connection.receive()
                connection.send(seed.message(seed.d(seed.USER), seed.s(user)))
                return seed.signed(connection.receive()[1])

        self.assertEqual((method("alice"), method("bob")), (seed.PASS_CRYPT, seed.PASS_UNIX))
        unknown = [method(f"user{number}") for number in range(30)]
        self.assertEqual(set(unknown), {seed.PASS_CRYPT, seed.PASS_UNIX})
        self.assertEqual([method(f"user{number}") for number in range(30)], unknown)
        self.server.stop()

    def test_the_arithmetic_of_the_seed(self):
        self.assertEqual(crypt("password", "AB"), EXAMPLE)
        self.assertEqual(crypt(EXAMPLE[2:], "CD"), "CDcC3uINqJo7Q")
        self.assertEqual(crypt(EXAMPLE[5:], "EF"), "EFIBfTmJjGhtM")
        self.start()
        connection, seeds = self.connect("alice")
        self.assertEqual(seeds[0], "AB")
        self.reply(connection, crypt(EXAMPLE[2:], seeds[1]), crypt(EXAMPLE[5:], seeds[2]))
        status = seed.signed(connection.reply(seed.OPEN)[0])
        self.assertEqual(status, seed.GOOD)
        connection.quit()
        # once more: the responses of one login are no use for the next
        again, new_seeds = self.connect("alice")
        self.assertEqual(new_seeds[0], "AB")
        self.assertNotEqual(new_seeds, seeds)
        self.reply(again, crypt(EXAMPLE[2:], seeds[1]), crypt(EXAMPLE[5:], seeds[2]))
        self.assertEqual(seed.signed(again.receive()[0]), seed.USER)
        self.server.stop()

    def test_the_example_byte_for_byte(self):
        fake = FakeServer(EXAMPLE_REQUEST)
        self.addCleanup(fake.close)
        result = self.client(f"{fake.address} user=alice password=password").run("-d", f"netsane:{fake.address}:test:0")
        self.assertIn(DENIED, result.err)
        fake.close()
        self.assertEqual(fake.received(seed.PASS_RPLY), [EXAMPLE_REPLY])
        self.assertNotIn(b"password", b"".join(encoded(fields) for fields in fake.messages))

    def test_a_server_whose_seeds_are_none(self):
        for seeds in (["AB", "CD"], ["AB", "CD", "$6"], ["AB", "C", "EF"], ["", "CD", "EF"], ["AB", "CD", "EFG"]):
            with self.subTest(seeds=seeds):
                fake = FakeServer(seed.message(seed.d(seed.PASS_REQ), seed.d(seed.PASS_CRYPT),
                                               *(seed.s(text) for text in seeds)))
                self.addCleanup(fake.close)
                client = self.client(f"{fake.address} user=alice password=password")
                result = client.run("-d", f"netsane:{fake.address}:test:0")
                self.assertEqual((result.code, result.out), (1, b""), repr(result))
                fake.close()
                self.assertEqual(fake.received(seed.PASS_RPLY), [])
                self.assertEqual(seed.signed(fake.messages[-1][0]), seed.FAIL)

    def test_the_first_seed_of_an_unknown_user_is_always_the_same(self):
        self.start(auth_tries=100)
        connection, seeds = self.connect("mallory")
        first = {"mallory": seeds[0]}
        for user in ["mallory", "trent", "oscar", "mallory", "trent", "victor", "alice", "bob"]:
            self.reply(connection, "CDcC3uINqJo7Q", "EFIBfTmJjGhtM")
            self.assertEqual(seed.signed(connection.receive()[0]), seed.USER)
            seeds = self.name_user(connection, user)
            self.assertEqual(first.setdefault(user, seeds[0]), seeds[0], user)
        self.assertEqual((first["alice"], first["bob"]), ("AB", "CD"))
        self.assertGreater(len(set(first.values())), 3)
        self.server.stop()
        # by the secret in the file: with another one, another seed
        self.start(users=[line.replace("k" * 43, "l" * 43) for line in USERS])
        others = {user: self.connect(user)[1][0] for user in ("mallory", "trent", "oscar", "victor")}
        self.assertNotEqual(others, {user: first[user] for user in others})
        self.server.stop()

    def test_replies_that_are_none(self):
        self.start(auth_tries=100)
        connection, _ = self.connect("alice")
        for texts in ([], ["CDcC3uINqJo7Q"], ["CDcC3uINqJo7Q", "*0"], ["CDcC3uINqJo7Q"] * 3, ["", ""], ["*0", "*0"],
                      ["x" * 2000, "CDcC3uINqJo7Q"]):
            with self.subTest(texts=texts):
                self.reply(connection, *texts)
                self.assertEqual(seed.signed(connection.receive()[0]), seed.USER)
                self.name_user(connection, "alice")
        self.server.stop()


if __name__ == "__main__":
    harness.main()
