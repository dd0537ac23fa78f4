"""A form as a spreadsheet, on its way back in. A file in which somebody made a formula is refused with its place."""

import io
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

import openpyxl

from app.adapters.forms import (
    ANSWER_COLUMN,
    BROKEN,
    KEY_COLUMN,
    NOT_OURS,
    PLACEHOLDERS,
    Filled,
    Identity,
    NotReadable,
    checked,
    require_small,
    unescaped,
    unguarded,
    unpacked,
)
from app.adapters.spreadsheets.writing import ABOUT, CHOICES, EVIDENCE, IDENTITY_ROW

MOST_ROWS, MOST_COLUMNS = 60_000, 40


def read(source: bytes) -> Filled:
    """What a spreadsheet holds that was written by ``write`` and filled in since. Raises NotReadable.

    The file must have passed the structure check: nothing here looks for bombs or macros.
    """
    require_small(source)
    try:
        book = openpyxl.load_workbook(io.BytesIO(source), read_only=True, keep_links=False)
        try:
            return checked(_found_identity(book), _found_texts(book))
        finally:
            book.close()
    except NotReadable:
        raise
    except Exception:  # noqa: BLE001  parsers meet bytes here that nobody foresaw, and the file is refused
        raise NotReadable(BROKEN) from None


def _rows(sheet: Any) -> Iterator[Sequence[Any]]:
    return iter(sheet.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS))


def _found_identity(book: Any) -> Identity:
    if ABOUT not in book.sheetnames:
        raise NotReadable(NOT_OURS)
    for row in _rows(book[ABOUT]):
        if len(row) > 1 and row[0].value == IDENTITY_ROW:
            return unpacked(str(row[1].value or ""))
    raise NotReadable(NOT_OURS)


_CONTINUED = re.compile(r"(\S+) \((\d{1,4})\)")


def _found_texts(book: Any) -> Iterator[tuple[str, str]]:
    """Key and text of each row that carries a reference, on every sheet that has both columns."""
    for name in book.sheetnames:
        if name in (ABOUT, EVIDENCE, CHOICES):
            continue
        rows = _rows(book[name])
        head = [cell.value for cell in next(rows, ())]
        if KEY_COLUMN not in head or ANSWER_COLUMN not in head:
            raise NotReadable(_no_columns(name))
        yield from _joined(_keyed(rows, head.index(KEY_COLUMN), head.index(ANSWER_COLUMN), name))


def _keyed(rows: Iterator[Sequence[Any]], key: int, answer: int, sheet: str) -> Iterator[tuple[str, str]]:
    for row in rows:
        named = _shown(row[key].value) if len(row) > key else ""
        text = _text(row[answer], sheet) if len(row) > answer else ""
        if named:
            yield named, unguarded(text)
        elif text.strip():
            raise NotReadable(_no_key(f"{row[answer].column_letter}{row[answer].row}", sheet))


def _joined(rows: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The rows of one answer as one text, still in the order of the sheet."""
    key, pieces = "", [""]
    for named, text in rows:
        if (more := _CONTINUED.fullmatch(named)) and more[1] == key:
            pieces.append(text)
            continue
        if key:
            yield key, _whole(pieces)
        key, pieces = named, [text]
    if key:
        yield key, _whole(pieces)


def _whole(pieces: list[str]) -> str:
    text = "".join(pieces)
    return "" if text.strip() in PLACEHOLDERS else unescaped(text)


_OOXML_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def _text(cell: Any, sheet: str) -> str:
    if cell.data_type == "f":
        raise NotReadable(_formula(cell.coordinate, sheet))
    return _shown(cell.value)


def _shown(value: object) -> str:
    """A value as it would be typed: a day as 27 3 2026, a whole number without its point."""
    if isinstance(value, datetime | date):
        return f"{value.day} {value.month} {value.year}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = "" if value is None else str(value)
    return _OOXML_ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)


def _formula(place: str, sheet: str) -> str:
    return f"Cell {place} of the sheet “{sheet}” holds a formula. Type its result there as text."


def _no_columns(sheet: str) -> str:
    return (
        f"The sheet “{sheet}” has no columns called {KEY_COLUMN} and {ANSWER_COLUMN} in its first row. "
        "Put them back, or remove the sheet if it is not part of the form."
    )


def _no_key(place: str, sheet: str) -> str:
    return (
        f"Cell {place} of the sheet “{sheet}” holds a text in a row without a {KEY_COLUMN}. "
        "Move it into the row of its question."
    )
