"""The self-assessment away from the portal: everything that was written is in each of the files, and nothing else."""

import csv
import hashlib
import html
import io
import re
import zipfile
from collections.abc import Callable
from datetime import date
from uuid import uuid4

import docx as word
import openpyxl
import pikepdf
import pypdfium2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.actions import evidence
from app.actions import self_assessments as actions
from app.actions.evidence import Content
from app.adapters import form_pdf
from app.adapters.documents.reading import read as read_document
from app.adapters.spreadsheets.reading import read as read_spreadsheet
from app.config import MEGABYTE
from app.db import Database
from app.models import Evidence, EvidenceCheck, FrameworkVersion, ScanState, SelfAssessment
from app.queries import evidence as library
from app.queries.exports import INFECTED, WAITING
from app.rules.evidence import Details
from app.web.export_archives import ALTERED, COLUMNS, GONE, chunks
from tests.adapters.filled_forms import TRICKY
from tests.conftest import ON_POSTGRESQL
from tests.digests import digest
from tests.story import NOW, Story

BrowserOf = Callable[..., TestClient]
OVER = "word " * 300 + "over its limit"
# What was saved, by key, and how the forms say it.
SAVED = {
    "B02": {"narrative": OVER, "rating": "2", "role": "=cmd|' /C calc'!A0", "date": "2026-03-27"},
    "B03": {"narrative": "שלום \U0001f680 ‮x‬\n\n- one\n+ two", "rating": "7"},
    "B10": {
        "narrative": TRICKY[10],
        "link": "not a link",
        "date-day": "31",
        "date-month": "2",
        "date-year": "2026",
    },
    "S02": {"narrative": "Silver text"},
}
SAID = {
    "B02": {"narrative": OVER, "rating": "2: Established", "role": "=cmd|' /C calc'!A0", "date": "27 3 2026"},
    "B03": {"narrative": SAVED["B03"]["narrative"], "rating": "7"},
    "B10": {"narrative": TRICKY[10], "link": "not a link", "date": "31 2 2026"},
}


@pytest.fixture(autouse=True)
def drawn_at_once(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A PDF takes seconds: it is drawn where a test looks at one."""
    if "pdf" not in request.node.name:
        monkeypatch.setattr(form_pdf, "draw", lambda html: b"%PDF-" + html.encode())


@pytest.fixture
def self_assessment(database: Database, story: Story) -> SelfAssessment:
    with database.write() as session:
        version, by = session.get_one(FrameworkVersion, story.version_id), story.who(session, "lead_a")
        made = actions.start(session, story.organisations["ZZA"], version, by=by, at=NOW)
        for code, typed in SAVED.items():
            actions.save_answer(
                session,
                made,
                story.framework,
                code,
                typed,
                seen=None,
                is_finished=code == "B03",
                by=by,
                at=NOW,
            )
    return made


@pytest.fixture
def own(self_assessment: SelfAssessment) -> str:
    return f"/self-assessments/{self_assessment.id}"


@pytest.fixture
def lead(browser_of: BrowserOf, story: Story) -> TestClient:
    return browser_of(story.people["lead_a"])


def got(browser: TestClient, path: str) -> bytes:
    answer = browser.get(path)
    assert (answer.status_code, answer.headers["content-disposition"][:10]) == (200, "attachment")
    return answer.content


def expected(story: Story, level: str = "bronze") -> dict[str, str]:
    """Every question of the level with what the form must say."""
    organisation = story.organisations["ZZA"]
    found = {}
    for criterion in story.framework.of_level(level, organisation.kind):
        said = SAID.get(criterion.code, {})
        found |= {f"{criterion.code}/{one.id}": said.get(one.id, "") for one in criterion.questions}
        found[f"{criterion.code}/form-finished"] = "Yes" if criterion.code == "B03" else "No"
    return found


@pytest.mark.parametrize(("ending", "read"), [("docx", read_document), ("xlsx", read_spreadsheet)])
def test_everything_that_was_written_is_in_the_form(
    lead: TestClient, own: str, story: Story, database: Database, ending: str, read: Callable[[bytes], object]
) -> None:
    before = digest(database)
    filled = read(got(lead, f"{own}/export.{ending}?level=bronze"))
    assert filled.texts == expected(story)  # type: ignore[attr-defined]
    assert filled.identity.level == "bronze"  # type: ignore[attr-defined]
    whole = read(got(lead, f"{own}/export.{ending}"))
    assert whole.texts["S02/narrative"] == "Silver text"  # type: ignore[attr-defined]
    assert set(expected(story)) < set(whole.texts)  # type: ignore[attr-defined]
    assert digest(database) == before


def test_the_pdf_says_what_was_written_and_names_nobody(lead: TestClient, own: str, app: FastAPI) -> None:
    raw = got(lead, f"{own}/export.pdf?level=bronze")
    document = pypdfium2.PdfDocument(raw)
    said = re.sub(r"\s+", "", "".join(page.get_textpage().get_text_bounded() for page in document))
    for text in (OVER, "=cmd|' /C calc'!A0", "2: Established", "27 3 2026", "31 2 2026", "not a link"):
        assert re.sub(r"\s+", "", text) in said, text[:40]
    told = document.get_metadata_dict()
    assert (told["Title"], told["Author"]) == (
        "Self-assessment, Bronze: Fictional trust A",
        app.state.portal.settings.portal_name,
    )
    with pikepdf.open(io.BytesIO(raw)) as opened_pdf:
        assert b"pdfuaid:part" in opened_pdf.Root.Metadata.read_bytes()
        assert (bool(opened_pdf.Root.MarkInfo.Marked), str(opened_pdf.Root.Lang)) == (True, "en-GB")


def test_the_file_names_say_whose_and_which(lead: TestClient, own: str) -> None:
    names = [
        lead.get(f"{own}/export.xlsx{query}").headers["content-disposition"] for query in ("", "?level=gold")
    ]
    assert [re.findall(r'filename="([^"]+)"', name) for name in names] == [
        ["self-assessment-ZZA-all-levels.xlsx"],
        ["self-assessment-ZZA-gold.xlsx"],
    ]


@pytest.mark.parametrize("ending", ["docx", "xlsx", "pdf", "zip"])
@pytest.mark.parametrize("level", ["platinum", "%00", "..%2f", "x" * 500])
def test_a_level_that_does_not_exist_is_not_found(
    lead: TestClient, own: str, ending: str, level: str
) -> None:
    assert lead.get(f"{own}/export.{ending}?level={level}").status_code == 404


@pytest.mark.parametrize("ending", ["", ".docx", ".xlsx", ".pdf", ".zip"])
def test_A06_only_the_organisations_people_get_any_of_it(
    browser_of: BrowserOf, story: Story, own: str, ending: str, self_assessment: SelfAssessment
) -> None:
    nowhere = own.replace(str(self_assessment.id), str(uuid4()))
    for part in ("lead_b", "reviewer_1", "administrator", "icb_viewer_1", "region_viewer"):
        stranger = browser_of(story.people[part])
        real, random = stranger.get(f"{own}/export{ending}"), stranger.get(f"{nowhere}/export{ending}")
        assert (real.status_code, real.content) == (404, random.content)


def test_the_page_offers_each_file_for_each_level(lead: TestClient, own: str, browser_of: BrowserOf) -> None:
    page = lead.get(f"{own}/export").text
    links = re.findall(rf'href="({own}/export\.[^"]+)"', page)
    assert links == [
        f"{own}/export.{ending}?level={level}"
        for level in ("all", "bronze", "silver", "gold")
        for ending in ("docx", "xlsx", "pdf", "zip")
    ]
    assert f'href="{own}/import"' in page
    assert f'href="{own}/export"' in lead.get(own).text


# -- the ZIP ----------------------------------------------------------------------------------------------------------

# U-06: names that some system reads as a path, a device, a program or nothing.
HOSTILE = (
    "../../etc/passwd.txt",
    "..\\..\\windows\\system.ini.txt",
    "/absolute.txt",
    "C:\\drive.txt",
    "\\\\server\\share.txt",
    "con.txt",
    "AUX",
    "nul.tar.txt",
    "trailing. . .txt",
    'a:b*c?d"e<f>g|h.txt',
    "new\nline\x01null.txt" if ON_POSTGRESQL else "new\nline\x00null.txt",  # PostgreSQL keeps no NUL at all
    "turn\u202etxt.exe",
    "report.txt",
    "REPORT.TXT",
    "re\u0301port.txt",
    "r\u00e9port.txt",
    "x" * 400 + ".txt",
    ".hidden",
    "",
    "index.csv",
    "=1+1.txt",
)


class Shelf:
    """Puts files into the library as they would lie there had every check of their names failed."""

    def __init__(self, app: FastAPI, session: Session, story: Story, made: SelfAssessment) -> None:
        self.app, self.session, self.story, self.made = app, session, story, made

    def add(
        self, name: str, content: bytes, scan: ScanState | None = ScanState.CLEAN, title: str = "Paper"
    ) -> Evidence:
        stored = self.app.state.portal.files.put(io.BytesIO(content))
        facts = Content("a.txt", "text/plain", stored.size, stored.sha256, stored.name)
        by = self.story.who(self.session, "lead_a")
        details = Details(title, date(2026, 1, 5))
        organisation = self.story.organisations["ZZA"]
        item = evidence.add_file(
            self.session, organisation, details, facts, quota=100 * MEGABYTE, by=by, at=NOW
        )
        version = library.newest_version(self.session, item.id)
        version.file_name = name[:200]
        self.session.add(version)
        self.scanned(version.id, scan)
        self.link(item, "B02")
        return item

    def scanned(self, version_id: object, scan: ScanState | None) -> None:
        check = self.session.get(EvidenceCheck, version_id)
        if check is not None and scan is None:
            self.session.delete(check)
        elif scan is not None:
            check = check or EvidenceCheck(evidence_version_id=version_id)
            check.scan = scan
            self.session.add(check)
        self.session.flush()

    def link(self, item: Evidence, code: str, place: str = "page 3") -> None:
        by = self.story.who(self.session, "lead_a")
        evidence.link(self.session, self.made, self.story.framework, code, item.id, place, by=by, at=NOW)


def opened(browser: TestClient, own: str, level: str = "bronze") -> zipfile.ZipFile:
    archive = zipfile.ZipFile(io.BytesIO(got(browser, f"{own}/export.zip?level={level}")))
    assert archive.testzip() is None
    return archive


def index_of(archive: zipfile.ZipFile) -> list[dict[str, str]]:
    text = archive.read("index.csv").decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert tuple(rows[0]) == COLUMNS
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows[1:]]


def test_a_zip_without_evidence_holds_the_forms_and_an_index(
    lead: TestClient, own: str, story: Story
) -> None:
    archive = opened(lead, own)
    forms = [f"self-assessment-ZZA-bronze.{ending}" for ending in ("docx", "xlsx", "pdf")]
    assert archive.namelist() == [*forms, "index.csv", "index.html"]
    assert read_document(archive.read(forms[0])).texts == expected(story)
    assert read_spreadsheet(archive.read(forms[1])).texts == expected(story)
    assert archive.read(forms[2]).startswith(b"%PDF-")
    assert [line[COLUMNS[0]] for line in index_of(archive)] == forms


def test_the_zip_holds_the_files_as_they_were_uploaded_and_the_index_tells_them(
    app: FastAPI,
    lead: TestClient,
    own: str,
    database: Database,
    story: Story,
    self_assessment: SelfAssessment,
) -> None:
    content = bytes(range(256)) * 9000
    with database.write() as session:
        shelf = Shelf(app, session, story, self_assessment)
        item = shelf.add("minutes.txt", content, title="Board minutes")
        shelf.link(item, "B03", "")
        by = story.who(session, "lead_a")
        paper = evidence.add_link(
            session,
            story.organisations["ZZA"],
            Details("Paper", date(2026, 1, 5)),
            "https://trust.example/p",
            by=by,
            at=NOW,
        )
        shelf.link(paper, "B02")
        silver = shelf.add("silver.txt", b"silver")
        evidence.unlink(session, self_assessment, "B02", silver.id, by=by, at=NOW)
        shelf.link(silver, "S02")
    archive = opened(lead, own)
    assert archive.read("evidence/minutes.txt") == content
    lines = {line["What it is"]: line for line in index_of(archive)}
    assert lines["Board minutes"] == {
        "Name in this archive": "evidence/minutes.txt",
        "What it is": "Board minutes",
        "Criteria": "B02; B03",
        "Look at": "B02: page 3",
        "Web address": "",
        "Bytes": str(len(content)),
        "SHA-256": hashlib.sha256(content).hexdigest(),
        "Note": "",
    }
    assert (lines["Paper"]["Name in this archive"], lines["Paper"]["Web address"]) == (
        "",
        "https://trust.example/p",
    )
    assert "evidence/silver.txt" not in archive.namelist()
    assert opened(lead, own, "silver").read("evidence/silver.txt") == b"silver"
    page = archive.read("index.html").decode()
    assert 'href="evidence/minutes.txt"' in page
    assert "https://trust.example/p" in html.unescape(page)


@pytest.mark.parametrize(
    ("scan", "note"), [(ScanState.WAITING, WAITING), (None, WAITING), (ScanState.INFECTED, INFECTED)]
)
def test_A05_a_file_that_may_not_be_opened_is_left_out_and_the_index_says_so(
    app: FastAPI,
    lead: TestClient,
    own: str,
    database: Database,
    story: Story,
    self_assessment: SelfAssessment,
    scan: ScanState | None,
    note: str,
) -> None:
    with database.write() as session:
        Shelf(app, session, story, self_assessment).add("secret.txt", b"canary of what is held back", scan)
    archive = opened(lead, own)
    assert [name for name in archive.namelist() if name.startswith("evidence")] == []
    assert [archive.read(name).find(b"canary") for name in archive.namelist()] == [-1] * 5
    (line,) = index_of(archive)[3:]
    assert (line["Name in this archive"], line["What it is"], line["Note"]) == ("", "Paper", note)
    assert note in html.unescape(archive.read("index.html").decode())


def test_R09_a_file_that_is_gone_or_altered_is_told_not_hidden(
    app: FastAPI,
    lead: TestClient,
    own: str,
    database: Database,
    story: Story,
    self_assessment: SelfAssessment,
) -> None:
    with database.write() as session:
        shelf = Shelf(app, session, story, self_assessment)
        gone = library.newest_version(session, shelf.add("gone.txt", b"one", title="Gone").id)
        other = library.newest_version(session, shelf.add("other.txt", b"two", title="Altered").id)
        other.sha256 = "0" * 64
        session.add(other)
        app.state.portal.files.delete(gone.stored_name)
    notes = {line["What it is"]: line["Note"] for line in index_of(opened(lead, own))[3:]}
    assert notes == {"Gone": GONE, "Altered": ALTERED}


def test_U05_U06_no_name_in_the_zip_is_a_path_on_any_system(
    app: FastAPI,
    lead: TestClient,
    own: str,
    database: Database,
    story: Story,
    self_assessment: SelfAssessment,
) -> None:
    with database.write() as session:
        shelf = Shelf(app, session, story, self_assessment)
        for number, name in enumerate(HOSTILE):
            shelf.add(name, f"content {number}".encode(), title=f"../{name}"[:200].replace("\x00", ""))
    archive = opened(lead, own)
    names = archive.namelist()[3:-2]
    assert sorted(archive.read(name) for name in names) == sorted(
        f"content {number}".encode() for number in range(len(HOSTILE))
    )
    for name in names:
        folder, _, last = name.partition("/")
        assert folder == "evidence"
        assert re.search(r'[/\\:*?"<>|\x00-\x1f\u202a-\u202e]', last) is None, name
        assert not last.startswith((".", " ")), name
        assert not last.endswith((".", " ")), name
        assert len(last) <= 150
        assert re.fullmatch(r"(con|prn|aux|nul|com\d|lpt\d)", last.split(".")[0], re.I) is None, name
    assert len({name.casefold() for name in names}) == len(names)
    assert [line for line in index_of(archive) if line["What it is"].startswith(("=", "+", "-", "@"))] == []


def test_U13_every_cell_of_the_index_is_text(
    app: FastAPI,
    lead: TestClient,
    own: str,
    database: Database,
    story: Story,
    self_assessment: SelfAssessment,
) -> None:
    with database.write() as session:
        Shelf(app, session, story, self_assessment).add("=1+1.txt", b"x", title="=HYPERLINK(1)")
    cells = [cell for line in index_of(opened(lead, own)) for cell in line.values()]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []


def test_B14_the_forms_name_the_portal_and_nobody_else(lead: TestClient, own: str, app: FastAPI) -> None:
    portal = app.state.portal.settings.portal_name
    document = word.Document(io.BytesIO(got(lead, f"{own}/export.docx"))).core_properties
    book = openpyxl.load_workbook(io.BytesIO(got(lead, f"{own}/export.xlsx"))).properties
    assert {document.author, document.last_modified_by, book.creator, book.lastModifiedBy} == {portal}
    for ending in ("docx", "xlsx", "pdf"):
        assert b"EDI lead" not in got(lead, f"{own}/export.{ending}")


def test_the_temporary_file_of_a_zip_is_read_in_pieces_and_closed() -> None:
    source = io.BytesIO(bytes(1_000_000))
    assert [len(piece) for piece in chunks(source)] == [262_144] * 3 + [213_568]
    assert source.closed
