#!/usr/bin/python3
"""debian/ against the rest: all that is installed is in one package, and what the packages say is true.

The packages themselves are built by packaging/build-packages, which takes too long for here.
"""

import fnmatch
import glob
import os
import re
import subprocess
import unittest

STAGE = os.environ["NETSANE_STAGE"]
TOP = os.environ["NETSANE_SRCDIR"]
# What configure can leave out, or a system that isn't Linux hasn't got.
OPTIONAL = ("etc/pam.d/", "lib/systemd/", "usr/lib/sysusers.d/", "usr/share/man/")
# Where Debian has the folders of this build; the first that fits counts.
FOLDERS = [
    ("NETSANE_UNITDIR", "lib/systemd/system"),
    ("NETSANE_SYSCONFDIR", "etc"),
    ("NETSANE_DOCDIR", "usr/share/doc/netsaned"),
    ("NETSANE_MANDIR", "usr/share/man"),
    ("NETSANE_LIBEXECDIR", "usr/libexec/netsane"),
    ("NETSANE_SBINDIR", "usr/sbin"),
    ("NETSANE_BINDIR", "usr/bin"),
    ("NETSANE_INCLUDEDIR", "usr/include"),
    ("NETSANE_PREFIX", "usr"),
]
# Below lib/ of the prefix, but not in Debian's folder for libraries of one architecture.
FOR_ALL_ARCHITECTURES = ("usr/lib/sysusers.d/",)


def read(*path):
    with open(os.path.join(TOP, *path), encoding="utf-8") as file:
        return file.read()


def listed(path):
    return [line.split()[0] for line in read(path).splitlines() if line and not line.startswith("#")]


def debian_path(path):
    """Where dh_auto_install puts a file that the stage has as `path`."""
    for variable, folder in FOLDERS:
        installed = os.environ[variable]
        if installed and path.startswith(installed + "/"):
            path = folder + path[len(installed):]
            break
    libraries = os.environ["NETSANE_LIBDIR"].replace(os.environ["NETSANE_PREFIX"], "usr", 1) + "/"
    if path.startswith(libraries) and not path.startswith(FOR_ALL_ARCHITECTURES):
        path = "usr/lib/triplet/" + path[len(libraries):]
    return path


def matches(path, pattern):
    """As dh_install: * stops at /, and a folder is all that is in it."""
    parts, wanted = path.split("/"), pattern.split("/")
    return len(parts) >= len(wanted) and all(map(fnmatch.fnmatch, parts, wanted))


def paragraphs(path):
    """The fields of each paragraph of a control file."""
    for block in re.split(r"\n\n+", read(path).strip()):
        yield dict(re.findall(r"^([\w-]+):((?:.*)(?:\n[ \t].*)*)", block, re.M))


def names(field):
    """The packages that a field like Depends names."""
    return set(re.findall(r"(?:^|,)\s*([a-z0-9][a-z0-9.+-]+)", field))


class Debian(unittest.TestCase):
    def setUp(self):
        self.source, *packages = paragraphs("debian/control")
        self.packages = {fields["Package"].strip(): fields for fields in packages}

    def test_the_version_is_that_of_configure(self):
        version = re.search(r"^AC_INIT\(\[netsane\], \[([^]]+)\]", read("configure.ac"), re.M)[1]
        self.assertEqual(re.match(r"netsane \(([^)]+)\) ", read("debian/changelog"))[1], version)

    def test_the_packages(self):
        self.assertEqual(set(self.packages), {"netsaned", "libnetsane1", "libnetsane-dev", "libsane-netsane", "netsane-utils",
                                              "netsane-methods"})
        for path in glob.glob(os.path.join(TOP, "debian", "*.*")):
            self.assertIn(os.path.basename(path).split(".")[0], self.packages, path)
        for name in self.packages:
            self.assertTrue(listed(f"debian/{name}.install"))

    def test_each_installed_file_is_in_one_package(self):
        patterns = [(path, pattern) for path in [f"debian/{name}.install" for name in self.packages] + ["debian/not-installed"]
                    for pattern in listed(path)]
        idle = set(patterns)
        for folder, _, files in os.walk(STAGE):
            if "/var/lib/netsane/" in folder + "/":
                continue  # the state of a server that ran from there
            for file in files:
                path = debian_path(os.path.join(folder, file)[len(STAGE):])
                fitting = [entry for entry in patterns if matches(path, entry[1])]
                self.assertEqual(len(fitting), 1, f"{path} is in {fitting}")
                idle -= set(fitting)
        self.assertEqual([entry for entry in idle if not entry[1].startswith(OPTIONAL)], [], "nothing of these is installed")

    def test_files_that_are_taken_from_the_source_are_there(self):
        for path in glob.glob(os.path.join(TOP, "debian", "*.docs")) + glob.glob(os.path.join(TOP, "debian", "*.examples")):
            for name in listed(path):
                self.assertTrue(os.path.exists(os.path.join(TOP, name)), f"{path}: {name}")

    # quickstart's list is what a developer gets, so it is what is needed.
    def test_what_a_build_needs_is_in_build_depends(self):
        wanted = re.search(r"^packages_build=\((.*?)^\)", read("quickstart"), re.M | re.S)[1]
        wanted = set(re.findall(r"\blib[a-z0-9.+-]+-dev\b", re.sub(r"#.*", "", wanted)))
        self.assertGreater(len(wanted), 10)
        self.assertEqual(wanted - names(self.source["Build-Depends"]), set(), "not in Build-Depends of debian/control")

    def test_symbols_are_those_of_the_header(self):
        declared = set(re.findall(r"^[\w ]+?\**(netsane_\w+)\(", read("include/netsane/client.h"), re.M))
        self.assertEqual(set(re.findall(r"^ (netsane_\w+)@Base ", read("debian/libnetsane1.symbols"), re.M)), declared)

    def test_the_tests_of_the_packages(self):
        for fields in paragraphs("debian/tests/control"):
            for name in fields["Tests"].split():
                path = os.path.join(TOP, "debian", "tests", name)
                self.assertTrue(os.access(path, os.X_OK), path)
                subprocess.run(["bash", "-n", path], check=True)
        for path in glob.glob(os.path.join(TOP, "debian", "*.p*")):
            subprocess.run(["sh", "-n", path], check=True)


if __name__ == "__main__":
    unittest.main(verbosity=2)
