"""bench/proxy: connections through it take longer, and their bytes and round trips are counted (bench/TripCounter.hxx says
how)."""

import json
import os
import subprocess

import harness

PROGRAM = os.path.join(os.environ.get("NETSANE_BUILDDIR", "."), "bench", "proxy")
DEADLINE = 20.0


class CountingProxy:
    """delay: milliseconds that each direction takes. targets: addresses "127.0.0.1:6576". listeners: where to listen, one for
    each target; ports that the kernel picks unless said otherwise."""

    def __init__(self, *targets, delay=0, listeners=None):
        listeners = listeners or ["127.0.0.1:0"] * len(targets)
        routes = [f"{listener}={target}" for listener, target in zip(listeners, targets)]
        self.process = subprocess.Popen([PROGRAM, "--delay", str(delay), *routes], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, start_new_session=True)
        try:
            self.addresses = self.answer()["listen"]
        except BaseException:
            self.close()
            raise

    @property
    def address(self):
        return self.addresses[0]

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(f"{PROGRAM} has ended with {self.process.wait(DEADLINE)}")
        answer = json.loads(line)
        if "error" in answer:
            raise AssertionError(f"the proxy says: {answer['error']}")
        return answer

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.answer()

    def set_delay(self, milliseconds):
        self.ask(f"delay {milliseconds}")

    def report(self):
        """What was counted since the last one, as soon as all connections have ended: connections, round_trips,
        bytes_to_server, bytes_to_client."""
        def ended():
            counted = self.ask("report")
            return counted if counted["open_connections"] == 0 else None

        counted = harness.wait_for(ended, DEADLINE, "the connections through the proxy have ended")
        self.ask("reset")
        return counted

    def close(self):
        """Ends the proxy."""
        self.process.stdin.close()
        try:
            self.process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
