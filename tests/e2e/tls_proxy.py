"""A proxy that does harm: each direction of a connection is a script that may split, delay, inject, strip, edit and cut.

A script is a function of a Pipe, called in a thread of its own for each connection:

    def script(pipe):
        pipe.send(pipe.message()[:5])   # a clear message, of which five bytes get through
        pipe.rest()                     # and all that follows

What it hasn't passed on when it returns is lost, and its receiver sees the end of the connection.
"""

import socket
import struct
import threading

import seed

CHUNK = 1 << 16
DEADLINE = 30.0


class Ended(Exception):
    """One side has closed."""


class Pipe:
    """One direction. `offset` counts the bytes that were passed on, `read` those that came."""

    def __init__(self, link, source, sink):
        self.link, self.source, self.sink = link, source, sink
        self.buffer = b""
        self.read = self.offset = 0

    def some(self):
        """At least one byte."""
        if not self.buffer:
            try:
                self.buffer = self.source.recv(CHUNK)
            except OSError:
                raise Ended from None
            if not self.buffer:
                raise Ended
            self.read += len(self.buffer)
        data, self.buffer = self.buffer, b""
        return data

    def exactly(self, count):
        data = b""
        while len(data) < count:
            data += self.some()
        data, self.buffer = data[:count], data[count:]
        return data

    def message(self):
        """The bytes of a message in clear."""
        data = b""
        while True:
            length = self.exactly(4)
            data += length
            if length == seed.END:
                return data
            data += self.exactly(struct.unpack(">I", length)[0])

    def record(self):
        """A record of TLS."""
        head = self.exactly(5)
        return head + self.exactly(struct.unpack(">H", head[3:])[0])

    def send(self, data):
        try:
            self.sink.sendall(data)
        except OSError:
            raise Ended from None
        self.offset += len(data)

    def rest(self):
        while True:
            self.send(self.some())

    def drop(self):
        """Takes all and passes nothing on, until the end."""
        while True:
            self.some()


class Link:
    """A connection through the proxy."""

    def __init__(self, client, server, up, down):
        self.client, self.server = client, server
        self.errors = []  # of the scripts
        self.resets = False
        self.lock = threading.Lock()
        self.running = 2
        self.up, self.down = Pipe(self, client, server), Pipe(self, server, client)
        self.threads = [threading.Thread(target=self.run, args=arguments, daemon=True)
                        for arguments in ((up, self.up), (down, self.down))]
        for thread in self.threads:
            thread.start()

    def run(self, script, pipe):
        try:
            script(pipe)
        except Ended:
            pass
        except Exception as error:  # the test shall hear of it in place of waiting
            self.errors.append(error)
            self.cut()
        if not self.resets:
            self.end(pipe)
        with self.lock:
            self.running -= 1
            last = self.running == 0
        if last and self.resets:
            self.close()

    @staticmethod
    def end(pipe):
        try:
            pipe.sink.shutdown(socket.SHUT_WR)
            # A socket that is closed with bytes unread resets the connection; that it ends shall be all that is seen.
            pipe.drop()
        except (OSError, Ended):
            pass

    def close(self):
        self.client.close()
        self.server.close()

    def cut(self):
        """Ends the connection on both sides, as if nothing more was to come."""
        for side in (self.client, self.server):
            try:
                side.shutdown(socket.SHUT_WR)
            except OSError:
                pass

    def reset(self):
        """Ends it with a reset, as soon as neither thread uses the sockets: another connection may get their numbers."""
        for side in (self.client, self.server):
            side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.resets = True
        for side in (self.client, self.server):
            try:
                side.shutdown(socket.SHUT_RD)  # wakes the other thread
            except OSError:
                pass

    def join(self):
        for thread in self.threads:
            thread.join(DEADLINE)
        self.close()


class Proxy:
    """Listens on loopback and goes on to the port `server`. up: the script from clients to the server, down: the other."""

    def __init__(self, server, up=Pipe.rest, down=Pipe.rest):
        self.server, self.up, self.down = server, up, down
        self.links = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.server), DEADLINE)
            except OSError:
                client.close()
                continue
            for side in (client, server):
                side.settimeout(DEADLINE)
                side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.links.append(Link(client, server, self.up, self.down))

    def close(self):
        """Waits for the connections to end: their client is gone. Raises what a script has raised."""
        if self.listener.fileno() != -1:
            self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
        self.thread.join(DEADLINE)
        for link in self.links:
            link.cut()
            link.join()
        errors = [error for link in self.links for error in link.errors]
        self.links = []
        if errors:
            raise errors[0]


# Scripts, and what makes them.

def byte_by_byte(pipe):
    while True:
        for byte in pipe.some():
            pipe.send(bytes([byte]))


def last_clear(message):
    """Whether this is the last message in clear of its direction."""
    return seed.signed(message[4:8]) in (seed.CRPT_REQ, seed.CRPT_RPLY)


def editing(command, change):
    """change: gives the bytes in the place of the clear message `command`."""
    def script(pipe):
        while True:
            message = pipe.message()
            pipe.send(change(message) if seed.signed(message[4:8]) == command else message)
            if last_clear(message):
                pipe.rest()
    return script


def adding(command, before=b"", after=b""):
    """Bytes around the clear message `command`, in one segment with it."""
    return editing(command, lambda message: before + message + after)


def cutting(count, how=Link.cut):
    """Ends the connection when `count` bytes were passed on."""
    def script(pipe):
        while pipe.offset < count:
            data = pipe.some()
            pipe.send(data[:count - pipe.offset])
        how(pipe.link)
    return script


def flipping(number):
    """Changes a bit in the middle of TLS record `number`, from 0. Not in its length: more would be waited for."""
    def script(pipe):
        while not last_clear(message := pipe.message()):
            pipe.send(message)
        pipe.send(message)
        for _ in range(number):
            pipe.send(pipe.record())
        record = bytearray(pipe.record())
        record[5 + (len(record) - 5) // 2] ^= 0x10
        pipe.send(bytes(record))
        pipe.rest()
    return script
