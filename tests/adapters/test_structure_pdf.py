"""PDF: what is refused, in which words, and what is not."""

import io
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import pikepdf
import pytest
import weasyprint
from PIL import Image

from app.adapters.structure.child import verdict
from app.adapters.structure.pdf import inspect
from tests import samples

DAMAGED = (
    "This file is damaged or was cut short. Open it on your computer, save it again and upload the new copy."
)
TWO_IN_ONE = (
    "This file holds something else as well as what its name says. "
    "Open it on your computer, save it again and upload the new copy."
)
TOO_MUCH = (
    "This file unpacks to far more than its size, so it cannot be checked. "
    "Save it as a PDF, or split it into smaller files, and upload that."
)
PASSWORD = "This PDF is protected with a password. Save a copy without the password and upload that."
SCRIPT = "This PDF holds a script or starts a program. Print it to a new PDF and upload the new copy."
FORM = "This PDF is a dynamic form (XFA). Print it to a new PDF and upload the new copy."
MEDIA = "This PDF holds video, sound or 3D content. Print it to a new PDF and upload the new copy."
INSIDE = (
    "This file holds another file or object inside it. "
    "Remove the inserted object, save the file and upload it again. Upload the other file on its own."
)

Change = Callable[[pikepdf.Pdf], object]


@cache
def plain() -> bytes:
    return samples.pdf()


def reason(data: bytes) -> str:
    return verdict(inspect, io.BytesIO(data), "pdf")


def changed(change: Change, **how: Any) -> bytes:
    """The sample after a change, saved by the library."""
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(plain())) as pdf:
        change(pdf)
        pdf.save(target, static_id=True, **how)
    return target.getvalue()


def root(text: str) -> bytes:
    """The sample with one more entry in its catalogue, written as in a PDF file."""
    return changed(lambda pdf: pdf.Root.update({"/Odd": pikepdf.Object.parse(text.encode())}))


def rewritten(old: bytes, new: bytes) -> bytes:
    """The sample uncompressed, with bytes of the same length replaced after saving."""
    data = changed(
        lambda pdf: pdf.Root.update({"/Odd": pikepdf.Dictionary(S=pikepdf.Name.Aaaaaaaaaa)}),
        object_stream_mode=pikepdf.ObjectStreamMode.disable,
    )
    assert (old in data, len(old)) == (True, len(new))
    return data.replace(old, new)


def attached(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["list.txt"] = b"names"


def referred(pdf: pikepdf.Pdf) -> None:
    """The kind of action stands in an object of its own."""
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pdf.make_indirect(pikepdf.Name.Launch))


def unreached(pdf: pikepdf.Pdf) -> None:
    """A script that hangs on an annotation of a page, within an object stream."""
    pdf.pages[0].obj.Annots = pikepdf.Array(
        [pdf.make_indirect(pikepdf.Dictionary(A=[[pikepdf.Dictionary(S=pikepdf.Name.JavaScript)]]))]
    )


def stream(data: bytes, **entries: object) -> Change:
    """One more stream, which the library packs on saving."""
    return lambda pdf: pdf.Root.update({"/Odd": pdf.make_stream(data, **entries)})


def packed_many_times() -> bytes:
    """A stream that states four packings, one within the other."""
    four = pikepdf.Array([pikepdf.Name.FlateDecode] * 4)
    return changed(
        lambda pdf: pdf.Root.update({"/Odd": pdf.make_stream(b"x", Filter=four)}),
        compress_streams=False,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
    )


def broken_object_stream() -> bytes:
    """Objects in a stream that does not unpack: what they are depends on who reads it."""
    broken = {"Type": pikepdf.Name.ObjStm, "Filter": pikepdf.Name.FlateDecode}
    return changed(
        stream(b"not packed", **broken),
        compress_streams=False,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
    )


def disguised(pdf: pikepdf.Pdf) -> None:
    """The page's text says that it is a picture."""
    pdf.pages[0].obj.Contents = pdf.make_stream(b"q Q", Subtype=pikepdf.Name.Image, Width=1, Height=1)


def huge_picture(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Odd = pdf.make_stream(b"x", Subtype=pikepdf.Name.Image, Width=100_000, Height=100_000)


def object_bomb() -> bytes:
    """Objects packed into a stream that unpacks to more than one stream may."""
    data = changed(
        lambda pdf: pdf.Root.update({"/Odd": pdf.make_indirect(pikepdf.String("a" * 49 * 1024 * 1024))}),
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
    )
    assert len(data) < 200_000
    return data


def no_pages(pdf: pikepdf.Pdf) -> None:
    del pdf.pages[:]


def locked(user: str) -> bytes:
    return changed(lambda pdf: None, encryption=pikepdf.Encryption(owner="owner", user=user))


def nested(depth: int) -> bytes:
    return changed(
        lambda pdf: pdf.Root.update({"/Odd": pikepdf.Object.parse(b"[" * depth + b"]" * depth)}),
        object_stream_mode=pikepdf.ObjectStreamMode.disable,
    )


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "U01_open_action_script": (lambda: root("<< /S /JavaScript /JS (app.alert\\(1\\)) >>"), SCRIPT),
    "U01_script_without_kind": (lambda: root("<< /JS (app.alert\\(1\\)) >>"), SCRIPT),
    "U01_script_names": (lambda: root("<< /JavaScript << /Names [ ] >> >>"), SCRIPT),
    "U01_script_deep_in_an_annotation": (lambda: changed(unreached), SCRIPT),
    "U01_launch": (lambda: root("<< /S /Launch /F (cmd.exe) >>"), SCRIPT),
    "U01_launch_by_reference": (lambda: changed(referred), SCRIPT),
    "U01_import_data": (lambda: root("<< /S /ImportData /F (a.fdf) >>"), SCRIPT),
    "U01_attachment": (lambda: changed(attached), INSIDE),
    "U01_attachment_annotation": (lambda: root("<< /Subtype /FileAttachment >>"), INSIDE),
    "U01_go_to_embedded": (lambda: root("<< /S /GoToE >>"), INSIDE),
    "U01_xfa": (lambda: root("<< /AcroForm << /XFA (x) >> >>"), FORM),
    "U01_rich_media": (lambda: root("<< /Subtype /RichMedia >>"), MEDIA),
    "U01_three_dimensions": (lambda: root("<< /Subtype /3D >>"), MEDIA),
    "U01_movie": (lambda: root("<< /S /Movie >>"), MEDIA),
    "U01_password_to_open": (lambda: locked("user"), PASSWORD),
    "U01_password_to_change": (lambda: locked(""), PASSWORD),
    "U01_cut_at_half": (lambda: plain()[: len(plain()) // 2], DAMAGED),
    "U01_middle_missing": (lambda: plain()[:400] + plain()[900:], DAMAGED),
    "U01_object_stream_broken": (broken_object_stream, DAMAGED),
    "U01_no_pages": (lambda: changed(no_pages), DAMAGED),
    "U01_zip_appended": (lambda: plain() + samples.docx(), TWO_IN_ONE),
    "U01_zip_appended_with_end_mark": (lambda: plain() + b"PK\x05\x06" + bytes(16) + b"%%EOF", TWO_IN_ONE),
    "U01_page_appended": (lambda: plain() + b"<script>1</script>", TWO_IN_ONE),
    "U01_text_says_picture": (lambda: changed(disguised), TWO_IN_ONE),
    "U07_stream": (lambda: changed(stream(bytes(49 * 1024 * 1024))), TOO_MUCH),
    "U07_packed_many_times": (packed_many_times, TOO_MUCH),
    "U07_object_stream": (object_bomb, DAMAGED),
    "U07_deep_arrays": (lambda: nested(300), TOO_MUCH),
    "U07_picture": (lambda: changed(huge_picture), TOO_MUCH),
}


@pytest.mark.parametrize("case", BAD)
def test_refused_with_its_reason(case: str) -> None:
    make, expected = BAD[case]
    assert reason(make()) == expected


def tagged() -> bytes:
    return bytes(
        weasyprint.HTML(string="<html lang=en><title>t</title><h1>A</h1>").write_pdf(pdf_variant="pdf/ua-1")
    )


def scanned() -> bytes:
    pages = [Image.effect_noise((600, 800), 40).convert("RGB") for _ in range(3)]
    target = io.BytesIO()
    pages[0].save(target, "PDF", save_all=True, append_images=pages[1:])
    return target.getvalue()


GOOD: dict[str, Callable[[], bytes]] = {
    "printed": plain,
    "tagged": tagged,
    "scanned": scanned,
    "with_object_streams": lambda: changed(
        lambda pdf: None, object_stream_mode=pikepdf.ObjectStreamMode.generate
    ),
    "linearised": lambda: changed(lambda pdf: None, linearize=True),
    "with_a_link": lambda: root("<< /S /URI /URI (https://example.invalid/) >>"),
    "that_writes_about_scripts": lambda: root("(see /JavaScript and /Launch)"),
    "with_a_font_named_alike": lambda: root("<< /Font << /JSx 1 /Launcher 2 >> >>"),
    "with_blank_lines_after_the_end": lambda: plain() + b"\r\n\r\n\0",
    "of_one_colour": lambda: changed(stream(bytes(5_000_000))),
}


@pytest.mark.parametrize("case", GOOD)
def test_accepted(case: str) -> None:
    assert reason(GOOD[case]()) == ""


def test_U01_a_name_written_in_codes_is_still_seen() -> None:
    data = rewritten(b"/S /Aaaaaaaaaa", b"/S /L#61unch  ")
    assert re.search(rb"/Launch\b", data) is None
    assert reason(data) == SCRIPT


@pytest.mark.parametrize("limit", ["OBJECTS", "PAGES"])
def test_U07_more_objects_or_pages_than_the_limit(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real limits are large, and a file that meets them is slow to make."""
    two_pages = changed(lambda pdf: pdf.add_blank_page())
    assert reason(two_pages) == ""
    monkeypatch.setattr(f"app.adapters.structure.pdf.{limit}", 1)
    assert reason(two_pages) == TOO_MUCH
