"""Pictures: what is refused, in which words, and what is not."""

import io
import struct
import zlib
from collections.abc import Callable

import pytest
from PIL import Image

from app.adapters.structure.child import verdict
from app.adapters.structure.pictures import inspect
from tests import samples

DAMAGED = (
    "This file is damaged or was cut short. Open it on your computer, save it again and upload the new copy."
)
TWO_IN_ONE = (
    "This file holds something else as well as what its name says. "
    "Open it on your computer, save it again and upload the new copy."
)
TOO_MANY_PIXELS = (
    "This picture is too big to open safely. "
    "Make it smaller, to at most 8,000 pixels on each side, and upload it again."
)
TOO_HARD = (
    "This file takes too much work to check. "
    "Save it again as a simpler file, or split it into smaller files, and upload that."
)

PNG, JPG = samples.png(), samples.jpg()


def reason(data: bytes, extension: str) -> str:
    return verdict(inspect, io.BytesIO(data), extension)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))


def png_of(width: int, height: int) -> bytes:
    """A whole PNG that states this size, whatever it holds."""
    head = chunk(b"IHDR", struct.pack(">2L5B", width, height, 8, 2, 0, 0, 0))
    return PNG[:8] + head + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def jpg_of(width: int, height: int) -> bytes:
    """The sample, stating another size."""
    data = bytearray(JPG)
    struct.pack_into(">2H", data, data.index(b"\xff\xc0") + 5, height, width)
    return bytes(data)


def png_flipped() -> bytes:
    data = bytearray(PNG)
    data[data.index(b"IDAT") + 20] ^= 1
    return bytes(data)


def many_scans() -> bytes:
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x11"
    return JPG[:-2] + scan * 65 + JPG[-2:]


def saved(picture: Image.Image, kind: str, **how: object) -> bytes:
    target = io.BytesIO()
    picture.save(target, kind, **how)
    return target.getvalue()


BAD: dict[str, tuple[Callable[[], bytes], str, str]] = {
    "U01_png_then_zip": (lambda: PNG + samples.docx(), "png", TWO_IN_ONE),
    "U01_png_then_anything": (lambda: PNG + b"\0", "png", TWO_IN_ONE),
    "U01_jpg_then_zip": (lambda: JPG + samples.docx(), "jpg", TWO_IN_ONE),
    "U01_jpg_then_page": (lambda: JPG + b"<Script>1</script>", "jpg", TWO_IN_ONE),
    "U01_png_that_is_a_pdf": (
        lambda: PNG[:33] + chunk(b"tEXt", b"a\0%PDF-1.7") + PNG[33:],
        "png",
        TWO_IN_ONE,
    ),
    "U01_jpg_that_is_a_pdf": (lambda: JPG[:2] + b"\xff\xfe\x00\x0a%PDF-1.7" + JPG[2:], "jpg", TWO_IN_ONE),
    "U01_png_cut_at_half": (lambda: PNG[: len(PNG) // 2], "png", DAMAGED),
    "U01_png_last_bytes_cut": (lambda: PNG[:-4], "png", DAMAGED),
    "U01_png_byte_flipped": (png_flipped, "png", DAMAGED),
    "U01_png_no_size": (lambda: png_of(0, 10), "png", DAMAGED),
    "U01_jpg_cut_at_half": (lambda: JPG[: len(JPG) // 2], "jpg", DAMAGED),
    "U01_jpg_end_missing": (lambda: JPG[:-2], "jpg", DAMAGED),
    "U01_jpg_without_picture": (lambda: JPG[:2] + JPG[-2:], "jpg", DAMAGED),
    "U07_png_pixels": (lambda: png_of(60_000, 60_000), "png", TOO_MANY_PIXELS),
    "U07_png_most_pixels": (lambda: png_of(2**31 - 1, 2**31 - 1), "png", TOO_MANY_PIXELS),
    "U07_png_one_row_too_many": (lambda: png_of(8_000, 8_001), "png", TOO_MANY_PIXELS),
    "U07_jpg_pixels": (lambda: jpg_of(65_000, 65_000), "jpg", TOO_MANY_PIXELS),
    "U07_jpg_scans": (many_scans, "jpg", TOO_HARD),
}


@pytest.mark.parametrize("case", BAD)
def test_refused_with_its_reason(case: str) -> None:
    make, extension, expected = BAD[case]
    assert reason(make(), extension) == expected


PLAIN = Image.new("RGB", (64, 48), "#005eb8")

GOOD: dict[str, tuple[Callable[[], bytes], str]] = {
    "png": (lambda: PNG, "png"),
    "png_see_through": (lambda: saved(PLAIN.convert("RGBA"), "PNG"), "png"),
    "png_palette": (lambda: saved(PLAIN.convert("P"), "PNG"), "png"),
    "png_largest": (lambda: png_of(8_000, 8_000), "png"),
    "jpg": (lambda: JPG, "jpg"),
    "jpg_progressive": (lambda: saved(PLAIN, "JPEG", progressive=True), "jpg"),
    "jpg_grey": (lambda: saved(PLAIN.convert("L"), "JPEG"), "jpg"),
    "jpg_for_print": (lambda: saved(PLAIN.convert("CMYK"), "JPEG"), "jpg"),
    "jpg_with_small_copy_inside": (
        lambda: saved(PLAIN, "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0" + JPG),
        "jpg",
    ),
    "jpg_then_the_film_of_a_phone": (lambda: JPG + b"\0\0\0\x18ftypmp42" + bytes(99), "jpg"),
}


@pytest.mark.parametrize("case", GOOD)
def test_accepted(case: str) -> None:
    make, extension = GOOD[case]
    assert reason(make(), extension) == ""
