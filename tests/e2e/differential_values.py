#!/usr/bin/python3
"""Whatever a frontend does with the options: descriptors, values, infos and statuses are those of the device itself.

Options are told along with other replies and answered from memory; a value that is out of date would show here. The
sequences are random: NETSANE_TEST_SEED repeats one.
"""

import os
import random
import shutil
import sys

import harness

FRONTEND = os.path.join(os.path.dirname(os.path.abspath(__file__)), "option_frontend.py")
RUNS = 6
STEPS = 300


class Values(harness.DifferentialTest):
    device = "test:0"
    library = None  # what has the device here; None: libsane

    def frontend(self, environment, device, seed, name, *library):
        path = os.path.join(self.folder, name)
        command = [sys.executable, "-B", FRONTEND, device, str(seed), str(STEPS), path, *library]
        result = harness.run(command, environment, self.folder)
        with open(path, encoding="utf-8") as file:
            return result, file.read().splitlines()

    def local(self, seed):
        env = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LANG": "C", "HOME": self.folder,
               "SANE_CONFIG_DIR": self.server.sane_dir, **harness.ONE_ARENA}
        if self.library and self.stage.sanitizers:
            env.update(ASAN_OPTIONS="detect_leaks=0", LD_PRELOAD=self.stage.preload)
        for _ in range(harness.LOCAL_TRIES):
            result, lines = self.frontend(env, self.device, seed, "local", *([self.library] if self.library else []))
            if result.code == 0:
                return lines
        self.fail(f"NETSANE_TEST_SEED={seed}: the local frontend failed: {result!r}")

    def same_for(self, seed):
        local = self.local(seed)
        result, remote = self.frontend(self.remote.environment(), self.remote_name(self.device), seed, "remote")
        step = "before the first step"
        for number, (here, there) in enumerate(zip(local, remote)):
            step = here if here.startswith("step ") else step
            if here != there:
                before = "\n".join(local[max(number - 12, 0):number])
                self.fail(f"NETSANE_TEST_SEED={seed}, {step}:\n{before}\nlocally:\n{here}\nthrough the daemon:\n{there}")
        self.assertEqual((result.code, len(remote)), (0, len(local)), f"NETSANE_TEST_SEED={seed}: {result!r}")

    def test_random_sequences(self):
        given = os.environ.get("NETSANE_TEST_SEED")
        for seed in [int(given)] if given else [random.randrange(1 << 30) for _ in range(RUNS)]:
            with self.subTest(seed=seed):
                self.same_for(seed)


class MoodyValues(Values):
    """The device of tests/device/FakeMoody.cxx, which changes options without saying so."""

    device = "fake:moody"

    @classmethod
    def setUpClass(cls):
        cls.library = os.path.join(os.environ["NETSANE_BUILDDIR"], "tests/device/.libs/libfakesane.so")
        super().setUpClass()

    @classmethod
    def prepare(cls, server):
        root = shutil.copytree(cls.stage.root, os.path.join(cls.shared, "stage"), symlinks=True)
        program = os.path.join(root, os.path.relpath(cls.stage.libexec, cls.stage.root), "netsaned-device")
        os.unlink(program)
        shutil.copy(os.path.join(os.environ["NETSANE_BUILDDIR"], "tests/device/fake-device"), program)
        server.program = os.path.join(root, os.path.relpath(cls.stage.netsaned, cls.stage.root))
        harness.write_file(os.path.join(server.sane_dir, "dll.conf"), "fake\n")


if __name__ == "__main__":
    harness.main()
