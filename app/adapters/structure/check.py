"""Decides from a file's own bytes whether it may be kept as evidence."""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

from app.adapters.structure import apart, names, text
from app.adapters.structure.apart import CheckBroken
from app.adapters.structure.reasons import (
    EMPTY,
    HIDDEN_ENDING,
    NOT_ACCEPTED,
    TOO_LARGE,
    Refused,
    macros,
    older_format,
    password,
    wrong_type,
)

__all__ = ["ACCEPTED", "LARGEST", "CheckBroken", "Checked", "Refused", "check"]

# What the checks are sized for, in two seconds and 200 MB. The upload limit is a setting below this.
LARGEST = 50 * 1024 * 1024

_OFFICE = "application/vnd.openxmlformats-officedocument."
ACCEPTED: Mapping[str, str] = {
    "pdf": "application/pdf",
    "docx": f"{_OFFICE}wordprocessingml.document",
    "xlsx": f"{_OFFICE}spreadsheetml.sheet",
    "pptx": f"{_OFFICE}presentationml.presentation",
    "png": "image/png",
    "jpg": "image/jpeg",
    "csv": "text/csv",
    "txt": "text/plain",
}
_SAME = {"jpeg": "jpg"}
_OLDER = {"doc": "docx", "dot": "docx", "xls": "xlsx", "xlt": "xlsx", "ppt": "pptx", "pps": "pptx"}
_WITH_MACROS = {
    "docm": "docx",
    "dotm": "docx",
    "xlsm": "xlsx",
    "xltm": "xlsx",
    "xlam": "xlsx",
    "pptm": "pptx",
    "ppsm": "pptx",
    "potm": "pptx",
}
_MAGIC = {
    b"%PDF-": "pdf",
    b"PK\x03\x04": "zip",
    b"\x89PNG\r\n\x1a\n": "png",
    b"\xff\xd8\xff": "jpg",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "compound",
    b"{\\rtf": "rtf",
}
_HOLDS = {"docx": "zip", "xlsx": "zip", "pptx": "zip", "csv": "text", "txt": "text"}
_APART = {
    "pdf": "app.adapters.structure.pdf",
    "png": "app.adapters.structure.pictures",
    "jpg": "app.adapters.structure.pictures",
    "zip": "app.adapters.structure.office",
}
_PROGRAM_ENDING = re.compile(
    r"\.(exe|scr|pif|bat|cmd|com|msi|lnk|js|jse|vbs|vbe|wsf|hta|html?|svg|php|ps1|jar|dll|cpl|reg)$", re.I
)
# An encrypted Office file is a compound file with this stream in its directory, in UTF-16.
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True)
class Checked:
    """What an accepted file is: its media type, its extension (jpeg becomes jpg), a name fit to show."""

    media_type: str
    extension: str
    file_name: str


def check(source: BinaryIO, file_name: str) -> Checked:
    """Say what `source` is; raise `Refused` with a sentence for the person who uploads it.

    `source` must be seekable, and is left at its beginning. Blocks for up to two seconds of work, so call
    it in a worker thread. Raises `CheckBroken` when the portal itself cannot run the check.
    """
    shown = names.safe_name(file_name)
    extension = _accepted_extension(shown)
    try:
        _refuse_size(source)
        _refuse_content(source, extension)
    finally:
        source.seek(0)
    return Checked(ACCEPTED[extension], extension, shown)


def _accepted_extension(shown: str) -> str:
    ending = names.ending_of(shown)
    extension = _SAME.get(ending, ending)
    if ending in _OLDER:
        raise Refused(older_format(_OLDER[ending]))
    if ending in _WITH_MACROS:
        raise Refused(macros(_WITH_MACROS[ending]))
    if extension not in ACCEPTED:
        raise Refused(NOT_ACCEPTED)
    if _PROGRAM_ENDING.search(shown.rpartition(".")[0]):
        raise Refused(HIDDEN_ENDING)
    return extension


def _refuse_size(source: BinaryIO) -> None:
    size = source.seek(0, io.SEEK_END)
    if size == 0:
        raise Refused(EMPTY)
    if size > LARGEST:
        raise Refused(TOO_LARGE)


def _refuse_content(source: BinaryIO, extension: str) -> None:
    kind = _kind(source)
    wanted = _HOLDS.get(extension, extension)
    if kind == "compound" and wanted == "zip":
        raise Refused(_compound(source, extension))
    if kind != wanted:
        raise Refused(wrong_type(extension))
    if wanted == "text":
        text.inspect(source, extension)
    elif reason := apart.refusal(_APART[wanted], source, extension):
        raise Refused(reason)


def _kind(source: BinaryIO) -> str:
    source.seek(0)
    head = source.read(16)
    return next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), "text")


def _compound(source: BinaryIO, extension: str) -> str:
    """Office writes both old files and locked ones as compound files; only their directory differs."""
    source.seek(0)
    locked = _ENCRYPTED in source.read(LARGEST)
    return password(extension) if locked else older_format(extension)
