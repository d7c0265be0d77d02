#!/usr/bin/python3
"""Plays a device process that has lost its mind: installed in the place of netsaned-device, whose listing it leaves to the
true one beside it (netsaned-device.true). Which nonsense it talks follows from the number of the device, in the order of
NONSENSE; ROGUE_CONTROL in the environment has it talk nonsense to the supervisor already."""

import os
import socket
import struct
import sys
import time

INIT, READ, OPEN, HELO, FAIL = 16, 26, 20, 1, 5


def d(value):
    return struct.pack(">II", 4, value)


def message(*fields):
    return b"".join(fields) + b"\0\0\0\0"


def flood(data):
    def talk(channel):
        while True:
            channel.sendall(data)
    return talk


def says(data):
    """And then nothing more, until the other side is tired of it."""
    def talk(channel):
        channel.sendall(data)
        time.sleep(3600)
    return talk


def leaves(data):
    return lambda channel: channel.sendall(data)


NONSENSE = {
    "random bytes": says(os.urandom(4096)),
    "a length that can't be": says(b"\xff\xff\xff\xff" * 4),
    "a field that is too long": says(struct.pack(">I", 2 << 20) + bytes(2 << 20)),
    "another command's reply": says(message(d(READ), d(0))),
    "a reply without a status": says(message(d(OPEN))),
    "a status that is none": says(message(d(OPEN), d(4711))),
    "no handle": says(message(d(OPEN), d(0))),
    "two replies": says(message(d(OPEN), d(9)) * 2),
    "a message for clients": says(message(d(FAIL), d(OPEN), struct.pack(">I", 4) + b"no!\0")),
    "a flood of replies": flood(message(d(OPEN), d(9)) * 1000),
    "a flood of greetings": flood(message(d(HELO), struct.pack(">I", 1) + b"\0") * 1000),
    "a field without an end": flood(struct.pack(">I", 1 << 20) + bytes(65536)),
    "the end": leaves(b""),
    "half a message": leaves(message(d(OPEN), d(0))[:10]),
}


def wait(control):
    if os.environ.get("ROGUE_CONTROL"):
        control.send(os.urandom(200))
        time.sleep(3600)
    control.send(message(d(INIT), d(0), d(1 << 24)))
    request, descriptors, _, _ = socket.recv_fds(control, 65536, 1)
    if not descriptors:
        return
    control.send(message(d(OPEN), d(0)))
    control.close()
    number = int(request.rstrip(b"\0").rpartition(b":")[2])
    channel = socket.socket(fileno=descriptors[0])
    channel.recv(65536)
    list(NONSENSE.values())[number](channel)


if __name__ == "__main__":
    if "--list" in sys.argv:
        os.execv(sys.argv[0] + ".true", sys.argv)
    try:
        wait(socket.socket(fileno=3))
    except OSError:
        pass
