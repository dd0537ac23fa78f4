"""What can be declared, who takes it back, and that nothing is forgotten: employers, work that ended, groups."""

from datetime import date, timedelta

import pytest
from sqlmodel import Session, select

from app.actions import groups, interests, membership
from app.db import Database
from app.models import (
    Event,
    GroupKind,
    Interest,
    InterestKind,
    Person,
    ReviewStatus,
    Role,
)
from app.queries import people
from app.rules.errors import Conflict, RuleError
from app.rules.interests import Declared
from tests.judging import (
    in_third_review,
    part_of,
)
from tests.story import NOW, Story

TODAY = date(2026, 11, 22)
OTHER = Declared(InterestKind.OTHER, "I sat on its board's panel.")


def declare(
    session: Session, story: Story, part: str, declared: Declared = OTHER, code: str = "ZZA", by: str = ""
) -> Interest:
    body, who = story.organisations[code], story.who(session, by or part)
    return interests.declare(
        session, story.people[part].id, body, declared, by=who, at=NOW, base_url="http://portal"
    )


def test_f01_a_change_of_employer_never_forgets(database: Database, story: Story) -> None:
    with database.write() as session:
        person = session.get_one(Person, story.people["reviewer_of_a"].id)
        new = story.organisations["ZZB"]
        membership.grant(
            session, person.email, person.name, Role.REVIEWER, organisation=None, employer=new, at=NOW
        )
        kept = session.exec(select(Interest)).one()
        assert (kept.kind, kept.organisation_id, kept.to_on) == (
            InterestKind.WORK,
            story.organisations["ZZA"].id,
            TODAY,
        )
        after = NOW + timedelta(days=1)
        who = people.who_by_id(session, person.id, after)
        assert who is not None
        assert [one.organisation_name for one in who.ties] == ["Fictional trust B", "Fictional trust A"]
        interests.change_employer(session, person, new, by=None, at=NOW)  # the same again
        assert len(session.exec(select(Interest)).all()) == 1


def test_a_new_person_leaves_no_employer_behind(database: Database, story: Story) -> None:
    with database.write() as session:
        trust, employer = story.organisations["ZZA"], story.organisations["ZZB"]
        person = membership.grant(
            session, "new@example.invalid", "New", Role.LEAD, organisation=trust, employer=employer, at=NOW
        )
        assert (person.employer_id, session.exec(select(Interest)).all()) == (employer.id, [])


@pytest.mark.parametrize(
    ("declared", "field"),
    [
        (Declared(InterestKind.OTHER, " "), "note"),
        (Declared(InterestKind.WORK, "x" * 501), "note"),
        (Declared(InterestKind.WORK, "bell \x07"), "note"),
        (Declared(InterestKind.WORK, to_on=TODAY + timedelta(1)), "to"),
        (Declared(InterestKind.WORK, from_on=TODAY, to_on=TODAY - timedelta(1)), "to"),
    ],
)
def test_what_can_t_be_declared(database: Database, story: Story, declared: Declared, field: str) -> None:
    with database.write() as session:
        with pytest.raises(RuleError) as refused:
            declare(session, story, "reviewer_1", declared)
        assert (refused.value.field, session.exec(select(Interest)).all()) == (field, [])


def withdrawn(session: Session, story: Story, row: Interest, by: str, reason: str = "A mistake.") -> str:
    """The refusal, empty when it is withdrawn."""
    try:
        interests.withdraw(session, row, reason, by=story.who(session, by), at=NOW)
    except RuleError as refused:
        return refused.sentence
    return ""


def test_a_withdrawn_declaration_stands_in_history(database: Database, story: Story) -> None:
    with database.write() as session:
        _submission, both = in_third_review(session, story)
        part = part_of(story, both[0].reviewer_id)
        row = declare(session, story, part)
        assert withdrawn(session, story, row, part, " ") == "Enter the reason. It stays on record."
        assert withdrawn(session, story, row, part) == ""
        assert (row.withdrawn_at, row.withdrawn_by_id) == (NOW, story.people[part].id)
        told = session.exec(select(Event.verb, Event.reason).where(Event.stream == f"person:{row.person_id}"))
        assert told.all() == [("declare interest", ""), ("withdraw interest", "A mistake.")]
        assert both[0].status is ReviewStatus.REMOVED  # what was struck stays struck
        assert withdrawn(session, story, row, part) == "This is withdrawn already."


def test_work_and_what_others_put_on_record_are_not_ones_own_to_withdraw(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        work = declare(session, story, "reviewer_1", Declared(InterestKind.WORK))
        recorded = declare(session, story, "reviewer_1", by="administrator")
        assert withdrawn(session, story, work, "reviewer_1")[:38] == "Where you work or worked can't be with"
        assert (
            withdrawn(session, story, recorded, "reviewer_1")[:38] == "An administrator put this on record. A"
        )
        assert [withdrawn(session, story, one, "administrator") for one in (work, recorded)] == ["", ""]


@pytest.mark.parametrize(
    ("last", "sentence"),
    [
        (None, "Enter the last day, for example 27 3 2026."),
        (TODAY - timedelta(1), "Enter a last day that is not before the day it was put on record."),
        (TODAY + timedelta(6), "Leave the last day empty while it has not come."),
        (TODAY, ""),
        (TODAY + timedelta(5), ""),
    ],
)
def test_work_ends_between_the_day_it_was_told_and_today(
    database: Database, story: Story, last: date | None, sentence: str
) -> None:
    """An earlier day would be a way to be rid of a conflict."""
    later = NOW + timedelta(days=5)
    with database.write() as session:
        row, by = (
            declare(session, story, "reviewer_1", Declared(InterestKind.WORK)),
            story.who(session, "reviewer_1"),
        )
        try:
            interests.end_work(session, row, last, by=by, at=later)
            refused = ""
        except RuleError as error:
            refused = error.sentence
        assert (refused, row.to_on) == (sentence, None if sentence else last)
        if not sentence:
            with pytest.raises(Conflict):
                interests.end_work(session, row, last, by=by, at=later)


def test_a_group_has_one_name_and_each_organisation_once(database: Database, story: Story) -> None:
    with database.write() as session:
        by, trust = story.who(session, "administrator"), story.organisations["ZZA"]
        group = groups.add(session, " Three  Rivers ", GroupKind.GROUP, by=by, at=NOW)
        assert group.name == "Three Rivers"
        with pytest.raises(RuleError, match="of this name already"):
            groups.add(session, "three rivers", GroupKind.GROUP, by=by, at=NOW)
        member = groups.add_member(session, group, trust, date(2020, 1, 1), None, by=by, at=NOW)
        with pytest.raises(RuleError, match="is part of this group already"):
            groups.add_member(session, group, trust, None, None, by=by, at=NOW)
        with pytest.raises(RuleError, match="not before the day it was put on record"):
            groups.end_member(session, member, TODAY - timedelta(1), by=by, at=NOW)
        groups.end_member(session, member, TODAY, by=by, at=NOW)
        with pytest.raises(Conflict):
            groups.end_member(session, member, TODAY, by=by, at=NOW)
        verbs = session.exec(select(Event.verb).where(Event.stream == f"group:{group.id}")).all()
        assert verbs == ["add group", "add to group", "leave group"]
