"""The jobs of the benchmark. Each takes the world, a peer and its parameters, and returns a Cost, or None where a peer cannot."""
import dataclasses

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


def create(world, peer, delay, runs, count=4, layers=1):
    """Job a: a list of images of other repositories."""
    sources = world.sources(count, layers)

    def prepare():
        target = world.target()
        return peer.create(target, sources), lambda: world.check(target, [entry for _, entry in sources])
    return world.repeat(peer, prepare, delay, runs)


def inspect(world, peer, delay, runs, count=4):
    """Job b: the document of a list."""
    reference = world.listed(count)
    return world.repeat(peer, lambda: (peer.inspect(reference), lambda: ""), delay, runs)


def release(world, peer, delay, runs, lists=20, count=4):
    """Job c: many lists, each of four images of its own, one script."""
    sources = world.sources(min(lists, 20) * count)

    def prepare():
        wanted = [(world.target(), [sources[(number * count + one) % len(sources)] for one in range(count)])
                  for number in range(lists)]

        def check():
            wrong = [world.check(target, [entry for _, entry in images]) for target, images in wanted]
            return next(filter(None, wrong), "")
        return peer.release(wanted), check
    return world.repeat(peer, prepare, delay, runs)


def copy(world, peer, delay, runs, platforms=6, size=256 * worlds.MIB):
    """Job d: an image of several platforms from one registry to another."""
    source, _ = world.large(platforms, size)
    expected = world.stored(source)["manifests"]

    def prepare():
        world.registries[1].empty()
        target = world.target(second=True)
        return peer.copy(source, target), lambda: world.check(target, expected)
    return world.repeat(peer, prepare, delay, runs)
