"""A client that speaks TLS with Python's ssl module behind the protocol's own opening; and certificates by openssl(1)."""

import os
import resource
import ssl
import subprocess

import seed

TLS = 1
ALPN = "netsane/1"


def context(ca=None, alpn=True, newest=None, certificate=None):
    """ca: the file that vouches for the server; None believes everybody. certificate: (file, key) of the client."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if ca:
        made.load_verify_locations(ca)
    else:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    if alpn:
        made.set_alpn_protocols([ALPN])
    if newest:
        made.maximum_version = newest
    if certificate:
        made.load_cert_chain(*certificate)
    return made


class Connection(seed.Connection):
    """Has read the greeting and the list of crypt methods. What follows start_tls() is encrypted."""

    def __init__(self, address, **arguments):
        super().__init__(address, **arguments)
        fields = self.receive()
        if seed.signed(fields[0]) != seed.CRPT_REQ:
            raise AssertionError(f"command {seed.signed(fields[0])} in place of CRPT_REQ")
        self.offered = seed.word_list(fields[1])

    def choose(self, method):
        self.send(seed.message(seed.d(seed.CRPT_RPLY), seed.d(method)))

    def start_tls(self, tls=None, name="localhost"):
        """Chooses TLS, makes the handshake, and reads the second greeting."""
        self.choose(TLS)
        if self.buffer:
            raise AssertionError(f"the server spoke before its turn: {self.buffer!r}")
        self.socket = (tls or context()).wrap_socket(self.socket, server_hostname=name, suppress_ragged_eofs=False)
        self.hello = self.receive()
        if seed.signed(self.hello[0]) != seed.HELO:
            raise AssertionError(f"command {seed.signed(self.hello[0])} in place of HELO")
        return self


def allow_descriptors(test, connections):
    """Raises the limit of descriptors of this process and of the daemons it starts, until the end of the test."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * connections + 200
    if limits[1] != resource.RLIM_INFINITY and limits[1] < wanted:
        test.skipTest(f"{connections} connections need more descriptors than the {limits[1]} allowed here")
    if limits[0] != resource.RLIM_INFINITY and limits[0] < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, limits[1]))
        test.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, limits)


def openssl(*words, folder):
    subprocess.run(["openssl", *words], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True)


def make_certificate(folder, name, ca=None, alt_name="DNS:localhost,IP:127.0.0.1"):
    """`name`.pem and `name`-key.pem (0600), self-signed or by the certificate `ca` of the same folder."""
    key, certificate = os.path.join(folder, f"{name}-key.pem"), os.path.join(folder, f"{name}.pem")
    how = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={name}",
           "-keyout", key, "-out", certificate, "-addext", f"subjectAltName={alt_name}"]
    if ca:
        request = certificate + ".csr"
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}", "-keyout", key,
                "-out", request, "-addext", f"subjectAltName={alt_name}", folder=folder)
        openssl("x509", "-req", "-in", request, "-CA", f"{ca}.pem", "-CAkey", f"{ca}-key.pem", "-CAcreateserial", "-days", "2",
                "-copy_extensions", "copyall", "-out", certificate, folder=folder)
    else:
        openssl(*how, folder=folder)
    os.chmod(key, 0o600)
    os.chmod(certificate, 0o644)
    return certificate, key
