#!/usr/bin/python3
"""A log that can't be written: a full disk, a pipe that nobody reads. The service goes on, at its usual speed."""

import fcntl
import os

import harness
import seed

F_SETPIPE_SZ = 1031
PIPE_BYTES = 8192  # two pages; the second is not always used
MANY = 200  # lines are more than a page


class FullLog(harness.EndToEndTest):
    def serve(self, redirection, **popen):
        self.server = self.daemon(keys={"max_devices_per_user": 1})
        command = ["/bin/sh", "-c", f'exec "$@" {redirection}', "sh", *self.server.command()]
        self.server.start(command=command, **popen)

    def assert_serves(self):
        """Many refusals, each a line of the log, and a scan."""
        with seed.Connection(("127.0.0.1", self.server.port)) as connection:
            for _ in range(MANY):
                self.assertEqual(connection.open("test:nothing")[0], seed.INVAL)
            status, handle, reason = connection.open("test:0")
            self.assertEqual(status, seed.GOOD, reason)
            self.assertEqual(len(connection.image(handle)[1]), 157 * 196)
        client = self.client_of(self.server)
        harness.wait_for(lambda: client.run("-d", f"netsane:{self.server.address}:test:0").code == 0, 20, "scanimage scans")

    def test_a_full_disk(self):
        self.serve("2>/dev/full")
        self.assert_serves()
        self.server.stop()

    def test_a_pipe_that_nobody_reads(self):
        reader, writer = os.pipe()
        self.addCleanup(os.close, reader)
        fcntl.fcntl(writer, F_SETPIPE_SZ, PIPE_BYTES)
        self.serve(f"2>&{writer} {writer}>&-", pass_fds=[writer])
        os.close(writer)
        self.assert_serves()
        self.server.stop()
        self.assertGreater(len(os.read(reader, 65536)), PIPE_BYTES // 2 - 500, "the pipe was full")

    def test_a_pipe_whose_reader_is_gone(self):
        reader, writer = os.pipe()
        self.serve(f"2>&{writer} {writer}>&-", pass_fds=[writer])
        os.close(writer)
        os.close(reader)
        self.assert_serves()
        self.server.stop()


if __name__ == "__main__":
    harness.main()
