"""PDF without what tells of who wrote it; on demand also without what people added to its pages."""

import io
from collections.abc import Iterable
from typing import Any, BinaryIO

import pikepdf

from app.adapters.findings import pictures
from app.adapters.findings.pdf_pages import REMARKS

# Keys that, on any object, tell of people or of the program and time of writing, and draw nothing.
_TELLING = ("/Metadata", "/PieceInfo", "/LastModified", "/AF")
_OF_A_REMARK = ("/T", "/CreationDate", "/M", "/RC")
_OF_A_SIGNATURE = ("/V", "/Lock", "/SV")


def cleaned(source: BinaryIO, *, with_changes: bool) -> bytes:
    """The file written anew, the same bytes each time; earlier states of it, which a PDF may hold, are gone."""
    source.seek(0)
    target = io.BytesIO()
    with pikepdf.open(source) as pdf:
        _forget_document(pdf)
        for each in pdf.objects:
            if isinstance(each, pikepdf.Dictionary | pikepdf.Stream):
                _forget(each)
        for page in pdf.pages:
            _remarks(page, with_changes=with_changes)
        pdf.remove_unreferenced_resources()
        pdf.save(target, deterministic_id=True, compress_streams=True, linearize=False)
    return target.getvalue()


def _forget_document(pdf: pikepdf.Pdf) -> None:
    _drop(pdf.trailer, ("/Info", "/ID"))
    _drop(pdf.Root, ("/Perms", "/Metadata"))


def _forget(each: pikepdf.Object) -> None:
    _drop(each, _TELLING)
    if each.get("/FT") == pikepdf.Name.Sig:
        # Writing the file anew breaks the signature anyway, and its certificate names its owner.
        _drop(each, _OF_A_SIGNATURE)
    if isinstance(each, pikepdf.Stream) and each.get("/Filter") == pikepdf.Name.DCTDecode:
        data = pictures.stripped(each.read_raw_bytes())
        parameters: Any = each.get("/DecodeParms")
        each.write(data, filter=pikepdf.Name.DCTDecode, decode_parms=parameters)


def _remarks(page: pikepdf.Page, *, with_changes: bool) -> None:
    annotations = page.obj.get("/Annots")
    if not isinstance(annotations, pikepdf.Array):
        return
    remarks = [each for each in annotations if _is_remark(each)]
    if not with_changes:
        for each in remarks:
            _drop(each, _OF_A_REMARK)
    elif remarks:
        page.obj["/Annots"] = pikepdf.Array([each for each in annotations if not _is_remark(each)])


def _is_remark(each: object) -> bool:
    return isinstance(each, pikepdf.Dictionary) and str(each.get("/Subtype", "")) in REMARKS


def _drop(each: pikepdf.Object, keys: Iterable[str]) -> None:
    for key in keys:
        if key in each:
            del each[key]
