"""Single-platform images of the rig's own making, put into a registry over one plain connection of the driver."""
import dataclasses
import hashlib
import http.client
import io
import json
import random
import tarfile
import urllib.parse
import zlib

CHUNK = 1 << 20
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
DOCKERS = "application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.docker.distribution.manifest.v2+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"

PLATFORMS = [("amd64", None), ("arm64", "v8"), ("arm", "v7"), ("386", None), ("ppc64le", None), ("s390x", None),
             ("arm", "v6"), ("riscv64", None), ("mips64le", None), ("arm", "v5")]


def platform(number):
    """The platform of the n-th image: real ones first, then variants that are told apart by a number."""
    architecture, variant = PLATFORMS[number] if number < len(PLATFORMS) else ("arm64", f"x{number}")
    return {"architecture": architecture, "os": "linux", **({"variant": variant} if variant else {})}


@dataclasses.dataclass
class Blob:
    digest: str
    size: int
    path: object = None  # a large one is on disk
    bytes: bytes = b""
    diff_id: str = ""

    def open(self):
        return open(self.path, "rb") if self.path else io.BytesIO(self.bytes)


def random_parts(seed, size):
    """A tar archive of one file of `size` random bytes, in parts."""
    source = random.Random(seed)
    header = tarfile.TarInfo("data")
    header.size = size
    yield header.tobuf()
    for start in range(0, size, CHUNK):
        yield source.randbytes(min(CHUNK, size - start))
    yield bytes(-size % 512 + 1024)


def layer(seed, size, folder):
    """A gzip layer of about `size` bytes (stored, not compressed: random bytes would not shrink, and making it is quick)."""
    path = folder / f"layer-{seed.replace('/', '-')}"
    plain, packed, pack = hashlib.sha256(), hashlib.sha256(), zlib.compressobj(0, zlib.DEFLATED, 31)
    with open(path, "wb") as out:
        for part in random_parts(seed, size):
            plain.update(part)
            part = pack.compress(part)
            packed.update(part)
            out.write(part)
        part = pack.flush()
        packed.update(part)
        out.write(part)
    return Blob(f"sha256:{packed.hexdigest()}", path.stat().st_size, path, diff_id=f"sha256:{plain.hexdigest()}")


def archive(path, number, layers):
    """What `docker save` writes of the n-th platform's image, its layers compressed as crane leaves them; the config's digest."""
    config = config_of(number, {}, layers)
    names = [f"{one.digest.split(':')[1]}.tar.gz" for one in layers]
    listed = json.dumps([{"Config": config.digest, "RepoTags": ["bench/archive:1.0"], "Layers": names}]).encode()
    with tarfile.open(path, "w") as out:
        for name, blob in [(config.digest, config), *zip(names, layers), ("manifest.json", Blob("", len(listed), bytes=listed))]:
            header = tarfile.TarInfo(name)
            header.size = blob.size
            with blob.open() as body:
                out.addfile(header, body)
    return config.digest


def config_of(number, labels, layers):
    return encoded({**platform(number), "config": {"Labels": labels},
                    "rootfs": {"type": "layers", "diff_ids": [one.diff_id for one in layers]}})


def encoded(value):
    body = json.dumps(value, separators=(",", ":")).encode()
    return Blob(f"sha256:{hashlib.sha256(body).hexdigest()}", len(body), bytes=body)


def descriptor(media_type, blob, **more):
    return {"mediaType": media_type, "digest": blob.digest, "size": blob.size, **more}


class Writer:
    """Puts content into a registry, over one kept connection."""

    def __init__(self, registry):
        if registry.tls:
            self.connection = http.client.HTTPSConnection(registry.address, context=registry.tls, timeout=300, blocksize=1 << 20)
        else:
            self.connection = http.client.HTTPConnection(registry.address, timeout=300)

    def send(self, method, path, body=None, headers=None, expected=201):
        self.connection.request(method, path, body=body, headers=headers or {})
        response = self.connection.getresponse()
        text = response.read()
        if response.status != expected:
            raise RuntimeError(f"{method} {path}: {response.status} {text[:200]}")
        return response

    def blob(self, repository, blob):
        place = self.send("POST", f"/v2/{repository}/blobs/uploads/", expected=202).headers["Location"]
        parts = urllib.parse.urlsplit(place)
        query = "&".join(filter(None, (parts.query, "digest=" + urllib.parse.quote(blob.digest))))
        with blob.open() as body:
            self.send("PUT", f"{parts.path}?{query}", body,
                      {"Content-Length": str(blob.size), "Content-Type": "application/octet-stream"})

    def manifest(self, repository, tag, media_type, blob):
        self.send("PUT", f"/v2/{repository}/manifests/{tag}", blob.bytes, {"Content-Type": media_type})

    def image(self, repository, tag, number, layers, tagged=True):
        """An image of the n-th platform from layers, under its tag or its digest; its descriptor as an index would hold it."""
        config = config_of(number, {"image": f"{repository}:{tag}"}, layers)
        body = encoded({"schemaVersion": 2, "mediaType": MANIFEST, "config": descriptor(CONFIG, config),
                        "layers": [descriptor(LAYER, one) for one in layers]})
        for blob in (config, *layers):
            self.blob(repository, blob)
        self.manifest(repository, tag if tagged else body.digest, MANIFEST, body)
        return descriptor(MANIFEST, body, platform=platform(number))

    def index(self, repository, tag, children, annotations=None):
        more = {"annotations": annotations} if annotations else {}
        self.manifest(repository, tag, INDEX, encoded({"schemaVersion": 2, "mediaType": INDEX, "manifests": children, **more}))

    def close(self):
        self.connection.close()
