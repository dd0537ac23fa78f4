"""Runs one structure check in a process of its own, with the little memory and time that it may use.

A library written in C cannot be stopped from another thread, and a bomb that gets past every limit of
ours would take the web process with it. Here the kernel is the last limit: the child dies, the file is
refused, the portal never notices. It starts with no environment, so a flaw in a parser finds no secrets.
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

from app.adapters.structure.reasons import TOO_HARD

# Only a machine in trouble takes this long over two seconds of work.
WALL_SECONDS = 30
ROOT = Path(__file__).resolve().parents[3]

log = structlog.get_logger(__name__)
# Bounds the memory of all checks together; further uploads wait their turn.
_turns = threading.BoundedSemaphore(os.cpu_count() or 1)


class CheckBroken(RuntimeError):
    """The check itself could not run: a fault of ours, never a verdict on the file."""


def refusal(module: str, source: BinaryIO, extension: str) -> str:
    """The reason why `module` refuses `source`, or an empty string; `CheckBroken` when it cannot run."""
    command = [sys.executable, "-E", "-s", "-m", module, extension]
    with tempfile.TemporaryFile() as copy, _turns:
        source.seek(0)
        shutil.copyfileobj(source, copy)
        copy.seek(0)
        try:
            done = subprocess.run(
                command, stdin=copy, capture_output=True, cwd=ROOT, env={}, timeout=WALL_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            return TOO_HARD
    return _reading(module, done)


def _reading(module: str, done: subprocess.CompletedProcess[bytes]) -> str:
    said = done.stderr.decode("utf-8", "replace")[-2000:]
    if done.returncode > 0:
        raise CheckBroken(f"{module} ended with {done.returncode}: {said}")
    if done.returncode < 0 or said:
        log.warning("structure_check_gave_up", check=module, signal=-done.returncode, said=said)
    return TOO_HARD if done.returncode < 0 else done.stdout.decode("utf-8")
