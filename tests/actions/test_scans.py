"""Scanning as a job: delayed while the scanner is away, never lost, never let through, parked when it can't be done."""

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from app.actions import evidence, reviews, scans
from app.actions.evidence import Content
from app.adapters.files import Files, StoreAway
from app.adapters.scan import EICAR, Answer, Verdict
from app.adapters.structure.check import check
from app.db import Database
from app.jobs import pauses
from app.jobs.scans import Scanning
from app.models import (
    Event,
    Evidence,
    EvidenceCheck,
    EvidenceVersion,
    Mail,
    ScanState,
    SelfAssessment,
)
from app.queries import scans as queries
from app.queries import to_sign
from app.rules.days import last_night
from app.rules.errors import Conflict, RuleError
from app.rules.evidence import Details
from tests import samples, steps
from tests.conftest import Clock
from tests.story import NOW, Story

TEXT = b"Illustrative minutes of the staff network."
CLEAN = Answer(Verdict.CLEAN)
INFECTED = Answer(Verdict.INFECTED, "Win.Test")
AWAY = Answer(Verdict.UNAVAILABLE, "it hung up")


@dataclass
class FakeScanner:
    """Says what it was told to say; reads all it is given, as clamd does."""

    says: list[Answer] = field(default_factory=list)  # one after the other, the last one for ever
    away: str = ""
    read: list[bytes] = field(default_factory=list)
    between: Callable[[], None] = lambda: None

    def unfit(self) -> str:
        return self.away

    def scan(self, chunks: Iterable[bytes]) -> Answer:
        self.read.append(b"".join(chunks))
        self.between()
        return self.says.pop(0) if len(self.says) > 1 else self.says[0]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "evidence")


@pytest.fixture
def scanner() -> FakeScanner:
    return FakeScanner([CLEAN])


@pytest.fixture
def work(database: Database, files: Files, scanner: FakeScanner, clock: Clock) -> Scanning:
    clock.at = NOW
    return Scanning(database, files, scanner, "http://127.0.0.1:8000")  # type: ignore[arg-type]


Upload = Callable[..., UUID]


@pytest.fixture
def upload(database: Database, story: Story, files: Files) -> Upload:
    """Adds a file to trust A's library. Returns the id of its version."""

    def uploaded(content: bytes = TEXT, name: str = "minutes.txt", title: str = "Minutes") -> UUID:
        stored = Content.of_file(files.put(io.BytesIO(content)), check(io.BytesIO(content), name))
        with database.write() as session:
            item = evidence.add_file(
                session,
                story.organisations["ZZA"],
                Details(title, date(2026, 3, 27)),
                stored,
                quota=10**9,
                by=story.who(session, "lead_a"),
                at=NOW,
            )
            return session.exec(
                select(EvidenceVersion.id).where(EvidenceVersion.evidence_id == item.id)
            ).one()

    return uploaded


def row(database: Database, version_id: UUID) -> EvidenceCheck:
    with database.read() as session:
        found = session.get_one(EvidenceCheck, version_id)
        session.expunge(found)
        return found


def state(database: Database, version_id: UUID) -> ScanState:
    return row(database, version_id).scan


def mails(database: Database) -> list[tuple[str, str]]:
    with database.read() as session:
        return steps.mails(session)


def submitted(session: Session, story: Story, version_id: UUID) -> SelfAssessment:
    """Trust A's finished Bronze answers, the first supported by the file too."""
    made = steps.finished(session, story)
    item = session.get_one(EvidenceVersion, version_id).evidence_id
    by = story.who(session, "lead_a")
    evidence.link(session, made, story.framework, "B01", item, "page 1", by=by, at=NOW)
    return made


def test_a_waiting_file_is_scanned_whole_and_becomes_clean(
    database: Database, work: Scanning, scanner: FakeScanner, upload: Upload, clock: Clock
) -> None:
    first, second = upload(), upload(TEXT * 2)
    assert work() == pauses.PAUSE_SECONDS
    assert sorted(scanner.read) == [TEXT, TEXT * 2]
    found = row(database, first)
    assert (found.scan, found.scanned_at, found.tries, found.leased_until) == (ScanState.CLEAN, NOW, 0, None)
    assert state(database, second) is ScanState.CLEAN
    assert mails(database) == []


def test_U12_a_scanner_that_is_away_delays_and_counts_no_try(
    database: Database, work: Scanning, scanner: FakeScanner, upload: Upload, clock: Clock
) -> None:
    version = upload()
    scanner.away = "the scanner could not be reached"
    for _ in range(5):
        assert work() == pauses.AWAY_SECONDS
        clock.at += timedelta(seconds=pauses.AWAY_SECONDS)
    clock.at += timedelta(hours=1)
    assert work() == pauses.AWAY_SECONDS
    found = row(database, version)
    assert (scanner.read, found.scan, found.tries) == ([], ScanState.WAITING, 0)
    scanner.away = ""
    assert work() == pauses.PAUSE_SECONDS
    assert state(database, version) is ScanState.CLEAN


def test_U11_a_file_without_an_answer_is_tried_five_times_and_parked(
    database: Database, work: Scanning, scanner: FakeScanner, upload: Upload, clock: Clock
) -> None:
    version = upload()
    other = upload(TEXT * 2)
    scanner.says = [AWAY]
    tried_at: list[float] = []
    for minute in (*range(20), 60, 23 * 60, 24 * 60 + 14):
        clock.at = NOW + timedelta(minutes=minute)
        before = scanner.read.count(TEXT)
        work()
        tried_at += [minute] * (scanner.read.count(TEXT) - before)
    assert tried_at == [0, 1, 3, 7, 15]
    found = row(database, version)
    assert (found.scan, found.tries, found.last_error) == (ScanState.WAITING, 5, "it hung up")
    subject = "A file could not be checked for viruses"
    addresses = [
        f"administrator{who}@example.invalid" for who in (".2", ".2", ".of.a", ".of.a", "", "")
    ]  # of each file, once
    assert mails(database) == [(address, subject) for address in addresses]
    with database.read() as session:
        assert queries.counts(session, most_tries=scans.MOST_TRIES) == queries.Scans(0, 2, 0, 2)
    clock.at = NOW + timedelta(days=1, minutes=15)
    scanner.says = [CLEAN]
    work()
    assert (state(database, version), state(database, other)) == (ScanState.CLEAN, ScanState.CLEAN)
    assert row(database, version).last_error == ""


def test_a_poison_file_does_not_hold_up_the_others(
    database: Database, work: Scanning, scanner: FakeScanner, upload: Upload
) -> None:
    scanner.says = [AWAY, CLEAN]
    versions = [upload(TEXT * number) for number in range(1, 4)]
    work()
    assert sorted(state(database, one).value for one in versions) == ["clean", "clean", "waiting"]


def test_a_scan_is_leased_to_one_worker_and_done_again_when_that_one_dies(
    database: Database, upload: Upload, work: Scanning, scanner: FakeScanner, clock: Clock
) -> None:
    version = upload()
    with database.write() as session:
        claimed = scans.claim(session, at=clock.at)
    assert claimed is not None
    assert (claimed.version_id, claimed.is_first) == (version, True)
    clock.at += scans.LEASE - timedelta(seconds=1)
    work()
    assert scanner.read == []
    clock.at += timedelta(seconds=1)
    work()
    assert (scanner.read, state(database, version)) == ([TEXT], ScanState.CLEAN)


def test_nothing_is_held_while_the_scanner_reads(
    database: Database, upload: Upload, work: Scanning, scanner: FakeScanner
) -> None:
    late: list[UUID] = []

    def upload_one_more() -> None:
        if not late:
            late.append(
                upload(TEXT * 3)
            )  # on SQLite there is one writer, so a transaction held would end this here

    first = upload()
    scanner.between = upload_one_more
    work()
    assert [state(database, one) for one in (first, *late)] == [ScanState.CLEAN, ScanState.CLEAN]


def test_what_the_store_gives_must_be_what_was_uploaded(
    database: Database, work: Scanning, files: Files, upload: Upload
) -> None:
    version = upload()
    with database.read() as session:
        name = session.get_one(EvidenceVersion, version).stored_name
    assert files.folder
    files.folder.path(name).write_bytes(TEXT[:-1])
    work()
    found = row(database, version)
    assert (found.scan, found.last_error) == (
        ScanState.WAITING,
        "the stored bytes are not those that were uploaded",
    )


def test_R09_a_store_that_is_away_delays(
    database: Database, work: Scanning, files: Files, upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = upload()

    def away(_name: str) -> None:
        raise StoreAway("no answer")

    with monkeypatch.context() as patch:
        patch.setattr(files, "stream", away)
        work()
    assert (state(database, version), row(database, version).last_error) == (ScanState.WAITING, "no answer")


def test_a_failure_of_ours_is_a_failure_of_the_scan(
    database: Database, work: Scanning, files: Files, upload: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = upload()
    monkeypatch.setattr(files, "stream", lambda _name: 1 / 0)
    work()
    found = row(database, version)
    assert (found.scan, found.last_error) == (ScanState.WAITING, "the portal failed at it: ZeroDivisionError")


def test_bytes_that_are_gone_are_told_unless_the_item_was_removed(
    database: Database, work: Scanning, files: Files, story: Story, upload: Upload
) -> None:
    lost, removed = upload(), upload(TEXT * 2)
    with database.write() as session:
        item = session.get_one(Evidence, session.get_one(EvidenceVersion, removed).evidence_id)
        names = evidence.remove(session, item, by=story.who(session, "lead_a"), at=NOW)
        names.append(session.get_one(EvidenceVersion, lost).stored_name)
    for name in names:
        files.delete(name)
    work()
    assert row(database, lost).last_error == "the store has no such file"
    with database.read() as session:
        assert session.get(EvidenceCheck, removed) is None
    work._look_at_all_from = 0
    work()
    with database.read() as session:
        assert session.get(EvidenceCheck, removed) is None


def test_a_version_without_a_row_waits_and_is_scanned(
    database: Database, work: Scanning, upload: Upload
) -> None:
    version = upload()
    with database.write() as session:
        session.delete(session.get_one(EvidenceCheck, version))
    with database.read() as session:
        assert queries.waiting_among(session, {version}, has_scanner=True) == 1
        assert queries.waiting_among(session, {version}, has_scanner=False) == 0
    work()
    assert state(database, version) is ScanState.CLEAN


def test_an_older_file_gets_its_copy_for_readers_before_it_is_clean(
    database: Database, work: Scanning, scanner: FakeScanner, files: Files, upload: Upload
) -> None:
    version = upload(samples.docx(), "plan.docx")
    assert row(database, version).reader_name == ""
    work()
    found = row(database, version)
    assert found.scan is ScanState.CLEAN
    assert found.reader_size == files.stream(found.reader_name).size


def test_what_was_uploaded_without_a_scanner_is_scanned_once_there_is_one(
    database: Database, work: Scanning, scanner: FakeScanner, upload: Upload
) -> None:
    version = upload()
    with database.write() as session:
        session.get_one(EvidenceCheck, version).scan = ScanState.NOT_SCANNED
    scanner.away = "not yet"
    work()
    assert state(database, version) is ScanState.WAITING
    scanner.away = ""
    work()
    assert state(database, version) is ScanState.CLEAN


def test_without_a_scanner_only_the_copies_for_readers_are_made(
    database: Database, files: Files, upload: Upload, clock: Clock
) -> None:
    text, word, lost = upload(), upload(samples.docx(), "plan.docx"), upload(samples.pdf(), "lost.pdf")
    with database.read() as session:
        files.delete(session.get_one(EvidenceVersion, lost).stored_name)
    assert Scanning(database, files, None)() == pauses.MINUTE
    states = [(row(database, one).scan, bool(row(database, one).reader_name)) for one in (text, word, lost)]
    waits = ScanState.WAITING
    assert states == [(waits, False), (waits, True), (waits, False)]


class TestInfected:
    def test_it_is_locked_away_for_ever_and_told(
        self,
        database: Database,
        work: Scanning,
        scanner: FakeScanner,
        upload: Upload,
        files: Files,
        story: Story,
    ) -> None:
        scanner.says = [INFECTED, CLEAN]
        version = upload()
        work()
        found = row(database, version)
        assert (found.scan, found.signature) == (ScanState.INFECTED, "Win.Test")
        assert mails(database) == [
            ("administrator.2@example.invalid", "A virus was found in a file"),
            ("administrator.of.a@example.invalid", "A virus was found in a file"),
            ("administrator@example.invalid", "A virus was found in a file"),
            ("lead.a@example.invalid", "A virus was found in a file"),
        ]
        with database.read() as session:
            event = session.exec(select(Event).where(Event.verb == "quarantine evidence")).one()
            stored = session.get_one(EvidenceVersion, version).stored_name
            session.expunge_all()
        assert event.stream == f"organisation:{story.organisations['ZZA'].id}"
        assert (event.facts["signature"], event.by_id) == ("Win.Test", None)
        work._look_at_all_from = 0
        with database.write() as session:
            scans.note_clean(session, version, at=NOW)
            scans.note_failure(session, version, "late", at=NOW)
            scans.try_again(session)
        work.scan_due(NOW + timedelta(days=2))
        assert (scanner.read, state(database, version)) == ([TEXT], ScanState.INFECTED)
        assert files.stream(stored).size == len(TEXT), "kept, for whoever looks into it"

    def test_being_told_twice_is_being_told_once(
        self, database: Database, work: Scanning, upload: Upload
    ) -> None:
        version = upload()
        with database.write() as session:
            scans.note_infected(session, version, "Win.Test", at=NOW)
            scans.note_infected(session, version, "Win.Other", at=NOW)
        assert len(mails(database)) == 4
        assert row(database, version).signature == "Win.Test"

    def test_what_the_scanner_can_not_read_is_locked_away_with_other_words(
        self, database: Database, work: Scanning, scanner: FakeScanner, upload: Upload
    ) -> None:
        scanner.says = [Answer(Verdict.INFECTED, "Heuristics.Encrypted.Zip")]
        version = upload()
        work()
        assert state(database, version) is ScanState.INFECTED
        assert {subject for _, subject in mails(database)} == {"A file can't be opened"}

    def test_it_keeps_its_level_from_being_handed_over(
        self, database: Database, work: Scanning, scanner: FakeScanner, upload: Upload, story: Story
    ) -> None:
        scanner.says = [INFECTED]
        version = upload()
        with database.write() as session:
            made = submitted(session, story, version)
            assert to_sign.missing(session, made, story.framework, "bronze", on=NOW.date()) == []
        work()
        with database.write() as session:
            (gap,) = to_sign.missing(session, made, story.framework, "bronze", on=NOW.date())
            assert (gap.code, gap.reasons) == (
                "B01",
                ("Replace the file of “Minutes”: the virus scanner has locked it away.",),
            )
            made = session.get_one(SelfAssessment, made.id)
            with pytest.raises(RuleError, match="Finish these criteria first: B01"):
                steps.hand_over(session, story, made)

    def test_U15_a_hit_at_night_tells_the_reviewers_of_a_copy_that_names_it(
        self,
        database: Database,
        work: Scanning,
        scanner: FakeScanner,
        upload: Upload,
        story: Story,
        clock: Clock,
    ) -> None:
        version = upload()
        with database.write() as session:
            submission = steps.hand_over(session, story, submitted(session, story, version))
            steps.sign(session, story, submission)
            review = steps.assigned(session, story, submission, "reviewer_1")
        work()
        known = set(mails(database))
        clock.at = NOW + timedelta(hours=15)
        scanner.says = [INFECTED]
        work._look_at_all_from = 0
        work()
        told = set(mails(database)) - known
        assert told == {
            (f"{part}@example.invalid", "A virus was found in a file")
            for part in ("administrator", "administrator.2", "administrator.of.a", "lead.a", "reviewer.1")
        }
        with database.read() as session:
            bodies = session.exec(select(Mail.body).where(col(Mail.to) == "reviewer.1@example.invalid")).all()
        assert [body for body in bodies if f"/reviews/{review.id}" in body and "virus" in body]


class TestNight:
    def test_U15_everything_clean_is_scanned_again_once_a_night(
        self, database: Database, work: Scanning, scanner: FakeScanner, upload: Upload, clock: Clock
    ) -> None:
        version = upload()
        scanned_at: list[datetime] = []
        scanner.between = lambda: scanned_at.append(clock.at)
        for hour in range(60):
            clock.at = NOW + timedelta(hours=hour)
            work._look_at_all_from = 0
            work()
            work()
        assert scanned_at == [NOW, *(datetime(2026, 11, day, 2, tzinfo=UTC) for day in (23, 24))]
        assert state(database, version) is ScanState.CLEAN

    def test_it_stays_open_while_it_is_scanned_again_and_when_that_fails(
        self, database: Database, work: Scanning, scanner: FakeScanner, upload: Upload, clock: Clock
    ) -> None:
        version = upload()
        work()
        seen: list[ScanState] = []
        scanner.between = lambda: seen.append(state(database, version))
        scanner.says = [AWAY]
        clock.at = NOW + timedelta(days=1)
        work._look_at_all_from = 0
        work()
        assert (seen, state(database, version)) == ([ScanState.CLEAN], ScanState.CLEAN)
        assert row(database, version).last_error == "it hung up"

    def test_a_new_file_goes_before_the_nights_work(
        self, database: Database, work: Scanning, scanner: FakeScanner, upload: Upload, clock: Clock
    ) -> None:
        for number in range(1, 4):
            upload(TEXT * number)
        work()
        clock.at = NOW + timedelta(days=1)
        upload(b"new")
        scanner.read.clear()
        work._look_at_all_from = 0
        work()
        assert (scanner.read[0], len(scanner.read)) == (b"new", 4)

    @pytest.mark.parametrize(
        ("at", "night"),
        [
            ("2026-11-22T01:59:59", "2026-11-21T02:00:00"),
            ("2026-11-22T02:00:00", "2026-11-22T02:00:00"),
            ("2026-07-01T01:30:00", "2026-07-01T01:00:00"),
        ],
    )
    def test_the_night_is_at_two_in_the_united_kingdom(self, at: str, night: str) -> None:
        moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
        assert last_night(moment) == datetime.fromisoformat(night).replace(tzinfo=UTC)


class TestReview:
    def test_U12_submit_is_allowed_and_review_starts_by_itself_when_the_file_is_clean(
        self, database: Database, work: Scanning, scanner: FakeScanner, upload: Upload, story: Story
    ) -> None:
        version = upload()
        with database.write() as session:
            submission = steps.hand_over(session, story, submitted(session, story, version))
            steps.sign(session, story, submission)
            review = steps.assigned(session, story, submission, "reviewer_1")
        with database.write() as session:
            by = story.who(session, "reviewer_1")
            review = session.merge(review)
            with pytest.raises(Conflict, match=r"1 file is being checked\. Come back in a few minutes\.$"):
                reviews.start(session, review, by=by, at=NOW, has_scanner=True)
        work()
        with database.write() as session:
            reviews.start(session, session.merge(review), by=by, at=NOW, has_scanner=True)


def test_the_real_test_file_is_never_in_one_piece_in_our_sources() -> None:
    for path in (*Path("app").rglob("*.py"), *Path("tests").rglob("*.py"), *Path("deploy").iterdir()):
        assert EICAR not in path.read_bytes(), path
