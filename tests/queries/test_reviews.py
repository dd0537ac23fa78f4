"""The reviewer's queue, and who may know of a review."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session, select

from app.db import Database
from app.models import Membership, Person, Review, ReviewStatus, Role, Score, Submission
from app.queries import assignments, people, reviews
from tests.judging import CODES, assigned, scored, sealed, sealed_submission
from tests.story import NOW, Story

pytestmark = pytest.mark.reaches_past  # these tests write rows that no action would


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_c: Any, _u: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    yield statements
    event.remove(connection, "before_cursor_execute", note)


def test_the_queue_shows_only_what_was_really_scored(database: Database, story: Story) -> None:
    with database.write() as session:
        first = sealed_submission(session, story)
        second = sealed_submission(session, story, "ZZB", "b")
        mine, _ = assigned(session, story, first)
        (done,) = assigned(session, story, second, "reviewer_1")
        scored(session, story, mine, {"B01": 0})
        reviews.scores(session, mine.id)["B02"].score = 3  # without a reason it is not scored
        sealed(session, story, done, dict.fromkeys(CODES, 2))
        session.flush()
        lines = reviews.queue(session, story.who(session, "reviewer_1"))
    assert lines == [
        reviews.QueueLine(
            mine.id,
            "Fictional trust A",
            story.version_id,
            "bronze",
            "Autumn 2026",
            date(2027, 3, 16),
            ReviewStatus.STARTED,
            1,
            3,
        ),
        reviews.QueueLine(
            done.id,
            "Fictional trust B",
            story.version_id,
            "bronze",
            "Autumn 2026",
            date(2027, 3, 16),
            ReviewStatus.SEALED,
            3,
            3,
        ),
    ]


def _copies(session: Session, review: Review, number: int) -> None:
    """More reviews of the same person, on copies of the submission that no index minds."""
    submission = session.get_one(Submission, review.submission_id)
    for _ in range(number):
        copy = Submission(**{**submission.model_dump(exclude={"id"}), "status": "released"})
        session.add(copy)
        session.flush()
        again = Review(**review.model_dump(exclude={"id", "submission_id"}), submission_id=copy.id)
        session.add(again)
        session.flush()
        session.add_all(
            Score(review_id=again.id, criterion_code=f"B{n:02}", saved_at=NOW) for n in range(1, 17)
        )
    session.flush()


@pytest.mark.parametrize("number", [1, 3, 250])
def test_the_queue_is_one_query_whatever_its_length(database: Database, story: Story, number: int) -> None:
    with database.write() as session:
        (review,) = assigned(session, story, sealed_submission(session, story), "reviewer_1")
        _copies(session, review, number - 1)
        who = story.who(session, "reviewer_1")
        with counted(session) as statements:
            lines = reviews.queue(session, who)
        assert (len(lines), len(statements)) == (number, 1)


def test_a_review_is_visible_to_its_own_reviewer_alone(database: Database, story: Story) -> None:
    with database.write() as session:
        assigned(session, story, sealed_submission(session, story), "reviewer_1")
        seen = {part: len(reviews.queue(session, story.who(session, part))) for part in story.people}
        assert {part for part, number in seen.items() if number} == {"reviewer_1"}


def test_f01_a_reviewer_who_gets_a_conflict_loses_sight_of_the_review(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        assigned(session, story, sealed_submission(session, story), "reviewer_1")
        person = session.get_one(Person, story.people["reviewer_1"].id)
        for employer, number in (("ZZB", 1), ("ZZC", 0), ("ZZ1", 0), ("ZZA", 0)):
            person.employer_id = story.organisations[employer].id
            session.flush()
            assert len(reviews.queue(session, story.who(session, "reviewer_1"))) == number


def test_who_is_no_reviewer_any_more_has_no_queue(database: Database, story: Story) -> None:
    with database.write() as session:
        assigned(session, story, sealed_submission(session, story), "reviewer_1")
        held = select(Membership).where(Membership.person_id == story.people["reviewer_1"].id)
        session.exec(held).one().ended_at = NOW
        session.flush()
        assert reviews.queue(session, story.who(session, "reviewer_1")) == []


def test_candidates_know_the_same_ties_as_sign_in_does(database: Database, story: Story) -> None:
    with database.write() as session:
        session.add(
            Membership(
                person_id=story.people["reviewer_3"].id,
                role=Role.LEAD,
                organisation_id=story.organisations["ZZB"].id,
                granted_at=NOW,
            )
        )
        session.flush()
        found = assignments.reviewers(session, NOW)
        assert [one.name for one in found] == sorted(one.name for one in found)
        assert found == [people.who_by_id(session, one.person_id, NOW) for one in found]
        assert {one.person_id for one in found} == {
            person.id for part, person in story.people.items() if part.startswith("reviewer")
        }


def test_candidates_tell_the_reason_and_the_load_in_a_constant_number_of_queries(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        submission = sealed_submission(session, story)
        other = sealed_submission(session, story, "ZZB", "b")
        assigned(session, story, submission, "reviewer_1")
        assigned(session, story, other, "reviewer_1", "reviewer_2")
        with counted(session) as statements:
            found = assignments.candidates(session, submission, NOW)
        assert len(statements) == 10
        assert {one.name: (one.refusal, one.open_reviews) for one in found} == {
            "Reviewer 1": ("Already assigned.", 2),
            "Reviewer 2": ("", 1),
            "Reviewer 3": ("", 0),
            "Reviewer who works for trust A": (
                "Works for Fictional trust A.",
                0,
            ),
            "Reviewer who works for trust C": (
                "Works for Fictional trust C, in the same ICB.",
                0,
            ),
        }
        assert assignments.reviewers_wanted(session, submission) == 2
