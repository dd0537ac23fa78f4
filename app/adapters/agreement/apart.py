"""Agreement figures from a process of their own, each state of the data computed once.

Sealed scores never change, so what the figures rest on is told by which reviews are in them: the caller names that
state, and its figures are kept in memory and in a file. A process is started for each new state; it takes half a
second and happens as often as somebody seals a review and a moderator looks.
"""

import asyncio
import os
import re
import subprocess
import sys
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import structlog

from app.adapters.agreement.figures import Figures, Tables, figures_of, question
from app.adapters.press import ROOT, kept_environment

WALL_SECONDS = 60
MOST_KEPT = 64  # states, in memory and as files
_NAME = re.compile(r"[0-9a-f]{64}")

Kept = dict[str, Figures]
log = structlog.get_logger(__name__)


class NotComputed(Exception):
    """The process gave no figures; nothing was changed, and asking again may help."""


class FiguresShelf:
    """The figures of the states asked for last. One thread computes, so that who asks for the same waits for it."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Kept] = OrderedDict()  # the oldest first
        self._thread: ThreadPoolExecutor | None = None

    def known(self, state: str) -> Kept | None:
        """The figures of a state (64 hexadecimal digits) if they lie in memory; this waits for nothing."""
        return self._kept.get(state)

    async def get(self, folder: Path, state: str, tables: Tables) -> Kept:
        """The figures of a state: from memory, from ``folder``, or computed. Raises NotComputed."""
        if not _NAME.fullmatch(state):
            raise ValueError("a state is named by 64 hexadecimal digits")
        if found := self.known(state):
            return found
        if self._thread is None:
            self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="agreement")
        return await asyncio.get_running_loop().run_in_executor(
            self._thread, self._found, folder, state, tables
        )

    def _found(self, folder: Path, state: str, tables: Tables) -> Kept:
        file = folder / f"{state}.json"
        found = self.known(state) or _read(file)
        if found is None:
            made = computed(question(tables))
            found = figures_of(made)
            _write(file, made)
        self._kept[state] = found
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return found


def computed(asked: bytes) -> bytes:
    """What the process answers to ``asked``. Blocks, so call it in a thread. Raises NotComputed."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "app.adapters.agreement.computing"],
            input=asked,
            capture_output=True,
            cwd=ROOT,
            # One thread of linear algebra: the tables are small, and other work needs the cores.
            env=kept_environment(os.environ) | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            timeout=WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NotComputed(f"no figures after {WALL_SECONDS} seconds") from None
    if done.returncode != 0:
        raise NotComputed(done.stderr.decode("utf-8", "replace")[-500:])
    return done.stdout


def _read(file: Path) -> Kept | None:
    """The figures in a file; None when there is none, or it is damaged: then they are computed again."""
    try:
        return figures_of(file.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("kept_figures_unreadable", error=type(error).__name__)
        return None


def _write(file: Path, made: bytes) -> None:
    """Keep the figures, whole or not at all, and no more than MOST_KEPT files. A full disk costs time, not figures."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        new = file.with_name(f"{uuid4().hex}.new")
        new.write_bytes(made)
        new.replace(file)
        kept = sorted(file.parent.iterdir(), key=lambda one: one.stat().st_mtime)
        for old in kept[:-MOST_KEPT]:
            old.unlink(missing_ok=True)
    except OSError as error:
        log.warning("figures_not_kept", error=type(error).__name__)
