"""Runs work on an uploaded file in a process of its own, with the little memory and time that it may use.

A library written in C cannot be stopped from another thread, and a bomb that gets past every limit of
ours would take the web process with it. Here the kernel is the last limit: the child dies, the file is
refused or said to be unread, the portal never notices. It starts with no environment, so a flaw in a parser
finds no secrets.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import BinaryIO

import structlog

from app.adapters.structure.child import WHOLE
from app.adapters.structure.reasons import TOO_HARD

# Only a machine in trouble takes this long over two seconds of work.
WALL_SECONDS = 30
ROOT = Path(__file__).resolve().parents[3]

log = structlog.get_logger(__name__)
# Bounds the memory of all children together; further uploads wait their turn.
_turns = threading.BoundedSemaphore(os.cpu_count() or 1)


class CheckBroken(RuntimeError):
    """The child itself could not run: a fault of ours, never a verdict on the file."""


def refusal(module: str, source: BinaryIO, extension: str) -> str:
    """The reason why `module` refuses `source`, or an empty string; `CheckBroken` when it cannot run."""
    done = _run(module, source, [extension], WALL_SECONDS)
    return TOO_HARD if done is None else _reading(module, done)


def output(module: str, source: BinaryIO, *arguments: str, wall_seconds: int = WALL_SECONDS) -> bytes | None:
    """What `module` makes of `source`; None when it gave up or was stopped; `CheckBroken` when it cannot run.

    The other end is `child.produce`: only output that it marks as whole counts.
    """
    done = _run(module, source, list(arguments), wall_seconds)
    made = None if done is None else _ended(module, done)
    return made[1:] if made and made.startswith(WHOLE) else None


def _run(
    module: str, source: BinaryIO, arguments: list[str], wall_seconds: int
) -> subprocess.CompletedProcess[bytes] | None:
    """The child's end, or None when it took too long by the clock on the wall."""
    command = [sys.executable, "-E", "-s", "-m", module, *arguments]
    with tempfile.TemporaryFile() as copy, _turns:
        source.seek(0)
        shutil.copyfileobj(source, copy)
        copy.seek(0)
        try:
            return subprocess.run(
                command, stdin=copy, capture_output=True, cwd=ROOT, env={}, timeout=wall_seconds, check=False
            )
        except subprocess.TimeoutExpired:
            log.warning("child_took_too_long", module=module)
            return None


def _reading(module: str, done: subprocess.CompletedProcess[bytes]) -> str:
    said = _ended(module, done)
    return TOO_HARD if said is None else said.decode("utf-8")


def _ended(module: str, done: subprocess.CompletedProcess[bytes]) -> bytes | None:
    """What the child wrote, or None when the kernel stopped it."""
    said = done.stderr.decode("utf-8", "replace")[-2000:]
    if done.returncode > 0:
        raise CheckBroken(f"{module} ended with {done.returncode}: {said}")
    if done.returncode < 0 or said:
        log.warning("child_gave_up", module=module, signal=-done.returncode, said=said)
    return None if done.returncode < 0 else done.stdout
