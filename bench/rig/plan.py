"""What is measured: the table of all cells, and how many runs each gets."""
import dataclasses

from . import jobs
from .world import MIB


@dataclasses.dataclass(frozen=True)
class Row:
    """One job at one setting; `x` is what its table or plot varies."""
    job: str
    x: float
    make: object  # world -> a function that prepares a run of a peer (jobs.py)
    runs: int
    floor: object = None  # jobs.Floor for the job
    delay: float = 0
    peers: bool = True  # False: a question about ourselves only
    bundle: bool = False  # SSL_CERT_FILE names all of the system's authorities

    def environment(self, world):
        return {"SSL_CERT_FILE": str(world.whole_bundle())} if self.bundle else {}


TITLES = {
    "a4": "Create, annotate and push a list of 4 images of 4 other repositories",
    "a6": "The same with 6 images of 3 layers",
    "a64": "The same with 64 images",
    "b": "Inspect a list of 4",
    "e": "The same, SSL_CERT_FILE a bundle of all authorities",
    "c": "Release 10 lists of 4 images in one script",
    "d": "Copy a 6-platform image with layers of 256 MiB between two registries",
    "small": "Copy an image of 64 layers of 16 KiB between two registries",
    "save": "Copy a 6-platform image with layers of 16 MiB from a registry into a layout",
    "load": "The same back, from the layout into a registry",
    "verify": "Verify it, every blob read and hashed",
    "verify64": "Verify a list of 64 images",
    "push": "Push an image of 4 layers of 16 MiB out of a file of `docker save`",
    "entries": "Create and push by number of entries",
    "lists": "Lists released by one script",
    "blobs": "Copy of one image by size of its layer",
}

ROUND_TRIPS = (0, 20, 50, 100)


def create(job, delay, runs, count, layers=1, x=None):
    return Row(job, delay if x is None else x, lambda world: jobs.create(world, count, layers), runs,
               jobs.create_floor(count, layers), delay)


def inspect(delay, runs, job="b", bundle=False):
    return Row(job, delay, jobs.inspect, runs, jobs.INSPECT_FLOOR, delay, bundle=bundle)


def release(delay, runs, lists, job="c", x=None):
    floor = jobs.Floor(lists * jobs.create_floor(4, 1).requests, 7)
    return Row(job, delay if x is None else x, lambda world: jobs.release(world, lists), runs, floor, delay, peers=job == "c")


def copy(job, delay, runs, platforms, size, x=None, layers=1):
    return Row(job, delay if x is None else x, lambda world: jobs.copy(world, platforms, size, layers), runs, None, delay)


def local(runs, platforms, size, listed=64):
    """Between a registry and a layout, verify, and out of an archive."""
    return [*[Row(job.__name__, 0, lambda world, job=job: job(world, platforms, size), runs)
              for job in (jobs.save, jobs.load, jobs.verify)],
            Row(f"verify{listed}", 0, lambda world: jobs.verify_list(world, listed), runs),
            Row("push", 0, lambda world: jobs.push(world, 4, size), runs)]


def quick_rows():
    """What is worth a look while one works at it, in three minutes."""
    return [create("a4", 0, 3, 4), create("a4", 20, 1, 4), inspect(0, 3), inspect(0, 3, "e", bundle=True),
            copy("d", 0, 1, 6, 16 * MIB), copy("small", 0, 3, 1, 16 << 10, layers=64), *local(1, 6, 16 * MIB)]


def main_rows(quick, long=True):
    """LONG: also what takes minutes for every peer."""
    if quick:
        return quick_rows()
    return [*[create("a4", delay, 3 if delay else 10, 4) for delay in ROUND_TRIPS],
            create("a6", 50, 1, 6, layers=3),
            create("a64", 0, 5, 64),
            *[inspect(delay, 3 if delay else 10) for delay in ROUND_TRIPS],
            inspect(0, 10, "e", bundle=True),
            release(20, 1, 10),
            copy("d", 0, 3, 6, 256 * MIB),
            *([copy("d", 20, 1, 6, 256 * MIB)] if long else []),
            copy("small", 0, 10, 1, 16 << 10, layers=64),
            copy("small", 20, 1, 1, 16 << 10, layers=64),
            *local(5, 6, 16 * MIB)]


def scale_rows(quick, long):
    """Rows that grow: measured in order, and left off for a peer once one took too long."""
    entries = () if quick else (4, 8, 16, 32, 64, 128, 256, 512)
    lists = (1,) if quick else (1, 20, 200)
    blobs = (1, 16) if quick else (1, 16, 256, 1024, *((4096,) if long else ()))
    return [*[create("entries", 20, 3, count, x=count) for count in entries],
            *[release(20, 3, count, job="lists", x=count) for count in lists],
            *[copy("blobs", 0, 10 if size <= 16 and not quick else 3, 1, size * MIB, x=size) for size in blobs]]
