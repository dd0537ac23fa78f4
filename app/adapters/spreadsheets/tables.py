"""A plain table as an Excel workbook. No cell is ever a formula or a link."""

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

import xlsxwriter  # type: ignore[import-untyped]

_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_NO_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)  # of the real clock, two files of one request would differ


def table(name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """``rows`` under ``columns`` on one sheet called ``name`` (31 characters at most); its first row stays in view."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, _OPTIONS) as book:
        # What a program writes of itself would tell when and with what: every workbook says the same.
        book.set_properties({"title": name, "author": "", "created": _NO_MOMENT})
        head, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, columns, head)
        sheet.freeze_panes(1, 0)
        number = 0
        for number, row in enumerate(rows, start=1):
            for place, value in enumerate(row):
                _write(sheet, number, place, value, day)
        sheet.autofilter(0, 0, max(number, 1), len(columns) - 1)
        sheet.autofit()
    return out.getvalue()


def _write(sheet: object, row: int, place: int, value: object, day: object) -> None:
    if isinstance(value, date):
        sheet.write_datetime(row, place, value, day)  # type: ignore[attr-defined]
    elif isinstance(value, int | float):
        sheet.write_number(row, place, value)  # type: ignore[attr-defined]
    else:
        sheet.write_string(row, place, "" if value is None else str(value))  # type: ignore[attr-defined]
