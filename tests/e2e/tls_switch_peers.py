#!/usr/bin/python3
"""The switch to TLS with a client or a server that lies: netsaned with a client of Python's ssl, scanimage with a server of it."""

import ssl

import harness
import seed
import tls_connection
from tls_connection import TLS
from tls_peer import CRYPT_FOLLOWS, DEVICE, Certificates, Encrypted, Plain, TlsPeer
from tls_server import TlsTest

GDEV = seed.message(seed.d(seed.GDEV))
OPEN = seed.message(seed.d(seed.OPEN), seed.s("test:0"))
USER = seed.message(seed.d(seed.USER), seed.s("alice"))
PASSWORD = seed.message(seed.d(seed.PASS_RPLY), seed.d(seed.PASS_UNIX), seed.s("secret"))
QUIET = 0.5  # seconds in which a client has sent all that it sends without hearing anything; more only where it waits


def reply(method):
    return seed.message(seed.d(seed.CRPT_RPLY), seed.d(method))


class AtTheServer(TlsTest):
    def serve_with_login(self, **keys):
        users = harness.write_file(f"{self.folder}/users", f"alice:{harness.PASSWORD_HASH}\n", 0o600)
        return self.serve(auth=["unix"], auth_fail_delay=0, tables=[("[auth_unix]", {"file": users})], **keys)

    def refused(self, server, connection, why):
        """The connection ends with a note, and the log says why; no device was opened and nobody logged in."""
        messages = connection.wait_closed()
        self.assertEqual(seed.signed(messages[-1][0]), seed.FAIL, messages)
        server.wait_log(why)
        self.assertNotIn("audit: open", server.log())
        self.assertNotIn("result=accepted", server.log())

    def test_a_clear_command_in_the_segment_of_the_choice(self):
        server = self.serve()
        for command in (OPEN, GDEV):
            connection = self.connect(server)
            connection.send(reply(TLS) + command)
            try:  # what comes is an alert, and never an answer in clear
                data = b"".join(iter(lambda: connection.socket.recv(4096), b""))
            except ConnectionError:
                data = b""
            self.assertIn(data[:1], (b"", b"\x15"), data)
        server.wait_log("closed: protocol error: the handshake failed", count=2)
        self.assertNotIn("audit: open", server.log())
        server.stop()

    def test_what_came_in_clear_is_not_decoded_under_tls(self):
        # The beginning of a message behind the choice, and its end under TLS: no message of both.
        server = self.serve()
        connection = self.connect(server)
        connection.send(reply(TLS) + OPEN[:9])
        with self.assertRaises((ssl.SSLError, OSError)):
            tls_connection.context().wrap_socket(connection.socket, server_hostname="localhost")
        server.wait_log("the handshake failed")
        server.stop()

    def test_a_user_named_before_the_choice(self):
        server = self.serve_with_login(auth_at="connect")
        connection = self.connect(server)
        connection.send(USER + reply(TLS))
        self.refused(server, connection, "is not legal while waiting for CRPT_RPLY")
        server.stop()

    def test_a_password_under_tls_before_a_user_is_named_there(self):
        server = self.serve_with_login(auth_at="connect")
        connection = self.connect(server).start_tls()
        self.assertEqual(seed.signed(connection.receive()[0]), seed.USER)
        connection.send(PASSWORD)
        self.refused(server, connection, "is not legal while waiting for USER")
        connection = self.connect(server).start_tls()
        connection.user, connection.passwords = "alice", ["secret"]
        self.assertEqual(connection.devices()[0], seed.GOOD)
        server.wait_log("audit: login result=accepted user=alice")
        server.stop()

    def test_a_login_in_clear_then_a_choice(self):
        # A choice that isn't asked for any more ends the connection, and the login with it.
        server = self.serve_with_login()
        connection = self.connect(server)
        connection.choose(seed.NONE)
        connection.user, connection.passwords = "alice", ["secret"]
        status, handle, reason = connection.open("test:0")
        self.assertEqual(status, seed.GOOD, reason)
        connection.send(reply(TLS))
        self.assertEqual(seed.signed(connection.wait_closed()[-1][0]), seed.FAIL)
        server.wait_log("command 7 is not legal while open")
        other = self.connect(server).start_tls()  # must log in again
        self.assertEqual(other.open("test:0")[0], seed.ACCESS_DENIED)
        server.stop()

    def test_a_choice_with_a_request_pending(self):
        server = self.serve()
        connection = self.connect(server)
        connection.send(GDEV + reply(TLS))
        self.refused(server, connection, "is not legal while waiting for CRPT_RPLY")
        clear = self.serve(crypt=["none"])
        connection = seed.Connection(("127.0.0.1", clear.port))
        self.addCleanup(connection.close)
        connection.send(GDEV + reply(TLS))
        self.refused(clear, connection, "command 7 is not legal")
        server.stop()
        clear.stop()

    def test_choices_that_were_not_offered(self):
        server = self.serve(crypt=["tls"])
        for method in (seed.NONE, 2, 99, 0x8031, 0xFFFFFFFF):
            with self.subTest(method=method):
                connection = self.connect(server)
                connection.choose(method)
                self.refused(server, connection, f"crypto method {method} was not offered")
        server.stop()

    def test_choices_that_are_none(self):
        server = self.serve()
        for message in (seed.message(seed.d(seed.CRPT_RPLY)), seed.message(seed.d(seed.CRPT_RPLY), seed.c(b"\1")),
                        seed.message(seed.d(seed.CRPT_RPLY), seed.words(TLS, seed.NONE))):
            with self.subTest(message=message):
                connection = self.connect(server)
                connection.send(message)
                self.refused(server, connection, "closed: protocol error")
        server.stop()

    def test_tls_inside_tls(self):
        server = self.serve()
        for method in (TLS, seed.NONE):
            connection = self.connect(server).start_tls()
            connection.choose(method)
            self.refused(server, connection, "command 7 is not legal while open")
        server.stop()

    def test_the_end_without_a_goodbye_frees_the_device(self):
        server = self.serve()
        connection = self.connect(server).start_tls()
        status, handle, _ = connection.open("test:0")
        self.assertEqual(status, seed.GOOD)
        self.assertEqual(connection.start(handle)[0], seed.GOOD)
        connection.socket.close()
        server.wait_log("audit: scan result=cancelled")
        self.assertEqual(self.connect(server).start_tls().open("test:0")[0], seed.GOOD)
        server.stop()


class LyingPeer(TlsPeer):
    """What a server does once the client is there: a function of the peer and its Plain."""

    def __init__(self, certificate, act, alpn=("netsane/1",)):
        self.act = act
        self.failed = None
        super().__init__(certificate)
        self.context.set_alpn_protocols(list(alpn))

    def talk(self, connection):
        try:
            self.act(self, Plain(connection))
        except AssertionError as error:
            self.failed = error
            raise

    def greet(self, plain):
        """Greeting and list; returns what was sent and read, the choice included."""
        sent = self.hello(CRYPT_FOLLOWS) + seed.message(seed.d(seed.CRPT_REQ), seed.words(TLS))
        plain.send(sent)
        return sent, self.read_choice(plain)

    @staticmethod
    def read_choice(plain):
        read = b""
        while True:
            fields, raw = plain.receive()
            read += raw
            if seed.signed(fields[0]) == seed.CRPT_RPLY:
                return read

    def encrypt(self, plain, sent, read, *more):
        """The handshake and the second greeting."""
        stream = Encrypted(plain, self.context)
        stream.send(self.hello(*more)[:-4] + seed.c(sent) + seed.c(read) + seed.END)
        return stream


class AtTheClient(harness.EndToEndTest):
    def refuses(self, act, *texts, words="tls=require", **arguments):
        """scanimage lists nothing of a peer that acts so, and says why."""
        certificates = Certificates(f"{self.folder}/certificates{self.counter}")
        certificate = certificates.self_signed()
        peer = LyingPeer(certificate, act, **arguments)
        self.addCleanup(peer.close)
        user = self.client(f"{peer.address} {words} ca={certificate[0]}")
        env = {**user.environment(), "SANE_DEBUG_NETSANE": "1"}
        result = harness.run(["scanimage", "-L"], env, user.folder)
        peer.wait_ended()
        if peer.failed:
            raise peer.failed
        self.assertNotIn(b"fake:0", result.out)
        for text in texts:
            self.assertIn(text, result.err.decode())
        return peer

    def test_a_peer_that_does_not_lie(self):
        def act(peer, plain):
            stream = peer.encrypt(plain, *peer.greet(plain))
            peer.answer(stream, "tls")

        with self.assertRaisesRegex(AssertionError, "fake:0"):
            self.refuses(act)

    def test_another_protocol_or_none(self):
        for alpn in (["http/1.1"], ["netsane/2"]):
            with self.subTest(alpn=alpn):
                self.refuses(lambda peer, plain: peer.encrypt(plain, *peer.greet(plain)), "the handshake failed", alpn=alpn)

    def test_a_list_inside_tls(self):
        def act(peer, plain):
            stream = peer.encrypt(plain, *peer.greet(plain))
            stream.send(seed.message(seed.d(seed.CRPT_REQ), seed.words(TLS)))
            stream.receive_bytes()
            peer.answer(stream, "tls")

        self.refuses(act, "CRPT_REQ under encryption")

    def test_a_greeting_that_announces_a_list_inside_tls(self):
        def act(peer, plain):
            stream = peer.encrypt(plain, *peer.greet(plain), CRYPT_FOLLOWS)
            stream.send(seed.message(seed.d(seed.CRPT_REQ), seed.words(TLS)))
            peer.answer(stream, "tls")

        self.refuses(act)

    def test_no_transcript(self):
        def act(peer, plain):
            peer.greet(plain)
            stream = Encrypted(plain, peer.context)
            stream.send(peer.hello())
            peer.answer(stream, "tls")

        peer = self.refuses(act, "doesn't repeat what was said")
        self.assertLessEqual({command for _, command in peer.requests}, {seed.HELO, seed.INIT, seed.GDEV})

    def test_requests_before_a_greeting_whose_transcript_differs(self):
        # All that the client wants is there in one flight: the greeting, the answers, and a question for the user.
        answers = (seed.message(seed.d(seed.INIT), seed.d(seed.GOOD), seed.d(0x01000000)),
                   seed.message(seed.d(seed.GDEV), seed.d(seed.GOOD), *(seed.s(text) for text in DEVICE), seed.s("")),
                   seed.message(seed.d(seed.USER)))
        later = []

        def act(peer, plain, change=lambda told: told):
            sent, read = peer.greet(plain)
            stream = Encrypted(plain, peer.context)
            while seed.signed(stream.receive()[0][0]) != seed.GDEV:
                pass
            told = peer.hello()[:-4] + seed.c(change(sent)) + seed.c(read) + seed.END
            stream.send(told + b"".join(answers))
            while True:
                later.append(seed.signed(stream.receive()[0][0]))

        words = "tls=require user=alice password=secret"
        with self.assertRaisesRegex(AssertionError, "fake:0"):
            self.refuses(act, words=words)
        later.clear()
        edited = lambda told: told.replace(seed.words(TLS), seed.words(TLS, seed.NONE))
        self.refuses(lambda peer, plain: act(peer, plain, edited), "the list of crypto methods was changed on the way", words=words)
        self.assertEqual(later, [])

    def test_a_server_is_heard_first_until_it_is_known(self):
        spoke_first = []

        def act(peer, plain):
            sent, read = peer.greet(plain)
            stream = Encrypted(plain, peer.context)
            plain.connection.settimeout(QUIET)
            try:
                spoke_first.append(bool(stream.receive()))
            except TimeoutError:
                spoke_first.append(False)
            plain.connection.settimeout(20)
            stream.send(peer.hello()[:-4] + seed.c(sent) + seed.c(read) + seed.END)
            peer.answer(stream, "tls")

        peer = LyingPeer(Certificates(f"{self.folder}/certificates").self_signed(), act)
        self.addCleanup(peer.close)
        user = self.client(f"{peer.address} tls=require")
        for _ in range(2):
            result = harness.run(["scanimage", "-L"], user.environment(), user.folder)
            self.assertIn(b"fake:0", result.out, repr(result))
            peer.wait_ended()
        self.assertEqual(spoke_first, [False, True])

    def test_a_password_asked_for_before_a_user_is_named_under_tls(self):
        passwords = []

        def act(peer, plain):
            stream = peer.encrypt(plain, *peer.greet(plain))
            stream.send(seed.message(seed.d(seed.PASS_REQ), seed.d(seed.PASS_UNIX)))
            while True:
                fields, _ = stream.receive()
                if seed.signed(fields[0]) == seed.PASS_RPLY:
                    passwords.append(fields)

        self.refuses(act, "broke the protocol", words="tls=require user=alice password=secret")
        self.assertEqual(passwords, [])

    def test_a_user_asked_for_in_clear_before_the_list(self):
        named = []

        def act(peer, plain):
            plain.send(peer.hello(CRYPT_FOLLOWS) + seed.message(seed.d(seed.USER))
                       + seed.message(seed.d(seed.CRPT_REQ), seed.words(TLS)))
            while True:
                named.append(seed.signed(plain.receive()[0][0]))

        self.refuses(act, "broke the protocol", words="tls=require user=alice password=secret")
        self.assertNotIn(seed.USER, named)

    def test_a_silent_server(self):
        def act(peer, plain):
            peer.greet(plain)
            while True:
                plain.receive_bytes()

        self.refuses(act, "no answer within 2 seconds")

    def test_the_end_in_the_middle_of_a_reply(self):
        def act(peer, plain):
            stream = peer.encrypt(plain, *peer.greet(plain))
            while (command := seed.signed(stream.receive()[0][0])) != seed.GDEV:
                if command == seed.INIT:
                    stream.send(seed.message(seed.d(seed.INIT), seed.d(seed.GOOD), seed.d(0x01000000)))
            stream.send(seed.message(seed.d(seed.GDEV), seed.d(seed.GOOD), seed.s("fake:0"))[:-4])

        self.refuses(act, "the encrypted connection was cut")


if __name__ == "__main__":
    harness.main()
