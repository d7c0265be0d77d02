#!/usr/bin/python3
"""The switch to TLS, between somebody who changes it on its way: scanimage and netsaned with a proxy that does harm.

Each direction of each case is a test. A server that lies, and a client that does, are in tls_switch_peers.py.
"""

import socket
import threading

import harness
import seed
from tls_comparison import SMALL, ProxyTest
from tls_connection import TLS
from tls_proxy import DEADLINE, Ended, Link, Pipe, adding, byte_by_byte, cutting, editing, flipping, last_clear

PAGE = ["--mode", "Color", "--resolution", "100"]  # large enough to be cut in its middle
OPEN = seed.message(seed.d(seed.OPEN), seed.s("test:0"))
GDEV = seed.message(seed.d(seed.GDEV))
UNKNOWN = 99
FLIPS = {"up": 6, "down": 10}  # records that each side sends in any case, and the client waits for what comes of them


def without_extension(number, greeting):
    """A server's HELO that announces one extension less."""
    announced = greeting.index(seed.d(1), 8) + 8  # behind the revision
    extensions = seed.word_list(greeting[announced + 4:-4])
    extensions.remove(number)
    return greeting[:announced] + seed.words(*extensions) + seed.END


class Splits(ProxyTest):
    def test_byte_by_byte_from_the_client(self):
        self.assert_scans(self.through(up=byte_by_byte))

    def test_byte_by_byte_from_the_server(self):
        self.assert_scans(self.through(down=byte_by_byte))

    def test_choice_and_client_hello_in_one_segment(self):
        def script(pipe):
            held = b""
            while True:
                message = pipe.message()
                held += message
                if last_clear(message):
                    break
            hello = pipe.some()
            self.assertEqual(hello[0], 0x16)
            pipe.send(held + hello)
            pipe.rest()

        self.assert_scans(self.through(up=script))

    def test_choice_and_part_of_the_client_hello_in_one_segment(self):
        def script(pipe):
            message = pipe.message()
            while not last_clear(message):
                pipe.send(message)
                message = pipe.message()
            pipe.send(message + pipe.exactly(7))
            pipe.rest()

        self.assert_scans(self.through(up=script))


class Injections(ProxyTest):
    """Clear bytes that a proxy adds are never a message of either side."""

    def test_a_command_in_the_segment_of_the_choice(self):
        for extra in (OPEN, GDEV, OPEN[:7]):
            with self.subTest(extra=extra):
                self.assert_refused(self.through(up=adding(seed.CRPT_RPLY, after=extra)), "the handshake failed")
                self.server.wait_log("closed: protocol error: the handshake failed", self.before)

    def test_a_command_in_the_middle_of_the_handshake(self):
        def script(pipe):
            while not last_clear(message := pipe.message()):
                pipe.send(message)
            pipe.send(message + pipe.record() + OPEN)
            pipe.rest()

        self.assert_refused(self.through(up=script), "handshake")
        self.server.wait_log("closed: protocol error: the handshake failed", self.before)

    def test_a_command_before_the_choice(self):
        for extra in (OPEN, GDEV, seed.message(seed.d(seed.USER), seed.s("alice"))):
            with self.subTest(extra=extra):
                self.assert_refused(self.through(up=adding(seed.CRPT_RPLY, before=extra)))
                self.server.wait_log("is not legal while waiting for CRPT_RPLY", self.before)

    def test_the_beginning_of_a_command_before_the_choice(self):
        # It would have what follows as its fields.
        self.assert_refused(self.through(up=adding(seed.CRPT_RPLY, before=GDEV[:-4])))
        self.server.wait_log("is not legal while waiting for CRPT_RPLY", self.before)

    def test_a_second_choice(self):
        reply = seed.message(seed.d(seed.CRPT_RPLY), seed.d(TLS))
        self.assert_refused(self.through(up=adding(seed.CRPT_RPLY, after=reply)), "the handshake failed")

    def test_a_message_behind_the_list(self):
        greeting = seed.message(seed.d(seed.HELO), seed.s("netsaned"), seed.d(1), seed.words(1, 2))
        listed = seed.message(seed.d(seed.GDEV), seed.d(seed.GOOD), seed.s(""))
        for extra in (greeting, listed, seed.message(seed.d(seed.USER)), greeting[:9]):
            with self.subTest(extra=extra):
                self.assert_refused(self.through(down=adding(seed.CRPT_REQ, after=extra)), "the handshake failed")

    def test_a_message_in_the_middle_of_the_handshake(self):
        def script(pipe):
            while not last_clear(message := pipe.message()):
                pipe.send(message)
            pipe.send(message)
            pipe.send(pipe.record() + seed.message(seed.d(seed.USER)))
            pipe.rest()

        self.assert_refused(self.through(down=script), "the handshake failed")

    def test_a_request_for_a_login_before_the_list(self):
        self.assert_refused(self.through(down=adding(seed.CRPT_REQ, before=seed.message(seed.d(seed.USER)))))

    def test_a_second_list(self):
        again = seed.message(seed.d(seed.CRPT_REQ), seed.words(seed.NONE))
        for place in ({"before": again}, {"after": again}):
            with self.subTest(place=place):
                self.assert_refused(self.through(down=adding(seed.CRPT_REQ, **place)))

    def test_a_clear_message_between_the_records(self):
        def behind(count):
            def script(pipe):
                while not last_clear(message := pipe.message()):
                    pipe.send(message)
                pipe.send(message)
                for _ in range(count):
                    pipe.send(pipe.record())
                pipe.send(GDEV)
                pipe.rest()
            return script

        # Behind OPEN and its reply, and before the client has had all that it waits for.
        for direction, count in (("up", 6), ("down", 9)):
            with self.subTest(direction=direction):
                self.assert_refused(self.through(**{direction: behind(count)}), "encrypted connection", opened=True)


class Edits(ProxyTest):
    """Lists, greetings and the choice are noticed to have been changed, and the error says which."""

    def changed(self, command, old, new):
        def change(message):
            if old not in message:
                raise AssertionError(f"{old!r} isn't in {message!r}")
            return message.replace(old, new, 1)
        return editing(command, change)

    def assert_noticed(self, proxy, *texts):
        """Refused, once the server's greeting has come. By then the client has asked for the device, as it knows the server
        (protocol.md §5.3): that is closed, and nothing was scanned."""
        self.assert_refused(proxy, *texts, opened=True)
        self.server.wait_log("audit: open result=granted", self.before)
        self.server.wait_log("audit: close result=closed", self.before)
        self.assertNotIn("audit: scan", self.server.log()[self.before:])

    def test_the_list_without_its_clear_text(self):
        self.assert_noticed(self.through(down=self.changed(seed.CRPT_REQ, seed.words(TLS, seed.NONE), seed.words(TLS))),
                            "the list of crypto methods was changed on the way: the server sent {1, 0}, {1} arrived")

    def test_the_list_in_another_order(self):
        self.assert_noticed(self.through(down=self.changed(seed.CRPT_REQ, seed.words(TLS, seed.NONE), seed.words(seed.NONE, TLS))),
                            "the list of crypto methods was changed on the way: the server sent {1, 0}, {0, 1} arrived")

    def test_the_list_with_more_in_it(self):
        self.assert_noticed(self.through(down=self.changed(seed.CRPT_REQ, seed.words(TLS, seed.NONE),
                                                           seed.words(UNKNOWN, TLS, seed.NONE))),
                            "the list of crypto methods was changed on the way: the server sent {1, 0}, {99, 1, 0} arrived")

    def test_the_list_with_a_field_added(self):
        self.assert_noticed(self.through(down=editing(seed.CRPT_REQ, lambda message: message[:-4] + seed.c(b"x") + seed.END)),
                            "the list of crypto methods was changed on the way")

    def test_the_list_without_tls(self):
        strip = self.changed(seed.CRPT_REQ, seed.words(TLS, seed.NONE), seed.words(seed.NONE))
        self.assert_refused(self.through(down=strip), "encryption is required")

    def test_no_list_and_no_word_of_it(self):
        def strip(pipe):
            pipe.send(without_extension(3, pipe.message()))
            pipe.message()
            pipe.rest()

        self.assert_refused(self.through(down=strip), "encryption")

    def test_the_greeting_s_text(self):
        self.assert_noticed(self.through(down=self.changed(seed.HELO, b"netsaned", b"netsanex")),
                            "the server's greeting was changed on the way")

    def test_the_greeting_s_extensions(self):
        self.assert_noticed(self.through(down=editing(seed.HELO, lambda message: without_extension(2, message))),
                            "the server's greeting was changed on the way")

    def test_the_greeting_of_the_client(self):
        self.assert_noticed(self.through(up=self.changed(seed.HELO, b"sane-netsane", b"sane-netsanf")),
                            "our greeting was changed on the way to the server")

    def test_no_greeting_of_the_client(self):
        self.assert_noticed(self.through(up=editing(seed.HELO, lambda _: b"")),
                            "our greeting was changed on the way to the server")

    def test_the_choice_with_a_field_added(self):
        self.assert_noticed(self.through(up=editing(seed.CRPT_RPLY, lambda message: message[:-4] + seed.c(b"x") + seed.END)),
                            "the choice of a crypto method was changed on the way")

    def test_the_choice_of_clear_text(self):
        change = self.changed(seed.CRPT_RPLY, seed.d(TLS), seed.d(seed.NONE))
        self.assert_refused(self.through(up=change), "the handshake failed")

    def test_the_choice_of_what_was_not_offered(self):
        change = self.changed(seed.CRPT_RPLY, seed.d(TLS), seed.d(UNKNOWN))
        self.assert_refused(self.through(up=change), "the handshake failed")
        self.server.wait_log(f"crypto method {UNKNOWN} was not offered", self.before)

    def test_a_bit_of_the_server_s_bytes(self):
        self.flips("down")

    def test_a_bit_of_the_client_s_bytes(self):
        self.flips("up")

    def flips(self, direction):
        for number in range(FLIPS[direction]):
            with self.subTest(number=number):
                result = self.scan(self.through(**{direction: flipping(number)}))
                self.assertNotEqual(result.code, 0, repr(result))
                self.assertRegex(result.err, b"handshake failed|encrypted connection")


class Downgrades(ProxyTest):
    """A server that was seen with TLS is not spoken to in clear, whatever a proxy makes of its list."""

    def downgrade(self, proxy, script, *words):
        proxy.down = script
        env = {**self.user.environment(), "SANE_DEBUG_NETSANE": "1"}
        self.user.configure([" ".join([proxy.address, *words])])
        return harness.run(["scanimage", "-d", f"netsane:{proxy.address}:test:0", *SMALL], env, self.user.folder)

    def test_where_encryption_is_preferred(self):
        def strip(pipe):
            pipe.send(without_extension(3, pipe.message()))
            pipe.message()
            pipe.rest()

        without = editing(seed.CRPT_REQ, lambda message: message.replace(seed.words(TLS, seed.NONE), seed.words(seed.NONE)))
        self.user = self.client()
        proxy = self.through()
        self.assertEqual(self.downgrade(proxy, Pipe.rest, "tls=prefer").code, 0)
        self.assertIn("crypt=tls", self.server.log()[self.before:])
        for script in (strip, without):
            for words in (["tls=prefer"], []):
                with self.subTest(script=script, words=words):
                    result = self.downgrade(proxy, script, *words)
                    self.assertNotEqual(result.code, 0)
                    self.assertIn(b"seen with TLS", result.err)
        self.assertNotIn("crypt=none", self.server.log()[self.before:])


class Ends(ProxyTest):
    """The end of the connection is no goodbye."""

    def test_in_the_middle_of_an_image(self):
        for how in (Link.cut, Link.reset):
            with self.subTest(how=how.__name__):
                result = self.scan(self.through(down=cutting(60000, how)), *PAGE)
                self.assertNotEqual(result.code, 0, repr(result))
                self.assertIn(b"the encrypted connection was cut", result.err)
                self.server.wait_log("audit: scan result=", self.before)

    def test_in_the_handshake(self):
        result = self.assert_refused(self.through(down=cutting(200)), "the handshake failed")
        self.assertIn(b"cut in the middle of it", result.err)

    def test_of_the_client_s_side_in_the_middle_of_an_image(self):
        cut = threading.Event()

        def up(pipe):
            try:
                pipe.rest()
            except Ended:
                pipe.link.cut()
                cut.set()

        def down(pipe):
            while pipe.offset < 60000:
                pipe.send(pipe.some()[:60000 - pipe.offset])
            pipe.sink.shutdown(socket.SHUT_RD)  # wakes the other direction, whether the client has more to say or not
            self.assertTrue(cut.wait(DEADLINE))

        result = self.scan(self.through(up=up, down=down), *PAGE)
        self.assertNotEqual(result.code, 0, repr(result))
        self.assertIn(b"the encrypted connection was cut", result.err)
        self.server.wait_log("audit: scan result=", self.before)

    def test_a_server_that_is_silent_in_the_handshake(self):
        def script(pipe):
            while not last_clear(message := pipe.message()):
                pipe.send(message)
            pipe.send(message)
            pipe.drop()

        result = self.assert_refused(self.through(down=script), "the handshake failed: the server didn't finish it in time")
        self.assertLess(result.seconds, 15)


if __name__ == "__main__":
    harness.main()
