"""What a daemon uses, again and again: memory, descriptors, processes."""

import os
import threading
import time

import harness

KEEPERS = ("netsaned", "netsaned-session", "netsaned-auth")  # that live as long as the daemon; device processes come and go


def memory_kib(pid):
    """The memory of a process, what several share divided among them; of a process that lets nobody look, what is resident."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            return sum(int(line.split()[1]) for line in file if line.startswith("Pss:"))
    except PermissionError:
        with open(f"/proc/{pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024


def look(daemon):
    """(KiB of the processes that stay, KiB of all, descriptors, processes); what can't be seen any more doesn't count."""
    kept = total = descriptors = 0
    members = daemon.members()
    for pid in members:
        try:
            memory = memory_kib(pid)
            total += memory
            if harness.program_name(pid) in KEEPERS:
                kept += memory
            descriptors += len(os.listdir(f"/proc/{pid}/fd"))
        except OSError:
            pass
    return kept, total, descriptors, len(members)


class Watch(threading.Thread):
    def __init__(self, daemon, interval):
        super().__init__(daemon=True)
        self.daemon_, self.interval = daemon, interval
        self.begin = time.monotonic()
        self.samples = []  # (seconds, what look() gives)
        self.stopping = threading.Event()

    def run(self):
        while not self.stopping.wait(self.interval):
            self.samples.append((time.monotonic() - self.begin, *look(self.daemon_)))
