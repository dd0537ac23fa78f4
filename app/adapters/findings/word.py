"""Word documents: paragraphs and tables in their order, headers, notes, comments and tracked changes."""

from collections.abc import Iterator
from typing import BinaryIO

from app.adapters.findings import charts, properties
from app.adapters.findings.authors import author
from app.adapters.findings.kinds import Finding, Kind, Passage, Piece, Table, tidied
from app.adapters.findings.package import Element, Package, local, named
from app.adapters.findings.personal import masked, personal

CHANGES = frozenset({"ins", "del", "moveFrom", "moveTo", "cellIns", "cellDel", "cellMerge"})
FORMAT_CHANGES = frozenset(
    {
        "rPrChange",
        "pPrChange",
        "tblPrChange",
        "tblPrExChange",
        "trPrChange",
        "tcPrChange",
        "tblGridChange",
        "sectPrChange",
        "numberingChange",
    }
)
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_SKIPPED = frozenset({"Fallback", "instrText", "delInstrText", "pPrChange", "rPrChange"})
_AROUND = {"header": "header", "footer": "footer", "footnotes": "footnotes", "endnotes": "endnotes"}
_SAID = {"ins": "inserted", "del": "deleted", "moveFrom": "moved", "moveTo": "moved"}


def pieces(source: BinaryIO) -> Iterator[Piece]:
    """Everything in the document, each with its place."""
    package = Package(source)
    yield from properties.of_package(package)
    document = Document(package)
    yield from document.body()
    yield from document.around()
    yield from document.people()
    yield from charts.pieces(package)


class Document:
    def __init__(self, package: Package) -> None:
        self.package, self.main = package, package.main()
        self.relations = package.related(self.main)
        self.links = {one.id: one.target for one in self.relations if one.kind == "hyperlink"}
        self.comments = {named(each, "id"): each for each in self._of_kind("comments")}
        self.authors: dict[str, str] = {}

    def _of_kind(self, kind: str) -> Iterator[Element]:
        for one in self.relations:
            if one.kind == kind and not one.is_outside and self.package.has(one.target):
                yield from self.package.tree(one.target)

    def body(self) -> Iterator[Piece]:
        """Paragraphs and tables as they follow one another. Empty paragraphs are not counted: nobody sees them."""
        root = self.package.tree(self.main)
        paragraphs = tables = 0
        above = ""
        for block in blocks_of(next(each for each in root if local(each) == "body")):
            if local(block) == "tbl":
                tables += 1
                yield from self._table(block, f"table {tables}", above)
                continue
            text = self._text(block)
            paragraphs += bool(text.strip()) or _is_marked(block)
            yield from self._marks(block, f"paragraph {paragraphs}")
            if text.strip():
                yield Passage(f"paragraph {paragraphs}", text)
                above = f"{above[-300:]}\n{text}" if len(text) < 300 else text[:300]

    def _table(self, table: Element, place: str, above: str) -> Iterator[Piece]:
        rows: list[list[str]] = []
        places: dict[tuple[int, int], str] = {}
        for number, row in enumerate(children(table, "tr")):
            cells: list[str] = []
            for own, cell in enumerate(children(row, "tc"), 1):
                at = f"{place}, row {number + 1}, column {own}"
                text = self._text(cell)
                yield from self._marks(cell, at)
                yield Passage(at, text, rows[0][own - 1] if rows and own <= len(rows[0]) else "")
                places[number, len(cells)] = at
                cells += [text] + [""] * (span(cell) - 1)
            rows.append(cells)
        yield Table(rows, above.strip()[-400:], lambda row, column: places[row, column])

    def around(self) -> Iterator[Piece]:
        """Headers, footers and notes."""
        for one in self.relations:
            if one.kind in _AROUND and self.package.has(one.target):
                root = self.package.tree(one.target)
                for paragraph in root.iter("{*}p"):
                    yield from self._marks(paragraph, _AROUND[one.kind])
                    yield Passage(_AROUND[one.kind], self._text(paragraph))

    def people(self) -> Iterator[Finding]:
        """Who changed and who commented."""
        for name, place in self.authors.items():
            yield from author(place, "author", name)

    def _marks(self, block: Element, place: str) -> Iterator[Finding]:
        """The tracked changes and comments of one place."""
        changes = [each for each in block.iter() if local(each) in CHANGES | FORMAT_CHANGES]
        for each in changes:
            self.authors.setdefault(named(each, "author"), "tracked changes")
        if changes:
            words = "; ".join(dict.fromkeys(filter(None, map(_change_said, changes)))) or "formatting changed"
            yield Finding(Kind.TRACKED_CHANGE, place, tidied(words))
        for each in block.iter("{*}commentReference"):
            comment = self.comments.pop(named(each, "id"), None)
            if comment is not None:
                self.authors.setdefault(named(comment, "author"), "comments")
                text = self._text(comment)
                yield Finding(Kind.COMMENT, place, tidied(masked(text)))
                yield from personal(text, place)

    def _text(self, block: Element) -> str:
        return "".join(self._spoken(block)).strip("\n")

    def _spoken(self, element: Element) -> Iterator[str]:
        """The words as shown, deleted ones too: they are still in the file."""
        for child in element:
            name = local(child)
            if name in ("t", "delText"):
                yield child.text or ""
            elif name in _BREAKS:
                yield _BREAKS[name]
            elif name not in _SKIPPED:
                yield from self._spoken(child)
                yield self._after(child, name)

    def _after(self, element: Element, name: str) -> str:
        """What belongs behind an element: the end of a paragraph, the address that a link hides."""
        if name == "hyperlink":
            address = self.links.get(named(element, "id"), "")
            return f" ({address[7:]})" if address.lower().startswith("mailto:") else ""
        return "\n" if name in ("p", "tr") else ""


def blocks_of(parent: Element) -> Iterator[Element]:
    """Paragraphs and tables, also those inside content controls and tracked moves."""
    for child in parent:
        if local(child) in ("p", "tbl"):
            yield child
        elif local(child) in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag"):
            yield from blocks_of(child)


def children(parent: Element, name: str) -> Iterator[Element]:
    """Rows or cells, also those inside content controls."""
    for child in parent:
        if local(child) == name:
            yield child
        elif local(child) in ("sdt", "sdtContent", "customXml"):
            yield from children(child, name)


def span(cell: Element) -> int:
    """Over how many columns of the grid a cell reaches."""
    spans = [named(each, "val") for each in cell.iter("{*}gridSpan")]
    return int(spans[0]) if spans and spans[0].isdigit() and 0 < int(spans[0]) < 64 else 1


def _is_marked(block: Element) -> bool:
    return any(local(each) in CHANGES or local(each) == "commentReference" for each in block.iter())


def _change_said(change: Element) -> str:
    name = local(change)
    if name not in _SAID:
        return ""
    words = "".join(each.text or "" for each in change.iter("{*}t", "{*}delText"))
    return f"{_SAID[name]} “{masked(words)[:60]}”" if words.strip() else f"{_SAID[name]} a line"
