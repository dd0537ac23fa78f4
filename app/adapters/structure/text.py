"""Text and CSV files: that they are text, in an encoding that readers open."""

import codecs
import re
from typing import BinaryIO

from app.adapters.structure.reasons import NOT_TEXT, STARTS_A_PROGRAM, Refused

_CHUNK = 256 * 1024
_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
# Excel on Windows still saves CSV as Windows-1252; it is tried only when the bytes are not UTF-8.
_ENCODINGS = ("utf-8", "cp1252")
# Form feed and Ctrl-Z end pages and files in text from old programs.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x19\x1b-\x1f\x7f]")
# A formula that names a program, a topic and an item. Bounded everywhere: a file of tabs must stay linear.
_PROGRAM = re.compile(
    r"""(?:^|[,;\t"'])[ \t]{0,8}[=+\-@][^,;"|\r\n]{0,200}\|[^,;"|!\r\n]{0,200}!\w""", re.MULTILINE
)


def inspect(source: BinaryIO, extension: str) -> None:
    """Raise `Refused` unless `source` is text, and for CSV, text that starts no program when opened."""
    bom = next((mark for mark in _BOMS if _starts_with(source, mark)), None)
    encodings = (_BOMS[bom],) if bom else _ENCODINGS
    if not any(_reads_as(source, encoding, extension) for encoding in encodings):
        raise Refused(NOT_TEXT)


def _starts_with(source: BinaryIO, mark: bytes) -> bool:
    source.seek(0)
    return source.read(len(mark)) == mark


def _reads_as(source: BinaryIO, encoding: str, extension: str) -> bool:
    """Whether every byte decodes; raises `Refused` for control characters and live formulas."""
    decoder = codecs.getincrementaldecoder(encoding)()
    source.seek(0)
    carried = ""
    try:
        while chunk := source.read(_CHUNK):
            text = carried + decoder.decode(chunk)
            _refuse_live(text, extension)
            carried = text[-500:]
        _refuse_live(carried + decoder.decode(b"", final=True), extension)
    except UnicodeDecodeError:
        return False
    return True


def _refuse_live(text: str, extension: str) -> None:
    if _CONTROL.search(text):
        raise Refused(NOT_TEXT)
    if extension == "csv" and _PROGRAM.search(text):
        raise Refused(STARTS_A_PROGRAM)
