"""Values that name a person or organisation, told from those in which a program names itself."""

import re
from collections.abc import Iterator

from app.adapters.findings.kinds import Finding, Kind, tidied

_PROGRAMS = re.compile(
    r"(?:openpyxl|python-(?:docx|pptx)|xlsxwriter|apache poi|libreoffice|"
    r"microsoft(?: office)?(?: user| macos user| word| excel| powerpoint)?|windows user|docx4j|aspose|weasyprint|"
    r"latex|ghostscript|adobe|google)(?:[ /][\w./() -]*)?|"
    r"user|an? author|author|reviewer|unknown|none|admin|administrator|word|excel|powerpoint|anonymous|\W*",
    re.I,
)


def is_name(text: str) -> bool:
    """Whether a value may name a person or organisation, and not the program that wrote it."""
    return bool(text.strip()) and not _PROGRAMS.fullmatch(text.strip())


def author(place: str, what: str, value: str) -> Iterator[Finding]:
    """A finding for a value that names somebody."""
    if is_name(value):
        yield Finding(Kind.AUTHOR, place, tidied(f"{what}: {value}"))
