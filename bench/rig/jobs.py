"""The jobs of the benchmark. Each takes the world and its parameters, and gives a function of a peer that prepares one run:
(commands, check), where commands are None when the peer cannot do the job, and check() says what is wrong with the outcome."""
import dataclasses
import hashlib
import json
import shutil


@dataclasses.dataclass(frozen=True)
class Floor:
    """What the protocol asks for at least: requests, and round trips in sequence (TCP and TLS 1.3 handshakes included)."""
    requests: int
    round_trips: int


def create_floor(count, layers, round_trips=7):
    """Per image a manifest, a config, a mount for the config and each layer, and a put; and the list itself.

    7 round trips for the verbs in one script: TCP, TLS, manifests, configs, mounts, images, list. As three commands 9, because
    create and push connect anew; in one shot 6, because configs are read while layers are mounted."""
    return Floor(count * (4 + layers) + 1, round_trips)


INSPECT_FLOOR = Floor(1, 3)


def create(world, count=4, layers=1):
    """Job a: a list of images of other repositories."""
    sources = world.sources(count, layers)

    def prepare(peer):
        target = world.target()
        return peer.create(target, sources), lambda: world.check(target, [entry for _, entry in sources])
    return prepare


def inspect(world, count=4):
    """Job b: the document of a list."""
    reference = world.listed(count)
    return lambda peer: (peer.inspect(reference), lambda: "")


def release(world, lists, count=4):
    """Job c: many lists, each of four images of its own, one script."""
    sources = world.sources(min(lists, 20) * count)

    def prepare(peer):
        wanted = [(world.target(), [sources[(number * count + one) % len(sources)] for one in range(count)])
                  for number in range(lists)]

        def check():
            wrong = [world.check(target, [entry for _, entry in images]) for target, images in wanted]
            return next(filter(None, wrong), "")
        return peer.release(wanted), check
    return prepare


def copy(world, source):
    """From one registry to another, with all platforms."""
    expected = world.entries(source)

    def prepare(peer):
        world.registries[1].empty()
        target = world.target(second=True)
        return peer.copy(source, target), lambda: world.check(target, expected)
    return prepare


def save(world, source):
    """From a registry into an OCI image layout, with all platforms."""
    digest = "sha256:" + hashlib.sha256(world.stored(source)).hexdigest()

    def prepare(peer):
        layout = world.layout()

        def check():
            index = layout / "index.json"
            listed = json.loads(index.read_text())["manifests"] if index.exists() else []
            shutil.rmtree(layout, ignore_errors=True)
            return "" if digest in [entry["digest"] for entry in listed] else "the layout does not list the image"
        return peer.save(source, layout), check
    return prepare


def load(world, source):
    """The same back: out of a layout, which our own command has made."""
    expected = world.entries(source)
    layout = world.saved(source)

    def prepare(peer):
        world.registries[1].empty()
        target = world.target(second=True)
        return peer.load(layout, target), lambda: world.check(target, expected)
    return prepare


def push(world, layers, size):
    """An image out of a file that `docker save` wrote. Some compress its layers anew: the config tells that it is the same."""
    path, config = world.archive(layers, size)

    def prepare(peer):
        world.registries[1].empty()
        target = world.target(second=True)

        def check():
            found = json.loads(world.stored(target)).get("config", {}).get("digest")
            return "" if found == config else "the target has another config"
        return peer.push(path, target), check
    return prepare


def verify(world, source):
    """Whether all that a reference names is there, and has its digests."""
    return lambda peer: (peer.verify(source), lambda: "")


def verified(world, count):
    return verify(world, world.listed(count))


def add(world, count):
    """One image more in an index of so many."""
    def prepare(peer):
        target, entries, more, _ = world.edited(count)
        return peer.add(target, more), lambda: world.check(target, [*entries, more[1]])
    return prepare


def replace(world, count):
    """Another image in the place of the first."""
    def prepare(peer):
        target, entries, _, other = world.edited(count)
        return peer.replace(target, entries[0], other), lambda: world.check(target, [other[1], *entries[1:]])
    return prepare


def annotate(world, count):
    """An annotation of the first entry."""
    def prepare(peer):
        target, entries, _, _ = world.edited(count)

        def check():
            found = [entry.get("annotations") for entry in world.entries(target)]
            return "" if found == [{"example": "1"}] + [None] * (len(entries) - 1) else "the annotation is not there"
        return peer.annotate(target, "example=1"), check
    return prepare


def mirror(world, tags):
    """A mirror of a repository is brought up to date after one tag in a hundred was moved."""
    source, target = world.tagged(tags), f"{world.proxies[1].address}/mirror/of{tags}"
    world.registries[1].empty()
    is_same = False

    def prepare(peer):
        nonlocal is_same
        commands = peer.mirror(source, target)
        if not commands:
            return None, None
        if not is_same:
            world.prepare(world.ours.mirror(source, target))
        is_same, moved = False, world.move_tags(tags)

        def check():
            nonlocal is_same
            is_same = all(world.stored(f"{source}:{tag}") == world.stored(f"{target}:{tag}") for tag in moved)
            return "" if is_same else "the target has other tags"
        return commands, check
    return prepare
