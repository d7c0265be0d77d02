#!/usr/bin/python3
"""What a client must not send, and what it may send without waiting: the daemon answers, closes and goes on serving."""

import random
import socket
import struct

import harness
import seed

LONG = 0xFFFFFFFF
DEFAULT_SCAN = 157 * 196


class Errors(harness.EndToEndTest):
    def setUp(self):
        super().setUp()
        self.server = self.daemon()
        self.server.start()
        self.supervisor = self.server.process.pid
        self.session = self.server.find("netsaned-session")
        self.assertEqual(len(self.session), 1, self.server.log())

    def tearDown(self):
        """Whatever the clients did: the same processes still serve."""
        with self.connect() as connection:
            self.assertEqual(connection.init()[0], seed.GOOD)
        self.assertEqual(self.server.find("netsaned-session"), self.session, self.server.log())
        self.server.stop()

    def connect(self):
        connection = seed.Connection(("127.0.0.1", self.server.port))
        self.addCleanup(connection.close)
        return connection

    def open(self, connection, name="test:0"):
        status, handle, reason = connection.open(name)
        self.assertEqual(status, seed.GOOD, reason)
        return handle

    def open_when_free(self, connection, name="test:0"):
        return harness.wait_for(lambda: connection.open(name)[1], 5, f"{name} is free again")

    def fails(self, connection, data):
        """The data must end the connection, after a FAIL that says why; returns its fields."""
        connection.send(data)
        messages = connection.wait_closed()
        self.assertTrue(messages, "closed without a word")
        fields = messages[-1]
        self.assertEqual(seed.signed(fields[0]), seed.FAIL)
        self.assertTrue(seed.text(fields[2]))
        return fields

    def test_lengths_that_cannot_be(self):
        for length in (LONG, 0x80000000, 0x7FFFFFFF, 0x00100001, 4097):
            with self.subTest(length=length):
                self.fails(self.connect(), struct.pack(">I", length))
                self.fails(self.connect(), seed.d(seed.INIT) + struct.pack(">I", length))

    def test_lengths_that_cannot_be_with_a_device_open(self):
        for length in (LONG, 0x80000000, 0x00100001):
            with self.subTest(length=length):
                connection = self.connect()
                self.open_when_free(connection)
                self.fails(connection, seed.d(seed.OPEN) + struct.pack(">I", length))

    def test_messages_that_are_too_long(self):
        self.fails(self.connect(), seed.d(seed.INIT) + seed.c(b"x" * 1000) * 5)
        connection = self.connect()
        self.open(connection)
        self.fails(connection, seed.d(seed.INIT) + seed.c(b"x" * (1 << 20)) + seed.c(b"x" * (1 << 19)) * 3)

    def test_a_long_message_that_is_allowed(self):
        connection = self.connect()
        self.open(connection)
        connection.send(seed.d(seed.INIT) + seed.c(b"x" * (1 << 20)) + seed.c(b"x" * (1 << 19)) + seed.END)
        self.assertEqual(seed.signed(connection.reply(seed.INIT)[0]), seed.GOOD)

    def test_strings_and_ints_that_are_none(self):
        for fields in ((seed.d(seed.OPEN), seed.c(b"test:0")), (seed.d(seed.OPEN), seed.c(b"te\0st\0")),
                       (seed.d(seed.OPEN), seed.c(b"x")), (seed.d(seed.STRS), seed.c(b"abc")),
                       (seed.d(seed.STRS), seed.c(b"abcdefgh")), (seed.c(b"\x00\x10"),), (seed.c(b"\0" * 8),),
                       (seed.d(seed.STRS),), (seed.d(seed.OPEN),), (seed.d(seed.READ),), (seed.d(seed.COPT), seed.c(b"h"))):
            with self.subTest(fields=fields):
                self.fails(self.connect(), seed.message(*fields))

    def test_values_of_options_that_are_none(self):
        connection = self.connect()
        handle = self.open(connection)
        self.fails(connection, seed.message(seed.d(seed.COPT), seed.c(handle), seed.d(3), seed.d(seed.SET), seed.d(seed.INT),
                                            seed.c(b"abcde")))
        connection = self.connect()
        handle = self.open_when_free(connection)
        self.fails(connection, seed.message(seed.d(seed.COPT), seed.c(handle), seed.d(2), seed.d(seed.SET), seed.d(seed.STRING),
                                            seed.c(b"Color")))

    def test_a_read_of_nothing(self):
        connection = self.connect()
        handle = self.open(connection)
        connection.start(handle)
        self.fails(connection, seed.message(seed.d(seed.READ), seed.c(handle), seed.d(0)))

    def test_commands_that_are_none(self):
        for number in (0, 10, 15, 30, 255, -1, 0x7FFFFFFF, seed.PASS_REQ, seed.CRPT_REQ, seed.WELC):
            with self.subTest(number=number):
                self.fails(self.connect(), seed.message(seed.d(number)))
        self.fails(self.connect(), seed.END)

    def test_commands_out_of_turn(self):
        for fields in ((seed.d(seed.CRPT_RPLY), seed.d(seed.NONE)), (seed.d(seed.USER), seed.s("alice")),
                       (seed.d(seed.PASS_RPLY), seed.d(1), seed.s("x")), (seed.d(seed.FAIL), seed.d(seed.USER))):
            with self.subTest(fields=fields):
                self.fails(self.connect(), seed.message(*fields))
        connection = self.connect()
        connection.init()
        self.fails(connection, seed.message(seed.d(seed.HELO), seed.s("late")))

    def test_more_fields_than_are_known(self):
        connection = self.connect()
        extra = (seed.d(1), seed.s("more"), seed.c(b"x" * 100))
        self.assertEqual(seed.signed(connection.ask(seed.INIT, *extra)[0]), seed.GOOD)
        self.assertEqual(seed.signed(connection.ask(seed.OPEN, seed.s("test:0"), *extra)[0]), seed.GOOD)

    def test_messages_cut_at_every_byte(self):
        session = b"".join((
            seed.message(seed.d(seed.HELO), seed.s("cut"), seed.d(1), seed.words(1, 2)), seed.message(seed.d(seed.INIT)),
            seed.message(seed.d(seed.OPEN), seed.s("test:1")), seed.message(seed.d(seed.GOPT), seed.c(b"h"), seed.d(1)),
            seed.message(seed.d(seed.READ), seed.c(b"h"), seed.d(1)), seed.message(seed.d(seed.QUIT))))
        for length in range(len(session) + 1):
            connection = seed.Connection(("127.0.0.1", self.server.port))
            connection.send(session[:length])
            connection.close()
        connection = self.connect()
        self.open_when_free(connection, "test:1")

    def test_messages_byte_by_byte(self):
        connection = self.connect()
        data = seed.message(seed.d(seed.INIT)) + seed.message(seed.d(seed.OPEN), seed.s("test:0"))
        for byte in data:
            connection.send(bytes([byte]))
        self.assertEqual(seed.signed(connection.reply(seed.INIT)[0]), seed.GOOD)
        self.assertEqual(seed.signed(connection.reply(seed.OPEN)[0]), seed.GOOD)

    def test_random_bytes(self):
        noise = random.Random(1997)
        for length in (1, 4, 5, 100, 5000, 100000):
            connection = self.connect()
            try:
                connection.send(noise.randbytes(length))
                connection.socket.shutdown(socket.SHUT_WR)
                connection.wait_closed()
            except (OSError, AssertionError) as error:
                if isinstance(error, AssertionError):
                    raise

    def test_too_many_requests_outstanding(self):
        connection = self.connect()
        handle = self.open(connection)
        connection.set(handle, "read-delay", True)
        connection.set(handle, "read-delay-duration", 200000)
        connection.start(handle)
        # The first READ waits for the scanner, so that the others stand behind it.
        self.fails(connection, seed.message(seed.d(seed.READ), seed.c(handle), seed.d(10)) * 1025)
        self.open_when_free(self.connect())

    def test_sixty_four_requests_outstanding(self):
        connection = self.connect()
        handle = self.open(connection)
        connection.set(handle, "read-delay", True)
        connection.set(handle, "read-delay-duration", 200000)
        connection.start(handle)
        connection.send(seed.message(seed.d(seed.READ), seed.c(handle), seed.d(10)) * 64)
        for _ in range(64):
            self.assertEqual(seed.signed(connection.reply(seed.READ)[0]), seed.GOOD)

    def test_pipelined_reads_give_the_whole_image_and_end_with_eof(self):
        connection = self.connect()
        handle = self.open(connection)
        read = seed.message(seed.d(seed.READ), seed.c(handle), seed.d(1000))
        connection.send(seed.message(seed.d(seed.STAR), seed.c(handle)) + read * 8)
        self.assertEqual(seed.signed(connection.reply(seed.STAR)[0]), seed.GOOD)
        data, outstanding = b"", 8
        while True:
            fields = connection.reply(seed.READ)
            outstanding -= 1
            if seed.signed(fields[0]) == seed.EOF:
                break
            data += fields[1]
            connection.send(read)
            outstanding += 1
        self.assertEqual(len(data), DEFAULT_SCAN)
        for _ in range(outstanding):
            self.assertEqual(seed.signed(connection.reply(seed.READ)[0]), seed.EOF)

    def test_replies_come_in_the_order_of_the_requests(self):
        connection = self.connect()
        order = [seed.INIT, seed.STRS, seed.OPEN, seed.GDEV, seed.STRS, seed.INIT]
        fields = {seed.STRS: (seed.d(3),), seed.OPEN: (seed.s("test:0"),)}
        connection.send(b"".join(seed.message(seed.d(number), *fields.get(number, ())) for number in order))
        for number in order:
            self.assertEqual(seed.signed(connection.receive()[0]), number)

    def test_abort_overtakes_the_reads_before_it(self):
        connection = self.connect()
        handle = self.open(connection)
        connection.set(handle, "read-delay", True)
        connection.set(handle, "read-delay-duration", 200000)
        connection.set(handle, "resolution", 300)
        connection.start(handle)
        read = seed.message(seed.d(seed.READ), seed.c(handle), seed.d(65536))
        connection.send(read * 10 + seed.message(seed.d(seed.ABRT), seed.c(handle)) + seed.message(seed.d(seed.STRS), seed.d(0)))
        statuses = []
        while True:
            fields = connection.receive()
            if seed.signed(fields[0]) != seed.READ:
                break
            statuses.append(seed.signed(fields[1]))
        self.assertEqual(seed.signed(fields[0]), seed.ABRT)
        self.assertEqual(len(statuses), 10)
        self.assertEqual(statuses[-1], seed.CANCELLED)
        self.assertEqual(sorted(statuses), [seed.GOOD] * statuses.count(seed.GOOD) + [seed.CANCELLED] * statuses.count(seed.CANCELLED))
        self.assertEqual(statuses, sorted(statuses), "data after the cancel")
        self.assertEqual(seed.signed(connection.receive()[0]), seed.STRS)
        connection.set(handle, "read-delay", False)
        connection.set(handle, "resolution", 50)
        self.assertEqual(len(connection.image(handle)[1]), DEFAULT_SCAN)

    def test_close_cancels_what_stands_before_it(self):
        connection = self.connect()
        handle = self.open(connection)
        connection.set(handle, "read-delay", True)
        connection.set(handle, "read-delay-duration", 200000)
        connection.set(handle, "resolution", 300)
        connection.start(handle)
        connection.send(seed.message(seed.d(seed.READ), seed.c(handle), seed.d(65536)) * 5 +
                        seed.message(seed.d(seed.CLOS), seed.c(handle)))
        for _ in range(5):
            self.assertIn(seed.signed(connection.reply(seed.READ)[0]), (seed.GOOD, seed.CANCELLED))
        self.assertEqual(connection.reply(seed.CLOS), [])

    def test_quit_in_the_middle_of_a_scan(self):
        connection = self.connect()
        handle = self.open(connection)
        connection.set(handle, "resolution", 600)
        connection.start(handle)
        connection.read(handle)
        connection.quit()
        connection.wait_closed()
        self.open(self.connect())

    def test_sixteen_handles_are_the_limit(self):
        many = self.daemon()
        harness.write_file(f"{many.sane_dir}/test.conf", harness.TEST_CONF.replace("devices 2", "devices 20"))
        many.start()
        connection = seed.Connection(("127.0.0.1", many.port))
        self.addCleanup(connection.close)
        handles = set()
        for number in range(16):
            handles.add(self.open(connection, f"test:{number}"))
        self.assertEqual(len(handles), 16)
        status, _, reason = connection.open("test:16")
        self.assertEqual((status, bool(reason)), (seed.NO_MEM, True))
        connection.clos(handles.pop())
        self.assertEqual(connection.open("test:17")[0], seed.GOOD)
        many.stop()


if __name__ == "__main__":
    harness.main()
