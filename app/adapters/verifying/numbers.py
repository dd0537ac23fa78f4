"""The numbers of certificates that a file shows to its readers, or carries where readers do not look."""

import re
from collections.abc import Iterator

import pypdfium2 as pdfium  # type: ignore[import-untyped]

from app.adapters.verifying.examined import MOST_NUMBERS

NUMBER = re.compile(r"ARF-\d{4}-\d{6}(?!\d)", re.ASCII)
MOST_PAGES = 3
MOST_CHARACTERS = 20_000  # of a page


def numbers(data: bytes) -> tuple[str, ...]:
    """Those on the first pages, then in the properties, then anywhere in the bytes."""
    met: dict[str, None] = {}
    for text in _texts(data):
        met.update(dict.fromkeys(NUMBER.findall(text)))
        if len(met) >= MOST_NUMBERS:
            break
    return tuple(met)[:MOST_NUMBERS]


def _texts(data: bytes) -> Iterator[str]:
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError:
        document = None
    if document is not None:
        yield from _shown(document)
        yield from document.get_metadata_dict().values()
    yield data.decode("latin-1")
    yield data.replace(b"\0", b"").decode("latin-1")  # text of two bytes a letter


def _shown(document: pdfium.PdfDocument) -> Iterator[str]:
    for place in range(min(len(document), MOST_PAGES)):
        try:
            yield document[place].get_textpage().get_text_bounded()[:MOST_CHARACTERS]
        except pdfium.PdfiumError:
            continue
