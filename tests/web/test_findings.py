"""The warning before a file is sent, its three answers, and the copy that others open."""

import hashlib
import html
import io
import re
import zipfile
from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session, col, select

from app.actions import evidence as actions
from app.actions import evidence_checks, reviews
from app.adapters.structure.check import check
from app.config import Settings
from app.db import Database
from app.models import Event, Evidence, EvidenceCheck, EvidenceVersion, SelfAssessment
from app.queries import evidence as library_queries
from app.queries import to_sign
from app.rules.days import uk_day
from app.rules.errors import RuleError
from app.rules.evidence import Details
from tests import steps
from tests.adapters.corpus import making
from tests.adapters.corpus.making import nhs_number
from tests.story import NOW, Story

BrowserOf = Callable[..., TestClient]
TITLED = {
    "title": "Complaints log",
    "evidence_date-day": "27",
    "evidence_date-month": "3",
    "evidence_date-year": "2026",
}
NUMBER = nhs_number(485777345)
TELLING = f"Minutes\nNHS number {NUMBER}\n".encode()
WRITER = "A colleague"


def drafted() -> bytes:
    """A Word document with a tracked change, and its author in the properties."""
    made = making.tracked_docx("We [-try to -]act.", by=WRITER)
    return making.with_parts(
        made,
        {
            "docProps/core.xml": lambda data: data.replace(
                b"<dc:creator></dc:creator>", b"<dc:creator>A colleague</dc:creator>"
            ).replace(b"<dc:creator/>", b"<dc:creator>A colleague</dc:creator>")
        },
    )


@pytest.fixture
def made(database: Database, story: Story) -> SelfAssessment:
    """A Bronze self-assessment in which nothing is missing."""
    with database.write() as session:
        return steps.finished(session, story)


@pytest.fixture
def library(story: Story) -> str:
    return f"/organisations/{story.organisations['ZZA'].id}/evidence"


@pytest.fixture
def lead(browser_of: BrowserOf, story: Story) -> TestClient:
    return browser_of(story.people["lead_a"])


def text_of(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def added(lead: TestClient, path: str, content: bytes, name: str = "log.txt") -> str:
    """Upload a file and say where the person lands."""
    answer = lead.post(path, data=TITLED, files={"file": (name, io.BytesIO(content), "text/plain")})
    assert answer.status_code == 303, text_of(answer.text)
    return str(answer.headers["location"])


def check_of(session: Session, number: int = 1) -> EvidenceCheck:
    return session.exec(
        select(EvidenceCheck)
        .join(EvidenceVersion, col(EvidenceVersion.id) == EvidenceCheck.evidence_version_id)
        .where(EvidenceVersion.number == number)
        .where(EvidenceVersion.stored_name != "")
    ).one()


def verbs(session: Session) -> list[tuple[str, str]]:
    rows = session.exec(
        select(Event).where(col(Event.stream).startswith("organisation:")).order_by(col(Event.number))
    ).all()
    return [(row.verb, row.reason) for row in rows if "evidence" in row.verb]


def stored(settings: Settings) -> int:
    return len([path for path in settings.evidence_dir.rglob("*") if path.is_file()])


def test_D01_a_file_with_an_nhs_number_is_asked_about_with_its_place(
    lead: TestClient, library: str, made: SelfAssessment
) -> None:
    landed = added(lead, f"{library}/new?for={made.id}:B02", TELLING)
    assert re.fullmatch(rf"/evidence/[0-9a-f-]{{36}}/findings\?for={made.id}:B02", landed)
    page = lead.get(landed)
    words = text_of(page.text)
    assert "Look at this before it is sent" in words
    assert (
        f"NHS numbers An NHS number names a patient. Evidence never needs one. Line 2: *** *** *{NUMBER[-3:]}"
        in words
    )
    assert NUMBER not in page.text
    assert "Let the portal remove it" not in words
    item = landed.partition("/findings")[0]
    for path in (item, library, f"/self-assessments/{made.id}/criteria/B02"):
        assert "Answer the warning" in text_of(lead.get(path).text), path


def test_D01_a_warning_is_answered_by_a_reason_that_history_keeps(
    lead: TestClient, library: str, made: SelfAssessment, database: Database, story: Story
) -> None:
    landed = added(lead, f"{library}/new?for={made.id}:B02", TELLING)
    refused = lead.post(landed, data={"version": "1", "reason": "  "})
    assert (refused.status_code, "Say why the file may be sent as it is." in text_of(refused.text)) == (
        422,
        True,
    )
    answer = lead.post(landed, data={"version": "1", "reason": "The number is made up."})
    assert (
        answer.headers["location"] == f"/self-assessments/{made.id}/criteria/B02?done=added#linked-evidence"
    )
    with database.read() as session:
        check = check_of(session)
        assert (check.confirmed_by_id, check.confirm_reason) == (
            story.people["lead_a"].id,
            "The number is made up.",
        )
        assert check.confirmed_at == NOW
        assert verbs(session)[-1] == ("confirm evidence warning", "The number is made up.")
    assert "The number is made up." in text_of(lead.get(landed).text)
    assert "Answer the warning" not in text_of(lead.get(f"/self-assessments/{made.id}/criteria/B02").text)
    again = lead.post(landed, data={"version": "1", "reason": "Once more."})
    assert again.status_code == 409


def test_a_reason_given_for_an_older_version_is_not_taken_for_the_newest(
    lead: TestClient, library: str, database: Database
) -> None:
    landed = added(lead, f"{library}/new", TELLING)
    assert added(lead, landed.replace("/findings", "/versions"), TELLING + b"More.") == landed
    assert lead.post(landed, data={"version": "1", "reason": "Fine."}).status_code == 409
    with database.read() as session:
        assert check_of(session, 2).confirmed_at is None


def test_D01_no_level_is_handed_over_or_signed_before_the_warning_is_answered(
    lead: TestClient, library: str, made: SelfAssessment, database: Database, story: Story
) -> None:
    gap = "Answer the warning about “Complaints log”."
    landed = added(lead, f"{library}/new?for={made.id}:B02", TELLING)
    for path in (f"/self-assessments/{made.id}/missing/bronze", f"/self-assessments/{made.id}/submit/bronze"):
        assert gap in text_of(lead.get(path).text)
    with database.write() as session, pytest.raises(RuleError, match="Finish these criteria first: B02"):
        steps.hand_over(session, story, made)
    lead.post(landed, data={"version": "1", "reason": "It is made up."})
    assert gap not in text_of(lead.get(f"/self-assessments/{made.id}/missing/bronze").text)
    with database.write() as session:
        submission = steps.hand_over(session, story, made)
    added(lead, landed.partition("/findings")[0] + "/versions", TELLING + b"More.")
    with database.write() as session, pytest.raises(RuleError, match="Finish these criteria first: B02"):
        steps.sign(session, story, submission)
    added(lead, landed.partition("/findings")[0] + "/versions", b"Nothing to ask about")
    assert gap not in text_of(lead.get(f"/self-assessments/{made.id}/missing/bronze").text)
    with database.write() as session:
        assert steps.sign(session, story, submission).number == 1


def test_D01_names_in_the_properties_are_told_and_not_asked_about(
    lead: TestClient, library: str, made: SelfAssessment, database: Database, story: Story
) -> None:
    landed = added(lead, f"{library}/new", making.docx("Policy", author=WRITER), "policy.docx")
    assert landed.endswith("/findings") is False
    assert "The file's properties hold names. Reviewers open a copy without them." in text_of(
        lead.get(landed).text
    )
    assert f"author: {WRITER}" in text_of(lead.get(f"{landed}/findings").text)
    with database.read() as session:
        found = to_sign.missing(
            session, session.get_one(SelfAssessment, made.id), story.framework, "bronze", on=uk_day(NOW)
        )
    assert found == []


def test_B14_the_portal_makes_a_version_without_changes_comments_and_names(
    lead: TestClient, library: str, database: Database, settings: Settings
) -> None:
    original = drafted()
    landed = added(lead, f"{library}/new", original, "Statement of A.docx")
    assert "Let the portal remove it" in text_of(lead.get(landed).text)
    answer = lead.post(f"{landed}/remove")
    assert answer.headers["location"] == f"{landed.partition('/findings')[0]}?added=1"
    with database.read() as session:
        rows = session.exec(select(EvidenceVersion).order_by(col(EvidenceVersion.number))).all()
        assert [(row.number, row.file_name) for row in rows] == [
            (1, "Statement of A.docx"),
            (2, "Statement of A.docx"),
        ]
        assert verbs(session)[-1] == ("remove findings from evidence", "")
        assert check_of(session, 2).findings == []
        paths = [f"/evidence-files/{row.id}" for row in rows]
    before, after = (lead.get(path).content for path in paths)
    assert before == original
    assert [word in _unpacked(after) for word in (b"A colleague", b"try to", b"<w:del ")] == [False] * 3
    assert stored(settings) == 4


def _unpacked(office: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(office)) as archive:
        return b"".join(map(archive.read, archive.namelist()))


def test_what_the_portal_cannot_take_out_is_asked_about_again(
    lead: TestClient, library: str, database: Database
) -> None:
    made = making.tracked_docx("Ask [+first+] a.person@trust.example", by=WRITER)
    landed = added(lead, f"{library}/new", made, "draft.docx")
    assert lead.post(f"{landed}/remove").headers["location"] == landed
    words = text_of(lead.get(landed).text)
    assert "Paragraph 1: a***@trust.example" in words
    assert ("Tracked changes" in words, "Let the portal remove it" in words) == (False, False)


def test_a_version_that_changes_nothing_is_not_added_and_leaves_no_bytes(
    lead: TestClient, library: str, database: Database, settings: Settings
) -> None:
    landed = added(lead, f"{library}/new", TELLING)
    before = stored(settings)
    answer = lead.post(f"{landed}/remove")
    assert answer.status_code == 422
    assert "The portal can't remove anything from this file." in text_of(answer.text)
    assert stored(settings) == before == 1


def test_A09_only_who_may_write_evidence_answers(
    lead: TestClient,
    library: str,
    browser_of: BrowserOf,
    story: Story,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    landed = added(lead, f"{library}/new", TELLING)
    monkeypatch.setattr("app.web.uploads._clean", lambda *_: pytest.fail("work was done for a stranger"))
    for part, status in (("sponsor_a", 403), ("lead_b", 404), ("reviewer_1", 404)):
        browser = browser_of(story.people[part])
        asked = [
            browser.get(landed),
            browser.post(landed, data={"version": "1", "reason": "x"}),
            browser.post(f"{landed}/remove"),
        ]
        assert [answer.status_code for answer in asked] == [status] * 3


def reviewed_file(
    app: FastAPI,
    database: Database,
    story: Story,
    made: SelfAssessment,
    content: bytes,
    name: str,
    *,
    is_examined: bool,
) -> tuple[str, str, EvidenceVersion]:
    """A file in a submission that reviewer 1 has started: its path for the reviewer, for the lead, and its row."""
    files = app.state.portal.files
    checked = check(io.BytesIO(content), name)
    examined = evidence_checks.examine(files, io.BytesIO(content), checked.extension) if is_examined else None
    with database.write() as session:
        by = story.who(session, "lead_a")
        kept = actions.Content.of_file(files.put(io.BytesIO(content)), checked)
        details = Details("Policy", NOW.date())
        item = actions.add_file(
            session, story.organisations["ZZA"], details, kept, quota=10**8, by=by, at=NOW, examined=examined
        )
        actions.link(session, made, story.framework, "B02", item.id, "", by=by, at=NOW)
        submission = steps.hand_over(session, story, made)
        steps.sign(session, story, submission)
        review = steps.assigned(session, story, submission, "reviewer_1")
        reviews.start(session, review, by=story.who(session, "reviewer_1"), at=NOW, has_scanner=False)
        version = library_queries.newest_version(session, item.id)
        session.expunge(version)
    return (
        f"/reviews/{review.id}/evidence/{version.id}",
        f"/submissions/{submission.id}/copy/evidence/{version.id}",
        version,
    )


def test_B14_reviewers_open_the_copy_and_the_organisation_the_original(
    app: FastAPI, database: Database, story: Story, made: SelfAssessment, browser_of: BrowserOf
) -> None:
    content = making.docx("Policy", author=WRITER)
    for_review, of_copy, version = reviewed_file(
        app, database, story, made, content, "Policy räport.docx", is_examined=True
    )
    asked = [("reviewer_1", for_review), ("moderator", of_copy), ("administrator", of_copy)]
    copies = [browser_of(story.people[part]).get(path) for part, path in asked]
    own = browser_of(story.people["lead_a"]).get(of_copy)
    assert {answer.status_code for answer in (*copies, own)} == {200}
    assert own.content == content
    assert len({answer.content for answer in copies}) == 1
    assert WRITER.encode() in _unpacked(content)
    assert WRITER.encode() not in _unpacked(copies[0].content)
    names = {answer.headers["content-disposition"] for answer in (*copies, own)}
    assert len(names) == 1
    assert version.sha256 == hashlib.sha256(content).hexdigest()
    with database.read() as session:
        check = session.get_one(EvidenceCheck, version.id)
        assert check.reader_sha256 == hashlib.sha256(copies[0].content).hexdigest()
        assert check.reader_size == len(copies[0].content)


def test_B14_without_its_copy_a_file_is_not_shown_to_others_until_the_job_has_made_it(
    app: FastAPI,
    database: Database,
    story: Story,
    made: SelfAssessment,
    browser_of: BrowserOf,
    settings: Settings,
) -> None:
    content = making.docx("Policy", author=WRITER)
    path, _, version = reviewed_file(app, database, story, made, content, "a.docx", is_examined=False)
    reviewer = browser_of(story.people["reviewer_1"])
    held = reviewer.get(path)
    assert (held.status_code, "This file is being prepared" in text_of(held.text)) == (409, True)
    for _ in range(2):
        evidence_checks.ensure_reader_copy(database, app.state.portal.files, version.id)
    assert stored(settings) == 2
    opened = reviewer.get(path)
    assert (opened.status_code, WRITER.encode() in _unpacked(opened.content)) == (200, False)
    with database.read() as session:
        assert [one["text"] for one in session.get_one(EvidenceCheck, version.id).findings] == [
            f"author: {WRITER}"
        ]


def test_B14_text_has_no_properties_so_its_original_is_what_others_open(
    app: FastAPI, database: Database, story: Story, made: SelfAssessment, browser_of: BrowserOf
) -> None:
    path, _, _ = reviewed_file(app, database, story, made, b"Minutes", "a.txt", is_examined=False)
    answer = browser_of(story.people["reviewer_1"]).get(path)
    assert (answer.status_code, answer.content) == (200, b"Minutes")


def test_B14_a_file_that_cannot_be_cleaned_is_asked_about_and_opens_for_others_only_once_confirmed(
    app: FastAPI, lead: TestClient, library: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.adapters.findings.examine._CLEANING", "tests.adapters.corpus.making")
    landed = added(lead, f"{library}/new", making.docx("Policy"), "a.docx")
    assert landed.endswith("/findings")
    assert "Reviewers would open the file as it is." in text_of(lead.get(landed).text)
    with database.read() as session:
        assert (check_of(session).reader_name, stored(app.state.portal.settings)) == ("", 1)


def test_reader_copies_are_kept_from_the_sweep_deleted_on_removal_and_not_counted(
    lead: TestClient, library: str, database: Database, settings: Settings, app: FastAPI
) -> None:
    content = making.docx("Policy", author=WRITER)
    item = added(lead, f"{library}/new", content, "a.docx")
    with database.read() as session:
        check, version = check_of(session), session.exec(select(EvidenceVersion)).one()
        evidence = session.exec(select(Evidence)).one()
        assert library_queries.stored_names(session) == {version.stored_name, check.reader_name}
        assert library_queries.bytes_kept(session, evidence.organisation_id) == len(content)
    assert stored(settings) == 2
    assert lead.post(f"{item}/remove").status_code == 303
    assert stored(settings) == 0
    with database.read() as session:
        assert library_queries.stored_names(session) == set()


def test_a_refused_upload_leaves_neither_file_nor_copy(
    lead: TestClient, library: str, settings: Settings
) -> None:
    files = {"file": ("a.docx", io.BytesIO(making.docx("Policy")), "text/plain")}
    answer = lead.post(f"{library}/new", data=TITLED | {"title": " "}, files=files)
    assert (answer.status_code, stored(settings)) == (422, 0)
