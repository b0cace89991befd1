"""The Markdown of the results: one table for each job, ratios to our own row, the floor last."""
from . import ours, peers, plan

INTRODUCTION = """# Benchmark

Written by `./dev bench` on {date}: {cores} cores ({processor}), {memory} GiB, {system}, kernel {kernel}; docker-registry {registry}
over TLS 1.3 with HTTP/2 offered, no authentication. Between each client and its registry stands a proxy that adds the round trip.

Wall time and CPU time (user and system, all processes of the job) are those of the median run by wall time; the fastest and the slowest
run stand behind it. The tools take turns, run by run, so a busy minute slows all of them; what took over ten seconds is not run
again, nor with more entries where that would take over {hopeless} seconds. Memory is the largest process's peak. Requests are counted in the registry's access log, connections at the proxy. A ratio in brackets is to the row
"{reference}" of the same table and run. Every target repository is new, and what was pushed is checked.

The proxy forwards each byte half a round trip after it arrived, in order and at any bandwidth. A TCP handshake costs one round trip, a full TLS
1.3 handshake another. The floor is the round trips that depend on one another, with one TCP and one TLS handshake a connection, times the delay.
"""

WAYS = """## Rows

The command is one file (`./dev program`), as those of the peers are. "manifest (three commands)" runs `manifest create`, `annotate` and `push`;
"manifest (one shot)" `manifest index create`, and for the other jobs one verb each, such as `get` and `copy`. "manifest (one script)" is a Lua
script on lua5.4 with the installed module and the system's libraries: the verbs of the three commands on one client. docker runs its three commands.
crane, regctl, manifest-tool and buildx have a one-step command and take the platforms from the images. oras copies each image into the target's repository
first, because its index sees no other. To verify, ours and crane read and hash every blob. Of a file of `docker save` skopeo and regctl
compress the layers anew; ours and crane send them as they are, ours after it has unpacked each and compared it with the config, which is the time that
it takes longer. Into a layout ours waits until the bytes are on the disk, which the others do not; on a disk that costs nothing it takes
less time than any of them. buildah makes a local list, adds each image and pushes.

In a script of several lists the others run one command after the other. Each tag of a mirror is an index of two images; crane and regsync are told to
take {jobs} at once, which is our default. crane, regsync, skopeo and ours with `--shallow` hold a tag for done when it has the same digest on both sides.
"manifest (one shot)" also looks whether the images are there that the index in the target names, which is 1 GET and 2 HEAD a tag more. To replace
an image of an index, regctl adds and deletes. What a row has no line for, a tool cannot do, or only by a command for each tag (regctl, oras).

Where a peer takes less time or CPU than "manifest (one shot)", this is why. oras and buildx do not hash what they copy, which is a fifth of our
CPU for large blobs. crane does not unpack the layers of `docker save`. To edit an index of 256 entries and more, ours reads and checks each
of them (digests, platforms, what is there twice), 0.02 ms an entry; oras changes one and looks at no other.

A script on lua5.4 loads the system's libcurl, which is linked with thirty libraries: that takes 6 ms more than the one file does.
`docs/architecture.md`, "What a short command costs", has the parts, and what was tried.
"""


def number(value, unit):
    if value >= 100:
        return f"{value:.0f} {unit}"
    return f"{value:.3g} {unit}" if value >= 1 else f"{value * 1000:.0f} m{unit}"


def ratio(value, reference):
    return f" ({value / reference:.1f}x)" if reference and value else ""


def row(name, cost, reference):
    if cost.failure:
        return [name, cost.failure.replace("|", "/"), "", "", "", "", ""]
    wall = number(cost.wall, "s") + ratio(cost.wall, reference and reference.wall)
    wall += f", {number(cost.low, 's')} to {number(cost.high, 's')}" if cost.runs > 1 else ""
    cpu = number(cost.cpu, "s") + ratio(cost.cpu, reference and reference.cpu)
    memory = f"{cost.memory / 1024:.1f} MiB" + ratio(cost.memory, reference and reference.memory)
    return [name, wall, str(cost.requests), str(cost.connections), cpu, memory, str(cost.runs)]


def table(head, rows):
    return "\n".join(["| " + " | ".join(line) + " |" for line in [head, ["---"] * len(head), *rows]])


def floor_row(cell):
    if not cell.floor:
        return []
    trips = cell.floor.round_trips
    time = number(trips * cell.delay / 1000, "s") if cell.delay else "-"
    return [["*floor*", f"{time} ({trips} round trips)", str(cell.floor.requests), "1", "", "", ""]]


def job_tables(results, quick):
    """One table for each main job and round trip."""
    head = ["tool", "wall time", "requests", "connections", "CPU", "peak memory", "runs"]
    title = None
    for cell in plan.main_rows(quick):
        found = {peer: cost for (job, x, peer), cost in results.items() if (job, x) == (cell.job, cell.x)}
        if not found:
            continue
        if cell.job != title:
            title = cell.job
            yield f"## {plan.TITLES[cell.job]}"
        good = {peer: cost for peer, cost in found.items() if not cost.failure}
        reference = good.get(ours.REFERENCE) or good.get(ours.Index.name) or good.get(ours.Commands.name)
        rows = [row(peer, cost, reference) for peer, cost in found.items()]
        yield f"Round trip {cell.delay:g} ms:"
        yield table(head, rows + floor_row(cell))


FIGURES = ("wall", "cpu", "memory")


def figures(cost):
    if cost.failure:
        return cost.failure.replace("|", "/")
    return f"{number(cost.wall, 's')}, {number(cost.cpu, 's')}, {cost.memory / 1024:.1f} MiB"


def ratios(cost, wall, cpu, memory):
    return ", ".join(f"{value / other:.1f}x" for value, other in ((cost.wall, wall), (cost.cpu, cpu), (cost.memory, memory)))


def comparisons(found, sizes):
    """Lines of our own rows: the figures to the least of any peer, and to those of the size before by the growth of the size.

    `found` is {(peer, size): cost} of what succeeded."""
    own = [name for name in (ours.REFERENCE, ours.Index.name) if (name, sizes[-1]) in found][:1]
    for name in [*own, *[name for name in (ours.Shallow.name,) if (name, sizes[-1]) in found]]:
        best, growth = ["-"] * len(sizes), ["-"] * len(sizes)
        for column, size in enumerate(sizes):
            cost, last = found.get((name, size)), found.get((name, sizes[column - 1])) if column else None
            others = [one for (peer, x), one in found.items() if x == size and not peer.startswith("manifest")]
            if cost and others:
                best[column] = ratios(cost, *(min(getattr(one, what) for one in others) for what in FIGURES))
            if cost and last:
                growth[column] = ratios(cost, *(getattr(last, what) * size / sizes[column - 1] for what in FIGURES))
        yield [f"*{name}, to the least of the others*", *best]
        yield [f"*{name}, growth (linear: 1.0x)*", *growth]


def growth_tables(results):
    """Time, CPU and memory side by side, one column a size."""
    delays = {row.job: row.delay for row in plan.scale_rows(False, True)}
    for job, (title, unit) in plan.GROWTH.items():
        costs = {(peer, x): cost for (which, x, peer), cost in results.items() if which == job}
        if not costs:
            continue
        sizes = sorted({x for _, x in costs})
        yield f"## {title} (round trip {delays[job]:g} ms; wall time, CPU, peak memory)"
        rows = [[peer, *[figures(costs[peer, x]) if (peer, x) in costs else "-" for x in sizes]]
                for peer in dict.fromkeys(peer for peer, _ in costs)]
        yield table(["tool", *[f"{size:g}{unit}" for size in sizes]],
                    [*rows, *comparisons({key: cost for key, cost in costs.items() if not cost.failure}, sizes)])


def single_table(about):
    found = about.get("single")
    if not found:
        return
    yield "## Start, and instructions"
    yield table(["figure", "value"], [[name, str(value)] for name, value in found.items()])


def versions(about):
    yield "## Versions"
    others = {name: text.replace("|", "/") for name, text in about["peers"].items() if not name.startswith("manifest (")}
    absent = [text for text in others.values() if text.endswith("is not installed")]
    yield table(["tool", "version"], [[name, text] for name, text in others.items() if text not in absent])
    if absent:
        yield "Not measured: " + "; ".join(absent) + "."


def markdown(results, about, quick=False):
    parts = [INTRODUCTION.format(reference=ours.REFERENCE, hopeless=plan.HOPELESS, **about).rstrip()]
    if about.get("again"):
        parts.append("Measured again since, and so not of that one run: " + "; ".join(about["again"]) + ".")
    if not quick:
        parts.append("![Time against round trip and against entries](benchmark.svg)")
    parts += [*job_tables(results, quick), *growth_tables(results), *single_table(about), WAYS.format(jobs=peers.JOBS).rstrip(), *versions(about)]
    return "\n\n".join(parts) + "\n"
