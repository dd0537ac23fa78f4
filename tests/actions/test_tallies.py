"""Whose outcome is counted for a criterion: the first one of each organisation and level, at its release."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from app.actions import tallies
from app.db import Database
from app.models import CriterionTally, Decision, Outcome, Submission
from app.rules.days import uk_day
from tests.holdings import submission, trust
from tests.story import NOW, Story

pytestmark = pytest.mark.reaches_past  # decisions are written without judgements behind them
BASIS = {"met": ["B01", "B02"], "not_met": ["B03"]}


def decided(
    session: Session, story: Story, made: Submission, outcome: Outcome
) -> tuple[Submission, Decision]:
    row = Decision(
        submission_id=made.id,
        outcome=outcome,
        rule_outcome=outcome,
        basis=BASIS,
        decided_at=NOW,
        decided_by_id=story.people["administrator"].id,
        released_at=NOW,
    )
    session.add(row)
    session.flush()
    return made, row


def told(session: Session) -> dict[str, tuple[int, int, int, int]]:
    rows = session.exec(select(CriterionTally)).all()
    return {one.criterion_code: (one.judged, one.met, one.not_yet, one.not_yet_met) for one in rows}


def test_outcomes_of_one_release_are_counted_by_criterion(database: Database, story: Story) -> None:
    with database.write() as session:
        bodies = [trust(session, story, f"T{place}") for place in range(3)]
        outcomes = (Outcome.RECOGNISED, Outcome.NOT_YET, Outcome.DEFERRED)
        released = [
            decided(session, story, submission(session, story, body), outcome)
            for body, outcome in zip(bodies, outcomes, strict=True)
        ]
        tallies.count(session, released, on=uk_day(NOW))
        assert told(session) == {"B01": (2, 2, 1, 1), "B02": (2, 2, 1, 1), "B03": (2, 0, 1, 0)}


def test_an_organisation_counts_once_for_a_level(database: Database, story: Story) -> None:
    """A later try at the level is not counted, and another level is."""
    with database.write() as session:
        body = trust(session, story, "T1")
        decided(session, story, submission(session, story, body), Outcome.NOT_YET)
        again = decided(session, story, submission(session, story, body), Outcome.RECOGNISED)
        tallies.count(session, [again], on=uk_day(NOW))
        assert told(session) == {}
        other = decided(session, story, submission(session, story, body, "silver"), Outcome.RECOGNISED)
        tallies.count(session, [other], on=uk_day(NOW))
        assert set(told(session)) == {"B01", "B02", "B03"}


def test_nothing_is_told_on_the_day_of_a_release(database: Database, story: Story) -> None:
    """A second release of that day would show as the difference of two hours."""
    with database.write() as session:
        released = [
            decided(
                session, story, submission(session, story, trust(session, story, f"T{n}")), Outcome.RECOGNISED
            )
            for n in range(8)
        ]
        tallies.count(session, released, on=uk_day(NOW))
        assert tallies.close_steps(session, at=NOW) == 0
        assert tallies.close_steps(session, at=NOW + timedelta(days=1)) == 3
        assert tallies.close_steps(session, at=NOW + timedelta(days=2)) == 0
        rows = session.exec(select(CriterionTally)).all()
        assert {(one.step_on, one.is_of_icb) for one in rows} == {(uk_day(NOW) + timedelta(days=1), True)}
