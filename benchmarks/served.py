"""Servers as production starts them, each in a process group of its own that ends with the run."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from app.config import ROOT

TICKS = os.sysconf("SC_CLK_TCK")
LONGEST_START = 120.0  # seconds
STARTED = b"Application startup complete"  # what the server says of each web process


@dataclass(frozen=True)
class Memory:
    """Of one process, MB. PSS counts a page shared by n processes as 1/n."""

    what: str
    rss: float
    pss: float


@dataclass(frozen=True)
class Served:
    """A running server: its first process and the port it listens on."""

    pid: int
    port: int

    @property
    def workers(self) -> list[int]:
        """The web processes. The first process serves itself when there is only one."""
        return [pid for pid in children(self.pid) if b"spawn_main" in _command(pid)] or [self.pid]

    def cpu_seconds(self) -> float:
        """User and system time of all web processes since they started."""
        return sum(cpu_seconds(pid) for pid in self.workers)

    def memory(self) -> list[Memory]:
        workers = self.workers
        first = [] if workers == [self.pid] else [memory(self.pid, "first process")]
        return [*first, *(memory(pid, f"web process {n}") for n, pid in enumerate(workers, 1))]


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _command(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def cpu_seconds(pid: int) -> float:
    """User and system time of one process; the kernel counts in steps of 10 ms."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory(pid: int, what: str) -> Memory:
    sizes = dict(
        line.split(":", 1) for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    )
    rss, pss = (int(sizes[name].split()[0]) / 1024 for name in ("Rss", "Pss"))
    return Memory(what, rss, pss)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def portal_command(port: int, workers: int) -> list[str]:
    """The very command that production runs."""
    return [sys.executable, "-m", "app.cli", "serve", "--port", str(port), "--workers", str(workers)]


def factory_command(factory: str, port: int, workers: int) -> list[str]:
    """Another application with the settings of ``portal serve``."""
    server = [sys.executable, "-m", "uvicorn", factory, "--factory", "--no-access-log", "--no-server-header"]
    return [*server, "--port", str(port), "--workers", str(workers), "--timeout-graceful-shutdown", "10"]


def production(port: int, folder: Path) -> dict[str, str]:
    """The environment of a portal in production, whatever is set around it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ARF_")}
    return kept | {
        "ARF_ENVIRONMENT": "production",
        "ARF_BASE_URL": f"http://127.0.0.1:{port}",
        "ARF_DECISION_QUORUM": "1",  # one person plays the Assembly here; quorums have tests of their own
        "ARF_SCANNER": "tcp://127.0.0.1:1",  # nobody answers there: what is measured uploads no file
        "ARF_DATA_DIR": str(folder),
    }


@contextmanager
def served(command: Sequence[str], port: int, environment: dict[str, str], workers: int) -> Iterator[Served]:
    """Run the command while the block runs; the block begins when as many web processes as asked for serve."""
    with TemporaryFile() as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, start_new_session=True, stdout=log, stderr=log
        )
        try:
            _wait_for(workers, process, log)
            yield Served(process.pid, port)
        finally:
            _end(process)


def _wait_for(workers: int, process: subprocess.Popen[bytes], log: IO[bytes]) -> None:
    """RuntimeError with what the server said, when they are not there in time."""
    deadline = time.monotonic() + LONGEST_START
    said = b""
    while process.poll() is None and time.monotonic() < deadline:
        said = os.pread(log.fileno(), 1_000_000, 0)
        if said.count(STARTED) >= workers:
            return
        time.sleep(0.05)
    raise RuntimeError(f"the server did not start: {said.decode(errors='replace')}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """In good order first; what is left of the group after 15 seconds is killed."""
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
