"""What a reviewer marks beside a score: kept with it, sealed with it, and never changed after."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from sqlmodel import Session, col, select

from app.actions import reviews
from app.db import Database
from app.models import Event, EvidenceVerdict, Review, ScanState, Score, Verdict
from app.queries import audit_reviews, sealed_copies, verdicts
from app.queries.reviews import score, scores
from app.rules import scoring
from app.rules.errors import Conflict, RuleError, Stale
from app.rules.verdicts import MOST_SECONDS, NOTHING_MARKED, Marked, seconds_spent
from tests.judging import CODES, assigned, scored
from tests.reading import File, copy_with
from tests.story import NOW, Story

Open = Callable[[Session], tuple[Review, UUID, UUID]]


@pytest.fixture
def opened(app: FastAPI, story: Story) -> Open:
    """A started review and two links of B01 in its sealed copy."""

    def made(session: Session) -> tuple[Review, UUID, UUID]:
        evidence = [File("a.txt", b"A"), File("b.txt", b"B", title="Minutes", scan=ScanState.CLEAN)]
        submission = copy_with(session, story, app.state.portal.files, evidence)
        review = assigned(session, story, submission)[0]
        scored(session, story, review, {})
        items = sealed_copies.document(session, submission.id).content.answer("B01").evidence
        return review, items[0].version_id, items[1].version_id

    return made


def save(
    session: Session, story: Story, review: Review, marked: Marked, code: str = "B01", seconds: int = 0
) -> Score:
    row = score(session, review.id, code)
    assert row is not None
    return reviews.save_score(
        session,
        review,
        code,
        score=2,
        reason="Seen.",
        private_note="",
        version=row.version,
        by=story.who(session, "reviewer_1"),
        at=NOW,
        marked=marked,
        seconds=seconds,
    )


def seal(session: Session, story: Story, review: Review) -> None:
    reviews.seal(session, review, story.framework, by=story.who(session, "reviewer_1"), at=NOW)


def kept(session: Session, review: Review) -> dict[UUID, Verdict]:
    return verdicts.shown_of_evidence(session, review.id, "B01")


def lines(session: Session, stream: str) -> list[dict[str, object]]:
    return list(
        session.exec(select(Event.facts).where(Event.stream == stream).order_by(col(Event.number))).all()
    )


def test_marks_are_kept_changed_and_taken_away(database: Database, story: Story, opened: Open) -> None:
    with database.write() as session:
        review, one, two = opened(session)
        save(session, story, review, Marked({one: Verdict.SUPPORTS, two: Verdict.PARTLY}))
        assert kept(session, review) == {one: Verdict.SUPPORTS, two: Verdict.PARTLY}
        save(session, story, review, Marked({one: Verdict.DOES_NOT, two: None}))
        assert kept(session, review) == {one: Verdict.DOES_NOT}
        save(session, story, review, NOTHING_MARKED)
        assert kept(session, review) == {one: Verdict.DOES_NOT}


def test_history_tells_the_marks_and_nothing_where_there_are_none(
    database: Database, story: Story, opened: Open
) -> None:
    with database.write() as session:
        review, _, two = opened(session)
        save(session, story, review, NOTHING_MARKED)
        save(session, story, review, Marked({two: Verdict.COULD_NOT_OPEN}))
        first, second = lines(session, f"review:{review.id}")
        assert first.keys() == {"criterion", "version", "digest"}
        assert second["evidence"] == {str(two): "could not open"}
        assert first["digest"] == second["digest"]  # the marks do not change what the score is


@pytest.mark.parametrize("code", ["B01", "B02"])
def test_only_links_of_this_criterion_in_this_copy_are_marked(
    database: Database, story: Story, opened: Open, code: str
) -> None:
    with database.write() as session:
        review, one, _ = opened(session)
        foreign = Marked({uuid4() if code == "B01" else one: Verdict.SUPPORTS})
        with pytest.raises(RuleError, match="not in the sealed copy"):
            save(session, story, review, foreign, code)
        with pytest.raises(RuleError, match="not in the sealed copy"):
            save(session, story, review, Marked(conditions={uuid4(): True}), code)
        session.rollback()


def test_a_stale_form_marks_nothing(database: Database, story: Story, opened: Open) -> None:
    with database.write() as session:
        review, one, _ = opened(session)
        with pytest.raises(Stale):
            reviews.save_score(
                session,
                review,
                "B01",
                score=2,
                reason="",
                private_note="",
                version=7,
                by=story.who(session, "reviewer_1"),
                at=NOW,
                marked=Marked({one: Verdict.SUPPORTS}),
            )
        assert kept(session, review) == {}


def test_marks_of_a_sealed_review_never_change(database: Database, story: Story, opened: Open) -> None:
    with database.write() as session:
        review, one, two = opened(session)
        for code in CODES:
            save(
                session,
                story,
                review,
                Marked({one: Verdict.PARTLY}) if code == "B01" else NOTHING_MARKED,
                code,
            )
        seal(session, story, review)
        with pytest.raises(Conflict):
            save(session, story, review, Marked({one: Verdict.SUPPORTS, two: Verdict.SUPPORTS}))
        assert kept(session, review) == {one: Verdict.PARTLY}
        assert audit_reviews.changed_since_sealed(session) == []


@pytest.mark.reaches_past
def test_f06_a_mark_changed_behind_the_portals_back_is_found(
    database: Database, story: Story, opened: Open
) -> None:
    with database.write() as session:
        review, one, two = opened(session)
        for code in CODES:
            save(
                session,
                story,
                review,
                Marked({one: Verdict.PARTLY}) if code == "B01" else NOTHING_MARKED,
                code,
            )
        seal(session, story, review)
        found = [f"review {review.id}: the marks of evidence or conditions are not those that were sealed"]
        (row,) = session.exec(select(EvidenceVerdict)).all()
        row.verdict = Verdict.SUPPORTS
        session.flush()
        assert audit_reviews.changed_since_sealed(session) == found
        row.verdict = Verdict.PARTLY
        session.add(
            EvidenceVerdict(
                review_id=review.id,
                criterion_code="B01",
                evidence_version_id=two,
                verdict=Verdict.PARTLY,
                marked_at=NOW,
            )
        )
        session.flush()
        assert audit_reviews.changed_since_sealed(session) == found


def test_a_seal_without_marks_is_told_as_it_always_was(
    database: Database, story: Story, opened: Open
) -> None:
    with database.write() as session:
        review, _, _ = opened(session)
        for code in CODES:
            save(session, story, review, NOTHING_MARKED, code)
        seal(session, story, review)
        told = lines(session, f"submission:{review.submission_id}")[-1]
        assert told["digest"] == scoring.digest(scores(session, review.id).values())
        assert "verdicts" not in told
        assert audit_reviews.changed_since_sealed(session) == []


def test_marks_of_an_answer_that_changed_are_taken_out(
    database: Database, story: Story, opened: Open
) -> None:
    with database.write() as session:
        review, one, _ = opened(session)
        save(session, story, review, Marked({one: Verdict.SUPPORTS}))
        reviews.judge_again(session, review.submission_id, review.copy_sha256, ["B02"], at=NOW)
        assert kept(session, review) == {one: Verdict.SUPPORTS}
        reviews.judge_again(session, review.submission_id, review.copy_sha256, ["B01"], at=NOW)
        assert kept(session, review) == {}


def test_the_time_spent_adds_up_and_one_save_counts_for_half_an_hour_at_most(
    database: Database, story: Story, opened: Open
) -> None:
    with database.write() as session:
        review, _, _ = opened(session)
        for seconds in (60, 90, -5, 10**9):
            row = save(session, story, review, NOTHING_MARKED, seconds=seconds)
        assert row.seconds_spent == 150 + MOST_SECONDS


@pytest.mark.parametrize(
    ("opened_at", "seconds"),
    [
        ((NOW - timedelta(seconds=61)).isoformat(), 61),
        (NOW.isoformat(), 0),
        ((NOW - timedelta(days=9)).isoformat(), MOST_SECONDS),
        ((NOW + timedelta(hours=1)).isoformat(), 0),
        ((NOW - timedelta(seconds=61)).replace(tzinfo=None).isoformat(), 0),
        ("", 0),
        ("yesterday", 0),
        ("0001-01-01T00:00:00+23:59", MOST_SECONDS),
        ("9" * 400, 0),
    ],
)
def test_a_page_that_says_when_it_was_opened_is_believed_within_reason(opened_at: str, seconds: int) -> None:
    assert seconds_spent(opened_at, NOW) == seconds
