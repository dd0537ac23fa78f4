"""Tables as attachments that no spreadsheet program runs."""

import csv
import io
from collections.abc import Iterable, Sequence

from fastapi import Response

from app.adapters.spreadsheets.tables import table

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(value: object) -> str:
    """Text that a spreadsheet shows as it is: a cell that would start a formula gets an apostrophe. Numbers stay
    numbers, negative ones too."""
    if isinstance(value, int | float):
        return str(value)
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_STARTS_A_FORMULA) else text


def csv_response(name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """``rows`` under ``columns`` as a UTF-8 CSV file called ``name`` (with the mark that Excel looks for)."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    return Response(
        out.getvalue().encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


def xlsx_response(
    name: str, sheet: str, columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> Response:
    """``rows`` under ``columns`` as an Excel file called ``name`` with one sheet."""
    return Response(
        table(sheet, columns, rows),
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )
