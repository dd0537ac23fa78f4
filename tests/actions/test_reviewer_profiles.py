"""What a reviewer says of themselves."""

from datetime import date

import pytest
from sqlmodel import select

from app.actions import reviewer_profiles
from app.db import Database
from app.models import (
    Event,
)
from app.rules.errors import Conflict, RuleError
from tests.planning import away, problem, profile
from tests.story import NOW, Story


@pytest.mark.parametrize(
    ("first", "last", "field"), [(3, 2, "to"), (-5, -1, "to"), (0, 900, "to")], ids=["order", "past", "long"]
)
def test_absences_that_can_not_be(
    database: Database, story: Story, first: int, last: int, field: str
) -> None:
    with database.write() as session, pytest.raises(RuleError) as refused:
        away(session, story, "reviewer_1", first, last)
    assert refused.value.field == field


def test_an_absence_is_taken_back_by_its_own_person_alone(database: Database, story: Story) -> None:
    with database.write() as session:
        days = (date(2026, 12, 1), date(2026, 12, 2))
        own, other = story.who(session, "reviewer_1"), story.who(session, "reviewer_2")
        made = reviewer_profiles.add_absence(session, *days, by=own, at=NOW)
        for id_, by in ((made.id, other), (None, own)):
            with pytest.raises(Conflict):
                reviewer_profiles.remove_absence(session, id_, by=by, at=NOW)
        reviewer_profiles.remove_absence(session, made.id, by=own, at=NOW)
        with pytest.raises(Conflict):
            reviewer_profiles.remove_absence(session, made.id, by=own, at=NOW)
        verbs = session.exec(select(Event.verb).where(Event.stream == f"person:{own.person_id}")).all()
        assert list(verbs) == ["add absence", "remove absence"]


def test_a_profile_holds_a_number_and_principles_of_the_framework(database: Database, story: Story) -> None:
    with database.write() as session:
        for most in (-1, 101):
            with pytest.raises(RuleError) as refused:
                profile(session, story, "reviewer_1", most)
            assert refused.value.field == "most"
        with pytest.raises(RuleError, match="from the list"):
            profile(session, story, "reviewer_1", 4, "no-such-principle")
        profile(session, story, "reviewer_1", 4)
        profile(session, story, "reviewer_1", None)
        assert problem(session, story).reviewer[story.people["reviewer_1"].id].most == 12
