#!/usr/bin/python3
"""The server's certificate and key: files that can't be used, SIGHUP, who may open the key, and the one made at the first start."""

import hashlib
import os
import pwd
import re
import shutil
import signal
import ssl
import stat
import tempfile

import harness
import seed
import tls_connection

SOON = 20.0
USER = "nobody"


def fingerprint(der):
    return "SHA256:" + hashlib.sha256(der).hexdigest()


def fingerprint_of_file(path):
    with open(path, encoding="ascii") as file:
        return fingerprint(ssl.PEM_cert_to_DER_cert(file.read()))


class CertificateTest(harness.EndToEndTest):
    def connect(self, server, context=None):
        connection = tls_connection.Connection(("127.0.0.1", server.port))
        self.addCleanup(connection.close)
        return connection.start_tls(context)

    def shown(self, server):
        """What the server's certificate is recognised by, as a client sees it."""
        return fingerprint(self.connect(server).socket.getpeercert(binary_form=True))

    def wait_logged(self, server, pattern, count=1):
        harness.wait_for(lambda: len(re.findall(pattern, server.log())) >= count, SOON, f"{pattern} in the log:\n{server.log()}")

    def make(self, section, **keys):
        # no control socket: the test's folder is at times one that nobody should trust
        keys = {"crypt": ["tls", "none"], "control_socket": "", **keys}
        return self.daemon(keys=keys, tables=[("[crypt_tls]", section)] if section else [])

    def tool(self, *words, env=None):
        program = self.stage.root + os.environ.get("NETSANE_BINDIR", "/usr/local/bin") + "/netsane"
        environment = {"PATH": "/usr/bin:/bin", "LD_LIBRARY_PATH": self.stage.lib, **(env or {})}
        return harness.run([program, "fingerprint", *words], environment, self.folder)

    def check(self, server):
        return harness.run([server.program, "--config", server.config, "--check"], server.environment(), self.folder)


class Configured(CertificateTest):
    def setUp(self):
        super().setUp()
        self.first = tls_connection.make_certificate(self.folder, "first")
        self.second = tls_connection.make_certificate(self.folder, "second")
        self.certificate, self.key = os.path.join(self.folder, "used.pem"), os.path.join(self.folder, "used-key.pem")
        self.install(self.first)
        self.section = {"certificate": self.certificate, "key": self.key}

    def install(self, pair):
        """As a program that renews certificates does: new files take the place of the old ones."""
        for source, target in zip(pair, (self.certificate, self.key)):
            shutil.copy(source, target + ".new")
            os.rename(target + ".new", target)

    def assert_refused(self, section, *texts):
        for command in ("start", "check"):
            with self.subTest(command=command, texts=texts):
                server = self.make(section)
                if command == "check":
                    result = self.check(server)
                    self.assertEqual(result.code, 1, repr(result))
                    said = result.err.decode()
                else:
                    with self.assertRaisesRegex(AssertionError, "netsaned ended with 1 at its start"):
                        server.start()
                    said = server.log()
                last = said.rstrip("\n").splitlines()[-1]
                for text in texts:
                    self.assertIn(text, last)

    def test_files_that_cannot_be_used_are_named(self):
        encrypted = os.path.join(self.folder, "encrypted.pem")
        tls_connection.openssl("pkey", "-in", self.key, "-aes256", "-passout", "pass:secret", "-out", encrypted, folder=self.folder)
        os.chmod(encrypted, 0o600)
        self.assert_refused({**self.section, "key": encrypted}, "[crypt_tls] key", encrypted, "is encrypted")
        self.assert_refused({**self.section, "key": self.second[1]}, "[crypt_tls] key", self.second[1], "isn't the key of")
        self.assert_refused({**self.section, "key": self.key + ".missing"}, "[crypt_tls] key", ".missing: No such file")
        self.assert_refused({**self.section, "certificate": self.key}, "[crypt_tls] certificate", self.key, "no certificate in PEM")
        self.assert_refused({"certificate": self.certificate}, "[crypt_tls]", "\"key\"")
        for mode, reason in ((0o644, "readable by others (mode 0644)"), (0o660, "writable by group or others (mode 0660)")):
            os.chmod(self.key, mode)
            self.assert_refused(self.section, "[crypt_tls] key", self.key, reason)
        os.chmod(self.key, 0o600)
        os.chmod(self.folder, 0o777)
        self.assert_refused(self.section, "[crypt_tls]", self.folder + ": writable by group or others")
        if os.geteuid() == 0:
            os.chmod(self.folder, 0o755)
            os.chown(self.key, pwd.getpwnam(USER).pw_uid, -1)
            self.assert_refused(self.section, "[crypt_tls] key", self.key, "belongs to uid")

    def test_a_renewed_certificate_is_taken_over_and_connections_go_on(self):
        server = self.make(self.section)
        server.start()
        self.assertEqual(self.shown(server), fingerprint_of_file(self.first[0]))
        old = self.connect(server)
        status, handle, _ = old.open("test:0")
        self.assertEqual(status, seed.GOOD)
        for number, pair in enumerate((self.second, self.first, self.second)):
            self.install(pair)
            server.process.send_signal(signal.SIGHUP)
            self.wait_logged(server, "configuration reloaded", number + 1)
            harness.wait_for(lambda pair=pair: self.shown(server) == fingerprint_of_file(pair[0]), SOON, "the new certificate")
            result = self.tool("--config", server.config)
            self.assertEqual(result.out.decode().splitlines()[0], self.shown(server))
        self.assertEqual(len(old.image(handle)[1]), 157 * 196)
        # a line for the start and each reload, none for the trials
        self.assertEqual(len(re.findall("crypt_tls: certificate SHA256:", server.log())), 4, server.log())
        server.stop()

    def test_bad_files_leave_the_old_ones_in_use(self):
        server = self.make(self.section)
        server.start()
        bad = [(lambda: shutil.copy(self.second[1], self.key), rf"\[crypt_tls\] key: {self.key}: this isn't the key"),
               (lambda: os.chmod(self.key, 0o644), rf"\[crypt_tls\] key: {self.key}: .*readable by others"),
               (lambda: os.unlink(self.key), rf"\[crypt_tls\] key: {self.key}: No such file")]
        for spoil, text in bad:
            spoil()
            server.process.send_signal(signal.SIGHUP)
            self.wait_logged(server, f"not reloaded, the old configuration stays: .*{text}")
            self.assertEqual(self.shown(server), fingerprint_of_file(self.first[0]))
        self.install(self.second)
        server.process.send_signal(signal.SIGHUP)
        harness.wait_for(lambda: self.shown(server) == fingerprint_of_file(self.second[0]), SOON, "the new certificate")
        server.stop()

    def test_the_session_process_keeps_no_descriptor_of_the_key(self):
        server = self.make(self.section)
        server.start()
        self.shown(server)
        server.process.send_signal(signal.SIGHUP)
        self.wait_logged(server, "configuration reloaded")
        self.shown(server)

        def left():
            links = []
            for pid in server.members():
                folder = f"/proc/{pid}/fd"
                try:
                    links += [os.readlink(f"{folder}/{name}") for name in os.listdir(folder)]
                except OSError:  # it has ended; or it can't be looked into by who isn't root
                    pass
            return [link for link in links if link.endswith(".pem")]

        harness.wait_for(lambda: not left(), SOON, "no open key")
        server.stop()


class Own(CertificateTest):
    def files(self, folder):
        return os.path.join(folder, "tls/certificate.pem"), os.path.join(folder, "tls/key.pem")

    def assert_own(self, server, folder, folder_mode):
        certificate, key = self.files(folder)
        self.assertEqual(sorted(os.listdir(os.path.dirname(key))), ["certificate.pem", "key.pem"])
        self.assertEqual(os.listdir(folder), ["tls"])
        self.assertEqual([stat.S_IMODE(os.stat(path).st_mode) for path in (certificate, key, os.path.dirname(key))],
                         [0o644, 0o600, folder_mode])
        shown = self.shown(server)
        self.assertEqual(shown, fingerprint_of_file(certificate))
        self.wait_logged(server, f"made a certificate of this server's own, {certificate}: {shown}")
        for name in ("localhost", "127.0.0.1"):
            connection = tls_connection.Connection(("127.0.0.1", server.port))
            self.addCleanup(connection.close)
            connection.start_tls(tls_connection.context(ca=certificate), name=name)
            self.assertEqual(connection.devices()[0], seed.GOOD)
        return shown

    def test_it_is_made_once_and_kept(self):
        state = os.path.join(self.folder, "state/below")
        server = self.make({}, state_dir=state)
        result = self.check(server)
        self.assertEqual(result.code, 0, repr(result))
        self.assertIn(f"the first start will make one, {self.files(state)[0]}", result.err.decode())
        self.assertFalse(os.path.exists(os.path.dirname(state)))
        result = self.tool("--config", server.config)
        self.assertEqual(result.code, 1, repr(result))
        self.assertIn(f"{self.files(state)[0]}: there is none yet", result.err.decode())
        server.start()
        shown = self.assert_own(server, state, 0o755 if os.geteuid() == 0 else 0o700)
        result = self.tool("--config", server.config)
        lines = result.out.decode().splitlines()
        self.assertEqual((result.code, lines[0], lines[1]), (0, shown, "file: " + self.files(state)[0]))
        self.assertRegex(lines[2], "names: .*localhost.*127.0.0.1")
        self.assertRegex(lines[3], r"valid until: \d{4}-\d\d-\d\d")
        self.assertEqual(self.tool(self.files(state)[0]).out, result.out)
        server.process.send_signal(signal.SIGHUP)
        self.wait_logged(server, "configuration reloaded")
        server.stop()
        server.start()
        self.assertEqual(self.shown(server), shown)
        self.assertEqual(server.log().count("made a certificate"), 1)
        server.stop()

    def test_several_servers_at_once_agree(self):
        state = os.path.join(self.folder, "state")
        servers = [self.make({}, state_dir=state) for _ in range(4)]
        for server in servers:
            server.start()
        self.assertEqual(len({self.shown(server) for server in servers}), 1)
        for server in servers:
            server.stop()

    def test_it_is_made_at_a_reload(self):
        state = os.path.join(self.folder, "state")
        server = self.make({}, crypt=["none"], state_dir=state)
        server.start()
        self.assertFalse(os.path.exists(state))
        server.configure({"crypt": ["tls"]})
        server.process.send_signal(signal.SIGHUP)
        self.wait_logged(server, "configuration reloaded")
        harness.wait_for(lambda: "crypt_tls: certificate" in server.log(), SOON, "the certificate is in use")
        self.assertEqual(self.shown(server), fingerprint_of_file(self.files(state)[0]))
        server.stop()

    def test_what_is_there_is_not_touched(self):
        state = os.path.join(self.folder, "state")
        certificate, key = self.files(state)
        os.makedirs(os.path.dirname(key), 0o755)
        for path, other in ((key, certificate), (certificate, key)):
            harness.write_file(path, "mine\n", 0o600)
            server = self.make({}, state_dir=state)
            with self.assertRaisesRegex(AssertionError, f"{path} is there without {other}"):
                server.start()
            result = self.check(server)
            self.assertEqual(result.code, 1, repr(result))
            self.assertIn(f"{path} is there without {other}", result.err.decode())
            with open(path, encoding="ascii") as file:
                self.assertEqual(file.read(), "mine\n")
            self.assertEqual(os.listdir(os.path.dirname(key)), [os.path.basename(path)])
            os.unlink(path)

    def test_a_folder_that_others_may_write_to(self):
        state = os.path.join(self.folder, "state")
        os.mkdir(state)
        os.chmod(state, 0o777)
        server = self.make({}, state_dir=state)
        with self.assertRaisesRegex(AssertionError, f"can't make a certificate for TLS in {state}: {state}: writable by"):
            server.start()
        self.assertEqual(os.listdir(state), [])
        result = self.check(server)
        self.assertEqual(result.code, 1, repr(result))
        self.assertIn(f"can't make a certificate for TLS in {state}: {state}: writable by", result.err.decode())

    def test_a_file_where_the_folder_should_be(self):
        path = harness.write_file(f"{self.folder}/file", "mine\n")
        server = self.make({}, state_dir=path + "/state")
        result = self.check(server)
        self.assertEqual(result.code, 1, repr(result))
        self.assertIn(f"can't make a certificate for TLS in {path}/state: {path}: not a folder", result.err.decode())

    def test_keys_that_nobody_asks_for_are_named(self):
        server = self.make({"client_caa": "/ca.pem"}, state_dir=os.path.join(self.folder, "state"))
        result = self.check(server)
        self.assertEqual(result.code, 0, repr(result))
        self.assertIn("[crypt_tls] client_caa: the method makes no use of this key", result.err.decode())
        self.assertEqual(result.err.decode().count("makes no use"), 1, repr(result))

    def test_an_ordinary_user_has_it_in_his_home(self):
        options, owner = {}, os.geteuid()
        server = self.make({})
        if os.geteuid() == 0:
            entry = pwd.getpwnam(USER)
            owner, options = entry.pw_uid, {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
            self.reach(server)
        server.start(**options)
        state = os.path.join(server.folder, ".local/state/netsane")
        self.assert_own(server, state, 0o700)
        self.assertEqual({os.stat(path).st_uid for path in self.files(state)}, {owner})
        if os.geteuid() != 0:
            result = self.tool("--config", server.config, env={"HOME": server.folder})
            self.assertIn(f"file: {self.files(state)[0]}", result.out.decode())
        server.stop()

    def reach(self, server):
        """Lets another user run the programs, and have the daemon's folder for his home."""
        open_folder = tempfile.mkdtemp(prefix="netsane-open-")
        self.addCleanup(shutil.rmtree, open_folder)
        os.chmod(open_folder, 0o755)
        root = shutil.copytree(self.stage.root, os.path.join(open_folder, "root"))
        for path, _, names in os.walk(root):
            os.chmod(path, 0o755)
            for name in names:
                os.chmod(os.path.join(path, name), 0o755)
        server.program = os.path.join(root, os.path.relpath(self.stage.netsaned, self.stage.root))
        server.configure({"user": None, "plugin_dir": os.path.join(root, os.path.relpath(self.stage.plugins, self.stage.root))
                          if self.stage.plugins.startswith(self.stage.root) else self.stage.plugins})
        os.chmod(self.folder, 0o755)
        for path, _, names in os.walk(server.folder):
            for name in ["", *names]:
                os.chown(os.path.join(path, name), pwd.getpwnam(USER).pw_uid, -1)

    def test_only_root_can_open_the_key(self):
        if os.geteuid() != 0:
            self.skipTest("root alone can start it so")
        state = os.path.join(self.folder, "state")
        server = self.make({}, state_dir=state)
        self.reach(server)
        os.chown(server.folder, 0, -1)
        if self.stage.sanitizers:
            os.chmod(server.folder, 0o777)
        server.configure({"user": USER})
        server.start()
        session = server.find("netsaned-session")[0]
        with open(f"/proc/{session}/status", encoding="ascii") as file:
            self.assertIn(f"\nUid:\t{pwd.getpwnam(USER).pw_uid}\t", file.read())
        self.assert_own(server, state, 0o755)
        self.assertEqual({os.stat(path).st_uid for path in self.files(state)}, {0})
        server.stop()


class Fingerprint(CertificateTest):
    def test_what_cannot_be_shown(self):
        text = harness.write_file(f"{self.folder}/text", "no certificate\n")
        none = self.make({}, crypt=["none"])
        for words, code, said in (((text,), 1, f"{text}: there is no certificate in PEM in it"),
                                  ((f"{self.folder}/missing",), 1, f"{self.folder}/missing: No such file"),
                                  ((self.folder,), 1, "Is a directory"),
                                  (("--config", none.config), 1, "crypt doesn't offer \"tls\""),
                                  (("--config", text), 1, f"{text}:1"),
                                  (("--config", none.config, text), 2, "excludes"), (("",), 2, "FILE")):
            with self.subTest(words=words):
                result = self.tool(*words)
                self.assertEqual((result.code, result.out), (code, b""), repr(result))
                self.assertIn(said, result.err.decode())


if __name__ == "__main__":
    harness.main()
