"""Files drawn for readers: pages as pictures, text and tables as plain values, and what happens to hostile ones."""

import io
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import docx
import openpyxl
import pikepdf
import pytest
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls
from PIL import Image

from app.adapters.reading import kept as module
from app.adapters.reading import sheets
from app.adapters.reading.blocks import NOTHING, Block, Kind, Leaf, Reading, packed, tidied, unpacked
from app.adapters.reading.kept import Drawable, Readings
from app.adapters.reading.leaves import LEAF_CHARACTERS, LEAF_ROWS, MOST_LEAVES
from app.adapters.reading.leaves import read as leaves_of
from tests import samples
from tests.reading import pdf


@pytest.fixture
def readings(tmp_path: Path) -> Readings:
    return Readings(tmp_path / "readings")


def file(data: bytes, extension: str, sha256: str = "a" * 64) -> Drawable:
    return Drawable(uuid4(), sha256, extension, lambda: io.BytesIO(data))


def saved(thing: Any) -> bytes:
    target = io.BytesIO()
    thing.save(target)
    return target.getvalue()


def texts(reading: Reading) -> list[tuple[str, str]]:
    return [(block.kind.value, block.text) for leaf in reading.leaves for block in leaf.blocks]


def size(png: bytes | None) -> tuple[int, int]:
    assert png is not None
    return Image.open(io.BytesIO(png), formats=["PNG"]).size


def test_a_pdf_is_pages_with_their_words(readings: Readings) -> None:
    paper = file(pdf("First: page", "Second: page"), "pdf")
    reading = readings.reading(paper)
    assert [leaf.text for leaf in reading.leaves] == ["First\nFirst: page", "Second\nSecond: page"]
    assert (reading.are_pictures, reading.is_cut) == (True, False)
    drawn = readings.picture(paper, 2)
    assert size(drawn) == (reading.leaves[1].width, reading.leaves[1].height)
    assert readings.picture(paper, 1) != drawn
    assert [readings.picture(paper, number) for number in (0, 3, -1)] == [None] * 3


@pytest.mark.parametrize(("width", "height"), [(14_400, 3), (3, 14_400), (10**9, 10**9), (0.01, 0.01)])
def test_a_page_of_any_shape_becomes_a_picture_of_bounded_size(
    readings: Readings, width: float, height: float
) -> None:
    made = pikepdf.new()
    made.add_blank_page().obj.MediaBox = pikepdf.Array([0, 0, width, height])
    across, down = size(readings.picture(file(saved(made), "pdf"), 1))
    assert (across <= 1_001, down <= 3_001) == (True, True)


def test_a_pdf_of_many_pages_is_shown_in_part(readings: Readings) -> None:
    made = pikepdf.new()
    for _ in range(510):
        made.add_blank_page()
    paper = file(saved(made), "pdf")
    reading = readings.reading(paper)
    assert (len(reading.leaves), reading.is_cut) == (500, True)
    assert readings.picture(paper, 501) is None


@pytest.mark.parametrize("extension", ["png", "jpg"])
def test_a_picture_is_made_no_wider_than_a_screen(readings: Readings, extension: str) -> None:
    target = io.BytesIO()
    Image.new("RGB", (4_000, 1_000), "#005eb8").save(target, "PNG" if extension == "png" else "JPEG")
    photo = file(target.getvalue(), extension)
    assert readings.reading(photo).leaves == (Leaf(width=1_600, height=400),)
    assert size(readings.picture(photo, 1)) == (1_600, 400)
    small = file(getattr(samples, extension)(), extension, "b" * 64)
    assert size(readings.picture(small, 1)) == (320, 200)


def test_a_picture_without_colour_or_with_glass_is_seen_on_white(readings: Readings) -> None:
    def corner(mode: str, colour: Any) -> Any:
        target = io.BytesIO()
        Image.new(mode, (10, 10), colour).save(target, "PNG")
        drawn = readings.picture(file(target.getvalue(), "png"), 1)
        assert drawn is not None
        return Image.open(io.BytesIO(drawn)).convert("RGB").getpixel((0, 0))

    assert corner("RGBA", (0, 0, 0, 0)) == (255, 255, 255)
    assert corner("I;16", 32_896) == (128, 128, 128)
    assert corner("P", 0) == (0, 0, 0)


def plan() -> bytes:
    document = docx.Document()
    document.add_heading("Action plan", 1)
    document.add_paragraph("First we listen.")
    document.add_paragraph("Then we act.", style="List Bullet")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ("Action", "Owner", "Panels", "HR"), strict=True):
        cell.text = text
    return saved(document)


def test_a_word_document_is_headings_paragraphs_lists_and_tables(readings: Readings) -> None:
    reading = readings.reading(file(plan(), "docx"))
    (leaf,) = reading.leaves
    assert leaf.blocks == (
        Block(Kind.HEADING, "Action plan", 1),
        Block(Kind.PARAGRAPH, "First we listen."),
        Block(Kind.ITEM, "Then we act."),
        Block(Kind.TABLE, rows=(("Action", "Owner"), ("Panels", "HR"))),
    )
    assert (reading.left_out, reading.are_pictures) == (0, False)
    assert readings.reading(file(samples.docx(), "docx")).left_out == 1  # a picture


def test_the_pages_that_word_noted_are_kept(readings: Readings) -> None:
    document = docx.Document()
    for number in range(3):
        run = document.add_paragraph().add_run()
        if number:
            run._r.append(OxmlElement("w:lastRenderedPageBreak"))
        run.add_text(f"On page {number + 1}")
    (leaf,) = readings.reading(file(saved(document), "docx")).leaves
    assert [(block.text, block.page) for block in leaf.blocks] == [(f"On page {n}", n) for n in (1, 2, 3)]


def test_a_document_reads_as_if_its_changes_were_accepted(readings: Readings) -> None:
    document = docx.Document()
    for xml in (
        '<w:ins {} w:id="1" w:author="x"><w:r><w:t xml:space="preserve">We now </w:t></w:r></w:ins>',
        '<w:del {} w:id="2" w:author="x"><w:r><w:delText>We never</w:delText></w:r></w:del>',
        "<w:r {}><w:t>listen.</w:t></w:r>",
    ):
        (document.paragraphs or [document.add_paragraph()])[0]._p.append(parse_xml(xml.format(nsdecls("w"))))
    assert texts(readings.reading(file(saved(document), "docx"))) == [("paragraph", "We now listen.")]


def test_a_workbook_is_its_sheets_with_the_numbers_of_their_rows(readings: Readings) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Staff"
    sheet["B2"], sheet["C2"] = "Share", "Asked on"
    sheet["B5"], sheet["C5"] = 0.256, date(2026, 3, 27)
    sheet["B5"].number_format = "0.0%"
    hidden = book.create_sheet("Codes")
    hidden["A1"], hidden.sheet_state = "<b>x</b>", "hidden"
    staff, codes = readings.reading(file(saved(book), "xlsx")).leaves
    assert staff == Leaf(
        "Staff",
        blocks=(
            Block(
                Kind.TABLE, rows=(("", "Share", "Asked on"), ("", "25.6%", "27 March 2026")), numbers=(2, 5)
            ),
        ),
    )
    assert (codes.name, codes.blocks[0].rows) == ("Codes (hidden sheet)", (("<b>x</b>",),))


@pytest.mark.parametrize(
    ("value", "number_format", "seen"),
    [
        (None, "", ""),
        (True, "General", "TRUE"),
        (12, "General", "12"),
        (12.0, "General", "12"),
        (1 / 3, "General", "0.3333333333"),
        (1234.5, "#,##0.00", "1,234.50"),
        (0.5, "0%", "50%"),
        (2.5, "0", "2"),
        (datetime(2026, 3, 27, 9, 30, tzinfo=UTC), "", "27 March 2026 09:30"),
        ("a\x00b\u202e", "", "ab"),
    ],
)
def test_a_cell_is_shown_as_on_the_screen(value: object, number_format: str, seen: str) -> None:
    assert sheets.shown(value, number_format) == seen


def test_a_sheet_that_claims_a_million_rows_is_read_by_what_it_holds(readings: Readings) -> None:
    name = "xl/worksheets/sheet1.xml"
    sheet = samples.part(samples.xlsx(), name)
    claimed = sheet.replace(b'ref="A1:B4"', b'ref="A1:XFD1048576"')
    assert claimed != sheet
    far = claimed.replace(
        b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    )
    reading = readings.reading(file(samples.repacked(samples.xlsx(), {name: far}), "xlsx"))
    assert reading.leaves[0].blocks[0].numbers == (1, 2, 3, 4)


def test_slides_csv_and_text_are_read(readings: Readings) -> None:
    assert readings.reading(file(samples.pptx("Words"), "pptx")).leaves == (
        Leaf("Slide 1", blocks=(Block(Kind.HEADING, "Staff network", 2), Block(Kind.PARAGRAPH, "Words"))),
    )
    (cells,) = readings.reading(file(samples.csv("Asian"), "csv")).leaves[0].blocks
    assert cells.rows == (("Group", "Staff"), ("Asian", "12"), ("Not stated", "-3"))
    windows = "Café; 5\r\n\r\nNaïve".encode("cp1252")
    assert texts(readings.reading(file(windows, "txt"))) == [("paragraph", "Café; 5"), ("paragraph", "Naïve")]


def bomb() -> bytes:
    """A document whose body unpacks to more memory than the child has."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(samples.docx())) as old, zipfile.ZipFile(target, "w", 8) as new:
        for name in old.namelist():
            body = b" " * 450_000_000 if name == "word/document.xml" else old.read(name)
            new.writestr(name, body)
    return target.getvalue()


BROKEN: dict[str, Callable[[], tuple[bytes, str]]] = {
    "cut pdf": lambda: (pdf("A: page")[:300], "pdf"),
    "empty pdf": lambda: (b"%PDF-1.7\n", "pdf"),
    "cut png": lambda: (samples.png()[:60], "png"),
    "cut docx": lambda: (samples.docx()[:900], "docx"),
    "a docx that is a sheet": lambda: (samples.xlsx(), "docx"),
    "xlsx without sheets": lambda: (samples.repacked(samples.xlsx(), {"xl/workbook.xml": b"<x/>"}), "xlsx"),
    "pptx without slides": lambda: (samples.repacked(samples.pptx(), {"ppt/presentation.xml": None}), "pptx"),
    "bomb": lambda: (bomb(), "docx"),
    "of no kind": lambda: (b"words", ""),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_can_not_be_drawn_is_nothing_and_is_not_tried_at_each_request(
    readings: Readings, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    broken = file(*BROKEN[name]())
    assert readings.reading(broken) == NOTHING
    assert readings.picture(broken, 1) is None
    tried: list[str] = []
    monkeypatch.setattr(module.apart, "output", lambda module, *_, **__: tried.append(module))
    assert (readings.reading(broken), tried) == (NOTHING, [])
    (listed,) = readings.folder.rglob("reading.json")
    long_ago = time.time() - module.TRY_AGAIN_AFTER - 60
    os.utime(listed, (long_ago, long_ago))
    assert (readings.reading(broken), len(tried)) == (NOTHING, 1 if broken.extension else 0)


def test_a_picture_of_a_file_that_has_none_is_nothing(readings: Readings) -> None:
    assert readings.picture(file(samples.docx(), "docx"), 1) is None


def test_what_was_drawn_is_kept_and_drawn_again_when_it_was_deleted(readings: Readings) -> None:
    opened: list[int] = []
    data = pdf("A: page")

    def open_() -> io.BytesIO:
        opened.append(1)
        return io.BytesIO(data)

    paper = Drawable(uuid4(), "c" * 64, "pdf", open_)
    assert readings.kept(paper) is None
    first = readings.picture(paper, 1)
    assert len(opened) == 2  # the list of pages, and the page
    assert (readings.picture(paper, 1), len(opened)) == (first, 2)
    assert readings.kept(paper) == readings.reading(paper)
    for path in readings.folder.rglob("*.*"):
        path.unlink()
    assert (readings.picture(paper, 1), len(opened)) == (first, 4)


def test_what_is_kept_is_the_owners_alone_and_leaves_no_halves(readings: Readings) -> None:
    readings.picture(file(pdf("A: page"), "pdf"), 1)
    found = [path for path in readings.folder.rglob("*") if path.is_file()]
    assert sorted(path.name for path in found) == ["page-1.png", "reading.json"]
    assert {path.stat().st_mode & 0o077 for path in found} == {0}


def test_a_kept_list_that_was_cut_off_is_drawn_again(readings: Readings) -> None:
    note = file(b"Words", "txt")
    made = readings.reading(note)
    (listed,) = readings.folder.rglob("reading.json")
    for spoilt in (b"", b'{"leaves": [', b"[]", b'{"leaves": 1}'):
        listed.write_bytes(spoilt)
        assert readings.reading(note) == made


def test_a_disk_that_takes_nothing_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "readings").write_text("a file where the folder should be")
    assert texts(Readings(tmp_path / "readings").reading(file(b"Words", "txt"))) == [("paragraph", "Words")]


def test_what_was_not_looked_at_for_longest_goes_first(tmp_path: Path) -> None:
    readings = Readings(tmp_path / "readings", most_bytes=1_000)
    for number in range(12):
        path = readings.folder / "review" / str(number) / "page-1.png"
        path.parent.mkdir(parents=True)
        path.write_bytes(b"x" * 100)
        os.utime(path, (number, number))
    assert readings.prune() == 400
    assert sorted(int(path.parent.name) for path in readings.folder.rglob("*.png")) == list(range(4, 12))
    assert readings.prune() == 0


def test_long_texts_are_cut_into_leaves_that_follow_one_another() -> None:
    words = "word " * 20
    blocks = [Block(Kind.PARAGRAPH, f"{number} {words}") for number in range(400)]
    reading = leaves_of([("", blocks)])
    assert [block for leaf in reading.leaves for block in leaf.blocks] == blocks
    assert max(sum(len(one.text) for one in leaf.blocks) for leaf in reading.leaves) <= LEAF_CHARACTERS
    table = Block(Kind.TABLE, rows=tuple((str(number),) for number in range(250)), numbers=tuple(range(250)))
    cut = leaves_of([("Data", [table])])
    assert [len(block.rows) for leaf in cut.leaves for block in leaf.blocks] == [LEAF_ROWS, LEAF_ROWS, 50]
    assert [number for leaf in cut.leaves for block in leaf.blocks for number in block.numbers] == list(
        range(250)
    )


def test_no_more_is_shown_than_a_reader_can_page_through() -> None:
    slides = [(f"Slide {number}", [Block(Kind.PARAGRAPH, "Words")]) for number in range(MOST_LEAVES + 1)]
    reading = leaves_of(slides)
    assert (len(reading.leaves), reading.is_cut) == (MOST_LEAVES, True)
    assert leaves_of(slides[:-1]).is_cut is False
    endless = leaves_of([("", [Block(Kind.PARAGRAPH, "x" * 3_000_000)])])
    assert (sum(len(b.text) for leaf in endless.leaves for b in leaf.blocks), endless.is_cut) == (
        996_000,
        True,
    )


def test_a_reading_survives_the_way_between_processes() -> None:
    made = Reading(
        is_cut=True,
        left_out=2,
        leaves=(
            Leaf(
                "Sheet 'A'",
                "words",
                3,
                4,
                (Block(Kind.TABLE, rows=(("a", "\ud800é"),), numbers=(7,), page=2),),
            ),
        ),
    )
    back = unpacked(packed(made))
    assert back.leaves[0].blocks[0].rows == (("a", "?é"),)
    assert (back.is_cut, back.left_out, back.leaves[0].name, back.leaves[0].blocks[0].numbers) == (
        True,
        2,
        "Sheet 'A'",
        (7,),
    )


def test_text_that_turns_its_direction_or_hides_is_made_plain() -> None:
    assert tidied(" a\r\nb\u2028c\x00\x1b\u202ed\u2066\ufeff\t ") == "a\nb\nc" + "d"


def test_the_web_process_loads_no_parser() -> None:
    """Each of them costs every worker tens of megabytes, and belongs in the process apart."""
    names = ("import app.web.readings, sys", "print([n for n in ('pypdfium2', 'pptx') if n in sys.modules])")
    said = subprocess.run(
        [sys.executable, "-c", "; ".join(names)], capture_output=True, text=True, check=True
    )
    assert said.stdout == "[]\n"
