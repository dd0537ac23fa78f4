"""The outside of a zip: which entries it has and what they unpack to, trusting no length it states.

Python's `zipfile` reads the directory only. The bytes are unpacked here, because `zipfile` stops at the
stated length without asking whether the data went on: other programs would go on.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from app.adapters.structure.reasons import DAMAGED, TOO_MUCH, TWO_IN_ONE, Refused

CHUNK = 64 * 1024
ENTRIES = 5_000
DIRECTORY = 1024 * 1024
LONGEST_NAME = 255
# Blank sheets and plain pictures reach a few hundred to one; past this, a large entry is made to be a bomb.
RATIO = 300
RATIO_FROM = 8 * 1024 * 1024

_END = struct.Struct("<4s4H2LH")
_LOCAL = struct.Struct("<4s5H3L2H")
_ZIP64_RECORDS = 76
_ENCRYPTED = 0x2041
_FLAG_UTF8 = 0x800


class Locked(Exception):
    """An entry is encrypted."""


@dataclass
class Budget:
    """What one upload may still cost; a file inside it spends from the same purse."""

    unpacked: int = 160 * 1024 * 1024
    elements: int = 1_000_000

    def unpack(self, size: int) -> None:
        """Spend bytes; raise `Refused` when they run out."""
        self.unpacked -= size
        if self.unpacked < 0:
            raise Refused(TOO_MUCH)

    def read_elements(self, count: int) -> None:
        """Spend XML elements; raise `Refused` when they run out."""
        self.elements -= count
        if self.elements < 0:
            raise Refused(TOO_MUCH)


def entries(source: BinaryIO, budget: Budget) -> list[zipfile.ZipInfo]:
    """The zip's entries; raise `Refused` when the zip is not plain, `Locked` when one is encrypted."""
    start = _directory(source)
    try:
        with zipfile.ZipFile(source) as archive:
            found = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError):
        raise Refused(DAMAGED) from None
    if any(entry.flag_bits & _ENCRYPTED for entry in found):
        raise Locked
    if len(found) > ENTRIES or sum(entry.file_size for entry in found) > budget.unpacked:
        raise Refused(TOO_MUCH)
    for entry in found:
        _refuse_entry(entry)
    _refuse_repeats(found)
    _refuse_overlap(found, start)
    return found


def unpacked(source: BinaryIO, entry: zipfile.ZipInfo, budget: Budget) -> Iterator[bytes]:
    """An entry's bytes in pieces; raise `Refused` unless they are exactly what the directory states."""
    size = crc = 0
    for piece in _pieces(source, entry):
        size += len(piece)
        if size > entry.file_size:
            raise Refused(TOO_MUCH)
        crc = zlib.crc32(piece, crc)
        budget.unpack(len(piece))
        yield piece
    if (size, crc) != (entry.file_size, entry.CRC):
        raise Refused(DAMAGED)


def _directory(source: BinaryIO) -> int:
    """Where the directory begins, once it is sure that nothing stands before, between or after."""
    length = source.seek(0, io.SEEK_END)
    source.seek(max(0, length - _END.size))
    tail = source.read(_END.size)
    if len(tail) < _END.size or not tail.startswith(b"PK\x05\x06"):
        raise Refused(_end_missing(source, length))
    size, start = _END.unpack(tail)[5:7]
    if size > DIRECTORY:
        raise Refused(TOO_MUCH)
    if length - _END.size - start - size not in (0, _ZIP64_RECORDS):
        raise Refused(TWO_IN_ONE)
    return int(start)


def _end_missing(source: BinaryIO, length: int) -> str:
    """Bytes after the end, or no end at all."""
    source.seek(max(0, length - 65_557))
    return TWO_IN_ONE if b"PK\x05\x06" in source.read(65_557) else DAMAGED


def _refuse_entry(entry: zipfile.ZipInfo) -> None:
    name = entry.orig_filename
    climbs = ".." in name.replace("\\", "/").split("/")
    if climbs or name.startswith("/") or any(mark in name for mark in "\\:\0"):
        raise Refused(TWO_IN_ONE)
    if len(name) > LONGEST_NAME or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Refused(DAMAGED)
    if entry.file_size > RATIO_FROM and entry.file_size > RATIO * entry.compress_size:
        raise Refused(TOO_MUCH)


def _refuse_repeats(found: list[zipfile.ZipInfo]) -> None:
    """Of two entries with one name, one program checks the first and another opens the second."""
    if len({entry.orig_filename.lower() for entry in found}) < len(found):
        raise Refused(TWO_IN_ONE)


def _refuse_overlap(found: list[zipfile.ZipInfo], directory: int) -> None:
    """Entries that share bytes make a bomb of any ratio out of a small file."""
    placed = sorted(found, key=lambda entry: entry.header_offset)
    ends = [entry.header_offset + _LOCAL.size + entry.compress_size for entry in placed]
    starts = [entry.header_offset for entry in placed] + [directory]
    if any(end > start for end, start in zip(ends, starts[1:], strict=True)):
        raise Refused(TOO_MUCH)
    if not placed or starts[0] != 0:
        raise Refused(TWO_IN_ONE)


def _pieces(source: BinaryIO, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    _seek_to_data(source, entry)
    if entry.compress_type == zipfile.ZIP_STORED or entry.compress_size == 0:
        yield from _raw(source, entry)
        return
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    for raw in _raw(source, entry):
        if inflate.eof:
            raise Refused(DAMAGED)
        while raw and not inflate.eof:
            yield inflate.decompress(raw, CHUNK)
            raw = inflate.unconsumed_tail
    yield from iter(lambda: inflate.decompress(inflate.unconsumed_tail, CHUNK), b"")
    if not inflate.eof or inflate.unused_data:
        raise Refused(DAMAGED)


def _raw(source: BinaryIO, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    left = entry.compress_size
    while left:
        raw = source.read(min(left, CHUNK))
        if not raw:
            raise Refused(DAMAGED)
        left -= len(raw)
        yield raw


def _seek_to_data(source: BinaryIO, entry: zipfile.ZipInfo) -> None:
    """Go past the entry's own header, which must tell the same as the directory."""
    source.seek(entry.header_offset)
    head = source.read(_LOCAL.size)
    if len(head) < _LOCAL.size:
        raise Refused(DAMAGED)
    signature, _, flags, method, *_, name_length, extra_length = _LOCAL.unpack(head)
    name = source.read(name_length)
    encoding = "utf-8" if entry.flag_bits & _FLAG_UTF8 else "cp437"
    same = (name, method) == (entry.orig_filename.encode(encoding), entry.compress_type)
    if signature != b"PK\x03\x04" or not same or flags & _ENCRYPTED:
        raise Refused(TWO_IN_ONE)
    source.seek(extra_length, io.SEEK_CUR)
