"""A form that goes away as a Word document or a spreadsheet and comes back filled in.

Here is what both have in common: what a form asks and says, and the identity that says where the form belongs. How a
text is written so that nothing of it is lost on the way: ``form_texts``. Neither knows the framework.
"""

import base64
import hashlib
import io
import json
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

FORMAT = 1
ANSWER_COLUMN, KEY_COLUMN = "Answer", "Reference"
LONGEST_IDENTITY = 2_000_000  # characters, unpacked
_DIGEST = 16  # hexadecimal digits; it notices damage and changes, it keeps nobody out


class NotReadable(Exception):
    """A file that can't be taken in; ``reason`` is a sentence for the person who sent it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Kind(StrEnum):
    """How an answer is written."""

    CHOICE = "choice"
    LINE = "line"
    LINES = "lines"


@dataclass(frozen=True)
class Option:
    """One answer to choose, and what it means."""

    text: str
    about: str = ""


@dataclass(frozen=True)
class Field:
    """One place to write. ``key`` names it to the portal, for example ``B10/narrative``."""

    key: str
    kind: Kind
    label: str
    hint: str = ""
    text: str = ""  # what is written there now
    options: tuple[Option, ...] = ()
    status: str = ""


@dataclass(frozen=True)
class Support:
    """One item of evidence, for reading."""

    title: str
    where: str


@dataclass(frozen=True)
class Section:
    """One criterion."""

    code: str
    title: str
    guidance: tuple[str, ...]
    usual_evidence: tuple[str, ...]
    fields: tuple[Field, ...]
    evidence: tuple[Support, ...] = ()


@dataclass(frozen=True)
class Chapter:
    """One level."""

    name: str
    about: str
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Identity:
    """Where a form belongs, and what was saved when it was made.

    ``marks`` are those of the saved answers, by key; ``written`` are digests of the texts in the form, so that a
    field nobody touched is known for what it is, whatever was saved in the portal since.
    """

    organisation_id: str
    organisation: str
    self_assessment_id: str
    framework: str
    framework_checksum: str
    level: str  # empty: all
    made_at: str
    marks: Mapping[str, str] = field(default_factory=dict)
    written: Mapping[str, str] = field(default_factory=dict)
    format: int = FORMAT


@dataclass(frozen=True)
class Form:
    """All that a form says."""

    title: str
    portal: str  # who made it: the only name in the file's own description
    organisation: str
    framework: str
    mark: str
    made_on: str
    made_at: datetime
    how_to: tuple[str, ...]
    chapters: tuple[Chapter, ...]
    identity: Identity


@dataclass(frozen=True)
class Filled:
    """A form that came back: its identity, and the text of each field that is still in it."""

    identity: Identity
    texts: dict[str, str]


def restored(found: Any) -> Filled:
    """The form again from the JSON values of ``dataclasses.asdict``."""
    return Filled(Identity(**found["identity"]), found["texts"])


def digest(text: str) -> str:
    """A short digest of a text, the same however its letters are composed and whatever space stands around it."""
    tidy = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    return hashlib.sha256(tidy.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST]


def packed(identity: Identity) -> str:
    """The identity as plain letters, with a checksum: damage is noticed, and nothing in it is a secret."""
    return lettered(asdict(identity))


def lettered(values: Mapping[str, Any]) -> str:
    """JSON values as plain letters, with a checksum in front."""
    document = json.dumps(values, sort_keys=True, separators=(",", ":")).encode()
    return f"{hashlib.sha256(document).hexdigest()[:_DIGEST]}.{base64.b64encode(zlib.compress(document, 9)).decode()}"


def unpacked(text: str) -> Identity:
    """The identity of ``packed`` letters. Raises NotReadable when they are not ours, damaged or of a newer format."""
    return _identity(unlettered(text))


def unlettered(text: str) -> Any:
    """The values of ``lettered`` letters. Raises NotReadable when they are not ours, damaged or of a newer format."""
    checksum, _, letters = "".join(text.split()).partition(".")
    document = _inflated(letters)
    if hashlib.sha256(document).hexdigest()[:_DIGEST] != checksum:
        raise NotReadable(DAMAGED)
    try:
        found = json.loads(document)
    except (ValueError, RecursionError):
        raise NotReadable(DAMAGED) from None
    if isinstance(found, dict) and isinstance(found.get("format"), int) and found["format"] > FORMAT:
        raise NotReadable(NEWER)
    return found


def _inflated(letters: str) -> bytes:
    try:
        inflate = zlib.decompressobj()
        document = inflate.decompress(base64.b64decode(letters, validate=True), LONGEST_IDENTITY)
    except (ValueError, zlib.error):
        raise NotReadable(DAMAGED) from None
    if not inflate.eof:
        raise NotReadable(DAMAGED)
    return document


def _identity(found: Any) -> Identity:
    try:
        made = Identity(**found)
    except TypeError:
        raise NotReadable(DAMAGED) from None
    texts: tuple[object, ...] = (
        made.organisation_id,
        made.organisation,
        made.self_assessment_id,
        made.framework,
    )
    texts += (made.framework_checksum, made.level, made.made_at, *_flat(made.marks), *_flat(made.written))
    if not all(isinstance(text, str) for text in texts) or not isinstance(made.format, int):
        raise NotReadable(DAMAGED)
    return made


def _flat(pairs: Any) -> list[object]:
    if not isinstance(pairs, dict):
        raise NotReadable(DAMAGED)
    return [*pairs.keys(), *pairs.values()]


NOT_OURS = (
    "This is not a form of this portal, or the program that saved it left out what says where it belongs. "
    "Export the form again, write in that file with Word, Excel or LibreOffice, and send it back."
)
DAMAGED = (
    "The part of this file that says where it belongs was changed or is damaged. "
    "Export the form again and copy your answers into it."
)
NEWER = (
    "This form was made by a newer version of the portal. Export it again here and copy your answers into it."
)
TOO_LARGE = (
    "This file holds far more than the form that was exported. "
    "Export the form again and copy your answers into it, without pictures."
)


BROKEN = (
    "This file is damaged or was cut short. Open it on your computer, save it again and send the new copy."
)
LARGEST = 10 * 1024 * 1024  # bytes of a file
_LARGEST_PARTS = 64 * 1024 * 1024  # bytes that all its parts unpack to; pictures are in it as well
_LARGEST_MARKUP = 24 * 1024 * 1024  # bytes of its XML: a tree of it takes some ten times as much
_LONGEST_TEXTS = 8_000_000  # characters of all answers


def require_small(source: bytes) -> None:
    """Raise NotReadable when a file is far larger than a filled form would be. The structure check saw its lengths."""
    try:
        with zipfile.ZipFile(io.BytesIO(source)) as archive:
            sizes = [(one.filename.lower(), one.file_size) for one in archive.infolist()]
    except zipfile.BadZipFile:
        raise NotReadable(BROKEN) from None
    markup = sum(size for name, size in sizes if name.endswith((".xml", ".rels")))
    if len(source) > LARGEST or sum(size for _, size in sizes) > _LARGEST_PARTS or markup > _LARGEST_MARKUP:
        raise NotReadable(TOO_LARGE)


def checked(identity: Identity, found: Iterable[tuple[str, str]]) -> Filled:
    """The texts by key. Raises NotReadable for one that the form never had, or that says two things."""
    texts: dict[str, str] = {}
    for key, text in found:
        if key not in identity.written:
            raise NotReadable(_unknown(key))
        if digest(texts.setdefault(key, text)) != digest(text):
            raise NotReadable(_twice(key))
    if sum(map(len, texts.values())) > _LONGEST_TEXTS:
        raise NotReadable(TOO_LARGE)
    return Filled(identity, texts)


def _twice(key: str) -> str:
    return f"The answer to {key} stands in this file twice, and the two differ. Remove one of them and send it again."


def _unknown(key: str) -> str:
    return f"The reference {key[:60]} was not in the form that was exported. Put back the reference that stood there."
