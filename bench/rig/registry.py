"""A docker-registry with TLS and HTTP/2 on loopback, its storage, and what its access log says of requests."""
import collections
import ctypes
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time
import urllib.request

from . import cost, own_network

CONFIG = """version: 0.1
log: {{level: error, accesslog: {{disabled: false}}}}
storage:
  filesystem: {{rootdirectory: {storage}, maxthreads: 400}}
  delete: {{enabled: true}}
  maintenance: {{uploadpurging: {{enabled: false}}}}
http:
  addr: {address}
{tls}"""
TLS = "  tls: {{certificate: {certificate}, key: {key}}}\n"

ACCESS = re.compile(r'"([A-Z]+) (\S+) HTTP/([0-9.]+)" (\d+)')
Request = collections.namedtuple("Request", "method path protocol status")


def free_port():
    with socket.socket() as probe:
        probe.bind((own_network.address(), 0))
        return probe.getsockname()[1]


def die_with_parent():
    """In the child, before it becomes the registry: it must not outlive a driver that was killed."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


class Registry:
    """One registry process; every listener is on loopback, on a port that was free."""

    def __init__(self, folder, certificate=None, key=None, ca=None):
        self.storage = folder / "storage"
        self.storage.mkdir(parents=True)
        self.address = f"{own_network.address()}:{free_port()}"
        self.tls = ssl.create_default_context(cafile=str(ca)) if ca else None
        tls = TLS.format(certificate=certificate, key=key) if ca else ""
        config = folder / "config.yml"
        config.write_text(CONFIG.format(storage=self.storage, address=self.address, tls=tls))
        self.log_path = folder / "access.log"
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(["docker-registry", "serve", str(config)], stdout=log,
                                            stderr=subprocess.STDOUT, preexec_fn=die_with_parent,
                                            env={"PATH": "/usr/bin:/bin", "OTEL_TRACES_EXPORTER": "none"})
        self.position = 0
        self.marks = 0
        self.wait_until_up()

    @property
    def base(self):
        return f"{'https' if self.tls else 'http'}://{self.address}"

    def wait_until_up(self):
        end = time.monotonic() + 20
        while time.monotonic() < end and self.process.poll() is None:
            try:
                self.get("/v2/")
                return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError(f"docker-registry did not start: {self.log_path.read_text()[-500:]}")

    def get(self, path, accept=None):
        request = urllib.request.Request(self.base + path, headers={"Accept": accept} if accept else {})
        with urllib.request.urlopen(request, context=self.tls, timeout=30) as response:
            return response.read()

    def requests(self):
        """The requests logged since the last call. A line is written after its answer: a marked request of our own, and a
        last line that stays the last one, tell that all are there."""
        self.marks += 1
        mark = f"/v2/?mark={self.marks}"
        self.get(mark)
        size, text, end = -1, "", time.monotonic() + 10
        while time.monotonic() < end and not (mark + " " in text and len(text) == size):
            size = len(text)
            time.sleep(0.02)
            with open(self.log_path, encoding="latin-1") as log:
                log.seek(self.position)
                text = log.read()
        self.position += len(text)
        found = [Request(*match) for match in ACCESS.findall(text)]
        return [request for request in found if "/v2/?mark=" not in request.path]

    def empty(self):
        """Forgets all content: the registry is configured without a cache of its own."""
        shutil.rmtree(self.storage)
        self.storage.mkdir()

    def close(self):
        cost.stop(self.process)


def besides_authentication(requests):
    """What the tables count: everything that is not a refusal for want of a token, or the fetching of one."""
    return [request for request in requests if request.status != "401" and not request.path.startswith("/token")]
