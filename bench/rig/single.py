"""Figures of this project alone: how long it takes to start, and how many instructions a job takes."""
import shutil
import statistics
import subprocess

from . import callgrind, cost, images, ours, registry

STARTS = 31
ENTRIES = 64


def start_up(peer):
    """Medians over many starts, in milliseconds."""
    environment = peer.environment()

    def cpu(command):
        runs = [cost.measure(command, environment, 20) for _ in range(STARTS)]
        failed = next((run.failure for run in runs if run.failure), "")
        return failed or f"{statistics.median(run.cpu for run in runs) * 1000:.1f} ms"

    def required():
        runs = [subprocess.run(peer.script("start.lua"), env=environment, capture_output=True, text=True)
                for _ in range(STARTS)]
        if runs[0].returncode:
            return cost.last_line(runs[0].stderr)
        return f"{statistics.median(float(run.stdout.split()[0]) for run in runs):.2f} ms"

    return {"`require \"manifest\"`, CPU": required(),
            "`manifest --version`, one file, CPU of the process": cpu([peer.path, "--version"]),
            "`manifest --version`, installed for lua5.4, CPU of the process": cpu([peer.installed, "--version"]),
            "`lua5.4 -e ''`, CPU of the process, for comparison": cpu([peer.lua, "-e", ""])}


def short_command(world, peer):
    """Of `manifest get` of a list over TLS, which is what a start costs."""
    if not shutil.which("valgrind"):
        return {}
    words = ["get", world.listed(4)]
    ways = {"one file": [peer.path, *words], "installed for lua5.4": [peer.lua, peer.installed, *words]}
    counted = {way: callgrind.count(command, peer.environment(), world.folder)[1] for way, command in ways.items()}
    return {f"instructions, `manifest get` of a list over TLS, {way}": f"{every:,}" for way, every in counted.items() if every}


def instructions(world, peer):
    """Of one create, annotate and push, over plain HTTP so that no cipher is counted."""
    if not shutil.which("valgrind"):
        return {"instructions": "valgrind is not installed"}
    plain = registry.Registry(world.folder / "plain")
    try:
        writer, layers = images.Writer(plain), [images.layer("callgrind", 4096, world.folder)]
        sources = [f"{plain.address}/source{number}:1.0" for number in range(ENTRIES)]
        for number in range(ENTRIES):
            writer.image(f"source{number}", "1.0", number, layers)
        environment = {**peer.environment(), "MANIFEST_BENCH_PLAIN": "1"}
        found = []
        for run in range(2):
            peer.forget()
            command = peer.script("release.lua", f"{plain.address}/target{run}:1.0", *sources)
            found.append(callgrind.count(command, environment, world.folder))
    finally:
        plain.close()
    title = f"instructions, create and push of {ENTRIES} entries"
    if found[0][1] is None:
        return {title: found[0][0]}
    return {f"{title}: module, Lua and cJSON": " and ".join(f"{one:,}" for one, _ in found) + " (two runs)",
            f"{title}: with libcurl, libc and loader": " and ".join(f"{every:,}" for _, every in found)}


def measure(world, log, quick):
    peer = ours.Script(world.folder, world.authority)
    if peer.absent():
        return {"start": peer.absent()}
    found = {**start_up(peer), **short_command(world, peer), **({} if quick else instructions(world, peer))}
    for name, value in found.items():
        log(f"{name}: {value}")
    return found
