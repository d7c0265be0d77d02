#!/usr/bin/python3
"""`netsane info`: the options of a device are those that scanimage shows, locally and through the network."""

import json
import re

import harness
import tool_runner


class InfoTest(harness.EndToEndTest):
    def setUp(self):
        super().setUp()
        self.server = self.daemon().start()
        self.tool = tool_runner.Tool(self.stage, self.folder, [self.server.address], name="tool", dll="test\n")
        self.addCleanup(self.tool.check_reports)

    def info(self, *args, code=0):
        result = self.tool.run("info", *args)
        self.assertEqual(result.code, code, repr(result))
        return result

    def remote(self):
        return f"netsane:{self.server.address}:test:0"

    def options(self, device):
        groups = json.loads(self.info("--json", device).out)["groups"]
        return groups, {option["name"]: option for group in groups for option in group["options"]}

    def test_all_options_are_there(self):
        local = harness.run_local(self.server.sane_dir, "-d", "test:0", "-A", cwd=self.folder)
        # the area has letters there
        names = re.findall(rb"^    --([a-z0-9-]+)", local.out, re.M) + [b"tl-x", b"tl-y", b"br-x", b"br-y"]
        table = self.info(self.remote()).out
        self.assertEqual(sorted(re.findall(rb"^  --([a-z0-9-]+) ", table, re.M)), sorted(names))
        for line in (r"  --resolution +50 +dpi +fixed +1 to 1200 in steps of 1", r"  --mode +Gray +string +Gray, Color",
                     r"  --three-pass +- +bool +inactive +yes, no", "Geometry"):
            self.assertRegex(table.decode(), rf"(?m)^{line}$")
        self.assertNotIn(b"\x1b", table)

    def test_the_network_changes_nothing(self):
        self.assertEqual(self.info(self.remote()).out, self.info("test:0").out)
        self.assertEqual(self.options(self.remote()), self.options("test:0"))

    def test_values_have_their_types(self):
        groups, options = self.options(self.remote())
        self.assertEqual([group["title"] for group in groups][:3], ["Scan Mode", "Special Options", "Geometry"])
        self.assertEqual(options["mode"]["value"], "Gray")
        self.assertEqual(options["mode"]["words"], ["Gray", "Color"])
        self.assertEqual((options["resolution"]["value"], options["resolution"]["unit"]), (50, "dpi"))
        self.assertEqual(options["resolution"]["range"], {"min": 1, "max": 1200, "step": 1})
        self.assertIs(options["hand-scanner"]["value"], False)
        gamma = options["gamma-table"]["value"]
        self.assertEqual((len(gamma), gamma[0], gamma[-1]), (4096, 0, 254))
        self.assertEqual((options["three-pass"]["active"], "value" in options["three-pass"]), (False, False))
        self.assertEqual(options["depth"]["words"], [1, 8, 16])

    def test_no_such_device(self):
        for device in ("test:99", f"netsane:{self.server.address}:test:99", "nonsense"):
            with self.subTest(device=device):
                self.assertIn(b"there is no such device", self.info(device, code=3).err)
        self.info(code=2)


if __name__ == "__main__":
    harness.main()
