"""Whole programs of differential tests once more, with a daemon and a client that speak nothing but TLS."""

import harness
import tls_connection


class UnderTls:
    """Comes before a harness.DifferentialTest among the bases of a class."""

    @classmethod
    def serving(cls):
        cls.certificate, key = tls_connection.make_certificate(cls.shared, "server")
        return {"keys": {"crypt": ["tls"]}, "tables": [("[crypt_tls]", {"certificate": cls.certificate, "key": key})]}

    @classmethod
    def asking(cls):
        return ["tls=require", f"ca={cls.certificate}"]

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        opened = [line for line in cls.server.log().splitlines() if "audit: open result=granted" in line]
        clear = [line for line in opened if " crypt=tls" not in line]
        if not opened or clear:
            raise AssertionError(f"{len(opened)} devices were opened, {len(clear)} not under TLS: {clear[:3]}")


def under_tls(module):
    """All test classes of a program, each under TLS, by their new names."""
    classes = [value for value in vars(module).values()
               if isinstance(value, type) and issubclass(value, harness.DifferentialTest)]
    return {"Tls" + base.__name__: type("Tls" + base.__name__, (UnderTls, base), {"__module__": "__main__"})
            for base in classes}
