"""The Markdown of the results: one table for each job, ratios to our own row, the floor last."""
from . import ours, plan

INTRODUCTION = """# Benchmark

Written by `./dev bench` on {date}: {cores} cores ({processor}), {memory} GiB, {system}, kernel {kernel}; docker-registry {registry}
over TLS 1.3 with HTTP/2 offered, no authentication. Between each client and its registry stands a proxy that adds the round trip.

Wall time and CPU time (user and system, all processes of the job) are those of the median run by wall time; the fastest and the slowest
run stand behind it. The tools take turns, run by run, so a busy minute slows all of them; what took over ten seconds is not run
again, nor with more entries where that would take as long. Memory is the largest process's peak. Requests are counted in the registry's access log, connections at the proxy. A ratio in brackets is to the row
"{reference}" of the same table and run. Every target repository is new, and what was pushed is checked.

The proxy forwards each byte half a round trip after it arrived, in order and at any bandwidth. A TCP handshake costs one round trip, a full TLS
1.3 handshake another. The floor is the round trips that depend on one another, with one TCP and one TLS handshake a connection, times the delay.
"""

WAYS = """## Rows

"manifest (three commands)" runs `manifest create`, `annotate` and `push`; "manifest (one script)" the same verbs in one Lua script on one client;
"manifest (one shot)" `manifest index create`, and for the other jobs the verbs `get` and `copy`. docker runs its three commands.
crane, regctl, manifest-tool and buildx have a one-step command and take the platforms from the images. oras copies each image into the target's repository
first, because its index sees no other. To verify, ours and crane read and hash every blob. Of a file of `docker save` skopeo and regctl
compress the layers anew; ours and crane send them as they are, ours after it has unpacked each and compared it with the config, which is the time that
it takes longer. Into a layout ours waits until the bytes are on the disk, which the others do not; on a disk that costs nothing it takes
less time than any of them. Before it brings a small image ours asks once more, by GET, for a tag that HEAD did not find, since some registries
serve no HEAD: 3 to 5 ms. buildah makes a local list, adds each image and pushes.

A command of ours that sends one request takes more CPU than crane or regctl do: libcurl is linked with thirty libraries, and to load them is two
fifths of such a command; OpenSSL's start and handshake are another third, and Go's programs have neither to load. `docs/architecture.md`,
"What a short command costs", has the parts, and what was tried.
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


def growth_tables(results):
    """Time and memory side by side, one column a size."""
    for job in ("entries", "lists", "blobs"):
        sizes = sorted({x for which, x, _ in results if which == job})
        names = list(dict.fromkeys(peer for which, _, peer in results if which == job))
        if not sizes:
            continue
        unit = " MiB" if job == "blobs" else ""
        delay = "no delay" if job == "blobs" else "round trip 20 ms"
        yield f"## {plan.TITLES[job]} ({delay}; wall time, CPU, peak memory)"

        def figures(peer, x):
            cost = results.get((job, x, peer))
            if cost is None:
                return "-"
            if cost.failure:
                return cost.failure.replace("|", "/")
            return f"{number(cost.wall, 's')}, {number(cost.cpu, 's')}, {cost.memory / 1024:.1f} MiB"
        yield table(["tool", *[f"{size:g}{unit}" for size in sizes]],
                    [[peer, *[figures(peer, x) for x in sizes]] for peer in names])


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
    parts = [INTRODUCTION.format(reference=ours.REFERENCE, **about).rstrip()]
    if about.get("again"):
        parts.append("Measured again since, and so not of that one run: " + "; ".join(about["again"]) + ".")
    if not quick:
        parts.append("![Time against round trip and against entries](benchmark.svg)")
    parts += [*job_tables(results, quick), *growth_tables(results), *single_table(about), WAYS.rstrip(), *versions(about)]
    return "\n\n".join(parts) + "\n"
