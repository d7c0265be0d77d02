"""Images: megabytes a second, near and far, one client and four, and what they cost the processors.

A rate is the bytes of an image over the time from the call of sane_start to the last return of sane_read, in a frontend
that reads blocks of 32 KiB, as scanimage does, and throws them away.
"""

import contextlib

import peers
from report import Row, median

IMAGE = {"resolution": 600, "mode": "Color", "test-picture": "Color pattern", "tl-x": 0, "tl-y": 0, "br-x": 200, "br-y": 200}
LARGE = {**IMAGE, "resolution": 1200}  # 268 MB, so that the start, a round trip or two, is little of it
ROUNDS = 5
SCANS = 4  # in a round, at each side
FAR_ROUNDS = 2
FAR_SECONDS = 15  # a slow scan is cancelled then, and its rate until then counts
FAR_DELAY = 25  # milliseconds each way
CROWD = 4
CROWD_ROUNDS = 3

ROWS = {
    "clear": Row("throughput", "600 dpi colour, 67 MB, in clear", "MB/s", "≥", 2.5, of="ratio", text="≥ 2.5 × saned"),
    "tls": Row("throughput", "the same under TLS", "MB/s", "≥", 1.5, of="ratio", text="≥ 1.5 × saned in clear"),
    "far": Row("throughput", "268 MB at 50 ms round-trip time", "MB/s", "≥", 0.7, of="of itself", text="≥ 0.7 × at 0 ms"),
    "cpu": Row("throughput", "processor time, all processes", "s/GB", "≤", 0.7, of="ratio", text="≤ 0.7 × saned"),
    "crowd": Row("throughput", "four clients, four devices, together", "MB/s", "≥", 0.9, of="of itself", text="≥ 0.9 × one client"),
}


def rate(scan):
    return scan["bytes"] / (scan["end"] - scan["begin"]) / 1e6


class Tally:
    """What a side has shown in all rounds."""

    def __init__(self):
        self.rates = []
        self.bytes = 0
        self.cpu = 0.0

    def scan(self, peer):
        with peers.ScanRun(peer, SCANS, IMAGE) as run:
            before = peers.processor_seconds(peer.processes())
            run.go()
            result = run.result()
            self.cpu += result["cpu"] + peers.processor_seconds(peer.processes()) - before
        self.rates += [rate(scan) for scan in result["scans"]]
        self.bytes += sum(scan["bytes"] for scan in result["scans"])

    @property
    def rate(self):
        return median(self.rates)

    @property
    def cpu_per_gb(self):
        return self.cpu / self.bytes * 1e9


def measure_images(bench):
    with contextlib.ExitStack() as stack:
        sides = [stack.enter_context(bench.peer(peers.Local)), stack.enter_context(bench.netsaned()),
                 stack.enter_context(bench.netsaned(tls=True, name="netsaned under TLS"))]
        if bench.has_saned():
            sides.append(stack.enter_context(bench.peer(peers.Saned)))
        tallies = {peer.name: Tally() for peer in sides}
        for _ in range(ROUNDS):
            for peer in sides:
                tallies[peer.name].scan(peer)
    clear, tls, saned = tallies["netsaned"], tallies["netsaned under TLS"], tallies.get("saned")
    samples = {name: tally.rates for name, tally in tallies.items()}
    for row, ours in (("clear", clear), ("tls", tls)):
        ROWS[row].fill(ours.rate, saned and saned.rate, measured=ours.rate / saned.rate if saned else 0, samples=samples)
    ROWS["clear"].note = f"local: {tallies['local'].rate:.0f} MB/s"
    ROWS["cpu"].fill(clear.cpu_per_gb, saned and saned.cpu_per_gb, measured=clear.cpu_per_gb / saned.cpu_per_gb if saned else 9,
                     note=f"local: {tallies['local'].cpu_per_gb:.3g} s/GB, under TLS: {tls.cpu_per_gb:.3g}; {clear.bytes / 1e9:.2g} GB each")
    if not saned:
        for row in ("clear", "tls", "cpu"):
            ROWS[row].measured, ROWS[row].problem = None, "no saned"


def far_rates(peer, delay):
    """The rates of a large image through the peer's proxy."""
    peer.proxy.set_delay(delay)
    with peers.ScanRun(peer, 1, LARGE, max_seconds=FAR_SECONDS) as run:
        run.go()
        return [rate(scan) for scan in run.result()["scans"]]


def measure_far(bench):
    with contextlib.ExitStack() as stack:
        sides = [stack.enter_context(bench.netsaned(delay=0))]
        if bench.has_saned():
            sides.append(stack.enter_context(bench.peer(peers.Saned, delay=0)))
        rates = {(peer.name, delay): [] for peer in sides for delay in (0, FAR_DELAY)}
        for _ in range(FAR_ROUNDS):
            for peer in sides:
                for delay in (0, FAR_DELAY):
                    rates[peer.name, delay] += far_rates(peer, delay)
    middle = {key: median(values) for key, values in rates.items()}
    ours, near = middle["netsaned", FAR_DELAY], middle["netsaned", 0]
    note = f"at 0 ms: {near:.0f} MB/s; both through the proxy"
    theirs = middle.get(("saned", FAR_DELAY))
    if theirs:
        note += f"; saned at 0 ms: {middle['saned', 0]:.0f} MB/s, that is {theirs / middle['saned', 0]:.2g} ×"
    ROWS["far"].fill(ours, theirs, measured=ours / near, note=note,
                     samples={f"{name}, {2 * delay} ms": values for (name, delay), values in rates.items()})


def together(peer, clients):
    """Bytes a second of all clients, from the first start to the last end."""
    with contextlib.ExitStack() as stack:
        runs = [stack.enter_context(peers.ScanRun(peer, SCANS, IMAGE, device=number)) for number in range(clients)]
        for run in runs:
            run.go()
        scans = [scan for run in runs for scan in run.result()["scans"]]
    begin, end = min(scan["begin"] for scan in scans), max(scan["end"] for scan in scans)
    return sum(scan["bytes"] for scan in scans) / (end - begin) / 1e6


def measure_crowd(bench):
    with contextlib.ExitStack() as stack:
        sides = [stack.enter_context(bench.netsaned())]
        if bench.has_saned():
            sides.append(stack.enter_context(bench.peer(peers.Saned)))
        rates = {(peer.name, clients): [] for peer in sides for clients in (1, CROWD)}
        for _ in range(CROWD_ROUNDS):
            for peer in sides:
                for clients in (1, CROWD):
                    rates[peer.name, clients].append(together(peer, clients))
    middle = {key: median(values) for key, values in rates.items()}
    ours, one = middle["netsaned", CROWD], middle["netsaned", 1]
    theirs = middle.get(("saned", CROWD))
    note = f"one: {one:.0f} MB/s"
    if theirs:
        note += f"; saned: {middle['saned', 1]:.0f} MB/s, together {theirs / middle['saned', 1]:.2g} ×"
    ROWS["crowd"].fill(ours, theirs, measured=ours / one, note=note,
                       samples={f"{name}, {clients}": values for (name, clients), values in rates.items()})


MEASUREMENTS = {measure_images: ["clear", "tls", "cpu"], measure_far: ["far"], measure_crowd: ["crowd"]}
