"""A certificate authority of the run's own, made with the openssl command, and a certificate for the rig's address."""
import subprocess

from . import own_network


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def make(folder):
    """Writes ca.pem, server.pem and server.key into a folder; returns the three paths."""
    ca, ca_key, server, key, request, names = (
        folder / name for name in ("ca.pem", "ca.key", "server.pem", "server.key", "server.csr", "names.cnf"))
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl("req", "-x509", *curve, "-keyout", ca_key, "-out", ca, "-days", 7, "-subj", "/CN=benchmark authority",
            "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    openssl("req", *curve, "-keyout", key, "-out", request, "-subj", "/CN=benchmark registry")
    names.write_text(f"subjectAltName=IP:{own_network.address()}\nextendedKeyUsage=serverAuth\n")
    openssl("x509", "-req", "-in", request, "-CA", ca, "-CAkey", ca_key, "-CAcreateserial", "-days", 7,
            "-extfile", names, "-out", server)
    return ca, server, key
