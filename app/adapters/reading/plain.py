"""Text and CSV files as blocks."""

import csv
import io
import itertools
import re
from collections.abc import Iterator
from typing import BinaryIO

from app.adapters.findings.plain import decoded, delimiter_of
from app.adapters.reading.blocks import Block, Kind, Reading, tidied
from app.adapters.reading.child import serve
from app.adapters.reading.leaves import read as leaves_of

MOST_ROWS, MOST_COLUMNS = 5_000, 60
_EMPTY_LINE = re.compile(r"\n\s*\n")


def text(source: BinaryIO) -> Reading:
    """Paragraphs, as empty lines part them."""
    paragraphs = map(tidied, _EMPTY_LINE.split(decoded(source).replace("\r\n", "\n")))
    return leaves_of([("", (Block(Kind.PARAGRAPH, one) for one in paragraphs if one))])


def table(source: BinaryIO) -> Reading:
    """The filled rows of a CSV file as one table, each with its number."""
    return leaves_of([("", _rows(decoded(source)))])


def _rows(said: str) -> Iterator[Block]:
    lines = csv.reader(io.StringIO(said, newline=""), delimiter=delimiter_of(said))
    numbered = enumerate(itertools.islice(lines, MOST_ROWS), 1)
    kept = [(number, tuple(map(tidied, row[:MOST_COLUMNS]))) for number, row in numbered if any(row)]
    if kept:
        width = max(len(row) for _, row in kept)
        rows = tuple(row + ("",) * (width - len(row)) for _, row in kept)
        yield Block(Kind.TABLE, rows=rows, numbers=tuple(number for number, _ in kept))


if __name__ == "__main__":
    serve({"csv": table, "txt": text})
