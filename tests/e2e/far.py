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
TRIES = 3
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

    def frames(self):
        """For each STAR: the READs that were sent before its reply came, those sent later, and the bytes of image."""
        frames = []
        answered = 0
        for direction, command, size in self.seen:
            if (direction, command) == ("up", START):
                frames.append([0, 0, 0])
            elif (direction, command) == ("down", START):
                answered += 1
            elif (direction, command) == ("up", READ):
                frames[-1][1 if answered == len(frames) else 0] += 1
            elif (direction, command) == ("down", READ) and size > 64:
                frames[answered - 1][2] += size - struct.calcsize(">6I")
        return frames


def needed(frame):
    """READs for a whole frame, and the one that finds its end."""
    return -(-frame[2] // BLOCK) + 1


class Far(harness.EndToEndTest):
    def setUp(self):
        super().setUp()
        self.server = self.daemon().start()

    def same(self, *args):
        """The frames of a scan through the proxy."""
        local = harness.run_local(self.server.sane_dir, "-d", "test:0", *args, cwd=self.folder)
        delay = Delay()
        proxy = Proxy(self.server.port, delay.up, delay.down)
        remote = self.client(proxy.address).run("-d", f"netsane:{proxy.address}:test:0", *args)
        self.assertEqual((remote.code, local.code), (0, 0), repr(remote))
        self.assertEqual(harness.difference(local.out, remote.out), "equal")
        proxy.close()
        return delay.frames()

    def check(self, right, *args):
        """On a busy machine some READs may be seen only behind the reply that they didn't wait for: one good try will do."""
        for _ in range(TRIES):
            frames = self.same(*args)
            if right(frames):
                return self.server.stop()
        self.fail(f"[READs before the reply, later, bytes] of each frame: {frames}")

    def test_a_picture_is_asked_for_with_its_start(self):
        self.check(lambda frames: [frame[0] for frame in frames] == [needed(frames[0])], *LINES)

    def test_a_small_picture_needs_few_bytes(self):
        self.check(lambda frames: len(frames) == 1 and frames[0][0] + frames[0][1] <= 4, "--resolution", "50")

    def test_passes_of_one_picture(self):
        self.check(lambda frames: len(frames) == 3 and all(frame[0] == needed(frame) for frame in frames[1:]),
                   *LINES, "--three-pass=yes")


if __name__ == "__main__":
    harness.main()
