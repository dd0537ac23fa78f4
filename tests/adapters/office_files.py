"""Office files, good and bad, made from the samples by changing one thing."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import cache

import docx as word
import openpyxl
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from app.adapters.structure.child import verdict
from app.adapters.structure.office import inspect
from tests import samples
from tests.samples import part, repacked

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
TYPES, RELS, BODY = "[Content_Types].xml", "word/_rels/document.xml.rels", "word/document.xml"
LAUGHS = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><l>&b;</l>'


@cache
def docx() -> bytes:
    return samples.docx()


@cache
def xlsx() -> bytes:
    return samples.xlsx()


@cache
def pptx() -> bytes:
    return samples.pptx()


def reason(office: bytes, extension: str) -> str:
    return verdict(inspect, io.BytesIO(office), extension)


def swapped(office: bytes, name: str, old: bytes, new: bytes) -> bytes:
    """The same file with one piece of one part replaced; the piece must be there."""
    before = part(office, name)
    assert old in before
    return repacked(office, {name: before.replace(old, new, 1)})


def related(kind: str, target: str, mode: str = "External", office: Callable[[], bytes] = docx) -> bytes:
    """A document whose main part has one more relationship."""
    rels = RELS if office is docx else "xl/_rels/workbook.xml.rels"
    line = f'<Relationship Id="rIdX" Type="http://x/relationships/{kind}" Target="{target}" TargetMode="{mode}"/>'
    return swapped(office(), rels, b"</Relationships>", line.encode() + b"</Relationships>")


def typed(stated: str, office: Callable[[], bytes] = docx) -> bytes:
    """A document whose list of types states one more."""
    line = f'<Override PartName="/odd/part.dat" ContentType="{stated}"/>'
    return swapped(office(), TYPES, b"</Types>", line.encode() + b"</Types>")


def paragraph(xml: str) -> bytes:
    return swapped(docx(), BODY, b"<w:p>", f"<w:p>{xml}</w:p><w:p>".encode())


def field(*runs: str) -> bytes:
    begin = '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    return paragraph(begin + "".join(f"<w:r><w:instrText>{run}</w:instrText></w:r>" for run in runs))


def formula(text: str) -> bytes:
    return swapped(xlsx(), "xl/worksheets/sheet1.xml", b"B3-B2", text.encode())


def patched(office: bytes, changes: dict[str, Callable[[bytearray, int], None]]) -> bytes:
    """The bytes of the zip changed at the first header of each kind: "local", "central" or "end"."""
    marks = {"local": b"PK\x03\x04", "central": b"PK\x01\x02", "end": b"PK\x05\x06"}
    data = bytearray(office)
    for kind, change in changes.items():
        change(data, data.rindex(marks[kind]) if kind == "end" else data.index(marks[kind]))
    return bytes(data)


def put(layout: str, offset: int, *values: int) -> Callable[[bytearray, int], None]:
    return lambda data, place: struct.pack_into(layout, data, place + offset, *values)


def named(name: str) -> bytes:
    """A document with one more part of this name, just as written."""
    short = "n" * len(name)
    return repacked(docx(), {short: b"x"}).replace(short.encode(), name.encode())


def flood(length: int) -> bytes:
    """A deflate stream that unpacks to `length` zeros, with headers that say so, as one more part."""
    return repacked(docx(), {"word/media/flat.bmp": bytes(length)})


def lying(stated: int) -> bytes:
    """A part that states a small size, with the right checksum for that much, and unpacks to far more."""
    office = repacked(docx(), {"word/media/a.bmp": bytes(1_000_000)})
    data = bytearray(office)
    for mark, offset, name_at in ((b"PK\x03\x04", 14, 30), (b"PK\x01\x02", 16, 46)):
        place = data.index(b"word/media/a.bmp", data.index(mark)) - name_at
        struct.pack_into("<L", data, place + offset, zlib.crc32(bytes(stated)))
        struct.pack_into("<L", data, place + offset + 8, stated)
    return bytes(data)


def moved(before: bytes, by: int) -> bytes:
    """Bytes before the zip and every stated offset moved, as tools do that make programs of archives."""
    data = bytearray(before + docx())
    end = data.rindex(b"PK\x05\x06")
    start = struct.unpack_from("<L", data, end + 16)[0]
    struct.pack_into("<L", data, end + 16, start + by)
    place = data.find(b"PK\x01\x02", start)
    while place >= 0:
        offset = struct.unpack_from("<L", data, place + 42)[0]
        struct.pack_into("<L", data, place + 42, offset + by)
        place = data.find(b"PK\x01\x02", place + 4)
    return bytes(data)


def packed(raw: bytes, words: bytes) -> bytes:
    """A part whose packed bytes are `raw` and whose stated size and checksum are those of `words`."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in zipfile.ZipFile(io.BytesIO(docx())).namelist():
            archive.writestr(name, part(docx(), name))
        archive.writestr("word/media/a.dat", raw)
    data = target.getvalue()
    for mark, method, crc, name_at in ((b"PK\x03\x04", 8, 14, 30), (b"PK\x01\x02", 10, 16, 46)):
        changed = bytearray(data)
        name = changed.index(b"word/media/a.dat") if name_at == 30 else changed.rindex(b"word/media/a.dat")
        place = name - name_at
        assert changed[place : place + 4] == mark
        struct.pack_into("<H", changed, place + method, zipfile.ZIP_DEFLATED)
        struct.pack_into("<L", changed, place + crc, zlib.crc32(words))
        struct.pack_into("<L", changed, place + crc + 8, len(words))
        data = bytes(changed)
    return data


def deflated(words: bytes) -> bytes:
    pack = zlib.compressobj(wbits=-15)
    return pack.compress(words) + pack.flush()


def one_block(words: bytes) -> bytes:
    """A last block, not squeezed, so that its length is known: five bytes more than `words`."""
    return b"\x01" + struct.pack("<HH", len(words), len(words) ^ 0xFFFF) + words


def unended(words: bytes) -> bytes:
    """Everything but the mark that nothing follows."""
    pack = zlib.compressobj(wbits=-15)
    return pack.compress(words) + pack.flush(zlib.Z_SYNC_FLUSH)


def overlapping() -> bytes:
    """Two names of the directory that point at the same bytes."""
    office = repacked(docx(), {"word/media/a.txt": b"a" * 50, "word/media/b.txt": b"a" * 50})
    data = bytearray(office)
    central = data.index(b"PK\x01\x02")
    first, second = (data.index(name, central) - 46 for name in (b"word/media/a.txt", b"word/media/b.txt"))
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    return bytes(data)


def repeated() -> bytes:
    """Two parts of one name."""
    return repacked(docx(), {"word/bodies.txt": b"one", "word/bodiez.txt": b"two"}).replace(
        b"word/bodiez.txt", b"word/bodies.txt"
    )


def with_workbook(inside: bytes, name: str = "word/embeddings/Book1.xlsx") -> bytes:
    return repacked(docx(), {name: inside})


def chart_slides() -> bytes:
    deck = Presentation()
    data = CategoryChartData()
    data.categories = ["2024", "2025"]
    data.add_series("Staff", (1, 2))
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    slide.shapes.add_chart(XL_CHART_TYPE.BAR_CLUSTERED, 0, 0, Inches(4), Inches(3), data)
    return saved(deck.save)


def chart_workbook() -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(xlsx()))
    chart = BarChart()
    chart.add_data(Reference(book.worksheets[0], min_col=2, min_row=2, max_row=3))
    book.worksheets[0].add_chart(chart, "E2")
    book.worksheets[0]["A1"].comment = Comment("Checked", "EDI lead")
    return saved(book.save)


def long_document() -> bytes:
    document = word.Document()
    for number in range(400):
        document.add_paragraph(f"Paragraph {number}: staff said that the DDE policy was added.")
    document.sections[0].header.paragraphs[0].text = "Draft"
    return saved(document.save)


def tall_workbook() -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Staff")
    for number in range(8_000):
        sheet.append([number, "Band 5", None, number / 3])
    return saved(book.save)


def stored(office: bytes) -> bytes:
    """The same parts, not packed, with folders listed: some programs write zips like this."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(office)) as old, zipfile.ZipFile(target, "w") as new:
        new.writestr("word/", b"")
        for name in old.namelist():
            new.writestr(name, old.read(name))
    return target.getvalue()


def streamed(office: bytes) -> bytes:
    """Sizes after each part instead of before, as programs write that cannot go back."""

    class OneWay(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: int) -> int:
            raise io.UnsupportedOperation

        def tell(self) -> int:
            raise io.UnsupportedOperation

    target = OneWay()
    with (
        zipfile.ZipFile(io.BytesIO(office)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, old.read(name))
    return target.getvalue()


def saved(save: Callable[[io.BytesIO], object]) -> bytes:
    target = io.BytesIO()
    save(target)
    return target.getvalue()
