"""The page as it hangs on a wall: told apart by form without colour, and its QR code read back from paper."""

import io
from dataclasses import replace

import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageChops

from app.adapters.pdf_drawing import ACCENTS, draw_certificate
from tests.adapters.certificates import FACTS, opened

LEVELS = ("Bronze", "Silver", "Gold")
LONGEST = replace(
    FACTS,
    verify_url=f"https://{'p' * 60}.example.nhs.uk/verify/{'0123456789abcdef' * 2}",
    register_address=f"https://{'p' * 60}.example.nhs.uk/verify",
)


def printed(level: str, dots_an_inch: int) -> Image.Image:
    """The page as a laser printer puts it on paper: black or white."""
    pdf = pypdfium2.PdfDocument(draw_certificate(replace(LONGEST, level_name=level)))
    grey = pdf[0].render(scale=dots_an_inch / 72).to_pil().convert("L")
    return grey.point(lambda shade: 255 if shade > 150 else 0)


@pytest.fixture(scope="module")
def pages() -> dict[str, Image.Image]:
    return {level: printed(level, 150) for level in LEVELS}


@pytest.mark.parametrize("level", LEVELS)
def test_c08_the_qr_code_is_read_back_from_the_printed_page(
    pages: dict[str, Image.Image], level: str
) -> None:
    (read,) = zxingcpp.read_barcodes(pages[level])
    assert (read.format, read.text) == (zxingcpp.BarcodeFormat.QRCode, LONGEST.verify_url)
    left, right = read.position.top_left.x, read.position.top_right.x
    assert round((right - left) / 150 * 25.4) == 25


@pytest.mark.parametrize("one", LEVELS)
@pytest.mark.parametrize("other", LEVELS)
def test_frame_and_emblem_differ_without_colour(pages: dict[str, Image.Image], one: str, other: str) -> None:
    """Of the frame's left edge and of the emblem some part is black in one and not in the other."""
    differences = []
    for part in ((0.03, 0.3, 0.08, 0.6), (0.41, 0.12, 0.59, 0.26)):
        first, second = (_part(pages[level], part) for level in (one, other))
        different = ImageChops.difference(first, second).histogram()[255] / (first.width * first.height)
        differences.append(different > 0.04)
    assert differences == [one != other] * 2


def _part(page: Image.Image, box: tuple[float, float, float, float]) -> Image.Image:
    left, top, right, foot = box
    return page.crop(
        (int(left * page.width), int(top * page.height), int(right * page.width), int(foot * page.height))
    )


@pytest.mark.parametrize("name", ACCENTS)
def test_the_colours_of_text_keep_their_contrast_on_white(name: str) -> None:
    channels = [int(ACCENTS[name][place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    assert 1.05 / (luminance + 0.05) >= 4.5


@pytest.mark.parametrize("level", [*LEVELS, "Platinum"])
def test_ornaments_are_drawn_not_pictures_and_keep_off_the_edge_that_printers_leave_white(level: str) -> None:
    pdf = draw_certificate(replace(FACTS, level_name=level))
    whole = opened(pdf)
    assert [one for one in whole.objects if str(getattr(one, "Subtype", "")) == "/Image"] == []
    page = pypdfium2.PdfDocument(io.BytesIO(pdf))[0].render(scale=100 / 72).to_pil().convert("L")
    white = int(4.5 / 25.4 * 100)
    inner = (white, white, page.width - white, page.height - white)
    page.paste(255, inner)
    assert page.getextrema() == (255, 255)
