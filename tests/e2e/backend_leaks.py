#!/usr/bin/python3
"""Sessions in one process time and again (cycle.c): the backend leaves no memory, descriptor or thread behind."""

import os
import shutil

import harness


class Cycles(harness.EndToEndTest):
    def cycles(self, count, mode, words=(), **arguments):
        """words: for the client, behind the server's address. Returns the daemon's log."""
        server = self.daemon(**arguments)
        server.start()
        client = self.client(" ".join([server.address, *words]))
        program = os.path.join(os.environ.get("NETSANE_BUILDDIR", "."), "tests", "e2e", "cycle")
        self.assertTrue(os.path.exists(program), f"{program} has not been built")
        backend = os.path.join(self.stage.backend, "libsane-netsane.so.1")
        command = [program, backend, f"{server.address}:test:0", str(count), mode]
        environment = client.environment()
        if self.stage.sanitizers:
            # The program is linked with the sanitizers, and the leak sanitizer does valgrind's work.
            environment.pop("LD_PRELOAD")
            environment.update(self.stage.sanitizer_env(client.reports, leaks=True))
        else:
            self.assertTrue(shutil.which("valgrind"), "valgrind isn't installed")
            command = ["valgrind", "--quiet", "--leak-check=full", "--errors-for-leak-kinds=definite",
                       "--show-leak-kinds=definite", "--error-exitcode=99", *command]
        result = harness.run(command, environment, self.folder, timeout=110)
        self.assertEqual(result.code, 0, f"{result!r}\n{result.out.decode()}\n{server.log()[-3000:]}")
        self.assertEqual(result.out, f"{count} cycles, 0 descriptors left, 1 threads\n".encode())
        server.stop()
        return server.log()


class Leaks(Cycles):
    def test_sessions_with_the_backend_kept(self):
        # Kept, so that valgrind can name the functions.
        self.cycles(50, "keep")

    def test_sessions_with_the_backend_unloaded_in_between(self):
        self.cycles(50 if self.stage.sanitizers else 15, "close")


if __name__ == "__main__":
    harness.main()
