#!/usr/bin/python3
"""The real Avahi on two machines with a cable between them: netsaned announces itself on one, scanimage finds it from the other.

The machines are namespaces of this one, each with a bus and an Avahi daemon of its own. That needs root, as Avahi's daemon
does; who isn't is told so, and has the same without a network and for anybody in discovery.py.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

import harness

FOUND = 90  # seconds; a list waits for half a second, in which a busy machine may hear of nothing

PROGRAMS = ["avahi-daemon", "dbus-daemon", "unshare", "nsenter", "ip", "mount"]
INSIDE = "NETSANE_TEST_NAMESPACES"

BUS_CONF = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>custom</type>
  <listen>unix:path={path}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*"/><allow receive_sender="*"/></policy>
</busconfig>
"""

AVAHI_CONF = """\
[server]
host-name={name}
use-ipv4=yes
use-ipv6=yes
disallow-other-stacks=no
[wide-area]
enable-wide-area=no
[publish]
publish-hinfo=no
publish-workstation=no
"""


def tool_path():
    return os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin"


def missing():
    """Why this can't be tried here, or nothing."""
    if os.environ.get("NETSANE_AVAHI", "yes") != "yes":
        return "configured without Avahi"
    if os.geteuid() != 0:
        return "Avahi's daemon needs root"
    for program in PROGRAMS:
        if not shutil.which(program, path=tool_path()):
            return program + " isn't installed"
    test = subprocess.run([*enter(), "sh", "-c", "ip link add cable type veth peer name plug && mount -t tmpfs tmpfs /run"],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, "PATH": tool_path()}, check=False)
    return "" if test.returncode == 0 else "no namespaces here: " + test.stdout.decode(errors="replace").strip()


def enter():
    """A command in front of another, which then runs in namespaces of its own."""
    return ["unshare", "--mount", "--net", "--propagation", "private"]


def listens(path):
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(path)
        return True
    except OSError:
        return False


class Machine:
    def __init__(self, folder, name, pid=None):
        self.folder = os.path.join(folder, name)
        os.mkdir(self.folder)
        self.prefix = ["nsenter", f"--target={pid}", "--mount", "--net"] if pid else []
        self.bus = os.path.join(self.folder, "bus")
        self.address = "unix:path=" + self.bus
        self.name = name
        self.log_file = os.path.join(self.folder, "log")
        self.processes = []

    def run(self, *command):
        subprocess.run([*self.prefix, *command], check=True)

    def start(self, *command):
        with open(self.log_file, "ab") as log:
            process = subprocess.Popen([*self.prefix, *command], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                       env={**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": self.address})
        self.processes.append(process)
        return process

    def log(self):
        with open(self.log_file, encoding="utf-8", errors="replace") as file:
            return file.read()

    def boot(self, interface, number):
        self.run("mount", "-t", "tmpfs", "tmpfs", "/run")
        self.run("ip", "link", "set", "lo", "up")
        self.run("ip", "address", "add", f"10.77.0.{number}/24", "dev", interface)
        self.run("ip", "link", "set", interface, "up")
        bus_conf = harness.write_file(os.path.join(self.folder, "bus.conf"), BUS_CONF.format(path=self.bus))
        avahi_conf = harness.write_file(os.path.join(self.folder, "avahi.conf"), AVAHI_CONF.format(name=self.name))
        self.start("dbus-daemon", "--config-file=" + bus_conf, "--nofork", "--nopidfile")
        harness.wait_for(lambda: listens(self.bus), FOUND, lambda: "a bus: " + self.log())
        self.start("avahi-daemon", "--no-drop-root", "--no-chroot", "--no-rlimits", "-f", avahi_conf)
        harness.wait_for(lambda: "Server startup complete" in self.log(), FOUND, lambda: "Avahi: " + self.log())

    def end(self):
        for process in reversed(self.processes):
            process.terminate()
        for process in reversed(self.processes):
            process.wait(20)


class TwoMachines(harness.EndToEndTest):
    def setUp(self):
        if not os.environ.get(INSIDE):
            self.skipTest(missing())
        super().setUp()
        os.environ["PATH"] = tool_path()
        other = subprocess.Popen([*enter(), "sleep", "600"])
        self.addCleanup(other.wait)
        self.addCleanup(other.kill)
        own = os.readlink("/proc/self/ns/net")
        harness.wait_for(lambda: self.namespace(other.pid) not in ("", own) and harness.program_name(other.pid) == "sleep",
                         20, "the other namespace")
        self.pi = Machine(self.folder, "pi")
        self.desk = Machine(self.folder, "desk", other.pid)
        self.pi.run("ip", "link", "add", "cable", "type", "veth", "peer", "name", "plug", "netns", str(other.pid))
        for machine, interface, number in ((self.pi, "cable", 1), (self.desk, "plug", 2)):
            self.addCleanup(machine.end)
            machine.boot(interface, number)

    @staticmethod
    def namespace(pid):
        try:
            return os.readlink(f"/proc/{pid}/ns/net")
        except OSError:
            return ""

    def client(self, machine, *lines):
        client = super().client(*lines)
        client.bus = machine.address
        client.run = lambda *args: harness.run([*machine.prefix, "scanimage", *args], client.environment(), client.folder)
        return client

    def devices(self, client):
        return [line for line in client.run("-f", "%d%n").out.decode().splitlines() if line.startswith("netsane:")]

    def testFoundFromTheOtherMachineAlone(self):
        server = self.daemon(keys={"listen": ["*:0"], "crypt": ["tls"], "discovery": True, "auth": [],
                                   "discovery_name": "Scanners", "state_dir": os.path.join(self.folder, "state")})
        server.bus = self.pi.address
        server.start()
        server.wait_log('announced in the network as "Scanners"', deadline=30)
        client = self.client(self.desk)
        wanted = [f"netsane:pi.local:{server.port}:test:{number}" for number in range(2)]
        # an answer may come later than a listing waits for it, and is known at the next one
        harness.wait_for(lambda: self.devices(client) == wanted, FOUND, "the devices of the other machine")
        result = client.run("-d", wanted[1], "--format=pnm")
        self.assertEqual(0, result.code, result)
        self.assertTrue(result.out.startswith(b"P5"), result)
        self.assertEqual([], self.devices(self.client(self.pi)), "a machine doesn't list its own servers")
        harness.wait_for(lambda: self.devices(self.client(self.pi, "discover = all")) == wanted, FOUND, "unless it is wanted")
        server.stop()
        harness.wait_for(lambda: self.devices(client) == [], FOUND, "a server that has ended is gone")

    def testAvahiIsStartedAnew(self):
        server = self.daemon(keys={"listen": ["10.77.0.1:0"], "crypt": ["tls"], "discovery": True, "auth": [],
                                   "state_dir": os.path.join(self.folder, "state")})
        server.bus = self.pi.address
        server.start()
        server.wait_log("announced in the network as", deadline=30)
        avahi = self.pi.processes.pop()
        avahi.terminate()
        avahi.wait(20)
        server.wait_log("not announced in the network for now")
        self.pi.start("avahi-daemon", "--no-drop-root", "--no-chroot", "--no-rlimits", "-f",
                      os.path.join(self.pi.folder, "avahi.conf"))
        server.wait_log('announced in the network as "', count=2, deadline=30)
        harness.wait_for(lambda: len(self.devices(self.client(self.desk))) == 2, FOUND, "found again")
        server.stop()


if __name__ == "__main__":
    if not os.environ.get(INSIDE) and not missing():
        os.environ[INSIDE] = "1"
        command = enter()
        os.execvpe(command[0], [*command, sys.executable, "-B", *sys.argv], {**os.environ, "PATH": tool_path()})
    unittest.main()
