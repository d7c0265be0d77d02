#!/usr/bin/python3
"""What is ready before anybody asks: a device process that waits, and the list of devices."""

import os
import re
import signal
import time

import harness
import seed

DEFAULT_SCAN = 157 * 196


def started(pid):
    """When a process was started, in clock ticks since boot."""
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
        return int(file.read().rpartition(")")[2].split()[19])


def ticks_now():
    return int(time.clock_gettime(time.CLOCK_BOOTTIME) * os.sysconf("SC_CLK_TCK"))


class ReadyTest(harness.EndToEndTest):
    def serve(self, sane=None, **arguments):
        """One device process waits, unless said otherwise."""
        keys = {"warm": 1, **(sane or {})}
        self.server = self.daemon(sane={key: value for key, value in keys.items() if value is not None}, **arguments)
        return self.server.start()

    def connect(self):
        connection = seed.Connection(("127.0.0.1", self.server.port))
        self.addCleanup(connection.close)
        return connection

    def waiting(self, count=1, but=()):
        """The device processes that wait, once there are `count` others than `but`."""
        found = []

        def enough():
            found[:] = self.server.waiting()
            return len(found) == count and not set(found) & set(but)

        harness.wait_for(enough, 20, lambda: f"{count} processes wait: {found}, log:\n{self.server.log()}")
        return found

    def ready(self, pid):
        """Waits until the process sleeps in the middle of its life: then it waits for its assignment."""
        def sleeps():
            with open(f"/proc/{pid}/wchan", encoding="ascii") as file:
                return "recv" in file.read() or "wait_for_more_packets" in file.read()

        if os.geteuid() == 0 and os.path.exists(f"/proc/{pid}/wchan"):
            harness.wait_for(lambda: sleeps() or self.state(pid) == "S", 10, "the process sleeps")

    @staticmethod
    def state(pid):
        return next((entry[1] for entry in harness.processes() if entry[0] == pid), None)

    def assert_scans(self, name="test:0"):
        connection = self.connect()
        status, handle, reason = connection.open(name)
        self.assertEqual(status, seed.GOOD, f"{reason}\n{self.server.log()}")
        self.assertEqual(len(connection.image(handle)[1]), DEFAULT_SCAN)
        connection.clos(handle)
        connection.quit()

    def granted(self):
        """The processes of all OPENs that were granted."""
        return [int(pid) for pid in re.findall(r"audit: open result=granted .*process=(\d+)", self.server.log())]


class Warm(ReadyTest):
    def test_an_open_is_served_by_a_process_that_was_there(self):
        self.serve()
        connection = self.connect()
        connection.devices()
        harness.wait_for(lambda: not self.server.find("netsaned-device"), 10, "the listing is over")
        seen = []
        for number in range(5):
            (pid,) = self.waiting()
            self.ready(pid)
            before = ticks_now()
            status, handle, reason = connection.open("test:0")
            self.assertEqual(status, seed.GOOD, reason)
            self.assertEqual(self.granted()[number], pid)
            self.assertEqual(self.server.find("netsaned-device"), [pid])
            self.assertLessEqual(started(pid), before)
            seen.append(pid)
            connection.clos(handle)
        self.assertEqual(len(set(seen)), 5, "each serves one device and ends")
        self.server.stop()

    def test_none_waits_where_none_shall(self):
        self.serve(sane={"warm": 0})
        self.assert_scans()
        self.assertEqual(self.server.waiting(), [])
        self.server.stop()

    def test_several_wait_and_serve_at_once(self):
        self.serve(sane={"warm": None})  # as many as there are by themselves
        waiting = self.waiting(2)
        connection = self.connect()
        for name in ("test:0", "test:1"):
            self.assertEqual(connection.open(name)[0], seed.GOOD)
        self.assertEqual(set(self.granted()), set(waiting))
        self.waiting(2, but=waiting)
        self.server.stop()

    def test_it_is_nobodys_before(self):
        """No client's channel, no device, and the rights of every device process."""
        self.serve()
        (pid,) = self.waiting()
        if os.geteuid() == 0:
            self.ready(pid)
            files = [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")]
            self.assertEqual(len([name for name in files if name.startswith("socket:")]), 1, files)
            self.assertFalse([name for name in files if name.startswith("/dev/bus")], files)
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            self.assertIn("NoNewPrivs:\t1", file.read())
        self.server.stop()

    def test_one_that_is_killed_is_replaced(self):
        self.serve()
        (pid,) = self.waiting()
        os.kill(pid, signal.SIGKILL)
        self.waiting(but=[pid])
        self.assertIn(f"device process {pid}, which waited for a device, was killed by signal 9", self.server.log())
        self.assert_scans()
        self.server.stop()

    def test_one_that_was_killed_just_now_harms_nobody(self):
        self.serve()
        connection = self.connect()
        connection.devices()
        (pid,) = self.waiting()
        os.kill(pid, signal.SIGKILL)
        status, _, reason = connection.open("test:0")
        self.assertEqual(status, seed.GOOD, f"{reason}\n{self.server.log()}")
        self.server.stop()

    def test_one_that_is_stopped_costs_a_moment(self):
        self.serve()
        connection = self.connect()
        connection.devices()
        (pid,) = self.waiting()
        self.ready(pid)
        os.kill(pid, signal.SIGSTOP)
        status, handle, reason = connection.open("test:0")
        self.assertEqual(status, seed.GOOD, f"{reason}\n{self.server.log()}")
        self.assertEqual(len(connection.image(handle)[1]), DEFAULT_SCAN)
        harness.wait_for(lambda: pid not in self.server.members(), 10, "the stopped process is gone")
        self.server.stop()

    def test_the_end_of_the_daemon_is_not_held_up(self):
        self.serve()
        (pid,) = self.waiting()
        os.kill(pid, signal.SIGSTOP)
        self.server.stop()

    def test_the_supervisor_killed(self):
        self.serve()
        self.waiting()
        os.kill(self.server.process.pid, signal.SIGKILL)
        self.server.process.wait()
        self.server.wait_gone()

    def test_sighup_with_other_backends(self):
        self.serve()
        (pid,) = self.waiting()
        self.server.configure({}, sane={"warm": 1, "exclude": ["test", "net"]})
        os.kill(self.server.process.pid, signal.SIGHUP)
        self.waiting(but=[pid])
        connection = self.connect()
        harness.wait_for(lambda: not connection.devices()[1], 10, "no device is left")
        self.assertEqual(connection.open("test:0")[0], seed.INVAL)
        self.server.stop()

    def test_backends_that_change_while_it_waits(self):
        """The admin's dll.conf is read again when somebody opens a device."""
        self.serve()
        connection = self.connect()
        self.assertEqual(len(connection.devices()[1]), 2)
        (pid,) = self.waiting()
        self.ready(pid)
        harness.write_file(os.path.join(self.server.sane_dir, "dll.conf"), "# none\n")
        status, _, reason = connection.open("test:0")
        self.assertEqual(status, seed.INVAL)
        self.assertIn('"test" is not enabled', reason)
        self.server.stop()


class List(ReadyTest):
    """How the list comes to be; netsaned tells the lister's process from others by nothing but that it ends."""

    def devices_file(self, count):
        text = harness.TEST_CONF.replace("number_of_devices 2", f"number_of_devices {count}")
        harness.write_file(os.path.join(self.server.sane_dir, "test.conf"), text)

    def count(self, connection):
        return len(connection.devices()[1])

    def test_it_is_there_before_anybody_asks(self):
        self.serve()
        (pid,) = self.waiting()
        self.ready(pid)
        harness.wait_for(lambda: not self.server.find("netsaned-device"), 10, "the first listing is over")
        self.devices_file(1)
        connection = self.connect()
        self.assertEqual(self.count(connection), 2, "the list is that of the start")
        self.server.stop()

    def test_an_old_one_is_given_at_once_and_refreshed_behind(self):
        self.serve(sane={"list_max_age": 0})
        connection = self.connect()
        self.assertEqual(self.count(connection), 2)
        harness.wait_for(lambda: not self.server.find("netsaned-device"), 10, "the listing is over")
        self.devices_file(1)
        self.assertEqual(self.count(connection), 2, "this one was there")
        harness.wait_for(lambda: self.count(connection) == 1, 10, "the next one is new")
        self.server.stop()

    def test_sighup_lists_anew(self):
        self.serve()
        connection = self.connect()
        self.assertEqual(self.count(connection), 2)
        self.devices_file(1)
        os.kill(self.server.process.pid, signal.SIGHUP)
        harness.wait_for(lambda: self.count(connection) == 1, 10, "the list is new")
        self.server.stop()

    def test_it_is_refreshed_from_time_to_time(self):
        self.serve(sane={"list_refresh": 1, "list_max_age": 3600})
        connection = self.connect()
        self.assertEqual(self.count(connection), 2)
        self.devices_file(1)
        harness.wait_for(lambda: self.count(connection) == 1, 10, "the list is new")
        self.server.stop()

    def test_a_device_that_is_not_in_the_list_is_looked_for(self):
        self.serve(sane={"list_max_age": 3600})
        connection = self.connect()
        self.assertEqual(self.count(connection), 2)
        self.devices_file(3)
        harness.wait_for(lambda: connection.open("test:2")[0] == seed.GOOD, 10, "the new device is open")
        self.server.stop()


if __name__ == "__main__":
    harness.main()
