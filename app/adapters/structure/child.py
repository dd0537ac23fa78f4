"""The inside of a structure check's own process: its limits, its input, its one line of output.

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

Inspect = Callable[[BinaryIO, str], None]


def serve(inspect: Inspect) -> None:
    """The child's whole life: take the limits, read the file from standard input, write the reason."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with os.fdopen(sys.stdin.fileno(), "rb", closefd=False) as source:
        sys.stdout.write(verdict(inspect, source, sys.argv[1]))


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
