"""scanimage and netsaned under TLS: whole programs of differential tests once more, and a proxy between the two."""

import harness
import tls_connection
from tls_proxy import Pipe, Proxy

SMALL = ["-x", "40", "-y", "30"]


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


class ProxyTest(UnderTls, harness.DifferentialTest):
    """A daemon that offers TLS and clear text, for the whole class."""

    @classmethod
    def serving(cls):
        arguments = super().serving()
        arguments["keys"]["crypt"] = ["tls", "none"]
        return arguments

    def setUp(self):
        super().setUp()
        self.before = len(self.server.log())

    def through(self, up=Pipe.rest, down=Pipe.rest, server=None):
        proxy = Proxy((server or self.server).port, up, down)
        self.addCleanup(proxy.close)
        return proxy

    def scan(self, proxy, *args, words=None):
        user = self.client(" ".join([proxy.address, *(words or self.asking())]))
        env = {**user.environment(), "SANE_DEBUG_NETSANE": "1"}
        result = harness.run(["scanimage", "-d", f"netsane:{proxy.address}:test:0", *(args or SMALL)], env, user.folder)
        user.check_reports()
        return result

    def assert_scans(self, proxy, *args):
        args = args or SMALL
        result = self.scan(proxy, *args)
        local = harness.run_local(self.server.sane_dir, "-d", "test:0", *args, cwd=self.folder)
        self.assertEqual((result.code, harness.difference(local.out, result.out)), (0, "equal"), repr(result))
        return result

    def assert_refused(self, proxy, *texts, words=None, opened=False):
        """scanimage ends with an error that has all the texts; no device was opened unless `opened`."""
        result = self.scan(proxy, words=words)
        self.assertNotEqual(result.code, 0, repr(result))
        self.assertEqual(result.out, b"")
        for text in texts:
            self.assertIn(text, result.err.decode())
        proxy.close()
        if not opened:
            self.assertNotIn("audit: open", self.server.log()[self.before:])
        return result
