"""A NETSANE client written from the announcement of 1997 and the numbers in doc/protocol.md, and from nothing else.

One request at a time, no HELO of its own, no extension. Fields are length and value, a message ends with a field of
length zero. Whoever changes the protocol so that this file has to change has broken old clients.
"""

import socket
import struct
import time

HELO, USER, PASS_REQ, PASS_RPLY, FAIL, CRPT_REQ, CRPT_RPLY, QUIT, WELC = 1, 2, 3, 4, 5, 6, 7, 8, 9
INIT, EXIT, STRS, GDEV, OPEN, CLOS, GOPT, COPT, PARM, STAR, READ, ABRT, IOMO, GSFD = range(16, 30)
PASS_UNIX, PASS_CRYPT = 1, 2
NONE = 0
(GOOD, UNSUPPORTED, CANCELLED, DEVICE_BUSY, INVAL, EOF, JAMMED, NO_DOCS, COVER_OPEN, IO_ERROR, NO_MEM,
 ACCESS_DENIED) = range(12)
BOOL, INT, FIXED, STRING, BUTTON, GROUP = range(6)
GET, SET, AUTO = 0, 1, 2
INFO_INEXACT, INFO_RELOAD_OPTIONS, INFO_RELOAD_PARAMS = 1, 2, 4
SOFT_SELECT, HARD_SELECT, SOFT_DETECT, EMULATED, AUTOMATIC, INACTIVE, ADVANCED = 1, 2, 4, 8, 16, 32, 64
NO_CONSTRAINT, RANGE, WORD_LIST, STRING_LIST = range(4)


class Closed(Exception):
    """The server closed the connection."""


def d(value):
    """%d"""
    return struct.pack(">II", 4, value & 0xFFFFFFFF)


def s(text):
    """%s"""
    data = text.encode("latin-1") + b"\0"
    return struct.pack(">I", len(data)) + data


def c(data):
    """%*c, and nothing where there is nothing"""
    return struct.pack(">I", len(data)) + data if data else b""


def words(*values):
    """%*d"""
    return c(b"".join(struct.pack(">I", value & 0xFFFFFFFF) for value in values))


END = b"\0\0\0\0"


def message(*fields):
    return b"".join(fields) + END


def signed(field):
    if len(field) != 4:
        raise AssertionError(f"an INT of {len(field)} bytes: {field!r}")
    return struct.unpack(">i", field)[0]


def text(field):
    if not field.endswith(b"\0") or b"\0" in field[:-1]:
        raise AssertionError(f"not a string: {field!r}")
    return field[:-1].decode("latin-1")


def word_list(field):
    return [item[0] for item in struct.iter_unpack(">i", field)]


class Option:
    """A descriptor as GOPT brings it."""

    def __init__(self, fields):
        self.name, self.title, self.description = (text(field) for field in fields[:3])
        self.type, self.unit, self.size, self.cap, self.constraint_type = (signed(field) for field in fields[3:8])
        rest = fields[8:]
        self.constraint = None
        used = 0
        if self.constraint_type == RANGE:
            self.constraint = tuple(signed(field) for field in rest[:3])
            used = 3
        elif self.constraint_type == WORD_LIST:
            used = 1 + signed(rest[0])
            self.constraint = [signed(field) for field in rest[1:used]]
        elif self.constraint_type == STRING_LIST:
            self.constraint = []
            while text(rest[used]):
                self.constraint.append(text(rest[used]))
                used += 1
            used += 1
        if len(rest) < used:
            raise AssertionError(f"constraint of {self.name} is cut off")

    @property
    def active(self):
        return not self.cap & INACTIVE

    @property
    def settable(self):
        return bool(self.cap & SOFT_SELECT)

    @property
    def readable(self):
        return bool(self.cap & SOFT_DETECT)


class Connection:
    """A connection to a server at (host, port) or at a unix socket's path; from `source`, an address of this host. Reads the
    greeting."""

    def __init__(self, address, timeout=20.0, greeting=True, source=None):
        family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.settimeout(timeout)
        if source:
            self.socket.bind((source, 0))
        self.socket.connect(address)
        self.buffer = b""
        self.notes = []  # texts of HELO
        self.events = []  # numbers of all events, in their order
        self.user = None
        self.passwords = []  # answers to the next PASS_REQs
        if greeting:
            fields = self.receive()
            if signed(fields[0]) != HELO:
                raise AssertionError(f"the greeting is command {signed(fields[0])}")
            self.notes.append(text(fields[1]))
            self.hello = fields

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def send(self, data):
        self.socket.sendall(data)

    def take(self, count):
        while len(self.buffer) < count:
            try:
                data = self.socket.recv(1 << 18)
            except ConnectionError as error:
                raise Closed(str(error)) from None
            if not data:
                raise Closed("end of file")
            self.buffer += data
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def receive(self):
        """One message as a list of its fields."""
        fields = []
        while True:
            (length,) = struct.unpack(">I", self.take(4))
            if length == 0:
                return fields
            if length > 2 << 20:
                raise AssertionError(f"a field of {length} bytes")
            fields.append(self.take(length))

    def event(self, fields):
        """Handles what isn't a reply."""
        number = signed(fields[0])
        self.events.append(number)
        if number == HELO:
            self.notes.append(text(fields[1]))
        elif number == USER:
            self.send(message(d(USER), s(self.user)) if self.user else message(d(FAIL), d(USER)))
        elif number == PASS_REQ:
            method = signed(fields[1])
            if method != PASS_UNIX or not self.passwords:
                self.send(message(d(FAIL), d(PASS_REQ), words(PASS_UNIX)))
            else:
                self.send(message(d(PASS_RPLY), d(method), s(self.passwords.pop(0))))
        elif number == CRPT_REQ:
            self.send(message(d(CRPT_RPLY), d(NONE)))
        elif number == FAIL:
            raise Closed(f"server says of command {signed(fields[1])}: {text(fields[2])}")
        else:
            raise AssertionError(f"command {number} is neither the reply nor an event")

    def reply(self, command):
        """Waits for the reply to `command`; its fields without the command."""
        while True:
            fields = self.receive()
            if signed(fields[0]) == command:
                return fields[1:]
            self.event(fields)

    def ask(self, command, *fields):
        self.send(message(d(command), *fields))
        return self.reply(command)

    def wait_closed(self, timeout=10.0):
        """Reads until the server closes; the messages that came before, FAIL included."""
        messages = []
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            self.socket.settimeout(max(0.01, end - time.monotonic()))
            try:
                messages.append(self.receive())
            except Closed:
                return messages
        raise AssertionError("the server did not close the connection")

    # The fourteen commands. Each returns its reply, decoded.

    def init(self):
        status, version = (signed(field) for field in self.ask(INIT)[:2])
        return status, version

    def exit(self):
        return self.ask(EXIT)

    def strstatus(self, status):
        return text(self.ask(STRS, d(status))[0])

    def devices(self):
        fields = self.ask(GDEV)
        status, fields = signed(fields[0]), fields[1:]
        found = []
        while fields and text(fields[0]):
            found.append(tuple(text(field) for field in fields[:4]))
            fields = fields[4:]
        if not fields and status == GOOD:
            raise AssertionError("the list of devices has no end")
        return status, found

    def open(self, name):
        """(status, handle or None, reason)"""
        fields = self.ask(OPEN, s(name))
        status = signed(fields[0])
        if status == GOOD:
            return status, fields[1], ""
        return status, None, text(fields[1]) if len(fields) > 1 else ""

    def clos(self, handle):
        return self.ask(CLOS, c(handle))

    def option(self, handle, number):
        fields = self.ask(GOPT, c(handle), d(number))
        return Option(fields) if fields else None

    def options(self, handle):
        status, _, _, value, _ = self.control(handle, 0, GET, INT)
        if status != GOOD:
            raise AssertionError(f"option 0 gives status {status}")
        return [self.option(handle, number) for number in range(value[0])]

    def control(self, handle, number, action, kind, value=None):
        """(status, info, type, value, reason); value: a list of words, or a text for STRING."""
        extra = [] if value is None else [s(value) if isinstance(value, str) else words(*value)]
        fields = self.ask(COPT, c(handle), d(number), d(action), d(kind), *extra)
        status, info, answered = (signed(field) for field in fields[:3])
        if status != GOOD:
            return status, info, answered, None, text(fields[3]) if len(fields) > 3 else ""
        if len(fields) == 3:
            return status, info, answered, None, ""
        return status, info, answered, text(fields[3]) if answered == STRING else word_list(fields[3]), ""

    def parameters(self, handle):
        """(status, format, last_frame, bytes_per_line, pixels_per_line, lines, depth)"""
        return tuple(signed(field) for field in self.ask(PARM, c(handle))[:7])

    def start(self, handle):
        """(status, the parameters and the byte order, or the reason)"""
        fields = self.ask(STAR, c(handle))
        status = signed(fields[0])
        if status == GOOD:
            return status, [signed(field) for field in fields[1:8]]
        return status, text(fields[1]) if len(fields) > 1 else ""

    def read(self, handle, most=65536):
        """(status, data)"""
        fields = self.ask(READ, c(handle), d(most))
        status = signed(fields[0])
        return status, fields[1] if status == GOOD else b""

    def abort(self, handle):
        return self.ask(ABRT, c(handle))

    def io_mode(self, handle, non_blocking):
        return signed(self.ask(IOMO, c(handle), d(non_blocking))[0])

    def select_fd(self, handle):
        fields = self.ask(GSFD, c(handle))
        return signed(fields[0]), signed(fields[1])

    def quit(self):
        self.send(message(d(QUIT)))

    # What a frontend does with them.

    def find(self, handle, name):
        for number, option in enumerate(self.options(handle)):
            if option.name == name and option.type != GROUP:
                return number, option
        raise AssertionError(f"no option {name}")

    def set(self, handle, name, value):
        """Sets an option by its name; fails where the status isn't GOOD. FIXED as a float."""
        number, option = self.find(handle, name)
        if option.type == FIXED:
            value = [round(value * 65536)]
        elif option.type in (BOOL, INT) and not isinstance(value, list):
            value = [int(value)]
        status, info, kind, now, reason = self.control(handle, number, SET, option.type, value)
        if status != GOOD:
            raise AssertionError(f"{name} = {value}: status {status} {reason}")
        return info, kind, now

    def image(self, handle):
        """One frame from STAR on: (parameters, data)."""
        status, parameters = self.start(handle)
        if status != GOOD:
            raise AssertionError(f"STAR gives {status} {parameters}")
        data = []
        while True:
            status, block = self.read(handle)
            if status == EOF:
                return parameters, b"".join(data)
            if status != GOOD:
                raise AssertionError(f"READ gives {status}")
            if not block:
                raise AssertionError("READ gives GOOD and no data")
            data.append(block)
