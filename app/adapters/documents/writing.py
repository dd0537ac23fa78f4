"""A form as a Word document, on its way out.

Each answer stands in a table of its own under its question, and is found by the reference there when the form
comes back. Content controls hold only what is chosen: LibreOffice (7.4) drops the tags of controls and writes a text
of several lines or scripts inside one many times over, while plain cells come back from every program as they were.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from xml.sax.saxutils import escape as xml_escape
from xml.sax.saxutils import quoteattr

import docx
from docx.document import Document
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt, RGBColor

from app.adapters.documents.saving import saved
from app.adapters.form_texts import CHOOSE, escaped
from app.adapters.forms import KEY_COLUMN, Chapter, Field, Form, Identity, Kind, Section, packed

LANGUAGE = "en-GB"
WIDTH = 9638  # twentieths of a point: A4 without margins of 20 mm
LONGEST_TAG = 64  # Word refuses a longer one
PROPERTY = "Form {}"  # the properties of the document that hold the identity, by number
_PROPERTY_LENGTH = 250  # Word cuts a property at 255 letters
_FMTID = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
_CUSTOM = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_CUSTOM_NAMESPACE = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_VALUES_NAMESPACE = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
CUSTOM_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"


def write(form: Form) -> bytes:
    """The form as a Word document."""
    made = docx.Document()
    describe(made, title=form.title, portal=form.portal, at=form.made_at)
    body = made.element.body
    for element in list(parse_xml(f"<w:body {nsdecls('w')}>{''.join(_body(form))}</w:body>")):
        body.insert(len(body) - 1, element)  # before the settings of the page
    _keep_identity(made, form.identity)
    return saved(made)


def describe(made: Document, *, title: str, portal: str, at: datetime) -> None:
    """Title, language, fonts; and no name in the file's description but the portal's."""
    told = made.core_properties
    told.author = told.last_modified_by = portal
    told.title, told.language = title, LANGUAGE
    told.comments = told.keywords = told.subject = told.category = ""
    told.created = told.modified = at
    told.revision = 1
    _drop_leftovers(made)
    _set_language(made)
    for name, size in (
        ("Normal", 11),
        ("Title", 24),
        ("Heading 1", 20),
        ("Heading 2", 15),
        ("Heading 3", 12),
    ):
        font = made.styles[name].font
        font.name, font.size = "Arial", Pt(size)
        if name != "Normal":
            font.color.rgb = RGBColor(0x21, 0x2B, 0x32)
            for kind in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
                font.element.rPr.rFonts.attrib.pop(qn(f"w:{kind}"), None)
    page = made.sections[0]
    page.page_width, page.page_height = Pt(595), Pt(842)
    page.left_margin = page.right_margin = Pt(57)


def _drop_leftovers(made: Document) -> None:
    """What the library's own template brings: a picture of another document, and old styles."""
    package = made.part.package
    for holder, endings in (
        (package, ("/thumbnail", "/extended-properties")),
        (made.part, ("/stylesWithEffects", "/customXml")),
    ):
        for id_, relation in list(holder.rels.items()):
            if relation.reltype.endswith(endings):
                del holder.rels[id_]


def _set_language(made: Document) -> None:
    for language in made.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), LANGUAGE)


def _body(form: Form) -> Iterator[str]:
    yield paragraph(form.title, "Title")
    yield paragraph(form.organisation)
    if form.mark:
        yield paragraph(form.mark, bold=True)
    yield paragraph(f"{form.framework}. Exported on {form.made_on}.")
    yield paragraph("How to fill in this form", "Heading1")
    yield from (paragraph(line, "ListNumber") for line in form.how_to)
    for chapter in form.chapters:
        yield from _chapter(chapter, form.mark)


def _chapter(chapter: Chapter, mark: str) -> Iterator[str]:
    yield paragraph(chapter.name, "Heading1", new_page=True)
    yield paragraph(chapter.about)
    for section in chapter.sections:
        yield from _section(section, mark)


def _section(section: Section, mark: str) -> Iterator[str]:
    yield paragraph(f"{section.code}: {section.title}", "Heading2")
    if mark:
        yield paragraph(mark, bold=True)
    yield from (paragraph(text) for text in section.guidance)
    yield paragraph("Evidence usually given", "Heading3")
    yield from (paragraph(text, "ListBullet") for text in section.usual_evidence)
    yield paragraph("Your answer", "Heading3")
    for one in section.fields:
        yield _table(one)
        yield paragraph("")
    yield paragraph("Evidence linked in the portal", "Heading3")
    if not section.evidence:
        yield paragraph("None yet. Evidence is added and linked in the portal.")
    yield from (paragraph(f"{one.title}. {one.where}", "ListBullet") for one in section.evidence)


def paragraph(
    text: str, style: str = "", *, bold: bool = False, small: bool = False, new_page: bool = False
) -> str:
    said = f'<w:pStyle w:val="{style}"/>' if style else ""
    said += "<w:pageBreakBefore/>" if new_page else ""
    said += "<w:bidi/>" if _is_right_to_left(text) else ""
    looks = ("<w:b/>" if bold else "") + ('<w:sz w:val="18"/>' if small else "")
    return f"<w:p><w:pPr>{said}</w:pPr>{_runs(escaped(text), looks)}</w:p>"


def _runs(text: str, looks: str = "") -> str:
    """Text as runs; line ends and tabs as Word writes them."""
    if not text:
        return ""
    looks += "<w:rtl/>" if _is_right_to_left(text) else ""
    pieces = re.split("([\n\t])", text)
    said = "".join(
        {"\n": "<w:br/>", "\t": "<w:tab/>"}.get(piece) or _text(piece) for piece in pieces if piece
    )
    return f"<w:r><w:rPr>{looks}</w:rPr>{said}</w:r>"


def _text(piece: str) -> str:
    return f'<w:t xml:space="preserve">{xml_escape(piece)}</w:t>'


def _is_right_to_left(text: str) -> bool:
    """By the first letter that has a direction, as browsers do it."""
    for letter in text:
        if (direction := unicodedata.bidirectional(letter)) in ("L", "R", "AL"):
            return direction != "L"
    return False


def _table(one: Field) -> str:
    """The question above, the place to write below. The first row is repeated where the answer runs over a page."""
    told = "".join(paragraph(f"{option.text}. {option.about}") for option in one.options if option.about)
    question = paragraph(one.label, bold=True) + (paragraph(one.hint) if one.hint else "") + told
    question += paragraph(f"{KEY_COLUMN}: {one.key}", small=True)
    properties = (
        '<w:tblStyle w:val="TableGrid"/><w:tblW w:w="5000" w:type="pct"/><w:tblLayout w:type="fixed"/>'
        f"<w:tblCellMar>{MARGINS}</w:tblCellMar>"
        f"<w:tblCaption w:val={_quoted(one.label)}/>"
    )
    return (
        f'<w:tbl><w:tblPr>{properties}</w:tblPr><w:tblGrid><w:gridCol w:w="{WIDTH}"/></w:tblGrid>'
        f"{_row(question, 'E8EDEE', head=True)}{_row(_place(one), 'FFFFFF', tall=one.kind is Kind.LINES)}</w:tbl>"
    )


MARGINS = "".join(f'<w:{side} w:w="90" w:type="dxa"/>' for side in ("top", "left", "bottom", "right"))


def _row(inside: str, colour: str, *, head: bool = False, tall: bool = False) -> str:
    said = "<w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>" if head else ""
    said = '<w:trPr><w:trHeight w:val="1400" w:hRule="atLeast"/></w:trPr>' if tall else said
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{colour}"/>'
    width = f'<w:tcW w:w="{WIDTH}" w:type="dxa"/>'
    return f"<w:tr>{said}<w:tc><w:tcPr>{width}{shade}</w:tcPr>{inside}</w:tc></w:tr>"


def _place(one: Field) -> str:
    """Where the answer stands: a drop-down for a choice, paragraphs to write in for the rest."""
    if one.kind is Kind.CHOICE and one.text in ("", *(option.text for option in one.options)):
        return f"<w:p>{_choice(one)}</w:p>"
    return "".join(_line(line) for line in escaped(one.text).split("\n"))


def _line(text: str) -> str:
    said = "<w:pPr><w:bidi/></w:pPr>" if _is_right_to_left(text) else ""
    return f"<w:p>{said}{_runs(text)}</w:p>"


def _choice(one: Field) -> str:
    """A content control that can be chosen in and not be deleted."""
    items = "".join(map(_item, (CHOOSE, *(option.text for option in one.options))))
    properties = (
        f"<w:alias w:val={_quoted(one.label[:LONGEST_TAG])}/><w:tag w:val={_quoted(one.key[:LONGEST_TAG])}/>"
        f'<w:lock w:val="sdtLocked"/>{"" if one.text else "<w:showingPlcHdr/>"}'
        f"<w:dropDownList>{items}</w:dropDownList>"
    )
    shown = _runs(escaped(one.text)) if one.text else f'<w:r><w:t xml:space="preserve">{CHOOSE}</w:t></w:r>'
    return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{shown}</w:sdtContent></w:sdt>"


def _item(text: str) -> str:
    shown, value = (quoteattr(CHOOSE), '""') if text == CHOOSE else (_quoted(text), _quoted(text))
    return f"<w:listItem w:displayText={shown} w:value={value}/>"


def _quoted(text: str) -> str:
    return quoteattr(escaped(text))


def _keep_identity(made: Document, identity: Identity) -> None:
    """As properties of the document: of all places in the file, these survive most programs."""
    letters = packed(identity)
    pieces = [letters[at : at + _PROPERTY_LENGTH] for at in range(0, len(letters), _PROPERTY_LENGTH)]
    lines = "".join(
        f'<property fmtid="{_FMTID}" pid="{number + 1}" name="{PROPERTY.format(number)}">'
        f"<vt:lpwstr>{piece}</vt:lpwstr></property>"
        for number, piece in enumerate(pieces, 1)
    )
    document = f'<Properties xmlns="{_CUSTOM_NAMESPACE}" xmlns:vt="{_VALUES_NAMESPACE}">{lines}</Properties>'
    package = made.part.package
    part = Part(PackURI("/docProps/custom.xml"), _CUSTOM, document.encode(), package)
    package.relate_to(part, CUSTOM_RELATION)
