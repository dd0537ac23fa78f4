"""F-01, F-02: the graph with dates as it is loaded, held against a slow oracle that looks at the rows day by day."""

import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID

import pytest
from sqlmodel import Session, select

from app.db import Database
from app.models import (
    Answer,
    EvidenceVersion,
    InterestKind,
    Organisation,
    Person,
    SelfAssessment,
    Submission,
    Succession,
)
from app.queries import assignments, people
from app.queries.submissions import free_of_conflict
from app.rules.conflicts import conflict, not_assignable
from app.rules.people import Tie, TieKind, Who
from tests.conflict_graph import TODAY, Graph, grouped, interest
from tests.judging import sealed_submission
from tests.queries.test_reviews import counted
from tests.story import NOW, Story

ROUNDS = int(os.environ.get("ARF_TEST_ROUNDS", "200"))
ROUNDS_A_GRAPH = 50


def why(session: Session, story: Story, part: str, code: str, at: datetime = NOW, years: int = 3) -> str:
    who = people.who_by_id(session, story.people[part].id, at, years)
    assert who is not None
    body = story.organisations[code]
    return conflict(who.ties, body.id, body.icb_id)


def employed(session: Session, story: Story, part: str, code: str) -> None:
    session.get_one(Person, story.people[part].id).employer_id = story.organisations[code].id
    session.flush()


def test_f02_who_works_for_one_of_a_group_judges_none_of_the_others(database: Database, story: Story) -> None:
    with database.write() as session:
        grouped(session, story, ("ZZD", None, None), ("ZZB", None, None))
        through = (
            "Tied to Fictional trust D, which is in Three Rivers (group), together with Fictional trust B."
        )
        found = [
            why(session, story, part, code) for part, code in (("reviewer_1", "ZZB"), ("reviewer_1", "ZZC"))
        ]
        assert found == [through, ""]


LEFT = date(2024, 3, 1)


@pytest.mark.parametrize(
    ("own", "theirs", "on", "tied"),
    [
        ((None, None), (None, None), TODAY, True),
        ((None, LEFT), (None, None), TODAY, True),  # left within three years
        ((None, LEFT), (None, None), date(2027, 3, 1), True),  # the last day of the three
        ((None, LEFT), (None, None), date(2027, 3, 2), False),
        ((None, LEFT), (LEFT, None), TODAY, True),  # together on a single day
        ((None, LEFT), (LEFT + timedelta(1), None), TODAY, False),  # never together
        ((TODAY + timedelta(1), None), (None, None), TODAY, False),  # not yet
        ((TODAY, None), (None, None), TODAY, True),
    ],
)
def test_f02_a_group_ties_for_three_years_after_the_last_day_together(
    database: Database,
    story: Story,
    own: tuple[date | None, date | None],
    theirs: tuple[date | None, date | None],
    on: date,
    tied: bool,
) -> None:
    with database.write() as session:
        grouped(session, story, ("ZZD", *own), ("ZZB", *theirs))
        at = datetime.combine(on, time(12), UTC)
        assert bool(why(session, story, "reviewer_1", "ZZB", at)) is tied


MERGED = date(2025, 4, 1)


def merged(session: Session, story: Story, *steps: tuple[str, str, date]) -> None:
    of = story.organisations
    session.add_all(
        Succession(predecessor_id=of[before].id, successor_id=of[after].id, on_date=on)
        for before, after, on in steps
    )
    session.flush()


@pytest.mark.parametrize(
    ("last_day", "merged_on", "on", "tied"),
    [
        (None, MERGED, TODAY, True),  # works at the predecessor as far as is known
        (LEFT, MERGED, TODAY, True),  # left before the merger, within three years
        (LEFT, MERGED, date(2027, 3, 1), True),  # the last day of the three, which count from leaving
        (LEFT, MERGED, date(2027, 3, 2), False),
        (MERGED + timedelta(9), MERGED, date(2028, 4, 10), True),
        (MERGED + timedelta(9), MERGED, date(2028, 4, 11), False),
        (LEFT, TODAY, TODAY, True),
        (LEFT, TODAY + timedelta(1), TODAY, False),  # left, and it is not merged yet
        (None, TODAY + timedelta(1), TODAY, True),  # will be there
        (TODAY + timedelta(1), TODAY + timedelta(1), TODAY, True),
        (TODAY, TODAY + timedelta(1), TODAY, False),
    ],
)
def test_f02_who_worked_at_a_predecessor_does_not_judge_its_successor(
    database: Database, story: Story, last_day: date | None, merged_on: date, on: date, tied: bool
) -> None:
    with database.write() as session:
        session.get_one(Person, story.people["reviewer_1"].id).employer_id = None
        session.add(interest(story, "reviewer_1", "ZZD", InterestKind.WORK, to_on=last_day))
        merged(session, story, ("ZZD", "ZZB", merged_on))
        at = datetime.combine(on, time(12), UTC)
        assert bool(why(session, story, "reviewer_1", "ZZB", at)) is tied


def test_f02_a_merger_is_followed_over_several_steps_and_never_backwards(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        session.add(interest(story, "reviewer_1", "ZZD", InterestKind.WORK, to_on=LEFT))
        session.get_one(Person, story.people["reviewer_1"].id).employer_id = None
        merged(session, story, ("ZZD", "ZZA", MERGED), ("ZZA", "ZZB", TODAY), ("ZZC", "ZZD", MERGED))
        merged(session, story, ("ZZB", "ZZD", TODAY))  # a circle by mistake: it ends all the same
        told = "Tied to Fictional trust D until 1 March 2024, whose successor is {}."
        found = {code: why(session, story, "reviewer_1", code) for code in ("ZZA", "ZZB", "ZZC")}
        assert found == {
            "ZZA": told.format("Fictional trust A"),
            "ZZB": told.format("Fictional trust B"),
            "ZZC": "",
        }
        session.rollback()


def test_a_declared_interest_is_not_carried_over(database: Database, story: Story) -> None:
    for kind in InterestKind:
        with database.write() as session:
            session.get_one(Person, story.people["reviewer_1"].id).employer_id = None
            session.add(interest(story, "reviewer_1", "ZZD", kind))
            merged(session, story, ("ZZD", "ZZB", MERGED))
            assert bool(why(session, story, "reviewer_1", "ZZB")) is (kind is InterestKind.WORK), kind
            session.rollback()


def test_a_declared_interest_stands_for_the_organisation_alone(database: Database, story: Story) -> None:
    """Work on record widens to the ICB and to groups; family, help and other interests do not."""
    for kind in InterestKind:
        with database.write() as session:
            session.add(interest(story, "reviewer_1", "ZZA", kind))
            grouped(session, story, ("ZZA", None, None), ("ZZB", None, None))
            found = [bool(why(session, story, "reviewer_1", code)) for code in ("ZZA", "ZZC", "ZZB")]
            assert found == [True, *([kind is InterestKind.WORK] * 2)], kind
            session.rollback()


def test_a_withdrawn_interest_is_none_and_one_to_come_is_one(database: Database, story: Story) -> None:
    with database.write() as session:
        row = interest(story, "reviewer_1", "ZZA", from_on=TODAY + timedelta(30))
        session.add(row)
        session.flush()
        assert why(session, story, "reviewer_1", "ZZA") == "Works for Fictional trust A."
        row.withdrawn_at = NOW
        session.flush()
        assert why(session, story, "reviewer_1", "ZZA") == ""


def test_f01_the_years_are_those_of_the_setting(database: Database, story: Story) -> None:
    with database.write() as session:
        session.add(interest(story, "reviewer_1", "ZZA", to_on=date(2024, 11, 22)))
        session.flush()
        found = {years: why(session, story, "reviewer_1", "ZZA", years=years) for years in (0, 1, 2, 3)}
        told = "Worked for Fictional trust A until 22 November 2024."
        assert found == {0: "", 1: "", 2: told, 3: told}


def test_f01_who_wrote_for_an_organisation_never_judges_it(database: Database, story: Story) -> None:
    """Also ten years later, when role and membership have long lapsed."""
    long_after = datetime(2036, 11, 22, 12, tzinfo=UTC)
    with database.write() as session:
        sealed_submission(session, story)
        (own,) = session.exec(select(SelfAssessment)).all()
        author, adder = (story.people[part].id for part in ("reviewer_1", "reviewer_2"))
        session.add(Answer(self_assessment_id=own.id, criterion_code="B01", saved_at=NOW, saved_by_id=author))
        session.exec(select(EvidenceVersion)).one().added_by_id = adder
        session.flush()
        for part, tied in (("reviewer_1", True), ("reviewer_2", True), ("reviewer_3", False)):
            expected = "Wrote answers or added evidence for Fictional trust A." if tied else ""
            assert (part, why(session, story, part, "ZZA", long_after)) == (part, expected)


def test_both_ways_of_loading_find_the_same_and_the_same_number_of_queries_serves_all(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        dice, kinds, number = Random(4), set(), set()
        for _ in range(8):
            Graph(session, story, dice).drawn()
            with counted(session) as statements:
                found = assignments.reviewers(session, NOW)
            number.add(len(statements))
            assert found == [people.who_by_id(session, one.person_id, NOW) for one in found]
            assert any(one.waived for one in found)
            kinds |= {tie.kind for one in found for tie in one.ties}
        assert (kinds, number) == (set(TieKind), {8})
        session.rollback()


def test_who_judges_nothing_costs_no_more_than_roles_and_employer(database: Database, story: Story) -> None:
    with database.write() as session:
        person = session.get_one(Person, story.people["lead_a"].id)
        with counted(session) as statements:
            who = people.who(session, person, NOW)
        assert (len(statements), [tie.kind for tie in who.ties]) == (2, [TieKind.ROLE, TieKind.EMPLOYER])


def test_f01_f02_in_random_rounds_nobody_is_given_what_they_are_tied_to(
    database: Database, story: Story
) -> None:
    """Each round gives every trust two reviewers as an administrator could; ARF_TEST_ROUNDS says how many rounds."""
    dice, given = Random(10), 0
    with database.write() as session:
        for _ in range(max(1, ROUNDS // ROUNDS_A_GRAPH)):
            graph = Graph(session, story, dice).drawn()
            judges = {one.person_id: one for one in assignments.reviewers(session, NOW)}
            wanted = list(session.exec(select(Submission)).all())
            tied = {
                (person_id, one.id): graph.is_tied(person_id, _body_of(story, one))
                for person_id in judges
                for one in wanted
            }
            _require_the_same(session, graph, judges.values(), wanted, tied)
            for _ in range(ROUNDS_A_GRAPH):
                for submission in wanted:
                    free = [one for one in judges.values() if not not_assignable(one, submission, ())]
                    for who in dice.sample(free, min(2, len(free))):
                        given += 1
                        key = (who.person_id, submission.id)
                        assert not tied[key] or key in graph.waived
        session.rollback()
    assert given > ROUNDS


def _body_of(story: Story, submission: Submission) -> Organisation:
    return next(one for one in story.organisations.values() if one.id == submission.organisation_id)


def _require_the_same(
    session: Session,
    graph: Graph,
    judges: Iterable[Who],
    wanted: list[Submission],
    tied: dict[tuple[UUID, UUID], bool],
) -> None:
    """The rule, the condition of the lists and the oracle say the same of each pair, in both directions."""
    for who in judges:
        for one in wanted:
            blocked = tied[who.person_id, one.id] and (who.person_id, one.id) not in graph.waived
            by_list = session.exec(
                select(Submission.id).where(Submission.id == one.id, free_of_conflict(who))
            ).first()
            refused = not_assignable(who, one, ())
            assert (bool(refused), by_list is None) == (blocked, blocked), (who.name, refused, who.ties)


def test_a_tie_without_a_kind_is_an_employer() -> None:
    body = UUID(int=1)
    assert replace(Tie(body, None, "Trust"), to_on=TODAY).kind is TieKind.EMPLOYER
