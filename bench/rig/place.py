"""Where things are, and the programs the rig builds for itself before anything is measured."""
import os
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
BENCH = ROOT / "bench"
BUILD = ROOT / "build"
INSTALLED = BUILD / "bench-installed"
PROGRAM = ROOT / "build-program/bin/manifest"
TOOLS = BUILD / "bench-tools"
PEERS = BUILD / "peers"
RESULTS = BUILD / "bench-results.json"

INSTALLER = ROOT / "tools/peers"
GO_PEERS = ("crane", "regctl", "regsync", "oras", "buildx")
INSTALL_SECONDS = 1800

C_FLAGS = ["-std=c11", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra"]
C_TOOLS = {"proxy": ["proxy.c", "flow.c", "heap.c"], "measure": ["measure.c"]}


def build_tools():
    """Compiles the proxy and the launcher when their sources are newer."""
    TOOLS.mkdir(parents=True, exist_ok=True)
    newest = max(path.stat().st_mtime for path in (BENCH / "tool").iterdir())
    for name, sources in C_TOOLS.items():
        program = TOOLS / name
        if program.exists() and program.stat().st_mtime >= newest:
            continue
        files = [str(BENCH / "tool" / source) for source in sources]
        subprocess.run([os.environ.get("CC", "cc"), *C_FLAGS, "-o", str(program), *files], check=True)


def install_ours():
    """What is measured is what a user installs, not the work tree: the module, and the command as one file."""
    shutil.rmtree(INSTALLED, ignore_errors=True)
    subprocess.run(["cmake", "--install", str(BUILD), "--prefix", str(INSTALLED)], check=True, capture_output=True)
    subprocess.run([ROOT / "tools/program"], check=True, stdout=subprocess.DEVNULL)


def install_peers(log, is_wanted):
    """Installs the Go peers that are missing; one that cannot be installed stays absent, and the documents say so."""
    for name in filter(is_wanted, GO_PEERS):
        log(f"{INSTALLER.name}: {name}")
        done = subprocess.run([INSTALLER, str(INSTALL_SECONDS), name], capture_output=True, text=True)
        if done.returncode:
            log(f"  {done.stderr.strip()}")


def pinned(name):
    """The version of a peer that is installed here, as vX.Y.Z; None for a program of the machine."""
    listed = subprocess.run([INSTALLER, "--list"], capture_output=True, text=True, check=True).stdout
    packages = dict(line.split() for line in listed.splitlines())
    version = packages.get(name, "").rpartition("@")[2]
    return version if (PEERS / f"{name}@{version}").exists() else None


def program(name):
    """The path of a peer: ours first, then the PATH; None when it is absent."""
    version = pinned(name)
    return str(PEERS / f"{name}@{version}") if version else shutil.which(name)
