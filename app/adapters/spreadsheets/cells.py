"""Cells on their way out and in: how they look, what no program may run, and what stands in them when they return."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from xlsxwriter.format import Format  # type: ignore[import-untyped]
from xlsxwriter.workbook import Workbook  # type: ignore[import-untyped]

from app.adapters.form_texts import escaped, guarded
from app.adapters.forms import NotReadable

MOST_ROWS, MOST_COLUMNS = 60_000, 40
# Excel's limit is 32,767 units of UTF-16.
LONGEST_CELL = 30_000
# No cell is ever a formula, a number or a link that we did not mean.
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


@dataclass(frozen=True)
class Looks:
    """How cells look. Answers are text to every program, whatever is typed, and are not locked."""

    head: Format
    told: Format
    answer: Format
    title: Format
    quiet: Format

    @classmethod
    def of(cls, book: Workbook) -> "Looks":
        plain = {"font_name": "Arial", "font_size": 11, "text_wrap": True, "valign": "top"}
        return cls(
            head=book.add_format({**plain, "bold": True, "bg_color": "#D8DDE0", "border": 1}),
            told=book.add_format({**plain, "border": 1, "border_color": "#AEB7BD"}),
            answer=book.add_format(
                {**plain, "border": 1, "num_format": "@", "locked": False, "bg_color": "#FFF9C4"}
            ),
            quiet=book.add_format({"font_name": "Arial", "font_size": 8, "font_color": "#4C6272"}),
            title=book.add_format({**plain, "bold": True, "font_size": 16, "text_wrap": False}),
        )


def cell(text: str) -> str:
    """The text as a cell that comes back as it went and that no program runs."""
    return guarded(escaped(text))


def pieces(text: str) -> Iterator[str]:
    """The text in pieces that a cell holds; one piece when it is empty."""
    at = 0
    while at == 0 or at < len(text):
        piece = text[at : at + LONGEST_CELL]
        while len(piece.encode("utf-16-le", "surrogatepass")) > 2 * LONGEST_CELL:
            piece = piece[: len(piece) - max(1, len(piece) // 20)]
        yield piece
        at += len(piece) or 1


def rows(sheet: Any) -> Iterator[Sequence[Any]]:
    return iter(sheet.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS))


def text_in(cell: Any, sheet: str) -> str:
    """What a cell says, as it would be typed. Raises NotReadable, with the place, for a formula."""
    if cell.data_type == "f":
        raise NotReadable(_formula(cell.coordinate, sheet))
    return shown(cell.value)


_OOXML_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


def shown(value: object) -> str:
    """A value as it would be typed: a day as 27 3 2026, a whole number without its point."""
    if isinstance(value, datetime | date):
        return f"{value.day} {value.month} {value.year}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = "" if value is None else str(value)
    return _OOXML_ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)


def _formula(place: str, sheet: str) -> str:
    return f"Cell {place} of the sheet “{sheet}” holds a formula. Type its result there as text."
