"""A NETSANE server under TLS that uses none of the project's code: Python's ssl over bytes, and doc/protocol.md.

It serves a list of one device and refuses to open it, which is enough to see whether a client trusts it. What it says in
clear and what it repeats under TLS can be told to lie.
"""

import os
import socket
import ssl
import subprocess
import threading

from seed import (CRPT_REQ, CRPT_RPLY, GDEV, GOOD, HELO, INIT, INVAL, NONE, OPEN, QUIT, STRS, END, c, d, message, s,
                  signed, words)

TLS = 1
CRYPT_FOLLOWS = 3
DEVICE = ("fake:0", "Noname", "of the tests", "virtual device")


def openssl(*args):
    done = subprocess.run(["openssl", *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise AssertionError(f"openssl {args[0]}: {done.stderr.decode()}")
    return done.stdout.decode()


class Certificates:
    """Makes certificates below a folder. Each is (certificate, key, fingerprint)."""

    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        self.count = 0

    def path(self, name):
        return os.path.join(self.folder, name)

    def fingerprint(self, path):
        text = openssl("x509", "-in", path, "-noout", "-fingerprint", "-sha256")
        return "SHA256:" + text.strip().partition("=")[2].replace(":", "").lower()

    def new_key(self):
        self.count += 1
        return self.path(f"{self.count}.key"), self.path(f"{self.count}.pem")

    def self_signed(self, names="IP:127.0.0.1", days=30, authority=False):
        key, path = self.new_key()
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out",
                path, "-days", str(days), "-subj", f"/CN=test {self.count}", "-addext", f"subjectAltName={names}",
                "-addext", f"basicConstraints=critical,CA:{'TRUE' if authority else 'FALSE'}")
        return path, key, self.fingerprint(path)

    def authority(self):
        return self.self_signed(names="DNS:ca.example", authority=True)

    def signed(self, authority, names="IP:127.0.0.1", days=30):
        """days: negative for one that has expired."""
        key, path = self.new_key()
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out",
                path + ".csr", "-subj", f"/CN=test {self.count}", "-addext", f"subjectAltName={names}")
        openssl("x509", "-req", "-in", path + ".csr", "-CA", authority[0], "-CAkey", authority[1], "-out", path, "-days",
                str(days), "-set_serial", str(self.count), "-copy_extensions", "copy")
        return path, key, self.fingerprint(path)


class Gone(Exception):
    """The client has closed."""


class Plain:
    """Messages over a socket in clear; what was received behind the last message stays in `buffer`."""

    def __init__(self, connection):
        self.connection = connection
        self.buffer = b""

    def receive_bytes(self):
        data = self.connection.recv(65536)
        if not data:
            raise Gone
        return data

    def send(self, data):
        self.connection.sendall(data)

    def exactly(self, count):
        while len(self.buffer) < count:
            self.buffer += self.receive_bytes()
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def receive(self):
        """(fields, bytes) of the next message"""
        fields, raw = [], b""
        while True:
            head = self.exactly(4)
            raw += head
            size = int.from_bytes(head, "big")
            if size == 0:
                return fields, raw
            value = self.exactly(size)
            raw += value
            fields.append(value)


class Encrypted(Plain):
    """The same through TLS, which begins with what the clear part has left."""

    def __init__(self, plain, context):
        super().__init__(plain.connection)
        self.end = None  # how the client has ended it: "goodbye", or what is wrong
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_side=True)
        self.incoming.write(plain.buffer)
        self.pump(self.tls.do_handshake)

    def flush(self):
        data = self.outgoing.read()
        if data:
            self.connection.sendall(data)

    def pump(self, step):
        while True:
            try:
                result = step()
                self.flush()
                return result
            except ssl.SSLWantReadError:
                self.flush()
                self.incoming.write(Plain.receive_bytes(self))
            except ssl.SSLZeroReturnError:
                raise Gone from None
            except ssl.SSLError as error:
                self.end = str(error.reason)
                self.flush()  # the alert
                raise Gone from None

    def receive_bytes(self):
        data = self.pump(lambda: self.tls.read(65536))
        if not data:
            self.end = "goodbye"
            raise Gone
        return data

    def send(self, data):
        self.pump(lambda: self.tls.write(data))


class TlsPeer:
    """A server on a loopback port. `certificate` as Certificates makes them; None: it speaks clear text only.

    offer: what CRPT_REQ lists, and shown: what a proxy has made of it on its way. requests: the commands that
    clients have sent, under which encryption. ends: how those with encryption have ended it without QUIT; "goodbye" is
    as it should be.
    """

    def __init__(self, certificate, offer=(TLS, NONE), shown=None, version=None, port=0, greets=True):
        self.offer, self.shown, self.greets = offer, offer if shown is None else shown, greets
        self.requests = []
        self.ends = []
        self.ended = threading.Condition()
        self.connections = 0  # that are being served
        self.context = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate[0], certificate[1])
            self.context.set_alpn_protocols(["netsane/1"])
            if version:
                self.context.maximum_version = version
        self.listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", port))
        self.listener.listen()
        self.port = self.listener.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    def close(self):
        if self.listener.fileno() == -1:
            return
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(10)

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with self.ended:
                self.connections += 1
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection:
            connection.settimeout(20)
            try:
                self.talk(connection)
            except (Gone, OSError):
                pass
            finally:
                with self.ended:
                    self.connections -= 1
                    self.ended.notify_all()

    def wait_ended(self):
        """Until all that clients have sent is in `requests`: they may be gone before the last of it is read."""
        with self.ended:
            if not self.ended.wait_for(lambda: self.connections == 0, 20):
                raise AssertionError("a client is still connected")

    @staticmethod
    def hello(*more):
        return message(d(HELO), s("a peer of the tests"), d(1), words(1, *more))

    def talk(self, connection):
        plain = Plain(connection)
        # The proxy takes the announcement away along with the list.
        sent = self.hello(CRYPT_FOLLOWS) + message(d(CRPT_REQ), words(*self.offer))
        shown = self.hello(CRYPT_FOLLOWS) + message(d(CRPT_REQ), words(*self.shown)) if self.shown else self.hello()
        plain.send(shown if self.offer else self.hello())
        read = b""
        while self.offer and self.shown:
            fields, raw = plain.receive()
            read += raw
            if signed(fields[0]) == CRPT_RPLY:
                break
        if not self.offer or not self.shown:
            self.answer(plain, "clear")
        elif signed(fields[1]) == NONE:
            plain.send(self.hello())
            self.answer(plain, "clear")
        else:
            encrypted = Encrypted(plain, self.context)
            if self.greets:
                encrypted.send(self.hello()[:-len(END)] + c(sent) + c(read) + END)
            try:
                self.answer(encrypted, "tls")
            except (Gone, OSError):
                self.ends.append(encrypted.end)
                raise

    def answer(self, stream, kind):
        while True:
            fields, _ = stream.receive()
            command = signed(fields[0])
            self.requests.append((kind, command))
            if command == INIT:
                stream.send(message(d(INIT), d(GOOD), d(0x01000000)))
            elif command == STRS:
                stream.send(message(d(STRS), s("Success")))
            elif command == GDEV:
                stream.send(message(d(GDEV), d(GOOD), *(s(text) for text in DEVICE), s("")))
            elif command == OPEN:
                stream.send(message(d(OPEN), d(INVAL), s("there is no such device")))
            elif command == QUIT:
                return
