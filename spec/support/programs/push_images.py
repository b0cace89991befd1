"""Pushes the images that a JSON order on stdin describes and prints what was made as JSON; images.lua is its manual."""
import base64
import hashlib
import http.client
import json
import ssl
import sys
import urllib.parse

TYPES = {
    "docker": ("application/vnd.docker.distribution.manifest.v2+json",
               "application/vnd.docker.container.image.v1+json",
               "application/vnd.docker.image.rootfs.diff.tar.gzip"),
    "oci": ("application/vnd.oci.image.manifest.v1+json",
            "application/vnd.oci.image.config.v1+json",
            "application/vnd.oci.image.layer.v1.tar+gzip"),
    "docker-list": ("application/vnd.docker.distribution.manifest.list.v2+json",),
    "oci-index": ("application/vnd.oci.image.index.v1+json",),
}


def digest_of(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Registry:
    def __init__(self, order):
        parts = urllib.parse.urlsplit(order["url"])
        if parts.scheme == "https":
            context = ssl.create_default_context(cafile=order.get("authority"))
            if not order.get("authority"):
                context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            self.connection = http.client.HTTPSConnection(parts.hostname, parts.port, context=context)
        else:
            self.connection = http.client.HTTPConnection(parts.hostname, parts.port)
        self.headers = {"User-Agent": "push_images"}
        if order.get("user"):
            pair = "%s:%s" % (order["user"], order["password"])
            self.headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()

    def send(self, method, target, body, content_type, expected):
        self.connection.request(method, target, body, dict(self.headers, **{"Content-Type": content_type}))
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status not in expected:
            sys.exit("%s %s: %d %s" % (method, target, answer.status, text.decode("utf-8", "replace")))
        return answer

    def blob(self, repository, data):
        digest = digest_of(data)
        answer = self.send("POST", "/v2/%s/blobs/uploads/" % repository, b"", "application/octet-stream", [202])
        place = urllib.parse.urlsplit(answer.getheader("Location"))
        target = "%s?%s&digest=%s" % (place.path, place.query, urllib.parse.quote(digest))
        self.send("PUT", target, data, "application/octet-stream", [201])
        return {"digest": digest, "size": len(data)}

    def manifest(self, repository, tag, data, media_type):
        digest = digest_of(data)
        self.send("PUT", "/v2/%s/manifests/%s" % (repository, tag or digest), data, media_type, [201])
        return digest


def layer_bytes(entry, number):
    if entry.get("layer_files"):
        return [open(path, "rb").read() for path in entry["layer_files"]]
    layers = entry.get("layers", 1)
    if isinstance(layers, list):
        return [text.encode() for text in layers]
    seed = entry.get("seed", "%s:%s" % (entry["repository"], entry.get("tag", number)))
    return [("layer %d of %s" % (i, seed)).encode() for i in range(layers)]


def make_image(registry, entry, number):
    media_type, config_type, layer_type = TYPES[entry.get("type", "docker")]
    layers = []
    for data in layer_bytes(entry, number):
        layers.append(dict({"mediaType": entry.get("layer_type", layer_type)}, **registry.blob(entry["repository"], data)))
    config = dict(entry.get("platform") or {})
    config["rootfs"] = {"type": "layers", "diff_ids": [layer["digest"] for layer in layers]}
    config.update(entry.get("config") or {})
    config_data = json.dumps(config).encode()
    config_made = registry.blob(entry["repository"], config_data)
    document = {
        "schemaVersion": 2,
        "mediaType": media_type,
        "config": {"mediaType": config_type, "size": config_made["size"], "digest": config_made["digest"]},
        "layers": layers,
    }
    document.update(entry.get("manifest") or {})
    return document, {"config": dict(config_made, raw=config_data.decode()), "layers": layers}


def make_list(registry, entry, made, names):
    children = []
    for child in entry["children"]:
        known = made[names[child]] if child in names else made[int(child) - 1]
        if known["repository"] != entry["repository"]:
            sys.exit("a list and its children live in one repository: %s" % entry["repository"])
        children.append({"mediaType": known["media_type"], "size": known["size"], "digest": known["digest"],
                         "platform": known["platform"]})
    document = {"schemaVersion": 2, "mediaType": TYPES[entry["type"]][0], "manifests": children}
    if entry.get("annotations"):
        document["annotations"] = entry["annotations"]
    document.update(entry.get("manifest") or {})
    return document, {}


def main():
    order = json.load(sys.stdin)
    registry = Registry(order)
    made, names = [], {}
    for number, entry in enumerate(order["entries"]):
        kind = entry.get("type", "docker")
        if "raw" in entry:
            document, extra = None, {}
        elif "children" in entry:
            document, extra = make_list(registry, entry, made, names)
        else:
            document, extra = make_image(registry, entry, number)
        data = entry["raw"].encode() if document is None else json.dumps(document, indent=entry.get("indent")).encode()
        media_type = entry.get("media_type", TYPES[kind][0])
        result = {"repository": entry["repository"], "tag": entry.get("tag"), "media_type": media_type, "size": len(data),
                  "raw": data.decode(), "platform": entry.get("platform")}
        result["digest"] = registry.manifest(entry["repository"], entry.get("tag"), data, media_type)
        result.update(extra)
        made.append(result)
        if "name" in entry:
            names[entry["name"]] = number
    json.dump(made, sys.stdout)


main()
