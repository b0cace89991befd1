"""What a reader must know of the machine, and nothing that names it or where it stands."""
import datetime
import os
import platform
import subprocess


def memory():
    with open("/proc/meminfo", encoding="ascii") as lines:
        kib = int(next(line for line in lines if line.startswith("MemTotal")).split()[1])
    return round(kib / 1024 / 1024)


def processor():
    """The model as the kernel names it."""
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def system():
    with open("/etc/os-release", encoding="utf-8") as lines:
        return next((line.split("=", 1)[1].strip().strip('"') for line in lines if line.startswith("PRETTY_NAME")), "Linux")


def registry_version():
    done = subprocess.run(["docker-registry", "--version"], capture_output=True, text=True)
    return done.stdout.split()[-1] if done.stdout else "unknown"


def describe(peers):
    return {
        "date": datetime.date.today().isoformat(),
        "cores": os.cpu_count(),
        "processor": processor(),
        "memory": memory(),
        "kernel": platform.release().split("-")[0],
        "system": system(),
        "registry": registry_version(),
        "peers": {peer.name: peer.absent() or peer.version() for peer in peers},
    }
