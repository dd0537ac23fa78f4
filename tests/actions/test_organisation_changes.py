"""A-11 and D-13: names, areas and awards by their day; what is learnt late corrects and never rewrites."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import permutations

import pytest
from sqlmodel import Session, select

from app.actions import organisation_changes as changes
from app.actions import organisation_voids, successions
from app.db import Database
from app.jobs.nights import apply_changes
from app.models import (
    Certificate,
    ChangeKind,
    Event,
    OrganisationChange,
    Review,
    ReviewStatus,
    Submission,
    Succession,
)
from app.queries import certificates, organisation_changes, public_organisations
from app.queries.organisations import name_on
from app.rules import organisation_changes as rules
from app.rules.certificates import Standing, standing
from app.rules.days import uk_day
from app.rules.errors import Conflict, RuleError
from app.web.portal import PortalParts
from tests import judging, rounds
from tests.boundaries import applied, body, by, closed, counted, moved, noon, renamed
from tests.conftest import Clock
from tests.recognition import certified
from tests.story import NOW, Story

ON = uk_day(NOW)  # 22 November 2026
DAY = timedelta(days=1)
APRIL = date(2027, 4, 1)
MARCH = date(2027, 3, 1)


def refusal(session: Session, act: Callable[[], object]) -> tuple[str, str]:
    try:
        with session.begin_nested():
            act()
    except RuleError as refused:
        return refused.field, refused.sentence
    return "", ""


def voided(session: Session, story: Story, code: str, change: OrganisationChange, at: date) -> None:
    organisation_voids.void(
        session, body(session, story, code), change, "It was wrong.", by=by(story), at=noon(at)
    )


def test_a_rename_counts_from_its_day_and_the_award_keeps_the_name_of_its_own(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        certificate = certified(session, story)
        renamed(session, story, "ZZA", "New name A", APRIL, ON)
        row = body(session, story, "ZZA")
        assert (row.name, applied(session, APRIL - DAY), row.name) == (
            "Fictional trust A",
            0,
            "Fictional trust A",
        )
        assert (applied(session, APRIL), row.name, applied(session, APRIL)) == (1, "New name A", 0)
        assert certificate.organisation_name == "Fictional trust A"
        assert [name_on(session, row, day) for day in (APRIL - DAY, APRIL)] == [
            "Fictional trust A",
            "New name A",
        ]
        found = public_organisations.by_code(session, "ZZA", APRIL)
        assert found is not None
        assert [(one.name, one.from_on, one.until_on) for one in found.names] == [
            ("New name A", APRIL, None),
            ("Fictional trust A", date(2020, 1, 1), APRIL - DAY),
        ]


def test_the_job_lets_rows_take_over_what_has_come_due_at_midnight_in_london(
    database: Database, story: Story, clock: Clock, app: object
) -> None:
    parts: PortalParts = app.state.portal  # type: ignore[attr-defined]
    with database.write() as session:
        renamed(session, story, "ZZA", "New name A", APRIL, ON)
    clock.at = noon(APRIL) - timedelta(hours=13, microseconds=1)  # 22:59:59 on 31 March, summer time
    assert apply_changes(database, parts.settings) == 0
    clock.at += timedelta(microseconds=1)
    assert [apply_changes(database, parts.settings), apply_changes(database, parts.settings)] == [1, 0]
    with database.read() as session:
        told = session.exec(select(Event.verb).where(Event.stream.startswith("organisation:"))).all()
        assert (body(session, story, "ZZA").name, told) == ("New name A", ["record change", "apply changes"])


def test_d13_a_successor_inherits_nothing_and_the_old_certificate_still_verifies(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        certificate = certified(session, story)
        token = certificate.token
        closed(session, story, "ZZA", ["ZZC"], APRIL, ON)
        assert public_organisations.by_code(session, "ZZA", ON).successors == []  # type: ignore[union-attr]
        applied(session, APRIL)
        assert counted(session, story, "ZZ1", APRIL) == {
            "ZZ1": 0,
            "ZZC": 0,
        }  # A counts no more, C holds nothing
        assert certificates.held(session, story.organisations["ZZC"].id, APRIL) == []
        known = certificates.by_token(session, token)
        assert known is not None
        assert (standing(known, APRIL), known.organisation_name) == (Standing.GENUINE, "Fictional trust A")
        old, new = (public_organisations.by_code(session, code, APRIL) for code in ("ZZA", "ZZC"))
        assert old is not None
        assert new is not None
        assert ([one.number for one, _ in old.certificates], old.last_day) == (
            [certificate.number],
            APRIL - DAY,
        )
        assert [(one.ods_code, one.on_date) for one in old.successors] == [("ZZC", APRIL)]
        assert (new.certificates, [one.ods_code for one in new.predecessors]) == ([], ["ZZA"])


def test_a_further_successor_needs_a_closure_and_is_recorded_once(database: Database, story: Story) -> None:
    with database.write() as session:

        def add(code: str) -> Succession:
            after = body(session, story, code)
            return successions.add_successor(
                session, body(session, story, "ZZA"), after, "", by=by(story), at=NOW
            )

        assert refusal(session, lambda: add("ZZC"))[0] == "successor"
        change = closed(session, story, "ZZA", ["ZZC"], APRIL, ON)
        assert refusal(session, lambda: add("ZZC"))[1] == "This organisation is on record already."
        assert refusal(session, lambda: add("ZZA"))[0] == "successor"
        add("ZZB")
        assert len(session.exec(select(Succession)).all()) == 2
        voided(session, story, "ZZA", change, ON)
        row = body(session, story, "ZZA")
        assert (session.exec(select(Succession)).all(), row.valid_to) == ([], None)
        assert counted(session, story, "ZZ1", APRIL + DAY) == {"ZZ1": 0, "ZZA": 0, "ZZC": 0}


def whole(session: Session, story: Story, code: str, day: date) -> tuple[str, object, bool]:
    """What is on record for a day, as one row tells it."""
    rows = organisation_changes.counting(session, story.organisations[code].id)
    found = rules.on(rows, day)
    assert found is not None
    own = max(
        (row for row in rows if (row.from_on or date.min) <= day), key=lambda row: row.from_on or date.min
    )
    assert rules.whole_of(own) == found  # each row is whole
    return found.name, found.icb_id, found.is_open


def test_whatever_the_order_of_recording_the_history_is_the_same(database: Database, story: Story) -> None:
    """A rename, a move between and a closure, recorded in any order that is possible, on different days."""
    acts: list[Callable[[Session, date], object]] = [
        lambda session, at: renamed(session, story, "ZZA", "New name A", MARCH, at),
        lambda session, at: moved(session, story, "ZZA", "ZZ2", MARCH + 10 * DAY, at),
        lambda session, at: renamed(session, story, "ZZA", "Third name A", APRIL, at),
    ]
    one, two = story.organisations["ZZ1"].id, story.organisations["ZZ2"].id
    days = (ON, MARCH, MARCH + 9 * DAY, MARCH + 10 * DAY, APRIL)
    expected = [
        ("Fictional trust A", one, True),
        ("New name A", one, True),
        ("New name A", one, True),
        ("New name A", two, True),
        ("Third name A", two, True),
    ]
    for order in permutations(acts):
        with database.write() as session:
            nested = session.begin_nested()
            for place, act in enumerate(order):
                act(session, ON + place * DAY)
            assert [whole(session, story, "ZZA", day) for day in days] == expected
            applied(session, APRIL)
            assert body(session, story, "ZZA").name == "Third name A"
            nested.rollback()


def test_voiding_in_the_middle_reaches_what_came_after(database: Database, story: Story) -> None:
    with database.write() as session:
        first = renamed(session, story, "ZZA", "Wrong name", ON - 30 * DAY, ON)
        moved(session, story, "ZZA", "ZZ2", ON - 10 * DAY, ON)
        row = body(session, story, "ZZA")
        assert (row.name, row.icb_id) == ("Wrong name", story.organisations["ZZ2"].id)
        voided(session, story, "ZZA", first, ON + DAY)
        assert (row.name, row.icb_id) == ("Fictional trust A", story.organisations["ZZ2"].id)
        assert whole(session, story, "ZZA", ON)[0] == "Fictional trust A"
        lines = organisation_changes.lines(session, row.id)
        assert [(one.row.kind, bool(one.row.void_at)) for one in lines] == [
            (ChangeKind.MOVED, False),
            (ChangeKind.RENAMED, True),
            (ChangeKind.RECORDED, False),
        ]
        with pytest.raises(Conflict, match="voided already"):
            voided(session, story, "ZZA", first, ON + DAY)
        (begin,) = [one.row for one in lines if one.row.kind is ChangeKind.RECORDED]
        with pytest.raises(Conflict, match="first line"):
            voided(session, story, "ZZA", begin, ON)
        assert rounds.faults(session) == []


def test_what_can_t_be_recorded_is_refused_at_its_field(database: Database, story: Story) -> None:
    with database.write() as session:
        row = body(session, story, "ZZA")

        def rename(name: str, on: date | None) -> tuple[str, str]:
            return refusal(session, lambda: changes.rename(session, row, name, on, "", by=by(story), at=NOW))

        assert rename("", ON)[0] == "name"
        assert rename("x" * 301, ON)[0] == "name"
        assert rename("Fictional trust A", ON) == ("name", "It has this name on that day already.")
        assert rename("New", None)[0] == "from"
        assert rename("New", date(2019, 12, 31))[0] == "from"  # not on record yet
        assert refusal(session, lambda: moved(session, story, "ZZA", "ZZ1", ON, ON))[0] == "area"
        assert refusal(session, lambda: moved(session, story, "ZZA", "ZZR", ON, ON))[0] == "area"
        assert refusal(session, lambda: moved(session, story, "ZZA", "ZZB", ON, ON))[0] == "area"
        assert refusal(session, lambda: closed(session, story, "ZZA", ["ZZA"], ON, ON))[0] == "successor"
        renamed(session, story, "ZZA", "New name A", APRIL, ON)
        assert rename("Other", APRIL)[0] == "from"
        assert refusal(session, lambda: closed(session, story, "ZZA", [], MARCH, ON)) == (
            "from",
            "Something is on record for a later day. Void that first.",
        )
        closed(session, story, "ZZA", [], APRIL + DAY, ON)
        assert (
            rename("Other", APRIL + DAY)[1]
            == "Its last day was 1 April 2027. Choose that day or an earlier one."
        )
        assert refusal(session, lambda: closed(session, story, "ZZA", [], APRIL, ON))[0] == "from"


def test_nothing_goes_to_what_does_not_exist_that_day(database: Database, story: Story) -> None:
    with database.write() as session:
        closed(session, story, "ZZ3", [], MARCH, ON)
        closed(session, story, "ZZB", [], MARCH, ON)
        assert refusal(session, lambda: moved(session, story, "ZZA", "ZZ3", APRIL, ON)) == (
            "area",
            "This area existed until 28 February 2027. Choose another.",
        )
        assert refusal(session, lambda: closed(session, story, "ZZA", ["ZZB"], APRIL, ON))[0] == "successor"
        moved(session, story, "ZZA", "ZZ3", ON, ON)


def test_f02_a_move_strikes_what_it_makes_conflicted(database: Database, story: Story) -> None:
    """Trust D, where the reviewers work, comes under the ICB of trust A, which they review."""
    with database.write() as session:
        submission = judging.sealed_submission(session, story)
        (review, _) = judging.assigned(session, story, submission)
        moved(session, story, "ZZD", "ZZ1", ON, ON)
        assert session.get_one(Review, review.id).status is ReviewStatus.REMOVED


def test_d12_a_body_that_was_refused_shows_as_one_that_never_asked(database: Database, story: Story) -> None:
    with database.write() as session:
        rounds.refused(session, story)
        assert len(session.exec(select(Submission)).all()) == 1
        one, two = (public_organisations.by_code(session, code, ON) for code in ("ZZA", "ZZC"))
        assert one is not None
        assert two is not None
        assert [(x.certificates, x.predecessors, x.successors, x.last_day) for x in (one, two)] == [
            ([], [], [], None)
        ] * 2
        assert session.exec(select(Certificate)).all() == []
