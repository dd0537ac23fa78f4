"""The workbooks behind charts in documents and slides: whoever opens the chart reads them."""

import io
from collections.abc import Iterator

from app.adapters.findings import sheets
from app.adapters.findings.kinds import Finding, Passage, Piece, Table
from app.adapters.findings.package import Package


def pieces(package: Package) -> Iterator[Piece]:
    """The cells and properties of each workbook, in the order of the file."""
    for number, name in enumerate(workbooks(package), 1):
        for piece in sheets.pieces(io.BytesIO(package.read(name))):
            yield _at(piece, f"data of chart {number}")


def workbooks(package: Package) -> list[str]:
    """The names of the workbooks inside."""
    return [
        name for name in package.names if "/embeddings/" in name.lower() and name.lower().endswith(".xlsx")
    ]


def _at(piece: Piece, place: str) -> Piece:
    if isinstance(piece, Finding):
        return Finding(piece.kind, f"{place}, {piece.place}", piece.text)
    if isinstance(piece, Passage):
        return Passage(f"{place}, {piece.place}", piece.text)
    inner = piece.place
    return Table(piece.rows, piece.context, lambda row, column: f"{place}, {inner(row, column)}")
