"""Text and CSV files."""

import codecs
import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

from app.adapters.findings import blocks
from app.adapters.findings.kinds import Passage, Piece

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DELIMITERS = ",;\t|"


def text_pieces(source: BinaryIO) -> Iterator[Piece]:
    """Each line, and what looks like a table in columns of tabs or several spaces."""
    lines = decoded(source).splitlines()
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield Passage(f"line {number}", line)
    rows = [_columns(line) for line in lines]
    yield from blocks.tables(rows, "", lambda row, column: f"line {row + 1}")


def csv_pieces(source: BinaryIO) -> Iterator[Piece]:
    """Each cell with its row and column, and the tables they make."""
    text = decoded(source)
    csv.field_size_limit(16 * 1024 * 1024)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text)))
    heads = rows[0] if rows else []

    def place(row: int, column: int) -> str:
        return f"row {row + 1}, column {column + 1}"

    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            yield Passage(place(number, column), cell, heads[column] if column < len(heads) else "")
    yield from blocks.tables(rows, "", place)


def _columns(line: str) -> list[str]:
    """A line cut at tabs or runs of spaces; a line of words stays one cell."""
    marked = line.replace("\t", "    ").strip("| ")
    parts = marked.split("|") if marked.count("|") > 1 else marked.split("  ")
    return [part.strip() for part in parts if part.strip()] or [""]


def delimiter_of(text: str) -> str:
    """The character that parts the cells of a CSV file, by its first lines."""
    beginning = "\n".join(text.split("\n", 20)[:20])
    return max(_DELIMITERS, key=beginning.count)


def decoded(source: BinaryIO) -> str:
    """The text of a file by its byte order mark, as UTF-8, or as Windows wrote it."""
    source.seek(0)
    data = source.read()
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data.decode(encoding)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
