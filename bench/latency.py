"""What one person waits for: round trips, sane_open, the first bytes of an image, a list with a dead server in it."""

import socket
import time

import harness
import peers
from report import Row, quick

DELAY = 20  # milliseconds each way while round trips are counted
OPENS = 20
STARTS = 5  # of the servers, for the first sane_open
AGE = 1.0  # seconds that a server has rest before its first client, and before the second: after a rest anything is slower
SCANS = 15
PATIENCE = 20.0  # seconds that a list may take before it is given up

ROWS = {
    "options": Row("latency", "round trips of scanimage -A", "round trips", "≤", 5),
    "login": Row("latency", "the same under TLS 1.3, PASS_CRYPT", "round trips", "≤", 8),
    "scan": Row("latency", "round trips of a 50 dpi scan", "round trips", "≤", 7),
    "open": Row("latency", "sane_open on loopback", "ms", "≤", 3),
    "first_open": Row("latency", "the first one since the server's start", "ms", "≤", 1.25, of="itself", text="≤ 1.25 × the second"),
    "first_byte": Row("latency", "first bytes behind sane_start, over local", "ms", "≤", 2),
    "list": Row("latency", "scanimage -L with a dead server", "s", "≤", 2.5),
}


def counted(peer, *args):
    """What the proxy in front of the peer counts while scanimage runs."""
    peer.proxy.report()
    result = harness.run(["scanimage", "-d", peer.device(0), *args], peer.environment(), "/")
    if result.code != 0:
        raise AssertionError(f"scanimage {' '.join(args)} at {peer.name}: {result!r}")
    return peer.proxy.report()


def measure_trips(bench):
    figures = {}
    if bench.has_saned():
        with bench.peer(peers.Saned, delay=DELAY) as saned:
            figures["options"], figures["scan"] = counted(saned, "-A"), counted(saned)
    with bench.netsaned(delay=DELAY) as netsaned:
        counted(netsaned, "-n")  # what is done once after the start
        options, scan = counted(netsaned, "-A"), counted(netsaned)
    for name, ours in (("options", options), ("scan", scan)):
        theirs = figures.get(name)
        note = f"{ours['bytes_to_server']} bytes to the server, {ours['bytes_to_client']} back"
        if theirs:
            note += f"; saned: {theirs['connections']} connections, {theirs['bytes_to_server']} and {theirs['bytes_to_client']} bytes"
        ROWS[name].fill(ours["round_trips"], theirs and theirs["round_trips"], note=note)
    with bench.netsaned(delay=DELAY, tls=True, login=True) as netsaned:
        counted(netsaned, "-n")
        login = counted(netsaned, "-A")
    ROWS["login"].fill(login["round_trips"], note=f"{login['bytes_to_server']} bytes to the server, {login['bytes_to_client']} back")


def measure_opens(bench):
    """Each side in turn, started anew each time; the client's process is new for the first, for the second, and for the rest."""
    sides = {"netsaned": bench.netsaned}
    if bench.has_saned():
        sides["saned"] = lambda: bench.peer(peers.Saned)
    first, second, later = ({name: [] for name in sides} for _ in range(3))
    for _ in range(STARTS):
        for name, start in sides.items():
            with start() as peer:
                time.sleep(AGE)
                first[name] += peers.frontend(peer, "open", 1)["open_ms"]
                time.sleep(AGE)
                second[name] += peers.frontend(peer, "open", 1)["open_ms"]
                later[name] += peers.frontend(peer, "open", OPENS)["open_ms"][1:]
    ROWS["open"].fill(quick(later["netsaned"]), quick(later.get("saned", [])), samples=later)
    ours, again = quick(first["netsaned"]), quick(second["netsaned"])
    ROWS["first_open"].fill(ours, quick(first.get("saned", [])), measured=ours / again,
                            note=f"the second one, of a new process behind a rest of {AGE:g} s, too: {again:.3g} ms",
                            samples={"first": first, "second": second})


def measure_first_bytes(bench):
    with bench.peer(peers.Local) as local, bench.netsaned() as netsaned:
        sides = [local, netsaned]
        if bench.has_saned():
            sides.append(bench.stack.enter_context(bench.peer(peers.Saned)))
        times = {peer.name: [] for peer in sides}
        for _ in range(SCANS):
            for peer in sides:
                with peers.ScanRun(peer, 2, {"resolution": 150, "mode": "Color"}) as run:
                    run.go()
                    times[peer.name] += [1000 * (scan["first"] - scan["begin"]) for scan in run.result()["scans"]]
    middle = {name: quick(values) for name, values in times.items()}
    over = {name: value - middle["local"] for name, value in middle.items()}
    ROWS["first_byte"].fill(over["netsaned"], over.get("saned"), samples=times, note=f"local: {middle['local']:.3g} ms")


class DeadServer:
    """An address on loopback that takes no connection and refuses none: its queue is full."""

    def __init__(self, host="127.0.0.1", port=0):
        self.listener = socket.create_server((host, port), backlog=0)
        self.address = self.listener.getsockname()
        self.waiting = []
        for _ in range(4):
            client = socket.socket()
            client.setblocking(False)
            client.connect_ex(self.address)
            self.waiting.append(client)

    def close(self):
        for each in [*self.waiting, self.listener]:
            each.close()


def list_seconds(environment, expected):
    """Seconds of a scanimage -L that shows `expected`; PATIENCE where it doesn't end by then."""
    begin = time.monotonic()
    try:
        result = harness.run(["scanimage", "-L"], environment, "/", timeout=PATIENCE)
    except AssertionError:
        return PATIENCE
    if expected not in result.out.decode(errors="replace"):
        raise AssertionError(f"scanimage -L doesn't show {expected}: {result!r}")
    return time.monotonic() - begin


def measure_list(bench):
    dead = DeadServer()
    try:
        with bench.netsaned() as netsaned:
            netsaned.client.configure([f"127.0.0.1:{dead.address[1]} tls=off", f"{netsaned.address} tls=off"])
            ours = [list_seconds(netsaned.environment(), netsaned.device(0)) for _ in range(3)]
    finally:
        dead.close()
    theirs = None
    if bench.has_saned():
        with bench.peer(peers.Saned) as saned:
            dead = DeadServer(peers.loopback_address(), peers.SANE_PORT)
            try:
                harness.write_file(f"{saned.client_dir}/net.conf", f"{dead.address[0]}\n{saned.address}\n")
                theirs = list_seconds(saned.environment(), saned.device(0))
            finally:
                dead.close()
    note = f"saned given up after {PATIENCE:g} s" if theirs == PATIENCE else ""
    ROWS["list"].fill(quick(ours), theirs, note=note, samples={"netsaned": ours})


MEASUREMENTS = {measure_trips: ["options", "login", "scan"], measure_opens: ["open", "first_open"],
                measure_first_bytes: ["first_byte"], measure_list: ["list"]}
