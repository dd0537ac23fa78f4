"""Pages and pictures drawn as PNG, in their own process: one file from standard input, a list of pages or one page."""

import io
import time
from math import ceil
from typing import Any, BinaryIO

import pypdfium2 as pdfium  # type: ignore[import-untyped]
from PIL import Image, ImageOps

from app.adapters.reading.blocks import READING, Leaf, Reading, packed, tidied
from app.adapters.structure.child import produce

CPU_SECONDS = 12
# A picture of 64 million pixels is unpacked to 4 bytes each before it is made small.
MEMORY = 500 * 1024 * 1024

PAGE_WIDTH = 1_000  # pixels; a page of A4 is then read at some 120 dots an inch
PICTURE_WIDTH = 1_600
LONGEST = 3_000  # pixels, so that a banner or a till roll stays small too
MOST_PAGES = 500
MOST_TEXT = 20_000  # characters of one page
_LISTING_SECONDS = 6.0  # of computing; what is not listed by then is left away


def work(source: BinaryIO, arguments: list[str]) -> bytes:
    """``reading <extension>``: every page's size and words. ``picture <extension> <number>``: one page as PNG."""
    what, extension = arguments[:2]
    source.seek(0)
    if extension == "pdf":
        return packed(_listed(source)) if what == READING else _page(source, int(arguments[2]))
    return packed(_sized(source)) if what == READING else _picture(source)


def _listed(source: BinaryIO) -> Reading:
    document = pdfium.PdfDocument(source)
    leaves: list[Leaf] = []
    for number in range(min(len(document), MOST_PAGES)):
        if time.process_time() > _LISTING_SECONDS:
            break
        leaves.append(_leaf(document[number]))
    return Reading(are_pictures=True, leaves=tuple(leaves), is_cut=len(leaves) < len(document))


def _leaf(page: Any) -> Leaf:
    width, height = page.get_size()
    scale = _scale(width, height, PAGE_WIDTH)
    words = page.get_textpage()
    try:
        text = tidied(words.get_text_range()[:MOST_TEXT])
    finally:
        words.close()
        page.close()
    return Leaf(text=text, width=ceil(width * scale), height=ceil(height * scale))


def _page(source: BinaryIO, number: int) -> bytes:
    page = pdfium.PdfDocument(source)[number - 1]
    width, height = page.get_size()
    scale = _scale(width, height, PAGE_WIDTH)
    return _png(page.render(scale=scale, may_draw_forms=True).to_pil())


def _scale(width: float, height: float, wanted: int) -> float:
    """How much larger or smaller to draw, so that neither side grows beyond its limit."""
    return min(wanted / max(width, 1.0), LONGEST / max(height, 1.0))


def _sized(source: BinaryIO) -> Reading:
    width, height = _drawn(source).size
    return Reading(are_pictures=True, leaves=(Leaf(width=width, height=height),))


def _picture(source: BinaryIO) -> bytes:
    return _png(_drawn(source))


def _drawn(source: BinaryIO) -> Image.Image:
    """The picture as it is held up to be looked at, on white, no wider than is shown."""
    with Image.open(source, formats=["PNG", "JPEG"]) as picture:
        picture.draft("RGB", _smaller(*picture.size))  # a JPEG is unpacked smaller to begin with
        upright = _flat(ImageOps.exif_transpose(picture))
    return upright.resize(_smaller(*upright.size), Image.Resampling.LANCZOS, reducing_gap=2.0)


def _smaller(width: int, height: int) -> tuple[int, int]:
    scale = min(1.0, _scale(width, height, PICTURE_WIDTH))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _flat(picture: Image.Image) -> Image.Image:
    """Pixels of 8 bits without transparency, on white as on paper."""
    if picture.mode.startswith("I"):
        return picture.convert("I").point(lambda grey: grey / 256).convert("L")
    if "A" not in picture.mode and "transparency" not in picture.info:
        return picture if picture.mode == "L" else picture.convert("RGB")
    clear = picture.convert("RGBA")
    white = Image.new("RGB", clear.size, "white")
    white.paste(clear, mask=clear.getchannel("A"))
    return white


def _png(picture: Image.Image) -> bytes:
    target = io.BytesIO()
    picture.save(target, "PNG")
    return target.getvalue()


if __name__ == "__main__":
    produce(work, cpu_seconds=CPU_SECONDS, memory=MEMORY)
