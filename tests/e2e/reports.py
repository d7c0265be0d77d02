#!/usr/bin/python3
"""The harness itself: which reports of the leak sanitizer are a foreign module's, and which are ours."""

import unittest

import harness

FOREIGN = """
=================================================================
==netsaned-device==4711==ERROR: LeakSanitizer: detected memory leaks

Direct leak of 65536 byte(s) in 1 object(s) allocated from:
    #0 0x7f83 in __interceptor_malloc ../../src/libsanitizer/asan/asan_malloc_linux.cpp:69
    #1 0x7f84  (<unknown module>)

Direct leak of 18369 byte(s) in 1 object(s) allocated from:
    #0 0x7f83 in __interceptor_malloc ../../src/libsanitizer/asan/asan_malloc_linux.cpp:69
    #1 0x7f9b  (/somewhere/netsaned-device+0x12c4c41)

SUMMARY: AddressSanitizer: 83905 byte(s) leaked in 2 allocation(s).

"""
# as clang's runtime writes it
FOREIGN_CLANG = """
=================================================================
==netsaned-device==4711==ERROR: LeakSanitizer: detected memory leaks

Direct leak of 65536 byte(s) in 1 object(s) allocated from:
    #0 0x55d2 in malloc (/somewhere/netsaned-device+0x3518be) (BuildId: a31123f0)
    #1 0x7f84  (<unknown module>)

SUMMARY: AddressSanitizer: 65536 byte(s) leaked in 1 allocation(s).

"""
UNKNOWN = "    #1 0x7f84  (<unknown module>)\n"


class Reports(unittest.TestCase):
    def test_a_module_that_was_unloaded(self):
        for text in (FOREIGN, FOREIGN_CLANG):
            self.assertEqual(harness.without_foreign_leaks(text), "")

    def test_ours(self):
        for text in (FOREIGN.replace(UNKNOWN, "    #1 0x55 in netsane::Thing::make() ../src/Thing.cxx:3\n" + UNKNOWN),
                     FOREIGN.replace(UNKNOWN, UNKNOWN + "    #2 0x55 in netsane::Thing::make() ../src/Thing.cxx:3\n"),
                     FOREIGN.replace(UNKNOWN, UNKNOWN + "    #2 0x55 in main ../src/main.cxx:3\n"),
                     FOREIGN_CLANG.replace(UNKNOWN, "    #1 0x55 in netsane::Thing::make() (/somewhere/netsaned-device+0x35)\n"),
                     FOREIGN.replace("__interceptor_malloc", "operator new(unsigned long)"),
                     FOREIGN + "==netsaned-device==4711==ERROR: AddressSanitizer: heap-use-after-free\n",
                     "../src/Thing.cxx:3:1: runtime error: signed integer overflow\n"):
            with self.subTest(text=text):
                self.assertEqual(harness.without_foreign_leaks(text), text)


if __name__ == "__main__":
    harness.main()
