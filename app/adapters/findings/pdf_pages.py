"""PDF: the text of each page, tables put together again from where words stand, annotations and properties."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import pikepdf
import pypdfium2 as pdfium  # type: ignore[import-untyped]

from app.adapters.findings.authors import author
from app.adapters.findings.ethnicity import is_category, speaks_of_ethnicity
from app.adapters.findings.kinds import Finding, Kind, Passage, Piece, Table, tidied
from app.adapters.findings.personal import masked, personal
from app.adapters.findings.properties import PROPERTIES

# What people add to a finished page. Links and form fields belong to the page.
REMARKS = frozenset(
    {
        "/Text",
        "/FreeText",
        "/Highlight",
        "/Underline",
        "/Squiggly",
        "/StrikeOut",
        "/Stamp",
        "/Caret",
        "/Ink",
        "/Square",
        "/Circle",
        "/Line",
        "/Polygon",
        "/PolyLine",
        "/Popup",
        "/Redact",
    }
)
FEWEST_CHARACTERS = 12
_XMP_NAMES = re.compile(
    rb"<(?:dc:creator|pdf:Author|photoshop:AuthorsPosition|xmp:Author|dc:contributor|pdfx:(?:Company|Manager|Author|"
    rb"SourceModified))\b[^>]*>(.*?)</",
    re.S | re.I,
)
_TAG = re.compile(rb"<[^>]*>")


def pieces(source: BinaryIO) -> Iterator[Piece]:
    """Everything in the document, each with its page."""
    source.seek(0)
    document = pdfium.PdfDocument(source)
    try:
        tables = Continued()
        for number in range(len(document)):
            yield from _page(document, number, tables)
    finally:
        document.close()
    source.seek(0)
    with pikepdf.open(source) as pdf:
        yield from properties_of(pdf)
        yield from _remarks(pdf)


class Continued:
    """The caption and heads of the last table, for one that goes on over the page."""

    context = ""
    is_open = False


def _page(document: Any, number: int, tables: Continued) -> Iterator[Piece]:
    place = f"page {number + 1}"
    page = document[number]
    words = page.get_textpage()
    try:
        text = words.get_text_range()
        if len(text.strip()) < FEWEST_CHARACTERS and _has_picture(page):
            yield Finding(Kind.NOT_SEARCHED, place, "This page is a picture, so its words can't be read.")
        for line in text.splitlines():
            yield Passage(place, line)
        if tables.is_open or speaks_of_ethnicity(text) or is_category_in(text):
            yield from _tables(words, place, tables)
        else:
            tables.is_open = False
    finally:
        words.close()
        page.close()


def is_category_in(text: str) -> bool:
    """Whether any line of a page begins like a row about an ethnic group."""
    return any(is_category(line[:120]) for line in text.splitlines())


def _has_picture(page: Any) -> bool:
    return any(True for _ in page.get_objects(filter=[pdfium.raw.FPDF_PAGEOBJ_IMAGE], max_depth=4))


@dataclass
class Run:
    """Words that stand together on a line, with their edges in points."""

    left: float
    bottom: float
    right: float
    top: float
    text: str

    @property
    def height(self) -> float:
        return max(self.top - self.bottom, 1.0)


def _tables(words: Any, place: str, carried: Continued) -> Iterator[Table]:
    """Lines of several runs that follow one another are a table; a line of one run above it is its caption."""
    above = [carried.context] if carried.is_open and carried.context else []
    block: list[list[Run]] = []
    carried.is_open = False
    for line in [*_lines(_runs(words)), []]:
        if len(line) > 1 or (block and _goes_on(line, block)):
            block.append(line)
            continue
        if len(block) > 1:
            carried.context = "\n".join(above[-4:])
            yield Table(_aligned(block), carried.context, lambda row, column: place)
            above, carried.is_open = [], not line
        elif block:
            above.append(" ".join(run.text for run in block[0]))
        block = []
        above += [run.text for run in line]


def _goes_on(line: list[Run], block: list[list[Run]]) -> bool:
    """A line of one run inside a table: a group's name, or a cell that took two lines."""
    if len(line) != 1:
        return False
    last = block[-1]
    gap = min(run.bottom for run in last) - line[0].top
    return gap < line[0].height * 1.2 and len(line[0].text) < 60


def _runs(words: Any) -> list[Run]:
    """The words of a page with their boxes, joined where the space between them is that of a line of words."""
    count = words.count_rects()
    found = []
    for number in range(min(count, 20_000)):
        left, bottom, right, top = words.get_rect(number)
        text = words.get_text_bounded(left, bottom, right, top).strip()
        if text:
            found.append(Run(left, bottom, right, top, " ".join(text.split())))
    return found


def _lines(runs: list[Run]) -> list[list[Run]]:
    """Runs by line from the top, and within a line from the left."""
    lines: list[list[Run]] = []
    for run in sorted(runs, key=lambda each: (-(each.top + each.bottom), each.left)):
        middle = (run.top + run.bottom) / 2
        if lines and lines[-1][0].bottom <= middle <= lines[-1][0].top:
            lines[-1].append(run)
        else:
            lines.append([run])
    return [_joined(sorted(line, key=lambda each: each.left)) for line in lines]


def _joined(line: list[Run]) -> list[Run]:
    joined: list[Run] = []
    for run in line:
        last = joined[-1] if joined else None
        if last and run.left - last.right < 0.6 * run.height:
            joined[-1] = Run(
                last.left,
                min(last.bottom, run.bottom),
                max(last.right, run.right),
                max(last.top, run.top),
                f"{last.text} {run.text}",
            )
        else:
            joined.append(run)
    return joined


def _aligned(block: list[list[Run]]) -> list[list[str]]:
    """The lines as rows: a column is where the runs of several lines stand above each other."""
    columns: list[list[float]] = []
    for run in sorted((run for line in block if len(line) > 1 for run in line), key=lambda each: each.left):
        if columns and run.left < columns[-1][1]:
            columns[-1][1] = (
                max(columns[-1][1], run.right)
                if len(columns) == 1
                else min(max(columns[-1][1], run.right), columns[-1][1] + run.height * 8)
            )
        else:
            columns.append([run.left, run.right])
    rows = []
    for line in block:
        row = [""] * len(columns)
        for run in line:
            at = _column(columns, run)
            row[at] = f"{row[at]} {run.text}".strip()
        rows.append(row)
    return _whole(rows)


def _column(columns: list[list[float]], run: Run) -> int:
    """The column a run overlaps most, or the nearest."""
    overlaps = [min(run.right, right) - max(run.left, left) for left, right in columns]
    return overlaps.index(max(overlaps))


def _whole(rows: list[list[str]]) -> list[list[str]]:
    """A label that took two lines becomes one row again: the line without figures goes to the one before it."""
    merged: list[list[str]] = []
    for row in rows:
        filled = [column for column, cell in enumerate(row) if cell]
        is_rest = merged and filled == [0] and row[0][:1].islower()
        if is_rest:
            merged[-1][0] = f"{merged[-1][0]} {row[0]}"
        else:
            merged.append(row)
    return merged


def properties_of(pdf: pikepdf.Pdf) -> Iterator[Finding]:
    """The names in the document's information and in its XMP."""
    info = pdf.trailer.get("/Info", pikepdf.Dictionary())
    for key in ("/Author", "/Company", "/Manager", "/LastSavedBy"):
        if isinstance(info, pikepdf.Dictionary) and key in info:
            yield from author(PROPERTIES, key[1:].lower(), str(info[key]))
    metadata = pdf.Root.get("/Metadata")
    if isinstance(metadata, pikepdf.Stream):
        for value in _XMP_NAMES.findall(metadata.read_bytes()):
            name = _TAG.sub(b" ", value).decode("utf-8", "replace").strip()
            yield from author(PROPERTIES, "author", name)


def _remarks(pdf: pikepdf.Pdf) -> Iterator[Finding]:
    """Comments and marks on the pages, who made them, and mail addresses behind links."""
    names: dict[str, None] = {}
    for number, page in enumerate(pdf.pages, 1):
        annotations = page.obj.get("/Annots")
        for each in annotations if isinstance(annotations, pikepdf.Array) else []:
            if isinstance(each, pikepdf.Dictionary):
                yield from _remark(each, f"page {number}", names)
    for name in names:
        yield from author("comments", "author", name)


def _remark(each: pikepdf.Object, place: str, names: dict[str, None]) -> Iterator[Finding]:
    kind = str(each.get("/Subtype", ""))
    if kind in REMARKS and kind != "/Popup":
        text = str(each.get("/Contents", ""))
        names.setdefault(str(each.get("/T", "")))
        yield Finding(Kind.COMMENT, place, tidied(masked(text)) or kind[1:].lower())
        yield from personal(text, place)
    action = each.get("/A")
    if isinstance(action, pikepdf.Dictionary) and str(action.get("/URI", "")).lower().startswith("mailto:"):
        yield from personal(str(action["/URI"])[7:], place)
