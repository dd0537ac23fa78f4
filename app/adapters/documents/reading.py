"""A form as a Word document, on its way back in."""

import io
import re
from collections.abc import Iterator
from typing import Any

import docx
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import qn

from app.adapters.documents.writing import CUSTOM_RELATION, PROPERTY
from app.adapters.form_texts import PLACEHOLDERS, unescaped
from app.adapters.forms import (
    BROKEN,
    KEY_COLUMN,
    NOT_OURS,
    Filled,
    Identity,
    NotReadable,
    checked,
    require_small,
    unpacked,
)

_KEY = re.compile(rf"\s*{KEY_COLUMN}:\s*(\S+)\s*")


def read(source: bytes) -> Filled:
    """What a document holds that was written by ``write`` and filled in since. Raises NotReadable.

    The file must have passed the structure check: nothing here looks for bombs or macros.
    """
    require_small(source)
    try:
        made = docx.Document(io.BytesIO(source))
        identity = _found_identity(made)
        texts = _found_texts(made)
    except NotReadable:
        raise
    except Exception:  # noqa: BLE001  parsers meet bytes here that nobody foresaw, and the file is refused
        raise NotReadable(BROKEN) from None
    return checked(identity, texts)


def _found_identity(made: Document) -> Identity:
    relations = [one for one in made.part.package.rels.values() if one.reltype == CUSTOM_RELATION]
    pieces: dict[str, str] = {}
    for relation in relations:
        for one in parse_xml(relation.target_part.blob):
            pieces[one.get("name") or ""] = "".join(one.itertext())
    found: list[str] = []
    while (piece := pieces.get(PROPERTY.format(len(found) + 1))) is not None:
        found.append(piece)
    if not found:
        raise NotReadable(NOT_OURS)
    return unpacked("".join(found))


def _found_texts(made: Document) -> Iterator[tuple[str, str]]:
    """Key and text of each table that carries a reference under its question."""
    for table in made.element.body.iter(_TABLE):
        rows = list(table.iterchildren(_ROW))
        if not rows or next(table.iterancestors(_TABLE), None) is not None:
            continue
        keys = [found[1] for line in _said(rows[0]).splitlines() if (found := _KEY.fullmatch(line))]
        if len(keys) == 1:
            text = "".join(_said(row) for row in rows[1:]).strip("\n")
            yield keys[0], "" if text.strip() in PLACEHOLDERS else unescaped(text)


_TABLE, _ROW, _PARAGRAPH = qn("w:tbl"), qn("w:tr"), qn("w:p")
_WRITTEN = {
    qn("w:tab"): "\t",
    qn("w:br"): "\n",
    qn("w:cr"): "\n",
    qn("w:noBreakHyphen"): "\u2011",
    qn("w:softHyphen"): "\u00ad",
}
# Settings, what was deleted or moved away with changes tracked, and the second telling of a drawing.
_SILENT = frozenset(
    (
        *(
            qn(f"w:{name}")
            for name in ("pPr", "rPr", "sdtPr", "tblPr", "trPr", "tcPr", "del", "moveFrom", "instrText")
        ),
    )
) | {"{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}


def _said(element: Any) -> str:
    """The text below an element as it is read: one line a paragraph, insertions in, deletions out."""
    return "".join(_pieces(element))


def _pieces(element: Any) -> Iterator[str]:
    for child in element:
        if child.tag == _TEXT:
            yield child.text or ""
        elif child.tag in _WRITTEN:
            yield _WRITTEN[child.tag]
        elif child.tag == _PARAGRAPH:
            yield "- " if _is_in_list(child) else ""
            yield from _pieces(child)
            yield "\n"
        elif child.tag not in _SILENT and not _is_placeholder(child):
            yield from _pieces(child)


_TEXT, _CONTROL, _PROPERTIES, _SHOWS_PLACEHOLDER = (
    qn("w:t"),
    qn("w:sdt"),
    qn("w:sdtPr"),
    qn("w:showingPlcHdr"),
)


def _is_in_list(paragraph: Any) -> bool:
    """Word makes a list of lines that begin with a dash, and takes the dash away."""
    number = paragraph.find(f"{qn('w:pPr')}/{qn('w:numPr')}/{qn('w:numId')}")
    return number is not None and number.get(qn("w:val")) != "0"


def _is_placeholder(element: Any) -> bool:
    properties = element.find(_PROPERTIES) if element.tag == _CONTROL else None
    if properties is None or (shows := properties.find(_SHOWS_PLACEHOLDER)) is None:
        return False
    return shows.get(qn("w:val"), "true") not in ("0", "false", "off")
