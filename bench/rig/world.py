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
            self.writers[0].index(repository, "1.0", children)
            self.seeded[repository] = children
        return f"{self.proxies[0].address}/{repository}:1.0"

    def edited(self, count):
        """A new tag of such an index, for an edit; its entries, and two images beside them in the same repository, as
        (reference, descriptor): one more, and another of its first entry's platform."""
        repository = self.listed(count).rsplit(":", 1)[0]
        path = repository.split("/", 1)[1]
        if ("beside", path) not in self.seeded:
            layer = images.layer(f"{path}-beside", LAYER, self.folder)
            self.seeded["beside", path] = [(f"{repository}:{tag}", self.writers[0].image(path, tag, number, [layer]))
                                           for tag, number in (("more", count), ("other", 0))]
        self.runs += 1
        self.writers[0].index(path, f"edit{self.runs}", self.seeded[path])
        return f"{repository}:edit{self.runs}", self.seeded[path], *self.seeded["beside", path]

    def tagged(self, count):
        """A repository of so many tags, each an index of its own of the same two images; its name."""
        path = f"tagged/of{count}"
        if path not in self.seeded:
            two = self.two_images(path, "first")
            for number in range(count):
                self.writers[0].index(path, f"t{number}", two, {"number": str(number)})
            self.seeded[path] = count
        return f"{self.proxies[0].address}/{path}"

    def two_images(self, path, tag):
        layer = images.layer(f"{path}-{tag}", LAYER, self.folder)
        return [self.writers[0].image(path, tag, number, [layer], tagged=False) for number in range(2)]

    def move_tags(self, count):
        """Lets one tag in a hundred of such a repository name an index of other images; these tags."""
        self.runs += 1
        path, moved = f"tagged/of{count}", [f"t{number}" for number in range(self.runs % 100, count, 100)]
        for tag in moved:
            self.writers[0].index(path, tag, self.two_images(path, f"{tag}-{self.runs}"))
        return moved

    def large(self, platforms, size, layers=1):
        """A pushed index of images with layers of `size` bytes; its reference."""
        repository = f"large/{platforms}x{size}x{layers}"
        if repository not in self.seeded:
            children = []
            for number in range(platforms):
                parts = [images.layer(f"large-{platforms}-{size}-{number}-{part}", size, self.folder) for part in range(layers)]
                children.append(self.writers[0].image(repository, f"image{number}", number, parts))
                for part in parts:
                    part.path.unlink()
            self.writers[0].index(repository, "1.0", children)
            self.seeded[repository] = children
        return f"{self.proxies[0].address}/{repository}:1.0"

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
            self.seeded["saved", reference] = self.layout()
            self.prepare(self.ours.save(reference, self.seeded["saved", reference]))
        return self.seeded["saved", reference]

    def prepare(self, commands):
        """Runs commands of ours that make what is measured afterwards."""
        failure = cost.measure_all(commands, self.ours.environment(), self.timeout).failure
        if failure:
            raise RuntimeError(failure)

    def archive(self, layers, size):
        """A file as `docker save` writes it, of one image: its path and the digest of its config."""
        if ("archive", layers, size) not in self.seeded:
            parts = [images.layer(f"archive-{number}", size, self.folder) for number in range(layers)]
            path = self.folder / f"archive-{layers}x{size}.tar"
            self.seeded["archive", layers, size] = path, images.archive(path, 0, parts)
        return self.seeded["archive", layers, size]

    def stored(self, reference):
        """The bytes of the document that a registry holds under a reference, asked for behind the proxy's back."""
        address, rest = reference.split("/", 1)
        where = next(one for one, gate in zip(self.registries, self.proxies) if gate.address == address)
        repository, tag = rest.rsplit(":", 1)
        accept = ", ".join((images.INDEX, images.MANIFEST, *images.DOCKERS))
        return where.get(f"/v2/{repository}/manifests/{tag}", accept)

    def entries(self, reference):
        return json.loads(self.stored(reference)).get("manifests", [])

    def check(self, reference, entries):
        """An empty text when the reference holds an index of exactly these entries' digests."""
        try:
            found = {entry["digest"] for entry in self.entries(reference)}
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
