"""A self-assessment as one ZIP: the forms, every file of evidence that may be given out, and an index of both."""

import csv
import io
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, cast

from app.adapters.archives import Archive
from app.adapters.files import Files
from app.rules.exports import Item
from app.web.spreadsheets import safe_cell

FOLDER = "evidence"
GONE = "The file could not be read from the store. Tell the administrator."
ALTERED = "The file is not what was uploaded: its SHA-256 differs. Tell the administrator."
COLUMNS = (
    "Name in this archive",
    "What it is",
    "Criteria",
    "Look at",
    "Web address",
    "Bytes",
    "SHA-256",
    "Note",
)


@dataclass(frozen=True)
class Line:
    """One line of the index."""

    name: str
    what: str
    codes: str = ""
    place: str = ""
    url: str = ""
    size: int = 0
    sha256: str = ""
    note: str = ""

    @property
    def cells(self) -> tuple[object, ...]:
        return (
            self.name,
            self.what,
            self.codes,
            self.place,
            self.url,
            self.size or "",
            self.sha256,
            self.note,
        )


Parts = list[tuple[str, str, bytes]]  # file name, what it is, content
DrawIndex = Callable[[list[Line]], str]


def packed(parts: Parts, items: tuple[Item, ...], files: Files, draw_index: DrawIndex) -> BinaryIO:
    """The archive as a temporary file that has no name, at its beginning. Blocks, so call it in a worker thread."""
    target = tempfile.TemporaryFile()  # noqa: SIM115  whoever sends it closes it
    try:
        with Archive(cast(BinaryIO, target)) as archive:
            lines = [
                Line(archive.add(name, content), what, size=len(content)) for name, what, content in parts
            ]
            lines += [_added(archive, files, one) for one in _once(items)]
            archive.add("index.csv", _as_csv(lines))
            archive.add("index.html", draw_index(lines).encode())
        target.seek(0)
    except BaseException:
        target.close()
        raise
    return cast(BinaryIO, target)


def chunks(source: BinaryIO) -> Iterator[bytes]:
    """The bytes of an open file, which is closed at the end or when nobody reads on."""
    with source:
        while chunk := source.read(256 * 1024):
            yield chunk


def _once(items: tuple[Item, ...]) -> list[Item]:
    """Each thing once, with all the criteria that it supports and where to look for each."""
    found: dict[tuple[str, str, str], Item] = {}
    for one in items:
        key = (one.stored_name, one.url, one.title)
        look = f"{one.code}: {one.place}" if one.place else ""
        if key in found:
            codes, places = f"{found[key].code}; {one.code}", filter(None, (found[key].place, look))
            found[key] = replace(found[key], code=codes, place="; ".join(places))
        else:
            found[key] = replace(one, place=look)
    return list(found.values())


def _added(archive: Archive, files: Files, one: Item) -> Line:
    """Copy a file into the archive, or say why it is not there."""
    line = Line("", one.title, one.code, one.place, one.url, one.size, one.sha256, one.held_back)
    if one.held_back or not one.stored_name:
        return line
    try:
        stream = files.stream(one.stored_name)
    except FileNotFoundError:
        return replace(line, note=GONE)
    name, _, sha256 = archive.copy(one.file_name, stream.chunks, FOLDER)
    return replace(line, name=name, note="" if sha256 == one.sha256 else ALTERED)


def _as_csv(lines: list[Line]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([safe_cell(cell) for cell in line.cells] for line in lines)
    return out.getvalue().encode("utf-8-sig")
