"""A system bus with an Avahi daemon on it, played by this program: what libdbus and libavahi-client say is real.

There is no network. What one client announces, or a test puts into `services`, others find; with all that a network may
say, and at the moment when the test wants it. Only what those libraries use of D-Bus is here (the D-Bus specification,
and Avahi's interfaces by name).
"""

import os
import socket
import struct
import threading

METHOD, REPLY, ERROR, SIGNAL = 1, 2, 3, 4
PATH, INTERFACE, MEMBER, ERROR_NAME, REPLY_SERIAL, DESTINATION, SENDER, SIGNATURE = range(1, 9)
FIELD_TYPES = {PATH: "o", INTERFACE: "s", MEMBER: "s", ERROR_NAME: "s", REPLY_SERIAL: "u", DESTINATION: "s", SENDER: "s",
               SIGNATURE: "g"}
SERVER_RUNNING = 2
GROUP_UNCOMMITTED, GROUP_REGISTERING, GROUP_ESTABLISHED, GROUP_COLLISION = range(4)
INET, INET6 = 0, 1
LOCAL, MULTICAST = 8, 4  # of AvahiLookupResultFlags
AVAHI = "org.freedesktop.Avahi"
AVAHI_OWNER = ":1.0"


# --- marshalling -------------------------------------------------------------------------------------------------


class Writer:
    def __init__(self):
        self.data = bytearray()

    def align(self, size):
        self.data += b"\0" * (-len(self.data) % size)

    def put(self, signature, values):
        values = iter(values)
        while signature:
            if signature.startswith("aay"):
                signature = signature[3:]
                self.array(next(values))
                continue
            kind, signature = signature[0], signature[1:]
            self.basic(kind, next(values))
        return self

    def array(self, items):
        inner = Writer()
        # each element begins at a multiple of 4, and so does the array
        for item in items:
            inner.basic("u", len(item))
            inner.data += item
        self.basic("u", len(inner.data))
        self.data += inner.data

    def basic(self, kind, value):
        if kind in "ubi":
            self.align(4)
            self.data += struct.pack("<i" if kind == "i" else "<I", value)
        elif kind == "q":
            self.align(2)
            self.data += struct.pack("<H", value)
        elif kind == "y":
            self.data.append(value)
        elif kind in "so":
            text = value if isinstance(value, bytes) else value.encode()
            self.basic("u", len(text))
            self.data += text + b"\0"
        elif kind == "g":
            self.data += bytes([len(value)]) + value.encode() + b"\0"
        else:
            raise ValueError(kind)


class Reader:
    def __init__(self, data, at=0):
        self.data, self.at = data, at

    def align(self, size):
        self.at += -self.at % size

    def number(self, kind, size):
        self.align(size)
        value, = struct.unpack_from("<" + kind, self.data, self.at)
        self.at += size
        return value

    def basic(self, kind):
        if kind in "so":
            length = self.number("I", 4)
            self.at += length + 1
            return self.data[self.at - length - 1:self.at - 1].decode(errors="replace")
        if kind == "g":
            length = self.data[self.at]
            self.at += length + 2
            return self.data[self.at - length - 1:self.at - 1].decode()
        return self.number({"u": "I", "b": "I", "i": "i", "q": "H", "y": "B"}[kind], {"q": 2, "y": 1}.get(kind, 4))

    def values(self, signature):
        result = []
        while signature:
            if signature.startswith("aay"):
                signature = signature[3:]
                result.append(self.array())
                continue
            kind, signature = signature[0], signature[1:]
            result.append(self.basic(kind))
        return result

    def array(self):
        end = self.number("I", 4) + self.at
        items = []
        while self.at < end:
            length = self.number("I", 4)
            items.append(bytes(self.data[self.at:self.at + length]))
            self.at += length
        return items


def message(kind, serial, fields, signature="", values=()):
    body = Writer().put(signature, values).data
    if signature:
        fields = {**fields, SIGNATURE: signature}
    inner = Writer()
    for number, value in fields.items():
        inner.align(8)
        inner.basic("y", number)
        inner.basic("g", FIELD_TYPES[number])
        inner.basic(FIELD_TYPES[number], value)
    head = Writer()
    head.data += b"l" + bytes([kind, 0, 1]) + struct.pack("<II", len(body), serial)
    head.basic("u", len(inner.data))  # at 12; the fields begin at 16, a multiple of 8
    head.data += inner.data
    head.align(8)
    return bytes(head.data + body)


# --- the bus -----------------------------------------------------------------------------------------------------


class Service:
    """An announcement. `interface` is a number (1 is loopback everywhere), `host` and `name` are bytes or text."""

    def __init__(self, name, host, address, port, text=(b"txtvers=1", b"protocol=1", b"tls=offered"), interface=1,
                 flags=MULTICAST, silent=False):
        self.name, self.host, self.address, self.port, self.text = name, host, address, port, list(text)
        self.interface, self.flags, self.silent = interface, flags, silent
        self.protocol = INET6 if ":" in address else INET


class Client:
    def __init__(self, bus, connection, number):
        self.bus, self.connection, self.name = bus, connection, f":1.{number}"
        self.serial = 0
        self.groups = {}     # path: list of (interface, protocol, name, port, text)
        self.committed = set()
        self.lock = threading.Lock()

    def send(self, kind, fields, signature="", values=()):
        with self.lock:
            self.serial += 1
            try:
                self.connection.sendall(message(kind, self.serial, fields, signature, values))
            except OSError:
                pass

    def signal(self, path, interface, member, signature="", values=(), sender=AVAHI_OWNER):
        self.send(SIGNAL, {PATH: path, INTERFACE: interface, MEMBER: member, SENDER: sender, DESTINATION: self.name},
                  signature, values)

    def run(self):
        try:
            self.authenticate()
            while True:
                self.handle(*self.receive())
        except (OSError, EOFError):
            pass
        finally:
            self.bus.left(self)

    def read(self, count):
        data = bytearray()
        while len(data) < count:
            block = self.connection.recv(count - len(data))
            if not block:
                raise EOFError
            data += block
        return data

    def authenticate(self):
        line = bytearray()
        while True:
            line += self.read(1)
            if not line.endswith(b"\r\n"):
                continue
            word = bytes(line).lstrip(b"\0").split()[0]
            line.clear()
            if word == b"AUTH":
                self.connection.sendall(b"OK 0123456789abcdef0123456789abcdef\r\n")
            elif word == b"BEGIN":
                return
            else:
                self.connection.sendall(b"ERROR\r\n")

    def receive(self):
        start = self.read(16)
        kind = start[1]
        body_bytes, serial, fields_bytes = struct.unpack_from("<III", start, 4)
        data = start + self.read(fields_bytes + -fields_bytes % 8 + body_bytes)
        reader, fields = Reader(data, 16), {}
        while reader.at < 16 + fields_bytes:
            reader.align(8)
            number = reader.basic("y")
            fields[number] = reader.basic(reader.basic("g"))
        body = Reader(data[16 + fields_bytes + -fields_bytes % 8:])
        return kind, serial, fields, body.values(fields.get(SIGNATURE, ""))

    def handle(self, kind, serial, fields, values):
        if kind != METHOD:
            return
        member = fields[MEMBER]
        self.bus.calls.append(member)
        if fields.get(DESTINATION) == AVAHI and not self.bus.has_avahi:
            return self.fail(serial, "org.freedesktop.DBus.Error.ServiceUnknown")
        answer = getattr(self, "call" + member, None)
        if not answer:
            return self.fail(serial, "org.freedesktop.DBus.Error.UnknownMethod")
        answer(serial, fields.get(PATH), values)

    def reply(self, serial, signature="", *values):
        self.send(REPLY, {REPLY_SERIAL: serial, SENDER: AVAHI_OWNER, DESTINATION: self.name}, signature, values)

    def fail(self, serial, name):
        self.send(ERROR, {REPLY_SERIAL: serial, ERROR_NAME: name, SENDER: AVAHI_OWNER, DESTINATION: self.name})

    # --- org.freedesktop.DBus

    def callHello(self, serial, *_):
        self.reply(serial, "s", self.name)

    def callAddMatch(self, serial, *_):
        self.reply(serial)

    callRemoveMatch = callPing = callAddMatch

    # --- org.freedesktop.Avahi.Server

    def callGetAPIVersion(self, serial, *_):
        self.reply(serial, "u", 0x0204)

    def callGetState(self, serial, path, _):
        self.reply(serial, "i", GROUP_UNCOMMITTED if path in self.groups else SERVER_RUNNING)

    def callEntryGroupNew(self, serial, *_):
        path = self.bus.path("EntryGroup")
        self.set_group(path, [])
        self.reply(serial, "o", path)

    def callServiceBrowserNew(self, serial, _, values):
        path = self.bus.path("ServiceBrowser")
        self.reply(serial, "o", path)
        self.bus.browsed.append(values[2:4])
        for service in self.bus.services:
            self.signal(path, AVAHI + ".ServiceBrowser", "ItemNew", "iisssu",
                        (service.interface, service.protocol, service.name, values[2], values[3], service.flags))
        if self.bus.all_for_now:
            self.signal(path, AVAHI + ".ServiceBrowser", "AllForNow")

    def callServiceResolverNew(self, serial, _, values):
        path = self.bus.path("ServiceResolver")
        self.reply(serial, "o", path)
        interface, protocol, name, kind, domain = values[:5]
        for service in self.bus.services:
            same = (service.interface, service.protocol, service.name) == (interface, protocol, name)
            if same and not service.silent:
                return self.signal(path, AVAHI + ".ServiceResolver", "Found", "iissssisqaayu",
                                   (interface, protocol, name, kind, domain, service.host, protocol, service.address,
                                    service.port, service.text, service.flags))
        return None

    def callFree(self, serial, path, _):
        self.set_group(path, None)
        self.reply(serial)

    # --- org.freedesktop.Avahi.EntryGroup

    def set_group(self, path, entries):
        """A group that isn't committed, or none."""
        with self.bus.condition:
            self.committed.discard(path)
            self.groups.pop(path, None)
            if entries is not None:
                self.groups[path] = entries
            self.bus.condition.notify_all()

    def callReset(self, serial, path, _):
        self.set_group(path, [])
        self.reply(serial)

    def callAddService(self, serial, path, values):
        interface, protocol, _, name, _, _, _, port, text = values
        self.groups[path].append((interface, protocol, name, port, [bytes(entry) for entry in text]))
        self.reply(serial)

    def callCommit(self, serial, path, _):
        self.reply(serial)
        names = {entry[2] for entry in self.groups[path]}
        state = GROUP_COLLISION if names & self.bus.taken else GROUP_ESTABLISHED
        for each in (GROUP_REGISTERING, state):
            self.signal(path, AVAHI + ".EntryGroup", "StateChanged", "is", (each, AVAHI + ".Success"))
        if state == GROUP_ESTABLISHED:
            with self.bus.condition:
                self.committed.add(path)
                self.bus.condition.notify_all()


class FakeAvahi:
    """Listens at `path`; `address` is for DBUS_SYSTEM_BUS_ADDRESS."""

    def __init__(self, path):
        self.file = path
        self.address = "unix:path=" + path
        self.services = []       # Service, what browsers find
        self.taken = set()       # names of instances that others have
        self.all_for_now = True  # whether a browser is told that this was all
        self.has_avahi = True
        self.calls = []
        self.browsed = []        # (type, domain) of each browser
        self.clients = []
        self.number = 0
        self.condition = threading.Condition()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        os.chmod(path, 0o777)
        self.listener.listen()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with self.condition:
                self.number += 1
                client = Client(self, connection, self.number)
                self.clients.append(client)
            threading.Thread(target=client.run, daemon=True).start()

    def path(self, kind):
        with self.condition:
            self.number += 1
            return f"/Client/{kind}{self.number}"

    def changed(self):
        with self.condition:
            self.condition.notify_all()

    def left(self, client):
        with self.condition:
            client.connection.close()
            if client in self.clients:
                self.clients.remove(client)
            self.condition.notify_all()

    def published(self):
        """What clients announce now: (interface, protocol, name, port, text)."""
        with self.condition:
            return [entry for client in self.clients for group in client.committed
                    for entry in client.groups.get(group, [])]

    def wait_published(self, wanted, deadline=60):
        """Waits until wanted(published()) is true."""
        with self.condition:
            if not self.condition.wait_for(lambda: wanted(self.published()), deadline):
                raise AssertionError(f"not announced within {deadline} s; is: {self.published()}, calls: {self.calls}")
            return self.published()

    def set_avahi(self, there):
        """The daemon comes or goes."""
        self.has_avahi = there
        before, after = ("", AVAHI_OWNER) if there else (AVAHI_OWNER, "")
        for client in list(self.clients):
            if not there:
                with self.condition:
                    client.groups.clear()
            client.signal("/org/freedesktop/DBus", "org.freedesktop.DBus", "NameOwnerChanged", "sss", (AVAHI, before, after),
                          sender="org.freedesktop.DBus")
        self.changed()

    def close(self):
        self.listener.close()
        for client in list(self.clients):
            try:
                client.connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        if os.path.exists(self.file):
            os.unlink(self.file)
