#!/usr/bin/python3
"""A scan under TLS whose connection is cut at many places: an error each time, never a shortened picture that looks whole."""

import os
import queue
import threading

import harness
from tls_comparison import ProxyTest
from tls_proxy import Link, Pipe, cutting

PAGE = ["--mode", "Color", "--test-picture", "Color pattern", "-x", "60", "-y", "60"]
CUTS = 200
CUTS_OF_REQUESTS = 40
BEHIND_THE_PAGE = 10  # of 200 cuts: reply to CLOS and the goodbye are a few hundred bytes
REASONS = rb"the encrypted connection was cut: |was cut in the middle of it: |(reset by peer|server closed the connection)\n"
WORKERS = 2 + (os.cpu_count() or 2)


class Cuts(ProxyTest):
    @classmethod
    def prepare(cls, server):
        # One for each, so that nobody is refused because another scans.
        conf = harness.TEST_CONF.replace("number_of_devices 2", f"number_of_devices {WORKERS}")
        harness.write_file(os.path.join(server.sane_dir, "test.conf"), conf)

    def setUp(self):
        super().setUp()
        self.page = harness.run_local(self.server.sane_dir, "-d", "test:0", *PAGE, cwd=self.folder).out
        self.workers = []
        for _ in range(WORKERS):
            proxy = self.through()
            self.workers.append((proxy, self.client(" ".join([proxy.address, *self.asking()]))))

    def scan_by(self, worker):
        proxy, user = worker
        env = {**user.environment(), "SANE_DEBUG_NETSANE": "1"}
        device = f"netsane:{proxy.address}:test:{self.workers.index(worker)}"
        return harness.run(["scanimage", "-d", device, *PAGE], env, user.folder)

    def total(self, direction, number=0):
        """Of a scan that isn't cut."""
        worker = self.workers[number]
        seen = len(worker[0].links)
        result = self.scan_by(worker)
        self.assertEqual((result.code, harness.difference(self.page, result.out)), (0, "equal"), repr(result))
        link = worker[0].links[seen]
        link.join()
        return getattr(link, direction).offset

    def cut_at(self, direction, places, how):
        """The results of scans cut at `places`, as pairs of the place and the result."""
        todo, results = queue.SimpleQueue(), []
        for place in places:
            todo.put(place)

        def work(worker):
            while True:
                try:
                    place = todo.get_nowait()
                except queue.Empty:
                    return
                setattr(worker[0], direction, cutting(place, how))
                try:
                    results.append((place, self.scan_by(worker)))
                except AssertionError as error:
                    results.append((place, error))

        threads = [threading.Thread(target=work, args=(worker,)) for worker in self.workers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for proxy, _ in self.workers:
            setattr(proxy, direction, Pipe.rest)
        self.assertEqual(len(results), len(places))
        return results

    def check(self, direction, count, how, most_whole):
        total = self.total(direction)
        whole = []
        for place, result in self.cut_at(direction, [number * total // count for number in range(count)], how):
            if isinstance(result, AssertionError):
                self.fail(f"cut behind {place} of {total} bytes: {result}")
            if result.code == 0:
                self.assertEqual(harness.difference(self.page, result.out), "equal",
                                 f"cut behind {place} of {total} bytes: a shortened picture that looks whole")
                whole.append(place)
            else:
                self.assertGreater(result.code, 0, f"cut behind {place} of {total} bytes: {result!r}")
                self.assertRegex(result.err, REASONS, f"cut behind {place} of {total} bytes")
        self.assertLessEqual(len(whole), most_whole, f"of {total} bytes, whole with a cut behind {sorted(whole)}")
        # The daemon serves on, and all devices are free again.
        for number in range(WORKERS):
            self.total(direction, number)
        return whole

    def test_the_server_s_bytes(self):
        whole = self.check("down", CUTS, Link.cut, BEHIND_THE_PAGE)
        self.assertFalse([place for place in whole if place < len(self.page)], "fewer bytes came than the page has")

    def test_the_server_s_bytes_with_a_reset(self):
        self.check("down", CUTS // 4, Link.reset, BEHIND_THE_PAGE)

    def test_the_client_s_bytes(self):
        # Requests for the whole page have been sent before its last bytes come.
        self.check("up", CUTS_OF_REQUESTS, Link.cut, CUTS_OF_REQUESTS // 2)


if __name__ == "__main__":
    harness.main()
