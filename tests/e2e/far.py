#!/usr/bin/python3
"""Scans from a server that is far away: counted is what is said before the first answer, and not how long it took."""

import collections
import struct
import threading
import time

import harness
import seed
from tls_proxy import Ended, Proxy

DELAY = 0.020  # seconds, each way
LINES = ["--mode", "Color", "--test-picture", "Color pattern", "--resolution", "300", "-x", "100", "-y", "100"]  # 4 MB
BLOCK = 1 << 16
START, READ = 25, 26


class Delay:
    """Scripts for a proxy that lets everything take longer, however much is under way; notes the messages of both sides
    as a client sees them: its own when it sends them, the server's when they arrive."""

    def __init__(self):
        self.lock = threading.Lock()
        self.seen = []  # (direction, command, bytes)

    def note(self, direction, message):
        with self.lock:
            self.seen.append((direction, seed.signed(message[4:8]), len(message)))

    def up(self, pipe):
        self.carry(pipe, lambda message: self.note("up", message), lambda message: None)

    def down(self, pipe):
        self.carry(pipe, lambda message: None, lambda message: self.note("down", message))

    @staticmethod
    def carry(pipe, comes, goes):
        line = collections.deque()
        news = threading.Condition()

        def send():
            while True:
                with news:
                    while not line:
                        news.wait()
                    due, message = line.popleft()
                if message is None:
                    return
                time.sleep(max(0.0, due - time.monotonic()))
                goes(message)
                try:
                    pipe.send(message)
                except Ended:
                    return

        sender = threading.Thread(target=send, daemon=True)
        sender.start()

        def put(message):
            with news:
                line.append((time.monotonic() + DELAY, message))
                news.notify()

        try:
            while True:
                message = pipe.message()
                comes(message)
                put(message)
        except Ended:
            put(None)
            sender.join()


class Far(harness.EndToEndTest):
    def setUp(self):
        super().setUp()
        self.server = self.daemon().start()
        self.delay = Delay()
        self.proxy = Proxy(self.server.port, self.delay.up, self.delay.down)
        self.device = f"netsane:{self.proxy.address}:test:0"
        self.user = self.client(self.proxy.address)

    def frames(self):
        """For each STAR: the READs that were sent before its reply came, those sent later, and the bytes of image."""
        frames = []
        answered = 0
        for direction, command, size in self.delay.seen:
            if (direction, command) == ("up", START):
                frames.append([0, 0, 0])
            elif (direction, command) == ("down", START):
                answered += 1
            elif (direction, command) == ("up", READ):
                frames[-1][1 if answered == len(frames) else 0] += 1
            elif (direction, command) == ("down", READ) and size > 64:
                frames[answered - 1][2] += size - struct.calcsize(">6I")
        return frames

    def same(self, *args):
        local = harness.run_local(self.server.sane_dir, "-d", "test:0", *args, cwd=self.folder)
        remote = self.user.run("-d", self.device, *args)
        self.assertEqual((remote.code, local.code), (0, 0), repr(remote))
        self.assertEqual(harness.difference(local.out, remote.out), "equal")
        self.proxy.close()
        self.server.stop()

    def test_a_picture_is_asked_for_with_its_start(self):
        self.same(*LINES)
        [(with_start, later, size)] = self.frames()
        needed = -(-size // BLOCK) + 1
        self.assertEqual(with_start, needed, f"{size} bytes, {later} READs later")

    def test_a_small_picture_needs_few_bytes(self):
        self.same("--resolution", "50")
        [(with_start, later, _)] = self.frames()
        self.assertLessEqual(with_start + later, 4)

    def test_passes_of_one_picture(self):
        self.same(*LINES, "--three-pass=yes")
        frames = self.frames()
        self.assertEqual(len(frames), 3)
        for with_start, _, size in frames[1:]:
            self.assertEqual(with_start, -(-size // BLOCK) + 1)


if __name__ == "__main__":
    harness.main()
