#!/usr/bin/python3
"""The same sessions as in backend_leaks.py, under TLS: OpenSSL has no suppression and needs none."""

import backend_leaks
import harness
import tls_connection


class TlsLeaks(backend_leaks.Cycles):
    def tls_cycles(self, count, mode):
        certificate, key = tls_connection.make_certificate(self.folder, "server")
        log = self.cycles(count, mode, ["tls=require", f"ca={certificate}"], keys={"crypt": ["tls"]},
                          tables=[("[crypt_tls]", {"certificate": certificate, "key": key})])
        opened = [line for line in log.splitlines() if "audit: open result=granted" in line]
        self.assertEqual(len(opened), count)
        for line in opened:
            self.assertIn(" crypt=tls ", line)

    def test_sessions_with_the_backend_kept(self):
        self.tls_cycles(50 if self.stage.sanitizers else 10, "keep")

    def test_sessions_with_the_backend_unloaded_in_between(self):
        self.tls_cycles(50 if self.stage.sanitizers else 6, "close")


if __name__ == "__main__":
    harness.main()
