"""Files of each kind made from plain values, and what a person would expect to be told of them."""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import docx as word
import openpyxl
import pikepdf
import weasyprint
from openpyxl.comments import Comment
from PIL import ExifTags, Image, PngImagePlugin
from pptx import Presentation
from pptx.util import Inches

from app.adapters.findings.kinds import Kind
from app.adapters.findings.package import packed

Rows = Sequence[Sequence[object]]
Expected = frozenset[tuple[Kind, str]]


@dataclass(frozen=True)
class Made:
    """One file of the corpus: its name, how to make it, and the kind and place of each thing to be found."""

    name: str
    make: Callable[[], bytes]
    expected: Expected = field(default=frozenset())

    @property
    def extension(self) -> str:
        return self.name.rpartition(".")[2]


def nhs_number(nine: int) -> str:
    """Ten digits with the right check; the next nine that has one when these have none."""
    digits = f"{nine:09}"
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=True))
    check = (11 - total % 11) % 11
    return nhs_number(nine + 1) if check == 10 else f"{digits}{check}"


def not_an_nhs_number(nine: int) -> str:
    """Ten digits with a wrong check."""
    good = nhs_number(nine)
    return good[:9] + str((int(good[9]) + 3) % 10)


def txt(*lines: str) -> bytes:
    return "\n".join(lines).encode()


def csv_of(rows: Rows, delimiter: str = ",") -> bytes:
    target = io.StringIO(newline="")
    csv.writer(target, delimiter=delimiter).writerows(rows)
    return target.getvalue().encode()


def docx(*blocks: str | Rows, author: str = "", adjust: Callable[[object], None] | None = None) -> bytes:
    """Paragraphs and tables in this order."""
    document = word.Document()
    document.core_properties.author = author
    document.core_properties.comments = ""
    for block in blocks:
        if isinstance(block, str):
            document.add_paragraph(block)
            continue
        table = document.add_table(rows=0, cols=max(map(len, block)))
        for row in block:
            cells = table.add_row().cells
            for cell, value in zip(cells, row, strict=False):
                cell.text = str(value)
    if adjust:
        adjust(document)
    return saved(document.save)


def xlsx(
    sheets: dict[str, Rows],
    notes: dict[str, tuple[str, str]] | None = None,
    formats: dict[str, str] | None = None,
    author: str = "",
) -> bytes:
    """Sheets by name; notes as cell -> (text, author) and number formats by cell, both of the first sheet."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    first = book.worksheets[0]
    for cell, (text, by) in (notes or {}).items():
        first[cell].comment = Comment(text, by)
    for cell, shown_as in (formats or {}).items():
        first[cell].number_format = shown_as
    book.properties.creator = author
    return saved(book.save)


def pptx(*slides: str | tuple[str, Rows], author: str = "") -> bytes:
    """Slides of words, or of a title with a table."""
    deck = Presentation()
    deck.core_properties.author, deck.core_properties.last_modified_by = author, ""
    for each in slides:
        title, rows = (each, None) if isinstance(each, str) else each
        slide = deck.slides.add_slide(deck.slide_layouts[5])
        slide.shapes.title.text = title
        if rows:
            shape = slide.shapes.add_table(
                len(rows), len(rows[0]), Inches(1), Inches(2), Inches(8), Inches(3)
            )
            for number, row in enumerate(rows):
                for column, value in enumerate(row):
                    shape.table.cell(number, column).text = str(value)
    return saved(deck.save)


def pdf(*pages: str, author: str = "") -> bytes:
    """Pages of HTML, printed as an office program does."""
    body = "".join(f"<section>{page}</section>" for page in pages)
    head = f'<meta name="author" content="{author}">' if author else ""
    style = "<style>section{break-after:page} td,th{padding:2px 12px;text-align:left} body{font-size:10pt}</style>"
    html = f"<html lang=en><head><title>Paper</title>{head}{style}</head><body>{body}</body></html>"
    return bytes(weasyprint.HTML(string=html).write_pdf(presentational_hints=True))


def html_table(rows: Rows, caption: str = "") -> str:
    """A table for ``pdf``."""
    head = f"<p>{caption}</p>" if caption else ""
    lines = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"{head}<table>{lines}</table>"


def pdf_with_remarks(page: str, remarks: Iterable[tuple[str, str]], names: dict[str, str]) -> bytes:
    """A PDF with notes on its first page, as (text, author), and entries of its information."""
    with pikepdf.open(io.BytesIO(pdf(page))) as made:
        notes = [
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Text,
                Rect=[10, 10, 30, 30],
                Contents=text,
                T=by,
            )
            for text, by in remarks
        ]
        if notes:
            made.pages[0].obj["/Annots"] = made.make_indirect(
                pikepdf.Array([made.make_indirect(note) for note in notes])
            )
        for key, value in names.items():
            made.docinfo[f"/{key}"] = value
        return saved(lambda target: made.save(target, deterministic_id=True))


def scanned_pdf(text_pages: int) -> bytes:
    """Pages of text, then one that is only a picture."""
    picture = io.BytesIO()
    Image.new("RGB", (400, 560), "#eeeeee").save(picture, "PDF")
    with (
        pikepdf.open(io.BytesIO(pdf(*["Minutes of the meeting, with words to read."] * text_pages))) as made,
        pikepdf.open(picture) as scan,
    ):
        made.pages.extend(scan.pages)
        return saved(lambda target: made.save(target, deterministic_id=True))


def jpg(artist: str = "", *, gps: bool = False, orientation: int = 1) -> bytes:
    exif = Image.Exif()
    if artist:
        exif[ExifTags.Base.Artist] = artist
    if orientation != 1:
        exif[ExifTags.Base.Orientation] = orientation
    if gps:
        place: dict[int, object] = {
            ExifTags.GPS.GPSLatitudeRef: "N",
            ExifTags.GPS.GPSLatitude: (53.0, 28.0, 46.0),
        }
        exif.get_ifd(ExifTags.IFD.GPSInfo).update(place)
    target = io.BytesIO()
    Image.linear_gradient("L").resize((90, 60)).convert("RGB").save(target, "JPEG", exif=exif)
    return target.getvalue()


def png(author: str = "") -> bytes:
    notes = PngImagePlugin.PngInfo()
    if author:
        notes.add_text("Author", author)
    target = io.BytesIO()
    Image.new("RGB", (60, 40), "#005eb8").save(target, "PNG", pnginfo=notes)
    return target.getvalue()


def saved(save: Callable[[io.BytesIO], object]) -> bytes:
    """What ``save`` writes; office files without the time at which they were written."""
    target = io.BytesIO()
    save(target)
    data = target.getvalue()
    return still(data) if data.startswith(b"PK") else data


def still(office: bytes) -> bytes:
    """The same parts with one date on all of them."""
    with zipfile.ZipFile(io.BytesIO(office)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    core = "docProps/core.xml"
    if core in parts:
        parts[core] = re.sub(rb">\d{4}-\d\d-\d\dT[\d:.]+Z<", b">2026-01-05T09:00:00Z<", parts[core])
    return packed(parts)


def with_parts(office: bytes, changes: dict[str, Callable[[bytes], bytes]]) -> bytes:
    """An office file with some parts rewritten; one that is not there begins empty."""
    with zipfile.ZipFile(io.BytesIO(office)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for name, change in changes.items():
        parts[name] = change(parts.get(name, b""))
    return packed(parts)


def tracked_docx(*paragraphs: str, by: str) -> bytes:
    """Paragraphs in which ``[+words+]`` is a tracked insertion and ``[-words-]`` a deletion."""

    def runs(text: str) -> str:
        made = ""
        for kind, words in _split(text):
            attributes = f'w:id="1" w:author="{by}" w:date="2026-01-05T09:00:00Z"'
            if kind == "+":
                made += f"<w:ins {attributes}><w:r><w:t xml:space='preserve'>{words}</w:t></w:r></w:ins>"
            elif kind == "-":
                made += f"<w:del {attributes}><w:r><w:delText xml:space='preserve'>{words}</w:delText></w:r></w:del>"
            else:
                made += f"<w:r><w:t xml:space='preserve'>{words}</w:t></w:r>"
        return f"<w:p>{made}</w:p>"

    body = "".join(map(runs, paragraphs))
    plain = docx("x")
    return with_parts(
        plain, {"word/document.xml": lambda data: data.replace(_first_paragraph(data), body.encode())}
    )


def _split(text: str) -> list[tuple[str, str]]:
    found = re.findall(r"\[\+(.*?)\+\]|\[-(.*?)-\]|([^\[]+)", text)
    return [("+", a) if a else ("-", b) if b else ("", c) for a, b, c in found]


def _first_paragraph(data: bytes) -> bytes:
    found = re.search(rb"<w:p>.*?</w:p>", data, re.S)
    assert found
    return found.group()
