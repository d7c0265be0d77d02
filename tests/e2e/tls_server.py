#!/usr/bin/python3
"""TLS at the server, seen by a client that has none of our code: handshake, what is refused, client certificates, stalls."""

import os
import re
import shutil
import socket
import ssl
import time

import harness
import seed
import tls_connection

SOON = 20.0
SEEN = 0x8031  # auth_seen
STALLED = 100


class TlsTest(harness.EndToEndTest):
    def setUp(self):
        super().setUp()
        self.certificate, self.key = tls_connection.make_certificate(self.folder, "server")

    def serve(self, settings=None, tables=(), env=None, **keys):
        section = {"certificate": self.certificate, "key": self.key, **(settings or {})}
        server = self.daemon(keys={"crypt": ["tls", "none"], **keys}, tables=[("[crypt_tls]", section), *tables])
        server.start(**({"env": {**server.environment(), **env}} if env else {}))
        return server

    def connect(self, server):
        connection = tls_connection.Connection(("127.0.0.1", server.port))
        self.addCleanup(connection.close)
        return connection

    def wait_logged(self, server, pattern):
        harness.wait_for(lambda: re.search(pattern, server.log()), SOON, f"{pattern} in the log:\n{server.log()}")


class Handshakes(TlsTest):
    def test_a_handshake_then_the_greeting_again_and_a_list(self):
        server = self.serve()
        connection = self.connect(server)
        self.assertEqual(connection.offered, [tls_connection.TLS, seed.NONE])
        connection.start_tls(tls_connection.context(ca=self.certificate))
        self.assertEqual((connection.socket.version(), connection.socket.selected_alpn_protocol()), ("TLSv1.3", "netsane/1"))
        status, devices = connection.devices()
        self.assertEqual((status, [device[0] for device in devices]), (seed.GOOD, ["test:0", "test:1"]))
        status, handle, _ = connection.open("test:0")
        self.assertEqual(status, seed.GOOD)
        self.assertEqual(len(connection.image(handle)[1]), 157 * 196)
        self.wait_logged(server, "audit: open result=granted device=test:0 .*crypt=tls")
        server.stop()

    def test_in_clear_the_log_says_so(self):
        server = self.serve()
        connection = self.connect(server)
        connection.choose(seed.NONE)
        self.assertEqual(connection.open("test:0")[0], seed.GOOD)
        self.wait_logged(server, "audit: open result=granted device=test:0 .*crypt=none")
        server.stop()

    def test_no_alpn_and_another_protocol_are_refused(self):
        server = self.serve()
        other = tls_connection.context(alpn=False)
        other.set_alpn_protocols(["http/1.1"])
        for context in (tls_connection.context(alpn=False), other):
            with self.assertRaisesRegex((ssl.SSLError, seed.Closed), "(?i)no.application.protocol"):
                self.connect(server).start_tls(context)
        self.connect(server).start_tls().devices()
        server.stop()

    def test_an_old_version_is_for_those_who_allow_it(self):
        old = tls_connection.context(newest=ssl.TLSVersion.TLSv1_2)
        server = self.serve()
        with self.assertRaises(ssl.SSLError):
            self.connect(server).start_tls(old)
        server.stop()
        server = self.serve({"min_version": "1.2"})
        connection = self.connect(server).start_tls(old)
        self.assertEqual(connection.socket.version(), "TLSv1.2")
        self.assertEqual(connection.devices()[0], seed.GOOD)
        server.stop()


class Required(TlsTest):
    def test_nothing_is_done_in_clear(self):
        server = self.serve(crypt=["tls"])
        asked = [seed.message(seed.d(number), *rest) for number, rest in
                 ((seed.INIT, ()), (seed.GDEV, ()), (seed.OPEN, (seed.s("test:0"),)), (seed.EXIT, ()), (seed.STRS, (seed.d(0),)),
                  (seed.USER, (seed.s("alice"),)), (seed.CRPT_RPLY, (seed.d(seed.NONE),)), (seed.CRPT_RPLY, (seed.d(99),)))]
        for message in asked:
            with self.subTest(message=message):
                connection = self.connect(server)
                self.assertEqual(connection.offered, [tls_connection.TLS])
                connection.send(message)
                answers = connection.wait_closed()
                self.assertEqual([seed.signed(answer[0]) for answer in answers], [seed.FAIL], answers)
        self.assertNotIn("audit: open", server.log())
        self.assertEqual(self.connect(server).start_tls().open("test:0")[0], seed.GOOD)
        server.stop()

    def test_a_login_over_tls_is_written_down_as_one(self):
        users = harness.write_file(f"{self.folder}/users", f"alice:{harness.PASSWORD_HASH}\n", 0o600)
        server = self.serve(crypt=["tls"], auth=["unix"], auth_fail_delay=0, tables=[("[auth_unix]", {"file": users})])
        connection = self.connect(server).start_tls()
        connection.user, connection.passwords = "alice", ["wrong", "secret"]
        self.assertEqual(connection.open("test:0")[0], seed.GOOD)
        self.wait_logged(server, "audit: login result=refused user=alice method=unix from=127.0.0.1 connection=1 crypt=tls ")
        self.wait_logged(server, "audit: login result=accepted user=alice method=unix from=127.0.0.1 connection=1 crypt=tls\n")
        server.stop()


class ClientCertificates(TlsTest):
    def setUp(self):
        super().setUp()
        tls_connection.make_certificate(self.folder, "ca", alt_name="DNS:ca")
        self.laptop = tls_connection.make_certificate(self.folder, "laptop", ca="ca", alt_name="DNS:laptop")
        self.stranger = tls_connection.make_certificate(self.folder, "stranger", alt_name="DNS:laptop")
        self.client_ca = os.path.join(self.folder, "ca.pem")

    def test_the_verified_name_reaches_the_auth_method(self):
        plugins = os.path.join(self.folder, "plugins")
        shutil.copytree(self.stage.plugins, plugins)
        built = os.path.join(os.environ["NETSANE_BUILDDIR"], "tests/plugins/.libs/auth_seen.so")
        shutil.copy(os.path.realpath(built), plugins)
        os.chmod(plugins, 0o755)
        for name in os.listdir(plugins):
            os.chmod(os.path.join(plugins, name), 0o755)
        server = self.serve({"client_ca": self.client_ca}, auth=["seen"], auth_fail_delay=0, plugin_dir=plugins,
                            env={"NETSANE_TEST_METHODS": "1"})
        connection = self.connect(server).start_tls(tls_connection.context(certificate=self.laptop))
        connection.user = "alice"
        self.assertEqual(connection.open("test:0")[0], seed.GOOD)
        self.wait_logged(server, r"auth_seen: peer_name=laptop binding=[0-9a-f]{64}\b")
        self.wait_logged(server, "audit: login result=accepted user=laptop method=seen .*crypt=tls")
        nobody = self.connect(server).start_tls()
        nobody.user = "laptop"
        self.assertEqual(nobody.open("test:0")[0], seed.ACCESS_DENIED)
        self.wait_logged(server, r"auth_seen: peer_name= binding=[0-9a-f]{64}\b")
        server.stop()

    def test_where_it_is_required_others_are_refused(self):
        server = self.serve({"client_ca": self.client_ca, "client_certificate": "required"})
        self.assertEqual(self.connect(server).start_tls(tls_connection.context(certificate=self.laptop)).devices()[0], seed.GOOD)
        for certificate in (None, self.stranger):
            with self.subTest(certificate=certificate), self.assertRaises((ssl.SSLError, seed.Closed)):
                self.connect(server).start_tls(tls_connection.context(certificate=certificate))
        server.stop()


class LastWords(TlsTest):
    """An end without the server's goodbye is an error in Python's ssl, as it is for every careful client."""

    def test_a_client_that_only_stops_sending_gets_the_goodbye(self):
        server = self.serve()
        connection = self.connect(server).start_tls()
        with socket.socket(fileno=os.dup(connection.socket.fileno())) as below:
            below.shutdown(socket.SHUT_WR)
        self.assertEqual(connection.socket.recv(1), b"")
        server.stop()

    def test_a_server_that_ends_says_why_and_goodbye(self):
        server = self.serve()
        connection = self.connect(server).start_tls()
        server.stop()
        fields = connection.receive()
        self.assertEqual((seed.signed(fields[0]), fields[2]), (seed.FAIL, b"the server is ending\0"))
        self.assertEqual(connection.socket.recv(1), b"")


class Stalls(TlsTest):
    def stall(self, server, *, hello):
        connection = self.connect(server)
        connection.choose(tls_connection.TLS)
        if hello:  # the beginning of a record that never ends
            connection.send(bytes.fromhex("16030100c8010000c4"))
        return connection

    def test_a_silent_handshake_ends_at_its_deadline(self):
        server = self.serve(login_timeout=2)
        for hello in (False, True):
            with self.subTest(hello=hello):
                connection = self.stall(server, hello=hello)
                begin = time.monotonic()
                connection.socket.settimeout(SOON)
                while connection.socket.recv(4096):
                    pass
                self.assertLess(time.monotonic() - begin, 10)
                self.assertGreater(time.monotonic() - begin, 1)
        server.stop()

    def test_many_stalled_ones_keep_nobody_from_working(self):
        server = self.serve(**harness.room_for(STALLED))
        stalled = [self.stall(server, hello=number % 2 == 0) for number in range(STALLED)]
        begin = time.monotonic()
        connection = self.connect(server).start_tls()
        status, handle, _ = connection.open("test:0")
        self.assertEqual(status, seed.GOOD)
        self.assertEqual(len(connection.image(handle)[1]), 157 * 196)
        self.assertLess(time.monotonic() - begin, 10)
        for connection in stalled:  # they are there still
            connection.socket.setblocking(False)
            with self.assertRaises(BlockingIOError):
                connection.socket.recv(1, socket.MSG_PEEK)
        server.stop()


if __name__ == "__main__":
    harness.main()
