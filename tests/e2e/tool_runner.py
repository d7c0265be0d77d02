"""What the tests of `netsane list`, `info` and `scan` share: the program as installed, and readers of what it writes."""

import os
import re
import struct
import subprocess
import zlib

import harness

DEADLINE = 30.0


class Tool(harness.Client):
    """`netsane` in place of scanimage: run("list"), start("scan", …). Local devices are those of `dll`."""

    def __init__(self, stage, folder, servers, **arguments):
        super().__init__(stage, folder, servers, **arguments)
        self.program = stage.root + os.environ.get("NETSANE_BINDIR", "/usr/local/bin") + "/netsane"
        harness.write_file(os.path.join(self.sane_dir, "test.conf"), harness.TEST_CONF)

    def environment(self):
        env = {**super().environment(), **harness.ONE_ARENA, "TMPDIR": self.folder}
        env.pop("LD_PRELOAD", None)  # it is built with the sanitizers itself
        return env

    def start(self, *args, cwd=None, stdin=None, hold=None):
        return harness.Scanning([self.program, *args], self.environment(), cwd or self.folder, stdin, hold)

    def run(self, *args, cwd=None, input=None, timeout=harness.TIMEOUT, more_env=None):
        return harness.run([self.program, *args], {**self.environment(), **(more_env or {})}, cwd or self.folder, input, timeout)


class Picture:
    """Width, height, channels, bits per sample, and the samples: big endian, rows filled up to bytes, 1 bit is black."""

    def __init__(self, width, height, channels, depth, data):
        self.width, self.height, self.channels, self.depth = width, height, channels, depth
        self.row_bytes = (width * channels * depth + 7) // 8
        self.data = bytes(data)
        if depth == 1 and width % 8:
            mask = (0xFF00 >> (width % 8)) & 0xFF
            rows = bytearray(self.data)
            for at in range(self.row_bytes - 1, len(rows), self.row_bytes):
                rows[at] &= mask
            self.data = bytes(rows)

    def facts(self):
        return self.width, self.height, self.channels, self.depth, len(self.data)

    def __eq__(self, other):
        return self.facts() == other.facts() and self.data == other.data

    def __repr__(self):
        return f"picture of {self.facts()}"


def read_pnm(data):
    match = re.match(rb"(P[456])\n(?:#[^\n]*\n)*(\d+) (\d+)\n(?:(\d+)\n)?", data)
    kind, width, height = match[1], int(match[2]), int(match[3])
    depth = 1 if kind == b"P4" else 8 if int(match[4]) < 256 else 16
    return Picture(width, height, 3 if kind == b"P6" else 1, depth, data[match.end():])


def unfiltered(lines, row_bytes, step):
    """PNG's filters taken off: the specification, §9."""
    out, above = bytearray(), bytearray(row_bytes)
    for at in range(0, len(lines), row_bytes + 1):
        kind, row = lines[at], bytearray(lines[at + 1:at + 1 + row_bytes])
        for i in range(row_bytes):
            left = row[i - step] if i >= step else 0
            up, corner = above[i], above[i - step] if i >= step else 0
            if kind == 1:
                row[i] = (row[i] + left) & 255
            elif kind == 2:
                row[i] = (row[i] + up) & 255
            elif kind == 3:
                row[i] = (row[i] + (left + up) // 2) & 255
            elif kind == 4:
                guess = left + up - corner
                near = min((abs(guess - left), 0, left), (abs(guess - up), 1, up), (abs(guess - corner), 2, corner))
                row[i] = (row[i] + near[2]) & 255
        out += row
        above = row
    return out


def read_png(path):
    with open(path, "rb") as file:
        data = file.read()
    assert data[:8] == b"\x89PNG\r\n\x1a\n", path
    at, packed, header, end = 8, b"", None, False
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + size]
        assert zlib.crc32(kind + body) == struct.unpack(">I", data[at + 8 + size:at + 12 + size])[0]
        header = struct.unpack(">IIBBBBB", body) if kind == b"IHDR" else header
        packed += body if kind == b"IDAT" else b""
        end = kind == b"IEND"
        at += 12 + size
    assert end, "no end of the file"
    width, height, depth, colour = header[:4]
    channels = {0: 1, 2: 3}[colour]
    row_bytes = (width * channels * depth + 7) // 8
    rows = unfiltered(zlib.decompress(packed), row_bytes, max(channels * depth // 8, 1))
    if depth == 1:
        rows = bytes(byte ^ 0xFF for byte in rows)
    return Picture(width, height, channels, depth, rows)


def read_tiff(path):
    """All pages; tiffcp takes the compression off."""
    plain = path + ".plain"
    subprocess.run(["tiffcp", "-B", "-c", "none", path, plain], check=True, stdin=subprocess.DEVNULL)
    with open(plain, "rb") as file:
        data = file.read()
    os.unlink(plain)
    assert data[:4] == b"MM\x00*"
    pages, at = [], struct.unpack(">I", data[4:8])[0]
    while at:
        count = struct.unpack(">H", data[at:at + 2])[0]
        tags = {}
        for i in range(count):
            tag, kind, number, value = struct.unpack(">HHI4s", data[at + 2 + 12 * i:at + 14 + 12 * i])
            size, code = {3: (2, "H"), 4: (4, "I")}.get(kind, (1, "B"))
            if size * number > 4:
                where = struct.unpack(">I", value)[0]
                value = data[where:where + size * number]
            tags[tag] = struct.unpack(f">{number}{code}", value[:size * number]) if size > 1 else value
        strips = b"".join(data[where:where + size] for where, size in zip(tags[273], tags[279]))
        if tags[262][0] == 1 and tags[258][0] == 1:  # 1 is white
            strips = bytes(byte ^ 0xFF for byte in strips)
        pages.append(Picture(tags[256][0], tags[257][0], tags.get(277, (1,))[0], tags[258][0], strips))
        at = struct.unpack(">I", data[at + 2 + 12 * count:at + 6 + 12 * count])[0]
    return pages


def read_pdf(path):
    """The pictures of a PDF file that was written --lossless, in the order of the pages."""
    with open(path, "rb") as file:
        data = file.read()
    assert data.startswith(b"%PDF-") and data.rstrip().endswith(b"%%EOF"), path
    objects = {int(number): body for number, body in re.findall(rb"(?:^|\n)(\d+) 0 obj\n(.*?)\nendobj", data, re.S)}
    kids = next(re.search(rb"/Kids \[(.*?)\]", body)[1] for body in objects.values() if b"/Type /Pages" in body)
    pictures = []
    for page in re.findall(rb"(\d+) 0 R", kids):
        body = objects[int(re.search(rb"/XObject << /Page (\d+) 0 R", objects[int(page)])[1])]
        facts, stream = body.split(b"\nstream\n", 1)
        number = lambda key, facts=facts: int(re.search(rb"/%s (\d+)" % key, facts)[1])
        assert b"/FlateDecode" in facts
        channels = 3 if b"/DeviceRGB" in facts else 1
        pictures.append(Picture(number(b"Width"), number(b"Height"), channels, number(b"BitsPerComponent"),
                                zlib.decompress(stream[:number(b"Length")])))
    return pictures


def jpeg_size(path):
    """Width, height and channels; the file must have its end."""
    with open(path, "rb") as file:
        data = file.read()
    assert data[:2] == b"\xff\xd8" and data[-2:] == b"\xff\xd9", path
    at = 2
    while True:
        marker, size = struct.unpack(">HH", data[at:at + 4])
        if marker in (0xFFC0, 0xFFC1, 0xFFC2):
            height, width, channels = struct.unpack(">HHB", data[at + 5:at + 10])
            return width, height, channels
        at += 2 + size
