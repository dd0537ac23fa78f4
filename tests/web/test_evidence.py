"""The evidence library: what goes in is checked and counted, what comes out is an attachment, nothing is half done."""

import hashlib
import html
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import col, select

from app.actions import self_assessments as self_assessment_actions
from app.config import Settings
from app.db import Database
from app.models import Evidence, EvidenceLink, EvidenceVersion, FrameworkVersion, SelfAssessment
from tests import samples
from tests.story import NOW, Story

BrowserOf = Callable[..., TestClient]
Files = dict[str, tuple[str, io.BytesIO, str]]
TITLED = {
    "title": "WRES report 2026",
    "evidence_date-day": "27",
    "evidence_date-month": "3",
    "evidence_date-year": "2026",
}
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Small limits, so that tests of them stay small."""
    return settings.model_copy(update={"evidence_file_megabytes": 2, "evidence_organisation_megabytes": 3})


@pytest.fixture
def self_assessment(database: Database, story: Story) -> SelfAssessment:
    with database.write() as session:
        version = session.get_one(FrameworkVersion, story.version_id)
        who = story.who(session, "lead_a")
        return self_assessment_actions.start(session, story.organisations["ZZA"], version, by=who, at=NOW)


@pytest.fixture
def library(story: Story) -> str:
    return f"/organisations/{story.organisations['ZZA'].id}/evidence"


@pytest.fixture
def lead(browser_of: BrowserOf, story: Story) -> TestClient:
    return browser_of(story.people["lead_a"])


def file_of(content: bytes, name: str = "report.txt", type_: str = "text/plain") -> Files:
    return {"file": (name, io.BytesIO(content), type_)}


def text_of(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def stored(settings: Settings) -> list[Path]:
    return [path for path in settings.evidence_dir.rglob("*") if path.is_file()]


def versions(database: Database) -> list[tuple[int, str, int, str, str]]:
    with database.read() as session:
        rows = session.exec(select(EvidenceVersion).order_by(col(EvidenceVersion.number))).all()
        return [(row.number, row.file_name, row.size, row.sha256, row.media_type) for row in rows]


def added(lead: TestClient, library: str, content: bytes = b"Illustrative", name: str = "report.txt") -> str:
    answer = lead.post(f"{library}/new", data=TITLED, files=file_of(content, name))
    assert answer.status_code == 303, text_of(answer.text)
    return str(answer.headers["location"])


def test_an_uploaded_file_is_kept_with_its_facts(
    lead: TestClient, library: str, database: Database, settings: Settings
) -> None:
    content = samples.docx("canary words")
    item = added(lead, library, content, "C:\\papers\\WRES räport.docx")
    digest = hashlib.sha256(content).hexdigest()
    assert versions(database) == [(1, "WRES räport.docx", len(content), digest, DOCX)]
    kept = [path.read_bytes() for path in stored(settings)]
    assert (content in kept, len(kept)) == (True, 2)  # and the copy that reviewers open
    words = text_of(lead.get(item).text)
    assert "WRES report 2026" in words
    assert "27 March 2026" in words
    assert digest in words
    listed = text_of(lead.get(library).text)
    assert "WRES report 2026 File" in listed
    assert "Nothing yet 1" in listed


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("report.pdf", b"plain words", "does not hold a PDF"),
        ("report.exe", b"MZ", "Files of this type cannot be uploaded."),
        ("report.txt", b"", "This file is empty."),
        ("", b"", "Choose a file."),
    ],
)
def test_a_refused_file_comes_back_with_the_reason_and_the_typed_fields(
    lead: TestClient,
    library: str,
    database: Database,
    settings: Settings,
    name: str,
    content: bytes,
    sentence: str,
) -> None:
    answer = lead.post(f"{library}/new", data=TITLED, files=file_of(content, name))
    assert answer.status_code == 422
    assert sentence in text_of(answer.text)
    assert 'value="WRES report 2026"' in answer.text
    assert 'value="2026"' in answer.text
    assert (versions(database), stored(settings)) == ([], [])


def test_a_good_file_with_wrong_fields_leaves_nothing_behind(
    lead: TestClient, library: str, database: Database, settings: Settings
) -> None:
    fields = TITLED | {"title": " ", "evidence_date-year": "2027", "expires_on-day": "1"}
    answer = lead.post(f"{library}/new", data=fields, files=file_of(b"Illustrative"))
    words = text_of(answer.text)
    assert answer.status_code == 422
    assert "Enter a title." in words
    assert "Enter the month and year too." in words
    future = lead.post(f"{library}/new", data=TITLED | {"evidence_date-year": "2027"}, files=file_of(b"I"))
    assert "The date of the evidence must be today or in the past." in text_of(future.text)
    assert (versions(database), stored(settings)) == ([], [])


def test_evidence_added_for_a_criterion_is_linked_there_and_returns(
    lead: TestClient, library: str, database: Database, self_assessment: SelfAssessment
) -> None:
    path = f"{library}/new?for={self_assessment.id}:B02"
    form = lead.get(path)
    assert "linked to B02" in text_of(form.text)
    assert f'action="{path}"' in form.text
    answer = lead.post(path, data=TITLED | {"place": "page 4"}, files=file_of(b"Illustrative"))
    criterion = f"/self-assessments/{self_assessment.id}/criteria/B02"
    assert answer.headers["location"] == f"{criterion}?done=added#linked-evidence"
    with database.read() as session:
        links = session.exec(select(EvidenceLink.criterion_code, EvidenceLink.place)).all()
    assert [tuple(one) for one in links] == [("B02", "page 4")]
    assert "B02" in text_of(lead.get(library).text)


@pytest.mark.parametrize("target", ["foreign:B02", "own:B99", "nonsense", "own", ""])
def test_A07_evidence_cannot_be_added_for_what_is_not_the_organisations(
    lead: TestClient,
    library: str,
    story: Story,
    database: Database,
    self_assessment: SelfAssessment,
    target: str,
    settings: Settings,
) -> None:
    with database.write() as session:
        version = session.get_one(FrameworkVersion, story.version_id)
        foreign = self_assessment_actions.start(
            session, story.organisations["ZZB"], version, by=story.who(session, "lead_b"), at=NOW
        )
        named = target.replace("foreign", str(foreign.id)).replace("own", str(self_assessment.id))
    for kind in ("new", "new-link"):
        fields = TITLED | {"url": "https://example.org/x"}
        answer = lead.post(f"{library}/{kind}?for={named}", data=fields, files=file_of(b"Illustrative"))
        assert answer.status_code == 404
    with database.read() as session:
        assert session.exec(select(Evidence)).all() == []
    assert stored(settings) == []


def test_U09_a_download_is_an_attachment_whatever_is_asked(
    lead: TestClient, library: str, database: Database
) -> None:
    content = samples.pdf("canary")
    added(lead, library, content, "naïve plan; v=2.pdf")
    with database.read() as session:
        path = f"/evidence-files/{session.exec(select(EvidenceVersion.id)).one()}"
    plain = lead.get(path)
    assert (plain.status_code, plain.content) == (200, content)
    asks = [
        (f"{path}?inline=1&disposition=inline", {}),
        (path, {"accept": "text/html"}),
        (path, {"range": "bytes=0-9"}),
        (path, {"range": "bytes=0-1,4-5"}),
    ]
    for address, headers in asks:
        answer = lead.get(address, headers=headers)
        assert answer.headers["content-disposition"] == (
            "attachment; filename=\"na_ve plan_ v_2.pdf\"; filename*=UTF-8''na%C3%AFve%20plan%3B%20v%3D2.pdf"
        )
        assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert plain.headers["content-type"] == "application/pdf"
    assert lead.get(path, headers={"range": "bytes=0-9"}).content == content  # a store may have no ranges


def test_A01_another_organisations_file_is_not_there(
    lead: TestClient, library: str, database: Database, browser_of: BrowserOf, story: Story
) -> None:
    item = added(lead, library)
    with database.read() as session:
        version = session.exec(select(EvidenceVersion.id)).one()
    stranger = browser_of(story.people["lead_b"])
    for path in (f"/evidence-files/{version}", item, f"{item}/versions", f"{item}/remove", library):
        random = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", str(uuid4()), path)
        for method in ("GET", "POST"):
            real, nothing = stranger.request(method, path), stranger.request(method, random)
            assert (real.status_code, real.content) == (404, nothing.content), (method, path)


def test_A01_a_stranger_is_refused_before_the_file_is_checked(
    library: str, browser_of: BrowserOf, story: Story, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.web.uploads.check", lambda *_: pytest.fail("the file was looked at"))
    answer = browser_of(story.people["lead_b"]).post(f"{library}/new", data=TITLED, files=file_of(b"Text"))
    assert answer.status_code == 404
    assert stored(settings) == []


def test_A09_a_sponsor_reads_the_library_and_adds_nothing(
    lead: TestClient, library: str, browser_of: BrowserOf, story: Story, settings: Settings
) -> None:
    item = added(lead, library)
    sponsor = browser_of(story.people["sponsor_a"])
    page = sponsor.get(library)
    assert page.status_code == 200
    assert "Upload a file" not in text_of(page.text)
    assert "Remove" not in text_of(sponsor.get(item).text)
    answers = [
        sponsor.post(f"{library}/new", data=TITLED, files=file_of(b"Text")),
        sponsor.post(f"{library}/new-link", data=TITLED),
        sponsor.post(f"{item}/versions", files=file_of(b"Text")),
        sponsor.post(f"{item}/remove"),
    ]
    assert [answer.status_code for answer in answers] == [403, 403, 403, 403]
    assert len(stored(settings)) == 1


def test_U02_a_file_one_byte_over_the_limit_is_refused(
    lead: TestClient, library: str, database: Database, settings: Settings
) -> None:
    most = 2 * 1024 * 1024
    answer = lead.post(f"{library}/new", data=TITLED, files=file_of(b"a" * (most + 1)))
    assert answer.status_code == 413
    assert "This file is larger than 2 MB." in text_of(answer.text)
    assert 'value="WRES report 2026"' in answer.text
    assert (versions(database), stored(settings)) == ([], [])
    added(lead, library, b"a" * most)


def test_U02_a_body_that_does_not_tell_its_length_is_limited_too(
    lead: TestClient, library: str, database: Database, settings: Settings
) -> None:
    def endless() -> Iterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
        yield from (b"a" * 65536 for _ in range(160))

    answer = lead.post(
        f"{library}/new", content=endless(), headers={"content-type": "multipart/form-data; boundary=x"}
    )
    assert answer.status_code == 413
    assert (versions(database), stored(settings)) == ([], [])


def test_an_upload_cut_at_half_stores_nothing(
    lead: TestClient, library: str, database: Database, settings: Settings
) -> None:
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
        for name, text in TITLED.items()
    ]
    head = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    body = ("".join(parts) + head + "half of the words").encode()
    answer = lead.post(
        f"{library}/new", content=body, headers={"content-type": "multipart/form-data; boundary=x"}
    )
    assert answer.status_code == 422
    assert "Choose a file." in text_of(answer.text)
    assert (versions(database), stored(settings)) == ([], [])


def test_U14_the_quota_counts_every_version_and_says_what_to_do(
    lead: TestClient, library: str, database: Database, settings: Settings
) -> None:
    megabyte = 1024 * 1024
    item = added(lead, library, b"a" * megabyte)
    assert lead.post(f"{item}/versions", files=file_of(b"b" * megabyte)).status_code == 303
    answer = lead.post(f"{library}/new", data=TITLED, files=file_of(b"c" * (megabyte + 1)))
    assert answer.status_code == 422
    assert "Your organisation may keep 3 MB of evidence and has 1.0 MB left." in text_of(answer.text)
    newer = lead.post(f"{item}/versions", files=file_of(b"c" * (megabyte + 1)))
    assert newer.status_code == 422
    assert len(stored(settings)) == len(versions(database)) == 2
    added(lead, library, b"d" * megabyte)


def test_a_new_version_keeps_the_old_one(
    lead: TestClient, library: str, database: Database, settings: Settings
) -> None:
    item = added(lead, library, b"first", "one.txt")
    answer = lead.post(f"{item}/versions", files=file_of(b"second", "two.txt"))
    assert answer.headers["location"] == f"{item}?added=1"
    assert [row[:3] for row in versions(database)] == [(1, "one.txt", 5), (2, "two.txt", 6)]
    assert sorted(path.read_bytes() for path in stored(settings)) == [b"first", b"second"]
    same = lead.post(f"{item}/versions", files=file_of(b"second", "three.txt"))
    assert same.status_code == 422
    assert "This is the same as version 2. Nothing was added." in text_of(same.text)
    assert len(stored(settings)) == 2


def test_a_link_is_checked_and_kept_and_can_be_renewed(
    lead: TestClient, library: str, database: Database
) -> None:
    bad = lead.post(f"{library}/new-link", data=TITLED | {"url": "javascript:alert(1)"})
    assert bad.status_code == 422
    assert "Enter a full web address that begins with https:// or http://." in text_of(bad.text)
    answer = lead.post(f"{library}/new-link", data=TITLED | {"url": "https://example.org/plan"})
    item = answer.headers["location"]
    assert lead.post(f"{item}/versions", data={"url": "https://example.org/plan-2"}).status_code == 303
    with database.read() as session:
        found = session.exec(
            select(EvidenceVersion.number, EvidenceVersion.url).order_by(col(EvidenceVersion.number))
        ).all()
        version = session.exec(select(EvidenceVersion.id).where(EvidenceVersion.number == 1)).one()
    assert [tuple(one) for one in found] == [
        (1, "https://example.org/plan"),
        (2, "https://example.org/plan-2"),
    ]
    assert lead.get(f"/evidence-files/{version}").status_code == 404
    file_for_link = lead.post(f"{item}/versions", files=file_of(b"Text"))
    assert file_for_link.status_code == 422


def test_removing_says_where_it_is_linked_and_then_deletes_the_bytes(
    lead: TestClient, library: str, database: Database, settings: Settings, self_assessment: SelfAssessment
) -> None:
    lead.post(f"{library}/new?for={self_assessment.id}:B02", data=TITLED, files=file_of(b"Text"))
    with database.read() as session:
        item = f"/evidence/{session.exec(select(Evidence.id)).one()}"
        version = session.exec(select(EvidenceVersion.id)).one()
    refused = lead.post(f"{item}/remove")
    assert refused.status_code == 409
    assert "This evidence is linked to B02. Unlink it there first." in text_of(refused.text)
    assert len(stored(settings)) == 1
    criterion = f"/self-assessments/{self_assessment.id}/criteria/B02"
    lead.post(criterion, data={"form-seen": "", "form-then": f"unlink:{item.rpartition('/')[2]}"})
    assert lead.post(f"{item}/remove").headers["location"] == f"{library}?removed=1"
    assert stored(settings) == []
    assert "WRES report" not in lead.get(library).text
    assert lead.get(f"/evidence-files/{version}").status_code == 404
    assert lead.post(f"{item}/remove").status_code == 409


def test_the_bytes_of_a_transaction_that_fails_at_its_end_are_dropped(
    lead: TestClient, library: str, app: FastAPI, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_commit(self: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("sqlmodel.Session.commit", no_commit)
    answer = lead.post(f"{library}/new", data=TITLED, files=file_of(b"Text"))
    assert answer.status_code == 500
    assert stored(settings) == []


def test_evidence_leads_to_the_own_library(
    browser_of: BrowserOf, story: Story, lead: TestClient, library: str
) -> None:
    assert lead.get("/evidence").headers["location"] == library
    assert browser_of(story.people["moderator"]).get("/evidence").status_code == 404


def test_W05_a_text_field_over_the_form_limit_is_refused(
    lead: TestClient, library: str, database: Database
) -> None:
    fields = TITLED | {"title": "a" * (2 * 1024 * 1024 + 1)}
    answer = lead.post(f"{library}/new", data=fields, files=file_of(b"Text"))
    assert answer.status_code == 400
    assert versions(database) == []


def test_W11_too_many_fields_are_refused(lead: TestClient, library: str, database: Database) -> None:
    body = "&".join(f"f{number}=1" for number in range(20_000))
    answer = lead.post(
        f"{library}/new", content=body, headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert answer.status_code == 400
    assert versions(database) == []
