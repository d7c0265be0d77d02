#!/usr/bin/python3
"""Servers that do their worst to scanimage: it ends with an error within the deadlines, doesn't crash, and the backend needs
no more memory than doc/hostile-servers.md says.

The servers are written with seed.py's fields. Deadlines are seen in fast motion (hurry.c).
"""

import concurrent.futures
import os
import resource
import signal
import socket
import struct
import subprocess
import threading
import time

import harness
import seed
from seed import c, d, message, s, words

MIB = 1 << 20
BOUND = 160 * MIB  # of the backend for one device, doc/hostile-servers.md
LIST_BOUND = 64 * MIB  # of the list of devices
OTHERS = 32 * MIB  # of scanimage and its libraries
HURRY = 10
PATIENCE = 40.0  # seconds, for a machine that is busy
IO_ERROR = b"Error during device I/O"

HELLO = message(d(seed.HELO), s("hostile"), d(1), words(1, 2))
OLD_HELLO = message(d(seed.HELO), s("hostile"))  # each descriptor is asked for
NOTE = message(d(seed.HELO), s("warming up"))
HANDLE = c(b"h")
PARAMETERS = [d(0), d(1), d(4), d(4), d(3), d(8)]
IMAGE = bytes(range(12))
DATA = message(d(seed.READ), d(seed.GOOD), c(IMAGE))
NOTHING = [b""]  # in place of a reply
READ_EOF = message(d(seed.READ), d(seed.EOF))


def descriptor(name, kind, size, *constraint, title="t"):
    return [s(name), s(title), s(""), d(kind), d(0), d(size), d(seed.SOFT_SELECT | seed.SOFT_DETECT), *(constraint or [d(0)])]


def raw(length, data=b""):
    """A field that says it is longer than it is."""
    return struct.pack(">I", length) + data


COUNT = descriptor("", seed.INT, 4)
NUMBER = descriptor("number", seed.INT, 4)
TEXT = descriptor("text", seed.STRING, 8)
OPTIONS = [COUNT, NUMBER, TEXT]


def opened(*fields):
    return message(d(seed.OPEN), d(seed.GOOD), HANDLE, *fields)


def described(options):
    return [d(len(options)), *[field for option in options for field in option]]


def option_list(option, bytes_wanted):
    """A GOPT reply of that many bytes, of strings as short as can be."""
    one = s("x")
    fields = [*option[:-1], d(seed.STRING_LIST)] + [one] * (bytes_wanted // len(one)) + [s("")]
    return message(d(seed.GOPT), *fields)


class Server:
    """Answers as a server would, but for what `worst` says: a command number and what is sent in place of the reply, bytes or
    a function that gets the connection and the request's fields."""

    def __init__(self, worst=None, greeting=HELLO, options=None):
        self.worst = worst or {}
        self.greeting = greeting
        self.options = options or OPTIONS
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.stopped = threading.Event()
        self.reads = 0
        self.heard = []
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    @property
    def address(self):
        return f"127.0.0.1:{self.listener.getsockname()[1]}"

    def close(self):
        self.stopped.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join(PATIENCE)
        self.listener.close()

    def accept(self):
        while not self.stopped.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        self.reads = 0
        reader = seed.Connection.__new__(seed.Connection)
        reader.socket, reader.buffer = connection, b""
        try:
            with connection:
                self.send(connection, self.greeting, [])
                while True:
                    fields = reader.receive()
                    command = seed.signed(fields[0])
                    self.heard.append(command)
                    if command == seed.QUIT:
                        return
                    self.send(connection, self.worst.get(command) or self.usual(command, fields), fields)
        except (OSError, seed.Closed):
            return  # the client has left, or was left

    def send(self, connection, what, fields):
        if callable(what):
            what = what(connection, fields) or NOTHING
        if what != NOTHING:
            connection.sendall(what)

    def usual(self, command, fields):
        good = d(seed.GOOD)
        if command == seed.INIT:
            return message(d(command), good, d(0x01000000))
        if command == seed.GDEV:
            return message(d(command), good, s("test:0"), s("v"), s("m"), s("t"), s(""))
        if command == seed.OPEN:
            return opened(*described(self.options))
        if command == seed.GOPT:
            return message(d(command), *self.options[seed.signed(fields[2])])
        if command == seed.COPT:
            number, kind = seed.signed(fields[2]), seed.signed(fields[4])
            value = words(len(self.options) if number == 0 else 7) if kind == seed.INT else s("seven")
            return message(d(command), good, d(0), d(kind), value)
        if command == seed.PARM:
            return message(d(command), good, *PARAMETERS)
        if command == seed.STAR:
            return message(d(command), good, *PARAMETERS, d(1234))
        if command == seed.READ:
            self.reads += 1
            return DATA if self.reads == 1 else READ_EOF
        return message(d(command)) if command in (seed.CLOS, seed.ABRT) else b""


def wait_for_the_end(connection, _=None):
    """Silence, for as long as the client stays."""
    connection.settimeout(PATIENCE * 2)
    while connection.recv(65536):
        pass


def trickle(data):
    """A byte a second, as the client sees it."""
    def send(connection, _=None):
        for byte in data:
            connection.sendall(bytes([byte]))
            time.sleep(1 / HURRY)
    return send


def endless(data):
    def send(connection, _=None):
        block = data * (1 + 65536 // len(data))
        while True:
            connection.sendall(block)
    return send


def close_after(data, reset=False):
    def send(connection, _=None):
        connection.sendall(data)
        if reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()
        raise seed.Closed("by us")
    return send


def half(data):
    return data[:len(data) // 2]


class Ended:
    def __init__(self, code, out, err, seconds, peak_bytes):
        self.code, self.out, self.err, self.seconds, self.peak_bytes = code, out, err, seconds, peak_bytes

    def __repr__(self):
        return f"code {self.code} after {self.seconds:.1f} s with {self.peak_bytes >> 20} MiB: {self.err[-2000:]!r}"


class HostileServer(harness.EndToEndTest):
    def setUp(self):
        super().setUp()
        self.names = threading.Lock()
        self.hurry = os.path.join(os.environ.get("NETSANE_BUILDDIR", "."), "tests", "e2e", ".libs", "hurry.so")

    def limit_memory(self, bound):
        if not self.stage.sanitizers:  # they reserve address space, and keep what is freed
            resource.setrlimit(resource.RLIMIT_DATA, (bound + OTHERS,) * 2)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    def scan(self, server, *args, hurry=1, when=None, device=True, bound=BOUND):
        """Runs scanimage against a server that is closed behind it. when: is called with the process meanwhile."""
        client = self.client(f"{server.address} tls=off")
        environment = client.environment()
        environment.update({"SANE_DEBUG_NETSANE": "1", "NETSANE_HURRY": str(hurry)})
        environment["LD_PRELOAD"] = " ".join(filter(None, [environment.get("LD_PRELOAD"), self.hurry]))
        command = ["scanimage", *(["-d", f"netsane:{server.address}:test:0"] if device else []), *args]
        begin = time.monotonic()
        out, err = (open(os.path.join(client.folder, name), "w+b") for name in ("out", "err"))
        with out, err:
            process = subprocess.Popen(command, env=environment, cwd=client.folder, stdin=subprocess.DEVNULL, stdout=out,
                                       stderr=err, start_new_session=True, preexec_fn=lambda: self.limit_memory(bound))
            killer = threading.Timer(PATIENCE, process.kill)
            killer.start()
            if when:
                when(process)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            killer.cancel()
            server.close()
            out.seek(0)
            err.seek(0)
            return Ended(process.returncode, out.read(), err.read(), time.monotonic() - begin, usage.ru_maxrss * 1024)

    def assert_bounded(self, result, name):
        self.assertGreaterEqual(result.code, 0, f"{name}: {result!r}")  # no signal has ended it
        if not self.stage.sanitizers:
            self.assertLess(result.peak_bytes, BOUND + OTHERS, f"{name}: {result!r}")

    def assert_io_error(self, result, name):
        self.assert_bounded(result, name)
        self.assertNotEqual(result.code, 0, f"{name}: {result!r}")
        self.assertIn(IO_ERROR, result.err, f"{name}: {result!r}")

    def run_all(self, servers, *args, when=None, **arguments):
        """servers: name → Server. when: is called with the server and the process. Returns name → Ended."""
        def scan(server):
            return self.scan(server, *args, when=when and (lambda process: when(server, process)), **arguments)

        with concurrent.futures.ThreadPoolExecutor(12) as pool:
            running = {name: pool.submit(scan, server) for name, server in servers.items()}
            return {name: run.result() for name, run in running.items()}

    def all_end_with_io_error(self, servers, *args, code=None, **arguments):
        """code: of scanimage where it ends well without what it didn't get."""
        results = self.run_all(servers, *args, **arguments)
        for name, result in results.items():
            with self.subTest(name):
                if code is None:
                    self.assert_io_error(result, name)
                else:
                    self.assert_bounded(result, name)
                    self.assertEqual(result.code, code, f"{name}: {result!r}")
                    self.assertIn(b"the server broke the protocol", result.err, f"{name}: {result!r}")
        return results

    def name(self, kind):
        with self.names:
            return super().name(kind)

    def test_an_honest_server_first(self):
        result = self.scan(Server(), hurry=HURRY)
        self.assertEqual((result.code, result.out[-12:]), (0, IMAGE), repr(result))

    def test_descriptions_that_are_none(self):
        many = [COUNT] + [NUMBER] * 4096
        self.all_end_with_io_error({
            "count": Server({seed.OPEN: opened(), seed.COPT: message(d(seed.COPT), d(0), d(0), d(1), words(0x7FFFFFFF))}, OLD_HELLO),
            "no count": Server({seed.OPEN: opened(), seed.COPT: message(d(seed.COPT), d(0), d(0), d(1))}, OLD_HELLO),
            "count of a list": Server({seed.OPEN: opened(d(0xFFFFFFFF), *COUNT)}),
            "too many": Server(options=many),
            "words that aren't there": Server({seed.OPEN: opened(d(2), *COUNT, *NUMBER[:-1], d(seed.WORD_LIST), d(0x7FFFFFFF))}),
            "a list in a list": Server({seed.OPEN: opened(d(2), *COUNT, *NUMBER[:-1], d(seed.STRING_LIST), d(2), *COUNT, *NUMBER)}),
            "no such option": Server({seed.OPEN: opened(), seed.GOPT: message(d(seed.GOPT))}, OLD_HELLO),
            "a text without end": Server({seed.OPEN: opened(d(2), *COUNT, c(b"xxxx"), *NUMBER[1:])}),
            "a size below zero": Server(options=[COUNT, descriptor("n", seed.INT, -4)]),
            "a size of three": Server(options=[COUNT, descriptor("n", seed.INT, 3)]),
            "a size of everything": Server(options=[COUNT, descriptor("n", seed.INT, 0x7FFFFFFC)]),
            "a well-known name": Server(options=[COUNT, descriptor("resolution", seed.INT, 4096)]),
        })

    def test_messages_that_have_no_end(self):
        self.all_end_with_io_error({
            "greeting": Server(greeting=endless(s("x"))),
            "greeting of one field": Server(greeting=endless(b"x")),
            "reply": Server({seed.INIT: endless(s("x"))}),
            "opened": Server({seed.OPEN: endless(s("x"))}),
            "a field": Server({seed.OPEN: d(seed.OPEN) + raw(0xFFFFFFFF, b"x" * 65536)}),
            "a field of the limit": Server({seed.OPEN: d(seed.OPEN) + d(0) + raw(MIB + 1, b"x" * 65536)}),
            "no field": Server({seed.OPEN: b"\0" * 4}),
            "image": Server({seed.READ: lambda *_: d(seed.READ) + d(0) + raw(MIB, b"x" * MIB) + raw(MIB, b"x" * MIB)}),
        })

    def test_long_descriptions_of_many_options(self):
        """Each is a message that may be; all together they are more than there is room for."""
        reply = option_list(TEXT, 2 * MIB - 4096)
        count = message(d(seed.COPT), d(0), d(0), d(1), words(4096))
        asked = Server({seed.OPEN: opened(), seed.COPT: count,
                        seed.GOPT: lambda _, fields: reply if seed.signed(fields[2]) else message(d(seed.GOPT), *COUNT)}, OLD_HELLO)
        self.assert_io_error(self.scan(asked), "asked for one by one")
        at_once = Server({seed.OPEN: opened(d(2), *COUNT, *TEXT[:-1], d(seed.STRING_LIST), *[s("x")] * 340000, s(""))})
        self.assert_bounded(self.scan(at_once, "-n"), "at once")

    def test_a_list_of_many_devices(self):
        devices = [s("d"), s(""), s(""), s("")] * 90000
        server = Server({seed.GDEV: message(d(seed.GDEV), d(0), *devices, s(""))})
        result = self.scan(server, "-L", device=False, bound=LIST_BOUND)
        self.assert_bounded(result, "list")
        self.assertEqual((result.code, result.out.count(b":d' is a")), (0, 90000), repr(result))

    def test_values_that_do_not_fit(self):
        """scanimage goes on without a value, but not with a connection that has broken the protocol."""
        def value(kind, field, info=0):
            return lambda *_: message(d(seed.COPT), d(0), d(info), d(kind), field)

        values = {
            "words": value(seed.INT, words(*range(1000))),
            "text": value(seed.STRING, s("x" * 1000)),
            "another type": value(seed.FIXED, words(1)),
            "no type": value(99, words(1)),
            "no value": value(seed.INT, b""),
            "a text without end": value(seed.STRING, c(b"x" * 8)),
        }
        self.all_end_with_io_error({name: Server({seed.COPT: reply}) for name, reply in values.items()}, "-A", code=0)
        inexact = {name: Server({seed.COPT: value(seed.INT, words(*range(count)), seed.INFO_INEXACT)})
                   for name, count in (("words that are set", 1000), ("no word that is set", 0))}
        self.all_end_with_io_error(inexact, "--number", "8")

    def test_images_that_are_none(self):
        def started(*parameters):
            return message(d(seed.STAR), d(0), *[d(value) for value in parameters], d(1234))

        self.all_end_with_io_error({
            "more than asked for": Server({seed.READ: message(d(seed.READ), d(0), c(b"x" * 65537))}),
            "nothing": Server({seed.READ: message(d(seed.READ), d(0))}),
            "nothing for ever": Server({seed.STAR: endless(message(d(seed.READ), d(0)))}),
            "no status": Server({seed.READ: message(d(seed.READ))}),
            "another status": Server({seed.READ: message(d(seed.READ), d(99), c(b"x"))}),
            "lines below zero": Server({seed.STAR: started(0, 1, 4, 4, -7, 8)}),
            "bytes below zero": Server({seed.STAR: started(0, 1, -4, 4, 3, 8)}),
            "too few bytes": Server({seed.STAR: started(1, 1, 4, 4000, 3, 8)}),
            "too many bytes": Server({seed.STAR: started(0, 1, 0x7FFFFFFF, 4, 0x7FFFFFFF, 8)}),
            "an odd depth": Server({seed.STAR: started(0, 1, 4, 4, 3, 12)}),
        })

    def test_data_behind_the_end(self):
        server = Server()
        server.worst[seed.READ] = self.behind_the_end(server)
        result = self.scan(server)
        self.assert_bounded(result, "behind the end")
        self.assertEqual((result.code, result.out[-12:], result.out.count(IMAGE)), (0, IMAGE, 1), repr(result))

    @staticmethod
    def behind_the_end(server):
        def reply(*_):
            server.reads += 1
            return {1: DATA, 2: READ_EOF}.get(server.reads, DATA)
        return reply

    def test_what_nobody_asked_for(self):
        self.all_end_with_io_error({
            "a reply": Server(greeting=HELLO + message(d(seed.READ), d(0), c(b"x"))),
            "two replies": Server({seed.OPEN: opened(*described(OPTIONS)) * 2}),
            "the reply to another": Server({seed.STAR: DATA}),
            "a request": Server({seed.OPEN: message(d(seed.QUIT))}),
            "an unknown message": Server({seed.OPEN: message(d(4711))}),
            "a switch again and again": Server({seed.OPEN: endless(message(d(seed.CRPT_REQ), words(0)))}),
            "HTTP": Server(greeting=b"HTTP/1.0 400 Bad Request\r\nContent-Length: 0\r\n\r\n"),
        })

    def test_logins_again_and_again(self):
        result = self.scan(Server({seed.OPEN: endless(message(d(seed.USER)))}))
        self.assert_bounded(result, "logins")
        self.assertIn(b"Access to resource has been denied", result.err, repr(result))

    def test_silence_has_a_deadline_in_every_state(self):
        silent = {name: Server({number: wait_for_the_end}) for name, number in
                  (("init", seed.INIT), ("open", seed.OPEN), ("value", seed.COPT), ("start", seed.STAR), ("read", seed.READ))}
        silent["parameters"] = Server({seed.PARM: wait_for_the_end, seed.STAR: message(d(seed.STAR), d(0))})
        silent["descriptor"] = Server({seed.OPEN: opened(), seed.GOPT: wait_for_the_end}, OLD_HELLO)
        silent["a byte a second"] = Server({seed.STAR: trickle(message(d(seed.STAR), d(0), *PARAMETERS, d(1234)))})
        silent["an image, a byte a second"] = Server({seed.READ: trickle(DATA * 100)})
        silent["half a reply"] = Server({seed.OPEN: lambda connection, _: (connection.sendall(opened()[:-2]), wait_for_the_end(connection))[0]})
        results = self.all_end_with_io_error(silent, "--number", "8", hurry=HURRY)
        for name, result in results.items():
            self.assertIn(b"nothing heard from the server for 30 seconds", result.err, name)
        greetings = {"greeting": Server(greeting=wait_for_the_end), "greeting, a byte a second": Server(greeting=trickle(HELLO))}
        for name, result in self.all_end_with_io_error(greetings, hurry=HURRY).items():
            self.assertIn(b"didn't finish its greeting in time", result.err, name)

    def test_a_listing_waits_two_seconds(self):
        reply = message(d(seed.GDEV), d(0), s(""))
        servers = {"silence": Server({seed.GDEV: wait_for_the_end}), "a byte a second": Server({seed.GDEV: trickle(reply)}),
                   "notes": Server({seed.GDEV: endless(NOTE)})}
        for name, result in self.run_all(servers, "-L", device=False, hurry=2).items():
            self.assert_bounded(result, name)
            self.assertIn(b"no answer within 2 seconds", result.err, f"{name}: {result!r}")

    def test_a_cancel_is_not_kept_waiting(self):
        """A server may take its time, and says so; it is the person who has enough."""
        servers = {(number, what): Server({number: send, seed.ABRT: NOTHING}) for number in (seed.STAR, seed.READ)
                   for what, send in (("notes", endless(NOTE)), ("silence", wait_for_the_end))}

        def interrupt(server, process):
            waiting = next(iter(server.worst))
            harness.wait_for(lambda: waiting in server.heard, PATIENCE, "the request")
            process.send_signal(signal.SIGINT)

        for name, result in self.run_all(servers, hurry=HURRY, when=interrupt).items():
            self.assert_bounded(result, name)
            self.assertIn(b"received signal 2", result.err, f"{name}: {result!r}")

    def test_a_connection_that_ends(self):
        usual = Server()
        replies = {name: (number, usual.usual(number, fields)) for name, number, fields in (
            ("init", seed.INIT, []), ("open", seed.OPEN, []), ("start", seed.STAR, []), ("read", seed.READ, []),
            ("value", seed.COPT, [b"", b"", struct.pack(">i", 1), b"", struct.pack(">i", seed.INT)]))}
        usual.close()
        servers = {"greeting": Server(greeting=close_after(half(HELLO))), "nothing": Server(greeting=close_after(b""))}
        for reset in (False, True):
            servers[f"greeting and end, reset={reset}"] = Server(greeting=close_after(HELLO, reset))
            for name, (number, reply) in replies.items():
                servers[f"half a reply to {name}, reset={reset}"] = Server({number: close_after(half(reply), reset)})
                servers[f"no reply to {name}, reset={reset}"] = Server({number: close_after(b"", reset)})
        # What the client sends next meets a connection that is gone: no SIGPIPE.
        servers["open, then gone"] = Server({seed.OPEN: close_after(opened(*described(OPTIONS)), reset=True)})
        servers["start, then gone"] = Server({seed.STAR: close_after(message(d(seed.STAR), d(0), *PARAMETERS, d(1234)), reset=True)})
        self.all_end_with_io_error(servers, "--number", "8")


if __name__ == "__main__":
    harness.main()
