"""The inside of a child process that reads an upload: its limits, its input, what it writes.

Kept apart from `apart`, and free of the portal's other imports, so that a child starts in a few
hundredths of a second.
"""

import os
import resource
import sys
from collections.abc import Callable
from typing import BinaryIO

from app.adapters.structure.reasons import DAMAGED, TOO_HARD, Refused

CPU_SECONDS = 2
# Anonymous memory. With the libraries' own pages, which are shared, a child stays below 200 MB.
MEMORY = 150 * 1024 * 1024
# Begins the output of `produce` that was finished: half an output, or none, is nothing.
WHOLE = b"+"

Inspect = Callable[[BinaryIO, str], None]
Work = Callable[[BinaryIO, list[str]], bytes]


def serve(inspect: Inspect) -> None:
    """A check's whole life: take the limits, read the file from standard input, write the reason."""
    _limit(CPU_SECONDS, MEMORY)
    with os.fdopen(sys.stdin.fileno(), "rb", closefd=False) as source:
        sys.stdout.write(verdict(inspect, source, sys.argv[1]))


def produce(work: Work, *, cpu_seconds: int, memory: int) -> None:
    """The same for work whose result is bytes. A file that is too hard, or surprises a parser, gives none."""
    _limit(cpu_seconds, memory)
    with os.fdopen(sys.stdin.fileno(), "rb", closefd=False) as source:
        made = _made(work, source)
    if made is not None:
        sys.stdout.buffer.write(WHOLE + made)


def verdict(inspect: Inspect, source: BinaryIO, extension: str) -> str:
    """The reason why `inspect` refuses the file, or an empty string."""
    try:
        inspect(source, extension)
    except Refused as refused:
        return refused.reason
    except (MemoryError, RecursionError):
        return TOO_HARD
    except Exception as error:  # noqa: BLE001  parsers meet bytes here that nobody foresaw, and the file is refused
        # Only the kind of error is told: its message may quote the file.
        sys.stderr.write(type(error).__name__)
        return DAMAGED
    return ""


def _made(work: Work, source: BinaryIO) -> bytes | None:
    try:
        return work(source, sys.argv[1:])
    except Exception as error:  # noqa: BLE001  as above; the parent says that the file could not be read
        sys.stderr.write(type(error).__name__)
        return None


def _limit(cpu_seconds: int, memory: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
