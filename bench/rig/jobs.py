"""The jobs of the benchmark. Each takes the world and its parameters, and gives a function of a peer that prepares one run:
(commands, check), where commands are None when the peer cannot do the job, and check() says what is wrong with the outcome."""
import dataclasses
import json
import shutil

from . import world as worlds


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


def copy(world, platforms=6, size=256 * worlds.MIB, layers=1):
    """Job d: an image of several platforms from one registry to another."""
    source, _ = world.large(platforms, size, layers)
    expected = world.stored(source)["manifests"]

    def prepare(peer):
        world.registries[1].empty()
        target = world.target(second=True)
        return peer.copy(source, target), lambda: world.check(target, expected)
    return prepare


def save(world, platforms, size):
    """An image of several platforms from a registry into an OCI image layout."""
    source, digest = world.large(platforms, size)

    def prepare(peer):
        layout = world.layout()

        def check():
            index = layout / "index.json"
            listed = json.loads(index.read_text())["manifests"] if index.exists() else []
            shutil.rmtree(layout, ignore_errors=True)
            return "" if digest in [entry["digest"] for entry in listed] else "the layout does not list the image"
        return peer.save(source, layout), check
    return prepare


def load(world, platforms, size):
    """The same back: out of a layout, which our own command has made."""
    source, _ = world.large(platforms, size)
    expected = world.stored(source)["manifests"]
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
            found = world.stored(target).get("config", {}).get("digest")
            return "" if found == config else "the target has another config"
        return peer.push(path, target), check
    return prepare


def verify_list(world, count):
    reference = world.listed(count)
    return lambda peer: (peer.verify(reference), lambda: "")


def verify(world, platforms, size):
    """Whether all that an image names is there, and has its digests."""
    source, _ = world.large(platforms, size)
    return lambda peer: (peer.verify(source), lambda: "")
