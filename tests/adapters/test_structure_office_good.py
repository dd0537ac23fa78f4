"""Word documents, spreadsheets and presentations that ordinary programs write, and that pass."""

from collections.abc import Callable

import pytest

from tests.adapters.office_files import (
    chart_slides,
    chart_workbook,
    deflated,
    docx,
    field,
    flood,
    formula,
    long_document,
    packed,
    pptx,
    reason,
    related,
    stored,
    streamed,
    swapped,
    tall_workbook,
    xlsx,
)
from tests.samples import repacked

GOOD: dict[str, tuple[Callable[[], bytes], str]] = {
    "document_with_picture_and_table": (docx, "docx"),
    "document_of_400_paragraphs": (long_document, "docx"),
    "workbook": (xlsx, "xlsx"),
    "workbook_with_chart_and_comment": (chart_workbook, "xlsx"),
    "workbook_of_8000_rows": (tall_workbook, "xlsx"),
    "slides": (pptx, "pptx"),
    "slides_with_chart_and_its_workbook": (chart_slides, "pptx"),
    "not_packed": (lambda: stored(docx()), "docx"),
    "part_packed_by_hand": (lambda: packed(deflated(b"words"), b"words"), "docx"),
    "written_one_way": (lambda: streamed(docx()), "docx"),
    "link_to_a_page": (lambda: related("hyperlink", "https://example.invalid/"), "docx"),
    "template_on_own_drive": (lambda: related("attachedTemplate", r"file:///C:\Users\t.dotx"), "docx"),
    "workbook_beside_it": (lambda: related("externalLinkPath", "last%20year.xlsx", "External", xlsx), "xlsx"),
    "field_that_says_added": (lambda: field(' HYPERLINK "https://x.invalid/dde added" '), "docx"),
    "formula_with_a_bar_in_text": (lambda: formula("A2&amp;&quot;|&quot;&amp;B2"), "xlsx"),
    "formula_shared_before_text_with_a_bar": (
        lambda: swapped(
            xlsx(),
            "xl/worksheets/sheet1.xml",
            b"</sheetData>",
            b'<row><c><f t="shared" si="0"/><v>staff|network!A1</v></c></row></sheetData>',
        ),
        "xlsx",
    ),
    "drawing_that_is_nearly_xml": (
        lambda: repacked(xlsx(), {"xl/drawings/v.vml": b"<xml><br></xml>"}),
        "xlsx",
    ),
    "print_settings_of_a_mac": (
        lambda: repacked(xlsx(), {"xl/printerSettings/p.bin": b"\0\0<?xml?><!DOCTYPE plist>"}),
        "xlsx",
    ),
    "own_part_in_utf16": (
        lambda: repacked(docx(), {"customXml/item1.xml": "<a>é</a>".encode("utf-16")}),
        "docx",
    ),
    "picture_of_one_colour": (lambda: flood(4_000_000), "docx"),
}


@pytest.mark.parametrize("case", GOOD)
def test_accepted(case: str) -> None:
    make, extension = GOOD[case]
    assert reason(make(), extension) == ""
