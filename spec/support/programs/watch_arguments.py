"""Looks at the arguments of all that its parent has started, again and again, and prints those that hold a given word.

usage: watch_arguments.py WORD   (ends on a signal)
Other processes of the machine are left alone, so runs of the specs side by side do not see each other. A line that sets
variables for a program (env HTTPS_PROXY=...) belongs to the specs and is left out."""
import os
import sys
import time


def read(pid, name):
    """A file of a process; nothing when the process is gone."""
    try:
        with open("/proc/%d/%s" % (pid, name), "rb") as file:
            return file.read()
    except OSError:
        return b""


def parent_of(pid):
    """The parent's id follows the state, behind a name that may hold anything."""
    fields = read(pid, "stat").rpartition(b")")[2].split()
    return int(fields[1]) if len(fields) > 1 else 0


def descendants(root):
    children = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            children.setdefault(parent_of(int(name)), []).append(int(name))
    found = []
    waiting = [root]
    while waiting:
        below = children.get(waiting.pop(), [])
        found += below
        waiting += below
    return found


def main():
    word, root = sys.argv[1].encode(), os.getppid()
    seen = set()
    print("watching", flush=True)
    while True:
        for pid in descendants(root):
            arguments = read(pid, "cmdline") if pid != os.getpid() else b""
            if word in arguments and b"HTTPS_PROXY=" not in arguments and arguments not in seen:
                seen.add(arguments)
                print(arguments.replace(b"\0", b" ").decode("utf-8", "replace"), flush=True)
        time.sleep(0.002)


main()
