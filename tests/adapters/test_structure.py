"""The door as the portal uses it: names, types, text, and the process that each check runs in."""

import io

import pytest

from app.adapters.structure import check as structure
from app.adapters.structure.check import Checked, Refused, check
from tests import samples

NOT_ACCEPTED = (
    "Files of this type cannot be uploaded. "
    "Save it as a PDF, .docx, .xlsx, .pptx, .png, .jpg, .csv or .txt file and upload that."
)
HIDDEN = (
    "The name of this file has an ending that can hide a program. "
    "Give the file a name with one ending, such as report.pdf, and upload it again."
)
EMPTY = "This file is empty. Check that it opens on your computer, then upload it again."
TOO_LARGE = "This file is too large to check. Split it into smaller files and upload each one."
NOT_TEXT = "This file holds characters that are not text. Save it as plain text in UTF-8 and upload it again."
PROGRAM = (
    "This file holds a formula or field that can start another program. "
    "Remove it, save the file and upload it again."
)
OLD_WORD = "This Word document is in an older format. Save it as .docx and upload it again."
OLD_SHEET = "This spreadsheet is in an older format. Save it as .xlsx and upload it again."
LOCKED = "This Word document is protected with a password. Save a copy without the password and upload that."
MACROS = "This Word document holds macros. Save it as .docx without macros and upload it again."

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
ENCRYPTED = OLE + "EncryptedPackage".encode("utf-16-le") + bytes(99)
OFFICE = "application/vnd.openxmlformats-officedocument."
KINDS = {"docx": samples.docx, "xlsx": samples.xlsx, "pptx": samples.pptx}


def not_a(noun: str, extension: str) -> str:
    return (
        f"The name of this file ends in .{extension} but it does not hold a {noun}. "
        f"Open it in the program that made it, save it as .{extension} and upload it again."
    )


def reason(data: bytes, name: str) -> str:
    with pytest.raises(Refused) as refused:
        check(io.BytesIO(data), name)
    return refused.value.reason


BAD = {
    "U01_program_after_pdf": (b"MZ", "report.pdf.exe", NOT_ACCEPTED),
    "U01_program_before_pdf": (b"%PDF-1.7", "report.exe.pdf", HIDDEN),
    "U01_program_far_before_pdf": (b"%PDF-1.7", "report.exe           .pdf", HIDDEN),
    "U01_page_before_picture": (b"\x89PNG\r\n\x1a\n", "photo.html.png", HIDDEN),
    "U01_direction_override": (b"MZ", "annex\u202efdp.exe", NOT_ACCEPTED),
    "U01_no_ending": (b"words", "report", NOT_ACCEPTED),
    "U01_page": (b"<html>", "report.html", NOT_ACCEPTED),
    "U01_drawing": (b"<svg/>", "logo.svg", NOT_ACCEPTED),
    "U01_archive": (b"PK\x03\x04", "evidence.zip", NOT_ACCEPTED),
    "U01_old_word": (OLE, "policy.doc", OLD_WORD),
    "U01_old_sheet": (OLE, "staff.XLS", OLD_SHEET),
    "U01_old_word_renamed": (OLE, "policy.docx", OLD_WORD),
    "U01_locked_word": (ENCRYPTED, "policy.docx", LOCKED),
    "U01_docm": (b"PK\x03\x04", "policy.docm", MACROS),
    "U01_rich_text_renamed": (b"{\\rtf1 words}", "policy.docx", not_a("Word document", "docx")),
    "U01_pdf_named_docx": (b"%PDF-1.7", "policy.docx", not_a("Word document", "docx")),
    "U01_pdf_named_txt": (b"%PDF-1.7", "policy.txt", not_a("text file", "txt")),
    "U01_zip_named_csv": (b"PK\x03\x04", "staff.csv", not_a("CSV file", "csv")),
    "U01_jpg_named_png": (b"\xff\xd8\xff\xe0", "photo.png", not_a("picture", "png")),
    "U01_png_named_pdf": (b"\x89PNG\r\n\x1a\n", "photo.pdf", not_a("PDF", "pdf")),
    "U01_page_named_pdf": (b"<html>", "paper.pdf", not_a("PDF", "pdf")),
    "U01_pdf_that_begins_late": (b"\n%PDF-1.7", "paper.pdf", not_a("PDF", "pdf")),
    "U01_program_named_docx": (b"MZ" + bytes(50), "policy.docx", not_a("Word document", "docx")),
    "U01_empty": (b"", "minutes.txt", EMPTY),
    "U01_empty_pdf": (b"", "minutes.pdf", EMPTY),
    "U01_nul_in_text": (b"words\0words", "minutes.txt", NOT_TEXT),
    "U01_program_named_txt": (b"MZ\x90\x00\x03", "minutes.txt", NOT_TEXT),
    "U01_escape_codes": (b"\x1b]0;title\x07", "minutes.txt", NOT_TEXT),
    "U01_neither_utf8_nor_windows": (b"caf\xe9 \x81", "minutes.txt", NOT_TEXT),
    "U01_utf16_cut": ("words".encode("utf-16")[:-1], "minutes.txt", NOT_TEXT),
    "U01_utf16_unmarked": ("words".encode("utf-16-le"), "staff.csv", NOT_TEXT),
    "U01_dde_in_csv": (b"Staff,=cmd|'/C calc'!A0\n", "staff.csv", PROGRAM),
    "U01_dde_in_csv_quoted": (b"Staff,\"@SUM(1+1)*cmd|'/C calc'!A0\"\n", "staff.csv", PROGRAM),
    "U01_dde_after_much_text": (b"a" * 262_140 + b"\n=cmd|'/C calc'!A0\n", "staff.csv", PROGRAM),
    "U07_larger_than_checks_are_made_for": (bytes(structure.LARGEST + 1), "a.txt", TOO_LARGE),
}


@pytest.mark.parametrize("case", BAD)
def test_refused_with_its_reason(case: str) -> None:
    data, name, expected = BAD[case]
    assert reason(data, name) == expected


GOOD_TEXT = {
    "utf8": "Café\r\n\tTabs\n".encode(),
    "utf8_marked": "Café".encode("utf-8-sig"),
    "utf16": "Café".encode("utf-16"),
    "windows": "Café – “staff”".encode("cp1252"),
    "page_feed": b"one\x0ctwo",
    "character_across_pieces": ("a" * 262_143 + "é").encode(),
    "markup": b"<script>alert(1)</script>",
}


@pytest.mark.parametrize("case", GOOD_TEXT)
def test_text_is_accepted(case: str) -> None:
    assert check(io.BytesIO(GOOD_TEXT[case]), "a.TXT") == Checked("text/plain", "txt", "a.TXT")


def test_sums_and_negative_numbers_in_csv_are_accepted() -> None:
    rows = b'Change,-3\nSum,=A1+B2\n@network | "staff!"\nSay,"a|b!"\n'
    assert check(io.BytesIO(rows), "a.csv") == Checked("text/csv", "csv", "a.csv")


@pytest.mark.parametrize("extension", KINDS)
def test_office_samples_pass_the_real_check(extension: str) -> None:
    media = {
        "docx": "wordprocessingml.document",
        "xlsx": "spreadsheetml.sheet",
        "pptx": "presentationml.presentation",
    }
    source = io.BytesIO(KINDS[extension]())
    name = rf"C:\Papers\Board.{extension}"
    assert check(source, name) == Checked(OFFICE + media[extension], extension, f"Board.{extension}")
    assert source.tell() == 0


def test_other_samples_pass_the_real_check() -> None:
    assert check(io.BytesIO(samples.pdf()), "a.pdf") == Checked("application/pdf", "pdf", "a.pdf")
    assert check(io.BytesIO(samples.png()), "a.png") == Checked("image/png", "png", "a.png")
    assert check(io.BytesIO(samples.jpg()), "a.JPEG") == Checked("image/jpeg", "jpg", "a.JPEG")
    assert check(io.BytesIO(samples.csv()), "a.csv") == Checked("text/csv", "csv", "a.csv")
    assert check(io.BytesIO(samples.txt()), "a.txt") == Checked("text/plain", "txt", "a.txt")


def test_U01_a_refusal_comes_back_from_the_process_apart() -> None:
    bad = samples.repacked(samples.docx(), {"word/vbaProject.bin": OLE})
    assert reason(bad, "policy.docx") == MACROS
