"""A network namespace of the run's own: no listener of it can be reached from outside, and no peer can reach out.

It also gives the registries an address that is not a loopback one. docker and buildx speak plain HTTP to every loopback address
whatever its port offers, and crane tries both schemes, so with one of those nothing over TLS could be compared."""
import fcntl
import os
import shutil
import socket
import struct
import subprocess
import sys

FLAG = "MANIFEST_BENCH_NETWORK"
ADDRESS = "198.51.100.1"  # reserved for documentation
FALLBACK = "127.0.0.2"  # without a namespace; docker's and buildx's rows fail then

SIOCSIFADDR, SIOCSIFFLAGS, IFF_UP = 0x8916, 0x8914, 1


def unshare():
    """The command that gives a namespace, or None where the machine does not allow one."""
    if not shutil.which("unshare"):
        return None
    command = ["unshare", "--net"] + ([] if os.geteuid() == 0 else ["--user", "--map-root-user"])
    return command if subprocess.run([*command, "true"], capture_output=True).returncode == 0 else None


def enter():
    """Starts this program again inside a namespace; comes back inside it, or where there can be none."""
    command = None if os.environ.get(FLAG) else unshare()
    if command:
        os.environ[FLAG] = "yes"
        os.execvp(command[0], [*command, sys.executable, *sys.argv])
    if os.environ.get(FLAG):
        raise_interface("lo", "127.0.0.1")
        raise_interface("lo:1", ADDRESS)


def raise_interface(name, address):
    label = name.encode()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        where = struct.pack("16sHH4s8x", label, socket.AF_INET, 0, socket.inet_aton(address))
        fcntl.ioctl(control, SIOCSIFADDR, where)
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh14x", label, IFF_UP))


def address():
    return ADDRESS if os.environ.get(FLAG) else FALLBACK
