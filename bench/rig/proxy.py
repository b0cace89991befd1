"""The delaying proxy, driven over its standard input."""
import subprocess

from . import cost, own_network, place


class Proxy:
    """A proxy in front of one registry. It ends when closed, or when this program ends."""

    def __init__(self, target):
        self.process = subprocess.Popen([str(place.TOOLS / "proxy"), target, own_network.address()], text=True, bufsize=1,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.address = f"{own_network.address()}:{int(self.process.stdout.readline())}"

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        return self.process.stdout.readline().split()

    def delay(self, milliseconds):
        """Sets the round trip of the connections to come."""
        self.ask(f"delay {milliseconds}")

    def reset(self):
        self.ask("reset")

    def stats(self):
        """Connections, open ones, bytes up and bytes down since the last reset."""
        return dict(zip(("connections", "open", "up", "down"), map(int, self.ask("stats"))))

    def close(self):
        self.process.stdin.close()
        cost.stop(self.process)
