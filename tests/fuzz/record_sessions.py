#!/usr/bin/python3
"""Records what netsaned and scanimage say to each other, as seeds of the targets that are fed with streams: `make fuzz-record`
writes corpus/<target>/recorded-<session> anew.

The scanner is SANE's test backend with an image of a few bytes. What make_corpus.py writes is made up; this is what comes
from the programs as they are.
"""

import os
import socket
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "e2e")]

import harness  # noqa: E402
import make_corpus  # noqa: E402
import seed  # noqa: E402

SMALL = harness.TEST_CONF.replace("br_x 80.0", "br_x 4.0").replace("br_y 100.0", "br_y 4.0")
MAX_PIECE = 60000  # of a text in an input


class Recorder:
    """Stands between one client and a server, and keeps what each has said."""

    def __init__(self, server):
        self.server = server
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.up, self.down = bytearray(), bytearray()
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self):
        client, _ = self.listener.accept()
        with client, socket.create_connection(self.server) as server:
            back = threading.Thread(target=self.copy, args=(server, client, self.down))
            back.start()
            self.copy(client, server, self.up)
            back.join()

    @staticmethod
    def copy(source, sink, record):
        while True:
            data = source.recv(65536)
            if not data:
                sink.shutdown(socket.SHUT_WR)
                return
            record += data
            sink.sendall(data)

    def finish(self):
        self.thread.join(30)
        self.listener.close()
        return bytes(self.up), bytes(self.down)


def messages_of(stream):
    """Each as (command, bytes)."""
    at = 0
    while at < len(stream):
        begin = at
        while True:
            length = int.from_bytes(stream[at:at + 4], "big")
            at += 4 + length
            if length == 0:
                break
        yield int.from_bytes(stream[begin + 4:begin + 8], "big"), stream[begin:at]


def pieces(stream, step):
    return b"".join(bytes([step]) + make_corpus.text(stream[at:at + MAX_PIECE]) for at in range(0, len(stream), MAX_PIECE))


def client_session(up, down):
    """The engine is asked for what scanimage asked for; the greeting comes before, the rest behind."""
    corpus = make_corpus
    numbers = {seed.INIT: 0, seed.GDEV: 3, seed.OPEN: 4, seed.CLOS: 5, seed.GOPT: 6, seed.STAR: 7, seed.PARM: 8, seed.READ: 9,
               seed.COPT: 10, seed.ABRT: 11}
    script = bytes([1, 2, 0, 1])
    replies = list(messages_of(down))
    script += pieces(replies.pop(0)[1], corpus.C_RECEIVE)
    for command, _ in messages_of(up):
        if command in numbers:
            script += bytes([corpus.C_REQUEST, numbers[command], corpus.C_SEND])
        if command == seed.OPEN:  # more than 64 requests may be outstanding only behind its reply
            while replies and replies[0][0] != seed.STAR:
                script += pieces(replies.pop(0)[1], corpus.C_RECEIVE)
    return script + pieces(b"".join(data for _, data in replies), corpus.C_RECEIVE) + bytes([corpus.C_REPLY, corpus.C_QUIT, corpus.C_SEND])


def server_session(up, down):
    """The engine hears what scanimage said, one request at a time, and the device what the server answered. The handle is the
    target's first one."""
    corpus = make_corpus
    replies = [(command, data) for command, data in messages_of(down) if command >= seed.INIT]
    handle = next((data[20:36] for command, data in replies if command == seed.OPEN), corpus.FIRST_HANDLE)
    script = bytes([0, 0, 1])
    for command, data in messages_of(up):
        script += pieces(data.replace(handle, corpus.FIRST_HANDLE), corpus.S_SAY)
        if command == seed.GDEV:
            script += bytes([corpus.S_LISTED])
        if command == seed.OPEN:
            script += bytes([corpus.S_OPENED])
        if command >= seed.INIT and replies:
            script += pieces(replies.pop(0)[1], corpus.S_DEVICE) + bytes([corpus.S_READ])
    for _, data in replies:
        script += pieces(data, corpus.S_DEVICE)
    return script + bytes([corpus.S_READ, corpus.S_LEAVE])


def seeds(name, up, down, calls):
    library = {"list": bytes([make_corpus.L_REQUEST, 0, make_corpus.L_REQUEST, 3] + [make_corpus.L_SCAN_REPLY, make_corpus.L_SCAN_END] * 2)}
    made = {
        "frame_decoder": b"\1" + down,
        "backend": make_corpus.text(bytes(calls)) + pieces(down, 0),
        "client_session": client_session(up, down),
        "server_session": server_session(up, down),
    }
    if name in library:
        made["client_library"] = make_corpus.text(library[name]) + pieces(down, 0)
    return made


class Record(harness.EndToEndTest):
    def test_record(self):
        server = self.daemon()
        harness.write_file(f"{server.sane_dir}/test.conf", SMALL)
        server.start()
        kinds = make_corpus
        depth, br_x, br_y = 3, 26, 27  # of the test backend; scanimage sets these two always
        geometry = [kinds.K_SET, br_x, 0, 0, kinds.K_SET, br_y, 0, 0]
        sessions = {
            "list": (["-L"], [kinds.K_LIST]),
            "options": (["-A"], [kinds.K_OPEN, kinds.K_DESCRIBE, kinds.K_GET_ALL, kinds.K_PARAMETERS, kinds.K_CLOSE]),
            "scan": ([], [*kinds.SCAN[:1], *geometry, *kinds.SCAN[1:]]),
            "image16": (["--depth=16"], [*kinds.SCAN[:1], kinds.K_SET, depth, 0, 0, *geometry, *kinds.SCAN[1:]]),
        }
        written = set()
        for name, (arguments, calls) in sessions.items():
            recorder = Recorder(("127.0.0.1", server.port))
            client = self.client(recorder.address)
            device = [] if name == "list" else ["-d", f"netsane:{recorder.address}:test:0"]
            result = client.run(*device, *arguments)
            self.assertEqual(result.code, 0, repr(result))
            up, down = recorder.finish()
            for target, data in seeds(name, up, down, calls).items():
                self.write(target, name, data)
            for side, stream in (("client", up), ("server", down)):
                for command, data in messages_of(stream):
                    if (side, command) not in written:
                        written.add((side, command))
                        self.write("messages", f"{side}-{command}", data)
        server.stop()

    def write(self, target, name, data):
        path = os.path.join(HERE, "corpus", target, f"recorded-{name}")
        with open(path, "wb") as file:
            file.write(data)
        print(f"{target}/recorded-{name}: {len(data)} bytes")


if __name__ == "__main__":
    harness.main()
