"""The search itself, in its own process: reads one file from standard input and writes what it found as JSON."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import BinaryIO

from app.adapters.findings import pdf_pages, pictures, plain, sheets, slides, word
from app.adapters.findings.counts import small_counts
from app.adapters.findings.kinds import Finding, Passage, Piece, bounded
from app.adapters.findings.personal import personal
from app.adapters.structure.child import produce

# A thousand pages, or half a million cells, take less.
CPU_SECONDS = 12
MEMORY = 400 * 1024 * 1024

READERS: Mapping[str, Callable[[BinaryIO], Iterator[Piece]]] = {
    "docx": word.pieces,
    "xlsx": sheets.pieces,
    "pptx": slides.pieces,
    "pdf": pdf_pages.pieces,
    "png": pictures.pieces,
    "jpg": pictures.pieces,
    "csv": plain.csv_pieces,
    "txt": plain.text_pieces,
}


def findings(source: BinaryIO, extension: str) -> list[Finding]:
    """What the file holds that should not be sent, each thing once, kind by kind."""
    return bounded(each for piece in READERS[extension](source) for each in _judged(piece))


def _judged(piece: Piece) -> Iterable[Finding]:
    if isinstance(piece, Finding):
        return (piece,)
    if isinstance(piece, Passage):
        return personal(piece.text, piece.place, piece.label)
    return small_counts(piece)


def search(source: BinaryIO, arguments: list[str]) -> bytes:
    """What the parent process asks for: the findings as JSON."""
    return json.dumps([asdict(one) for one in findings(source, arguments[0])]).encode()


if __name__ == "__main__":
    produce(search, cpu_seconds=CPU_SECONDS, memory=MEMORY)
