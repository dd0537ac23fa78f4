"""What is in a file that leaves the portal: every part of it, its own description, and whom either names."""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator

import pikepdf
import pypdfium2  # type: ignore[import-untyped]

OFFICE_NAMES = re.compile(rb"<(?:dc:creator|cp:lastModifiedBy|dc:publisher|Company|Manager)[^>]*>([^<]*)</")
PDF_NAMES = ("/Author", "/Creator")
XMP_NAMES = ("dc:creator", "dc:contributor", "dc:publisher")


def parts_of(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """Every part of a file, as bytes that can be searched: those of archives in it too, and the words of a PDF."""
    yield name, content
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for inner in archive.namelist():
                yield f"{name}!names", inner.encode()
                yield from parts_of(f"{name}!{inner}", archive.read(inner))
    elif content.startswith(b"%PDF-"):
        yield f"{name}!words", _words(content)
        yield f"{name}!description", "\n".join(_described(content)).encode()


def described(name: str, content: bytes) -> list[str]:
    """Who a file says has made it, in whatever field its format has for that. Of archives, each file in it."""
    found: list[str] = []
    for inner, part in parts_of(name, content):
        if part.startswith(b"%PDF-"):
            found += _described(part)
        elif inner.endswith(".xml"):
            found += [text.decode() for text in OFFICE_NAMES.findall(part)]
    return found


def named(name: str, content: bytes, words: Iterable[str]) -> list[str]:
    """Where in a file any of the words stands."""
    parts = [(inner, part.lower()) for inner, part in parts_of(name, content)]
    return [f"{inner}: {word}" for word in words for inner, part in parts if word.lower().encode() in part]


def _words(content: bytes) -> bytes:
    document = pypdfium2.PdfDocument(content)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document).encode()
    finally:
        document.close()


def _described(content: bytes) -> list[str]:
    with pikepdf.open(io.BytesIO(content)) as document:
        told = [str(document.docinfo[key]) for key in PDF_NAMES if key in document.docinfo]
        with document.open_metadata() as metadata:
            for key in XMP_NAMES:
                value = metadata.get(key, [])
                told += [value] if isinstance(value, str) else list(value)
    return told
