"""This project's own rows, in the same shape as the peers'."""
import shutil

from . import place
from .peers import Peer

LUA = f"{place.INSTALLED}/share/lua/5.4"
MODULE = {"LUA_PATH": f"{LUA}/?.lua;{LUA}/?/init.lua;;", "LUA_CPATH": f"{place.INSTALLED}/lib/lua/5.4/?.so;;"}


def words(lists):
    """One argument a list: its target and its sources, with spaces between."""
    return [" ".join([target, *[source for source, _ in sources]]) for target, sources in lists]


class Ours(Peer):
    """The command as one file, and scripts with the installed module on lua5.4."""
    program = "manifest"

    def __init__(self, folder, authority):
        super().__init__(folder, authority)
        self.path = str(place.PROGRAM)
        self.installed = str(place.INSTALLED / "bin" / "manifest")
        self.lua = place.program("lua5.4") or "lua5.4"

    def absent(self):
        return "" if place.PROGRAM.exists() else "not built: ./dev program"

    def trust(self, addresses):
        """Through rootless docker's folder of authorities."""
        for address in addresses:
            folder = self.home / "config" / "docker" / "certs.d" / address
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(self.authority, folder / "ca.crt")

    def environment(self):
        return {**super().environment(), **MODULE}

    def forget(self):
        shutil.rmtree(self.home / "docker", ignore_errors=True)

    def script(self, name, *arguments):
        return [self.lua, str(place.BENCH / "jobs" / name), *map(str, arguments)]


class Commands(Ours):
    """The compatible verbs as docker's users call them."""
    name = "manifest (three commands)"

    def create(self, target, sources):
        names = [source for source, _ in sources]
        return [[self.path, "create", target, *names],
                [self.path, "annotate", target, names[1], "--os", "linux", "--arch", "arm64", "--variant", "v8"],
                [self.path, "push", target]]

    def inspect(self, reference):
        return [[self.path, "inspect", reference]]


class Script(Ours):
    """The compatible verbs in one Lua script, on one client."""
    name = "manifest (one script)"

    def create(self, target, sources):
        return [self.script("release.lua", target, *[source for source, _ in sources])]

    def inspect(self, reference):
        return [self.script("get.lua", reference)]

    def release(self, lists):
        return [self.script("releases.lua", *words(lists))]


class Index(Ours):
    """The one-shot verb, and the other verbs that keep no local state."""
    name = "manifest (one shot)"

    def create(self, target, sources):
        return [[self.path, "index", "create", target, *[source for source, _ in sources]]]

    def inspect(self, reference):
        return [[self.path, "get", reference]]

    def copy(self, source, target):
        return [[self.path, "copy", source, target]]

    def save(self, source, layout):
        return self.copy(source, f"oci:{layout}:1.0")

    def load(self, layout, target):
        return self.copy(f"oci:{layout}:1.0", target)

    def push(self, path, target):
        return self.copy(f"docker-archive:{path}", target)

    def verify(self, reference):
        return [[self.path, "verify", reference]]

    def add(self, target, image):
        return [[self.path, "index", "add", target, image[0]]]

    def replace(self, target, entry, image):
        return [[self.path, "index", "replace", target, image[0]]]

    def annotate(self, target, annotation):
        return [[self.path, "index", "annotate", target, "linux/amd64", "--annotation", annotation]]

    def mirror(self, source, target):
        return [[self.path, "copy", "--all-tags", source, target]]

    def release(self, lists):
        return [self.script("indexes.lua", *words(lists))]


class Shallow(Ours):
    """As little as the peers look at: not whether the images of an index are there that is the same already."""
    name = "manifest (--shallow)"

    def mirror(self, source, target):
        return [[self.path, "copy", "--all-tags", "--shallow", source, target]]


ALL = [Script, Commands, Index, Shallow]
REFERENCE = Script.name
