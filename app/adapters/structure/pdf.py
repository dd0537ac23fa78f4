"""PDF: every object is read, whether or not a page reaches it, and every stream is unpacked within limits."""

import io
import re
from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO

import pikepdf
from pikepdf.settings import qpdf_limit_errors, set_qpdf_limits

from app.adapters.structure.child import serve
from app.adapters.structure.reasons import (
    DAMAGED,
    FILE_INSIDE,
    PDF_FORM,
    PDF_MEDIA,
    PDF_SCRIPT,
    TOO_MUCH,
    TWO_IN_ONE,
    Refused,
    password,
)

OBJECTS = 150_000
PAGES = 2_000
STREAM = 48 * 1024 * 1024
ALL_STREAMS = 160 * 1024 * 1024
PIXELS = 200_000_000
FILTERS = 3
LIMITS: Mapping[str, Any] = {"parser_max_nesting": 100, "flate_max_memory": STREAM}

# Names that mean something as a key of a dictionary, and names that do as its kind, with the reason.
_KEYS = {
    "/JavaScript": PDF_SCRIPT,
    "/JS": PDF_SCRIPT,
    "/XFA": PDF_FORM,
    "/EmbeddedFiles": FILE_INSIDE,
    "/EF": FILE_INSIDE,
}
_VALUES = {
    "/JavaScript": PDF_SCRIPT,
    "/Launch": PDF_SCRIPT,
    "/ImportData": PDF_SCRIPT,
    "/EmbeddedFile": FILE_INSIDE,
    "/FileAttachment": FILE_INSIDE,
    "/GoToE": FILE_INSIDE,
    "/RichMedia": PDF_MEDIA,
    "/RichMediaExecute": PDF_MEDIA,
    "/3D": PDF_MEDIA,
    "/Movie": PDF_MEDIA,
    "/Sound": PDF_MEDIA,
    "/Screen": PDF_MEDIA,
    "/Rendition": PDF_MEDIA,
}
_SAYS_KIND = ("/S", "/Type", "/Subtype")
# Most objects hold none of these, and C looks faster than Python walks.
_SUSPECT = re.compile("|".join(rf"{name}\b" for name in {*_KEYS, *_VALUES}).encode())
_AFTER_END = re.compile(rb"%%EOF[\s\0]*\Z")
_ZIP_TAIL = 65_557
_TAIL = 2_048


def inspect(source: BinaryIO, extension: str) -> None:
    """Raise `Refused` unless `source` is one whole PDF that does nothing when opened."""
    _refuse_tail(source)
    source.seek(0)
    # Limits and the count of those met belong to the process, so both are left as they were found.
    found: Mapping[str, Any] = set_qpdf_limits(**LIMITS)
    met = qpdf_limit_errors()
    try:
        # No recovery: what is guessed from a broken file may differ from what a reader guesses.
        with pikepdf.open(source, attempt_recovery=False, suppress_warnings=True) as pdf:
            _refuse_document(pdf, extension)
    except pikepdf.PasswordError:
        raise Refused(password(extension)) from None
    except pikepdf.PdfError as error:
        limited = qpdf_limit_errors() > met or "limit" in str(error)
        raise Refused(TOO_MUCH if limited else DAMAGED) from None
    finally:
        set_qpdf_limits(**found)
    if qpdf_limit_errors() > met:
        raise Refused(TOO_MUCH)


def _refuse_tail(source: BinaryIO) -> None:
    length = source.seek(0, io.SEEK_END)
    source.seek(max(0, length - _ZIP_TAIL))
    tail = source.read(_ZIP_TAIL)
    if b"PK\x05\x06" in tail:
        raise Refused(TWO_IN_ONE)
    if b"%%EOF" not in tail[-_TAIL:]:
        raise Refused(DAMAGED)
    if not _AFTER_END.search(tail[-_TAIL:]):
        raise Refused(TWO_IN_ONE)


def _refuse_document(pdf: pikepdf.Pdf, extension: str) -> None:
    if pdf.is_encrypted:
        raise Refused(password(extension))
    if len(pdf.objects) > OBJECTS or len(pdf.pages) > PAGES:
        raise Refused(TOO_MUCH)
    _refuse_objects(pdf.objects)
    _refuse_pages(pdf)


def _refuse_pages(pdf: pikepdf.Pdf) -> None:
    if not pdf.pages:
        raise Refused(DAMAGED)
    for page in pdf.pages:
        contents = page.obj.get("/Contents")
        parts = contents if isinstance(contents, pikepdf.Array) else [contents]
        # Pictures are not unpacked, so text that says it is one would escape the weighing.
        if any(isinstance(part, pikepdf.Stream) and _is_picture(part) for part in parts):
            raise Refused(TWO_IN_ONE)


def _refuse_objects(objects: Iterable[object]) -> None:
    left = ALL_STREAMS
    for each in objects:
        if not isinstance(each, pikepdf.Object):
            continue  # a bare number
        if _SUSPECT.search(_written(each)):
            _refuse_active(each)
        if isinstance(each, pikepdf.Stream):
            left -= _weigh(each)
        if left < 0:
            raise Refused(TOO_MUCH)


def _written(each: pikepdf.Object) -> bytes:
    """The object as PDF text with its names in plain form, however they were disguised in the file."""
    return each.stream_dict.unparse() if isinstance(each, pikepdf.Stream) else each.unparse(resolved=True)


def _refuse_active(each: object) -> None:
    """Walk one object down to its references; those it refers to come up by themselves."""
    if isinstance(each, pikepdf.Name):
        # A name that stands alone is there to be referred to as a kind.
        _refuse_named(_VALUES.get(str(each)))
    elif isinstance(each, pikepdf.Array):
        for inner in each:
            _refuse_inner(inner)
    elif isinstance(each, pikepdf.Dictionary | pikepdf.Stream):
        _refuse_dictionary(each)


def _refuse_dictionary(each: pikepdf.Object) -> None:
    for key, value in each.items():
        _refuse_named(_KEYS.get(key))
        if key in _SAYS_KIND:
            _refuse_named(_VALUES.get(str(value)) if isinstance(value, pikepdf.Name) else None)
        _refuse_inner(value)


def _refuse_inner(value: object) -> None:
    nested = isinstance(value, pikepdf.Array | pikepdf.Dictionary | pikepdf.Stream)
    if nested and isinstance(value, pikepdf.Object) and not value.is_indirect:
        _refuse_active(value)


def _refuse_named(reason: str | None) -> None:
    if reason:
        raise Refused(reason)


def _is_picture(stream: pikepdf.Stream) -> bool:
    return stream.stream_dict.get("/Subtype") == pikepdf.Name.Image


def _weigh(stream: pikepdf.Stream) -> int:
    """How many bytes the stream unpacks to; 0 for pictures, which are judged by their stated size."""
    if _is_picture(stream):
        if int(stream.stream_dict.Width) * int(stream.stream_dict.Height) > PIXELS:
            raise Refused(TOO_MUCH)
        return 0
    packings = stream.stream_dict.get("/Filter")
    if isinstance(packings, pikepdf.Array) and len(packings) > FILTERS:
        raise Refused(TOO_MUCH)
    try:
        return len(stream.read_bytes())
    except pikepdf.PdfError as error:
        if "limit" in str(error):
            raise Refused(TOO_MUCH) from None
        if stream.stream_dict.get("/Type") == pikepdf.Name.ObjStm:
            # Its objects came up as null here, and a more patient reader may see them.
            raise Refused(DAMAGED) from None
        return 0  # packed in a way, or damaged in a way, that shows nothing to a reader either


if __name__ == "__main__":
    serve(inspect)
