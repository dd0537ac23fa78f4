"""Spreadsheets as tables: each sheet's filled cells as they show, with the numbers of their rows."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO

import openpyxl

from app.adapters.findings.package import Package
from app.adapters.reading.blocks import Block, Kind, Reading, tidied
from app.adapters.reading.child import serve
from app.adapters.reading.leaves import Named
from app.adapters.reading.leaves import read as leaves_of

MOST_ROWS, MOST_COLUMNS = 5_000, 60
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_DECIMALS = re.compile(r"0\.(0+)")


def read(source: BinaryIO) -> Reading:
    """Every sheet, hidden ones too: who opens the file can show them. Charts and pictures are counted."""
    charts = sum(1 for _ in Package(source).matching("xl/charts/chart", "xl/media/"))
    source.seek(0)
    book = openpyxl.load_workbook(source, read_only=True, data_only=True, keep_links=False)
    try:
        return leaves_of(_sheets(book), charts)
    finally:
        book.close()


def _sheets(book: Any) -> Iterator[Named]:
    for sheet in book.worksheets:
        is_hidden = sheet.sheet_state != "visible"
        yield f"{sheet.title} (hidden sheet)" if is_hidden else sheet.title, _tables(sheet)


def _tables(sheet: Any) -> Iterator[Block]:
    """The filled rows as one table, up to our own limits: the file's own word on its size is not asked."""
    rows: list[tuple[str, ...]] = []
    numbers: list[int] = []
    for number, row in enumerate(sheet.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS), 1):
        cells = tuple(shown(cell.value, getattr(cell, "number_format", "")) for cell in row)
        if any(cells):
            rows.append(cells)
            numbers.append(number)
    if rows:
        width = max(number for row in rows for number, cell in enumerate(row, 1) if cell)
        padded = tuple((row + ("",) * width)[:width] for row in rows)
        yield Block(Kind.TABLE, rows=padded, numbers=tuple(numbers))


def shown(value: object, number_format: str) -> str:
    """A cell near enough to how it looks on the screen: percentages, days, and no more decimals than there."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        has_time = value.time() != time()
        return _day(value) + (f" {value:%H:%M}" if has_time else "")
    if isinstance(value, date):
        return _day(value)
    if isinstance(value, time | timedelta):
        return str(value)
    if isinstance(value, int | float):
        return _number(value, _QUOTED.sub("", number_format or ""))
    return tidied(str(value))


def _day(value: date) -> str:
    return f"{value.day} {value:%B %Y}"


def _number(value: float, code: str) -> str:
    decimals = _DECIMALS.search(code)
    places = len(decimals[1]) if decimals else 0
    grouped = "," if "#,##" in code else ""
    if "%" in code:
        return f"{value * 100:.{places}f}%"
    if decimals or (code and "0" in code and "E" not in code.upper()):
        return f"{value:{grouped}.{places}f}"
    return f"{value:.10g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    serve({"xlsx": read})
