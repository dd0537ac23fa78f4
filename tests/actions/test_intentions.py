"""Stating the intention to submit, and taking it back."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from app.actions import intentions
from app.db import Database
from app.models import Event, Intention, Window
from app.queries import windows
from app.rules.errors import Conflict, RuleError
from tests.story import NOW, Story


def state(session: Session, story: Story, level: str = "bronze", code: str = "ZZA") -> Intention:
    lead = story.who(session, f"lead_{code[-1].lower()}")
    window = session.get_one(Window, story.window_id)
    return intentions.state(session, story.organisations[code], window, level, by=lead, at=NOW)


def lines(session: Session, story: Story) -> list[tuple[str, dict[str, object]]]:
    stream = f"organisation:{story.organisations['ZZA'].id}"
    query = select(Event.verb, Event.facts).where(Event.stream == stream).order_by(col(Event.number))
    return [(verb, facts) for verb, facts in session.exec(query).all()]


def test_said_once_is_said_and_saying_it_again_changes_nothing(database: Database, story: Story) -> None:
    with database.write() as session:
        first, again = state(session, story), state(session, story)
        assert first.id == again.id
        facts = {"window": str(story.window_id), "level": "bronze"}
        assert lines(session, story) == [("state intention", facts)]


def test_taken_back_and_said_again(database: Database, story: Story) -> None:
    with database.write() as session:
        lead, own = story.who(session, "lead_a"), story.organisations["ZZA"]
        first = state(session, story)
        intentions.withdraw(session, own, first.id, by=lead, at=NOW)
        with pytest.raises(Conflict, match="not stated any more"):
            intentions.withdraw(session, own, first.id, by=lead, at=NOW)
        assert windows.intentions_of(session, own.id) == {}
        second = state(session, story)
        assert first.id != second.id
        assert [verb for verb, _ in lines(session, story)] == [
            "state intention",
            "withdraw intention",
            "state intention",
        ]


def test_anothers_can_t_be_taken_back(database: Database, story: Story) -> None:
    with database.write() as session:
        of_b = state(session, story, code="ZZB")
        with pytest.raises(Conflict):
            intentions.withdraw(
                session, story.organisations["ZZA"], of_b.id, by=story.who(session, "lead_a"), at=NOW
            )
        assert of_b.withdrawn_at is None


def test_a_window_that_closed_or_does_not_take_the_level_is_refused(database: Database, story: Story) -> None:
    with database.write() as session:
        lead, own = story.who(session, "lead_a"), story.organisations["ZZA"]
        window = session.get_one(Window, story.window_id)
        with pytest.raises(RuleError, match="does not take this level"):
            intentions.state(session, own, window, "platinum", by=lead, at=NOW)
        with pytest.raises(RuleError, match="has closed"):
            intentions.state(session, own, window, "bronze", by=lead, at=window.closes_at)
        early = window.opens_at - timedelta(days=90)
        assert intentions.state(session, own, window, "gold", by=lead, at=early).level == "gold"


def test_b19_a_conflicted_administrator_reads_the_number_and_not_the_name(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        for code in ("ZZA", "ZZB"):
            state(session, story, code=code)
        state(session, story, "silver", "ZZB")

        def names(part: str) -> list[tuple[str, str]]:
            found = windows.intentions(session, story.window_id, story.who(session, part))
            return [(one.organisation_name[-1], one.level) for one in found]

        assert names("administrator") == [("A", "bronze"), ("B", "bronze"), ("B", "silver")]
        assert names("administrator_of_a") == [("B", "bronze"), ("B", "silver")]
        assert windows.intention_counts(session, story.window_id) == {"bronze": 2, "silver": 1}
        for part in ("administrator", "administrator_of_a"):
            (line,) = windows.with_counts(session, story.who(session, part))
            assert line.intended == 3
