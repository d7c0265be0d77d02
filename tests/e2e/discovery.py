#!/usr/bin/python3
"""Servers announce themselves, and scanimage finds them: with a bus and an Avahi daemon that the test plays."""

import os
import shutil
import signal
import socket
import time
import unittest

import fake_avahi
import harness

FOUND = 90  # seconds; a list waits for half a second, in which a busy machine may hear of nothing

# libdbus gives up after 25 s: whoever waits for a bus that hangs takes at least as long.
LONG = 20.0
AVAHI = os.environ.get("NETSANE_AVAHI", "yes") == "yes"


def default_name():
    return "NETSANE on " + socket.gethostname().partition(".")[0]


def descendants(name):
    return [pid for pid, state, *_ in harness.processes() if state != "Z" and harness.program_name(pid) == name
            and pid_environment(pid).get("NETSANE_TEST") == str(os.getpid())]


def pid_environment(pid):
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            return dict(entry.decode(errors="replace").partition("=")[::2] for entry in file.read().split(b"\0"))
    except OSError:
        return {}


class HungBus:
    """Takes connections and never says anything."""

    def __init__(self, path):
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        os.chmod(path, 0o777)
        self.listener.listen()
        self.address = "unix:path=" + path

    def wait_for_somebody(self):
        self.listener.settimeout(LONG)
        return self.listener.accept()[0]


class DiscoveryTest(harness.EndToEndTest):
    def setUp(self):
        super().setUp()
        os.chmod(self.folder, 0o755)
        self.bus = fake_avahi.FakeAvahi(os.path.join(self.folder, "bus"))
        self.addCleanup(self.bus.close)

    def hung_bus(self):
        bus = HungBus(os.path.join(self.folder, "hung"))
        self.addCleanup(bus.listener.close)
        return bus


@unittest.skipUnless(AVAHI, "configured without Avahi")
class Announcing(DiscoveryTest):
    def announcing(self, bus=None, **keys):
        server = self.daemon(keys={"listen": ["0.0.0.0:0"], "crypt": ["tls", "none"], "discovery": True,
                                   "state_dir": os.path.join(self.folder, self.name("state")), **keys})
        server.bus = bus or self.bus.address
        return server.start()

    def testNamePortAndText(self):
        server = self.announcing()
        interface, protocol, name, port, text = self.bus.wait_published(len)[0]
        self.assertEqual((-1, fake_avahi.INET, default_name(), server.port), (interface, protocol, name, port))
        self.assertEqual([b"txtvers=1", b"protocol=1", b"tls=offered"], text)
        server.wait_log(f'announced in the network as "{default_name()}"')
        server.wait_log("sandbox: discovery: ")  # the supervisor's, on its own way
        server.stop()
        self.bus.wait_published(lambda published: not published)

    def testAnotherNameWhereItIsTaken(self):
        self.bus.taken = {"Front desk", "Front desk #2"}
        server = self.announcing(discovery_name="Front desk", crypt=["tls"])
        published = self.bus.wait_published(len)
        self.assertEqual(["Front desk #3"], [entry[2] for entry in published])
        self.assertIn(b"tls=required", published[0][4])
        server.stop()

    def testAvahiComesAndGoes(self):
        self.bus.has_avahi = False
        server = self.announcing()
        server.wait_log("not announced in the network for now: no Avahi daemon is running")
        self.bus.set_avahi(True)
        self.bus.wait_published(len)
        self.bus.set_avahi(False)
        server.wait_log("not announced in the network for now", count=2)
        self.bus.set_avahi(True)
        self.bus.wait_published(len)
        server.stop()

    def testProcessThatEndsIsReplaced(self):
        server = self.announcing()
        self.bus.wait_published(len)
        killed = server.worker("netsaned-discovery")
        os.kill(killed, signal.SIGKILL)
        harness.wait_for(lambda: server.worker("netsaned-discovery") not in (None, killed), FOUND, "another process")
        self.bus.wait_published(len)
        server.stop()

    @unittest.skipIf(os.geteuid() != 0, "only root can start it as somebody else")
    def testHasNoRights(self):
        root = shutil.copytree(self.stage.root, os.path.join(self.folder, "root"), symlinks=True)
        os.chmod(root, 0o755)
        server = self.daemon(keys={"listen": ["0.0.0.0:0"], "discovery": True, "user": "nobody"})
        server.program = os.path.join(root, os.path.relpath(self.stage.netsaned, self.stage.root))
        server.bus = self.bus.address
        if self.stage.sanitizers:
            os.chmod(server.folder, 0o777)  # for reports
        server.start()
        self.bus.wait_published(len)
        with open(f"/proc/{server.worker('netsaned-discovery')}/status", encoding="ascii") as file:
            status = dict(line.split(":", 1) for line in file)
        self.assertNotIn("0", status["Uid"].split())
        self.assertEqual([0, 0], [int(status[key], 16) for key in ("CapEff", "CapBnd")])
        self.assertEqual("1", status["NoNewPrivs"].strip())
        server.stop()

    def testReload(self):
        server = self.announcing()
        self.bus.wait_published(len)
        before = server.worker("netsaned-discovery")
        server.configure({"idle_timeout": 100})
        os.kill(server.process.pid, signal.SIGHUP)
        server.wait_log("configuration reloaded")
        self.assertEqual(before, server.worker("netsaned-discovery"), "nothing about it has changed")
        server.configure({"discovery_name": "Other"})
        os.kill(server.process.pid, signal.SIGHUP)
        self.bus.wait_published(lambda published: [entry[2] for entry in published] == ["Other"])
        server.configure({"discovery": False})
        os.kill(server.process.pid, signal.SIGHUP)
        self.bus.wait_published(lambda published: not published)
        harness.wait_for(lambda: not server.find("netsaned-discovery"), FOUND, "no such process")
        server.stop()

    def testLoopbackIsNotAnnounced(self):
        server = self.announcing(listen=["127.0.0.1:0"])
        server.wait_log("not announced in the network: none of the addresses to listen at")
        self.assertEqual([], self.bus.published())
        server.stop()

    def testWithoutBus(self):
        server = self.announcing(bus=harness.NO_BUS)
        server.wait_log("not announced in the network for now: ")
        server.stop()
        self.assertEqual(1, server.log().count("announced in the network"))

    def testBusThatHangs(self):
        hung = self.hung_bus()
        server = self.announcing(bus=hung.address)
        waiting = hung.wait_for_somebody()
        begin = time.monotonic()
        server.stop()
        self.assertLess(time.monotonic() - begin, LONG)
        waiting.close()


class Off(DiscoveryTest):
    def testNotUnlessConfigured(self):
        server = self.daemon(keys={"listen": ["0.0.0.0:0"]})
        server.bus = self.bus.address
        server.start()
        self.assertEqual([], server.find("netsaned-discovery"))
        server.stop()
        self.assertEqual([], self.bus.calls)

    @unittest.skipIf(AVAHI, "configured with Avahi")
    def testConfiguredButNotInstalled(self):
        server = self.daemon(keys={"discovery": True}).start()
        server.wait_log("netsaned-discovery isn't installed: this server is not announced")
        server.stop()


class Finding(DiscoveryTest):
    """A server that asks for a login when a device is opened, at loopback, where only this machine's own may be."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shared = harness.tempfile.mkdtemp(prefix="netsane-e2e-")
        cls.addClassCleanup(harness.shutil.rmtree, cls.shared, ignore_errors=True)
        harness.write_file(os.path.join(cls.shared, "users"), f"alice:{harness.PASSWORD_HASH}\n", 0o600)
        cls.server = harness.Daemon(cls.stage, cls.shared, keys={
            "crypt": ["tls"], "auth": ["unix"], "state_dir": os.path.join(cls.shared, "state"),
        }, tables=[("[auth_unix]", {"file": os.path.join(cls.shared, "users")}),
                   ("[[allow]]", {"users": ["anonymous"], "devices": ["test:0"]}),
                   ("[[allow]]", {"users": ["alice"], "devices": ["test:1"]})])
        cls.addClassCleanup(cls.server.kill)
        cls.server.start()

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        super().tearDownClass()

    def setUp(self):
        super().setUp()
        self.bus.services = [self.announcement()]

    def announcement(self, host="pi.local", name="Scanners", address="127.0.0.1", port=None, **more):
        more.setdefault("flags", fake_avahi.LOCAL | fake_avahi.MULTICAST)
        return fake_avahi.Service(name, host, address, port or self.server.port, **more)

    def looking(self, *lines, discover="all", bus=None):
        client = self.client(f"discover = {discover}", *lines)
        client.bus = bus or self.bus.address
        return client

    def known_servers(self, client):
        path = os.path.join(client.folder, ".config/netsane/known_servers")
        if not os.path.exists(path):
            return ""
        with open(path, encoding="ascii") as file:
            return file.read()

    def devices(self, client):
        result = client.run("-f", "%d%n")
        return [line for line in result.out.decode().splitlines() if line.startswith("netsane:")]

    def assert_lists(self, client, wanted):
        """A listing waits for announcements for a moment only, which may be too short for a busy machine."""
        seen = []
        harness.wait_for(lambda: seen.append(self.devices(client)) or seen[-1] == wanted, FOUND, lambda: f"{wanted} in {seen}")

    def assert_scans(self, client, device):
        results = []
        harness.wait_for(lambda: results.append(client.run("-d", device, "--format=pnm")) or results[-1].code == 0, FOUND,
                         lambda: f"a scan: {results}")
        self.assertTrue(results[-1].out.startswith(b"P5"), results[-1])

    @property
    def listed(self):
        return self.devices_of(f"pi.local:{self.server.port}")

    @staticmethod
    def devices_of(server):
        return [f"netsane:{server}:test:{number}" for number in range(2)]

    @unittest.skipUnless(AVAHI, "configured without Avahi")
    def testListAndScan(self):
        client = self.looking()
        self.assert_lists(client, self.listed)
        self.assertIn(["_netsane._tcp", "local"], self.bus.browsed)
        self.assertEqual("", self.known_servers(client), "who is only listed is not kept")
        self.assert_scans(client, self.listed[0])  # by a program that hasn't listed
        self.assertIn(f"pi.local:{self.server.port} SHA256:", self.known_servers(client))

    def testOwnServersOnlyIfWanted(self):
        client = self.looking(discover="yes")
        self.assertEqual([], self.devices(client))

    def testNotWhereItIsSwitchedOff(self):
        client = self.looking(discover="no")
        self.assertEqual([], self.devices(client))
        self.assertEqual([], self.bus.calls)
        client = self.looking(discover="nothing")
        result = harness.run(["scanimage", "-L"], {**client.environment(), "SANE_DEBUG_NETSANE": "1"}, client.folder)
        self.assertIn(b'netsane.conf:2: bad value of "discover", expected yes, no or all', result.err)
        self.assertEqual([], self.bus.calls)

    @unittest.skipUnless(AVAHI, "configured without Avahi")
    def testConfiguredServersAreNotListedTwice(self):
        # the same one by its address, and by its name in a line that isn't right
        self.assert_lists(self.looking(self.server.address), self.devices_of(self.server.address))
        self.assertEqual([], self.devices(self.looking(f"PI.local:{self.server.port} tls=sometimes")))
        self.bus.services.append(self.announcement(host="pi-2.local"))
        self.assert_lists(self.looking(), self.listed)

    @unittest.skipUnless(AVAHI, "configured without Avahi")
    def testLoginsAreForServersThatAreNamed(self):
        device = f"netsane:pi.local:{self.server.port}:test:1"
        client = self.looking("user = alice", f"password = {harness.PASSWORD}")
        before = len(self.server.log())
        self.assertNotEqual(0, client.run("-d", device, "-n").code)
        self.assertNotIn("user=alice", self.server.log()[before:])
        self.write_login(client, f"pi.local:{self.server.port} user=alice password={harness.PASSWORD}\n")
        self.assert_lists(client, self.listed)  # which asks for no login and gives none
        self.assertNotIn("user=alice", self.server.log()[before:])
        self.assert_scans(client, device)
        self.assertIn("user=alice", self.server.log()[before:])

    def write_login(self, client, text):
        folder = os.path.join(client.folder, ".config/netsane")
        os.makedirs(folder, 0o700, exist_ok=True)
        harness.write_file(os.path.join(folder, "credentials"), text, 0o600)

    @unittest.skipUnless(AVAHI, "configured without Avahi")
    def testHostileAnnouncements(self):
        trap = socket.socket()
        trap.bind(("127.0.0.1", 0))
        trap.listen()
        self.addCleanup(trap.close)
        port = trap.getsockname()[1]
        bad = [
            self.announcement(host="scanner.example.org", port=port),
            self.announcement(host="x;touch y.local", port=port),
            self.announcement(host="..local", port=port),
            self.announcement(host="a" * 250 + ".local", port=port),
            self.announcement(host="loop.local", port=port, flags=fake_avahi.MULTICAST, interface=2),
            self.announcement(host="null.local", port=port, address="0.0.0.0"),
            self.announcement(host="six.local", port=port, address="::ffff:127.0.0.1"),
            self.announcement(host="clear.local", port=port, text=[b"txtvers=1", b"tls=no"]),
            self.announcement(host="new.local", port=port, text=[b"txtvers=2"]),
        ]
        for number, service in enumerate(bad):
            service.name = f"bad {number}"
        odd = self.announcement(name="\x1b]0;owned\x07\nfound x", host="odd.local", text=[b"", b"=", b"x" * 255] * 20)
        closed = socket.socket()  # nobody listens: a handshake with each would take longer than a listing may
        closed.bind(("127.0.0.1", 0))
        self.addCleanup(closed.close)
        many = [self.announcement(name=f"many {i}", host=f"many-{i}.local", port=closed.getsockname()[1]) for i in range(80)]
        self.bus.services = [*bad, odd, self.announcement(), *many]
        client = self.looking()
        found = f"odd.local:{self.server.port}".encode()
        results = []
        harness.wait_for(lambda: results.append(client.run("-L")) or found in results[-1].out, FOUND, lambda: f"it: {results}")
        self.assertFalse([result for result in results if b"\x1b" in result.err + result.out])
        self.assertLessEqual(self.bus.calls.count("ServiceResolverNew"), 64 * len(results))
        trap.setblocking(False)
        with self.assertRaises(BlockingIOError, msg="connected to what must not be"):
            trap.accept()

    @unittest.skipUnless(AVAHI, "configured without Avahi")
    def testAnswersThatDoNotCome(self):
        self.bus.all_for_now = False
        self.bus.services.append(self.announcement(name="Silent", host="silent.local", silent=True))
        self.assert_lists(self.looking(), self.listed)

    def testWithoutBusOrAvahi(self):
        self.assertEqual([], self.devices(self.looking(bus=harness.NO_BUS)))
        self.bus.has_avahi = False
        self.assertEqual(self.devices_of(self.server.address), self.devices(self.looking(self.server.address)))

    @unittest.skipUnless(AVAHI, "configured without Avahi")
    def testBusThatHangs(self):
        hung = self.hung_bus()
        client = self.looking(self.server.address, bus=hung.address)
        environment = client.environment
        client.environment = lambda: {**environment(), "NETSANE_TEST": str(os.getpid())}
        result = client.run("-L")
        self.assertIn(self.server.address.encode(), result.out)
        self.assertLess(result.seconds, LONG)
        self.assertEqual([], descendants("netsane-browse"))
        hung.wait_for_somebody().close()  # it has been tried

    def testDeviceProcessesDoNotLook(self):
        server = self.daemon(sane={"exclude": []})
        harness.write_file(os.path.join(server.sane_dir, "dll.conf"), "test\nnetsane\n")
        harness.write_file(os.path.join(server.sane_dir, "netsane.conf"), "discover = all\n")
        server.bus = self.bus.address
        environment = server.environment
        server.environment = lambda: {**environment(), "LD_LIBRARY_PATH": self.stage.backend + ":" + self.stage.lib}
        server.start()
        self.assertEqual(0, self.client_of(server).run("-L").code)
        server.stop()
        self.assertEqual([], self.bus.calls)


if __name__ == "__main__":
    unittest.main()
