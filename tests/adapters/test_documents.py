"""The form as a Word document: what is in it comes back exactly, and what is not ours is refused with the reason."""

import base64
import hashlib
import io
import json
import re
import zlib
from dataclasses import asdict, replace

import docx as word
import pytest
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.adapters import forms
from app.adapters.documents.reading import read
from app.adapters.documents.writing import write
from app.adapters.forms import NotReadable
from app.adapters.structure.check import check
from tests import samples
from tests.adapters import filled_forms as made
from tests.adapters.filled_forms import TEXTS, TRICKY, form, in_document, numbered, parts_of, saved
from tests.samples import part, repacked


def opened(source: bytes) -> Document:
    return word.Document(io.BytesIO(source))


def refusal(source: bytes) -> str:
    with pytest.raises(NotReadable) as refused:
        read(source)
    return refused.value.reason


def test_every_text_comes_back_and_so_does_the_identity() -> None:
    asked = form(TEXTS | numbered(TRICKY))
    filled = read(write(asked))
    assert filled.texts == TEXTS | numbered(TRICKY)
    assert filled.identity == asked.identity


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(made.texts, max_size=6))
def test_any_text_comes_back(texts: list[str]) -> None:
    expected = numbered(tuple(texts)) | {"Z/rating": "" if not texts else texts[0]}
    assert read(write(form(expected))).texts == expected


def test_the_portal_itself_would_take_the_file() -> None:
    checked = check(io.BytesIO(write(form())), "form.docx")
    assert (checked.extension, checked.file_name) == ("docx", "form.docx")


def test_what_is_typed_is_what_is_read() -> None:
    source = in_document(write(form()), "A1/narrative", "Another text.\n\nIn two paragraphs.")
    filled = read(source)
    assert filled.texts == TEXTS | {"A1/narrative": "Another text.\n\nIn two paragraphs."}
    assert filled.identity == form().identity


def test_a_choice_nobody_made_is_empty_and_one_made_is_its_text() -> None:
    source = write(form())
    document = part(source, "word/document.xml").decode()
    chosen = document.replace("<w:showingPlcHdr/>", "", 1).replace(
        ">Choose one</w:t>", ">1: Emerging</w:t>", 1
    )
    assert chosen != document
    assert (
        read(repacked(source, {"word/document.xml": chosen.encode()})).texts["B1.2/rating"] == "1: Emerging"
    )
    assert read(source).texts["B1.2/rating"] == ""


def test_the_placeholder_of_another_program_is_empty_too() -> None:
    source = write(form())
    document = part(source, "word/document.xml").decode()
    other = document.replace(">Choose one</w:t>", ">Wählen Sie ein Element aus.</w:t>", 1)
    assert read(repacked(source, {"word/document.xml": other.encode()})).texts["B1.2/rating"] == ""


W = nsdecls("w")
BODIES = {
    "insertions count, deletions do not": (
        '<w:ins w:id="1" w:author="x"><w:r><w:t>new</w:t></w:r></w:ins>'
        '<w:del w:id="2" w:author="x"><w:r><w:delText>old</w:delText></w:r></w:del>',
        "new",
    ),
    "what was moved away does not": (
        '<w:moveFrom w:id="1" w:author="x"><w:r><w:t>gone</w:t></w:r></w:moveFrom><w:r><w:t>stays</w:t></w:r>',
        "stays",
    ),
    "a link is its text": (
        "<w:hyperlink><w:r><w:t>https://trust.example</w:t></w:r></w:hyperlink>",
        "https://trust.example",
    ),
    "breaks and tabs": (
        "<w:r><w:t>a</w:t><w:br/><w:t>b</w:t><w:tab/><w:t>c</w:t><w:cr/><w:t>d</w:t></w:r>",
        "a\nb\tc\nd",
    ),
    "hyphens": (
        "<w:r><w:t>a</w:t><w:noBreakHyphen/><w:t>b</w:t><w:softHyphen/><w:t>c</w:t></w:r>",
        "a\u2011b\u00adc",
    ),
    "a list keeps its dash": (
        '<w:pPr><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr><w:r><w:t>item</w:t></w:r>',
        "- item",
    ),
    "no field's code": ("<w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:t>7</w:t></w:r>", "7"),
}


@pytest.mark.parametrize(("inside", "expected"), BODIES.values(), ids=BODIES)
def test_what_word_makes_of_a_text_is_read_as_people_see_it(inside: str, expected: str) -> None:
    document = opened(write(form()))
    cell = next(t for t in document.tables if "Reference: A1/role" in t.cell(0, 0).text).cell(1, 0)
    cell._element.remove(cell.paragraphs[0]._element)
    cell._element.append(parse_xml(f"<w:p {W}>{inside}</w:p>"))
    assert read(saved(document)).texts["A1/role"] == expected


def test_a_question_taken_out_of_the_file_is_not_an_empty_answer() -> None:
    document = opened(write(form()))
    table = next(t for t in document.tables if "Reference: A1/role" in t.cell(0, 0).text)
    table._element.getparent().remove(table._element)
    assert read(saved(document)).texts == {key: text for key, text in TEXTS.items() if key != "A1/role"}


def test_a_reference_typed_into_an_answer_leads_nowhere() -> None:
    filled = read(in_document(write(form()), "A1/narrative", "Reference: A1/role\nChief executive"))
    assert filled.texts["A1/role"] == "Chief nurse"


def test_two_answers_to_one_question_are_refused() -> None:
    document = opened(write(form()))
    tables = [t for t in document.tables if "Reference: A1/role" in t.cell(0, 0).text]
    copied = parse_xml(re.sub(rb"Chief nurse", b"Chief executive", _xml(tables[0]._element)))
    document.element.body.insert(0, copied)
    assert refusal(saved(document)) == (
        "The answer to A1/role stands in this file twice, and the two differ. Remove one of them and send it again."
    )


def _xml(element: object) -> bytes:
    return element.xml.encode()  # type: ignore[attr-defined, no-any-return]


def test_a_changed_reference_is_refused() -> None:
    source = write(form())
    document = part(source, "word/document.xml").replace(b"Reference: A1/role", b"Reference: A1/rule")
    assert refusal(repacked(source, {"word/document.xml": document})) == (
        "The reference A1/rule was not in the form that was exported. Put back the reference that stood there."
    )


NOT_OURS = forms.NOT_OURS


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (samples.docx(), NOT_OURS),
        (repacked(write(form()), {"docProps/custom.xml": b"<Properties/>"}), NOT_OURS),
        (write(form())[:-400], forms.BROKEN),
        (b"PK\x03\x04 not a zip", forms.BROKEN),
        (repacked(write(form()), {"word/document.xml": b"<not closed"}), forms.BROKEN),
    ],
    ids=["another document", "properties taken out", "cut short", "no zip", "broken markup"],
)
def test_a_file_that_is_not_ours_or_damaged_is_refused(source: bytes, reason: str) -> None:
    assert refusal(source) == reason


def test_a_damaged_identity_is_noticed() -> None:
    source = write(form())
    properties = part(source, "docProps/custom.xml")
    at = properties.index(b"<vt:lpwstr>") + 40
    other = properties[:at] + (b"A" if properties[at : at + 1] != b"A" else b"B") + properties[at + 1 :]
    assert refusal(repacked(source, {"docProps/custom.xml": other})) == forms.DAMAGED


def test_an_identity_that_another_was_put_in_place_of_is_noticed() -> None:
    own, other = (forms.packed(replace(form().identity, level=level)) for level in ("", "gold"))
    swapped = f"{own.partition('.')[0]}.{other.partition('.')[2]}"
    assert (forms.unpacked(own).level, forms.unpacked(other).level) == ("", "gold")
    with pytest.raises(NotReadable, match="changed or is damaged"):
        forms.unpacked(swapped)


@pytest.mark.parametrize(
    "found", [[], {"format": "x"}, {"level": 1}, {"marks": 1}, {"unknown": "x"}, None, 7]
)
def test_an_identity_of_another_shape_is_refused(found: object) -> None:
    if isinstance(found, dict):
        found = asdict(form().identity) | found
    document = json.dumps(found).encode()
    letters = base64.b64encode(zlib.compress(document)).decode()
    with pytest.raises(NotReadable, match="changed or is damaged"):
        forms.unpacked(f"{hashlib.sha256(document).hexdigest()[:16]}.{letters}")


def test_an_identity_that_unpacks_to_far_more_is_refused() -> None:
    letters = base64.b64encode(zlib.compress(bytes(50_000_000))).decode()
    with pytest.raises(NotReadable, match="changed or is damaged"):
        forms.unpacked(f"{'0' * 16}.{letters}")


def test_a_newer_format_is_refused() -> None:
    newer = replace(form(), identity=replace(form().identity, format=2))
    assert refusal(write(newer)) == forms.NEWER


def test_a_file_far_larger_than_a_form_is_refused_before_it_is_read() -> None:
    source = repacked(write(form()), {"word/document.xml": b"<a>" + b" " * 30_000_000 + b"</a>"})
    assert len(source) < 1_000_000
    assert refusal(source) == forms.TOO_LARGE


def test_B14_no_name_is_in_the_file_but_the_portals() -> None:
    source = write(form())
    told = opened(source).core_properties
    assert (told.author, told.last_modified_by, told.comments, told.keywords) == (
        made.PORTAL,
        made.PORTAL,
        "",
        "",
    )
    names = [name for name, _ in parts_of(source)]
    assert [name for name in names if "thumbnail" in name or "app.xml" in name or "customXml" in name] == []
    assert [name for name, content in parts_of(source) if b"python" in content.lower()] == []


def test_the_document_is_accessible() -> None:
    source = write(form())
    document = opened(source)
    assert (document.core_properties.title, document.core_properties.language) == (
        "Self-assessment form",
        "en-GB",
    )
    languages = {one.get(qn("w:val")) for one in document.styles.element.iter(qn("w:lang"))}
    assert languages == {"en-GB"}
    heads = [
        (p.style.name, p.text) for p in document.paragraphs if p.style and p.style.name.startswith("Heading")
    ]
    assert heads == [
        ("Heading 1", "How to fill in this form"),
        ("Heading 1", "Bronze"),
        *(
            line
            for code in ("A1", "B1.2")
            for line in (
                ("Heading 2", f"{code}: Title of {code}"),
                ("Heading 3", "Evidence usually given"),
                ("Heading 3", "Your answer"),
                ("Heading 3", "Evidence linked in the portal"),
            )
        ),
    ]
    assert len(document.tables) == len(TEXTS)
    assert all(table._element.find(f".//{qn('w:tblHeader')}") is not None for table in document.tables)
    tags = [one.get(qn("w:val")) for one in document.element.iter(qn("w:tag"))]
    assert tags == ["A1/rating", "A1/form-finished", "B1.2/rating"]
    listed = [one.get(qn("w:displayText")) for one in document.element.iter(qn("w:listItem"))]
    assert listed[:4] == ["Choose one", *(option.text for option in made.CHOICES)]


def test_guidance_descriptors_evidence_and_the_mark_are_told() -> None:
    document = opened(write(form()))
    said = "\n".join(p.text for p in document.paragraphs)
    for words in (
        "Guidance.",
        "Minutes",
        "Board paper. Look at: page 3",
        "Illustrative, awaiting",
        "Send it back.",
    ):
        assert words in said, words
    assert "2: Established. Much." in document.tables[0].cell(0, 0).text
