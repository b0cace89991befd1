"""What is measured: the table of all cells, and how many runs each gets."""
import dataclasses

from . import jobs
from .world import MIB


@dataclasses.dataclass(frozen=True)
class Row:
    """One job at one setting; `x` is what its table or plot varies."""
    job: str
    x: float
    run: object  # (world, peer, runs) -> Cost or None
    runs: int
    floor: object = None  # jobs.Floor for the job
    delay: float = 0
    peers: bool = True  # False: a question about ourselves only


TITLES = {
    "a4": "Create, annotate and push a list of 4 images of 4 other repositories",
    "a6": "The same with 6 images of 3 layers",
    "a64": "The same with 64 images",
    "b": "Inspect a list of 4",
    "c": "Release 20 lists of 4 images in one script",
    "d": "Copy a 6-platform image with layers of 256 MiB between two registries",
    "entries": "Create and push by number of entries",
    "lists": "Lists released by one script",
    "blobs": "Copy of one image by size of its layer",
}

ROUND_TRIPS = (0, 20, 50, 100)


def create(job, delay, runs, count, layers=1, x=None):
    return Row(job, delay if x is None else x, lambda world, peer, n: jobs.create(world, peer, delay, n, count, layers), runs,
               jobs.create_floor(count, layers), delay)


def inspect(delay, runs):
    return Row("b", delay, lambda world, peer, n: jobs.inspect(world, peer, delay, n), runs, jobs.INSPECT_FLOOR, delay)


def release(delay, runs, lists, job="c", x=None):
    floor = jobs.Floor(lists * jobs.create_floor(4, 1).requests, 7)
    return Row(job, delay if x is None else x, lambda world, peer, n: jobs.release(world, peer, delay, n, lists), runs, floor,
               delay, peers=job == "c")


def copy(job, delay, runs, platforms, size, x=None):
    return Row(job, delay if x is None else x,
               lambda world, peer, n: jobs.copy(world, peer, delay, n, platforms, size), runs, None, delay)


def main_rows(quick):
    if quick:
        return [create("a4", 0, 1, 4), create("a4", 50, 1, 4), inspect(50, 1), copy("d", 0, 1, 6, 16 * MIB)]
    return [*[create("a4", delay, 3, 4) for delay in ROUND_TRIPS],
            create("a6", 50, 2, 6, layers=3),
            create("a64", 20, 1, 64),
            *[inspect(delay, 3) for delay in ROUND_TRIPS],
            release(20, 1, 20),
            copy("d", 0, 3, 6, 256 * MIB),
            copy("d", 20, 1, 6, 256 * MIB)]


def scale_rows(quick):
    """Rows that grow: measured in order, and left off for a peer once one took too long."""
    entries = (4, 16) if quick else (4, 8, 16, 32, 64, 128, 256, 512)
    lists = (1, 20) if quick else (1, 20, 200)
    blobs = (1, 16) if quick else (1, 16, 256, 1024, 4096)
    return [*[create("entries", 20, 3, count, x=count) for count in entries],
            *[release(20, 3, count, job="lists", x=count) for count in lists],
            *[copy("blobs", 0, 3, 1, size * MIB, x=size) for size in blobs]]
