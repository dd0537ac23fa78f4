"""The reading of a text or table, in its own process: one file from standard input, its blocks as JSON.

Each kind of file has a module of its own to be run, so that no child loads a parser that it does not need.
"""

from collections.abc import Callable, Mapping
from typing import BinaryIO

from app.adapters.reading.blocks import Reading, packed
from app.adapters.structure.child import produce

CPU_SECONDS = 12
MEMORY = 400 * 1024 * 1024

Readers = Mapping[str, Callable[[BinaryIO], Reading]]


def serve(readers: Readers) -> None:
    """A child's whole life: read the file by its extension, and write what it holds."""

    def work(source: BinaryIO, arguments: list[str]) -> bytes:
        return packed(readers[arguments[0]](source))

    produce(work, cpu_seconds=CPU_SECONDS, memory=MEMORY)
