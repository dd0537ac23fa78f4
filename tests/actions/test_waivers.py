"""F-02: a conflict is waived by two people, neither of them concerned, for one submission, and for ever on record."""

import pytest
from sqlmodel import Session, select

from app.actions import assignments, waivers
from app.db import Database
from app.models import (
    Event,
    Interest,
    InterestKind,
    Membership,
    Person,
    Review,
    ReviewStatus,
    Role,
    Submission,
    Waiver,
)
from app.queries import people
from app.queries import waivers as waiver_queries
from app.rules.errors import RuleError
from app.rules.permissions import Permission, Scope, allows
from tests.judging import assigned, sealed_submission
from tests.story import NOW, Story

REASON = "Nobody else knows the criterion."
CONCERNED = "reviewer_of_a"


def asked(
    session: Session, story: Story, submission: Submission, part: str = CONCERNED, by: str = "administrator"
) -> Waiver:
    who = story.who(session, by)
    return waivers.ask(session, submission, story.people[part].id, REASON, by=who, at=NOW)


def granted(session: Session, story: Story, submission: Submission, part: str = CONCERNED) -> Waiver:
    made = asked(session, story, submission, part)
    waivers.grant(session, submission, made, by=story.who(session, "administrator_2"), at=NOW)
    return made


def may(session: Session, story: Story, submission: Submission, part: str = CONCERNED) -> bool:
    """Whether the person can be assigned now."""
    try:
        with session.begin_nested():
            assigned(session, story, submission, part)
            raise LookupError
    except LookupError:
        return True
    except RuleError:
        return False


def test_f02_two_people_waive_a_conflict_for_one_submission(database: Database, story: Story) -> None:
    with database.write() as session:
        submission, other = sealed_submission(session, story), sealed_submission(session, story, "ZZB", "b")
        employed = session.get_one(Person, story.people[CONCERNED].id)
        made = asked(session, story, submission)
        assert (made.conflict, may(session, story, submission)) == ("Works for Fictional trust A.", False)
        waivers.grant(session, submission, made, by=story.who(session, "administrator_2"), at=NOW)
        assert may(session, story, submission)
        employed.employer_id = story.organisations["ZZB"].id
        session.flush()
        assert (may(session, story, submission), may(session, story, other)) == (True, False)


def refusal(session: Session, story: Story, submission: Submission, made: Waiver, by: str) -> str:
    try:
        with session.begin_nested():
            waivers.grant(session, submission, made, by=story.who(session, by), at=NOW)
    except RuleError as error:
        return error.sentence
    return ""


def second_administrator(session: Session, story: Story, part: str) -> None:
    session.add(Membership(person_id=story.people[part].id, role=Role.ADMINISTRATOR, granted_at=NOW))
    session.flush()


@pytest.mark.parametrize(
    ("by", "sentence"),
    [
        (
            "administrator",
            "A waiver takes two people. Another administrator must grant the one that you asked for.",
        ),
        (CONCERNED, "You can't take part in the waiver of your own conflict of interest."),
        (
            "administrator_of_a",
            "You have a conflict of interest here yourself, so you can't take part in a waiver.",
        ),
        ("administrator_2", ""),
    ],
)
def test_f02_who_can_grant(database: Database, story: Story, by: str, sentence: str) -> None:
    with database.write() as session:
        submission = sealed_submission(session, story)
        second_administrator(session, story, CONCERNED)
        made = asked(session, story, submission)
        assert refusal(session, story, submission, made, by) == sentence
        assert made.granted_by_id == (None if sentence else story.people[by].id)


def test_f02_one_person_under_two_addresses_is_one(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = sealed_submission(session, story)
        made = asked(session, story, submission)
        session.get_one(Person, story.people["administrator_2"].id).email = "Administrator+2@example.invalid"
        session.flush()
        assert (
            refusal(session, story, submission, made, "administrator_2")[:27] == "A waiver takes two people. "
        )


def test_f02_who_has_a_waived_conflict_waives_nobody_elses(database: Database, story: Story) -> None:
    """They may judge, but have the conflict still."""
    with database.write() as session:
        submission = sealed_submission(session, story)
        granted(session, story, submission, "administrator_of_a")
        who = story.who(session, "administrator_of_a")
        scope = Scope(submission.organisation_id, submission.icb_id, submission_id=submission.id)
        assert allows(Permission.WAIVE_CONFLICT, who, scope)
        with pytest.raises(RuleError, match="conflict of interest here yourself"):
            asked(session, story, submission, by="administrator_of_a")
        made = asked(session, story, submission)
        assert refusal(session, story, submission, made, "administrator_of_a")[:38] == (
            "You have a conflict of interest here y"
        )


def test_f02_who_asked_must_still_be_free_when_it_is_granted(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = sealed_submission(session, story)
        made = asked(session, story, submission)
        row = Interest(
            person_id=made.asked_by_id, organisation_id=submission.organisation_id, kind=InterestKind.FAMILY,
            declared_at=NOW, declared_by_id=made.asked_by_id,
        )  # fmt: skip
        session.add(row)
        session.flush()
        assert refusal(session, story, submission, made, "administrator_2")[:39] == (
            "Whoever asked for this waiver may no lo"
        )


@pytest.mark.parametrize(
    ("part", "by", "field"),
    [
        ("reviewer_1", "administrator", "person"),  # has no conflict
        ("lead_a", "administrator", "person"),  # is not of the Assembly
        ("administrator_of_a", "administrator_of_a", ""),  # their own
    ],
)
def test_f02_what_can_t_be_asked_for(
    database: Database, story: Story, part: str, by: str, field: str
) -> None:
    with database.write() as session:
        submission = sealed_submission(session, story)
        with pytest.raises(RuleError) as refused:
            asked(session, story, submission, part, by)
        assert (refused.value.field, session.exec(select(Waiver)).all()) == (field, [])


def test_f02_each_waiver_is_asked_for_once_at_a_time_and_with_a_reason(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        submission, who = sealed_submission(session, story), story.who(session, "administrator")
        with pytest.raises(RuleError) as refused:
            waivers.ask(session, submission, story.people[CONCERNED].id, " ", by=who, at=NOW)
        assert refused.value.field == "reason"
        first = asked(session, story, submission)
        with pytest.raises(RuleError, match="asked for or granted already"):
            asked(session, story, submission)
        waivers.end(session, submission, first, "Found somebody else.", by=who, at=NOW)
        assert asked(session, story, submission).id != first.id


def test_f02_a_waiver_taken_back_blocks_again_and_strikes_what_was_judged_under_it(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        submission, by = sealed_submission(session, story), story.who(session, "administrator")
        made = granted(session, story, submission)
        review = assignments.assign(
            session, submission, story.framework, story.people[CONCERNED].id, by=by, at=NOW
        )
        waivers.end(session, submission, made, "Found somebody else.", by=by, at=NOW)
        struck = session.get_one(Review, review.id)
        assert (struck.status, may(session, story, submission)) == (ReviewStatus.REMOVED, False)
        assert refusal(session, story, submission, made, "administrator_2")[:23] == "This waiver is granted "
        with pytest.raises(RuleError, match="ended already"):
            waivers.end(session, submission, made, "Again.", by=by, at=NOW)


def test_f02_a_waiver_is_shown_for_ever_and_a_reviewer_by_letter_to_who_knows_no_names(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        submission, by = sealed_submission(session, story), story.who(session, "administrator")
        made = granted(session, story, submission)
        review = assignments.assign(
            session, submission, story.framework, story.people[CONCERNED].id, by=by, at=NOW
        )
        waivers.end(session, submission, made, "Found somebody else.", by=by, at=NOW)
        refused = asked(session, story, submission)
        waivers.end(session, submission, refused, "Not again.", by=by, at=NOW)

        def lines(may_see_names: bool) -> list[tuple[str, ...]]:
            found = waiver_queries.of_submission(session, submission.id, may_see_names=may_see_names)
            rows = [
                (one.state, one.person, one.conflict, one.asked_by, one.granted_by, one.end_reason)
                for one in found
            ]
            return sorted(rows)

        name, works = story.people[CONCERNED].name, "Works for Fictional trust A."
        assert lines(True) == [
            ("Refused", name, works, "Administrator", "", "Not again."),
            ("Taken back", name, works, "Administrator", "Administrator 2", "Found somebody else."),
        ]
        letter = f"Reviewer {review.letter}"
        assert [line[1:3] for line in lines(False)] == [(letter, ""), (letter, "")]
        told = session.exec(
            select(Event.verb).where(Event.stream == f"submission:{submission.id}").order_by(Event.number)  # type: ignore[arg-type]
        ).all()
        assert told == [
            "ask for a waiver", "grant a waiver", "assign reviewer", "take back a waiver", "strike review",
            "ask for a waiver", "refuse a waiver",
        ]  # fmt: skip


def test_an_ended_waiver_and_one_not_granted_wait_for_nothing(database: Database, story: Story) -> None:
    with database.write() as session:
        submission, by = sealed_submission(session, story), story.who(session, "administrator")

        def waived() -> int:
            who = people.who_by_id(session, story.people[CONCERNED].id, NOW)
            assert who is not None
            return len(who.waived)

        made = asked(session, story, submission)
        found = [waived()]
        waivers.grant(session, submission, made, by=story.who(session, "administrator_2"), at=NOW)
        found.append(waived())
        waivers.end(session, submission, made, "Enough.", by=by, at=NOW)
        assert [*found, waived()] == [0, 1, 0]
