"""A form as a spreadsheet, on its way back in. A file in which somebody made a formula is refused with its place."""

import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

import openpyxl

from app.adapters.form_texts import PLACEHOLDERS, unescaped, unguarded
from app.adapters.forms import (
    ANSWER_COLUMN,
    BROKEN,
    KEY_COLUMN,
    NOT_OURS,
    Filled,
    NotReadable,
    checked,
    require_small,
    unpacked,
)
from app.adapters.spreadsheets.cells import rows, shown, text_in
from app.adapters.spreadsheets.writing import ABOUT, CHOICES, EVIDENCE, IDENTITY_ROW

Found = TypeVar("Found")


def read(source: bytes) -> Filled:
    """What a spreadsheet holds that was written by ``write`` and filled in since. Raises NotReadable.

    The file must have passed the structure check: nothing here looks for bombs or macros.
    """
    return from_book(source, lambda book: checked(unpacked(identity_in(book, ABOUT)), _found_texts(book)))


def from_book(source: bytes, take: Callable[[Any], Found]) -> Found:
    """What ``take`` finds in the workbook. Raises NotReadable, also for whatever a parser stumbles over."""
    require_small(source)
    try:
        book = openpyxl.load_workbook(io.BytesIO(source), read_only=True, keep_links=False)
        try:
            return take(book)
        finally:
            book.close()
    except NotReadable:
        raise
    except Exception:  # noqa: BLE001  parsers meet bytes here that nobody foresaw, and the file is refused
        raise NotReadable(BROKEN) from None


def identity_in(book: Any, sheet: str) -> str:
    """The letters that say where the file belongs. Raises NotReadable when they are not there."""
    if sheet not in book.sheetnames:
        raise NotReadable(NOT_OURS)
    for row in rows(book[sheet]):
        if len(row) > 1 and row[0].value == IDENTITY_ROW:
            return str(row[1].value or "")
    raise NotReadable(NOT_OURS)


_CONTINUED = re.compile(r"(\S+) \((\d{1,4})\)")


def _found_texts(book: Any) -> Iterator[tuple[str, str]]:
    """Key and text of each row that carries a reference, on every sheet that has both columns."""
    for name in book.sheetnames:
        if name in (ABOUT, EVIDENCE, CHOICES):
            continue
        lines = rows(book[name])
        head = [cell.value for cell in next(lines, ())]
        if KEY_COLUMN not in head or ANSWER_COLUMN not in head:
            raise NotReadable(_no_columns(name))
        yield from joined(keyed(lines, head.index(KEY_COLUMN), head.index(ANSWER_COLUMN), name))


def keyed(lines: Iterable[Sequence[Any]], key: int, answer: int, sheet: str) -> Iterator[tuple[str, str]]:
    """Reference and text of each row; NotReadable for a text in a row without a reference."""
    for row in lines:
        named = shown(row[key].value) if len(row) > key else ""
        text = text_in(row[answer], sheet) if len(row) > answer else ""
        if named:
            yield named, unguarded(text)
        elif text.strip():
            raise NotReadable(_no_key(f"{row[answer].column_letter}{row[answer].row}", sheet))


def joined(rows: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
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
