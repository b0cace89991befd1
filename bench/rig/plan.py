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
    bundle: bool = False  # SSL_CERT_FILE names all of the system's authorities

    def environment(self, world):
        return {"SSL_CERT_FILE": str(world.whole_bundle())} if self.bundle else {}


TITLES = {
    "a4": "Create, annotate and push a list of 4 images of 4 other repositories",
    "a6": "The same with 6 images of 3 layers",
    "a64": "The same with 64 images",
    "b": "Inspect a list of 4",
    "b-bundle": "The same, SSL_CERT_FILE a bundle of all authorities",
    "c": "Release 10 lists of 4 images in one script",
    "d": "Copy a 6-platform image with layers of 256 MiB between two registries",
    "d-bundle": "Copy an image of 1 MiB, SSL_CERT_FILE a bundle of all authorities",
    "small": "Copy an image of 64 layers of 16 KiB between two registries",
    "save": "Copy a 6-platform image with layers of 16 MiB from a registry into a layout",
    "load": "The same back, from the layout into a registry",
    "verify": "Verify it, every blob read and hashed",
    "save64": "Copy a list of 64 images from a registry into a layout",
    "load64": "The same back, from the layout into a registry",
    "verify64": "Verify it, every blob read and hashed",
    "push": "Push an image of 4 layers of 16 MiB out of a file of `docker save`",
}

# Rows that grow: their title, and the unit of what grows.
GROWTH = {
    "entries": ("Create and push by number of entries", ""),
    "lists": ("Lists released by one script", ""),
    "mirror": ("Bring a mirror up to date (`copy --all-tags`), by number of tags of which one in a hundred has moved", ""),
    "add": ("Add an image to an index, by number of its entries", ""),
    "replace": ("Replace an image of an index, by number of its entries", ""),
    "annotate": ("Annotate an entry of an index, by number of its entries", ""),
    "verified": ("Verify a list, every blob read and hashed, by number of its images", ""),
    "blobs": ("Copy of one image by size of its layer", " MiB"),
}

HOPELESS = 20  # seconds: a peer that would take longer for the next size of a row that grows is left off
ROUND_TRIPS = (0, 20, 50, 100)


def create(job, delay, runs, count, layers=1, x=None):
    return Row(job, delay if x is None else x, lambda world: jobs.create(world, count, layers), runs,
               jobs.create_floor(count, layers), delay)


def inspect(delay, runs, job="b", bundle=False):
    return Row(job, delay, jobs.inspect, runs, jobs.INSPECT_FLOOR, delay, bundle=bundle)


def release(delay, runs, lists, job="c", x=None):
    floor = jobs.Floor(lists * jobs.create_floor(4, 1).requests, 7)
    return Row(job, delay if x is None else x, lambda world: jobs.release(world, lists), runs, floor, delay)


def copy(job, delay, runs, platforms, size, x=None, layers=1, bundle=False):
    return Row(job, delay if x is None else x, lambda world: jobs.copy(world, world.large(platforms, size, layers)), runs,
               delay=delay, bundle=bundle)


def local(runs, platforms, size, listed=64):
    """Between a registry and a layout, verify, and out of an archive."""
    sources = {"": lambda world: world.large(platforms, size), "64": lambda world: world.listed(listed)}
    return [*[Row(job.__name__ + kind, 0, lambda world, job=job, source=source: job(world, source(world)), runs)
              for kind, source in sources.items() for job in (jobs.save, jobs.load, jobs.verify)],
            Row("push", 0, lambda world: jobs.push(world, 4, size), runs)]


def quick_rows():
    """What is worth a look while one works at it, in three minutes."""
    return [create("a4", 0, 3, 4), create("a4", 20, 1, 4), inspect(0, 3), inspect(0, 3, "b-bundle", bundle=True),
            copy("d", 0, 1, 6, 16 * MIB), copy("small", 0, 3, 1, 16 << 10, layers=64), *local(1, 6, 16 * MIB)]


def main_rows(quick, long=True):
    """LONG: also what takes minutes for every peer."""
    if quick:
        return quick_rows()
    return [*[create("a4", delay, 3 if delay else 10, 4) for delay in ROUND_TRIPS],
            create("a6", 50, 1, 6, layers=3),
            create("a64", 0, 10, 64),
            *[inspect(delay, 3 if delay else 10) for delay in ROUND_TRIPS],
            inspect(0, 10, "b-bundle", bundle=True),
            release(20, 1, 10),
            copy("d", 0, 10, 6, 256 * MIB),
            *([copy("d", 20, 1, 6, 256 * MIB)] if long else []),
            copy("d-bundle", 0, 10, 1, MIB, bundle=True),
            copy("small", 0, 10, 1, 16 << 10, layers=64),
            copy("small", 20, 1, 1, 16 << 10, layers=64),
            *local(10, 6, 16 * MIB)]


def scale_rows(quick, long):
    """Rows that grow, to twice as much each: measured in order, and left off for a peer once it would take too long."""
    def grown(job, sizes):
        return [Row(job.__name__, count, lambda world, count=count: job(world, count), 1 if quick else 3) for count in sizes]

    edited = (8, 16) if quick else (64, 128, 256, 512)
    return [*[create("entries", 20, 3, count, x=count) for count in (() if quick else (4, 8, 16, 32, 64, 128, 256, 512))],
            *[release(0, 3, count, job="lists", x=count) for count in ((1,) if quick else (25, 50, 100, 200))],
            *grown(jobs.mirror, (50, 100) if quick else (1250, 2500, 5000, 10000)),
            *grown(jobs.add, edited), *grown(jobs.replace, edited), *grown(jobs.annotate, edited),
            *grown(jobs.verified, edited[:2] if quick else (16, 32, 64, 128)),
            *[copy("blobs", 0, 10 if size <= 16 and not quick else 3, 1, size * MIB, x=size)
              for size in ((1, 16) if quick else (1, 16, 256, 1024, *((4096,) if long else ())))]]
