"""The faults of a soak: processes of the daemon killed and stopped, connections cut. Each is remembered with the time it lasted
and whom it may have hit, so that a scan which failed has a fault to show for it."""

import os
import random
import signal
import threading
import time

import clients
import seed

PAUSE = (0.5, 2.0)  # seconds between two faults
WORKER_PAUSE = 7.0  # and between two that hit everybody: else nobody would ever get through
STOPPED = 0.7  # seconds that a device process stands still before it is killed
RECOVERY = 60.0  # seconds that the daemon may take to serve again
SETTLED = 0.5  # seconds after which a fault of one scan doesn't show any more
DENIED = "Access to resource has been denied"


class Fault:
    def __init__(self, what, worker=None, only_logins=False):
        self.what, self.only_logins = what, only_logins
        self.worker = worker  # whom it hits; None: everybody
        self.begin = time.monotonic()
        self.end = None  # served again
        self.hits = 0  # scans that failed for it

    def explains(self, outcome):
        if self.worker not in (None, outcome.worker):
            return False
        if self.only_logins and not ("login" in outcome.worker.label and DENIED in outcome.detail):
            return False
        return outcome.begin <= (self.end or float("inf")) + SETTLED and self.begin <= outcome.end


class Injector(threading.Thread):
    """proxies: by worker, of those who scan through one."""

    def __init__(self, daemon, workers, proxies, random_seed):
        super().__init__(daemon=True)
        self.daemon_ = daemon
        self.workers, self.proxies = workers, proxies
        self.random = random.Random(random_seed)
        self.faults = []
        self.stopping = threading.Event()
        self.error = None

    def run(self):
        one = [self.kill_device, self.stop_device, self.cut, self.reset]
        if not self.daemon_.stage.sanitizers:  # they would report the crash
            one.append(self.crash_device)
        everybody = [self.kill_session, self.stop_session, self.kill_auth, self.stop_auth, self.reload]
        turn, last = 0, time.monotonic() - WORKER_PAUSE / 2
        try:
            while not self.stopping.wait(self.random.uniform(*PAUSE)):
                self.forget_links()
                if time.monotonic() - last > WORKER_PAUSE:
                    everybody[turn % len(everybody)]()
                    turn, last = turn + 1, time.monotonic()
                else:
                    self.random.choice(one)()
        except Exception as error:
            self.error = error

    def begin(self, what, worker=None, only_logins=False):
        fault = Fault(what, worker, only_logins)
        self.faults.append(fault)
        return fault

    @staticmethod
    def signal(pid, number):
        try:
            os.kill(pid, number)
            return True
        except ProcessLookupError:
            return False

    # --- of one scan ---

    def some_device(self):
        """A worker that has a device now, and its process."""
        held = [(worker, pid) for worker in self.workers if (pid := clients.device_process(self.daemon_, worker))]
        return self.random.choice(held) if held else None

    def end_device(self, what, number):
        held = self.some_device()
        if not held:
            return
        fault = self.begin(what, held[0])
        self.signal(held[1], number)
        self.wait(lambda: held[1] not in self.daemon_.members(), f"{what}: the process is gone")
        fault.end = time.monotonic()

    def kill_device(self):
        self.end_device("device process killed", signal.SIGKILL)

    def crash_device(self):
        self.end_device("device process crashed", signal.SIGBUS)

    def stop_device(self):
        held = self.some_device()
        if not held:
            return
        # It can't go on afterwards: what SANE's test backend was writing to its pipe when it was stopped comes out wrong,
        # without a network, too.
        fault = self.begin("device process stopped, then killed", held[0])
        self.signal(held[1], signal.SIGSTOP)
        self.stopping.wait(STOPPED)
        self.signal(held[1], signal.SIGKILL)
        self.wait(lambda: held[1] not in self.daemon_.members(), "a stopped device process is gone")
        fault.end = time.monotonic()

    def cut(self):
        self.end_link("connection cut", lambda link: link.cut())

    def forget_links(self):
        """Those that have ended, with their descriptors."""
        for proxy in self.proxies.values():
            for link in [link for link in proxy.links if link.running == 0]:
                link.join()
                proxy.links.remove(link)

    def reset(self):
        self.end_link("connection reset", lambda link: link.reset())

    def end_link(self, what, how):
        worker = self.random.choice(list(self.proxies))
        links = [link for link in self.proxies[worker].links if link.running == 2]
        if not links:
            return
        fault = self.begin(what, worker)
        how(links[-1])
        fault.end = time.monotonic()

    # --- of everybody ---

    def replaced(self, what, program, number, serves):
        pid = self.daemon_.worker(program)
        if not pid:
            return
        fault = self.begin(what)
        self.signal(pid, number)
        self.wait(lambda: self.daemon_.worker(program) not in (pid, None) and serves(), f"{what}: there is another one")
        fault.end = time.monotonic()

    def kill_session(self):
        self.replaced("session process killed", "netsaned-session", signal.SIGKILL, self.is_served)

    def stop_session(self):
        self.replaced("session process stopped for good", "netsaned-session", signal.SIGSTOP, self.is_served)

    def kill_auth(self):
        self.replaced("auth process killed", "netsaned-auth", signal.SIGKILL, self.may_log_in)

    def stop_auth(self):
        self.replaced("auth process stopped for good", "netsaned-auth", signal.SIGSTOP, self.may_log_in)

    def reload(self):
        fault = self.begin("SIGHUP", only_logins=True)  # one that is in progress is lost with the old auth process
        before = self.daemon_.log().count("configuration reloaded")
        self.signal(self.daemon_.process.pid, signal.SIGHUP)
        self.wait(lambda: self.daemon_.log().count("configuration reloaded") > before, "SIGHUP: the log tells of it")
        fault.end = time.monotonic()

    def is_served(self):
        return self.asks(lambda connection: connection.init()[0] == seed.GOOD)

    def may_log_in(self):
        def opens(connection):
            connection.user, connection.passwords = "alice", ["secret"]
            return connection.open("test:99")[0] == seed.INVAL  # who isn't logged in is not told even that
        return self.asks(opens)

    def asks(self, question):
        try:
            with seed.Connection(("127.0.0.1", self.daemon_.port), timeout=5) as connection:
                connection.event(connection.receive())  # CRPT_REQ, answered with none
                return question(connection)
        except (seed.Closed, AssertionError, OSError):
            return False

    @staticmethod
    def wait(condition, what):
        end = time.monotonic() + RECOVERY
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"not within {RECOVERY:g} s: {what}")
            time.sleep(0.02)
