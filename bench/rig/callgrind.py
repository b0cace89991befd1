"""Instructions of a job by shared object, read from callgrind's profile.

Only what the module and its interpreter execute is the same from run to run, so only that is a figure to compare: TLS draws random
numbers, and how often libcurl and the kernel's wrappers run depends on how the answers arrive. The job runs over plain HTTP."""
import collections
import re
import subprocess

COMPARABLE = ("core.so", "http.so", "lua", "libcjson")

HEADER = re.compile(r"(fl|fi|fe|fn|cfn|cfi|cfl|ob|cob)=(?:\((\d+)\))?\s*(.*)")


def by_object(profile):
    """Self cost of each object: the lines of a cost, without those that follow a `calls=` line (they are inclusive)."""
    names, totals = {}, collections.Counter()
    current, inclusive = "", False
    with open(profile, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            header = HEADER.match(line)
            if header:
                kind, key, name = header.groups()
                if kind in ("ob", "cob"):
                    name = names.setdefault(key, name.strip().rsplit("/", 1)[-1]) if key else name.strip()
                    current = name if kind == "ob" else current
            elif line.startswith("calls="):
                inclusive = True
            elif line[0] in "+-*0123456789":
                if not inclusive:
                    totals[current] += int(line.split()[1])
                inclusive = False
    return totals


def count(command, environment, folder):
    """(comparable instructions, all instructions) of a command, or the reason why there are none."""
    profile = folder / "callgrind.out"
    done = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={profile}", *command], env=environment,
                          capture_output=True, text=True, timeout=300)
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        return next((line for line in lines if not line.startswith("==")), "valgrind failed"), None
    totals = by_object(profile)
    comparable = sum(cost for name, cost in totals.items() if name.startswith(COMPARABLE))
    return comparable, sum(totals.values())
