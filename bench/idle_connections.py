"""Idle connections: how many one daemon holds, and the memory of each.

The memory is that of all processes of the server, less that with one connection, over the others (processes.memory_bytes).
"""

import concurrent.futures
import contextlib
import socket
import ssl

import harness
import peers
import processes
import seed
import tls_connection
from report import Row

CLEAR = 10000
TLS = 1000
SANED = 100  # each has a process
THREADS = 8
SPARE = 500  # descriptors besides those of connections
SETTLE = 20.0  # seconds for the server to have done what a connection needs

ROWS = {
    "held": Row("connections", "idle connections held, in clear", "", "≥", CLEAR),
    "clear": Row("connections", "memory of each, in clear", "KiB", "≤", 8),
    "tls": Row("connections", "memory of each, under TLS", "KiB", "≤", 40),
}


def connect_clear(address):
    """A connection that was greeted and has been answered: what a client is that waits for its user."""
    connection = seed.Connection(address, greeting=False)
    try:
        connection.event(connection.receive())  # HELO, or FAIL with a reason
        connection.init()
    except BaseException:
        connection.close()
        raise
    return connection


def connect_tls(address, context):
    connection = tls_connection.Connection(address)
    try:
        connection.start_tls(context)
        connection.init()
    except BaseException:
        connection.close()
        raise
    return connection


def open_many(count, connect, stack):
    """As many of `count` as there can be; those that fail are left out, with the reason of the last."""
    reason = []

    def one(_):
        try:
            return connect()
        except (OSError, seed.Closed, AssertionError) as error:
            reason.append(str(error) or type(error).__name__)
            return None

    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        made = [connection for connection in pool.map(one, range(count)) if connection]
    for connection in made:
        stack.callback(connection.close)
    return made, reason[-1] if reason else ""


def settled_bytes(netsaned, connection):
    """The memory of all its processes, once they have done what came before, and what that has started."""
    connection.init()
    connection.devices()
    netsaned.daemon.settle()
    return processes.memory_bytes(netsaned.processes())


def kib_each(netsaned, count, connect, stack):
    """(connections, KiB for each beyond the first, why there aren't more)"""
    first, reason = open_many(1, connect, stack)
    if not first:
        raise AssertionError(f"no connection: {reason}")
    before = settled_bytes(netsaned, first[0])
    made, reason = open_many(count - 1, connect, stack)
    alive = 1 + sum(1 for connection in made if is_open(connection))
    if not made:
        raise AssertionError(f"no second connection: {reason}")
    return alive, (settled_bytes(netsaned, first[0]) - before) / len(made) / 1024, reason


def is_open(connection):
    """Whether the server has neither closed it nor said anything."""
    connection.socket.setblocking(False)
    try:
        connection.socket.recv(1)
    except (BlockingIOError, ssl.SSLWantReadError):
        return True
    except OSError:
        pass
    return False


def limits(count):
    return {**harness.room_for((count + SPARE) // 2), "login_timeout": 600}


def measure_clear(bench):
    allowed = processes.allow_descriptors(2 * CLEAR + SPARE)  # a server may want two for each
    count = min(CLEAR, allowed - SPARE)
    with bench.netsaned(**limits(count)) as netsaned, contextlib.ExitStack() as stack:
        address = ("127.0.0.1", netsaned.daemon.port)
        held, each, reason = kib_each(netsaned, count, lambda: connect_clear(address), stack)
    note = f"{held} of {CLEAR} held"
    if count < CLEAR:
        note += f": {allowed} descriptors are allowed here"
    if reason:
        note += f"; the last refusal: {reason}"
    theirs = measure_saned(bench) if bench.has_saned() else None
    ROWS["held"].fill(held, note=note if held < CLEAR else "")
    ROWS["clear"].fill(each, theirs, note=f"with {held} connections" + (f", saned with {SANED}, and a process each" if theirs else ""))


def measure_saned(bench):
    """KiB for each connection that nothing has been said on."""
    with bench.peer(peers.Saned) as saned, contextlib.ExitStack() as stack:
        def connect():
            before = set(saned.processes())
            connection = socket.create_connection((saned.server, peers.SANE_PORT))
            harness.wait_for(lambda: set(saned.processes()) - before, SETTLE, "saned has a process for the connection")
            return connection

        stack.callback(connect().close)
        before = processes.memory_bytes(saned.processes())
        for _ in range(SANED):
            stack.callback(connect().close)
        return (processes.memory_bytes(saned.processes()) - before) / SANED / 1024


def measure_tls(bench):
    processes.allow_descriptors(2 * TLS + SPARE)
    context = tls_connection.context()
    with bench.netsaned(tls=True, **limits(TLS)) as netsaned, contextlib.ExitStack() as stack:
        address = ("127.0.0.1", netsaned.daemon.port)
        held, each, reason = kib_each(netsaned, TLS, lambda: connect_tls(address, context), stack)
    ROWS["tls"].fill(each, note=f"with {held} connections" + (f"; the last refusal: {reason}" if reason else ""))


MEASUREMENTS = {measure_clear: ["held", "clear"], measure_tls: ["tls"]}
