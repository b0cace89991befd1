"""A registry in which every repository is wrong in a way of its own: mutant.py RECORD. Prints its port.

The repository "mN/..." is made of the number N alone: an index, two images, configs, layers, referrers, tags, whose JSON is
changed where N says so and whose digests agree with what became of it; and its answers have headers, statuses,
challenges and tokens that are changed as well. What is uploaded is taken, and answered as badly. RECORD holds the number
of answers so far."""
import collections
import hashlib
import json
import random
import re
import socket
import sys
import threading

from requests_read import Cut, read_request

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
ODD = [None, True, 0, -1, 1.5, 1e308, 2 ** 53 + 1, 2 ** 63, "", "x", "\0", "\r\nX: y", "\x1b[31m", "\u202e", "x" * 70000,
       "../../etc", "sha256:", "sha256:" + "g" * 64, "sha512:" + "0" * 128, "md5:" + "0" * 32, [], {}, [[[[[]]]]], {"a": {}},
       "application/vnd.docker.distribution.manifest.list.v2+json", "http://127.0.0.3:1/x", "__index", 10 ** 400]
WORLDS_KEPT = 16


def digest_of(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def nodes(value, found):
    """All places of a document: (container, key)."""
    for key in (list(value) if isinstance(value, dict) else range(len(value))):
        found.append((value, key))
        if isinstance(value[key], (dict, list)):
            nodes(value[key], found)
    return found


def change(document, chance):
    """Changes one place of a document."""
    places = nodes(document, [])
    if not places:
        return
    container, key = chance.choice(places)
    what = chance.randrange(6)
    if what == 0:
        del container[key]
    elif what == 1 and isinstance(container, list):
        container.extend([container[key]] * chance.choice([1, 2, 200]))
    elif what == 2 and isinstance(container, dict):
        container[chance.choice(["manifests", "layers", "config", "subject", "data", "urls", "mediaType", "platform"])] = \
            container[key]
    elif what == 3:
        other, place = chance.choice(places)
        if isinstance(other, list) and place >= len(other):
            return
        container[key] = json.loads(json.dumps(other[place]))
    else:
        container[key] = chance.choice(ODD)


def written(document, chance, rate):
    """The bytes of a document, changed before and after it is written."""
    while chance.random() < rate:
        change(document, chance)
    data = json.dumps(document, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")
    if chance.random() < rate / 4:
        at = chance.randrange(len(data) + 1)
        data = data[:at] + chance.choice([b"", b"\0", b"\xff", b'"a":1,', b"]", b"{", b" " * 100, b"\xef\xbb\xbf"]) + \
            data[at + chance.randrange(3):]
    if chance.random() < rate / 20:
        data = b"[" * 100000
    return data


class World:
    """One repository."""

    def __init__(self, number):
        self.chance = random.Random(number)
        self.rate = self.chance.choice([0, 0.1, 0.3, 0.6])
        self.documents, self.blobs, self.types = {}, {}, {}
        images = [self.image(os) for os in ("amd64", "arm64")]
        note = self.put({"schemaVersion": 2, "mediaType": MANIFEST, "artifactType": "application/x-note",
                         "config": self.blob(b"{}", "application/vnd.oci.empty.v1+json"), "layers": [],
                         "subject": images[0]}, MANIFEST)
        self.index = self.put({"schemaVersion": 2, "mediaType": INDEX, "manifests": images}, INDEX)
        self.referrers = self.write({"schemaVersion": 2, "mediaType": INDEX,
                                     "manifests": [dict(note, artifactType="application/x-note")]})
        self.tags = self.write({"name": "m", "tags": ["1", "2", "latest", "sha256-" + images[0]["digest"][7:]]})

    def write(self, document):
        return written(document, self.chance, self.rate)

    def blob(self, data, media_type):
        self.blobs[digest_of(data)] = data
        return {"mediaType": media_type, "digest": digest_of(data), "size": len(data)}

    def put(self, document, media_type):
        data = self.write(document)
        self.documents[digest_of(data)], self.types[digest_of(data)] = data, media_type
        return {"mediaType": media_type, "digest": digest_of(data), "size": len(data)}

    def image(self, architecture):
        layer = self.blob(b"layer of " + architecture.encode(), LAYER)
        config = self.blob(self.write({"os": "linux", "architecture": architecture, "rootfs": {
            "type": "layers", "diff_ids": [layer["digest"]]}}), CONFIG)
        made = self.put({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [layer]}, MANIFEST)
        return dict(made, platform={"os": "linux", "architecture": architecture})


class Registry:
    def __init__(self, address, record):
        self.address, self.record = address, record
        self.worlds, self.lock, self.count = collections.OrderedDict(), threading.Lock(), 0

    def world(self, number):
        with self.lock:
            if number not in self.worlds:
                self.worlds[number] = World(number)
            if len(self.worlds) > WORLDS_KEPT:
                self.worlds.popitem(last=False)
            return self.worlds[number]

    def counted(self):
        with self.lock:
            self.count += 1
            if self.count % 100 == 0:
                self.record.seek(0)
                self.record.write("%d\n" % self.count)
                self.record.flush()
            return self.count

    def answer(self, method, target, headers, body):
        """Status, headers and body."""
        path = target.split("?")[0]
        if path == "/token":
            return self.token(target)
        match = re.match(r"/v2/m(\d+)(?:/[^/]+)*?/(manifests|blobs|tags|referrers)/(.*)$", path)
        if not match:
            return 200, [], b"{}"
        world = self.world(int(match.group(1)))
        if int(match.group(1)) % 3 == 0 and not any(name.lower() == "authorization" for name, _ in headers):
            return 401, [("WWW-Authenticate", self.challenge(world, int(match.group(1))))], b""
        status, more, data = self.place(world, method, match.group(2), match.group(3), path, body)
        return self.changed(world, status, more, data)

    def place(self, world, method, kind, name, path, body):
        if method in ("PUT", "PATCH", "POST", "DELETE"):
            return self.taken(world, method, kind, name, path, body)
        if kind == "tags":
            return 200, [("Content-Type", "application/json")], world.tags
        if kind == "referrers":
            return 200, [("Content-Type", INDEX)], world.referrers
        if kind == "blobs":
            return (200, [("Docker-Content-Digest", name)], world.blobs[name]) if name in world.blobs else (404, [], b"{}")
        digest = name if name.startswith("sha256:") else world.index["digest"]
        if digest not in world.documents:
            return 404, [], b'{"errors":[{"code":"MANIFEST_UNKNOWN"}]}'
        return 200, [("Content-Type", world.types[digest]), ("Docker-Content-Digest", digest)], world.documents[digest]

    def taken(self, world, method, kind, name, path, body):
        if kind == "manifests" and method == "PUT":
            return 201, [("Docker-Content-Digest", digest_of(body)), ("Location", path)], b""
        if method == "PUT":
            return 201, [("Location", path)], b""
        if method == "DELETE":
            return 202, [], b""
        return 202, [("Location", path.split("/uploads/")[0] + "/uploads/u"), ("Range", "0-%d" % max(len(body) - 1, 0))], b""

    def odd_text(self, world):
        value = world.chance.choice(ODD)
        text = value if isinstance(value, str) else json.dumps(value)
        return re.sub(r"[^\x20-\x7e\x80-\xff]", "", text)[:9000]

    def changed(self, world, status, headers, body):
        chance, rate = world.chance, world.rate / 3
        if chance.random() < rate:
            status = chance.choice([200, 201, 202, 204, 206, 302, 307, 400, 403, 404, 405, 412, 416, 418, 500, 501])
        if chance.random() < rate:
            headers = [(name, self.odd_text(world) if chance.random() < 0.5 else value) for name, value in headers]
        if chance.random() < rate:
            headers.append((chance.choice(["Link", "Warning", "Location", "Content-Type", "Docker-Content-Digest",
                                           "OCI-Subject", "OCI-Chunk-Min-Length", "Content-Range", "RateLimit-Limit"]),
                            chance.choice([self.odd_text(world), '</v2/x?n=1>; rel="next"', '299 - "hm"', "bytes 0-0/9"])))
        return status, headers, body

    def challenge(self, world, number):
        good = 'Bearer realm="http://%s/token",service="s",scope="repository:m%d:pull"' % (self.address, number)
        if world.chance.random() < world.rate:
            at = world.chance.randrange(len(good))
            good = good[:at] + world.chance.choice(['"', ",", "=", " ", "\\", "Basic ", "x" * 5000, ""]) + \
                good[at + world.chance.randrange(9):]
        return good

    def token(self, target):
        number = re.search(r"m(\d+)", target)
        chance = random.Random(int(number.group(1)) if number else 0)
        return 200, [], written({"token": "t" * chance.choice([1, 100, 5000]), "expires_in": 300,
                                 "issued_at": "2026-01-02T03:04:05Z"}, chance, chance.choice([0, 0.3]))

    def serve(self, sock):
        stream = sock.makefile("rb")
        try:
            while True:
                method, target, headers, body = read_request(stream, sock)
                status, more, data = self.answer(method, target, headers, body)
                self.counted()
                lines = ["HTTP/1.1 %d Answer" % status] + ["%s: %s" % pair for pair in more]
                if status != 204:
                    lines.append("Content-Length: %d" % len(data))
                head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
                sock.sendall(head + (b"" if method == "HEAD" or status == 204 else data))
        except (Cut, OSError, ValueError):
            pass
        finally:
            sock.close()


def main():
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    port = listener.getsockname()[1]
    with open(sys.argv[1], "w", encoding="ascii") as record:
        registry = Registry("127.0.0.1:%d" % port, record)
        print(port, flush=True)
        while True:
            sock, _ = listener.accept()
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=registry.serve, args=(sock,), daemon=True).start()


main()
