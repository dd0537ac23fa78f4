"""Word documents, spreadsheets and presentations: what is refused, and in which words."""

from collections.abc import Callable
from random import Random

import pytest

from tests.adapters.office_files import (
    BODY,
    LAUGHS,
    OLE,
    TYPES,
    deflated,
    docx,
    field,
    flood,
    formula,
    lying,
    moved,
    named,
    one_block,
    overlapping,
    packed,
    paragraph,
    patched,
    pptx,
    put,
    reason,
    related,
    repeated,
    swapped,
    typed,
    unended,
    with_workbook,
    xlsx,
)
from tests.samples import repacked

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
MACROS = "This Word document holds macros. Save it as .docx without macros and upload it again."
SHEET_MACROS = "This spreadsheet holds macros. Save it as .xlsx without macros and upload it again."
SLIDE_MACROS = "This presentation holds macros. Save it as .pptx without macros and upload it again."
PASSWORD = (
    "This Word document is protected with a password. Save a copy without the password and upload that."
)
INSIDE = (
    "This file holds another file or object inside it. "
    "Remove the inserted object, save the file and upload it again. Upload the other file on its own."
)
OUTSIDE = (
    "This file takes content from somewhere else, such as a template, picture or workbook on a network. "
    "Save it as a PDF and upload the PDF."
)
PROGRAM = (
    "This file holds a formula or field that can start another program. "
    "Remove it, save the file and upload it again."
)
NOT_WORD = (
    "The name of this file ends in .docx but it does not hold a Word document. "
    "Open it in the program that made it, save it as .docx and upload it again."
)

BAD: dict[str, tuple[Callable[[], bytes], str, str]] = {
    # U-01: macros, active content, and documents that are not what they say
    "U01_vba_project": (lambda: repacked(docx(), {"word/vbaProject.bin": OLE}), "docx", MACROS),
    "U01_vba_project_xlsx": (lambda: repacked(xlsx(), {"xl/vbaProject.bin": OLE}), "xlsx", SHEET_MACROS),
    "U01_vba_project_pptx": (lambda: repacked(pptx(), {"ppt/vbaProject.bin": OLE}), "pptx", SLIDE_MACROS),
    "U01_docm_renamed": (
        lambda: swapped(
            docx(),
            TYPES,
            b"vnd.openxmlformats-officedocument.wordprocessingml.document.main",
            b"vnd.ms-word.document.macroEnabled.main",
        ),
        "docx",
        MACROS,
    ),
    "U01_vba_type_odd_name": (lambda: typed("application/vnd.ms-office.vbaProject"), "docx", MACROS),
    "U01_vba_relation": (lambda: related("vbaProject", "odd.dat", "Internal"), "docx", MACROS),
    "U01_macro_sheet": (
        lambda: repacked(xlsx(), {"xl/macrosheets/sheet1.xml": b"<a/>"}),
        "xlsx",
        SHEET_MACROS,
    ),
    "U01_macro_sheet_relation": (
        lambda: related("xlMacrosheet", "a.xml", "Internal", xlsx),
        "xlsx",
        SHEET_MACROS,
    ),
    "U01_dialog_sheet": (lambda: repacked(xlsx(), {"xl/dialogsheets/s.xml": b"<a/>"}), "xlsx", SHEET_MACROS),
    "U01_activex": (lambda: repacked(docx(), {"word/activeX/activeX1.xml": b"<a/>"}), "docx", MACROS),
    "U01_control_relation": (lambda: related("control", "c.xml", "Internal"), "docx", MACROS),
    "U01_ole_object": (lambda: repacked(docx(), {"word/embeddings/oleObject1.bin": OLE}), "docx", INSIDE),
    "U01_ole_type": (
        lambda: typed("application/vnd.openxmlformats-officedocument.oleObject"),
        "docx",
        INSIDE,
    ),
    "U01_ole_relation": (lambda: related("oleObject", "o.dat", "Internal"), "docx", INSIDE),
    "U01_ole_under_media": (lambda: repacked(docx(), {"word/media/image9.png": OLE}), "docx", INSIDE),
    "U01_program_under_media": (
        lambda: repacked(docx(), {"word/media/image9.png": b"MZ" + bytes(99)}),
        "docx",
        INSIDE,
    ),
    "U01_zip_under_media": (lambda: repacked(docx(), {"word/media/image9.png": docx()}), "docx", INSIDE),
    "U01_embedded_package": (lambda: with_workbook(docx(), "word/embeddings/a.docx"), "docx", INSIDE),
    "U01_embedded_any": (lambda: with_workbook(b"MZ", "word/embeddings/a.exe"), "docx", INSIDE),
    "U01_embedded_with_macros": (
        lambda: with_workbook(repacked(xlsx(), {"xl/vbaProject.bin": OLE})),
        "docx",
        SHEET_MACROS,
    ),
    "U01_imported_chunk": (lambda: related("aFChunk", "a.mht", "Internal"), "docx", INSIDE),
    "U01_remote_template": (
        lambda: related("attachedTemplate", "https://example.invalid/t.dotm"),
        "docx",
        OUTSIDE,
    ),
    "U01_share_template": (lambda: related("attachedTemplate", r"\\server\t.dotm"), "docx", OUTSIDE),
    "U01_share_template_as_url": (
        lambda: related("attachedTemplate", "file://server/t.dotm"),
        "docx",
        OUTSIDE,
    ),
    "U01_share_template_slashes": (lambda: related("attachedTemplate", "//server/t.dotm"), "docx", OUTSIDE),
    "U01_share_template_four": (
        lambda: related("attachedTemplate", "file://///server/t.dotm"),
        "docx",
        OUTSIDE,
    ),
    "U01_remote_picture": (lambda: related("image", "http://example.invalid/i.png"), "docx", OUTSIDE),
    "U01_remote_frame": (lambda: related("frame", "mhtml:http://example.invalid/x"), "docx", OUTSIDE),
    "U01_remote_workbook": (
        lambda: related("externalLinkPath", "https://example.invalid/b.xlsx", "External", xlsx),
        "xlsx",
        OUTSIDE,
    ),
    "U01_dde_field": (lambda: field("DDEAUTO c:\\\\windows\\\\cmd.exe"), "docx", PROGRAM),
    "U01_dde_field_split": (lambda: field(" D", "DEA", "UTO cmd"), "docx", PROGRAM),
    "U01_dde_simple_field": (lambda: paragraph('<w:fldSimple w:instr=" dde cmd x"/>'), "docx", PROGRAM),
    "U01_dde_link": (
        lambda: repacked(
            xlsx(), {"xl/externalLinks/externalLink1.xml": b'<e><ddeLink ddeService="cmd"/></e>'}
        ),
        "xlsx",
        PROGRAM,
    ),
    "U01_dde_formula": (lambda: formula("cmd|'/c calc'!A1"), "xlsx", PROGRAM),
    "U01_other_kind_renamed": (xlsx, "docx", NOT_WORD),
    "U01_plain_zip_renamed": (lambda: repacked(docx(), {TYPES: None}), "docx", NOT_WORD),
    "U01_no_root_relations": (lambda: repacked(docx(), {"_rels/.rels": None}), "docx", NOT_WORD),
    "U01_template_renamed": (
        lambda: swapped(docx(), TYPES, b"document.main+xml", b"template.main+xml"),
        "docx",
        NOT_WORD,
    ),
    "U01_appended": (lambda: docx() + b"<html>", "docx", TWO_IN_ONE),
    "U01_prepended": (lambda: b"PK\x03\x04 and more" + docx(), "docx", TWO_IN_ONE),
    "U01_prepended_offsets_corrected": (lambda: moved(b"PK\x03\x04 and more", 13), "docx", TWO_IN_ONE),
    "U01_offsets_past_the_parts": (lambda: moved(b"", 10), "docx", TWO_IN_ONE),
    "U01_more_after_a_part_ends": (lambda: packed(deflated(b"words") + b"more", b"words"), "docx", DAMAGED),
    "U01_more_after_a_part_ends_with_a_piece": (
        lambda: packed(one_block(bytes(65_531)) + b"more", bytes(65_531)),
        "docx",
        DAMAGED,
    ),
    "U01_part_without_end": (lambda: packed(unended(b"words"), b"words"), "docx", DAMAGED),
    "U01_repeated_part": (repeated, "docx", TWO_IN_ONE),
    "U01_repeated_part_other_case": (
        lambda: repacked(docx(), {"WORD/document.xml": b"<a/>"}),
        "docx",
        TWO_IN_ONE,
    ),
    "U01_two_names_for_one_part": (
        lambda: patched(docx(), {"local": lambda data, place: data.__setitem__(place + 30, 0x5F)}),
        "docx",
        TWO_IN_ONE,
    ),
    "U01_encrypted_entry": (lambda: patched(docx(), {"central": put("<H", 8, 1)}), "docx", PASSWORD),
    "U01_encrypted_entry_local": (lambda: patched(docx(), {"local": put("<H", 6, 1)}), "docx", TWO_IN_ONE),
    "U01_cut_at_half": (lambda: docx()[: len(docx()) // 2], "docx", DAMAGED),
    "U01_last_byte_cut": (lambda: docx()[:-1], "docx", TWO_IN_ONE),
    "U01_byte_flipped": (lambda: patched(docx(), {"central": put("<L", 16, 1)}), "docx", DAMAGED),
    "U01_odd_compression": (lambda: patched(docx(), {"central": put("<H", 10, 14)}), "docx", DAMAGED),
    "U01_part_in_another_encoding": (
        lambda: repacked(docx(), {"word/x.xml": b'<?xml version="1.0" encoding="iso-8859-1"?><a>\xe9</a>'}),
        "docx",
        DAMAGED,
    ),
    "U01_markup_broken": (lambda: swapped(docx(), BODY, b"</w:body>", b""), "docx", DAMAGED),
    "U01_dde_in_part_of_odd_name": (
        lambda: repacked(typed("application/xml"), {"odd/part.dat": b'<fldSimple instr="DDE cmd"/>'}),
        "docx",
        PROGRAM,
    ),
    # U-04: names that climb out of a folder
    "U04_parent": (lambda: named("../../evil.xml"), "docx", TWO_IN_ONE),
    "U04_parent_backslash": (lambda: named("..\\evil.xml"), "docx", TWO_IN_ONE),
    "U04_absolute": (lambda: named("/etc/evil.xml"), "docx", TWO_IN_ONE),
    "U04_drive": (lambda: named("c:evil.xml"), "docx", TWO_IN_ONE),
    "U04_nul": (lambda: named("evil.xml\0.png"), "docx", TWO_IN_ONE),
    "U04_endless_name": (lambda: repacked(docx(), {"w" * 300: b"x"}), "docx", DAMAGED),
    # U-07: bombs
    "U07_ratio": (lambda: flood(20_000_000), "docx", TOO_MUCH),
    "U07_size_lies": (lambda: lying(100), "docx", TOO_MUCH),
    "U07_overlap": (overlapping, "docx", TOO_MUCH),
    "U07_many_entries": (
        lambda: repacked(docx(), {f"word/media/{i}": b"" for i in range(5_001)}),
        "docx",
        TOO_MUCH,
    ),
    "U07_long_directory": (lambda: patched(docx(), {"end": put("<L", 12, 2_000_000)}), "docx", TOO_MUCH),
    "U07_deep_xml": (
        lambda: repacked(docx(), {"word/deep.xml": b"<a>" * 201 + b"</a>" * 201}),
        "docx",
        TOO_MUCH,
    ),
    "U07_laughs": (lambda: repacked(docx(), {"word/x.xml": LAUGHS}), "docx", DAMAGED),
    "U07_laughs_utf16": (
        lambda: repacked(docx(), {"word/x.xml": LAUGHS.decode().encode("utf-16")}),
        "docx",
        DAMAGED,
    ),
    "U07_laughs_in_drawing": (lambda: repacked(docx(), {"word/x.vml": LAUGHS}), "docx", DAMAGED),
    "U07_nested_twice": (
        lambda: with_workbook(repacked(xlsx(), {"xl/embeddings/b.xlsx": xlsx()})),
        "docx",
        INSIDE,
    ),
    "U07_nested_large": (lambda: with_workbook(Random(1).randbytes(17_000_000)), "docx", TOO_MUCH),
    "U07_endless_fields": (lambda: field(*["PAGE " * 12_000] * 20), "docx", TOO_MUCH),
    "U07_nested_ratio": (
        lambda: with_workbook(repacked(xlsx(), {"xl/media/a.bmp": bytes(20_000_000)})),
        "docx",
        TOO_MUCH,
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_refused_with_its_reason(case: str) -> None:
    make, extension, expected = BAD[case]
    assert reason(make(), extension) == expected
