"""The peers: for each job the commands that a person would run, or None where the peer cannot do it.

A peer gets a home of its own in the run's folder, so that no file of the user's is read or written."""
import json
import os
import pathlib
import shutil
import subprocess

from . import place

JOBS = 32  # at once, as is our default, where a peer asks how many


class Peer:
    """A program under measurement. Sources and targets are references as text."""
    name = ""
    program = ""

    def __init__(self, folder, authority):
        self.home = pathlib.Path(folder) / f"home-{self.name.replace(' ', '-').replace('(', '').replace(')', '')}"
        (self.home / "run").mkdir(parents=True, exist_ok=True)
        self.authority = authority
        self.path = place.program(self.program)

    def absent(self):
        """Why it cannot be measured here, or an empty text."""
        return "" if self.path else f"{self.program} is not installed"

    def environment(self):
        home = str(self.home)
        return {"PATH": os.environ["PATH"], "HOME": home, "DOCKER_CONFIG": home + "/docker", "XDG_RUNTIME_DIR": home + "/run",
                "XDG_CONFIG_HOME": home + "/config", "TMPDIR": home, "LANG": "C.UTF-8",
                "SSL_CERT_FILE": str(self.authority), "SSL_CERT_DIR": home + "/no-certificates"}

    def version(self):
        pinned = place.pinned(self.program)
        if pinned:
            return pinned
        done = subprocess.run([self.path, "--version"], env=self.environment(), capture_output=True, text=True)
        lines = (done.stdout + done.stderr).strip().splitlines()
        return lines[0].strip() if lines else "unknown"

    def trust(self, addresses):
        """Prepares what the peer needs beside SSL_CERT_FILE to trust the registries at these addresses."""

    def forget(self):
        """Removes local state before a run."""

    def create(self, target, sources):
        """Job a: a list of the sources under the target; sources are (reference, index descriptor)."""

    def inspect(self, reference):
        """Job b: print the list's document."""

    def copy(self, source, target):
        """Job d: all platforms, between two registries."""

    def save(self, source, layout):
        """All platforms from a registry into an OCI image layout."""

    def load(self, layout, target):
        """All that a layout holds, tagged 1.0, to a registry."""

    def push(self, path, target):
        """An image out of what `docker save` writes, to a registry."""

    def verify(self, reference):
        """Reads and hashes all that a reference names."""

    def add(self, target, image):
        """One image more in the index; an image is (reference, index descriptor)."""

    def replace(self, target, entry, image):
        """The image in the place of an entry of its platform."""

    def annotate(self, target, annotation):
        """An annotation, as NAME=VALUE, of the entry of linux/amd64."""

    def mirror(self, source, target):
        """All tags of a repository to another, which has most of them already."""

    def release(self, lists):
        """Job c: many lists in one script; lists are (target, sources)."""
        one_by_one = [self.create(target, sources) for target, sources in lists]
        return None if None in one_by_one else sum(one_by_one, [])


class Docker(Peer):
    name = "docker manifest"
    program = "docker"

    def forget(self):
        shutil.rmtree(self.home / "docker", ignore_errors=True)

    def create(self, target, sources):
        names = [source for source, _ in sources]
        return [[self.path, "manifest", "create", target, *names],
                [self.path, "manifest", "annotate", target, names[1], "--os", "linux", "--arch", "arm64", "--variant", "v8"],
                [self.path, "manifest", "push", target]]

    def inspect(self, reference):
        return [[self.path, "manifest", "inspect", reference]]


class Crane(Peer):
    name = "crane"
    program = "crane"

    def create(self, target, sources):
        manifests = [argument for source, _ in sources for argument in ("-m", source)]
        return [[self.path, "index", "append", *manifests, "-t", target]]

    def inspect(self, reference):
        return [[self.path, "manifest", reference]]

    def copy(self, source, target):
        return [[self.path, "copy", source, target]]

    def save(self, source, layout):
        return [[self.path, "pull", "--format=oci", source, str(layout)]]

    def load(self, layout, target):
        return [[self.path, "push", str(layout), target]]

    def push(self, path, target):
        return [[self.path, "push", str(path), target]]

    def verify(self, reference):
        return [[self.path, "validate", "--remote", reference]]

    def add(self, target, image):
        return [[self.path, "index", "append", target, "-m", image[0], "-t", target]]

    def mirror(self, source, target):
        return [[self.path, "copy", "--all-tags", "--jobs", str(JOBS), source, target]]


class Regctl(Peer):
    name = "regctl"
    program = "regctl"

    def create(self, target, sources):
        references = [argument for source, _ in sources for argument in ("--ref", source)]
        return [[self.path, "index", "create", target, *references]]

    def inspect(self, reference):
        return [[self.path, "manifest", "get", "--format", "raw-body", reference]]

    def copy(self, source, target):
        return [[self.path, "image", "copy", source, target]]

    def save(self, source, layout):
        return self.copy(source, f"ocidir://{layout}:1.0")

    def load(self, layout, target):
        return self.copy(f"ocidir://{layout}:1.0", target)

    def push(self, path, target):
        return [[self.path, "image", "import", target, str(path)]]

    def add(self, target, image):
        return [[self.path, "index", "add", target, "--ref", image[0]]]

    def replace(self, target, entry, image):
        return [*self.add(target, image), [self.path, "index", "delete", target, "--digest", entry["digest"]]]


class Regsync(Peer):
    name = "regsync"
    program = "regsync"

    def mirror(self, source, target):
        registries = [{"registry": name.split("/", 1)[0], "reqConcurrent": JOBS} for name in (source, target)]
        config = self.home / "regsync.yaml"  # JSON is YAML, too
        config.write_text(json.dumps({"version": 1, "creds": registries, "defaults": {"parallel": JOBS},
                                      "sync": [{"source": source, "target": target, "type": "repository"}]}))
        return [[self.path, "once", "-c", str(config)]]


class Oras(Peer):
    name = "oras"
    program = "oras"

    def create(self, target, sources):
        """An oras index sees its own repository only, so every source is copied there first."""
        repository, digests = target.rsplit(":", 1)[0], [entry["digest"] for _, entry in sources]
        copies = [[self.path, "cp", "--no-tty", f"{source.rsplit(':', 1)[0]}@{digest}", f"{repository}@{digest}"]
                  for (source, _), digest in zip(sources, digests)]
        return copies + [[self.path, "manifest", "index", "create", target, *digests]]

    def inspect(self, reference):
        return [[self.path, "manifest", "fetch", reference]]

    def copy(self, source, target):
        return [[self.path, "cp", "--no-tty", source, target]]

    def save(self, source, layout):
        return [[self.path, "cp", "--no-tty", "--to-oci-layout", source, f"{layout}:1.0"]]

    def load(self, layout, target):
        return [[self.path, "cp", "--no-tty", "--from-oci-layout", f"{layout}:1.0", target]]

    def update(self, target, *changes):
        return [[self.path, "manifest", "index", "update", target, *changes]]

    def add(self, target, image):
        return self.update(target, "--add", image[1]["digest"])

    def replace(self, target, entry, image):
        return self.update(target, "--remove", entry["digest"], "--add", image[1]["digest"])


class Buildx(Peer):
    name = "buildx imagetools"
    program = "buildx"

    def environment(self):
        return {**super().environment(), "BUILDX_CONFIG": str(self.home / "buildx")}

    def create(self, target, sources):
        return [[self.path, "imagetools", "create", "-t", target, *[source for source, _ in sources]]]

    def inspect(self, reference):
        return [[self.path, "imagetools", "inspect", "--raw", reference]]

    def copy(self, source, target):
        return [[self.path, "imagetools", "create", "-t", target, source]]

    def add(self, target, image):
        return [[self.path, "imagetools", "create", "--append", "-t", target, image[0]]]

    def annotate(self, target, annotation):
        return [[self.path, "imagetools", "create", "--annotation", f"manifest-descriptor[linux/amd64]:{annotation}", "-t", target,
                 target]]


class Skopeo(Peer):
    name = "skopeo"
    program = "skopeo"

    def inspect(self, reference):
        return [[self.path, "inspect", "--raw", "docker://" + reference]]

    def between(self, source, target):
        return [[self.path, "--insecure-policy", "copy", "--quiet", "--all", "--preserve-digests", source, target]]

    def copy(self, source, target):
        return self.between("docker://" + source, "docker://" + target)

    def save(self, source, layout):
        return self.between("docker://" + source, f"oci:{layout}:1.0")

    def load(self, layout, target):
        return self.between(f"oci:{layout}:1.0", "docker://" + target)

    def push(self, path, target):
        """Its copy of an archive cannot keep a digest: the manifest is made of the file."""
        return [[self.path, "--insecure-policy", "copy", "--quiet", f"docker-archive:{path}", "docker://" + target]]

    def mirror(self, source, target):
        """Into a repository of the source's name below the place that is given."""
        return [[self.path, "--insecure-policy", "sync", "--all", "--preserve-digests", "--src", "docker", "--dest", "docker",
                 source, target.rsplit("/", 1)[0]]]


class Buildah(Peer):
    name = "buildah"
    program = "buildah"

    def __init__(self, folder, authority):
        super().__init__(folder, authority)
        policy = self.home / "policy.json"
        policy.write_text(json.dumps({"default": [{"type": "insecureAcceptAnything"}]}))
        self.base = [self.path, "--root", str(self.home / "root"), "--runroot", str(self.home / "runroot"),
                     "--storage-driver", "vfs"]
        self.policy = ["--signature-policy", str(policy)]

    def environment(self):
        """Without docker's folder: it would insist on a config.json there."""
        return {name: value for name, value in super().environment().items() if name != "DOCKER_CONFIG"}

    def forget(self):
        for folder in ("root", "runroot", ".local"):
            shutil.rmtree(self.home / folder, ignore_errors=True)

    def create(self, target, sources):
        adds = [[*self.base, "manifest", "add", target, "docker://" + source] for source, _ in sources]
        return [[*self.base, "manifest", "create", target], *adds,
                [*self.base, "manifest", "push", "--quiet", *self.policy, "--all", target, "docker://" + target]]

    def inspect(self, reference):
        return [[*self.base, "manifest", "inspect", reference]]


class ManifestTool(Peer):
    name = "manifest-tool"
    program = "manifest-tool"

    def create(self, target, sources):
        lines = [f"image: {target}", "manifests:"]
        for source, entry in sources:
            what = entry["platform"]
            lines += [f"  - image: {source}", "    platform:", f"      os: {what['os']}",
                      f"      architecture: '{what['architecture']}'"]
            lines += [f"      variant: {what['variant']}"] if "variant" in what else []
        spec = self.home / f"{abs(hash(target))}.yaml"
        spec.write_text("\n".join(lines) + "\n")
        return [[self.path, "push", "from-spec", str(spec)]]

    def inspect(self, reference):
        return [[self.path, "inspect", "--raw", reference]]


ALL = [Docker, Crane, Regctl, Regsync, Oras, Buildx, Skopeo, Buildah, ManifestTool]
