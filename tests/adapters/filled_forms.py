"""Forms made for tests: every kind of field, with whatever texts a test wants in them."""

import io
import zipfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import docx as word
import openpyxl
from hypothesis import strategies as st

from app.adapters.forms import Chapter, Field, Form, Identity, Kind, Option, Section, Support, digest

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PORTAL = "Portal under test"
CHOICES = (
    Option("0: Not, evidenced", "Nothing."),
    Option("1: Emerging", "Little."),
    Option("2: Established", "Much."),
)
TEXTS = {
    "A1/rating": "2: Established",
    "A1/narrative": "We began.\n\n  indented\ttab\n- a dash\n= 1+1",
    "A1/role": "Chief nurse",
    "A1/date": "27 3 2026",
    "A1/form-finished": "Yes",
    "B1.2/rating": "",
    "B1.2/narrative": "",
}
# What programs, libraries and formats are known to trip over.
TRICKY = (
    "=1+1",
    "+44 7700",
    "-1",
    "@SUM(A1)",
    "'=quoted",
    "''twice",
    "'plain",
    "_x0041_ and _x005F_ and x005F_ and _x005f_",
    "\\u{41} and \\u{2028}",
    "<r><t>markup</t></r>",
    "a <b>&amp;</b> ]]> <!-- -->",
    "line\u2028line\u2029line",
    "\ufffe\uffff\ufff9\ufffc\ufffd",
    "Choose one",
    "Choose an item.",
    "\U0001f469\U0001f3fd\u200d\U0001f680 and \U0010ffff \ue000",
    "שלום עולם\nline two\nالعربية mixed",
    "a\u200bb\ufeffc\u00add\u2011e\u00a0f\u202eg\u202c h",
    "tab\tand  two   spaces\n\n\n\nand lines",
    "Reference: A1/rating",
    "True",
    "0012",
    "1e5",
    "2026-03-27",
    "#REF!",
    "word " * 20_000 + "end",
    "\U0001f680" * 20_000,
    "{{ 1 }} {% x %} ${x} %s",
)

# Any text that an answer can be: no control characters but tab and new line, tidied as it is when it is saved.
texts = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t=+-@'<_x\\u{}\u2028\ufffe"),
    max_size=80,
).map(lambda text: text.strip())


def form(texts: Mapping[str, str] = TEXTS, marks: Mapping[str, str] | None = None) -> Form:
    """A form with a section for each code of the keys."""
    codes = list(dict.fromkeys(key.partition("/")[0] for key in texts))
    sections = tuple(_section(code, texts) for code in codes)
    identity = Identity(
        organisation_id="organisation",
        organisation="Fictional trust A",
        self_assessment_id="self-assessment",
        framework="arf 1",
        framework_checksum="checksum",
        level="",
        made_at=AT.isoformat(),
        marks=marks or {},
        written={key: digest(text) for key, text in texts.items()},
    )
    return Form(
        title="Self-assessment form",
        portal=PORTAL,
        organisation="Fictional trust A (ZZA)",
        framework="Framework, version 1",
        mark="Illustrative, awaiting the Assembly's text",
        made_on="22 November 2026",
        made_at=AT,
        how_to=("Write under each question.", "Send it back."),
        chapters=(Chapter("Bronze", "First steps.", sections),),
        identity=identity,
    )


def _section(code: str, texts: Mapping[str, str]) -> Section:
    fields = tuple(_field(key, text) for key, text in texts.items() if key.startswith(f"{code}/"))
    evidence = (Support("Board paper", "Look at: page 3"),)
    return Section(code, f"Title of {code}", ("Guidance.", "More."), ("Minutes",), fields, evidence)


def _field(key: str, text: str) -> Field:
    name = key.partition("/")[2]
    if name in ("rating", "form-finished"):
        options = CHOICES if name == "rating" else (Option("Yes"), Option("No"))
        return Field(key, Kind.CHOICE, f"Label of {key}", "A hint.", text, options, "Answered")
    kind = Kind.LINES if name.startswith("narrative") else Kind.LINE
    return Field(key, kind, f"Label of {key}", "A hint.", text, status="Answered")


def numbered(texts: tuple[str, ...]) -> dict[str, str]:
    """Each text as a narrative and as a line of its own."""
    return {f"C{at}/{name}": text for at, text in enumerate(texts) for name in ("narrative", "role")}


def in_document(source: bytes, key: str, text: str) -> bytes:
    """The document with another answer, as somebody types it: one paragraph a line."""
    document = word.Document(io.BytesIO(source))
    for table in document.tables:
        if f"Reference: {key}" in table.cell(0, 0).text.split("\n"):
            cell = table.cell(1, 0)
            for paragraph in list(cell.paragraphs):
                paragraph._element.getparent().remove(paragraph._element)
            for line in text.split("\n"):
                cell.add_paragraph(line)
    return saved(document)


def in_spreadsheet(source: bytes, key: str, value: object) -> bytes:
    """The spreadsheet with another answer."""
    book = openpyxl.load_workbook(io.BytesIO(source))
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            if row[0].value == key:
                row[4].value = value
    return saved(book)


def saved(thing: object) -> bytes:
    target = io.BytesIO()
    thing.save(target)  # type: ignore[attr-defined]
    return target.getvalue()


def parts_of(office: bytes) -> Iterator[tuple[str, bytes]]:
    """Every part of an office file, unpacked."""
    with zipfile.ZipFile(io.BytesIO(office)) as archive:
        for name in archive.namelist():
            yield name, archive.read(name)
