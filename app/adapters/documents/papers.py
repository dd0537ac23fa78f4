"""A paper as a Word document: real headings, lists and tables with heads, in British English."""

from collections.abc import Iterator
from xml.sax.saxutils import quoteattr

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from app.adapters.documents.saving import saved
from app.adapters.documents.writing import MARGINS, WIDTH, describe, paragraph
from app.adapters.form_texts import escaped
from app.adapters.papers import Bars, Block, Bullets, Grid, Heading, Paper, Text

NARROWEST, WIDEST = 18, 60  # letters of a column that is given as much room as it asks for


def write(paper: Paper) -> bytes:
    """The paper as a Word document."""
    made = docx.Document()
    describe(made, title=paper.title, portal=paper.portal, at=paper.made_at)
    body = made.element.body
    for element in list(parse_xml(f"<w:body {nsdecls('w')}>{''.join(_body(paper))}</w:body>")):
        body.insert(len(body) - 1, element)  # before the settings of the page
    return saved(made)


def _body(paper: Paper) -> Iterator[str]:
    yield paragraph(paper.title, "Title")
    yield paragraph(paper.subtitle)
    if paper.mark:
        yield paragraph(paper.mark, bold=True)
    yield paragraph(f"Made on {paper.made_on}.")
    for block in paper.blocks:
        yield from _block(block)


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading():
            yield paragraph(block.text, "Heading1")
        case Text():
            yield paragraph(block.text, "Quote" if block.is_quoted else "", bold=block.is_strong)
        case Bullets():
            yield from (paragraph(item, "ListBullet") for item in block.items)
        case Bars():
            return
        case Grid():
            yield paragraph(block.caption, "Heading2")
            yield _table(block)
            yield paragraph("")


def _table(grid: Grid) -> str:
    """Heads are repeated on each page that the table runs over; a row is not parted."""
    widths = _widths(grid)
    properties = (
        '<w:tblStyle w:val="TableGrid"/><w:tblW w:w="5000" w:type="pct"/><w:tblLayout w:type="fixed"/>'
        f"<w:tblCellMar>{MARGINS}</w:tblCellMar>"
        '<w:tblLook w:val="00A0" w:firstRow="1" w:lastRow="0" w:firstColumn="1" w:lastColumn="0" w:noHBand="1" '
        'w:noVBand="1"/>'
        f"<w:tblCaption w:val={_quoted(grid.caption)}/><w:tblDescription w:val={_quoted(grid.about)}/>"
    )
    drawn = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    rows = "".join(_row(row, widths) for row in grid.rows)
    return (
        f"<w:tbl><w:tblPr>{properties}</w:tblPr><w:tblGrid>{drawn}</w:tblGrid>"
        f"{_row(grid.head, widths, is_head=True)}{rows}</w:tbl>"
    )


def _widths(grid: Grid) -> list[int]:
    """A column as wide as its longest line asks for, within bounds: figures leave their room to sentences."""
    longest = [
        max(len(line) for row in (grid.head, *grid.rows) for line in row[place].split("\n"))
        for place in range(len(grid.head))
    ]
    shares = [min(max(length, NARROWEST), WIDEST) for length in longest]
    return [WIDTH * share // sum(shares) for share in shares]


def _row(cells: tuple[str, ...], widths: list[int], *, is_head: bool = False) -> str:
    told = "<w:cantSplit/>" + ("<w:tblHeader/>" if is_head else "")
    drawn = "".join(
        _cell(text, width, is_head=is_head, is_first=place == 0)
        for place, (text, width) in enumerate(zip(cells, widths, strict=True))
    )
    return f"<w:tr><w:trPr>{told}</w:trPr>{drawn}</w:tr>"


def _cell(text: str, width: int, *, is_head: bool, is_first: bool) -> str:
    shade = '<w:shd w:val="clear" w:color="auto" w:fill="E8EDEE"/>' if is_head else ""
    lines = "".join(paragraph(line, bold=is_head or is_first) for line in text.split("\n"))
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}</w:tcPr>{lines}</w:tc>'


def _quoted(text: str) -> str:
    return quoteattr(escaped(text))
