"""Runs a program on a terminal of its own and types at it.

usage: terminal.py STEPS.json PROGRAM [ARG...]
STEPS is a list of [text to wait for, text to type] or [text to wait for, null, signal name]. Prints one JSON object: what
the terminal showed, the exit status (128+n after a signal), and whether the terminal echoes at the end and did while it
was waited for each text."""
import json
import os
import pty
import select
import signal
import sys
import termios
import time


def echoes(terminal):
    return bool(termios.tcgetattr(terminal)[3] & termios.ECHO)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        steps = json.load(file)
    master, slave = pty.openpty()
    child = os.fork()
    if child == 0:
        os.setsid()
        os.close(master)
        for descriptor in (0, 1, 2):
            os.dup2(slave, descriptor)
        import fcntl
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        os.execvp(sys.argv[2], sys.argv[2:])
    shown, seen, during = b"", 0, []
    deadline = time.monotonic() + 60
    status = None
    while time.monotonic() < deadline:
        if select.select([master], [], [], 0.02)[0]:
            shown += os.read(master, 65536)
        elif status is not None:
            break
        if steps and shown.find(steps[0][0].encode(), seen) >= 0:
            seen = shown.find(steps[0][0].encode(), seen) + len(steps[0][0])
            during.append(echoes(slave))
            step = steps.pop(0)
            if len(step) > 2:
                os.kill(child, getattr(signal, step[2]))
            else:
                os.write(master, step[1].encode())
        if status is None:
            ended, status = os.waitpid(child, os.WNOHANG)
            status = status if ended else None
    if status is None:
        os.kill(child, signal.SIGKILL)
        status = os.waitpid(child, 0)[1]
    code = os.waitstatus_to_exitcode(status)
    print(json.dumps({"shown": shown.decode("utf-8", "replace"), "status": code if code >= 0 else 128 - code,
                      "echo": echoes(slave), "during": during}))


main()
