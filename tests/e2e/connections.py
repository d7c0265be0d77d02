#!/usr/bin/python3
"""Thousands of idle connections: what each costs in memory, that they cost no time, and a scan beside them.

Figures are printed. NETSANE_CONNECTIONS is another number of connections than the usual one.
"""

import os
import resource
import time

import harness
import seed

FIRST = 100  # connections before the measurement: what is there once isn't counted
CONNECTIONS = int(os.environ.get("NETSANE_CONNECTIONS", "2000"))
MAX_KIB = 6  # promised are 8; what was reached shall not be lost unnoticed
TRIES = 3  # where time is measured: the machine may have had something else to do
QUIET = 3.0  # seconds in which nothing shall happen
SOON = 60.0  # seconds until that is so: each request has begun a time of some seconds, after which nobody asks
SCAN = ["--mode", "Color", "--test-picture", "Color pattern", "--resolution", "600"]


def proportional_kib(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("Pss:"))


def switches(pid):
    """How often the process has gone to sleep."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("voluntary_ctxt_switches"))


class Connections(harness.EndToEndTest):
    def setUp(self):
        super().setUp()
        self.allow_descriptors(CONNECTIONS + FIRST + 300)
        # No time but the one that is asked about: the processes don't ask each other how they are.
        self.server = self.daemon(keys={**harness.room_for(CONNECTIONS + FIRST), "login_timeout": 3600, "process_timeout": 3600},
                                  sane={"list_max_age": 3600, "list_refresh": 0})
        self.server.start()

    def allow_descriptors(self, wanted):
        """For this process and the daemon."""
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard != resource.RLIM_INFINITY and hard < wanted:
            self.skipTest(f"{CONNECTIONS} connections need more descriptors than the {hard} allowed here")
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))

    def open(self, count):
        made = [seed.Connection(("127.0.0.1", self.server.port)) for _ in range(count)]
        for connection in made:
            self.addCleanup(connection.close)
            connection.devices()
        return made

    def kib(self):
        """Of all processes of the daemon together."""
        self.server.settle()
        return sum(proportional_kib(pid) for pid in self.server.members())

    def workers(self):
        return self.server.process.pid, self.server.worker("netsaned-session"), *self.server.waiting()

    def wait_quiet(self):
        """Until the processes have slept for QUIET seconds without once waking up."""
        slept, since = None, 0.0
        end = time.monotonic() + SOON
        while time.monotonic() < end:
            now = [switches(pid) for pid in self.workers()]
            if now != slept:
                slept, since = now, time.monotonic()
            elif time.monotonic() - since >= QUIET:
                return
            time.sleep(0.2)
        self.fail(f"something wakes the idle processes up again and again: {slept}\n{self.server.log()}")

    def test_what_they_cost(self):
        self.open(FIRST)
        with_memory = os.geteuid() == 0  # else the kernel doesn't tell: these processes can't be inspected
        before = self.kib() if with_memory else 0
        made = self.open(CONNECTIONS)
        if with_memory:
            each = (self.kib() - before) / CONNECTIONS
            print(f"\n{each:.2f} KiB for each of {CONNECTIONS} idle connections")
            if not self.stage.sanitizers:
                self.assertLessEqual(each, MAX_KIB)

        self.wait_quiet()
        self.assertEqual(made[0].init()[0], seed.GOOD)  # they are open
        self.assertEqual(made[-1].init()[0], seed.GOOD)
        self.server.stop()

    def test_a_scan_beside_them(self):
        client = self.client_of(self.server)
        device = f"netsane:{self.server.address}:test:0"
        expected = harness.run_local(self.server.sane_dir, "-d", "test:0", *SCAN, cwd=self.folder)

        def fastest():
            results = [client.run("-d", device, *SCAN) for _ in range(5)]
            for result in results:
                self.assertEqual((result.code, result.out == expected.out), (0, True), repr(result))
            return min(result.seconds for result in results)

        for _ in range(TRIES):
            alone = fastest()
            idle = self.open(CONNECTIONS)
            beside = fastest()
            print(f"\na scan takes {alone * 1000:.0f} ms alone, {beside * 1000:.0f} ms beside {CONNECTIONS} idle connections")
            if beside < 2 * alone + 0.1:
                break
            for connection in idle:
                connection.close()
        else:
            self.fail("idle connections make a scan slow")
        self.server.stop()


if __name__ == "__main__":
    harness.main()
