#!/usr/bin/python3
"""A crowd that means no good, and somebody who scans: peers that send a byte a second, that send rubbish, that stand still
in their handshake.

Figures are printed. NETSANE_CROWD is another number of peers of each kind than the usual one; NETSANE_CROWD_LOSS the share of
its speed that a scan may lose, where the machine has nothing else to do.
"""

import os
import random
import selectors
import socket
import statistics
import threading
import time

import harness
import seed
import tls_connection

EACH = int(os.environ.get("NETSANE_CROWD", "100"))
MAX_LOSS = os.environ.get("NETSANE_CROWD_LOSS")
ROUNDS = 3
ROUND_SECONDS = 1.0  # and beside the crowd two of its ticks
PAGE = ["--mode", "Color", "--test-picture", "Color pattern", "--resolution", "300"]
TICK = 1.0  # seconds
SLOW_MESSAGE = seed.message(seed.d(seed.OPEN), seed.s("test:0" * 100))
HALF_A_HELLO = seed.message(seed.d(seed.CRPT_RPLY), seed.d(tls_connection.TLS)) + bytes.fromhex("16030100c8010000c4")


class Crowd(threading.Thread):
    """EACH of the three kinds; whoever is thrown out comes again with the next tick."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port = port
        self.random = random.Random(1997)
        self.selector = selectors.DefaultSelector()
        self.members = []
        self.came = 0  # connections made
        self.stopping = threading.Event()
        self.complete = threading.Event()

    def join_in(self, kind):
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        connection.setblocking(False)
        member = {"kind": kind, "socket": connection, "sent": 0}
        self.members.append(member)
        self.selector.register(connection, selectors.EVENT_READ, member)
        self.came += 1

    def leave(self, member):
        self.selector.unregister(member["socket"])
        member["socket"].close()
        self.members.remove(member)

    def talk(self, member):
        kind, sent = member["kind"], member["sent"]
        if kind == "slow":
            data = SLOW_MESSAGE[sent : sent + 1]
        elif kind == "rubbish":
            data = self.random.randbytes(100)
        else:
            data = HALF_A_HELLO if sent == 0 else b""
        try:
            member["sent"] += member["socket"].send(data) if data else 0
        except OSError:
            self.leave(member)

    def listen(self, until):
        while (left := until - time.monotonic()) > 0 and not self.stopping.is_set():
            for key, _ in self.selector.select(min(left, 0.1)):
                try:
                    data = key.fileobj.recv(65536)
                except BlockingIOError:
                    continue
                except OSError:
                    data = b""
                if not data:
                    self.leave(key.data)

    def run(self):
        try:
            while not self.stopping.is_set():
                for kind in ("slow", "rubbish", "stalled"):
                    for _ in range(EACH - sum(member["kind"] == kind for member in self.members)):
                        self.join_in(kind)
                for member in list(self.members):
                    self.talk(member)
                self.complete.set()
                self.listen(time.monotonic() + TICK)
        finally:
            for member in list(self.members):
                self.leave(member)

    def stop(self):
        self.stopping.set()
        self.join()


class CrowdTest(harness.EndToEndTest):
    def scans(self, seconds):
        times = []
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            result = self.user.run("-d", self.device, *PAGE)
            self.assertEqual((result.code, harness.difference(self.page, result.out)), (0, "equal"), repr(result))
            times.append(result.seconds)
        return times

    def scans_beside_a_crowd(self):
        crowd = Crowd(self.server.port)
        crowd.start()
        try:
            self.assertTrue(crowd.complete.wait(60), "the crowd does not come together")
            return self.scans(2 * TICK)
        finally:
            crowd.stop()
            self.came += crowd.came

    def test_a_scan_beside_a_crowd(self):
        tls_connection.allow_descriptors(self, 3 * EACH)
        certificate, key = tls_connection.make_certificate(self.folder, "server")
        self.server = self.daemon(keys={"crypt": ["tls", "none"], **harness.room_for(3 * EACH)},
                                  tables=[("[crypt_tls]", {"certificate": certificate, "key": key})])
        self.server.start()
        self.user = self.client_of(self.server)
        self.device = f"netsane:{self.server.address}:test:0"
        self.page = harness.run_local(self.server.sane_dir, "-d", "test:0", *PAGE, cwd=self.folder).out
        self.came = 0

        alone, beside = [], []
        for _ in range(ROUNDS):
            alone += self.scans(ROUND_SECONDS)
            beside += self.scans_beside_a_crowd()
        alone, beside = statistics.median(alone), statistics.median(beside)
        print(f"\na scan takes {alone * 1000:.0f} ms alone and {beside * 1000:.0f} ms beside {3 * EACH} peers that mean no good,"
              f" {100 * (1 - alone / beside):.0f} % of its speed lost; they connected {self.came} times")
        if MAX_LOSS:
            self.assertLess(1 - alone / beside, float(MAX_LOSS))
        self.assertLess(beside, 2 * alone + 0.5)
        self.server.stop()


if __name__ == "__main__":
    harness.main()
