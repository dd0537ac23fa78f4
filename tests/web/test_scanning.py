"""From upload to opening: who may open a file before, after and never; and what the pages say."""

import html
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.actions import scans
from app.adapters.files import Files, StoreAway
from app.adapters.scan import EICAR, Scanner
from app.config import Environment, Settings
from app.db import Database
from app.jobs import pauses
from app.jobs.scans import Scanning, scanning
from app.models import (
    Evidence,
    EvidenceCheck,
    EvidenceVersion,
    ScanState,
    SelfAssessment,
)
from tests import clamd, samples, steps
from tests.clamd import FOUND, Clamd
from tests.story import NOW, Story

BrowserOf = Callable[..., TestClient]
TITLED = {
    "title": "WRES report 2026",
    "evidence_date-day": "27",
    "evidence_date-month": "3",
    "evidence_date-year": "2026",
}
CHECKING, LOCKED = "This file is being checked", "This file can't be opened"
UPLOADER, COLLEAGUES = "contributor_a", ("lead_a", "sponsor_a", "chair_a")
ASSEMBLY = ("reviewer_1", "moderator", "administrator")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"scanner": "tcp://127.0.0.1:1"})


def text_of(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def title_of(page: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    return text_of(found[1]) if found else ""


def upload(browser: TestClient, story: Story, content: bytes, name: str) -> str:
    """Returns the path of the new item."""
    path = f"/organisations/{story.organisations['ZZA'].id}/evidence/new"
    answer = browser.post(path, data=TITLED, files={"file": (name, io.BytesIO(content), "text/plain")})
    assert answer.status_code == 303, text_of(answer.text)
    return str(answer.headers["location"]).removesuffix("/findings")


def newest(session: Session) -> EvidenceVersion:
    return session.exec(select(EvidenceVersion).where(EvidenceVersion.stored_name != "")).one()


@dataclass(frozen=True)
class Ways:
    """Every address that leads to the bytes of one file, with who may try it."""

    own: str
    copy: str
    review: str
    content: bytes

    def all_of(self, reviewer: str = "reviewer_1") -> Iterator[tuple[str, str]]:
        yield from ((part, self.own) for part in COLLEAGUES)
        yield from ((part, self.copy) for part in (*COLLEAGUES, *ASSEMBLY))
        yield (reviewer, self.review)


@pytest.fixture
def ways(database: Database, story: Story, browser_of: BrowserOf) -> Ways:
    """A file that a contributor uploaded, in a submission that was signed and assigned."""
    content = b"Illustrative minutes."
    upload(browser_of(story.people[UPLOADER]), story, content, "minutes.txt")
    with database.write() as session:
        version = newest(session)
        made = steps.finished(session, story)
        by = story.who(session, "lead_a")
        steps.evidence.link(session, made, story.framework, "B01", version.evidence_id, "", by=by, at=NOW)
        submission = steps.hand_over(session, story, made)
        steps.sign(session, story, submission)
        review = steps.assigned(session, story, submission, "reviewer_1")
        return Ways(
            f"/evidence-files/{version.id}",
            f"/submissions/{submission.id}/copy/evidence/{version.id}",
            f"/reviews/{review.id}/evidence/{version.id}",
            content,
        )


def say(database: Database, state: ScanState, signature: str = "") -> None:
    with database.write() as session:
        row = session.exec(select(EvidenceCheck)).one()
        row.scan, row.signature = state, signature


def test_A05_U12_nobody_but_the_uploader_opens_a_file_before_it_is_clean(
    ways: Ways, database: Database, story: Story, browser_of: BrowserOf
) -> None:
    uploader = browser_of(story.people[UPLOADER])
    for state in (ScanState.WAITING, ScanState.NOT_SCANNED):
        say(database, state)
        for part, path in ways.all_of():
            answer = browser_of(story.people[part]).get(path)
            assert (answer.status_code, title_of(answer.text)) == (409, CHECKING), (part, path)
            assert ways.content not in answer.content
        for path in (ways.own, ways.copy):
            assert uploader.get(path).content == ways.content
    say(database, ScanState.CLEAN)
    for part, path in ways.all_of():
        answer = browser_of(story.people[part]).get(path)
        assert (answer.status_code, answer.content) == (200, ways.content), (part, path)


def test_A05_a_file_without_a_row_of_checks_waits(
    ways: Ways, database: Database, story: Story, browser_of: BrowserOf
) -> None:
    with database.write() as session:
        session.delete(session.exec(select(EvidenceCheck)).one())
    for part, path in ways.all_of():
        assert browser_of(story.people[part]).get(path).status_code == 409, (part, path)


def test_A05_an_infected_file_opens_for_nobody_and_the_pages_say_why(
    ways: Ways, database: Database, story: Story, browser_of: BrowserOf
) -> None:
    say(database, ScanState.INFECTED, "Win.Test")
    for part, path in (*ways.all_of(), (UPLOADER, ways.own), (UPLOADER, ways.copy)):
        answer = browser_of(story.people[part]).get(path)
        assert (answer.status_code, title_of(answer.text)) == (403, LOCKED), (part, path)
        assert "The virus scanner found “Win.Test” in this file" in text_of(answer.text)
        assert ways.content not in answer.content
    with database.read() as session:
        item = newest(session).evidence_id
    lead = browser_of(story.people["lead_a"])
    page = lead.get(f"/evidence/{item}").text
    assert "Virus found The virus scanner found “Win.Test” in this file" in text_of(page)
    assert ways.own not in page
    assert "Virus found" in text_of(lead.get(f"/organisations/{story.organisations['ZZA'].id}/evidence").text)


def test_A05_a_stranger_learns_nothing_of_the_state(
    ways: Ways, database: Database, story: Story, browser_of: BrowserOf
) -> None:
    stranger = browser_of(story.people["lead_b"])
    nothing = stranger.get(f"/evidence-files/{uuid4()}").content
    for state in ScanState:
        say(database, state)
        for path in (ways.own, ways.copy, ways.review):
            answer = stranger.get(path)
            assert (answer.status_code, answer.content) == (404, nothing), (state, path)


def test_U12_the_review_starts_when_the_file_is_clean_and_not_before(
    ways: Ways, database: Database, story: Story, browser_of: BrowserOf
) -> None:
    reviewer = browser_of(story.people["reviewer_1"])
    start = f"{ways.review.partition('/evidence/')[0]}/start"
    answer = reviewer.post(start)
    assert answer.status_code == 409
    assert "1 file is being checked. Come back in a few minutes." in text_of(answer.text)
    say(database, ScanState.CLEAN)
    assert reviewer.post(start).status_code == 303


def test_the_state_stands_with_the_item_wherever_it_is_shown(
    ways: Ways, database: Database, story: Story, browser_of: BrowserOf
) -> None:
    with database.read() as session:
        item = newest(session).evidence_id
        made = session.exec(select(SelfAssessment.id)).one()
    lead = browser_of(story.people["lead_a"])
    pages = (
        f"/evidence/{item}",
        f"/organisations/{story.organisations['ZZA'].id}/evidence",
        f"/self-assessments/{made}/criteria/B01",
    )
    words = {
        ScanState.WAITING: "Being checked",
        ScanState.CLEAN: "No virus found",
        ScanState.INFECTED: "Virus found",
    }
    for state, word in words.items():
        say(database, state)
        for path in pages:
            page = lead.get(path).text
            assert f">{word}</strong>" in page, (state, path)


class TestWithoutScanner:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"scanner": ""})

    def test_in_development_files_open_and_pages_say_that_nobody_looked(
        self, ways: Ways, story: Story, browser_of: BrowserOf, database: Database
    ) -> None:
        with database.read() as session:
            item = newest(session).evidence_id
            assert session.exec(select(EvidenceCheck.scan)).one() is ScanState.NOT_SCANNED
        for part, path in ways.all_of():
            assert browser_of(story.people[part]).get(path).content == ways.content, (part, path)
        page = browser_of(story.people["lead_a"]).get(f"/evidence/{item}").text
        assert "Not scanned Not scanned: no virus scanner is set." in text_of(page)
        start = f"{ways.review.partition('/evidence/')[0]}/start"
        assert browser_of(story.people["reviewer_1"]).post(start).status_code == 303


@pytest.mark.parametrize("environment", list(Environment))
def test_production_does_not_start_without_a_scanner(tmp_path: Path, environment: Environment) -> None:
    if environment is Environment.DEVELOPMENT:
        assert Settings(environment=environment, data_dir=tmp_path).scanner == ""
        return
    with pytest.raises(ValueError, match="ARF_SCANNER must be set when ARF_ENVIRONMENT is production"):
        Settings(environment=environment, data_dir=tmp_path)
    assert Settings(environment=environment, data_dir=tmp_path, scanner="unix:///run/clamd.ctl").scanner


@pytest.mark.parametrize(
    "given",
    [
        {"scanner": "clamd:3310"},
        {"scanner": "tcp://clamd"},
        {"scanner": "unix://run"},
        {"scanner": "http://clamd:3310"},
        {"evidence_store": "s3:bucket"},
        {"evidence_store": "file:///etc"},
        {"evidence_store": "az://container"},
        {"evidence_store": "s3://bucket", "evidence_store_endpoint": "ftp://store"},
        {
            "evidence_store": "s3://bucket",
            "evidence_store_endpoint": "http://store.example",
            "environment": Environment.PRODUCTION,
            "scanner": "tcp://clamd:3310",
        },
    ],
)
def test_settings_that_can_not_work_stop_the_start(given: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="ARF_"):
        Settings(**{"environment": Environment.DEVELOPMENT, **given})  # type: ignore[arg-type]


def test_a_store_on_this_machine_may_be_asked_without_https() -> None:
    settings = Settings(
        environment=Environment.PRODUCTION,
        scanner="tcp://clamd:3310",
        evidence_store="s3://bucket/prefix",
        evidence_store_endpoint="http://127.0.0.1:9000",
    )
    assert "secret" not in repr(settings.model_copy(update={"evidence_store_account": ""}))


class TestStoreAway:
    @pytest.fixture
    def files(self, app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> Files:
        found: Files = app.state.portal.files

        def away(*_: object) -> None:
            raise StoreAway("connection refused at 10.0.0.1")

        for name in ("put", "stream", "delete"):
            monkeypatch.setattr(found, name, away)
        return found

    def test_R09_an_upload_says_what_to_do_and_keeps_what_was_typed(
        self, files: Files, story: Story, browser_of: BrowserOf, database: Database
    ) -> None:
        path = f"/organisations/{story.organisations['ZZA'].id}/evidence/new"
        file = {"file": ("a.txt", io.BytesIO(b"Illustrative"), "text/plain")}
        answer = browser_of(story.people["lead_a"]).post(path, data=TITLED, files=file)
        assert answer.status_code == 503
        assert "Choose the file again and try in a few minutes." in text_of(answer.text)
        assert 'value="WRES report 2026"' in answer.text
        assert "10.0.0.1" not in answer.text
        with database.read() as session:
            assert session.exec(select(Evidence)).all() == []


def test_R09_a_download_says_that_the_store_is_away(
    ways: Ways,
    database: Database,
    story: Story,
    browser_of: BrowserOf,
    app: FastAPI,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    say(database, ScanState.CLEAN)

    def away(_name: str) -> None:
        raise StoreAway("connection refused at 10.0.0.1")

    monkeypatch.setattr(app.state.portal.files, "stream", away)
    answer = browser_of(story.people["lead_a"]).get(ways.own)
    assert (answer.status_code, title_of(answer.text)) == (503, "Evidence files can't be reached")
    assert "10.0.0.1" not in answer.text
    assert "content-disposition" not in answer.headers


def test_R09_bytes_that_were_cut_are_not_sent(
    ways: Ways, database: Database, story: Story, browser_of: BrowserOf, app: FastAPI
) -> None:
    say(database, ScanState.CLEAN)
    with database.read() as session:
        stored = newest(session).stored_name
    app.state.portal.files.folder.path(stored).write_bytes(ways.content[:5])
    answer = browser_of(story.people["lead_a"]).get(ways.own)
    assert (answer.status_code, title_of(answer.text)) == (503, "Evidence files can't be reached")


@pytest.mark.scanner
class TestEndToEnd:
    """With a real clamd and the job as it runs."""

    @pytest.fixture
    def real(self, tmp_path: Path) -> Iterator[Clamd]:
        (tmp_path / "clamd").mkdir()
        with clamd.running(tmp_path / "clamd") as found:
            yield found

    @pytest.fixture
    def settings(self, settings: Settings, real: Clamd) -> Settings:
        return settings.model_copy(update={"scanner": real.address})

    @pytest.fixture
    def work(self, settings: Settings, database: Database) -> Scanning:
        return scanning(settings, database)

    @pytest.mark.parametrize(
        ("content", "name"),
        [
            (EICAR, "report.txt"),
            (samples.repacked(samples.docx(), {"word/media/image9.png": EICAR}), "plan.docx"),
            (b"A line of text.\n" * 300_000 + EICAR, "long.txt"),
        ],
        ids=["plain", "in Word", "after padding"],
    )
    def test_U10_the_test_file_is_taken_in_and_locked_away(
        self,
        content: bytes,
        name: str,
        work: Scanning,
        database: Database,
        story: Story,
        browser_of: BrowserOf,
    ) -> None:
        browser = browser_of(story.people["lead_a"])
        item = upload(browser, story, content, name)
        assert "Being checked" in text_of(browser.get(item).text)
        work()
        assert f"The virus scanner found “{FOUND}”" in text_of(browser.get(item).text)
        with database.read() as session:
            path = f"/evidence-files/{newest(session).id}"
        assert browser.get(path).status_code == 403

    def test_U11_U12_a_scanner_that_dies_and_comes_back_lets_nothing_through_and_loses_nothing(
        self, work: Scanning, real: Clamd, database: Database, story: Story, browser_of: BrowserOf
    ) -> None:
        browser, colleague = (browser_of(story.people[part]) for part in ("lead_a", "contributor_a"))
        real.kill()
        for number in range(3):
            upload(browser, story, b"Illustrative" * (number + 1), "a.txt")
        assert work() == pauses.AWAY_SECONDS
        with database.read() as session:
            ids: list[UUID] = list(session.exec(select(EvidenceVersion.id)).all())
        assert {colleague.get(f"/evidence-files/{one}").status_code for one in ids} == {409}
        real.start()
        assert work() == pauses.PAUSE_SECONDS
        assert {colleague.get(f"/evidence-files/{one}").status_code for one in ids} == {200}

    def test_U15_a_signature_learnt_later_locks_the_file_away(
        self, work: Scanning, real: Clamd, database: Database, story: Story, browser_of: BrowserOf
    ) -> None:
        browser = browser_of(story.people["lead_a"])
        item = upload(browser, story, b"Today's news is tomorrow's signature.", "a.txt")
        work()
        assert "No virus found" in text_of(browser.get(item).text)
        real.kill()
        real.learn("Learnt.Later", b"tomorrow's signature")
        real.start()
        with database.write() as session:
            scans.try_again(session)
            at = database.now(session)
        assert work.scan_due(at.replace(year=at.year + 1))
        assert "Learnt.Later.UNOFFICIAL" in text_of(browser.get(item).text)

    def test_the_scanner_of_the_settings_is_the_one_that_is_asked(self, work: Scanning, real: Clamd) -> None:
        assert work.scanner == Scanner(real.address)
