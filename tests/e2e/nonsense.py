#!/usr/bin/python3
"""Device processes that talk nonsense (rogue_device.py): to the session process, and to the supervisor."""

import os
import shutil
import tempfile
import time

import harness
import rogue_device
import seed

PATIENCE = 30.0


class Nonsense(harness.EndToEndTest):
    def serve(self, environment):
        root = tempfile.mkdtemp(prefix="netsane-nonsense-")
        self.addCleanup(shutil.rmtree, root)
        os.chmod(root, 0o755)
        root = shutil.copytree(self.stage.root, os.path.join(root, "root"), symlinks=True)
        program = os.path.join(root, os.path.relpath(self.stage.libexec, self.stage.root), "netsaned-device")
        os.rename(program, program + ".true")
        shutil.copy(rogue_device.__file__, program)
        os.chmod(program, 0o755)
        self.server = self.daemon(sane={"close_timeout": 1})
        self.server.program = os.path.join(root, os.path.relpath(self.stage.netsaned, self.stage.root))
        conf = harness.TEST_CONF.replace("number_of_devices 2", f"number_of_devices {len(rogue_device.NONSENSE)}")
        harness.write_file(os.path.join(self.server.sane_dir, "test.conf"), conf)
        self.server.start(env={**self.server.environment(), **environment})

    def connect(self):
        connection = seed.Connection(("127.0.0.1", self.server.port), timeout=PATIENCE)
        self.addCleanup(connection.close)
        return connection

    def test_to_the_session_process(self):
        self.serve({})
        (session,) = self.server.find("netsaned-session")
        bystander = self.connect()
        self.assertEqual(len(bystander.devices()[1]), len(rogue_device.NONSENSE))
        client = self.client_of(self.server)
        for number, what in enumerate(rogue_device.NONSENSE):
            with self.subTest(what=what):
                begin = time.monotonic()
                result = client.run("-d", f"netsane:{self.server.address}:test:{number}", timeout=PATIENCE)
                self.assertEqual((result.code, result.out), (1, b""), f"{result!r}\n{self.server.log()}")
                print(f"\n  {what}: {time.monotonic() - begin:.2f} s", end="", flush=True)
                self.assertEqual(len(bystander.devices()[1]), len(rogue_device.NONSENSE))
        self.assertEqual(self.server.find("netsaned-session"), [session], self.server.log())
        harness.wait_for(lambda: not self.server.find("netsaned-device"), PATIENCE, "the device processes are gone")
        self.server.stop()

    def test_to_the_supervisor(self):
        self.serve({"ROGUE_CONTROL": "1"})
        self.server.wait_log("a device process sent nonsense", deadline=PATIENCE)
        connection = self.connect()
        self.assertEqual(len(connection.devices()[1]), len(rogue_device.NONSENSE))
        connection.send(seed.message(seed.d(seed.OPEN), seed.s("test:0")))
        self.assertEqual(seed.signed(connection.reply(seed.OPEN)[0]), seed.IO_ERROR, self.server.log())
        self.server.stop()


if __name__ == "__main__":
    harness.main()
