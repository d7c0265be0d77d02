#!/usr/bin/python3
"""scanimage logs in with PASS_PAM: real libpam, with services of this test's own."""

import os
import pwd
import shutil
import subprocess
import tempfile

import harness

DENIED = b"Access to resource has been denied"
USER = "nobody"
BUILD = os.environ.get("NETSANE_BUILDDIR", ".")
SCRIPTED = os.path.join(BUILD, "tests/plugins/.libs/pam_scripted.so")  # what its arguments mean: pam_scripted.cxx
ASK = "[hidden:Password: ] say expect:secret|"
PERMIT = "account required pam_permit.so"


def matrix():
    """pam_matrix of libpam-wrapper, or None."""
    folder = os.environ.get("NETSANE_PAM_TEST_MODULES")
    if not folder and shutil.which("pkg-config"):
        out = subprocess.run(["pkg-config", "--variable=modules", "pam_wrapper"], stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL, check=False)
        folder = out.stdout.decode().strip()
    path = os.path.join(folder or "/nowhere", "pam_matrix.so")
    return path if os.path.exists(path) else None


class PamTest(harness.EndToEndTest):
    def setUp(self):
        super().setUp()
        os.chmod(self.folder, 0o755)
        self.services = os.path.join(self.folder, "pam.d")
        os.mkdir(self.services, 0o755)

    def write_service(self, *lines, name="netsane"):
        harness.write_file(os.path.join(self.services, name), "\n".join(lines) + "\n")

    def make(self, *lines, keys=None, **arguments):
        """A daemon that isn't started, with one service."""
        self.write_service(*lines)
        return self.daemon(keys={"auth": ["pam"], "auth_fail_delay": 0, **(keys or {})},
                           tables=[("[auth_pam]", {"confdir": self.services})], **arguments)

    def start(self, *lines, **arguments):
        self.server = self.make(*lines, **arguments).start()
        self.expected = harness.run_local(self.server.sane_dir, "-d", "test:0", cwd=self.folder).out

    def scan(self, credentials="user=alice password=secret", server=None):
        """Runs scanimage, which tells on standard error what libsane-netsane thinks; with `server` on its first device."""
        client = self.client(f"{server or self.server.address} {credentials}")
        device = [] if server else ["-d", f"netsane:{self.server.address}:test:0"]
        env = {**client.environment(), "SANE_DEBUG_NETSANE": "5"}
        return harness.run(["scanimage", *device], env, client.folder, None)

    def assert_scans(self, *args, **arguments):
        result = self.scan(*args, **arguments)
        self.assertEqual((result.code, result.out == self.expected), (0, True), f"{result!r}\n{self.server.log()}")
        return result

    def assert_denied(self, reason, *args, **arguments):
        """The scan is refused, and the daemon's log says why."""
        before = len(self.server.log())
        result = self.scan(*args, **arguments)
        self.assertEqual((result.code, result.out), (1, b""), f"{result!r}\n{self.server.log()}")
        self.assertIn(DENIED, result.err)
        self.server.wait_log(reason, before)
        return result


class Passwords(PamTest):
    def test_right_and_wrong_and_unknown(self):
        module = matrix()
        if not module:
            self.skipTest("pam_matrix.so isn't there (Debian: libpam-wrapper)")
        passdb = harness.write_file(os.path.join(self.folder, "passdb"), "alice:secret:netsane\nbob:horse:other\n")
        self.start(f"auth required {module} passdb={passdb}", f"account required {module} passdb={passdb}")
        self.assert_scans()
        wrong = "authentication: unknown user or wrong password"
        self.assert_denied(wrong, "user=alice password=wrong")
        self.assert_denied(wrong, "user=mallory password=secret")
        self.assert_denied("account management: permission denied", "user=bob password=horse")
        self.assert_scans()
        self.server.stop()
        for text in ("secret", "horse"):
            self.assertNotIn(text, self.server.log())

    def test_at_connect_too(self):
        self.start(f"auth required {SCRIPTED} {ASK}", PERMIT, keys={"auth_at": "connect"})
        self.assert_scans()
        self.assert_denied("authentication: unknown user or wrong password", "user=alice password=wrong")
        self.server.stop()

    def test_no_question_at_all(self):
        self.start("auth required pam_permit.so", PERMIT)
        self.assert_scans("user=alice password=whatever")
        self.server.stop()

    def test_a_text_beside_the_question_is_shown(self):
        self.start(f"auth required {SCRIPTED} [info:The lamp is warm.] {ASK} [error:Mind the glass.] say", PERMIT)
        result = self.assert_scans()
        for text in (b"The lamp is warm.", b"Mind the glass."):
            self.assertIn(text, result.err)
        self.server.stop()


    def test_as_much_text_as_one_request_takes(self):
        self.start(f"auth required {SCRIPTED} info:begin long:506 times:31 {ASK}", PERMIT)
        result = self.assert_scans()
        self.assertEqual(result.err.count(b"begin" + 100 * b"x"), 31)
        self.server.stop()


class Refusals(PamTest):
    def test_each_has_its_reason_in_the_log(self):
        self.start("auth required pam_deny.so", PERMIT)
        for auth, account, reason in (
                ("success", "acct_expired", "account management: the account has expired"),
                ("success", "perm_denied", "account management: permission denied"),
                ("success", "system_err", "account management: System error"),
                ("maxtries", "success", "authentication: too many tries"),
                ("user_unknown", "success", "authentication: unknown user"),
                ("abort", "success", "authentication: Critical error")):
            with self.subTest(auth=auth, account=account):
                self.write_service(f"auth required pam_debug.so auth={auth}", f"account required pam_debug.so acct={account}")
                result = self.assert_denied(reason)
                self.assertNotIn(b"The password has expired", result.err)
        self.server.stop()

    def test_of_everybody(self):
        self.start("auth required pam_deny.so", PERMIT)
        self.assert_denied("authentication: unknown user or wrong password")
        self.server.stop()

    def test_an_expired_password_is_told_to_the_person(self):
        for code in ("new_authtok_reqd", "authtok_expired"):
            with self.subTest(code=code):
                self.start(f"auth required {SCRIPTED} {ASK}", f"account required pam_debug.so acct={code}")
                expired = b"The password has expired. Change it on the server."
                result = self.assert_denied("account management: the password has expired")
                self.assertIn(expired, result.err)
                wrong = self.assert_denied("authentication: unknown user or wrong password", "user=alice password=wrong")
                self.assertNotIn(expired, wrong.err)
                self.server.stop()

    def test_more_than_one_question_is_more_than_scanimage_answers(self):
        self.start(f"auth required {SCRIPTED} [hidden:Password: ] [hidden:Code: ] say expect:secret|secret|", PERMIT)
        result = self.scan()
        self.assertEqual((result.code, result.out), (1, b""), repr(result))
        self.assertIn(DENIED, result.err)
        self.assertIn(b"the server asks for more than a password: Code:", result.err)
        self.server.stop()

    def test_a_module_that_sleeps_is_cut_off_by_the_deadline(self):
        self.start(f"auth required {SCRIPTED} {ASK} sleep:20000", PERMIT, keys={"login_timeout": 2})
        result = self.scan()
        self.assertNotEqual(result.code, 0, repr(result))
        self.assertEqual(result.out, b"")
        self.assertLess(result.seconds, 15)
        self.server.stop()


class Surroundings(PamTest):
    def test_pam_learns_who_and_from_where(self):
        socket = os.path.join(self.folder, "socket")
        env = os.path.join(self.folder, "env")
        self.start(f"auth required {SCRIPTED} {ASK} user:robert", f"auth required pam_exec.so log={env} /usr/bin/env", PERMIT,
                   keys={"listen": ["127.0.0.1:0", f"unix:{socket}"]})
        for server, expected in ((self.server.address, "127.0.0.1"), (f"unix:{socket}", None)):
            with self.subTest(server=server):
                self.assert_scans(server=server)
                with open(env, encoding="utf-8") as file:
                    lines = dict(line.rstrip("\n").split("=", 1) for line in file if "=" in line)
                os.unlink(env)
                self.assertEqual(lines["PAM_SERVICE"], "netsane")
                self.assertEqual(lines["PAM_USER"], "robert")
                self.assertEqual(lines["PAM_TTY"], "netsane")
                self.assertEqual(lines.get("PAM_RHOST"), expected)
                self.assertNotIn("PAM_RUSER", lines)
        self.server.stop()

    def test_the_name_that_pam_gives_is_what_the_rules_are_about(self):
        self.write_service(f"auth required {SCRIPTED} {ASK} user:robert", PERMIT)
        self.server = self.daemon(keys={"auth": ["pam"], "auth_fail_delay": 0},
                                  tables=[("[auth_pam]", {"confdir": self.services}), ("[[allow]]", {"users": ["robert"]})])
        self.server.start()
        self.expected = harness.run_local(self.server.sane_dir, "-d", "test:0", cwd=self.folder).out
        self.assert_scans("user=bob password=secret")
        self.server.stop()

    def test_a_missing_service_is_an_error_at_the_start(self):
        server = self.make("auth required pam_permit.so", PERMIT)
        os.rename(os.path.join(self.services, "netsane"), os.path.join(self.services, "other"))
        with self.assertRaisesRegex(AssertionError, 'there is no PAM service "netsane" in ' + self.services):
            server.start()

    def test_a_missing_module_is_an_error_at_the_start(self):
        plugins = shutil.copytree(self.stage.plugins, os.path.join(self.folder, "plugins"))
        os.chmod(plugins, 0o755)
        os.unlink(os.path.join(plugins, "auth_pam.so"))
        server = self.make("auth required pam_permit.so", PERMIT, keys={"plugin_dir": plugins})
        with self.assertRaisesRegex(AssertionError, "auth_pam.so.*(?i:no such file)"):
            server.start()

    def test_pam_runs_as_root_if_netsaned_was_started_by_root(self):
        if os.geteuid() != 0:
            self.skipTest("needs root")
        # netsaned's user has to reach the programs and plugins
        place = tempfile.mkdtemp(prefix="netsane-open-")
        self.addCleanup(shutil.rmtree, place)
        root = shutil.copytree(self.stage.root, os.path.join(place, "root"))
        subprocess.run(["chmod", "-R", "u=rwX,go=rX", place], check=True)
        inside = os.path.join(root, os.path.relpath(self.stage.plugins, self.stage.root))
        plugins = inside if os.path.isdir(inside) else self.stage.plugins
        result = os.path.join(self.folder, "id")
        server = self.make(f"auth required {SCRIPTED} {ASK}", f"auth required pam_exec.so log={result} /usr/bin/id -u", PERMIT,
                           keys={"user": USER, "plugin_dir": plugins})
        server.program = os.path.join(root, os.path.relpath(self.stage.netsaned, self.stage.root))
        if self.stage.sanitizers:
            os.chmod(server.folder, 0o777)
        self.server = server.start()
        self.expected = harness.run_local(server.sane_dir, "-d", "test:0", cwd=self.folder).out
        self.assert_scans()
        with open(result, encoding="ascii") as file:
            self.assertEqual(file.read().splitlines()[-1], "0")
        with open(f"/proc/{server.find('netsaned-session')[0]}/status", encoding="ascii") as file:
            self.assertIn(f"Uid:\t{pwd.getpwnam(USER).pw_uid}\t", file.read())
        self.server.stop()


if __name__ == "__main__":
    harness.main()
