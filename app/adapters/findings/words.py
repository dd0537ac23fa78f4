"""The words of a file and nothing else, in its own process: read from standard input, written as text."""

from collections.abc import Iterator
from typing import BinaryIO

from app.adapters.findings.kinds import LONGEST_WORDS, Passage
from app.adapters.findings.searching import CPU_SECONDS, MEMORY, READERS
from app.adapters.structure.child import produce


def words(source: BinaryIO, arguments: list[str]) -> bytes:
    """The text, a passage a line, cut at LONGEST_WORDS characters and one more that tells of it."""
    found: list[str] = []
    length = 0
    for line in _lines(source, arguments[0]):
        found.append(line)
        length += len(line) + 1
        if length > LONGEST_WORDS + 1:
            break
    return "\n".join(found)[: LONGEST_WORDS + 1].encode("utf-8", "replace")


def _lines(source: BinaryIO, extension: str) -> Iterator[str]:
    """Passages alone: each reader gives the cells of its tables as passages too."""
    return (piece.text for piece in READERS[extension](source) if isinstance(piece, Passage))


if __name__ == "__main__":
    produce(words, cpu_seconds=CPU_SECONDS, memory=MEMORY)
