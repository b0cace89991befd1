"""Where things are, and the programs the rig builds for itself before anything is measured."""
import os
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
BENCH = ROOT / "bench"
BUILD = ROOT / "build"
TOOLS = BUILD / "bench-tools"
PEERS = BUILD / "bench-peers"
RESULTS = BUILD / "bench-results.json"

# Pinned, so that a table can be compared with the next one.
GO_PEERS = {
    "crane": "github.com/google/go-containerregistry/cmd/crane@v0.22.1",
    "regctl": "github.com/regclient/regclient/cmd/regctl@v0.11.7",
    "oras": "oras.land/oras/cmd/oras@v1.3.6",
    "buildx": "github.com/docker/buildx/cmd/buildx@v0.38.2",
}

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


def install_peers(log):
    """Installs the Go peers that are missing; one that cannot be installed stays absent and becomes a row that says so."""
    if not shutil.which("go"):
        return
    (PEERS / "bin").mkdir(parents=True, exist_ok=True)
    settings = {"GOBIN": str(PEERS / "bin"), "GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "local"}
    for name, package in GO_PEERS.items():
        if (PEERS / "bin" / name).exists():
            continue
        log(f"go install {package}")
        done = subprocess.run(["go", "install", "-p", "2", package], env={**os.environ, **settings},
                              capture_output=True, text=True, timeout=1800)
        if done.returncode:
            log(f"  {name} stays absent: {done.stderr.strip().splitlines()[-1:]}")


def program(name):
    """The path of a peer: ours first, then the PATH; None when it is absent."""
    own = PEERS / "bin" / name
    return str(own) if own.exists() else shutil.which(name)
