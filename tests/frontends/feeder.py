#!/usr/bin/python3
"""feeder.py DEVICE FILE: fifty pages of a document feeder by python3-sane, a line of FILE for each: its size and a digest.

SANE's virtual scanner has ten sheets in its feeder, and new ones when somebody has noticed that it is empty. Sheets of one
filling look alike; the next filling is scanned otherwise.
"""

import hashlib
import sys

import sane

SHEETS = 10
FILLINGS = [("Gray", 50, "Grid"), ("Color", 75, "Color pattern"), ("Gray", 100, "Color pattern"), ("Color", 50, "Grid"),
            ("Color", 100, "Color pattern")]


def pages(device):
    device.source = "Automatic Document Feeder"
    for mode, resolution, picture in FILLINGS:
        device.mode = mode
        device.resolution = resolution
        device.test_picture = picture
        count = 0
        for image in device.multi_scan():
            count += 1
            yield f"{mode} {resolution} {picture}: {image.size} {hashlib.sha256(image.tobytes()).hexdigest()}\n"
        if count != SHEETS:
            raise SystemExit(f"{count} sheets, {SHEETS} expected")


def main():
    sane.init()
    device = sane.open(sys.argv[1])
    with open(sys.argv[2], "w", encoding="ascii") as file:
        lines = list(pages(device))
        file.writelines(lines)
    device.close()
    sane.exit()
    print(f"{sys.argv[1]}: {len(lines)} pages, {len(set(lines))} different ones")


if __name__ == "__main__":
    main()
