"""Spreadsheets: cells as shown, hidden sheets too, notes and threaded comments, and who wrote them."""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import BinaryIO

from lxml import etree  # type: ignore[import-untyped]

from app.adapters.findings import blocks, properties
from app.adapters.findings.authors import author
from app.adapters.findings.kinds import Finding, Kind, Passage, Piece, tidied
from app.adapters.findings.package import Element, Package, local, named
from app.adapters.findings.personal import masked, personal

MOST_COLUMNS = 400
_CELL = re.compile(r"([A-Z]{1,3})([0-9]+)")
_BUILT_IN_PERCENT = frozenset({9, 10})
_BUILT_IN_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_THREADED = "[Threaded comment]"


def pieces(source: BinaryIO) -> Iterator[Piece]:
    """Everything in the workbook, each with its place."""
    package = Package(source)
    yield from properties.of_package(package)
    book = Workbook(package)
    for name, part in book.sheets:
        yield from book.sheet(name, part)
        yield from book.remarks(name, part)
    yield from book.people()


class Workbook:
    def __init__(self, package: Package) -> None:
        self.package, self.main = package, package.main()
        self.relations = {one.id: one for one in package.related(self.main)}
        self.authors: dict[str, str] = {}

    @cached_property
    def sheets(self) -> list[tuple[str, str]]:
        """Each sheet's name and part, in their order."""
        listed = self.package.tree(self.main).iter("{*}sheet")
        named_parts = ((each.get("name", ""), self.relations.get(named(each, "id"))) for each in listed)
        return [(name, one.target) for name, one in named_parts if one and self.package.has(one.target)]

    @cached_property
    def strings(self) -> list[str]:
        part = next((one.target for one in self.relations.values() if one.kind == "sharedStrings"), "")
        if not part or not self.package.has(part):
            return []
        return [_text(item) for item in _streamed(self.package.open(part), "si")]

    @cached_property
    def formats(self) -> list[str]:
        """For each style of cells: "%" for percentages, "date" for dates, ".0" for shown decimals, or nothing."""
        part = next((one.target for one in self.relations.values() if one.kind == "styles"), "")
        if not part or not self.package.has(part):
            return []
        tree = self.package.tree(part)
        codes = {each.get("numFmtId", ""): each.get("formatCode", "") for each in tree.iter("{*}numFmt")}
        styles = [each for group in tree.iter("{*}cellXfs") for each in group]
        return [_format(each.get("numFmtId", "0"), codes) for each in styles]

    def sheet(self, name: str, part: str) -> Iterator[Piece]:
        """The sheet's cells as passages, and again as tables."""
        rows, numbers = self._rows(part)
        heads = rows[0] if rows else []

        def place(row: int, column: int) -> str:
            return f"Sheet '{name}', cell {_letters(column)}{numbers[row]}"

        for row, cells in enumerate(rows):
            for column, text in enumerate(cells):
                if text:
                    yield _of_cell(text, place(row, column), heads[column] if column < len(heads) else "")
        yield from blocks.tables(rows, name, place)

    def _rows(self, part: str) -> tuple[list[list[str]], list[int]]:
        """The filled rows with the numbers they have in the sheet; an empty row stands for a gap."""
        rows: list[list[str]] = []
        numbers: list[int] = []
        number = 0
        for row in _streamed(self.package.open(part), "row"):
            before, number = number, int(row.get("r", number + 1))
            if number > before + 1:
                rows.append([])
                numbers.append(before + 1)
            rows.append(self._cells(row))
            numbers.append(number)
        return rows, numbers

    def _cells(self, row: Element) -> list[str]:
        cells: list[str] = []
        for cell in row:
            found = _CELL.fullmatch(cell.get("r", ""))
            column = _number(found.group(1)) if found else len(cells)
            if column < MOST_COLUMNS and (text := self._shown(cell)):
                cells += [""] * (column - len(cells)) + [text]
        return cells

    def _shown(self, cell: Element) -> str:
        """What the cell shows, near enough to tell a percentage or a date from a count."""
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return _text(cell)
        value = next((each.text or "" for each in cell if local(each) == "v"), "")
        if kind == "s":
            return self.strings[int(value)] if value.isdigit() and int(value) < len(self.strings) else ""
        if kind != "n":
            return value
        style = int(cell.get("s", "0"))
        return _shown_number(value, self.formats[style] if style < len(self.formats) else "")

    def remarks(self, name: str, part: str) -> Iterator[Piece]:
        """Notes and threaded comments of one sheet; a threaded one is kept as a note too, and told once."""
        related = [one for one in self.package.related(part) if self.package.has(one.target)]
        told = set()
        for one in sorted(related, key=lambda each: each.kind != "threadedComment"):
            if one.kind in ("threadedComment", "comments"):
                for cell, text in self._remarks(one.target, one.kind):
                    if one.kind == "comments" and (cell in told or text.startswith(_THREADED)):
                        continue
                    told.add(cell)
                    place = f"Sheet '{name}', cell {cell}"
                    yield Finding(Kind.COMMENT, place, tidied(masked(text)))
                    yield from personal(text, place)
            elif one.kind == "drawing":
                yield Passage(f"Sheet '{name}', drawing", _text(self.package.tree(one.target)))

    def _remarks(self, part: str, kind: str) -> Iterator[tuple[str, str]]:
        tree = self.package.tree(part)
        for each in tree.iter("{*}author"):
            if not (each.text or "").startswith("tc="):
                self.authors.setdefault((each.text or "").strip(), "comments")
        for each in tree.iter("{*}threadedComment" if kind == "threadedComment" else "{*}comment"):
            yield each.get("ref", ""), _text(each).strip()

    def people(self) -> Iterator[Finding]:
        """Who commented, and the folder on somebody's computer that Excel notes."""
        for part in self.package.matching("xl/persons/"):
            for each in self.package.tree(part).iter("{*}person"):
                self.authors.setdefault(each.get("displayName", ""), "comments")
        for name, place in self.authors.items():
            yield from author(place, "author", name)
        for each in self.package.tree(self.main).iter("{*}absPath"):
            if found := re.search(r"[\\/]Users[\\/]([^\\/]+)", each.get("url", ""), re.I):
                yield from author(properties.PROPERTIES, "folder of", found.group(1))


def _of_cell(text: str, place: str, head: str) -> Passage:
    """One cell; a phone number typed as a number has lost its 0, which its column's head brings back."""
    if text.isdigit() and len(text) == 10 and re.search(r"phone|mobile|\btel", head, re.I):
        text = f"0{text}"
    return Passage(place, text, head)


def _streamed(stream: BinaryIO, name: str) -> Iterator[Element]:
    """Each element of that name, dropped again once it was read: a sheet may have a million cells."""
    with stream:
        for _, element in etree.iterparse(stream, tag="{*}" + name, resolve_entities=False, huge_tree=True):
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]


def _text(element: Element) -> str:
    """The words below an element, without those that only tell how to pronounce them."""
    found = []
    for each in element.iter("{*}t", "{*}text"):
        if local(each.getparent()) != "rPh":
            found.append(each.text or "")
            if "drawingml" in each.tag:
                found.append(" ")
    return "".join(found)


def _format(id_: str, codes: dict[str, str]) -> str:
    number = int(id_) if id_.isdigit() else 0
    code = _QUOTED.sub("", codes.get(id_, "")).lower()
    if number in _BUILT_IN_PERCENT or "%" in code:
        return "%"
    if number in _BUILT_IN_DATES or (re.search(r"[ymdhs]", code) and "general" not in code):
        return "date"
    if "£" in codes.get(id_, "") or "$" in codes.get(id_, "") or number in (5, 6, 7, 8, 42, 44):
        return "£"
    return ".0" if number in (2, 4, 39, 40) or ".0" in code else ""


def _shown_number(value: str, shown_as: str) -> str:
    """The digits as a person sees them: 3.0 is a whole number in the file, and a score on the screen."""
    if shown_as in ("%", ".0"):
        return value + shown_as if value.lstrip("-").isdigit() else value + shown_as.strip(".0")
    if shown_as in ("date", "£"):
        return f"{shown_as} {value}" if value else ""
    return value


def _letters(column: int) -> str:
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
