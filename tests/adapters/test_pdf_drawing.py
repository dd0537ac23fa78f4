"""What a certificate says, how it is built for a screen reader, and that it is the same each time."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import pikepdf
import pytest
import segno

from app.adapters.pdf import LIMITS, CertificateFacts, Signatory
from app.adapters.pdf_drawing import draw_certificate, spoken_date
from app.adapters.press import ROOT
from app.adapters.qr import qr_path
from tests.adapters.certificates import FACTS, figure_lines, lines, named, opened, painted, structure, text
from tests.adapters.qr_reading import read_qr

POINTS_OF_25_MM = 25 * 72 / 25.4


@pytest.fixture(scope="module")
def drawn() -> bytes:
    return draw_certificate(FACTS)


def test_says_what_the_register_holds_and_nothing_more(drawn: bytes) -> None:
    assert lines(drawn) == [
        "The Assembly",
        "Certificate of recognition",
        "Bronze",
        "This is to certify that",
        "Demo trust 4",
        "Organisation code ZZ104",
        "is recognised at Bronze level under",
        "Anti-Racist Framework",
        "Version 2023.illustrative",
        "Illustrative, awaiting the Assembly's text",
        "Chair of the Assembly",
        "for the Assembly",
        "Issued on",
        "22 November 2026",
        "Expires on",
        "22 November 2029",
        "Certificate number",
        "ARF-2026-000017",
        "Check this certificate at ",
        "register.example/verify",
        " with its number.",
        "The QR code must lead to ",
        "register.example/verify",
        " and nowhere else.",
        "This page copies the register as it stood on the day of issue.",
    ]


def test_a_demonstration_says_so_first() -> None:
    assert lines(draw_certificate(replace(FACTS, demo=True)))[0] == (
        "Demonstration only. Not a recognition of any organisation."
    )


def test_without_signatories_or_mark_leaves_no_empty_place() -> None:
    bare = draw_certificate(replace(FACTS, signatories=(), illustrative_mark=""))
    assert [kind for kind, _ in structure(bare)].count("/P") == 13


def test_is_one_a4_page(drawn: bytes) -> None:
    pages = opened(drawn).pages
    assert [[round(float(side)) for side in page.MediaBox] for page in pages] == [[0, 0, 595, 842]]


@pytest.mark.parametrize("length", [1, 60, 150, 300])
@pytest.mark.parametrize("letters", ["Riverside and moorland ", "W"])
def test_every_length_of_name_stays_whole_on_one_page(letters: str, length: int) -> None:
    name = (letters * 300)[:length].strip()
    pdf = draw_certificate(replace(named(name), demo=True))
    assert len(opened(pdf).pages) == 1
    assert "".join(name.split()) in text(pdf)


def test_a_word_wider_than_the_page_is_broken() -> None:
    runs = [len(line) for line in lines(draw_certificate(named("W" * 300))) if set(line) == {"W"}]
    assert (sum(runs), max(runs) < 40) == (300, True)


def test_texts_that_are_all_as_long_as_they_may_be_stay_whole_on_one_page() -> None:
    longest: dict[str, Any] = {name: "W" * LIMITS[name] for name in vars(FACTS) if name in LIMITS}
    parts = tuple(Signatory("W" * LIMITS["name_or_role"], "W" * LIMITS["role"]) for _ in range(3))
    facts = replace(FACTS, **longest, signatories=parts, demo=True)
    pdf = draw_certificate(facts)
    printed = [name for name in longest if name != "verify_url"]
    # The level is said twice, and the address of the register too.
    again = LIMITS["level_name"] + LIMITS["register_address"]
    widest = sum(LIMITS[name] for name in printed) + again + 3 * (LIMITS["name_or_role"] + LIMITS["role"])
    assert (len(opened(pdf).pages), text(pdf).count("W")) == (1, widest)


def test_what_is_said_never_runs_into_the_lines_to_sign_on() -> None:
    # A short name, so that the largest size is tried first, beside texts for which it is too large.
    pdf = draw_certificate(replace(FACTS, framework_title="Framework " * 15, illustrative_mark="M " * 100))
    heights = [float(operands[5]) for operands, operator in painted(pdf) if operator == "Tm"]
    # WeasyPrint counts from the top of the page.
    until_signed = heights[: lines(pdf).index("Chair of the Assembly") + 1]
    assert all(above < below for above, below in pairwise(until_signed))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        (
            {"organisation_name": "W" * 301},
            "organisation_name: 301 characters, a certificate holds 300 or fewer",
        ),
        ({"organisation_name": " \n"}, "organisation_name: blank"),
        ({"number": ""}, "number: blank"),
        (
            {"signatories": (Signatory("Chair", "r" * 81),)},
            "role: 81 characters, a certificate holds 80 or fewer",
        ),
        ({"signatories": FACTS.signatories * 4}, "signatories: a certificate holds 3 or fewer"),
    ],
)
def test_facts_that_no_page_can_hold_are_refused(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(reason)}$"):
        replace(FACTS, **changes)  # type: ignore[arg-type]


def test_fonts_are_source_sans_and_embedded(drawn: bytes) -> None:
    pdf = opened(drawn)
    fonts = pdf.pages[0].obj.Resources.Font.values()
    names = {str(font.BaseFont).partition("+")[2]: "/FontFile2" in _descriptor(font) for font in fonts}
    assert names == {"Source-Sans-3-Latin": True, "Source-Sans-3-Latin-Semi-Bold": True}


def test_letters_of_both_halves_of_the_typeface_come_back() -> None:
    drawn = draw_certificate(named("Ŵye and Łódź trust"))
    whole = opened(drawn)
    names = {str(font.BaseFont).partition("+")[2] for font in whole.pages[0].obj.Resources.Font.values()}
    assert "ŴyeandŁódźtrust" in text(drawn)
    # One name for both halves would write the letters of one with the outlines of the other.
    assert "Source-Sans-3-Extended-Semi-Bold" in names


def _descriptor(font: pikepdf.Object) -> pikepdf.Object:
    return font.DescendantFonts[0].FontDescriptor


def test_x06_names_itself_pdf_ua_with_language_and_title(drawn: bytes) -> None:
    pdf = opened(drawn)
    with pdf.open_metadata() as metadata:
        part = metadata["{http://www.aiim.org/pdfua/ns/id/}part"]
    title = "Bronze certificate ARF-2026-000017: Demo trust 4"
    root = pdf.Root
    assert (part, str(root.Lang), bool(root.ViewerPreferences.DisplayDocTitle)) == ("1", "en-GB", True)
    assert (str(pdf.docinfo.Title), str(pdf.pages[0].obj.Tabs)) == (title, "/S")
    assert bool(root.MarkInfo.Marked) is True


def test_x06_structure_reads_in_order_with_a_described_figure(drawn: bytes) -> None:
    blocks = [pair for pair in structure(drawn) if pair[0] not in ("/Span", "/Div")]
    figure = ("/Figure", "QR code that leads to https://register.example/verify/abcDEF1234567890abcdef")
    said = [("/Document", ""), ("/P", ""), ("/H1", ""), *[("/P", "")] * 7]
    assert blocks == [*said, *[("/P", "")] * 4, figure, *[("/P", "")] * 3]


def test_x06_everything_painted_is_tagged_or_an_artifact(drawn: bytes) -> None:
    inside, outside = 0, set()
    for _, operator in painted(drawn):
        inside += {"BDC": 1, "BMC": 1, "EMC": -1}.get(operator, 0)
        if not inside:
            outside.add(operator)
    assert outside <= {"EMC", "q", "Q", "cm", "re", "W", "n"}


def test_c08_the_qr_code_reads_as_the_address_to_check_at(drawn: bytes) -> None:
    size = qr_path(FACTS.verify_url).modules
    modules = [[False] * size for _ in range(size)]
    for start, height, end in figure_lines(drawn):
        modules[int(height)][int(start) : int(end)] = [True] * int(end - start)
    assert read_qr(modules) == FACTS.verify_url
    expected = segno.make(FACTS.verify_url, error="m", micro=False, boost_error=False).matrix
    assert modules == [[bool(module) for module in row] for row in expected]


def test_c08_the_qr_code_is_printed_25_mm_wide(drawn: bytes) -> None:
    pdf = opened(drawn)
    left, foot, right, top = (float(side) for side in _figure(pdf).A.BBox)
    assert (right - left, top - foot) == pytest.approx((POINTS_OF_25_MM, POINTS_OF_25_MM), abs=0.01)
    assert (left > 0, foot > 0, right < 595, top < 842) == (True, True, True, True)


def _figure(pdf: pikepdf.Pdf) -> pikepdf.Object:
    return next(
        thing
        for thing in pdf.objects
        if isinstance(thing, pikepdf.Dictionary) and thing.get("/S") == "/Figure"
    )


def test_c02_same_facts_same_bytes_whatever_was_drawn_between(drawn: bytes) -> None:
    draw_certificate(replace(named("مستشفى 🏥 Łódź"), level_name="Gold", demo=True))
    assert draw_certificate(FACTS) == drawn


@pytest.mark.parametrize("seed", ["1", "4242"])
def test_c02_same_facts_same_bytes_in_another_process(drawn: bytes, seed: str) -> None:
    program = (
        "import sys; from app.adapters.pdf_drawing import draw_certificate;"
        "from tests.adapters.certificates import FACTS; sys.stdout.buffer.write(draw_certificate(FACTS))"
    )
    elsewhere = {**os.environ, "PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=elsewhere, capture_output=True, check=True
    )
    assert done.stdout == drawn


@pytest.mark.parametrize("name", [n for n in vars(FACTS) if n not in ("signatories", "demo")])
def test_c02_every_fact_changes_the_bytes(drawn: bytes, name: str) -> None:
    value = getattr(FACTS, name)
    other: object = date(2027, 1, 1) if isinstance(value, date) else f"{value}x"
    assert draw_certificate(_changed(name, other)) != drawn


def _changed(name: str, value: object) -> CertificateFacts:
    return replace(FACTS, **{name: value})  # type: ignore[arg-type]


def test_dates_are_written_out() -> None:
    days = [spoken_date(date(2026, month, 1)) for month in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)]
    assert days == [date(2026, month, 1).strftime("1 %B %Y") for month in range(1, 13)]
