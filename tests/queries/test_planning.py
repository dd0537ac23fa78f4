"""What the assignment of a window is asked about."""

import pytest
from sqlalchemy import event
from sqlmodel import Session

from app.criteria.schema import Framework
from app.db import Database
from app.models import (
    Membership,
    Role,
    Status,
    Window,
)
from app.queries import planning as queries
from app.rules.assignment import Kind
from tests.judging import CODES, assigned, sealed, sealed_submission
from tests.planning import EVERY, LIMITS, problem, why_not
from tests.story import NOW, Story


def test_the_question_is_what_lacks_reviewers_and_who_could(database: Database, story: Story) -> None:
    with database.write() as session:
        of_a = sealed_submission(session, story)
        of_b = sealed_submission(session, story, "ZZB", "b")
        assigned(session, story, of_b, "reviewer_1")
        asked = problem(session, story)
        assert [(one.title, one.wanted, one.has) for one in asked.submissions] == [
            ("Fictional trust A, Bronze", 2, ()),
            ("Fictional trust B, Bronze", 1, ("Reviewer 1",)),
        ]
        assert why_not(asked, story, of_a) == {
            "reviewer_1": [],
            "reviewer_2": [],
            "reviewer_3": [],
            "reviewer_of_a": [Kind.CONFLICT],
            "reviewer_of_c": [Kind.CONFLICT],
        }
        assert why_not(asked, story, of_b) == {
            part: [Kind.ASSIGNED] if part == "reviewer_1" else [] for part in EVERY
        }
        assert {one.name: one.load for one in asked.reviewers if one.load} == {"Reviewer 1": 1}
        principles = {one.principle for one in story.framework.criteria if one.level == "bronze"}
        assert asked.submissions[0].principles == principles


@pytest.mark.reaches_past
@pytest.mark.parametrize("status", sorted(set(Status) - set(queries.TAKING)))
def test_only_what_takes_reviewers_is_asked(database: Database, story: Story, status: Status) -> None:
    with database.write() as session:
        sealed_submission(session, story).status = status
        session.flush()
        assert problem(session, story).submissions == ()


def test_an_administrator_who_reviews_a_submission_does_not_assign_it(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        submission = sealed_submission(session, story)
        assigned(session, story, submission, "reviewer_1")
        person_id = story.people["reviewer_1"].id
        session.add(Membership(person_id=person_id, role=Role.ADMINISTRATOR, granted_at=NOW))
        session.flush()
        assert problem(session, story, "reviewer_1").submissions == ()


@pytest.mark.reaches_past
def test_open_reviews_are_those_that_still_wait(database: Database, story: Story) -> None:
    with database.write() as session:
        of_a = sealed_submission(session, story)
        of_b = sealed_submission(session, story, "ZZB", "b")
        both = assigned(session, story, of_a)
        assigned(session, story, of_b)
        one, two = (story.people[part].id for part in ("reviewer_1", "reviewer_2"))
        assert queries.open_reviews(session) == {one: 2, two: 2}
        sealed(session, story, both[0], dict.fromkeys(CODES, 2))
        assert queries.open_reviews(session) == {one: 1, two: 2}
        of_b.status = Status.WITHDRAWN
        session.flush()
        assert queries.open_reviews(session) == {two: 1}


def test_the_number_of_queries_does_not_grow(database: Database, story: Story) -> None:
    counts = []
    for code, letter in (("ZZA", "a"), ("ZZB", "b")):
        with database.write() as session:
            sealed_submission(session, story, code, letter)
        with database.read() as session:
            by, window = story.who(session, "administrator"), session.get_one(Window, story.window_id)
            counts.append(_statements(database, session, window, story.framework, by))
    assert counts[0] == counts[1]


def _statements(
    database: Database, session: Session, window: Window, framework: Framework, by: object
) -> int:
    seen: list[str] = []

    def note(*given: object) -> None:
        seen.append(str(given[2]))

    event.listen(database.engine, "before_cursor_execute", note)
    queries.problem(session, window, framework, by, NOW, LIMITS)  # type: ignore[arg-type]
    event.remove(database.engine, "before_cursor_execute", note)
    return len(seen)
