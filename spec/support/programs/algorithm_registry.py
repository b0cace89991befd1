"""A registry in memory that names tags by any algorithm: PUT manifests/DIGEST?tag=TAG, as olareg takes it.

usage: algorithm_registry.py [plain]     plain: it takes no ?tag=, and no digest but sha256
Prints its address when it listens. /seed?tag=REPOSITORY:TAG&algorithm=ALGORITHM makes that tag name its document so."""
import hashlib
import http.server
import json
import re
import sys
import urllib.parse

PLAIN = "plain" in sys.argv[1:]
blobs, documents, tags = {}, {}, {}  # (repository, digest) -> bytes or (type, bytes); (repository, tag) -> digest


def digest_of(algorithm, data):
    return algorithm + ":" + hashlib.new(algorithm, data).hexdigest()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def refuse(self, status, code):
        self.answer(status, json.dumps({"errors": [{"code": code}]}).encode(), Content_Type="application/json")

    def read(self):
        size = self.headers.get("Content-Length")
        if size is not None:
            return self.rfile.read(int(size))
        data = b""
        while "chunked" in (self.headers.get("Transfer-Encoding") or ""):
            piece = self.rfile.read(int(self.rfile.readline(), 16))
            self.rfile.readline()
            if not piece:
                break
            data += piece
        return data

    def manifest(self, repository, reference, query):
        key = (repository, tags.get((repository, reference), reference))
        if self.command == "PUT":
            return self.put(repository, reference, query, self.read())
        if key not in documents:
            return self.refuse(404, "MANIFEST_UNKNOWN")
        kind, data = documents[key]
        return self.answer(200, data, Content_Type=kind, Docker_Content_Digest=key[1])

    def put(self, repository, reference, query, data):
        by_digest = ":" in reference
        algorithm = reference.split(":")[0] if by_digest else "sha256"
        digest = digest_of(algorithm, data)
        if PLAIN and algorithm != "sha256" or by_digest and digest != reference:
            return self.refuse(400, "DIGEST_INVALID")
        documents[repository, digest] = (self.headers["Content-Type"], data)
        for tag in query.get("tag", []) if by_digest and not PLAIN else [] if by_digest else [reference]:
            tags[repository, tag] = digest
        return self.answer(201, Docker_Content_Digest=digest)

    def blob(self, repository, digest):
        if (repository, digest) not in blobs:
            return self.refuse(404, "BLOB_UNKNOWN")
        return self.answer(200, blobs[repository, digest])

    def upload(self, repository, query):
        data = self.read()
        if self.command == "POST":
            return self.answer(202, Location="/v2/%s/blobs/uploads/1" % repository)
        blobs[repository, query["digest"][0]] = data
        return self.answer(201)

    def seed(self, query):
        repository, tag = query["tag"][0].split(":")
        kind, data = documents[repository, tags[repository, tag]]
        digest = digest_of(query["algorithm"][0], data)
        documents[repository, digest] = (kind, data)
        tags[repository, tag] = digest
        return self.answer(200)

    def handle_one(self):
        url = urllib.parse.urlsplit(self.path)
        query = urllib.parse.parse_qs(url.query)
        found = re.match(r"/v2/(.+)/(manifests|blobs|tags|referrers)/(.+)$", url.path)
        if url.path == "/seed":
            return self.seed(query)
        if not found:
            return self.answer(200)
        repository, kind, rest = found.groups()
        if kind == "manifests":
            return self.manifest(repository, rest, query)
        if kind == "tags":
            names = sorted(tag for name, tag in tags if name == repository)
            return self.answer(200, json.dumps({"name": repository, "tags": names}).encode())
        if kind == "blobs" and rest.startswith("uploads/"):
            return self.upload(repository, query)
        return self.blob(repository, rest) if kind == "blobs" else self.refuse(404, "UNSUPPORTED")

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = handle_one


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print("127.0.0.1:%d" % server.server_port, flush=True)
server.serve_forever()
