#!/usr/bin/python3
"""The client of 1997 (seed.py) against the daemon: all fourteen commands, one request at a time."""

import re

import harness
import seed

DATA = re.compile(rb"\AP[456]\n(?:#.*\n)*\d+ \d+\n(?:\d+\n)?")


class SeedClient(harness.DifferentialTest):
    def connect(self):
        connection = seed.Connection(("127.0.0.1", self.server.port))
        self.addCleanup(connection.close)
        return connection

    def open(self, connection, name="test:0"):
        status, handle, reason = connection.open(name)
        self.assertEqual(status, seed.GOOD, reason)
        self.assertTrue(1 <= len(handle) <= 64)
        return handle

    def pixels(self, *args):
        """The data of a PNM image that scanimage makes locally, without its header."""
        result = harness.run_local(self.server.sane_dir, "-d", "test:0", *args, cwd=self.folder)
        self.assertEqual(result.code, 0, repr(result))
        return DATA.sub(b"", result.out, count=1)

    def test_greeting_and_init(self):
        connection = self.connect()
        self.assertTrue(connection.notes[0])
        self.assertEqual(seed.signed(connection.hello[2]), 1)
        status, version = connection.init()
        self.assertEqual((status, version >> 24), (seed.GOOD, 1))

    def test_status_texts(self):
        connection = self.connect()
        self.assertEqual(connection.strstatus(seed.GOOD), "Success")
        self.assertEqual(connection.strstatus(seed.JAMMED), "Document feeder jammed")
        self.assertEqual(len({connection.strstatus(number) for number in range(12)}), 12)
        self.assertEqual(connection.strstatus(99), "Unknown SANE status code 99")

    def test_devices(self):
        status, devices = self.connect().devices()
        self.assertEqual(status, seed.GOOD)
        self.assertEqual(devices, [("test:0", "Noname", "frontend-tester", "virtual device"),
                                   ("test:1", "Noname", "frontend-tester", "virtual device")])

    def test_a_whole_session(self):
        connection = self.connect()
        self.assertEqual(connection.init()[0], seed.GOOD)
        handle = self.open(connection)
        parameters, data = connection.image(handle)
        self.assertEqual(data, self.pixels())
        self.assertEqual(parameters[:6], [0, 1, 157, 157, 196, 8])
        self.assertIn(parameters[6], (1234, 4321))
        self.assertEqual(connection.abort(handle), [])
        self.assertEqual(connection.clos(handle), [])
        self.assertEqual(connection.exit(), [])
        connection.quit()
        self.assertEqual(connection.wait_closed(), [])

    def test_colour_sixteen_bits_and_three_passes(self):
        connection = self.connect()
        handle = self.open(connection)
        connection.set(handle, "mode", "Color")
        connection.set(handle, "test-picture", "Color pattern")
        _, data = connection.image(handle)
        self.assertEqual(data, self.pixels("--mode", "Color", "--test-picture", "Color pattern"))
        connection.abort(handle)
        connection.set(handle, "depth", 16)
        parameters, data = connection.image(handle)
        expected = self.pixels("--mode", "Color", "--depth", "16", "--test-picture", "Color pattern")
        if parameters[6] == 1234:  # PNM has the most significant byte first
            swapped = bytearray(data)
            swapped[0::2], swapped[1::2] = data[1::2], data[0::2]
            data = bytes(swapped)
        self.assertEqual(data, expected)
        connection.abort(handle)
        connection.set(handle, "depth", 8)
        connection.set(handle, "three-pass", True)
        connection.set(handle, "three-pass-order", "GBR")
        frames = [connection.image(handle) for _ in range(3)]
        self.assertEqual([(parameters[0], parameters[1]) for parameters, _ in frames], [(3, 0), (4, 0), (2, 1)])
        mixed = bytearray(3 * len(frames[0][1]))
        for (_, frame), channel in zip(frames, (1, 2, 0)):
            mixed[channel::3] = frame
        self.assertEqual(bytes(mixed), self.pixels("--mode", "Color", "--three-pass=yes", "--three-pass-order", "GBR",
                                                   "--test-picture", "Color pattern"))

    def test_parameters_before_and_in_a_frame(self):
        connection = self.connect()
        handle = self.open(connection)
        self.assertEqual(connection.parameters(handle), (seed.GOOD, 0, 1, 157, 157, 196, 8))
        connection.set(handle, "hand-scanner", True)
        depth, _ = connection.find(handle, "depth")  # now: in mid-frame the backend may refuse to be asked
        status, frame = connection.start(handle)
        self.assertEqual((status, frame[4]), (seed.GOOD, -1))
        self.assertEqual(list(connection.parameters(handle)), [seed.GOOD, *frame[:6]])
        status, _, _, _, _ = connection.control(handle, depth, seed.SET, seed.INT, [16])
        self.assertEqual(status, seed.INVAL, "an option was set in the middle of a scan")

    def test_the_end_of_a_frame(self):
        connection = self.connect()
        handle = self.open(connection)
        self.assertEqual(connection.read(handle)[0], seed.INVAL)
        connection.image(handle)
        self.assertEqual(connection.read(handle)[0], seed.EOF)
        self.assertEqual(connection.read(handle)[0], seed.EOF)
        connection.abort(handle)
        _, data = connection.image(handle)
        self.assertEqual(len(data), 157 * 196)

    def test_small_and_large_reads(self):
        connection = self.connect()
        handle = self.open(connection)
        connection.start(handle)
        status, data = connection.read(handle, 1)
        self.assertEqual((status, len(data)), (seed.GOOD, 1))
        status, data = connection.read(handle, 7)
        self.assertTrue(status == seed.GOOD and 1 <= len(data) <= 7)
        status, data = connection.read(handle, 0x7FFFFFFF)
        self.assertTrue(status == seed.GOOD and 1 <= len(data) <= (1 << 20) - 4096)

    def test_every_descriptor(self):
        connection = self.connect()
        handle = self.open(connection)
        connection.set(handle, "enable-test-options", True)
        options = connection.options(handle)
        self.assertEqual((options[0].name, options[0].type, options[0].size), ("", seed.INT, 4))
        by_name = {option.name: option for option in options}
        self.assertEqual(by_name["mode"].constraint, ["Gray", "Color"])
        self.assertEqual(by_name["depth"].constraint, [1, 8, 16])
        self.assertEqual(by_name["resolution"].constraint, (1 << 16, 1200 << 16, 1 << 16))
        self.assertEqual(by_name["resolution"].unit, 4)
        self.assertEqual(by_name["gamma-table"].size, 4096 * 4)
        self.assertEqual(len(by_name["string-constraint-long-string-list"].constraint), 46)
        self.assertEqual(by_name["int-constraint-word-list"].constraint[:3], [-42, -8, 0])
        self.assertEqual(by_name["bool-hard-select"].cap & (seed.SOFT_SELECT | seed.HARD_SELECT), seed.HARD_SELECT)
        self.assertEqual(by_name["button"].type, seed.BUTTON)
        self.assertEqual({option.type for option in options}, set(range(6)))
        self.assertEqual({option.constraint_type for option in options}, set(range(4)))
        self.assertIsNone(connection.option(handle, len(options)))
        self.assertIsNone(connection.option(handle, -1))

    def test_every_option_got_and_set_to_what_it_is(self):
        connection = self.connect()
        handle = self.open(connection)
        connection.set(handle, "enable-test-options", True)
        kinds = set()
        for number, option in enumerate(connection.options(handle)):
            with self.subTest(name=option.name, number=number):
                status, info, kind, value, _ = connection.control(handle, number, seed.GET, option.type)
                if option.type in (seed.GROUP, seed.BUTTON) or not option.readable or not option.active:
                    continue
                self.assertEqual((status, info, kind), (seed.GOOD, 0, option.type))
                if option.type != seed.STRING:
                    self.assertEqual(len(value), option.size // 4)
                if not option.settable:
                    continue
                status, info, kind, now, reason = connection.control(handle, number, seed.SET, option.type, value)
                self.assertEqual((status, kind), (seed.GOOD, option.type), reason)
                if not info & seed.INFO_INEXACT:
                    self.assertEqual(now, value)
                kinds.add(option.type)
        self.assertEqual(kinds, {seed.BOOL, seed.INT, seed.FIXED, seed.STRING})

    def test_values_of_every_type(self):
        connection = self.connect()
        handle = self.open(connection)
        connection.set(handle, "enable-test-options", True)
        for name, value in (("int", [4711]), ("int", [-1]), ("fixed", [-98304]), ("string", "hello"),
                            ("bool-soft-select-soft-detect", [1]), ("string-constraint-string-list", "Second entry"),
                            ("int-constraint-array", [1, -2, 3, -4, 5, 2147483647]),
                            ("int-constraint-array-constraint-range", [4, 6, 8, 10, 12, 192]),
                            ("gamma-table", [number % 256 for number in range(4096)])):
            with self.subTest(name=name):
                number, option = connection.find(handle, name)
                status, _, kind, now, reason = connection.control(handle, number, seed.SET, option.type, value)
                self.assertEqual((status, kind, now), (seed.GOOD, option.type, value), reason)
                self.assertEqual(connection.control(handle, number, seed.GET, option.type)[3], value)

    def test_inexact_automatic_button_and_group(self):
        connection = self.connect()
        handle = self.open(connection)
        connection.set(handle, "enable-test-options", True)
        self.assertEqual(connection.set(handle, "int-inexact", 5), (seed.INFO_INEXACT, seed.INT, [6]))
        self.assertEqual(connection.set(handle, "int-constraint-range", 7)[0] & seed.INFO_INEXACT, seed.INFO_INEXACT)
        number, option = connection.find(handle, "bool-soft-select-soft-detect-auto")
        status, _, _, value, _ = connection.control(handle, number, seed.AUTO, option.type)
        self.assertEqual((status, value), (seed.GOOD, None))
        self.assertEqual(connection.control(handle, number, seed.GET, seed.BOOL)[3], [1])
        number, _ = connection.find(handle, "button")
        self.assertEqual(connection.control(handle, number, seed.SET, seed.BUTTON)[:4], (seed.GOOD, 0, seed.BUTTON, None))
        group = next(i for i, option in enumerate(connection.options(handle)) if option.type == seed.GROUP)
        for action in (seed.GET, seed.SET):
            self.assertEqual(connection.control(handle, group, action, seed.GROUP)[0], seed.INVAL)

    def test_reload_is_told_and_nothing_has_to_be_read_again(self):
        connection = self.connect()
        handle = self.open(connection)
        info, _, _ = connection.set(handle, "mode", "Color")
        self.assertEqual(info, seed.INFO_RELOAD_OPTIONS | seed.INFO_RELOAD_PARAMS)
        connection.set(handle, "three-pass", True)

    def test_values_that_do_not_fit(self):
        connection = self.connect()
        handle = self.open(connection)
        connection.set(handle, "enable-test-options", True)
        for name, kind, value in (("int", seed.STRING, "4711"), ("int", seed.INT, [1, 2]), ("int", seed.BOOL, [1]),
                                  ("string", seed.INT, [5]), ("string", seed.STRING, "x" * 4000),
                                  ("int-constraint-array", seed.INT, [1, 2, 3]), ("depth", seed.INT, []),
                                  ("int-constraint-word-list", seed.FIXED, [17]), ("string-constraint-string-list", seed.STRING, "?")):
            with self.subTest(name=name, value=value):
                number, option = connection.find(handle, name)
                before = connection.control(handle, number, seed.GET, option.type)[3]
                self.assertEqual(connection.control(handle, number, seed.SET, kind, value)[0], seed.INVAL)
                self.assertEqual(connection.control(handle, number, seed.GET, option.type)[3], before)
        for number in (-1, 4096, 0x7FFFFFFF):
            self.assertEqual(connection.control(handle, number, seed.GET, seed.INT)[0], seed.INVAL)
        number, _ = connection.find(handle, "int")
        for action in (3, -1, 0x7FFFFFFF):
            self.assertEqual(connection.control(handle, number, action, seed.INT, [1])[0], seed.INVAL)

    def test_several_handles_on_a_connection(self):
        connection = self.connect()
        one, two = self.open(connection), self.open(connection, "test:1")
        self.assertNotEqual(one, two)
        connection.set(one, "mode", "Color")
        self.assertEqual(connection.start(one)[1][0], 1)
        self.assertEqual(connection.start(two)[1][0], 0)
        colour, gray = b"", b""
        for _ in range(4):
            colour += connection.read(one, 1000)[1]
            gray += connection.read(two, 1000)[1]
        self.assertTrue(colour and gray)
        connection.clos(one)
        self.assertEqual(connection.read(one)[0], seed.INVAL)
        status, data = connection.read(two, 1000)
        self.assertEqual((status, bool(data)), (seed.GOOD, True))

    def test_handles_that_are_unknown(self):
        connection = self.connect()
        handle = self.open(connection)
        connection.clos(handle)
        other = self.connect()
        foreign = self.open(other)
        for unknown in (handle, foreign, b"\0", b"x" * 64, b"y" * 65, b"z" * 2000):
            with self.subTest(unknown=unknown[:8]):
                self.assertEqual(connection.clos(unknown), [])
                self.assertIsNone(connection.option(unknown, 0))
                self.assertEqual(connection.control(unknown, 0, seed.GET, seed.INT)[0], seed.INVAL)
                self.assertEqual(connection.parameters(unknown)[0], seed.INVAL)
                self.assertEqual(connection.start(unknown)[0], seed.INVAL)
                self.assertEqual(connection.read(unknown)[0], seed.INVAL)
                self.assertEqual(connection.abort(unknown), [])
                self.assertEqual(connection.io_mode(unknown, 0), seed.INVAL)
                self.assertEqual(connection.select_fd(unknown)[0], seed.INVAL)
        self.assertEqual(other.parameters(foreign)[0], seed.GOOD)

    def test_names_that_can_be_opened(self):
        for name, status in (("", seed.GOOD), ("test", seed.GOOD), ("test:1", seed.GOOD), ("test:9", seed.INVAL),
                             ("nothing:0", seed.INVAL), ("/etc/passwd", seed.INVAL), ("net:127.0.0.1:test:0", seed.INVAL),
                             ("x" * 1023, seed.INVAL)):
            with self.subTest(name=name[:20]):
                connection = self.connect()
                self.assertEqual(connection.open(name)[0], status)
                connection.quit()
                connection.wait_closed()

    def test_a_device_has_one_holder(self):
        connection = self.connect()
        handle = self.open(connection)
        other = self.connect()
        status, _, reason = other.open("test:0")
        self.assertEqual(status, seed.DEVICE_BUSY)
        self.assertIn("127.0.0.1", reason)
        self.assertEqual(connection.open("test:0")[0], seed.DEVICE_BUSY)
        connection.clos(handle)
        self.open(other)

    def test_exit_closes_the_handles(self):
        connection = self.connect()
        handle = self.open(connection)
        connection.start(handle)
        connection.exit()
        self.assertEqual(connection.read(handle)[0], seed.INVAL)
        self.assertEqual(connection.init()[0], seed.GOOD)
        self.open(self.connect())

    def test_io_mode_and_select_descriptor(self):
        connection = self.connect()
        handle = self.open(connection)
        self.assertEqual(connection.io_mode(handle, 0), seed.INVAL)
        self.assertEqual(connection.select_fd(handle)[0], seed.INVAL)
        connection.start(handle)
        self.assertEqual(connection.io_mode(handle, 0), seed.GOOD)
        self.assertEqual(connection.io_mode(handle, 1), seed.UNSUPPORTED)
        self.assertEqual(connection.select_fd(handle), (seed.UNSUPPORTED, 0))

    def test_cancel_and_start_again(self):
        connection = self.connect()
        handle = self.open(connection)
        connection.set(handle, "resolution", 1200)  # so that the server's end isn't through when the cancel comes
        for _ in range(10):
            self.assertEqual(connection.start(handle)[0], seed.GOOD)
            connection.read(handle, 100)
            connection.abort(handle)
            self.assertEqual(connection.read(handle)[0], seed.CANCELLED)
        connection.set(handle, "resolution", 50)
        _, data = connection.image(handle)
        self.assertEqual(len(data), 157 * 196)

    def test_a_feeder_runs_out_of_pages(self):
        connection = self.connect()
        handle = self.open(connection)
        connection.set(handle, "source", "Automatic Document Feeder")
        for _ in range(10):
            self.assertEqual(len(connection.image(handle)[1]), 157 * 196)
        self.assertEqual(connection.start(handle)[0], seed.NO_DOCS)

    def test_error_statuses_while_reading(self):
        connection = self.connect()
        handle = self.open(connection)
        for number, name in ((seed.JAMMED, "JAMMED"), (seed.COVER_OPEN, "COVER_OPEN"), (seed.NO_MEM, "NO_MEM")):
            connection.set(handle, "read-return-value", f"SANE_STATUS_{name}")
            self.assertEqual(connection.start(handle)[0], seed.GOOD)
            self.assertEqual(connection.read(handle)[0], number)
            connection.abort(handle)


if __name__ == "__main__":
    harness.main()
