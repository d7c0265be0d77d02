#!/usr/bin/python3
"""`make soak SOAK_MINUTES=10`: mixed clients against one daemon while its processes are killed and stopped and connections cut.

Nothing may be lost: every scan that says it went well is byte for byte what it is locally; a scan fails only where a fault
hit it; memory stays flat; nothing is left in the end. Exit code 0 only then. The table is also in soak.md, the figures in
soak.json, the chart in soak.png. As a test it runs for SOAK_SECONDS. SOAK_SEED repeats the choices.
"""

import collections
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "e2e")]

import clients  # noqa: E402
import harness  # noqa: E402
import injector  # noqa: E402
import tls_connection  # noqa: E402
import tls_proxy  # noqa: E402
import watch  # noqa: E402

DEFAULT_SECONDS = 20
ENDING = 120.0  # seconds for the last scans
SETTLING = 60.0  # seconds until nothing of the scans is left
# Flat: the processes that stay need, on average over the last quarter, no more than this of what they needed in the second.
# The first quarter is for caches that fill.
GROWTH, GROWTH_KIB = 1.15, 1024
SHORT, SHORT_GROWTH_KIB = 120, 8192  # seconds: in a shorter run a process that has just been started again is much of the whole
LEAST_SAMPLES = 40  # for the rule about memory: a short run says nothing about that


class Soak:
    def __init__(self, folder, seconds, seed):
        self.folder, self.seconds, self.seed = folder, seconds, seed
        self.stage = harness.Stage()
        self.random = random.Random(seed)
        self.problems = []
        self.serve()
        self.make_workers()

    def serve(self):
        certificate, key = tls_connection.make_certificate(self.folder, "server")
        self.certificate = certificate
        users = harness.write_file(f"{self.folder}/users", f"alice:{harness.PASSWORD_HASH}\n", 0o600)
        count = 6
        self.daemon = harness.Daemon(
            self.stage, self.folder,
            keys={"crypt": ["tls", "none"], "auth": ["unix"], "auth_fail_delay": 0, "process_timeout": 3, "login_timeout": 5,
                  **harness.room_for(200)},
            sane={"close_timeout": 5, "call_timeout": 60, "list_max_age": 1},
            tables=[("[auth_unix]", {"file": users}), ("[crypt_tls]", {"certificate": certificate, "key": key}),
                    ("[[allow]]", {"users": ["anonymous"], "devices": ["test:0", "test:1", "test:2"]}),
                    ("[[allow]]", {"users": ["alice"], "devices": ["*"]})])
        conf = harness.TEST_CONF.replace("number_of_devices 2", f"number_of_devices {count}")
        harness.write_file(os.path.join(self.daemon.sane_dir, "test.conf"), conf)
        self.expected = clients.expected_images(self.daemon.sane_dir, self.folder)
        self.daemon.start()

    def make_workers(self):
        """Clear and TLS, with a login and without, through a proxy and not."""
        self.workers, self.proxies = [], {}
        for number, (tls, login, proxied) in enumerate([(False, False, True), (True, False, False), (False, False, False),
                                                        (True, True, True), (False, True, False), (True, True, False)]):
            proxy = tls_proxy.Proxy(self.daemon.port) if proxied else None
            address = proxy.address if proxy else self.daemon.address
            words = ["tls=require", f"ca={self.certificate}"] if tls else ["tls=off", "allow_clear_passwords=yes"]
            words += ["user=alice", "password=secret"] if login else []
            client = harness.Client(self.stage, self.folder, [" ".join([address, *words])], name=f"client{number}")
            label = " ".join(["TLS" if tls else "clear", "login" if login else "anonymous", *(["proxy"] if proxied else [])])
            worker = clients.Worker(number, client, address, self.daemon.port, self.expected, self.random.random(), label)
            self.workers.append(worker)
            if proxy:
                self.proxies[worker] = proxy

    def run(self):
        self.daemon.settle()
        before = watch.look(self.daemon)
        self.watch = watch.Watch(self.daemon, max(0.25, self.seconds / 600))
        self.injector = injector.Injector(self.daemon, self.workers, self.proxies, self.random.random())
        threads = [self.watch, *self.workers, self.injector]
        for thread in threads:
            thread.start()
        time.sleep(self.seconds)
        for thread in [self.injector, *self.workers]:
            thread.stopping.set()
        for thread in [self.injector, *self.workers]:
            thread.join(ENDING)
            if thread.is_alive():
                self.problems.append(f"{thread} doesn't end")
            elif thread.error:
                self.problems.append(f"{type(thread).__name__}: {thread.error!r}")
        self.watch.stopping.set()
        self.watch.join()
        self.look_for_remains(before)
        self.finish()
        self.judge()

    def look_for_remains(self, before):
        """As many descriptors and processes as in the beginning, once all is quiet."""
        self.before = before

        def same():
            self.daemon.reap()  # children of logins whose auth process was killed are this process's now
            self.after = watch.look(self.daemon)
            return self.after[2] <= before[2] and self.after[3] <= before[3] and self.daemon.waiting()

        try:
            harness.wait_for(same, SETTLING, "nothing of the scans is left")
        except AssertionError as error:
            left = [(entry[0], entry[1], entry[2], harness.program_name(entry[0])) for entry in harness.processes()
                    if entry[0] in self.daemon.members()]
            self.problems.append(f"{error}: descriptors {before[2]} before, {self.after[2]} after; processes {before[3]} before,"
                                 f" {self.after[3]} after: {left}")

    def finish(self):
        for proxy in self.proxies.values():
            proxy.close()
        try:
            self.daemon.stop()
            for worker in self.workers:
                worker.client.check_reports()
        except AssertionError as error:
            self.problems.append(str(error)[-4000:])

    def judge(self):
        self.outcomes = [outcome for worker in self.workers for outcome in worker.outcomes]
        for outcome in self.outcomes:
            what = f"{outcome.verdict}: test:{outcome.worker.number} ({outcome.worker.label}), {outcome.kind}, after" \
                   f" {outcome.begin - self.watch.begin:.2f} to {outcome.end - self.watch.begin:.2f} s: {outcome.detail}"
            if outcome.verdict in ("WRONG", "LOST"):
                self.problems.append(what)
            elif outcome.verdict == "failed":
                reasons = [fault for fault in self.injector.faults if fault.explains(outcome)]
                if reasons:
                    max(reasons, key=lambda fault: fault.worker is not None).hits += 1
                else:
                    self.problems.append(f"no fault explains it: {what}")
        if not any(outcome.verdict == "whole" for outcome in self.outcomes):
            self.problems.append("not one scan was whole")
        self.judge_memory()

    def judge_memory(self):
        kept = [sample[1] for sample in self.watch.samples]
        quarter = len(kept) // 4
        if quarter == 0:
            self.memory = (0, 0)
            return
        second, last = sum(kept[quarter:2 * quarter]) / quarter, sum(kept[-quarter:]) / quarter
        self.memory = (second, last)
        allowed = GROWTH_KIB if self.seconds >= SHORT else SHORT_GROWTH_KIB
        if len(kept) >= LEAST_SAMPLES and not self.stage.sanitizers and last > GROWTH * second + allowed:
            self.problems.append(f"memory grows: {second:.0f} KiB in the second quarter, {last:.0f} KiB in the last")

    # --- what is told ---

    def table(self):
        lines = ["| client | whole, as locally | cancelled | killed | hit by a fault | rude |", "|---|---|---|---|---|---|"]
        for worker in self.workers:
            count = collections.Counter(outcome.verdict for outcome in worker.outcomes)
            lines.append(f"| test:{worker.number}, {worker.label} | {count['whole']} | {count['cancelled']} | {count['killed']} |"
                         f" {count['failed']} | {count['rude']} |")
        count = collections.Counter(outcome.verdict for outcome in self.outcomes)
        lines.append(f"| **all** | {count['whole']} | {count['cancelled']} | {count['killed']} | {count['failed']} | {count['rude']} |")
        lines += ["", "| fault | times | scans that failed for it | over after, median | at most |", "|---|---|---|---|---|"]
        by_kind = collections.defaultdict(list)
        for fault in self.injector.faults:
            by_kind[fault.what].append(fault)
        for what, faults in sorted(by_kind.items()):
            seconds = sorted(fault.end - fault.begin for fault in faults if fault.end) or [0]
            lines.append(f"| {what} | {len(faults)} | {sum(fault.hits for fault in faults)} | {seconds[len(seconds) // 2]:.2f} s |"
                         f" {seconds[-1]:.2f} s |")
        lines += ["", f"{len(self.outcomes)} clients in {self.seconds:g} s (seed {self.seed}). Supervisor, session and auth process:"
                  f" {self.memory[0]:.0f} KiB in the second quarter, {self.memory[1]:.0f} KiB in the last. Before and after:"
                  f" {self.before[2]} and {self.after[2]} descriptors, {self.before[3]} and {self.after[3]} processes."]
        return "\n".join(lines)

    def figures(self):
        def moments(verdict):
            return sorted(outcome.end - self.watch.begin for outcome in self.outcomes if outcome.verdict == verdict)

        return {"title": f"netsaned, {self.seconds:g} s, {len(self.injector.faults)} faults, {len(self.outcomes)} clients",
                "samples": self.watch.samples, "whole_at": moments("whole"), "failed_at": moments("failed"),
                "everybody_hit_at": [fault.begin - self.watch.begin for fault in self.injector.faults if fault.worker is None]}


def draw(source, target):
    """By the first python3 here that has matplotlib."""
    for python in (sys.executable, "/usr/bin/python3"):
        if subprocess.run([python, "-c", "import matplotlib"], stderr=subprocess.DEVNULL, check=False).returncode == 0:
            subprocess.run([python, "-B", os.path.join(HERE, "chart.py"), source, target], check=True)
            return target
    return "none, python3-matplotlib isn't here"


def report(soak, folder):
    table = soak.table()
    print(table)
    if folder:
        with open(os.path.join(folder, "soak.md"), "w", encoding="utf-8") as file:
            file.write(table + "\n")
        source = os.path.join(folder, "soak.json")
        with open(source, "w", encoding="utf-8") as file:
            json.dump(soak.figures(), file)
        print("chart:", draw(source, os.path.join(folder, "soak.png")))
    for problem in soak.problems:
        print("PROBLEM:", problem)
    if soak.problems:
        print(soak.daemon.log()[-20000:])
    print(f"{len(soak.problems)} problems")


def main():
    """soak.py [FOLDER MINUTES]"""
    seconds = float(sys.argv[2]) * 60 if len(sys.argv) > 2 else float(os.environ.get("SOAK_SECONDS", DEFAULT_SECONDS))
    folder = tempfile.mkdtemp(prefix="netsane-soak-")
    os.chmod(folder, 0o755)
    harness.adopt_orphans()
    soak = None
    try:
        soak = Soak(folder, seconds, int(os.environ.get("SOAK_SEED", random.randrange(1 << 30))))
        soak.run()
        report(soak, sys.argv[1] if len(sys.argv) > 1 else None)
        return 1 if soak.problems else 0
    finally:
        if soak:
            soak.daemon.kill()
            soak.stage.close()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
