"""Changes saved after the signature: incremental saving, shadow attacks, evil annotation, sneaky signature."""

import io
from collections.abc import Callable

import pikepdf
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm

from app.adapters.signing.key_files import FileKey
from tests.forgeries import Forgeries, Forgery
from tests.forgeries.edits import saved
from tests.forgeries.originals import Original, fresh_key, signed
from tests.forgeries.signatures import signed_again, with_permissions

Writer = IncrementalPdfFileWriter
GOLD = b"BT /F 40 Tf 100 400 Td (Gold) Tj ET"


def everything(made: Original) -> Forgeries:
    yield from incremental(made)
    yield from shadow(made)
    yield from annotated(made)
    yield from sneaky(made)


def incremental(made: Original) -> Forgeries:
    """Incremental saving: the signed revision stays whole below what a reader shows."""
    for name, change in {
        "another page content": _paint_over,
        "another page": _another_page,
        "another title": _another_title,
        "another catalogue": _another_catalogue,
    }.items():
        yield Forgery("incremental", name, updated(made.signed, change))
    body = b"\n5 0 obj\n<</Length %d>>\nstream\n%s\nendstream\nendobj\n" % (len(GOLD), GOLD)
    yield Forgery("incremental", "no table", made.signed + body)
    yield Forgery(
        "incremental", "no table, with trailer", made.signed + body + b"trailer\n<</Root 2 0 R>>\n%%EOF\n"
    )
    copied = made.signed[len(made.accessible) :]
    yield Forgery("incremental", "the signature once more", updated(made.signed, _paint_over) + copied)


def shadow(made: Original) -> Forgeries:
    """Shadow attacks: prepared before the signature, shown after it. Our own key has signed what was prepared."""
    hidden = signed(_covered(made.accessible), made.key)
    yield Forgery("shadow", "hide", updated(hidden, _uncover))
    replaced = signed(_with_field(made.accessible), made.key)
    yield Forgery("shadow", "replace", updated(replaced, _refill))
    both = signed(_with_second_page(made.accessible), made.key)
    yield Forgery("shadow", "hide and replace", updated(both, _show_second_page))


def annotated(made: Original) -> Forgeries:
    """Evil annotation: certified with annotations allowed, and one that covers the page."""
    for name, pdf in {
        "allowed": with_permissions(made.accessible, made.key, MDPPerm.ANNOTATE),
        "not allowed": made.signed,
    }.items():
        yield Forgery("annotation", name, updated(pdf, _annotate))


def sneaky(made: Original) -> Forgeries:
    """Sneaky signature: a further signature whose picture covers the page, where filling forms is allowed."""
    for name, pdf, key in (
        ("by a stranger", with_permissions(made.accessible, made.key, MDPPerm.FILL_FORMS), fresh_key()),
        ("by ourselves", with_permissions(made.accessible, made.key, MDPPerm.FILL_FORMS), made.key),
        ("where nothing is allowed", made.signed, fresh_key()),
    ):
        yield Forgery("sneaky", name, _sneaked(pdf, key))


def updated(pdf: bytes, change: Callable[[Writer], None]) -> bytes:
    """``pdf`` with an incremental update."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _page(writer: Writer) -> generic.DictionaryObject:
    return writer.root["/Pages"]["/Kids"][0]


def _paint_over(writer: Writer) -> None:
    page = _page(writer)
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=GOLD))
    writer.update_container(page)


def _another_page(writer: Writer) -> None:
    page = generic.DictionaryObject(dict(_page(writer)))
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=GOLD))
    writer.root["/Pages"]["/Kids"].insert(0, writer.add_object(page))
    writer.update_container(writer.root["/Pages"])


def _another_title(writer: Writer) -> None:
    info = writer.trailer["/Info"]
    info["/Title"] = generic.TextStringObject("Gold certificate ARF-2026-000017")
    writer.update_container(info)


def _another_catalogue(writer: Writer) -> None:
    root = writer.root
    for key in ("/AcroForm", "/Perms"):
        root.pop(key, None)
    writer.update_root()


def _annotate(writer: Writer) -> None:
    page = _page(writer)
    note = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/FreeText"),
            pdf_name("/Rect"): generic.ArrayObject(generic.NumberObject(one) for one in (0, 0, 595, 842)),
            pdf_name("/Contents"): generic.TextStringObject("Gold"),
            pdf_name("/DA"): generic.TextStringObject("/Helv 60 Tf"),
            pdf_name("/F"): generic.NumberObject(4),
        }
    )
    page["/Annots"].append(writer.add_object(note))
    writer.update_container(page["/Annots"])
    writer.update_container(page)


def _sneaked(pdf: bytes, key: FileKey) -> bytes:
    again = signed_again(pdf, key, "Sneaky")

    def cover(writer: Writer) -> None:
        for field in writer.root["/AcroForm"]["/Fields"]:
            widget = field.get_object()
            if widget["/T"] == "Sneaky":
                widget["/Rect"] = generic.ArrayObject(generic.NumberObject(one) for one in (0, 0, 595, 842))
                writer.update_container(widget)

    return updated(again, cover)


def _covered(pdf: bytes) -> bytes:
    """A drawing that covers what the signer must not see."""
    file = pikepdf.open(io.BytesIO(pdf))
    cover = pikepdf.Stream(file, b"1 g 0 0 600 100 re f")
    cover.Type, cover.Subtype, cover.BBox = pikepdf.Name.XObject, pikepdf.Name.Form, [0, 0, 600, 100]
    page = file.pages[0].obj
    page.Resources.XObject = pikepdf.Dictionary(Cover=file.make_indirect(cover))
    page.Contents = file.make_indirect(
        pikepdf.Stream(file, GOLD + b"\n" + page.Contents.read_bytes() + b"\n/Cover Do")
    )
    return saved(file)


def _uncover(writer: Writer) -> None:
    resources = _page(writer)["/Resources"]
    resources["/XObject"]["/Cover"] = writer.add_object(generic.StreamObject(stream_data=b""))
    writer.update_container(resources["/XObject"])


def _with_field(pdf: bytes) -> bytes:
    """A text field whose picture shows one thing, while its value is another."""
    file = pikepdf.open(io.BytesIO(pdf))
    picture = pikepdf.Stream(file, b"BT (Bronze) Tj ET")
    picture.Type, picture.Subtype, picture.BBox = pikepdf.Name.XObject, pikepdf.Name.Form, [0, 0, 200, 40]
    field = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot,
        Subtype=pikepdf.Name.Widget,
        FT=pikepdf.Name.Tx,
        T=pikepdf.String("level"),
        V=pikepdf.String("Gold"),
        Rect=[100, 400, 300, 440],
        AP=pikepdf.Dictionary(N=file.make_indirect(picture)),
    )
    reference = file.make_indirect(field)
    file.pages[0].obj.Annots = pikepdf.Array([reference])
    file.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([reference]))
    return saved(file)


def _refill(writer: Writer) -> None:
    for reference in writer.root["/AcroForm"]["/Fields"]:
        field = reference.get_object()
        if field["/T"] == "level":
            field["/AP"] = generic.DictionaryObject(
                {pdf_name("/N"): writer.add_object(generic.StreamObject(stream_data=b"BT (Gold) Tj ET"))}
            )
            writer.update_container(field)


def _with_second_page(pdf: bytes) -> bytes:
    """A second page that no page tree names."""
    file = pikepdf.open(io.BytesIO(pdf))
    shown = file.pages[0].obj
    hidden = pikepdf.Dictionary(
        Type=pikepdf.Name.Page, MediaBox=shown.MediaBox, Resources=shown.Resources, Parent=file.Root.Pages
    )
    hidden.Contents = file.make_indirect(pikepdf.Stream(file, GOLD))
    file.Root.Hidden = file.make_indirect(hidden)
    return saved(file)


def _show_second_page(writer: Writer) -> None:
    pages = writer.root["/Pages"]
    pages["/Kids"] = generic.ArrayObject([writer.root.raw_get("/Hidden")])
    writer.update_container(pages)
