"""The copy that others open: nothing of who wrote it is left, and it is the same document otherwise."""

import io
import re
import zipfile
from collections.abc import Callable

import docx as word
import openpyxl
import pikepdf
import pytest
from PIL import ExifTags, Image, ImageCms
from pptx import Presentation

from app.adapters.findings import cleaning, pictures, searching
from app.adapters.findings.accepting import accept
from app.adapters.findings.examine import cleaned, search
from app.adapters.findings.kinds import Finding, Kind
from app.adapters.findings.package import parsed
from app.adapters.structure.check import check
from tests import samples
from tests.adapters.corpus import held_out, known, making

TAKEN_OUT = frozenset({Kind.AUTHOR, Kind.COMMENT, Kind.TRACKED_CHANGE})
CANARY = "Canary Person"
COMMENTS = "word/comments.xml"
SETTINGS = "word/settings.xml"
WORD_2012 = "http://schemas.microsoft.com/office/word/2012/wordml"
SLIDES = "http://schemas.openxmlformats.org/presentationml/2006/main"
EXCEL = "http://schemas.microsoft.com/office/spreadsheetml/2010/11/ac"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TEMPLATE = (
    f'<Relationship Id="rIdT" Type="{RELATED}/attachedTemplate" '
    f'Target="file:///C:\\Users\\{CANARY}\\a.dotx" TargetMode="External"/>'
)


def copy(data: bytes, extension: str, *, with_changes: bool = False) -> bytes:
    return cleaning.copy(io.BytesIO(data), extension, with_changes=with_changes)


def everything(office: bytes) -> bytes:
    """All parts unpacked, those of files inside too."""
    found = b""
    with zipfile.ZipFile(io.BytesIO(office)) as archive:
        for name in archive.namelist():
            data = archive.read(name)
            found += name.encode() + (everything(data) if name.endswith(".xlsx") else data)
    return found


def telling_docx() -> bytes:
    """A document that names its writer in every way that Word has, with a comment and a tracked change."""
    photo = making.jpg(CANARY, gps=True, orientation=6)

    def adjust(document: object) -> None:
        document.core_properties.last_modified_by = CANARY  # type: ignore[attr-defined]
        document.add_comment(document.paragraphs[0].runs, "A remark", author=CANARY, initials="CP")  # type: ignore[attr-defined]
        document.add_picture(io.BytesIO(photo))  # type: ignore[attr-defined]

    made = making.docx("Policy", "Second", author=CANARY, adjust=adjust)
    marked = f'w:id="7" w:author="{CANARY}" w:date="2026-01-05T09:00:00Z"'
    change = f"<w:ins {marked}><w:r><w:t>added</w:t></w:r></w:ins>".encode()
    people = f'<w:people xmlns:w="{WORD_2012}"><w:person w:author="{CANARY}"/></w:people>'
    return making.with_parts(
        made,
        {
            "word/document.xml": lambda data: re.sub(
                rb"<w:p>", b'<w:p w:rsidR="00ABCDEF">', data, count=1
            ).replace(b"Second</w:t></w:r>", b"Second</w:t></w:r>" + change),
            "word/people.xml": lambda _: people.encode(),
            "customXml/item1.xml": lambda _: f"<p>{CANARY}</p>".encode(),
            "docProps/thumbnail.jpeg": lambda _: making.jpg(CANARY),
            "word/_rels/settings.xml.rels": lambda _: (
                f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{TEMPLATE}</Relationships>'.encode()
            ),
            SETTINGS: lambda data: data.replace(
                b"</w:settings>", b'<w:rsids><w:rsid w:val="00ABCDEF"/></w:rsids></w:settings>'
            ),
        },
    )


def test_B14_a_word_document_names_nobody_and_keeps_its_words() -> None:
    data = telling_docx()
    assert everything(data).count(CANARY.encode()) >= 8
    made = copy(data, "docx")
    told = everything(made)
    for word_ in (CANARY.encode(), b"rsid", b"thumbnail", b"people", b"customXml"):
        assert word_ not in told, word_
    document = word.Document(io.BytesIO(made))
    assert [each.text for each in document.paragraphs[:2]] == ["Policy", "Second"]
    assert document.core_properties.author == ""
    assert b"A remark" in told  # a comment stays until the writer asks for it to go
    assert b"<w:ins " in told


def test_B14_on_demand_changes_are_accepted_and_comments_go() -> None:
    made = copy(telling_docx(), "docx", with_changes=True)
    told = everything(made)
    assert [word_ in told for word_ in (b"A remark", b"<w:ins ", b"omment", CANARY.encode())] == [False] * 4
    assert [each.text for each in word.Document(io.BytesIO(made)).paragraphs[:2]] == ["Policy", "Secondadded"]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("We [-try to -]act [+now+].", ["We act now."]),
        ("[-All of it-]", [""]),
        ("[+All of it+]", ["All of it"]),
    ],
)
def test_insertions_stay_and_deletions_go(text: str, left: list[str]) -> None:
    made = copy(making.tracked_docx(text, by=CANARY), "docx", with_changes=True)
    assert [each.text for each in word.Document(io.BytesIO(made)).paragraphs] == left
    assert CANARY.encode() not in everything(made)


def test_deleted_rows_cells_and_paragraph_marks_are_accepted_as_word_does() -> None:
    name = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    mark = "<w:pPr><w:rPr><w:del w:id='1' w:author='x'/></w:rPr></w:pPr>"
    run = "<w:r><w:t>{}</w:t></w:r>"
    deleted = "<w:tcPr><w:cellDel w:id='3'/></w:tcPr>"
    cell = "<w:tc>{}<w:p>{}</w:p></w:tc>"
    tree = parsed(
        (
            f"<w:document xmlns:w='{name}'><w:body>"
            f"<w:p>{mark}{run.format('one ')}</w:p><w:p>{run.format('two')}</w:p>"
            f"<w:tbl><w:tr><w:trPr><w:del w:id='2' w:author='x'/></w:trPr>{cell.format('', run.format('gone'))}</w:tr>"
            f"<w:tr>{cell.format('', run.format('kept'))}{cell.format(deleted, run.format('gone'))}</w:tr></w:tbl>"
            f"<w:moveFrom w:id='4'><w:p>{run.format('gone')}</w:p></w:moveFrom>"
            f"<w:moveTo w:id='5'><w:p>{run.format('moved')}</w:p></w:moveTo>"
            "</w:body></w:document>"
        ).encode()
    )
    accept(tree)
    said = ["".join(text.text for text in paragraph.iter("{*}t")) for paragraph in tree.iter("{*}p")]
    assert said == ["one two", "kept", "moved"]
    assert [each.tag for each in tree.iter("{*}moveTo", "{*}moveFrom", "{*}del", "{*}cellDel")] == []


def telling_xlsx() -> bytes:
    made = making.xlsx(
        {"Plan": [["Action", "Staff"], ["a", 5]]},
        {"A1": (f"{CANARY}:\nIs this right?", CANARY)},
        {"B2": "0%"},
        author=CANARY,
    )
    path = (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        '<mc:Choice Requires="x15"><x15ac:absPath xmlns:x15ac="'
        f'{EXCEL}" '
        f'url="C:\\Users\\{CANARY}\\"/></mc:Choice></mc:AlternateContent>'
    )
    return making.with_parts(
        made,
        {"xl/workbook.xml": lambda data: data.replace(b"<bookViews", path.encode() + b"<bookViews")},
    )


def test_B14_a_spreadsheet_names_nobody_and_keeps_its_cells() -> None:
    data = telling_xlsx()
    assert everything(data).count(CANARY.encode()) >= 3
    kept, bare = copy(data, "xlsx"), copy(data, "xlsx", with_changes=True)
    assert (CANARY.encode() in everything(kept), CANARY.encode() in everything(bare)) == (False, False)
    for made, note in ((kept, "Is this right?"), (bare, "")):
        sheet = openpyxl.load_workbook(io.BytesIO(made)).worksheets[0]
        assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [["Action", "Staff"], ["a", 5]]
        assert sheet["B2"].number_format == "0%"
        comment = sheet["A1"].comment
        assert note in (comment.text if comment else "")
        assert (comment is None) is (note == "")


def test_B14_slides_name_nobody_and_keep_their_words() -> None:
    author = f'<p:cmAuthor id="0" name="{CANARY}" initials="CP" lastIdx="1" clrIdx="0"/>'
    authors = f'<p:cmAuthorLst xmlns:p="{SLIDES}">{author}</p:cmAuthorLst>'
    remark = '<p:cm authorId="0" idx="1"><p:pos x="1" y="1"/><p:text>A remark</p:text></p:cm>'
    comment = f'<p:cmLst xmlns:p="{SLIDES}">{remark}</p:cmLst>'

    def related(kind: str, target: str) -> Callable[[bytes], bytes]:
        line = f'<Relationship Id="rIdC" Type="{RELATED}/{kind}" Target="{target}"/></Relationships>'
        return lambda data: data.replace(b"</Relationships>", line.encode())

    data = making.with_parts(
        making.pptx("Welcome", author=CANARY),
        {
            "ppt/commentAuthors.xml": lambda _: authors.encode(),
            "ppt/comments/comment1.xml": lambda _: comment.encode(),
            "ppt/slides/_rels/slide1.xml.rels": related("comments", "../comments/comment1.xml"),
            "ppt/_rels/presentation.xml.rels": related("commentAuthors", "commentAuthors.xml"),
        },
    )
    told = {(one.kind, one.place, one.text) for one in search(io.BytesIO(data), "pptx")}
    assert told == {
        (Kind.COMMENT, "slide 1", "A remark"),
        (Kind.AUTHOR, "comments", f"author: {CANARY}"),
        (Kind.AUTHOR, "file properties", f"author: {CANARY}"),
    }
    kept, bare = copy(data, "pptx"), copy(data, "pptx", with_changes=True)
    assert (CANARY.encode() in everything(kept), b"A remark" in everything(kept)) == (False, True)
    assert (CANARY.encode() in everything(bare), b"A remark" in everything(bare)) == (False, False)
    for made in (kept, bare):
        assert Presentation(io.BytesIO(made)).slides[0].shapes.title.text == "Welcome"


def test_B14_a_pdf_names_nobody_and_keeps_its_pages() -> None:
    data = making.pdf_with_remarks(
        "<p>Policy</p>", [("A remark", CANARY)], {"Author": CANARY, "Title": CANARY, "Company": CANARY}
    )
    with pikepdf.open(io.BytesIO(data)) as pdf:
        with pdf.open_metadata() as xmp:
            xmp["dc:creator"] = [CANARY]
        pdf.pages[0].obj["/Metadata"] = pdf.make_stream(CANARY.encode())
        pdf.pages[0].obj["/PieceInfo"] = pikepdf.Dictionary(Owner=CANARY)
        data = making.saved(pdf.save)
    kept, bare = copy(data, "pdf"), copy(data, "pdf", with_changes=True)
    for made, remarks in ((kept, 1), (bare, 0)):
        with pikepdf.open(io.BytesIO(made)) as pdf:
            assert ("/Info" in pdf.trailer, "/Metadata" in pdf.Root, len(pdf.pages)) == (False, False, 1)
            assert "/Metadata" not in pdf.pages[0].obj
            assert len(pdf.pages[0].obj.get("/Annots", [])) == remarks
            told = b"".join(
                each.unparse(resolved=True) for each in pdf.objects if isinstance(each, pikepdf.Object)
            )
            assert (CANARY.encode() in told, b"A remark" in told) == (False, bool(remarks))


def test_B14_an_earlier_state_of_a_pdf_is_not_in_the_copy() -> None:
    """A PDF may be saved by adding to its end; what was changed is still before that."""
    data = making.pdf_with_remarks("<p>Policy</p>", [], {"Author": CANARY})
    with pikepdf.open(io.BytesIO(data)) as pdf:
        number = pdf.trailer["/Info"].objgen[0]
        size = int(pdf.trailer["/Size"])
        root = pdf.Root.objgen[0]
    start = data.rindex(b"startxref") + 10
    before = data[start : data.index(b"\n", start)].decode()
    added = f"{number} 0 obj\n<</Author(Nobody)>>\nendobj\n"
    trailer = f"<</Size {size}/Root {root} 0 R/Info {number} 0 R/Prev {before}>>"
    table = f"xref\n{number} 1\n{len(data):010} 00000 n \ntrailer\n{trailer}\n"
    both = data + added.encode() + table.encode() + f"startxref\n{len(data) + len(added)}\n%%EOF\n".encode()
    with pikepdf.open(io.BytesIO(both)) as pdf:
        assert str(pdf.trailer["/Info"]["/Author"]) == "Nobody"
    assert b"Nobody" not in copy(both, "pdf")
    assert [one for one in search(io.BytesIO(copy(both, "pdf")), "pdf") if one.kind is Kind.AUTHOR] == []


@pytest.mark.parametrize("orientation", range(1, 9))
def test_B14_a_photo_tells_neither_who_nor_where_and_stands_upright(orientation: int) -> None:
    data = making.jpg(CANARY, gps=True, orientation=orientation)
    made = copy(data, "jpg")
    assert CANARY.encode() not in made
    with Image.open(io.BytesIO(made)) as picture:
        assert dict(picture.getexif()) == {}
        assert picture.size == ((60, 90) if orientation > 4 else (90, 60))
        corner = picture.convert("L").tobytes()[0]
    with Image.open(io.BytesIO(data)) as picture:
        upright = {
            1: (0, 0),
            2: (89, 0),
            3: (89, 59),
            4: (0, 59),
            5: (0, 0),
            6: (0, 59),
            7: (89, 59),
            8: (89, 0),
        }
        left, top = upright[orientation]
        assert abs(picture.convert("L").tobytes()[top * 90 + left] - corner) <= 8


def test_a_photo_that_stands_upright_keeps_every_bit_of_its_pixels_and_its_colours() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    target = io.BytesIO()
    exif = Image.Exif()
    exif[ExifTags.Base.Artist] = CANARY
    Image.radial_gradient("L").convert("RGB").save(
        target, "JPEG", exif=exif, icc_profile=profile, comment=CANARY.encode(), progressive=True
    )
    made = copy(target.getvalue(), "jpg")
    with Image.open(io.BytesIO(made)) as after, Image.open(target) as before:
        assert after.tobytes() == before.tobytes()
        assert after.info["icc_profile"] == profile
    assert CANARY.encode() not in made
    followed = target.getvalue() + target.getvalue()  # phones put a second picture after the first
    assert copy(followed, "jpg") == made


def test_B14_a_png_keeps_its_pixels_and_loses_its_words() -> None:
    data = making.png(CANARY)
    made = copy(data, "png")
    assert (CANARY.encode() in data, CANARY.encode() in made) == (True, False)
    with Image.open(io.BytesIO(made)) as after, Image.open(io.BytesIO(data)) as before:
        assert after.tobytes() == before.tobytes()


def test_a_picture_inside_a_document_keeps_only_how_to_turn_it() -> None:
    made = pictures.stripped_inside(making.jpg(CANARY, gps=True, orientation=6))
    with Image.open(io.BytesIO(made)) as picture:
        assert dict(picture.getexif()) == {ExifTags.Base.Orientation: 6}


@pytest.mark.parametrize("extension", ["docx", "xlsx", "pptx", "pdf", "png", "jpg"])
def test_B14_copies_pass_the_structure_check_are_stable_and_are_copies_of_themselves(extension: str) -> None:
    data = getattr(samples, extension)()
    made = cleaned(io.BytesIO(data), extension, with_changes=False)
    assert made is not None
    assert copy(data, extension) == made
    assert copy(made, extension) == made
    bare = copy(data, extension, with_changes=True)
    check(io.BytesIO(bare), f"a.{extension}")
    assert copy(bare, extension, with_changes=True) == bare


def test_B14_no_copy_of_the_corpus_names_anybody() -> None:
    for made in (*known.files(), *held_out.files()):
        if TAKEN_OUT.isdisjoint(kind for kind, _ in made.expected):
            continue
        kinds = {one.kind for one in search_here(copy(made.make(), made.extension), made.extension)}
        assert Kind.AUTHOR not in kinds, made.name
        bare = {
            one.kind
            for one in search_here(copy(made.make(), made.extension, with_changes=True), made.extension)
        }
        assert bare.isdisjoint(TAKEN_OUT), made.name


def search_here(data: bytes, extension: str) -> list[Finding]:
    """Without a process apart: five hundred of them would take minutes."""
    return searching.findings(io.BytesIO(data), extension)


def test_text_and_csv_have_no_copy() -> None:
    assert cleaned(io.BytesIO(b"a"), "txt", with_changes=True) is None
    assert cleaned(io.BytesIO(b"a,b"), "csv", with_changes=False) is None
