#!/usr/bin/python3
"""systemd's units as installed: systemd understands them, and they leave open what they must and no more."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest

# What the unit was when it was written; less is welcome. 25 is "2.5". Root (0.9 with what it needs), clients and scanners
# in the network (1.1) and devices (0.3) are most of it.
MOST_EXPOSURE = 24
# With packaging/systemd/local-scanners.conf: 20 is what is asked for where device nodes are all that has to be open.
MOST_EXPOSURE_LOCAL = 17

STAGE = os.environ["NETSANE_STAGE"]
SOURCE = os.environ["NETSANE_SRCDIR"]
BUILD = os.environ["NETSANE_BUILDDIR"]
HAS_ANALYZE = shutil.which("systemd-analyze") is not None
HAS_SYSUSERS = shutil.which("systemd-sysusers") is not None


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


class Units(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="netsane-units-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.service = read(BUILD, "packaging/systemd/netsaned.service")
        program = STAGE + re.search(r"^ExecStart=(\S+)", self.service, re.M)[1]
        self.assertTrue(os.access(program, os.X_OK), program)
        # below the stage folder, so that systemd finds the program
        self.write("netsaned.service", re.sub(r"^ExecStart=\S+", "ExecStart=" + program, self.service, flags=re.M))
        self.write("netsaned.socket", read(SOURCE, "packaging/systemd/netsaned.socket"))

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def analyze(self, *arguments):
        return subprocess.run(["systemd-analyze", *arguments], cwd=self.folder, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, encoding="utf-8", check=False, timeout=60)

    def exposure_within(self, most):
        result = self.analyze("security", "--offline=true", "--no-pager", f"--threshold={most}", "./netsaned.service")
        self.assertEqual(result.returncode, 0, result.stdout)
        self.assertIn("Overall exposure level", result.stdout)

    def test_nothing_is_left_to_fill_in(self):
        self.assertNotRegex(self.service, r"@\w+@")

    # Whoever opens something says why: in the lines above it, or above the first of its block.
    def test_each_relaxation_has_a_comment(self):
        lines = self.service.splitlines()
        for name in ("PrivateDevices=no", "PrivateNetwork=no", "PrivateUsers=no", "ProcSubset=all", "DeviceAllow",
                     "ReadWritePaths", "CapabilityBoundingSet", "RestrictAddressFamilies", "SystemCallFilter"):
            first = next(number for number, line in enumerate(lines) if line.startswith(name))
            self.assertTrue(lines[first - 1].startswith("#"), name)

    @unittest.skipUnless(HAS_ANALYZE, "systemd-analyze isn't there")
    def test_systemd_understands_them(self):
        result = self.analyze("verify", "--man=no", "./netsaned.service", "./netsaned.socket")
        about = [line for line in result.stdout.splitlines() if "netsaned" in line]
        self.assertEqual(about, [], result.stdout)

    @unittest.skipUnless(HAS_ANALYZE, "systemd-analyze isn't there")
    def test_no_more_is_open_than_has_to_be(self):
        self.exposure_within(MOST_EXPOSURE)

    @unittest.skipUnless(HAS_ANALYZE, "systemd-analyze isn't there")
    def test_local_scanners_need_less(self):
        lines = read(SOURCE, "packaging/systemd/local-scanners.conf").partition("[Service]\n")[2]
        self.assertIn("PrivateNetwork=yes", lines)
        own = self.service.replace("[Install]", lines + "[Install]")
        self.write("netsaned.service", own)
        self.exposure_within(MOST_EXPOSURE_LOCAL)

    @unittest.skipUnless(HAS_SYSUSERS, "systemd-sysusers isn't there")
    def test_the_users(self):
        installed = os.path.join(self.folder, "usr/lib/sysusers.d")
        os.makedirs(installed)
        os.makedirs(os.path.join(self.folder, "etc"))
        shutil.copy(os.path.join(SOURCE, "packaging/systemd/sysusers.conf"), os.path.join(installed, "netsane.conf"))
        result = subprocess.run(["systemd-sysusers", "--root=" + self.folder, "netsane.conf"], stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, encoding="utf-8", check=False, timeout=60)
        if os.geteuid() != 0 and result.returncode != 0:
            self.skipTest("only root can make users")
        self.assertEqual(result.returncode, 0, result.stdout)
        user = re.search(r"^netsane:x:(\d+):(\d+):[^:]*:[^:]*:(.*)$", read(self.folder, "etc/passwd"), re.M)
        self.assertTrue(user)
        self.assertIn("nologin", user[3])
        groups = {line.split(":")[0]: line.split(":")[3] for line in read(self.folder, "etc/group").splitlines()}
        self.assertEqual({name: groups.get(name) for name in ("netsane", "scanner")}, {"netsane": "", "scanner": ""})


if __name__ == "__main__":
    unittest.main(verbosity=2)
