"""Real files made by real programs' libraries. Each carries `canary`, so a test can look for it again."""

import csv as csv_rows
import io
import zipfile
from collections.abc import Callable

import docx as word
import openpyxl
import weasyprint
from PIL import Image, ImageDraw, PngImagePlugin
from pptx import Presentation


def pdf(canary: str = "illustrative evidence") -> bytes:
    """A one-page PDF with a heading and a paragraph, as an office program prints it."""
    page = f"<html lang=en><title>{canary}</title><h1>Board paper</h1><p>{canary}</p></html>"
    return bytes(weasyprint.HTML(string=page).write_pdf())


def docx(canary: str = "illustrative evidence") -> bytes:
    """A Word document with a heading, a table and a picture."""
    document = word.Document()
    document.core_properties.author = ""
    document.add_heading("Action plan", 1)
    document.add_paragraph(canary)
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Action", "Owner"
    document.add_picture(io.BytesIO(png(canary)))
    return _saved(document.save)


def xlsx(canary: str = "illustrative evidence") -> bytes:
    """A workbook of two sheets with a formula."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in ([canary, "Staff"], ["2024", 12], ["2025", 15], ["Change", "=B3-B2"]):
        sheet.append(row)
    book.create_sheet("Notes")["A1"] = canary
    return _saved(book.save)


def pptx(canary: str = "illustrative evidence") -> bytes:
    """A presentation of one slide."""
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "Staff network"
    slide.placeholders[1].text = canary
    return _saved(deck.save)


def png(canary: str = "illustrative evidence") -> bytes:
    """A small picture with words drawn on it, and the canary in its description."""
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Description", canary)
    target = io.BytesIO()
    _drawn(canary).save(target, "PNG", pnginfo=notes)
    return target.getvalue()


def jpg(canary: str = "illustrative evidence") -> bytes:
    """A small photo with words drawn on it, and the canary in its comment."""
    target = io.BytesIO()
    _drawn(canary).save(target, "JPEG", comment=canary.encode())
    return target.getvalue()


def csv(canary: str = "illustrative evidence") -> bytes:
    """A table of three rows, with the line ends that spreadsheets write."""
    target = io.StringIO(newline="")
    csv_rows.writer(target).writerows([["Group", "Staff"], [canary, 12], ["Not stated", -3]])
    return target.getvalue().encode()


def txt(canary: str = "illustrative evidence") -> bytes:
    """A few lines of text."""
    return f"Minutes of the staff network\n\n{canary}\n".encode()


def _drawn(words: str) -> Image.Image:
    picture = Image.new("RGB", (320, 200), "#f0f4f5")
    ImageDraw.Draw(picture).text((16, 90), words[:40].encode("ascii", "replace").decode(), fill="#212b32")
    return picture


def _saved(save: Callable[[io.BytesIO], object]) -> bytes:
    target = io.BytesIO()
    save(target)
    return target.getvalue()


def repacked(office: bytes, parts: dict[str, bytes | None]) -> bytes:
    """An office file with parts put in, replaced or (given None) taken out."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(office)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        kept = {name: old.read(name) for name in old.namelist()}
        for name, content in (kept | parts).items():
            if content is not None:
                new.writestr(name, content)
    return target.getvalue()


def part(office: bytes, name: str) -> bytes:
    """One part of an office file."""
    with zipfile.ZipFile(io.BytesIO(office)) as archive:
        return archive.read(name)
