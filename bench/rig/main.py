"""The order of a whole run: tools, peers, cells, then the documents."""
import argparse
import json
import os
import signal
import sys

from . import check, cost, machine, ours, own_network, peers, place, plan, plot, report, single, world

PATIENCE = 10


def log(text):
    print(text, file=sys.stderr, flush=True)


def options(arguments):
    parser = argparse.ArgumentParser(prog="bench/run", description="Measures the module against its peers.")
    parser.add_argument("--quick", action="store_true", help="few cells, one run each; documents are not replaced")
    parser.add_argument("--long", action="store_true", help="also a blob of 4 GiB, and 1.5 GiB at 20 ms: 10 minutes more")
    parser.add_argument("--runs", type=int, help="runs of each cell instead of the plan's")
    parser.add_argument("--peers", help="comma list of programs, as docker,crane; ours is manifest")
    parser.add_argument("--jobs", help="comma list: " + ", ".join([*plan.TITLES, *plan.GROWTH, "single"]))
    parser.add_argument("--no-scale", action="store_true", help="without the rows that grow")
    parser.add_argument("--patience", type=float, default=PATIENCE, help="seconds after which a cell is not repeated")
    parser.add_argument("--scratch", help="folder for the registries' storage: 8 GiB, with --long 15")
    parser.add_argument("--check", action="store_true", help="check the proxy and nothing else")
    parser.add_argument("--render", action="store_true", help="write the documents from the kept figures")
    return parser.parse_args(arguments)


def wanted(names, name):
    return not names or name in names.split(",")


class Results(dict):
    """Figures by (job, x, row name), kept as JSON so that a part can be measured again; `about` is what the run was of."""

    def __init__(self):
        super().__init__()
        self.about = {}

    def load(self):
        if place.RESULTS.exists():
            kept = json.loads(place.RESULTS.read_text())
            self.about = kept["about"]
            for row in kept["rows"]:
                key = row.pop("job"), row.pop("x"), row.pop("peer")
                self[key] = cost.Cost(**row)
        return self

    def save(self):
        rows = [{"job": job, "x": x, "peer": peer, **vars(value)} for (job, x, peer), value in self.items()]
        place.RESULTS.write_text(json.dumps({"about": self.about, "rows": rows}, indent=1) + "\n")


def measure_row(results, stage, row, everyone, runs):
    """One run of each peer after the other, as many times as the row says: a busy minute slows all of them. What took
    longer than the patience, or failed, is not run again."""
    prepare = row.make(stage)
    costs = {peer: [] for peer in everyone}
    for _ in range(runs or row.runs):
        for peer, spent in costs.items():
            if sum(one.wall for one in spent) < stage.patience and not any(one.failure for one in spent):
                os.sync()  # what the run before left for the disk to write is not this one's to wait for
                found = stage.once(peer, prepare, row)
                spent += [found] if found else []
    for peer, spent in costs.items():
        key = row.job, row.x, peer.name
        results.pop(key, None)
        if not spent:
            continue
        found = results[key] = cost.median(spent)
        log(f"{row.job:8} {row.x:6g} {peer.name:26} " + (found.failure or
            f"{found.wall:8.3f} s {found.cpu:7.3f} s CPU {found.memory / 1024:7.1f} MiB {found.requests:5} requests "
            f"{found.connections:5} connections"))


def too_slow(results, row, peer):
    """Whether a peer's last smaller row leaves no hope for this one. Ours is always measured."""
    if row.job not in plan.GROWTH or isinstance(peer, ours.Ours):
        return False
    before = [(x, value) for (job, x, name), value in results.items() if job == row.job and name == peer.name and x < row.x]
    if not before:
        return False
    x, value = max(before, key=lambda pair: pair[0])
    return bool(value.failure) or value.wall * row.x / x > plan.HOPELESS


def keep(results, arguments):
    """A quick run's figures would spoil the ones the documents are made of."""
    if not arguments.quick:
        results.save()


def is_part(arguments):
    """Whether this run measures a part, and the rest of what is kept stays."""
    return bool(arguments.jobs or arguments.peers or arguments.no_scale) and not arguments.quick


def describe(results, everyone, arguments):
    """What the documents say of the run. A part leaves what it does not measure, and is named with its date."""
    now, before = machine.describe(everyone), results.about
    if before:
        part = f"{arguments.jobs or 'all jobs'} of {arguments.peers or 'all tools'}, {now['date']}"
        now["again"] = [*before.get("again", []), part]
        now["date"], now["peers"] = before["date"], {**before["peers"], **now["peers"]}
        now["single"] = before.get("single")
    results.about = now


def measure(arguments, results):
    rows = plan.main_rows(arguments.quick, arguments.long)
    rows += [] if arguments.no_scale else plan.scale_rows(arguments.quick, arguments.long)
    rows = [row for row in rows if wanted(arguments.jobs, row.job)]
    with world.World(arguments.scratch, patience=arguments.patience) as stage:
        everyone = [make(stage.folder, stage.authority) for make in [*ours.ALL, *peers.ALL]]
        stage.ours = next(peer for peer in everyone if isinstance(peer, ours.Index))
        everyone = [peer for peer in everyone if wanted(arguments.peers, peer.program)]
        describe(results, everyone, arguments)
        everyone = [peer for peer in everyone if not peer.absent()]
        for peer in {*everyone, stage.ours}:
            peer.trust([gate.address for gate in stage.proxies])
        for row in rows:
            present = [peer for peer in everyone if not too_slow(results, row, peer)]
            measure_row(results, stage, row, present, arguments.runs)
            keep(results, arguments)
        if wanted(arguments.jobs, "single"):
            results.about["single"] = single.measure(stage, log, arguments.quick)
        keep(results, arguments)


def main(arguments):
    arguments = options(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    results = Results().load() if arguments.render or is_part(arguments) else Results()
    if not arguments.render:
        place.build_tools()
        if not arguments.check:
            place.install_ours()
            place.install_peers(log, lambda name: wanted(arguments.peers, name))
        own_network.enter()
        if arguments.check:
            return check.run()
        measure(arguments, results)
    if arguments.quick:
        print(report.markdown(results, results.about, quick=True))
        return 0
    docs = place.ROOT / "docs"
    docs.mkdir(exist_ok=True)
    (docs / "benchmark.svg").write_text(plot.svg(results))
    (docs / "benchmark.md").write_text(report.markdown(results, results.about))
    log("written: docs/benchmark.md, docs/benchmark.svg")
    return 0
