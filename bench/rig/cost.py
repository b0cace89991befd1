"""What a command costs: wall time, CPU time, peak memory, through the launcher that measures it from outside."""
import dataclasses
import os
import signal
import subprocess
import tempfile

from . import place


@dataclasses.dataclass
class Cost:
    """Sums over a job's commands, except memory, which is the largest one's."""
    wall: float = 0.0
    cpu: float = 0.0
    memory: int = 0  # KiB
    failure: str = ""
    requests: int = 0
    connections: int = 0
    runs: int = 1
    low: float = 0.0  # wall time of the fastest and of the slowest run
    high: float = 0.0

    def add(self, other):
        self.wall += other.wall
        self.cpu += other.cpu
        self.memory = max(self.memory, other.memory)
        self.failure = self.failure or other.failure


def last_line(text):
    """The last line of a program's message; Lua's comes before a traceback."""
    lines = [line.strip() for line in text.split("stack traceback:")[0].splitlines() if line.strip()]
    return lines[-1][:200] if lines else "no message"


def stop(process):
    """Ends a process that we started, and waits for it."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def measure(command, env, timeout, cwd=None):
    """Runs one command and returns its Cost; failure holds its last message when it did not exit with 0."""
    with tempfile.NamedTemporaryFile("r") as report, tempfile.TemporaryFile("w+", errors="replace") as errors:
        process = subprocess.Popen([str(place.TOOLS / "measure"), report.name, *command], env=env, cwd=cwd,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors)
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            return Cost(wall=timeout, failure=f"gave up after {timeout:.0f} s")
        finally:
            stop(process)
        fields = report.read().split()
        if len(fields) != 4:
            return Cost(failure="could not be started")
        errors.seek(0)
        failure = "" if fields[0] == "0" else f"exit {fields[0]}: {last_line(errors.read())}"
        return Cost(wall=float(fields[1]), cpu=float(fields[2]), memory=int(fields[3]), failure=failure)


def measure_all(commands, env, timeout):
    """Runs the commands of one job in order, up to the first that fails."""
    total = Cost()
    for command in commands:
        total.add(measure(command, env, max(1.0, timeout - total.wall)))
        if total.failure:
            total.failure = f"{os.path.basename(command[0])} {' '.join(command[1:3])}: {total.failure}"
            break
    return total


def median(costs):
    """The run in the middle by wall time, so that all its figures belong together."""
    failed = [cost for cost in costs if cost.failure]
    if failed:
        return failed[0]
    good = sorted(costs, key=lambda cost: cost.wall)
    middle = good[(len(good) - 1) // 2]
    middle.runs, middle.low, middle.high = len(good), good[0].wall, good[-1].wall
    return middle
