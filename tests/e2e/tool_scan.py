#!/usr/bin/python3
"""`netsane scan`: what is in the files is what scanimage scans, and after a failure there is no file."""

import os
import re
import resource
import signal
import unittest

import harness
import passwd
import tool_runner

# A scan that takes most of a minute, from which a test ends it.
SLOW = ["--resolution", "1200", "--read-delay", "--read-delay-duration", "200000"]
SMALL = ["-x", "40", "-y", "30"]


@unittest.skipIf("no" in os.environ.get("NETSANE_FORMATS", "").split(), "configured without a format of files")
class ScanTest(harness.EndToEndTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shared = harness.tempfile.mkdtemp(prefix="netsane-e2e-")
        cls.addClassCleanup(harness.shutil.rmtree, cls.shared, ignore_errors=True)
        cls.server = harness.Daemon(cls.stage, cls.shared)
        cls.addClassCleanup(cls.server.kill)
        cls.server.start()
        cls.tool = tool_runner.Tool(cls.stage, cls.shared, [cls.server.address], dll="test\n")

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        cls.tool.check_reports()
        super().tearDownClass()

    def setUp(self):
        super().setUp()
        self.pages = os.path.join(self.folder, "pages")
        os.mkdir(self.pages)

    def remote(self, server=None):
        return f"netsane:{(server or self.server).address}:test:0"

    def scan(self, *args, device=None, code=0, **arguments):
        result = self.tool.run("scan", device or self.remote(), *args, cwd=self.pages, **arguments)
        self.assertEqual(result.code, code, repr(result))
        return result

    def expected(self, *args):
        result = harness.run_local(self.server.sane_dir, "-d", "test:0", "--format=pnm", *args, cwd=self.folder)
        self.assertEqual(result.code, 0, repr(result))
        return tool_runner.read_pnm(result.out)

    def path(self, name):
        return os.path.join(self.pages, name)

    def nothing_left(self):
        self.assertEqual(os.listdir(self.pages), [])
        self.assertEqual([name for name in os.listdir(self.tool.folder) if name.startswith("netsane.")
                          and name != "netsane.conf"], [])


class Pictures(ScanTest):
    MODES = [(mode, depth) for mode in ("Gray", "Color") for depth in ("1", "8", "16")
             if (mode, depth) != ("Color", "1")]  # scanimage aborts there

    def test_every_mode_and_depth(self):
        for mode, depth in self.MODES:
            options = ["--mode", mode, "--depth", depth, "--test-picture", "Color pattern", *SMALL]
            expected = self.expected(*options)
            with self.subTest(mode=mode, depth=depth):
                self.scan("-o", "page.png", *options)
                self.assertEqual(tool_runner.read_png(self.path("page.png")), expected)
                self.scan("-o", "page.tif", *options)
                self.assertEqual(tool_runner.read_tiff(self.path("page.tif")), [expected])
                self.scan("-o", "page.jpg", *options)
                self.assertEqual(tool_runner.jpeg_size(self.path("page.jpg")),
                                 (expected.width, expected.height, expected.channels))
                if depth != "16":
                    self.scan("-o", "page.pdf", "--lossless", *options)
                    self.assertEqual(tool_runner.read_pdf(self.path("page.pdf")), [expected])

    def test_a_local_device_is_the_same(self):
        options = ["--mode", "Color", "--test-picture", "Grid", *SMALL]
        self.scan("-o", "page.png", *options, device="test:0")
        self.assertEqual(tool_runner.read_png(self.path("page.png")), self.expected(*options))

    def test_three_passes_in_every_order(self):
        for depth in ("8", "16"):
            options = ["--mode", "Color", "--depth", depth, "--test-picture", "Grid", *SMALL]
            expected = self.expected(*options)  # of one pass: scanimage can't do three of 16 bits
            for order in ("RGB", "RBG", "GBR", "GRB", "BRG", "BGR"):
                with self.subTest(order=order, depth=depth):
                    self.scan("-o", "page.png", *options, "--three-pass=yes", "--three-pass-order", order)
                    self.assertEqual(tool_runner.read_png(self.path("page.png")), expected)
        options = ["--mode=Color", "--three-pass=yes", "--three-pass-order=BRG", "--test-picture=Color pattern", *SMALL]
        self.scan("-o", "page.png", *options)
        self.assertEqual(tool_runner.read_png(self.path("page.png")), self.expected(*options))

    def test_colour_of_one_bit(self):
        for picture, sample in (("white", 255), ("black", 0)):
            for passes in ("no", "yes"):
                with self.subTest(picture=picture, three_pass=passes):
                    self.scan("-o", "page.png", "--mode", "Color", "--depth", "1", f"--three-pass={passes}",
                              "--test-picture", f"Solid {picture}", *SMALL)
                    page = tool_runner.read_png(self.path("page.png"))
                    self.assertEqual((page.channels, page.depth, set(page.data)), (3, 8, {sample}))

    def test_a_hand_scanner(self):
        for mode in ("Gray", "Color"):
            options = ["--hand-scanner=yes", "--mode", mode, "--test-picture", "Color pattern", "--resolution", "20"]
            with self.subTest(mode=mode):
                expected = self.expected(*options)
                self.scan("-o", "page.png", *options)
                self.assertEqual(tool_runner.read_png(self.path("page.png")), expected)
                self.scan("-o", "page.tif", *options)
                self.assertEqual(tool_runner.read_tiff(self.path("page.tif")), [expected])

    def test_lines_with_something_behind_their_pixels(self):
        options = ["--mode", "Color", "--test-picture", "Grid", *SMALL]
        self.scan("-o", "page.png", "--ppl-loss", "8", *options)
        page, whole = tool_runner.read_png(self.path("page.png")), self.expected(*options)
        self.assertEqual(page.width, whole.width - 8)
        for y in range(page.height):
            self.assertEqual(page.data[y * page.row_bytes:(y + 1) * page.row_bytes],
                             whole.data[y * whole.row_bytes:y * whole.row_bytes + page.row_bytes])

    def test_parameters_that_were_only_guessed(self):
        options = ["--fuzzy-parameters=yes", "--mode", "Color", "--test-picture", "Color pattern", *SMALL]
        self.scan("-o", "page.png", *options)
        self.assertEqual(tool_runner.read_png(self.path("page.png")), self.expected(*options))

    def test_the_area(self):
        options = ["-l", "5", "-t", "7", "-x", "11", "-y", "13", "--test-picture", "Grid"]
        self.scan("-o", "page.png", *options)
        self.assertEqual(tool_runner.read_png(self.path("page.png")), self.expected(*options))
        self.scan("-o", "cm.png", "-l", "0.5cm", "-t", "7mm", "-x", "1.1cm", "-y", "13", "--test-picture", "Grid")
        self.assertEqual(tool_runner.read_png(self.path("cm.png")), self.expected(*options))

    def test_resolution_is_in_the_file(self):
        self.scan("-o", "page.png", "--resolution", "300", *SMALL)
        with open(self.path("page.png"), "rb") as file:
            self.assertIn(b"pHYs" + (11811).to_bytes(4, "big") * 2 + b"\1", file.read())


class Batches(ScanTest):
    def test_feeder_into_numbered_files(self):
        result = self.scan("-o", "page-%02d.png", "--batch", "--source", "ADF", *SMALL)
        self.assertEqual(sorted(os.listdir(self.pages)), [f"page-{i:02d}.png" for i in range(1, 11)])
        expected = self.expected(*SMALL)
        for name in os.listdir(self.pages):
            self.assertEqual(tool_runner.read_png(self.path(name)), expected)
        self.assertIn(b"10 pages", result.err)

    def test_fifty_pages_in_a_document(self):
        options = ["--mode", "Color", "--test-picture", "Color pattern", *SMALL]
        expected = self.expected(*options)
        for name, reader in (("all.tif", tool_runner.read_tiff), ("all.pdf", tool_runner.read_pdf)):
            with self.subTest(name=name):
                self.scan("-o", name, "--batch", "--pages", "50", "--lossless", *options)
                pages = reader(self.path(name))
                self.assertEqual(len(pages), 50)
                self.assertTrue(all(page == expected for page in pages))

    def test_feeder_of_three_passes_into_a_document(self):
        self.scan("-o", "all.pdf", "--batch", "--source=ADF", "--mode=Color", "--three-pass=yes", "--lossless", *SMALL)
        self.assertEqual(len(tool_runner.read_pdf(self.path("all.pdf"))), 10)

    def test_a_flatbed_has_no_end(self):
        result = self.scan("-o", "page-%d.png", "--batch", code=2)
        self.assertIn(b"--batch scans until the feeder is empty, and the source is \"Flatbed\"", result.err)
        self.nothing_left()

    def test_an_empty_feeder_is_a_failure(self):
        result = self.scan("-o", "page.png", "--read-return-value=SANE_STATUS_NO_DOCS", code=1)
        self.assertIn(b"Document feeder out of documents; put paper into the feeder", result.err)
        self.nothing_left()

    def test_pages_of_a_batch_that_fails(self):
        self.scan("-o", "page.tif", "--batch", "--source=ADF", "--read-return-value=SANE_STATUS_JAMMED", code=1)
        self.nothing_left()

    def test_pages_before_a_failure_stay(self):
        options = ["--read-delay", "--read-delay-duration", "100000", *SMALL]
        expected = self.expected(*SMALL)
        for name, reader in (("all.tif", tool_runner.read_tiff), ("all.pdf", tool_runner.read_pdf), ("%d.png", None)):
            with self.subTest(name=name):
                server = self.daemon()
                server.start()
                scan = self.tool.start("scan", self.remote(server), "-o", name, "--batch", "--pages=50", "--lossless", *options,
                                       cwd=self.pages)
                server.wait_log("audit: scan result=complete", count=2, deadline=tool_runner.DEADLINE)
                server.kill()
                result = scan.finish()
                self.assertEqual(result.code, 1, repr(result))
                match = re.search(rb"; the (?:(\d+) pages|page) before it (?:stays?|(?:is|are) in (\S+))\n", result.err)
                self.assertTrue(match, repr(result))
                count = int(match[1] or 1)
                self.assertGreater(50, count)
                if reader:
                    self.assertEqual(os.listdir(self.pages), [name.replace(".", ".incomplete.")])
                    self.assertEqual(os.listdir(self.pages), [match[2].decode()])
                    pages = reader(self.path(match[2].decode()))
                else:
                    pages = [tool_runner.read_png(self.path(f"{number + 1}.png")) for number in range(count)]
                self.assertEqual([len(pages), len(os.listdir(self.pages))], [count, 1 if reader else count])
                self.assertTrue(all(page == expected for page in pages))
                for page in os.listdir(self.pages):
                    os.unlink(self.path(page))

    def test_names(self):
        for args in (["-o", "page.png", "--batch"], ["-o", "%d-%d.png", "--batch"], ["-o", "%s.png", "--batch"],
                     ["-o", "page"], ["-o", "page.gif"], ["-o", "page.png", "--format", "gif"],
                     ["-o", "page.png", "--pages", "3"], []):
            with self.subTest(args=args):
                self.scan(*args, code=2)
        self.nothing_left()
        self.scan("-o", "100%d", "--format=png", *SMALL)
        self.assertEqual(os.listdir(self.pages), ["100%d"])


class Values(ScanTest):
    def test_wrong_values_name_what_is_allowed(self):
        for args, text in (
                (["--resolution", "5000"], "--resolution 5000: out of range; allowed is: 1 to 1200 in steps of 1 (dpi)"),
                (["--mode", "Sepia"], "--mode Sepia: not one of the list; allowed is: Gray, Color"),
                (["--hand-scanner", "maybe"], "maybe: what is this word for?"),
                (["--hand-scanner=maybe"], "--hand-scanner=maybe: that is neither".replace("=", " ")),
                (["--sharpness", "3"], "--sharpness: neither netsane nor the device has such an option"),
                (["--three-pass=yes"], "--three-pass: inactive"),
                (["-x", "500"], "-x 500: --br-x 500: out of range; allowed is: 0 to 200 in steps of 1 (mm)"),
                (["-x", "wide"], "-x wide: that is no number"),
                (["--resolution"], "--resolution: a value is missing")):
            with self.subTest(args=args):
                self.assertIn(text, self.scan("-o", "page.png", *args, code=2).err.decode())
        self.nothing_left()

    def test_the_device_comes_first(self):
        result = self.tool.run("scan", "--resolution", "300", self.remote(), "-o", "page.png", cwd=self.pages)
        self.assertEqual(result.code, 2)
        self.assertIn(b"--resolution: the device has to stand before its options", result.err)

    def test_no_such_device(self):
        for device in (f"netsane:{self.server.address}:test:99", "test:99", "nonsense"):
            with self.subTest(device=device):
                result = self.scan("-o", "page.png", device=device, code=3)
                self.assertIn(device.encode() + b": there is no such device", result.err)
        self.nothing_left()

    def test_no_such_server(self):
        holder, port = harness.closed_port()
        with holder:
            result = self.scan("-o", "page.png", device=f"netsane:127.0.0.1:{port}:test:0", code=1)
        self.assertIn(b"can't be opened", result.err)
        self.assertIn(b"refused", result.err)
        self.nothing_left()

    def test_every_type_of_option(self):
        self.scan("-o", "page.png", "--enable-test-options", "--int-constraint-word-list", "42",
                  "--fixed-constraint-range", "-42.17", "--int-constraint-array-constraint-range", "4,6,8,10,12,192",
                  "--string-constraint-string-list", "second", "--string", "anything", "--button",
                  "--bool-soft-select-soft-detect-auto=auto", "--gamma-table", "[0]0-[4095]255", "--set", "depth=16", *SMALL)
        self.assertEqual(tool_runner.read_png(self.path("page.png")).depth, 16)


class Failures(ScanTest):
    STATUSES = {"EOF": b"ends after 0 lines", "JAMMED": b"Document feeder jammed; take the paper out", "IO_ERROR":
                b"Error during device I/O", "COVER_OPEN": b"Scanner cover is open; close it"}

    def test_a_failure_leaves_the_old_file(self):
        with open(self.path("page.png"), "wb") as file:
            file.write(b"old")
        for status, text in self.STATUSES.items():
            with self.subTest(status=status):
                result = self.scan("-o", "page.png", f"--read-return-value=SANE_STATUS_{status}", code=1)
                self.assertIn(text, result.err)
                self.assertIn(self.remote().encode(), result.err)
        with open(self.path("page.png"), "rb") as file:
            self.assertEqual(file.read(), b"old")
        self.assertEqual(os.listdir(self.pages), ["page.png"])

    def test_a_full_disk(self):
        def little_room():
            resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048))

        for name in ("page.png", "page.tif", "page.jpg", "page.pdf"):
            with self.subTest(name=name):
                command = [self.tool.program, "scan", self.remote(), "-o", name, "--mode=Color", "--depth=16",
                           "--test-picture=Color pattern", "--resolution=300", "--quality=100", "--lossless"]
                done = harness.subprocess.run(command, env=self.tool.environment(), cwd=self.pages, capture_output=True,
                                              stdin=harness.subprocess.DEVNULL, preexec_fn=little_room, timeout=60, check=False)
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertIn(name.encode(), done.stderr)
                self.nothing_left()

    def test_a_folder_that_is_not_there(self):
        result = self.scan("-o", "none/page.png", code=1)
        self.assertIn(b"none/page.png: No such file or directory", result.err)

    @unittest.skipIf(os.geteuid() == 0, "root may write anywhere")
    def test_a_folder_that_cannot_be_written_to(self):
        os.chmod(self.pages, 0o555)
        self.scan("-o", "page.png", code=1)
        os.chmod(self.pages, 0o755)
        self.nothing_left()


class OnATerminal(ScanTest):
    def terminal(self, *args, device=None, **more_env):
        command = [self.tool.program, "scan", device or self.remote(), *args]
        env = {**self.tool.environment(), "TERM": "xterm", "PWD": self.pages, **more_env}
        before = os.getcwd()
        os.chdir(self.pages)
        try:
            terminal = passwd.Terminal(command, env)
        finally:
            os.chdir(before)
        self.addCleanup(terminal.close)
        return terminal

    def test_the_bar_shows_how_far_it_is(self):
        terminal = self.terminal("-o", "page.png", "--resolution", "300", "--read-delay", "--read-delay-duration", "50000")
        terminal.wait_shown(rb"page  .*\d+%.* [kM]B/s +\d+:\d\d left")
        terminal.wait_shown(rb"\r\x1b\[Knetsane scan: page.png: .*pixels, gray, 300 dpi, .* in [0-9.]+ s\r\n")
        terminal.wait_shown(rb"\[exit 0\]")
        self.assertIn(b"\x1b[32m", terminal.shown)

    def test_no_colours_where_nobody_wants_them(self):
        terminal = self.terminal("-o", "page.png", "--resolution", "300", NO_COLOR="1")
        terminal.wait_shown(rb"\[exit 0\]")
        self.assertIn(b"%", terminal.shown)
        self.assertNotIn(b"\x1b[32m", terminal.shown)

    def test_no_bar_elsewhere(self):
        self.assertEqual(self.scan("-o", "page.png", *SMALL).err.count(b"\n"), 1)
        self.assertEqual(self.scan("-o", "page.png", "--quiet", *SMALL).err, b"")

    def test_signals_cancel_and_leave_nothing(self):
        for device in (self.remote(), "test:0"):
            for name in ("page.png", "all.pdf"):
                with self.subTest(device=device, name=name):
                    before = len(self.server.log())
                    terminal = self.terminal("-o", name, *SLOW, device=device)
                    terminal.wait_shown(rb"[1-9]%")
                    terminal.type(b"\x03")
                    terminal.wait_shown(rb"netsane scan: cancelled")
                    terminal.wait_shown(rb"\[signal 2\]")
                    self.nothing_left()
                    if device != "test:0":
                        self.server.wait_log("audit: close", before)

    def test_sigterm_does_too(self):
        terminal = self.terminal("-o", "page.png", *SLOW)
        terminal.wait_shown(rb"[1-9]%")
        os.kill(terminal.pid, signal.SIGTERM)
        terminal.wait_shown(rb"\[signal 15\]")
        self.nothing_left()
        self.scan("-o", "page.png", *SMALL)  # the device is free again

    def test_killed_it_leaves_nothing(self):
        try:
            os.close(os.open(self.pages, os.O_TMPFILE | os.O_RDWR))
        except OSError:
            self.skipTest("this file system has no files without a name")
        terminal = self.terminal("-o", "page.png", *SLOW)
        terminal.wait_shown(rb"[1-9]%")
        os.kill(terminal.pid, signal.SIGKILL)
        terminal.wait_shown(rb"\[signal 9\]")
        self.nothing_left()

    def test_a_server_that_dies_leaves_nothing(self):
        for name in ("page.png", "page.tif", "page.jpg", "page.pdf"):
            with self.subTest(name=name):
                server = self.daemon().start()
                terminal = self.terminal("-o", name, *SLOW, device=self.remote(server))
                terminal.wait_shown(rb"[1-9]%")
                server.kill()
                terminal.wait_shown(rb"netsane scan: netsane:[^\r]*Error during device I/O")
                terminal.wait_shown(rb"\[exit 1\]")
                self.nothing_left()

    def test_login_is_asked_for(self):
        users = harness.write_file(os.path.join(self.folder, "users"), f"alice:{harness.PASSWORD_HASH}\n", 0o600)
        server = self.daemon(keys={"auth": ["unix"]}, tables=[("[auth_unix]", {"file": users})]).start()
        self.tool.configure([f"{server.address} allow_clear_passwords=yes"])
        self.addCleanup(self.tool.configure, [self.server.address])
        terminal = self.terminal("-o", "page.png", *SMALL, device=self.remote(server))
        terminal.wait_shown(rb"User for [^\r]*: ")
        terminal.type(b"alice\n")
        terminal.wait_shown(rb"Password: ")
        harness.wait_for(lambda: not terminal.echoes(), 10, "no echo")
        terminal.type(harness.PASSWORD.encode() + b"\n")
        terminal.wait_shown(rb"\[exit 0\]")
        self.assertNotIn(harness.PASSWORD.encode(), terminal.shown)
        self.assertTrue(re.search(rb"page.png: ", terminal.shown))
        os.unlink(self.path("page.png"))
        # without a terminal nobody is asked
        result = self.scan("-o", "page.png", device=self.remote(server), code=1)
        self.assertIn(b"Access to resource has been denied", result.err)
        self.nothing_left()


if __name__ == "__main__":
    harness.main()
