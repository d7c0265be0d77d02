#!/usr/bin/python3
"""A SANE frontend that does anything with the options of a device, by chance, and writes down all that it sees.

option_frontend.py DEVICE SEED STEPS FILE [LIBRARY]: what is written into FILE depends on the seed and on the device alone, so two of
them can be compared: one that has the device, and one that has it through the network. No part of the result is how many
bytes one sane_read gives. Runs on libsane as the environment says, or on a LIBRARY in its place.
"""

import ctypes
import hashlib
import random
import sys

GOOD, EOF = 0, 5
GET, SET, AUTO = 0, 1, 2
INEXACT, RELOAD = 1, 2
BOOL, INT, FIXED, STRING, BUTTON, GROUP = range(6)
NONE, RANGE, WORDS, STRINGS = range(4)
MAX_IMAGE = 300_000  # bytes of a frame that are read before it is cancelled
# What takes its time, what answers by chance, and three passes: the test backend goes on to the next one when the last byte
# is read, which the daemon does earlier than a frontend that cancels in the middle.
LEFT_ALONE = {b"read-delay", b"read-delay-duration", b"fuzzy-parameters", b"three-pass"}


class Range(ctypes.Structure):
    _fields_ = [("min", ctypes.c_int), ("max", ctypes.c_int), ("quant", ctypes.c_int)]


class Constraint(ctypes.Union):
    _fields_ = [("range", ctypes.POINTER(Range)), ("words", ctypes.POINTER(ctypes.c_int)),
                ("strings", ctypes.POINTER(ctypes.c_char_p))]


class Descriptor(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("title", ctypes.c_char_p), ("desc", ctypes.c_char_p), ("type", ctypes.c_int),
                ("unit", ctypes.c_int), ("size", ctypes.c_int), ("cap", ctypes.c_int), ("constraint_type", ctypes.c_int),
                ("constraint", Constraint)]


class Parameters(ctypes.Structure):
    _fields_ = [(name, ctypes.c_int) for name in ("format", "last_frame", "bytes_per_line", "pixels_per_line", "lines", "depth")]


def strings_of(descriptor):
    found = []
    while descriptor.constraint.strings[len(found)] is not None:
        found.append(descriptor.constraint.strings[len(found)])
    return found


class Frontend:
    def __init__(self, library, device, seed, out):
        self.sane = ctypes.CDLL(library)
        self.sane.sane_get_option_descriptor.restype = ctypes.POINTER(Descriptor)
        self.random = random.Random(seed)
        self.out = out
        self.partial_reads = device.split(":")[-2] != "fake"  # whose reads have one size
        self.handle = ctypes.c_void_p()
        self.sane.sane_init(ctypes.byref(ctypes.c_int()), None)
        self.say("open", self.sane.sane_open(device.encode(), ctypes.byref(self.handle)))
        self.sizes = {}
        self.count = 1
        self.count = self.words(self.control(0, GET, bytes(4))[2])[0]
        self.describe_all()

    def say(self, *what):
        print(*what, file=self.out, flush=True)

    @staticmethod
    def words(data):
        return [int.from_bytes(data[i:i + 4], sys.byteorder, signed=True) for i in range(0, len(data), 4)]

    # ---- descriptors

    def descriptor(self, option):
        """The descriptor, which from now on is the one that the frontend goes by."""
        found = self.sane.sane_get_option_descriptor(self.handle, option)
        if not found:
            return None
        self.sizes[option] = found.contents.size
        return found.contents

    def describe(self, option):
        d = self.descriptor(option)
        if d is None:
            return self.say("option", option, "doesn't exist")
        constraint = None
        if d.constraint_type == RANGE:
            r = d.constraint.range.contents
            constraint = (r.min, r.max, r.quant)
        elif d.constraint_type == WORDS:
            constraint = d.constraint.words[:d.constraint.words[0] + 1]
        elif d.constraint_type == STRINGS:
            constraint = strings_of(d)
        self.say("option", option, d.name, d.title, d.desc, d.type, d.unit, d.size, d.cap, d.constraint_type, constraint)

    def describe_all(self):
        # The test backend doesn't let an option be used whose descriptor wasn't read again after a reload.
        for option in range(self.count):
            self.describe(option)

    # ---- values

    def control(self, option, action, data):
        """Status, info and the buffer afterwards; data has the size that the frontend knows, None is NULL."""
        buffer = ctypes.create_string_buffer(data, len(data) + 4) if data is not None else None
        info = ctypes.c_int(0)
        status = self.sane.sane_control_option(self.handle, option, action, buffer, ctypes.byref(info))
        return status, info.value, buffer.raw[:len(data)] if data is not None else b""

    def shown(self, option, data):
        d = self.descriptor(option)
        return data.split(b"\0")[0] if d.type == STRING else self.words(data)

    def get(self, option):
        d = self.descriptor(option)
        status, info, data = self.control(option, GET, bytes(d.size) if d.type not in (BUTTON, GROUP) else None)
        self.say("get", option, d.name, status, info, self.shown(option, data) if status == GOOD else None)

    def some_word(self, d):
        chance = self.random.random()
        if chance < 0.1:
            return self.random.choice([0, 1, -1, 5, 7, 1 << 16, 0x7fffffff, -0x80000000])
        if d.type == BOOL:
            return self.random.randrange(2)
        if d.constraint_type == RANGE:
            r = d.constraint.range.contents
            return self.random.randint(r.min, min(r.max, r.min + 100 * max(r.quant, 1 << 16 if d.type == FIXED else 1)))
        if d.constraint_type == WORDS:
            return d.constraint.words[self.random.randint(1, d.constraint.words[0])]
        return self.random.randint(-1000, 1000)

    def some_value(self, d):
        if d.type == STRING:
            texts = strings_of(d) if d.constraint_type == STRINGS else [b"", b"some text", b"x" * (d.size - 1)]
            text = self.random.choice(texts)
            if self.random.random() < 0.1:
                text = text[:self.random.randint(0, len(text))]
            return text[:d.size - 1].ljust(d.size, b"\0")
        return b"".join((self.some_word(d) & 0xffffffff).to_bytes(4, sys.byteorder) for _ in range(d.size // 4))

    def set(self, option):
        d = self.descriptor(option)
        if d.name in LEFT_ALONE:
            return None
        action = AUTO if self.random.random() < 0.15 else SET
        given = self.some_value(d) if action == SET and d.type not in (BUTTON, GROUP) else None
        status, info, data = self.control(option, action, given)
        self.say("auto" if action == AUTO else "set", option, d.name, status, info,
                 given and hashlib.sha256(given).hexdigest()[:16], self.shown(option, data) if info & INEXACT else None)
        if status == GOOD and info & RELOAD:
            self.describe_all()
        return status

    def parameters(self):
        p = Parameters()
        status = self.sane.sane_get_parameters(self.handle, ctypes.byref(p))
        self.say("parameters", status, [getattr(p, name) for name, _ in Parameters._fields_] if status == GOOD else None)

    # ---- scanning

    def read(self, wanted):
        """Up to so many bytes, and the status that ended it."""
        data = bytearray()
        block = (ctypes.c_ubyte * 32768)()
        length = ctypes.c_int()
        while len(data) < wanted:
            status = self.sane.sane_read(self.handle, block, min(len(block), wanted - len(data)), ctypes.byref(length))
            if status != GOOD:
                return bytes(data), status
            data += bytes(block[:length.value])
        return bytes(data), GOOD

    def look(self, in_frame):
        for _ in range(self.random.randrange(4)):
            # The test backend refuses to tell values as long as it hasn't given out the last byte; the daemon has read ahead.
            if in_frame or self.random.random() < 0.5:
                self.parameters()
            else:
                self.get(self.random.randrange(self.count))

    def scan(self):
        for _ in range(self.random.randint(1, 3)):
            status = self.sane.sane_start(self.handle)
            self.say("start", status)
            if status != GOOD:
                break
            self.parameters()
            data, status = self.read(self.random.choice([1, 1000, MAX_IMAGE] if self.partial_reads else [MAX_IMAGE]))
            # Not what is in it: the test backend fills up lines with memory that it never wrote to.
            self.say("read", len(data), status)
            # With a status that was asked for in place of data (read-return-value), the backend stays in the frame.
            self.look(in_frame=status != EOF or not data)
            if status != EOF:
                break
        self.sane.sane_cancel(self.handle)
        self.look(in_frame=False)
        if self.random.random() < 0.3:
            self.sane.sane_cancel(self.handle)

    # ---- all of it

    def step(self):
        chance = self.random.random()
        if chance < 0.45:
            self.set(self.random.randrange(self.count))
        elif chance < 0.75:
            self.get(self.random.randrange(self.count))
        elif chance < 0.85:
            self.parameters()
        elif chance < 0.93:
            for option in range(self.count):
                self.get(option)
        elif chance < 0.96:
            self.describe_all()
        else:
            self.scan()

    def enable_tests(self):
        """Most options of the test backend are off until this one is on."""
        for option in range(self.count):
            if self.descriptor(option).name == b"enable-test-options":
                self.say("enable", self.control(option, SET, (1).to_bytes(4, sys.byteorder))[:2])
                self.describe_all()

    def end(self):
        self.sane.sane_close(self.handle)
        self.sane.sane_exit()


def main():
    device, seed, steps, path = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    with open(path, "w", encoding="utf-8") as out:
        frontend = Frontend(sys.argv[5] if len(sys.argv) > 5 else "libsane.so.1", device, seed, out)
        if seed % 2:
            frontend.enable_tests()
        for number in range(steps):
            frontend.say("step", number)
            frontend.step()
        frontend.end()


if __name__ == "__main__":
    main()
