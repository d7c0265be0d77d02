#!/usr/bin/python3
"""Whom a frontend trusts: scanimage and `netsane probe` against a TLS server that uses none of our code."""

import fcntl
import json
import os
import socket
import ssl
import stat
import threading

import harness
from seed import HELO, NONE, d, message, s, words
from tls_peer import TLS, Certificates, TlsPeer


class TlsClient(harness.EndToEndTest):
    def setUp(self):
        super().setUp()
        os.chmod(self.folder, 0o755)
        self.certificates = Certificates(os.path.join(self.folder, "certificates"))
        self.user = self.client()
        self.file = os.path.join(self.user.folder, ".config/netsane/known_servers")

    def peer(self, certificate, **arguments):
        peer = TlsPeer(certificate, **arguments)
        self.addCleanup(peer.close)
        return peer

    def configure(self, peer, words="tls=require"):
        self.user.configure([f"{peer.address} {words}"])

    def known(self):
        if not os.path.exists(self.file):
            return ""
        with open(self.file, encoding="ascii") as file:
            return file.read()

    def write_known(self, text, mode=0o600):
        os.makedirs(os.path.dirname(self.file), 0o700, exist_ok=True)
        harness.write_file(self.file, text, mode)

    def list(self):
        env = {**self.user.environment(), "SANE_DEBUG_NETSANE": "1"}
        result = harness.run(["scanimage", "-L"], env, self.user.folder)
        self.assertEqual(result.code, 0, repr(result))
        return result

    def assert_lists(self, peer, how="tls"):
        result = self.list()
        self.assertIn(f"netsane:{peer.address}:fake:0".encode(), result.out, repr(result))
        peer.wait_ended()
        self.assertEqual({kind for kind, _ in peer.requests}, {how})
        return result

    def assert_refuses(self, peer, *texts):
        """The reason names all of the texts, and nothing was asked."""
        del peer.requests[:], peer.ends[:]
        result = self.list()
        self.assertNotIn(b"fake:0", result.out)
        for text in texts:
            self.assertIn(text.encode(), result.err)
        peer.wait_ended()
        self.assertEqual(peer.requests, [])
        return result

    def probe(self, peer, *args, code=0):
        stage = self.stage.root + os.environ.get("NETSANE_BINDIR", "/usr/local/bin")
        env = self.user.environment()
        env.pop("LD_PRELOAD", None)
        result = harness.run([f"{stage}/netsane", "probe", *args, peer if isinstance(peer, str) else peer.address], env,
                             self.user.folder)
        self.assertEqual(result.code, code, repr(result))
        return result

    def probe_json(self, peer, *args, code=0):
        return json.loads(self.probe(peer, "--json", *args, code=code).out)

    # --- pins

    def test_first_use_is_pinned_and_a_changed_key_refused(self):
        first, second = self.certificates.self_signed(), self.certificates.self_signed()
        peer = self.peer(first)
        self.configure(peer)
        self.assertIn(first[2].encode(), self.assert_lists(peer).err)
        self.assertEqual(self.known(), f"{peer.address} {first[2]}\n")
        self.assertEqual(stat.S_IMODE(os.stat(self.file).st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(os.stat(os.path.dirname(self.file)).st_mode), 0o700)
        self.assertEqual(self.assert_lists(peer).err, b"")
        peer.close()
        # A greeting to a client that has gone would make the kernel forget what that has said.
        other = self.peer(second, port=peer.port, greets=False)
        self.assert_refuses(other, "shows another certificate than before", first[2], second[2], f"{self.file}:1",
                            f"remove line 1 of {self.file}")
        self.assertEqual(other.ends, ["goodbye"])
        self.assertEqual(self.known(), f"{peer.address} {first[2]}\n")
        os.unlink(self.file)
        other.close()
        self.assert_lists(self.peer(second, port=peer.port))

    def test_without_configuration_a_server_on_this_machine_is_pinned_too(self):
        first = self.certificates.self_signed()
        peer = self.peer(first)
        self.configure(peer, "")
        self.assert_lists(peer)
        self.assertEqual(self.known(), f"{peer.address} {first[2]}\n")
        peer.close()
        self.assert_refuses(self.peer(self.certificates.self_signed(), port=peer.port), "shows another certificate")

    def test_a_server_that_does_not_greet_is_not_pinned(self):
        peer = self.peer(self.certificates.self_signed(), greets=False)
        self.configure(peer)
        self.assert_refuses(peer, "no answer within 2 seconds")
        self.assertEqual(self.known(), "")

    def test_a_file_that_is_not_ours_alone(self):
        certificate = self.certificates.self_signed()
        peer = self.peer(certificate)
        self.configure(peer)
        self.write_known(f"{peer.address} {certificate[2]}\n", 0o666)
        self.assert_refuses(peer, f"{self.file}: writable by group or others", certificate[2])
        os.unlink(self.file)
        os.chmod(os.path.dirname(self.file), 0o777)
        self.assert_refuses(peer, f"{os.path.dirname(self.file)}: writable by group or others", "can't be looked up or remembered")
        # On this machine it is listed nevertheless, where nobody has said that it matters.
        self.configure(peer, "")
        self.assertIn(b"can't be remembered", self.assert_lists(peer).err)

    def test_hostile_known_servers(self):
        certificate = self.certificates.self_signed()
        peer = self.peer(certificate)
        self.configure(peer)
        self.write_known(f"# mine\n\x01\x02\nno/server\n{'x' * 2000}\n{peer.address} {certificate[2]}\n")
        self.assertIn(f"{self.file}:2: control character".encode(), self.assert_lists(peer).err)
        self.write_known(f"{peer.address} SHA256:12\n")
        self.assert_refuses(peer, f"{self.file}:1", "isn't right")

    # --- CAs

    def test_only_the_named_ca_counts(self):
        authority, other = self.certificates.authority(), self.certificates.authority()
        good = self.certificates.signed(authority)
        cases = [(self.certificates.signed(other), "unknown CA"),
                 (self.certificates.signed(authority, days=-1), "has expired"),
                 (self.certificates.signed(authority, names="DNS:elsewhere.example"), "isn't for 127.0.0.1"),
                 (self.certificates.self_signed(), "self-signed")]
        peer = self.peer(good)
        self.configure(peer, f"ca={authority[0]}")
        self.assert_lists(peer)
        self.assertEqual(self.known(), f"{peer.address} verified\n")
        for certificate, reason in cases:
            with self.subTest(reason=reason):
                bad = self.peer(certificate)
                self.configure(bad, f"ca={authority[0]}")
                self.assert_refuses(bad, reason, authority[0], certificate[2])
                self.write_known(f"{bad.address} {certificate[2]}\n")  # a pin doesn't help
                self.assert_refuses(bad, reason)

    def test_a_ca_that_can_not_be_read_refuses(self):
        peer = self.peer(self.certificates.self_signed())
        for words in ("", " tls=require"):
            self.configure(peer, "ca=/nonexistent/ca.pem" + words)
            self.assert_refuses(peer, "/nonexistent/ca.pem", "encryption is required")

    def test_from_pinned_to_verified_but_not_back(self):
        authority = self.certificates.authority()
        good, bad = self.certificates.signed(authority), self.certificates.self_signed()
        peer = self.peer(good)
        self.configure(peer)
        self.assert_lists(peer)
        self.assertEqual(self.known(), f"{peer.address} {good[2]}\n")
        self.configure(peer, f"ca={authority[0]}")
        self.assert_lists(peer)
        self.assertEqual(self.known(), f"{peer.address} verified\n")
        peer.close()
        self.configure(peer)
        self.assert_refuses(self.peer(bad, port=peer.port), "had a certificate that a CA vouches for", f"{self.file}:1",
                            bad[2])

    # --- clear text

    def test_no_encryption_is_no_connection_where_it_is_required(self):
        for arguments in ({"offer": ()}, {"shown": ()}, {"shown": (0,)}):
            with self.subTest(arguments=arguments):
                peer = self.peer(self.certificates.self_signed(), **arguments)
                self.configure(peer)
                self.assert_refuses(peer, "encryption")

    def test_a_known_server_is_not_spoken_to_in_clear(self):
        certificate = self.certificates.self_signed()
        for words in ("", "tls=prefer"):
            for arguments in ({"offer": ()}, {"shown": ()}, {"shown": (0,)}):
                with self.subTest(words=words, arguments=arguments):
                    peer = self.peer(certificate, **arguments)
                    self.configure(peer, words)
                    self.assert_lists(peer, "clear")
                    self.write_known(f"{peer.address} {certificate[2]}\n")
                    self.assert_refuses(peer, f"seen with TLS ({self.file}:1)", "tls=off in its own line")
                    self.configure(peer, "tls=off")
                    self.assert_lists(peer, "clear")
                    self.user.configure([peer.address, "tls = off"])  # for all isn't for this one
                    self.assert_refuses(peer, "seen with TLS")

    def test_a_line_that_is_not_right_is_no_connection(self):
        peer = self.peer(self.certificates.self_signed())
        self.configure(peer, "ca=relative")
        env = {**self.user.environment(), "SANE_DEBUG_NETSANE": "1"}
        result = harness.run(["scanimage", "-d", f"netsane:{peer.address}:fake:0"], env, self.user.folder)
        self.assertNotEqual(result.code, 0)
        self.assertIn(b'netsane.conf:2: bad value of "ca"', result.err)
        self.assertEqual(peer.requests, [])

    # --- netsane probe

    def test_probe_says_what_there_is(self):
        certificate = self.certificates.self_signed(names="IP:127.0.0.1,DNS:scan.example")
        peer = self.peer(certificate)
        self.configure(peer)
        found = self.probe_json(peer)
        self.assertEqual(found["greeting"], "a peer of the tests")
        self.assertEqual(found["crypt_methods"], ["TLS (1)", "NONE (0)"])
        self.assertEqual(found["extensions"], [1])
        self.assertTrue(found["encrypted"])
        self.assertTrue(found["protocol"].startswith("TLSv1.3 TLS_"), found)
        self.assertEqual(found["fingerprint"], certificate[2])
        self.assertEqual(found["certificate"]["names"], ["IP:127.0.0.1", "DNS:scan.example"])
        self.assertTrue(found["certificate"]["self_signed"])
        self.assertEqual((found["trust"], found["stored"]), ("unknown", False))
        self.assertEqual((found["login"], found["devices"]), ("no", 1))
        self.assertGreater(found["round_trip"]["median_ms"], 0)
        self.assertEqual(self.known(), "")
        text = self.probe(peer).out.decode()
        for part in ("a peer of the tests", "TLSv1.3", certificate[2], "DNS:scan.example", "self-signed", "unknown",
                     "round trip", "All is well."):
            self.assertIn(part, text)

    def test_probe_pins_and_sees_a_change(self):
        first, second = self.certificates.self_signed(), self.certificates.self_signed()
        peer = self.peer(first)
        self.configure(peer)
        self.assertTrue(self.probe_json(peer, "--pin")["stored"])
        self.assertEqual(self.known(), f"{peer.address} {first[2]}\n")
        self.assertEqual(self.probe_json(peer)["trust"], "pinned")
        peer.close()
        other = self.peer(second, port=peer.port)
        found = self.probe_json(other, code=1)
        self.assertEqual(found["trust"], "changed")
        self.assertIn(first[2], found["findings"][0]["what"])
        self.assertEqual(self.known(), f"{peer.address} {first[2]}\n")
        found = self.probe_json(other, "--pin")
        self.assertEqual((found["trust"], found["stored"]), ("pinned", True))
        self.assertEqual(self.probe_json(other)["trust"], "pinned")

    def test_a_changed_list_is_refused_by_frontends_and_by_probe(self):
        peer = self.peer(self.certificates.self_signed(), offer=(TLS, 7, NONE), shown=(TLS, NONE))
        self.configure(peer)
        self.assert_refuses(peer, "list of crypto methods was changed on the way")
        self.assertEqual(peer.ends, ["goodbye"])
        findings = json.dumps(self.probe_json(peer, "--pin", code=1)["findings"])
        self.assertIn("list of crypto methods was changed on the way: the server sent {1, 7, 0}, {1, 0} arrived", findings)
        self.assertEqual(self.known(), "")

    def test_a_first_use_that_can_not_be_written_down_says_nothing(self):
        peer = self.peer(self.certificates.self_signed())
        self.configure(peer)
        self.write_known("")
        held = os.open(self.file + ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        self.addCleanup(os.close, held)
        fcntl.flock(held, fcntl.LOCK_EX)
        env = {**self.user.environment(), "SANE_DEBUG_NETSANE": "1"}
        result = harness.run(["scanimage", "-d", f"netsane:{peer.address}:fake:0"], env, self.user.folder)
        self.assertIn(b"another program holds the lock", result.err)
        peer.wait_ended()
        self.assertEqual((peer.requests, peer.ends), ([], ["goodbye"]))

    def test_a_server_written_in_another_way_has_the_same_ca(self):
        peer = self.peer(self.certificates.self_signed(names="DNS:localhost"))
        self.user.configure([f"localhost:{peer.port} ca={self.certificates.authority()[0]}"])
        env = {**self.user.environment(), "SANE_DEBUG_NETSANE": "1"}
        result = harness.run(["scanimage", "-d", f"netsane:LocalHost:{peer.port}:fake:0"], env, self.user.folder)
        self.assertIn(b"isn't who it should be", result.err)
        peer.wait_ended()
        self.assertEqual(peer.requests, [])

    def test_probe_judges_by_a_ca(self):
        authority = self.certificates.authority()
        peer = self.peer(self.certificates.signed(authority))
        self.configure(peer)
        self.assertEqual(self.probe_json(peer, "--ca", authority[0])["trust"], "verified")
        for certificate, reason in ((self.certificates.signed(authority, days=-1), "has expired"),
                                    (self.certificates.signed(authority, days=5), "expires in"),
                                    (self.certificates.signed(authority, names="DNS:other.example"), "isn't for 127.0.0.1")):
            with self.subTest(reason=reason):
                found = self.probe_json(self.peer(certificate), "--ca", authority[0], code=1)
                self.assertIn(reason, " ".join(finding["what"] for finding in found["findings"]))

    def test_probe_of_what_can_not_be_reached(self):
        peer = self.peer(self.certificates.self_signed())
        peer.close()
        found = self.probe_json(peer, code=3)
        self.assertIn("Connection refused", found["failure"]["what"])
        self.assertIn("Is netsaned running", found["failure"]["advice"])
        self.assertIn("is no server", self.probe("no/server", code=2).err.decode())
        self.probe("unix:/nonexistent/socket", code=3)

    def test_probe_takes_no_greeting_of_any_size(self):
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)

        def greet():
            connection, _ = listener.accept()
            with connection:
                connection.sendall(message(d(HELO), s("a peer of the tests"), d(1), words(*range(5000))))
                connection.settimeout(20)
                connection.recv(1)

        threading.Thread(target=greet, daemon=True).start()
        found = self.probe_json(f"127.0.0.1:{listener.getsockname()[1]}", code=3)
        self.assertIn("what answers is not NETSANE", found["failure"]["what"])
        self.assertNotIn("extensions", found)

    def test_probe_of_netsaned(self):
        users = harness.write_file(f"{self.folder}/users", f"alice:{harness.PASSWORD_HASH}\n", 0o600)
        for where in ("open", "connect"):
            with self.subTest(where=where):
                server = self.daemon(keys={"auth": ["unix"], "auth_at": where, "auth_fail_delay": 0},
                                     tables=[("[auth_unix]", {"file": users})])
                server.start()
                found = self.probe_json(server.address)
                self.assertEqual(found["login"], f"at-{where}")
                self.assertNotIn("auth_methods", found)
                found = self.probe_json(server.address, "--user", "alice")
                self.assertEqual(found["auth_methods"], ["unix (1)"])
                server.stop()
        server = self.daemon(keys={"auth": []})
        server.start()
        found = self.probe_json(server.address)
        self.assertEqual((found["login"], found["devices"]), ("no", 2))
        server.stop()

    def test_netsaned_with_a_certificate_of_its_own(self):
        server = self.daemon(keys={"auth": [], "crypt": ["tls", "none"]})
        server.start()
        self.user.configure([f"{server.address} tls=require"])
        found = self.probe_json(server.address)
        self.assertEqual((found["trust"], found["devices"]), ("unknown", 2))
        self.assertIn(f"netsane:{server.address}:test:0".encode(), self.list().out)
        self.assertEqual(self.known(), f"{server.address} {found['fingerprint']}\n")
        self.assertEqual(self.probe_json(server.address)["trust"], "pinned")
        server.stop()

    def test_probe_of_old_tls_and_of_none(self):
        peer = self.peer(self.certificates.self_signed(), version=ssl.TLSVersion.TLSv1_2)
        self.configure(peer)
        self.assertIn("version", json.dumps(self.probe_json(peer, code=1)["findings"]))
        self.configure(peer, "min_version=1.2")
        self.assertTrue(self.probe_json(peer)["protocol"].startswith("TLSv1.2"))
        clear = self.peer(None, offer=())
        self.configure(clear)
        found = self.probe_json(clear, code=1)
        self.assertIn("require encryption", found["findings"][0]["what"])
        self.configure(clear, "")
        self.assertFalse(self.probe_json(clear)["encrypted"])


if __name__ == "__main__":
    harness.main()
