"""Assigning a whole window: what counts, all or nothing, and nothing wiped."""

from typing import Any

import pytest
from sqlmodel import Session, col, select

from app.actions import planning, submissions
from app.actions.planning import Refused
from app.db import Database
from app.models import (
    CalibrationScore,
    Event,
    Membership,
    Person,
    Review,
    ReviewKind,
    Role,
    Status,
    Submission,
    Window,
)
from app.queries.calibration import set_of
from app.rules.assignment import RECIPROCAL, Kind, Limits, Problem
from app.rules.errors import RuleError
from tests.judging import assigned, in_third_review, sealed_submission
from tests.planning import EVERY, LIMITS, away, give, pair, problem, profile, reviews, why_not
from tests.story import NOW, Story


def test_all_are_assigned_with_a_line_of_history_each_and_one_of_the_window(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        of_a = sealed_submission(session, story)
        of_b = sealed_submission(session, story, "ZZB", "b")
        pairs = [
            pair(story, of_a, "reviewer_1"),
            pair(story, of_a, "reviewer_2"),
            pair(story, of_b, "reviewer_3"),
        ]
        assert give(session, story, *pairs, seed=77) == 3
        assert reviews(session) == sorted((str(one), str(who)) for one, who in pairs)
        verbs = session.exec(select(Event.verb).where(col(Event.stream).startswith("submission:"))).all()
        assert list(verbs) == ["assign reviewer"] * 3
        told = session.exec(select(Event).where(Event.stream == f"window:{story.window_id}")).one()
        assert (told.verb, told.facts) == (
            "assign reviewers",
            {"number": 3, "digest": planning.digest(pairs), "seed": 77},
        )
        asked = problem(session, story)
        assert [(one.title, one.wanted) for one in asked.submissions] == [("Fictional trust B, Bronze", 1)]


def test_f07_earlier_assignments_are_never_wiped(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = sealed_submission(session, story)
        (review,) = assigned(session, story, submission, "reviewer_1")
        before = review.model_dump()
        give(session, story, pair(story, submission, "reviewer_2"))
        session.refresh(review)
        assert review.model_dump() == before
        assert len(reviews(session)) == 2


def test_all_or_nothing_when_the_world_has_changed(database: Database, story: Story) -> None:
    with database.write() as session:
        of_a = sealed_submission(session, story)
        of_b = sealed_submission(session, story, "ZZB", "b")
        pairs = [pair(story, of_a, "reviewer_1"), pair(story, of_b, "reviewer_1")]
        assigned(session, story, of_b, "reviewer_1")
        before = reviews(session)
        with pytest.raises(Refused) as refused:
            give(session, story, *pairs)
        assert [(one.pair, one.sentence) for one in refused.value.faults] == [
            (pairs[1], "Reviewer 1: Already assigned.")
        ]
        assert reviews(session) == before
        submissions.withdraw(session, of_b, "A figure is wrong.", by=story.who(session, "lead_b"), at=NOW)
        with pytest.raises(Refused, match="Nobody was assigned"):
            give(session, story, *pairs)
        with pytest.raises(RuleError, match="nobody to assign"):
            give(session, story)
        assert session.exec(select(Review).where(Review.submission_id == of_a.id)).all() == []


def test_a07_nobody_but_a_reviewer_is_assigned_and_nothing_of_another_window(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        submission = sealed_submission(session, story)
        for part in ("moderator", "lead_b", "reviewer_of_a"):
            with pytest.raises(Refused):
                give(session, story, pair(story, submission, part))
        other = Window(
            **{**session.get_one(Window, story.window_id).model_dump(exclude={"id"}), "name": "Other"}
        )
        session.add(other)
        session.flush()
        submission.window_id = other.id
        session.flush()
        with pytest.raises(Refused):
            give(session, story, pair(story, submission, "reviewer_1"))
        assert reviews(session) == []


def test_what_reviewers_say_of_themselves_counts(database: Database, story: Story) -> None:
    """A number of their own, principles, and absences of today or of most days to the promise."""
    with database.write() as session:
        submission = sealed_submission(session, story)
        own = story.framework.principles[0].id
        profile(session, story, "reviewer_1", 0)
        profile(session, story, "reviewer_2", 3, own)
        away(session, story, "reviewer_3", 0, 1)
        away(session, story, "reviewer_2", 1, 5)
        asked = problem(session, story)
        found = why_not(asked, story, submission)
        assert (found["reviewer_1"], found["reviewer_2"], found["reviewer_3"]) == (
            [Kind.FULL],
            [],
            [Kind.AWAY],
        )
        second = asked.reviewer[story.people["reviewer_2"].id]
        assert (second.most, second.principles) == (3, frozenset({own}))
        for part in ("reviewer_1", "reviewer_3"):
            with pytest.raises(Refused):
                give(session, story, pair(story, submission, part))
        away(session, story, "reviewer_2", 1, 100)
        assert why_not(problem(session, story), story, submission)["reviewer_2"] == [Kind.AWAY]


def test_who_is_not_calibrated_is_kept_out_where_the_setting_says_so(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        submission = sealed_submission(session, story)
        samples = set_of(session, story.window_id)
        assert samples is not None
        for key in samples.keys:
            row: dict[str, Any] = {
                "sample": key,
                "sample_set": "0" * 64,
                "score": 2,
                "reason": "Read.",
                "scored_at": NOW,
            }
            person_id = story.people["reviewer_1"].id
            session.add(CalibrationScore(person_id=person_id, window_id=story.window_id, **row))
        session.flush()
        strict = Limits(12, calibration_required=True)
        found = why_not(problem(session, story, limits=strict), story, submission)
        assert (found["reviewer_1"], found["reviewer_2"]) == ([], [Kind.UNCALIBRATED])
        assert why_not(problem(session, story), story, submission)["reviewer_2"] == []
        with pytest.raises(Refused):
            give(session, story, pair(story, submission, "reviewer_2"), limits=strict)


def test_f07_a_reciprocal_pair_with_an_earlier_assignment_is_refused(
    database: Database, story: Story
) -> None:
    """Reviewer of A reads trust B; then nobody of trust B may read trust A."""
    with database.write() as session:
        of_a = sealed_submission(session, story)
        of_b = sealed_submission(session, story, "ZZB", "b")
        of_trust_b = _reviewer_of(session, story, "ZZB")
        assert _bars(problem(session, story), of_a, of_trust_b) == []
        assigned(session, story, of_b, "reviewer_of_a")
        assert _bars(problem(session, story), of_a, of_trust_b) == [RECIPROCAL]
        with pytest.raises(Refused):
            give(session, story, (of_a.id, of_trust_b.id))


def _reviewer_of(session: Session, story: Story, code: str) -> Person:
    employer = story.organisations[code].id
    person = Person(email="of.b@example.invalid", name="Reviewer of B", employer_id=employer, created_at=NOW)
    session.add(person)
    session.flush()
    session.add(Membership(person_id=person.id, role=Role.REVIEWER, granted_at=NOW))
    session.flush()
    return person


def _bars(asked: Problem, submission: Submission, person: Person) -> list[str]:
    against = asked.against(asked.submission[submission.id], asked.reviewer[person.id])
    return [bar.sentence for bar in against]


@pytest.mark.reaches_past
def test_a_third_review_wants_one_more_and_an_appeal_others_than_before(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        submission, _ = in_third_review(session, story)
        asked = problem(session, story)
        assert [(one.wanted, one.is_third) for one in asked.submissions] == [(1, True)]
        found = why_not(asked, story, submission)
        assert [found[part] for part in EVERY[:3]] == [[Kind.ASSIGNED], [Kind.ASSIGNED], []]
        give(session, story, pair(story, submission, "reviewer_3"))
        third = session.exec(select(Review).where(Review.kind == ReviewKind.THIRD)).one()
        assert third.reviewer_id == story.people["reviewer_3"].id
        submission.status, submission.round = Status.APPEALED, 2
        session.flush()
        asked = problem(session, story)
        assert [one.wanted for one in asked.submissions] == [2]
        found = why_not(asked, story, submission)
        assert [found[part] for part in EVERY[:3]] == [[Kind.JUDGED], [Kind.JUDGED], [Kind.JUDGED]]


def test_b19_an_administrator_finds_nothing_of_what_they_have_a_conflict_with(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        of_a = sealed_submission(session, story)
        sealed_submission(session, story, "ZZB", "b")
        window, by = session.get_one(Window, story.window_id), story.who(session, "administrator_of_a")
        asked = problem(session, story, "administrator_of_a")
        assert [one.organisation_name for one in asked.submissions] == ["Fictional trust B"]
        pairs = [pair(story, of_a, "reviewer_1")]
        with pytest.raises(Refused) as refused:
            planning.assign(session, window, story.framework, pairs, LIMITS, by=by, at=NOW)
        assert "Fictional trust A" not in refused.value.faults[0].sentence
        assert reviews(session) == []
