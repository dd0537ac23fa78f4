"""Scoring and sealing."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from sqlmodel import Session, col, select

from app.actions import reviews
from app.db import Database
from app.models import Event, Review, ReviewStatus, Status, Submission
from app.queries import audit_reviews, scopes
from app.queries import reviews as review_queries
from app.rules.errors import Conflict, RuleError, Stale
from app.upgrade import upgrade
from tests.conftest import ON_POSTGRESQL, _administer
from tests.judging import CODES, assigned, part_of, refetched, scored, sealed, sealed_submission
from tests.story import NOW, Story, made_story

FIELDS: dict[str, Any] = {"score": 2, "reason": "Seen", "private_note": "", "version": 1, "at": NOW}


def save(session: Session, story: Story, review: Review, code: str = "B01", **changed: Any) -> Any:
    by = story.who(session, part_of(story, review.reviewer_id))
    return reviews.save_score(session, review, code, **{**FIELDS, "by": by, **changed})


def one_started(session: Session, story: Story) -> tuple[Submission, Review]:
    submission = sealed_submission(session, story)
    both = assigned(session, story, submission)
    scored(session, story, both[0], {})
    return submission, both[0]


def test_the_first_start_moves_the_submission_and_the_second_does_not(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        submission = sealed_submission(session, story)
        both = assigned(session, story, submission)
        for review in both:
            scored(session, story, review, {})
            assert (submission.status, review.status) == (Status.IN_REVIEW, ReviewStatus.STARTED)
        with pytest.raises(Conflict, match="started this review already"):
            reviews.start(session, both[0], by=story.who(session, "reviewer_1"), at=NOW)
        lines = session.exec(select(Event.facts).where(Event.verb == "start review")).all()
        assert [line["status"] for line in lines] == ["in review", "in review"]


def test_a_draft_is_kept_with_score_reason_and_note_apart(database: Database, story: Story) -> None:
    with database.write() as session:
        _, review = one_started(session, story)
        save(session, story, review, score=None, reason=" Half\r\nwritten ", private_note="Ask")
        row = review_queries.scores(session, review.id)["B01"]
        assert (row.score, row.reason, row.private_note, row.version) == (None, "Half\nwritten", "Ask", 2)


def test_a_stale_save_changes_nothing(database: Database, story: Story) -> None:
    with database.write() as session:
        _, review = one_started(session, story)
        save(session, story, review, reason="First")
        with pytest.raises(Stale):
            save(session, story, review, reason="Second")
        assert review_queries.scores(session, review.id)["B01"].reason == "First"
        assert save(session, story, review, reason="Second", version=2).version == 3


@pytest.mark.parametrize(
    "changed", [{"score": 4}, {"score": -1}, {"reason": "a\x00"}, {"private_note": "\x1b"}]
)
def test_what_can_not_be_a_score_or_text_is_refused(
    database: Database, story: Story, changed: dict[str, Any]
) -> None:
    with database.write() as session:
        _, review = one_started(session, story)
        with pytest.raises(RuleError) as refused:
            save(session, story, review, **changed)
        assert refused.value.field == next(iter(changed)).replace("_", "-")
        assert review_queries.scores(session, review.id)["B01"].version == 1


def test_a_criterion_outside_the_copy_is_refused(database: Database, story: Story) -> None:
    with database.write() as session:
        _, review = one_started(session, story)
        with pytest.raises(RuleError, match="not in the sealed copy"):
            save(session, story, review, "B16")


def test_nothing_is_scored_before_the_start(database: Database, story: Story) -> None:
    with database.write() as session:
        (review,) = assigned(session, story, sealed_submission(session, story), "reviewer_1")
        with pytest.raises(Conflict, match="Start the review"):
            save(session, story, review)
        with pytest.raises(Conflict, match="Start the review"):
            reviews.seal(session, review, story.framework, by=story.who(session, "reviewer_1"), at=NOW)


def test_a_review_is_sealed_only_when_every_criterion_has_score_and_reason(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        submission, review = one_started(session, story)
        by = story.who(session, "reviewer_1")
        scored(session, story, review, {"B01": 0})
        save(session, story, review, "B02", reason="")
        save(session, story, review, "B03", score=None)
        with pytest.raises(RuleError) as refused:
            reviews.seal(session, review, story.framework, by=by, at=NOW)
        assert refused.value.sentence == "Give a score and a reason for B02, B03 before you seal."
        assert (review.status, submission.status) == (ReviewStatus.STARTED, Status.IN_REVIEW)


def test_b16_after_sealing_nothing_changes(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = sealed_submission(session, story)
        both = assigned(session, story, submission)
        sealed(session, story, both[0], dict.fromkeys(CODES, 2))
        before = [row.model_dump() for row in review_queries.scores(session, both[0].id).values()]
        with pytest.raises(Conflict) as refused:
            save(session, story, both[0], version=2)
        assert refused.value.sentence == "You have sealed this review, so its scores can't be changed."
        with pytest.raises(Conflict):
            reviews.seal(session, both[0], story.framework, by=story.who(session, "reviewer_1"), at=NOW)
        session.expire_all()
        assert [row.model_dump() for row in review_queries.scores(session, both[0].id).values()] == before


@pytest.mark.parametrize(
    ("other", "status"),
    [
        ({"B01": 2, "B02": 2, "B03": 3}, Status.AWAITING_DECISION),
        ({"B01": 2, "B02": 2, "B03": 1}, Status.THIRD_REVIEW),
        ({"B01": 2, "B02": 0, "B03": 2}, Status.THIRD_REVIEW),
    ],
)
def test_f05_the_last_seal_of_two_moves_the_submission(
    database: Database, story: Story, other: dict[str, int], status: Status
) -> None:
    with database.write() as session:
        submission = sealed_submission(session, story)
        both = assigned(session, story, submission)
        sealed(session, story, both[0], dict.fromkeys(CODES, 2))
        assert submission.status is Status.IN_REVIEW
        assert review_queries.all_scores(session, submission.id) == {}
        assert review_queries.settled_scores(session, submission.id, story.framework) == {}
        sealed(session, story, both[1], other)
        assert submission.status is status
        lines = session.exec(
            select(Event).where(Event.stream == f"submission:{submission.id}").order_by(col(Event.number))
        ).all()
        assert [line.facts["status"] for line in lines if line.verb == "seal review"] == [
            "in review",
            status.value,
        ]


def test_f05_one_sealed_review_alone_is_no_quorum(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = sealed_submission(session, story)
        (only,) = assigned(session, story, submission, "reviewer_1")
        sealed(session, story, only, dict.fromkeys(CODES, 2))
        assert submission.status is Status.IN_REVIEW
        assert review_queries.all_scores(session, submission.id) == {}


def test_drafts_leave_no_line_in_the_submissions_history(database: Database, story: Story) -> None:
    """Even a line's number would tell the organisation, or the other reviewer, that somebody is at work."""
    with database.write() as session:
        submission, review = one_started(session, story)
        stream = select(Event.number).where(Event.stream == f"submission:{submission.id}")
        before = session.exec(stream).all()
        scored(session, story, review, dict.fromkeys(CODES, 1))
        assert session.exec(stream).all() == before
        drafts = session.exec(select(Event).where(Event.stream == f"review:{review.id}")).all()
        assert [(line.verb, line.facts["criterion"]) for line in drafts] == [("save score", c) for c in CODES]
        assert "Reason" not in "".join(str(line.facts) + line.reason for line in drafts)


def test_f06_a_score_changed_behind_the_portals_back_is_found(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = sealed_submission(session, story)
        both = assigned(session, story, submission)
        for review in both:
            sealed(session, story, review, dict.fromkeys(CODES, 2))
        assert audit_reviews.changed_since_sealed(session) == []
        review_queries.scores(session, both[1].id)["B02"].score = 3
        session.flush()
        assert audit_reviews.changed_since_sealed(session) == [
            f"review {both[1].id}: scores are not those that were sealed"
        ]


@pytest.fixture
def real_postgresql(postgresql: str) -> Iterator[Database]:
    name = "last_seals"
    _administer(postgresql, f"CREATE DATABASE {name}")
    made = Database(postgresql.format(name))
    upgrade(made)
    yield made
    made.close()
    _administer(postgresql, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.postgres
def test_two_last_seals_at_once_make_one_transition_on_postgresql(real_postgresql: Database) -> None:
    with real_postgresql.write() as session:
        story = made_story(session)
    _race_of_last_seals(real_postgresql, story, rounds=8)


@pytest.mark.reaches_past
def test_two_last_seals_at_once_make_one_transition(database: Database, story: Story) -> None:
    if ON_POSTGRESQL:
        pytest.skip("the test above is this one on PostgreSQL")
    _race_of_last_seals(database, story, rounds=3)


def _race_of_last_seals(database: Database, story: Story, rounds: int) -> None:
    for _ in range(rounds):
        submission_id, review_ids = _ready_to_seal(database, story)
        start = threading.Barrier(2)
        failures: list[Exception] = []

        def seal(review_id: Any, start: threading.Barrier = start, failures: list[Any] = failures) -> None:
            try:
                start.wait()
                _seal_as_the_route_does(database, story, review_id)
            except Exception as failure:  # noqa: BLE001 - the test's own thread has to see it
                failures.append(failure)

        threads = [threading.Thread(target=seal, args=(review_id,)) for review_id in review_ids]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        with database.write() as session:
            lines = session.exec(
                select(Event).where(Event.stream == f"submission:{submission_id}").order_by(col(Event.number))
            ).all()
            moved = [line.facts["status"] for line in lines if line.verb == "seal review"]
            assert moved == ["in review", "awaiting decision"]
            submission = refetched(session, submission_id)
            assert submission.status is Status.AWAITING_DECISION
            submission.status = Status.RELEASED  # so that the next round may have an open one


def _ready_to_seal(database: Database, story: Story) -> tuple[Any, list[Any]]:
    with database.write() as session:
        submission = _another(session, story)
        both = assigned(session, story, submission)
        for review in both:
            scored(session, story, review, dict.fromkeys(CODES, 2))
        return submission.id, [review.id for review in both]


def _another(session: Session, story: Story) -> Submission:
    """A self-assessment is one an organisation, so later rounds submit a copy of the first submission."""
    first = session.exec(select(Submission)).first()
    if first is None:
        return sealed_submission(session, story)
    return sealed_submission(session, story, own_id=first.self_assessment_id)


def _seal_as_the_route_does(database: Database, story: Story, review_id: Any) -> None:
    with database.write() as session:
        found = scopes.review(session, review_id, True)
        assert found is not None
        by = story.who(session, part_of(story, found.thing.reviewer_id))
        reviews.seal(session, found.thing, story.framework, by=by, at=NOW)
