"""Word documents, spreadsheets and presentations: every part is unpacked, every XML part is read."""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from app.adapters.structure import archive
from app.adapters.structure.archive import Budget, Locked
from app.adapters.structure.child import serve
from app.adapters.structure.markup import Reader
from app.adapters.structure.reasons import (
    DAMAGED,
    FILE_INSIDE,
    OUTSIDE_CONTENT,
    STARTS_A_PROGRAM,
    TOO_MUCH,
    Refused,
    macros,
    password,
    wrong_type,
)

MAIN = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml",
}
LARGEST_INSIDE = 16 * 1024 * 1024

_TYPES = "[content_types].xml"
_MACRO = re.compile(
    r"macroenabled|vbaproject|vbadata|activex|macrosheet|dialogsheet|vnd\.ms-office\.vba|/control$", re.I
)
_OBJECT = re.compile(r"oleobject|/afchunk$|x-msdownload", re.I)
_EMBEDDED = re.compile(r"(^|/)embeddings/", re.I)
_LINK = re.compile(r"/hyperlink$", re.I)
# The beginning of a part that is itself a file: compound, program, zip, PDF.
_FILE = (b"\xd0\xcf\x11\xe0", b"MZ", b"PK\x03\x04", b"%PDF-")
# A path on the reader's own drive fetches nothing: Word writes one for each document made from a template.
_OWN_DRIVE = re.compile(r"^(file:///[a-z](:|%3a)|[a-z]:\\|(?!\w+:|//|\\\\|/\\|\\/|file:))", re.I)
_STARTS = re.compile(r"(^|[\0{])\s*dde(auto)?\b", re.I)
_PROGRAM_TOPIC = re.compile(r"^\s*[=+\-@]?\s*[\w.]+\s*\|[^!]*!", re.I)
_ENTITY = re.compile(rb"<!entity", re.I)
_XML_TYPE = re.compile(r"(?<!image/svg)[+/]xml$", re.I)
_WATCHED = frozenset({"Default", "Override", "Relationship", "ddeLink", "oleLink", "fldChar", "fldSimple"})
_TEXTS = frozenset({"instrText", "f"})
_LONGEST_FIELDS = 1_000_000


def inspect(source: BinaryIO, extension: str) -> None:
    """Raise `Refused` unless `source` is the kind of document that `extension` names, whole and inert."""
    Document(source, extension, Budget()).inspect()


class Document:
    """One office file, read once; `inside` is true for the workbook behind a chart."""

    def __init__(self, source: BinaryIO, extension: str, budget: Budget, *, inside: bool = False) -> None:
        self.source, self.extension, self.budget, self.inside = source, extension, budget, inside
        self.types: dict[str, str] = {}
        self.fields: list[str] = []
        self.field_length = 0

    def inspect(self) -> None:
        """Raise `Refused` for the first thing wrong."""
        try:
            entries = archive.entries(self.source, self.budget)
        except Locked:
            raise Refused(password(self.extension)) from None
        by_name = {entry.orig_filename.lower(): entry for entry in entries}
        self._refuse_kind(by_name)
        for name, entry in by_name.items():
            self._read(name, entry)
            self._refuse_fields()

    def _refuse_kind(self, by_name: Mapping[str, zipfile.ZipInfo]) -> None:
        """The list of types says what the file is; it is read first, so that its reasons come first."""
        if _TYPES not in by_name or "_rels/.rels" not in by_name:
            raise Refused(wrong_type(self.extension))
        self._xml(by_name[_TYPES])
        if any(_MACRO.search(name) for name in by_name):
            raise Refused(macros(self.extension))
        if MAIN[self.extension] not in self.types.values():
            raise Refused(wrong_type(self.extension))

    def _read(self, name: str, entry: zipfile.ZipInfo) -> None:
        if name == _TYPES:
            return
        if self._is_xml(name):
            self._xml(entry)
        elif _EMBEDDED.search(name) and not name.endswith("/"):
            self._workbook(name, entry)
        else:
            self._opaque(self._unpacked(entry))

    def _is_xml(self, name: str) -> bool:
        """Programs go by the stated type, so a part called document.bin can be XML all the same."""
        stated = self.types.get(f"/{name}", self.types.get(name.rpartition(".")[2], ""))
        return name.endswith((".xml", ".rels")) or bool(_XML_TYPE.search(stated))

    def _unpacked(self, entry: zipfile.ZipInfo) -> Iterator[bytes]:
        return archive.unpacked(self.source, entry, self.budget)

    def _xml(self, entry: zipfile.ZipInfo) -> None:
        Reader(self.budget, self._seen, self._said, _WATCHED, _TEXTS).read(self._unpacked(entry))

    def _opaque(self, pieces: Iterator[bytes]) -> None:
        """Pictures, fonts, printer settings and the drawings that Excel writes as nearly-XML."""
        head = tail = b""
        for piece in pieces:
            head = head or piece[:8]
            if _ENTITY.search(tail + piece):
                raise Refused(DAMAGED)
            tail = piece[-16:]
        if head.startswith(_FILE):
            raise Refused(FILE_INSIDE)

    def _workbook(self, name: str, entry: zipfile.ZipInfo) -> None:
        """The numbers behind a chart are a workbook, checked like one; nothing else may lie here."""
        if self.inside or not name.endswith(".xlsx"):
            raise Refused(FILE_INSIDE)
        if entry.file_size > LARGEST_INSIDE:
            raise Refused(TOO_MUCH)
        copy = io.BytesIO(b"".join(self._unpacked(entry)))
        Document(copy, "xlsx", self.budget, inside=True).inspect()

    def _seen(self, name: str, attributes: Mapping[str, str]) -> None:
        match name:
            case "Default" | "Override":
                self._keep_type(attributes)
            case "Relationship":
                self._refuse_relation(attributes)
            case "ddeLink" | "oleLink":
                raise Refused(STARTS_A_PROGRAM)
            case "fldChar":
                self._keep("\0")
            case "fldSimple":
                self._keep("\0" + next((v for k, v in attributes.items() if k.endswith("instr")), ""))

    def _keep_type(self, attributes: Mapping[str, str]) -> None:
        part = attributes.get("PartName", attributes.get("Extension", ""))
        stated = attributes.get("ContentType", "")
        self._refuse_active(stated)
        self.types[part.lower()] = stated

    def _refuse_active(self, kind: str) -> None:
        """Judge the type of a part or of a relationship."""
        if _MACRO.search(kind):
            raise Refused(macros(self.extension))
        if _OBJECT.search(kind):
            raise Refused(FILE_INSIDE)

    def _refuse_relation(self, attributes: Mapping[str, str]) -> None:
        kind, target = attributes.get("Type", ""), attributes.get("Target", "")
        self._refuse_active(kind)
        outside = attributes.get("TargetMode", "").lower() == "external"
        if outside and not _LINK.search(kind) and not _OWN_DRIVE.match(target.strip()):
            raise Refused(OUTSIDE_CONTENT)

    def _said(self, name: str, text: str) -> None:
        if name == "instrText":
            self._keep(text)
        elif _PROGRAM_TOPIC.match(text):
            raise Refused(STARTS_A_PROGRAM)

    def _keep(self, text: str) -> None:
        """Word lets one field be split over many runs, so a part's fields are judged joined."""
        self.field_length += len(text)
        if self.field_length > _LONGEST_FIELDS:
            raise Refused(TOO_MUCH)
        self.fields.append(text)

    def _refuse_fields(self) -> None:
        if _STARTS.search("".join(self.fields)):
            raise Refused(STARTS_A_PROGRAM)
        self.fields.clear()


if __name__ == "__main__":
    serve(inspect)
