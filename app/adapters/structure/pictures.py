"""PNG and JPEG: the frame is walked from first marker to last, and no pixel is decoded."""

import re
import struct
from collections.abc import Iterator
from typing import BinaryIO

from PIL import Image

from app.adapters.structure.child import serve
from app.adapters.structure.reasons import DAMAGED, TOO_HARD, TOO_MANY_PIXELS, TWO_IN_ONE, Refused

# The largest phone cameras reach 50 million in ordinary use; whoever shows one needs 4 bytes for each.
PIXELS = 64_000_000
CHUNKS = 50_000
SCANS = 64

# Naming the format keeps Pillow's other forty out of reach.
_FORMATS = {"png": "PNG", "jpg": "JPEG"}
_PNG_HEAD = 8
_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_START, _END, _SCAN = 0xD8, 0xD9, 0xDA
# Readers of PDF look for its beginning in the first kilobyte.
_PDF_WITHIN = 1024
# Phones put a second picture or a film after the first, so what follows a JPEG is refused by kind.
_FOREIGN = re.compile(
    rb"PK\x05\x06|PK\x03\x04|Rar!\x1a|7z\xbc\xaf|<\?php|<script|<html|<svg|%PDF-", re.IGNORECASE
)


def inspect(source: BinaryIO, extension: str) -> None:
    """Raise `Refused` unless `source` is one whole picture of a size that can be opened."""
    source.seek(0)
    data = source.read()
    if b"%PDF-" in data[:_PDF_WITHIN]:
        raise Refused(TWO_IN_ONE)
    width, height, end = _png(data) if extension == "png" else _jpg(data)
    if width * height > PIXELS:
        raise Refused(TOO_MANY_PIXELS)
    _refuse_rest(data, end, extension)
    _verify(source, extension)


def _refuse_rest(data: bytes, end: int, extension: str) -> None:
    if (extension == "png" and end < len(data)) or _FOREIGN.search(data, end):
        raise Refused(TWO_IN_ONE)


def _verify(source: BinaryIO, extension: str) -> None:
    """Let the library that other programs use agree; for PNG this checks every checksum."""
    source.seek(0)
    try:
        with Image.open(source, formats=[_FORMATS[extension]]) as picture:
            picture.verify()
    except (OSError, SyntaxError, ValueError):
        raise Refused(DAMAGED) from None


def _png(data: bytes) -> tuple[int, int, int]:
    """Width and height in pixels, and where the picture ends in the file."""
    place, kind = _PNG_HEAD, b""
    for _ in range(CHUNKS):
        if len(data) < place + 12:
            raise Refused(DAMAGED)
        length, kind = struct.unpack_from(">L4s", data, place)
        place += 12 + length
        if kind == b"IEND" and place <= len(data):
            return *struct.unpack_from(">2L", data, _PNG_HEAD + 8), place
    raise Refused(DAMAGED)


def _jpg(data: bytes) -> tuple[int, int, int]:
    """Width and height in pixels, and where the picture ends in the file."""
    size, scans = (0, 0), 0
    for marker, place in _markers(data):
        if marker in _FRAMES:
            height, width = struct.unpack_from(">2H", data, place + 3)
            size = max(size, (width, height), key=lambda each: each[0] * each[1])
        scans += marker == _SCAN
        if scans > SCANS:
            raise Refused(TOO_HARD)
        if marker == _END and scans and all(size):
            return *size, place
    raise Refused(DAMAGED)


def _markers(data: bytes) -> Iterator[tuple[int, int]]:
    """Each marker with the place after it; the compressed data of a scan is jumped over."""
    place, segments = 2, 0
    while (found := _MARKER.search(data, place)) and segments < CHUNKS:
        segments += 1
        marker, place = data[found.end() - 1], found.end()
        if marker != _END and len(data) < place + 9:
            return
        yield marker, place
        if marker not in (0x01, _START):
            place += struct.unpack_from(">H", data, place)[0]


if __name__ == "__main__":
    serve(inspect)
