"""Portals that are started and killed without warning, web processes and all."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from app.config import ROOT
from benchmarks.served import portal_command, production
from benchmarks.wire import Gone, Wire

LONGEST_START = 60.0  # seconds


class Victims:
    """One portal after the other on the same folder and port.

    ``cold``: each by the command that production runs, which takes seconds; else by fork (see ``nursery``).
    """

    def __init__(self, folder: Path, port: int, workers: int, *, cold: bool = False) -> None:
        self.port, self.cold = port, cold
        # No scanner is needed to be killed, and production would keep reviews waiting for one.
        self._environment = production(port, folder) | {"ARF_ENVIRONMENT": "development", "ARF_SCANNER": ""}
        self._log = (folder / "server.log").open("ab")
        self._command = portal_command(port, workers)
        nursery = [sys.executable, "-m", "tests.durability.nursery", str(port), str(workers)]
        self._nursery = None if cold else self._run(nursery, subprocess.PIPE)
        self._group: int | None = None
        self._first: subprocess.Popen[bytes] | None = None

    def _run(self, command: list[str], pipe: int | None = None) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=self._environment,
            stderr=self._log,
            start_new_session=True,
            stdin=pipe,
            stdout=pipe or self._log,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        if self._nursery:
            self._nursery.kill()
            self._nursery.communicate()
        self._log.close()

    async def start(self) -> None:
        """Returns when the new portal answers. RuntimeError when it does not."""
        self._group = self._forked() if self._nursery else self._cold()
        wire, deadline = Wire(self.port), time.monotonic() + LONGEST_START
        while time.monotonic() < deadline:
            try:
                await wire.get("/health")
            except Gone:
                await asyncio.sleep(0.02)
            else:
                wire.close()
                return
        raise RuntimeError("the portal did not come back")

    def _forked(self) -> int:
        assert self._nursery
        assert self._nursery.stdin
        assert self._nursery.stdout
        self._nursery.stdin.write(b"start\n")
        self._nursery.stdin.flush()
        return int(self._nursery.stdout.readline())

    def _cold(self) -> int:
        self._first = self._run(self._command)
        return self._first.pid

    def kill(self) -> None:
        """SIGKILL to the whole group: nothing in it gets to finish anything."""
        if self._group is None:
            return
        os.killpg(self._group, signal.SIGKILL)
        if self._first:
            self._first.wait()
        while _lives(self._group):  # the port and the lock are free once the kernel has cleared up
            time.sleep(0.005)
        self._group = None


def _lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
