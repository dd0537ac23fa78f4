"""Has a file looked at in a process of its own: what a stranger sends is read by libraries with flaws of their own.

A file that makes the process crash, hang or grow is told nothing of: None, and whoever asked says "not verified".
"""

import asyncio
import io
from collections.abc import Sequence

import structlog

from app.adapters.structure.apart import CheckBroken, output
from app.adapters.verifying.examined import Examined, read

_MODULE = "app.adapters.verifying.child"
WALL_SECONDS = 30  # only a machine in trouble takes this long over two seconds of work
MOST_WAITING = 12  # files at once; each takes about a second of one core

log = structlog.get_logger(__name__)


class TooBusy(Exception):
    """More files wait than can be looked at in good time."""


class Looker:
    """Looks at files for one web process, a few at a time."""

    def __init__(self) -> None:
        self._waiting = 0

    async def look(self, data: bytes, keys: Sequence[tuple[str, str]]) -> Examined | None:
        """What is found in ``data``, with ``keys`` as pairs of kid and certificate; None when that failed in any way.

        Raises TooBusy.
        """
        if self._waiting >= MOST_WAITING:
            raise TooBusy
        self._waiting += 1
        try:
            return await asyncio.to_thread(looked_at, data, keys)
        finally:
            self._waiting -= 1


def looked_at(data: bytes, keys: Sequence[tuple[str, str]]) -> Examined | None:
    arguments = [part for key in keys for part in key]
    try:
        said = output(_MODULE, io.BytesIO(data), *arguments, wall_seconds=WALL_SECONDS)
        return None if said is None else read(said)
    except (CheckBroken, OSError, ValueError, KeyError, TypeError) as failure:
        log.warning("verifying failed", kind=type(failure).__name__)
        return None
