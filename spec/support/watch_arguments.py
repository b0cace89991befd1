"""Looks at the arguments of all processes, again and again, and prints those that hold a given word.

usage: watch_arguments.py WORD   (ends with its standard output's reader, or on a signal)
A line that sets variables for a program (env HTTPS_PROXY=...) belongs to the specs and is left out."""
import glob
import os
import sys
import time


def main():
    word = sys.argv[1].encode()
    own = str(os.getpid())
    seen = set()
    print("watching", flush=True)
    while True:
        for path in glob.glob("/proc/[0-9]*/cmdline"):
            if path.split("/")[2] == own:
                continue
            try:
                with open(path, "rb") as file:
                    arguments = file.read()
            except OSError:
                continue
            if word in arguments and b"HTTPS_PROXY=" not in arguments and arguments not in seen:
                seen.add(arguments)
                print(arguments.replace(b"\0", b" ").decode("utf-8", "replace"), flush=True)
        time.sleep(0.002)


main()
