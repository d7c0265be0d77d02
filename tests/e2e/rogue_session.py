#!/usr/bin/python3
"""Plays a session process that an attacker has taken over: installed in the place of netsaned-session.

It speaks the daemon's own messages, whose numbers it takes from IpcMessages.hxx (NETSANE_ROGUE_NUMBERS in the environment), and
follows a script (NETSANE_ROGUE_SCRIPT): requests to send once its clients are there, and messages to wait for. Each answer of the supervisor is
written to standard error as a line "ROGUE …", after which the test looks.
"""

import json
import os
import select
import socket
import struct
import sys

NUMBERS = json.loads(os.environ["NETSANE_ROGUE_NUMBERS"])
NAMES = {number: name for name, number in NUMBERS.items()}


def integer(value):
    return struct.pack(">II", 4, value & 0xFFFFFFFF)


def string(text):
    data = text.encode() + b"\0"
    return struct.pack(">I", len(data)) + data


def field(value):
    return integer(value) if isinstance(value, int) else string(value)


def packet(name, *values):
    return integer(NUMBERS[name]) + b"".join(field(value) for value in values) + b"\0\0\0\0"


def fields(data):
    found = []
    while data:
        (length,) = struct.unpack(">I", data[:4])
        if length == 0:
            break
        found.append(data[4:4 + length])
        data = data[4 + length:]
    return found


def number(data):
    return struct.unpack(">I", data)[0]


def tell(*words):
    print("ROGUE", *words, file=sys.stderr, flush=True)


class Rogue:
    def __init__(self):
        self.supervisor = socket.socket(fileno=3)
        self.auth = None
        self.clients = {}
        self.awaited = None
        with open(os.environ["NETSANE_ROGUE_SCRIPT"], encoding="utf-8") as file:
            self.script = json.load(file)

    def run(self):
        while True:
            watched = [self.supervisor] + ([self.auth] if self.auth else [])
            ready, _, _ = select.select(watched, [], [])
            for channel in ready:
                if not self.receive(channel):
                    return

    def receive(self, channel):
        data, descriptors, _, _ = socket.recv_fds(channel, 128 * 1024, 4)
        if not data:
            if channel is self.supervisor:
                return False
            self.auth = None
            return True
        parts = fields(data)
        name = NAMES.get(number(parts[0]), "?")
        self.handle(name, parts[1:], descriptors)
        return True

    def handle(self, name, parts, descriptors):
        if name == "session_setup":
            self.supervisor.send(packet("ready"))
        elif name == "ping":
            self.supervisor.send(packet("pong"))
        elif name == "auth_channel":
            self.auth = socket.socket(fileno=descriptors.pop())
        elif name == "new_connection":
            connection = number(parts[0])
            self.clients[connection] = socket.socket(fileno=descriptors.pop())
            if len(self.clients) == self.script["clients"]:
                self.play()
        else:
            shown = [repr(part)[2:-1] for part in parts]
            tell(name, *(str(number(part)) if len(part) == 4 else text for part, text in zip(parts, shown)),
                 f"descriptors={len(descriptors)}")
            for descriptor in descriptors:
                os.close(descriptor)
        if name == self.awaited:
            self.awaited = None
            self.play()

    def play(self):
        """Goes on with the script until it waits for a message or ends."""
        first = min(self.clients)
        while self.script["requests"]:
            channel, name, *values = self.script["requests"].pop(0)
            if channel == "wait":
                self.awaited = name
                return
            values = [first + int(value[1:]) if isinstance(value, str) and value.startswith("#") else value
                      for value in values]
            target = self.auth if channel == "auth" else self.supervisor
            target.send(packet(name, *values) if name in NUMBERS else bytes.fromhex(name))
        tell("played")


Rogue().run()
