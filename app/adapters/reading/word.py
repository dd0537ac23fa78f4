"""Word documents as blocks: the text as it reads with its changes accepted, in its order."""

from collections.abc import Iterator
from typing import Any, BinaryIO

import docx
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import qn

from app.adapters.findings.package import local, named
from app.adapters.findings.word import blocks_of, children, span
from app.adapters.reading.blocks import Block, Kind, Reading, tidied
from app.adapters.reading.child import serve
from app.adapters.reading.leaves import read as leaves_of

_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
# What was deleted or moved away, settings, and the second telling of a drawing.
_SILENT = frozenset(
    {"del", "moveFrom", "Fallback", "instrText", "pPr", "rPr", "sdtPr", "tblPr", "trPr", "tcPr"}
)
_DRAWINGS = frozenset({"drawing", "pict", "object"})
_MOST_HEADING = 6


def read(source: BinaryIO) -> Reading:
    """The document's paragraphs, lists and tables; notes at its end. Pictures are counted, not drawn."""
    source.seek(0)
    document = docx.Document(source)
    body = document.element.body
    pictures = sum(1 for each in body.iter() if local(each) in _DRAWINGS and not _has_words(each))
    return leaves_of([("", [*_body(document, body), *_notes(document)])], pictures)


def _body(document: Document, body: Any) -> Iterator[Block]:
    levels = _heading_levels(document)
    knows_pages = next(body.iter(qn("w:lastRenderedPageBreak")), None) is not None
    page = 1
    for element in blocks_of(body):
        breaks = sum(1 for _ in element.iter(qn("w:lastRenderedPageBreak")))
        # A paragraph that begins with a break stands on the page after it.
        begins = page + 1 if breaks and _begins_with_break(element) else page
        yield from _block(element, levels, begins if knows_pages else 0)
        page += breaks


def _block(element: Any, levels: dict[str, int], page: int) -> Iterator[Block]:
    if local(element) == "tbl":
        rows = tuple(_row(row) for row in children(element, "tr"))
        if any(cell for row in rows for cell in row):
            yield Block(Kind.TABLE, rows=rows, page=page)
    elif text := tidied(_said(element)):
        level = levels.get(_style(element), 0)
        kind = Kind.HEADING if level else Kind.ITEM if _is_item(element) else Kind.PARAGRAPH
        yield Block(kind, text, level, page=page)


def _row(row: Any) -> tuple[str, ...]:
    cells: list[str] = []
    for cell in children(row, "tc"):
        cells += [tidied(_said(cell))] + [""] * (span(cell) - 1)
    return tuple(cells)


def _said(element: Any) -> str:
    return "".join(_pieces(element))


def _pieces(element: Any) -> Iterator[str]:
    for child in element:
        name = local(child)
        if name == "t":
            yield child.text or ""
        elif name in _BREAKS:
            yield _BREAKS[name]
        elif name not in _SILENT:
            yield from _pieces(child)
            yield "\n" if name in ("p", "tr") else ""


def _heading_levels(document: Document) -> dict[str, int]:
    """Id of each style that is one of a heading, with its level."""
    found = {}
    for style in document.styles.element.iter(qn("w:style")):
        name = next((named(each, "val") for each in style if local(each) == "name"), "").lower()
        if name == "title":
            found[named(style, "styleId")] = 1
        elif name.startswith("heading ") and name[8:].isdigit():
            found[named(style, "styleId")] = min(int(name[8:]), _MOST_HEADING)
    return found


def _style(paragraph: Any) -> str:
    style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    return "" if style is None else named(style, "val")


def _is_item(paragraph: Any) -> bool:
    number = paragraph.find(f"{qn('w:pPr')}/{qn('w:numPr')}/{qn('w:numId')}")
    return (number is not None and named(number, "val") != "0") or "list" in _style(paragraph).lower()


def _begins_with_break(element: Any) -> bool:
    for each in element.iter():
        if local(each) == "lastRenderedPageBreak":
            return True
        if local(each) == "t" and (each.text or "").strip():
            return False
    return False


def _has_words(drawing: Any) -> bool:
    """A text box is told with the paragraph that it stands in."""
    return any(local(each) == "txbxContent" for each in drawing.iter())


def _notes(document: Document) -> Iterator[Block]:
    for relation in document.part.rels.values():
        kind = relation.reltype.rpartition("/")[2]
        if kind in ("footnotes", "endnotes") and not relation.is_external:
            tree = parse_xml(relation.target_part.blob)
            texts = [tidied(_said(note)) for note in tree if not named(note, "type")]
            if any(texts):
                yield Block(Kind.HEADING, kind.capitalize(), 2)
                yield from (Block(Kind.PARAGRAPH, text) for text in texts if text)


if __name__ == "__main__":
    serve({"docx": read})
