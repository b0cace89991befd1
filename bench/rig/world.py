"""Two registries with their proxies, the images in them, and the running of one job by one peer."""
import contextlib
import json
import pathlib
import tempfile
import urllib.error

from . import authority, cost, images, proxy, registry

LAYER = 4096
MIB = 1 << 20


class World(contextlib.ExitStack):
    """Everything a run needs; leaving it ends every process and removes every file."""

    def __init__(self, scratch=None, timeout=300, patience=60):
        super().__init__()
        self.folder = pathlib.Path(self.enter_context(tempfile.TemporaryDirectory(prefix="manifest-bench-", dir=scratch)))
        self.authority, certificate, key = authority.make(self.folder)
        self.timeout, self.patience = timeout, patience
        self.registries, self.proxies = [], []
        for name in ("first", "second"):
            one = registry.Registry(self.folder / name, certificate, key, self.authority)
            self.callback(one.close)
            gate = proxy.Proxy(one.address)
            self.callback(gate.close)
            self.registries.append(one)
            self.proxies.append(gate)
        self.writers = [images.Writer(one) for one in self.registries]
        self.seeded, self.runs, self.ours = {}, 0, None

    def sources(self, count, layers=1):
        """(reference through the proxy, index descriptor) of images of as many repositories of the first registry."""
        known = self.seeded.setdefault(layers, [])
        for number in range(len(known), count):
            repository = f"source/layers{layers}/image{number}"
            parts = [images.layer(f"{repository}-{part}", LAYER, self.folder) for part in range(layers)]
            entry = self.writers[0].image(repository, "1.0", number, parts)
            known.append((f"{self.proxies[0].address}/{repository}:1.0", entry))
        return known[:count]

    def listed(self, count):
        """A pushed index of `count` children that are in its own repository; its reference."""
        repository = f"listed/of{count}"
        if repository not in self.seeded:
            layer = images.layer(repository, LAYER, self.folder)
            children = [self.writers[0].image(repository, f"image{number}", number, [layer]) for number in range(count)]
            self.seeded[repository] = self.writers[0].index(repository, "1.0", children)
        return f"{self.proxies[0].address}/{repository}:1.0"

    def large(self, platforms, size, layers=1):
        """A pushed index of images with layers of `size` bytes: its reference and its digest."""
        repository = f"large/{platforms}x{size}x{layers}"
        if repository not in self.seeded:
            children = []
            for number in range(platforms):
                parts = [images.layer(f"large-{platforms}-{size}-{number}-{part}", size, self.folder) for part in range(layers)]
                children.append(self.writers[0].image(repository, f"image{number}", number, parts))
                for part in parts:
                    part.path.unlink()
            self.seeded[repository] = self.writers[0].index(repository, "1.0", children)
        return f"{self.proxies[0].address}/{repository}:1.0", self.seeded[repository]

    def target(self, second=False):
        """A reference that nothing was pushed to before: what is there already would spare a peer its requests."""
        self.runs += 1
        return f"{self.proxies[1 if second else 0].address}/target/run{self.runs}:1.0"

    def layout(self):
        """A folder that is not there yet."""
        self.runs += 1
        return self.folder / f"layout{self.runs}"

    def saved(self, reference):
        """A layout of what the reference names, made by our own command."""
        if ("saved", reference) not in self.seeded:
            layout = self.layout()
            cost.measure_all(self.ours.save(reference, layout), self.ours.environment(), self.timeout)
            self.seeded["saved", reference] = layout
        return self.seeded["saved", reference]

    def archive(self, layers, size):
        """A file as `docker save` writes it, of one image: its path and the digest of its config."""
        if ("archive", layers, size) not in self.seeded:
            parts = [images.layer(f"archive-{number}", size, self.folder) for number in range(layers)]
            path = self.folder / f"archive-{layers}x{size}.tar"
            self.seeded["archive", layers, size] = path, images.archive(path, 0, parts)
        return self.seeded["archive", layers, size]

    def stored(self, reference):
        """The document that a registry holds under a reference, asked for behind the proxy's back."""
        address, rest = reference.split("/", 1)
        where = next(one for one, gate in zip(self.registries, self.proxies) if gate.address == address)
        repository, tag = rest.rsplit(":", 1)
        accept = ", ".join((images.INDEX, images.MANIFEST, *images.DOCKERS))
        return json.loads(where.get(f"/v2/{repository}/manifests/{tag}", accept))

    def check(self, reference, entries):
        """An empty text when the reference holds an index of exactly these entries' digests."""
        try:
            found = {entry["digest"] for entry in self.stored(reference).get("manifests", [])}
        except (urllib.error.URLError, ValueError) as problem:
            return f"target not there: {problem}"
        return "" if found == {entry["digest"] for entry in entries} else "the target holds other entries"

    def once(self, peer, prepare, row):
        """One run of a row's job behind its round trip; None when the peer cannot do the job."""
        peer.forget()
        commands, check = prepare(peer)
        if commands is None:
            return None
        for gate, one in zip(self.proxies, self.registries):
            gate.delay(row.delay)
            gate.reset()
            one.requests()
        spent = cost.measure_all(commands, {**peer.environment(), **row.environment(self)}, self.timeout)
        spent.connections = sum(gate.stats()["connections"] for gate in self.proxies)
        found = sum((one.requests() for one in self.registries), [])
        spent.requests = len(registry.besides_authentication(found))
        spent.failure = spent.failure or check()
        return spent

    def whole_bundle(self):
        """The system's authorities and the run's own in one file, as an image of a CI job has them."""
        path = self.folder / "bundle.pem"
        if not path.exists():
            system = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")
            path.write_bytes((system.read_bytes() if system.exists() else b"") + self.authority.read_bytes())
        return path
