"""F-01, F-02: nobody judges the organisation they are tied to, one of its ICB, or one of its group, and until when."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.models import Role, Submission
from app.rules.conflicts import (
    Period,
    conflict,
    in_order,
    not_assignable,
    overlap,
    said,
    still_counts,
    through_group,
)
from app.rules.days import months_before
from app.rules.people import Holding, Tie, TieKind, Who

SPACE = UUID(int=0)
ICBS = [uuid5(SPACE, f"icb {number}") for number in range(3)]
BODIES = [(uuid5(SPACE, f"trust {number}"), ICBS[number % 3]) for number in range(7)]
REGIONAL = (uuid5(SPACE, "region"), None)  # stands under no ICB
EVERY_BODY = [*BODIES, *((icb, icb) for icb in ICBS), REGIONAL]
TODAY = date(2026, 11, 22)

tie = st.sampled_from(EVERY_BODY).map(lambda body: Tie(body[0], body[1], "Somewhere"))
reviewer = st.builds(
    Who,
    person_id=st.uuids(),
    name=st.just("Somebody"),
    email=st.just("somebody@example.invalid"),
    holdings=st.just((Holding(Role.REVIEWER),)),
    ties=st.lists(tie, max_size=4).map(tuple),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(reviewer, max_size=12))
def test_f01_f02_no_round_gives_anyone_a_submission_of_their_own_or_their_icb(people: list[Who]) -> None:
    """Every reviewer against every trust: 84 pairs in a full round."""
    for organisation, icb in BODIES:
        free = [who for who in people if not not_assignable(who, _of(organisation, icb), ())]
        tied = {body for who in free for body in who.ties}
        assert {one.organisation_id for one in tied} & {organisation} == set()
        assert {one.icb_id for one in tied} & {icb} == set()
        assert all(_has_tie_to(who, organisation, icb) for who in people if who not in free)


def _of(organisation: UUID, icb: UUID | None) -> Submission:
    return Submission(organisation_id=organisation, icb_id=icb)


def _has_tie_to(who: Who, organisation: UUID, icb: UUID) -> bool:
    return {organisation, icb} & {
        id_ for one in who.ties for id_ in (one.organisation_id, one.icb_id)
    } != set()


def _who(*ties: Tie, role: Role = Role.REVIEWER) -> Who:
    return Who(UUID(int=1), "Somebody", "somebody@example.invalid", (Holding(role),), ties)


def test_the_reason_names_the_body_and_the_organisation_comes_before_the_icb() -> None:
    (own, icb), (neighbour, _) = BODIES[0], BODIES[3]
    assert not_assignable(
        _who(Tie(neighbour, icb, "Trust 3"), Tie(own, icb, "Trust 0")), _of(own, icb), ()
    ) == ("Works for Trust 0.")
    assert not_assignable(_who(Tie(neighbour, icb, "Trust 3")), _of(own, icb), ()) == (
        "Works for Trust 3, in the same ICB."
    )


SENTENCES = {
    TieKind.EMPLOYER: ("Works for Trust 0.", "Worked for Trust 0 until 3 May 2025."),
    TieKind.WORK: ("Works for Trust 0.", "Worked for Trust 0 until 3 May 2025."),
    TieKind.ROLE: ("Has a role in Trust 0.", "Had a role in Trust 0 until 3 May 2025."),
    TieKind.WROTE: ("Wrote answers or added evidence for Trust 0.",) * 2,
    TieKind.HELPED: (
        "Declared help with a submission of Trust 0.",
        "Declared help with a submission of Trust 0 until 3 May 2025.",
    ),
    TieKind.FAMILY: (
        "Declared family or a close friend who works for Trust 0.",
        "Declared family or a close friend who worked for Trust 0 until 3 May 2025.",
    ),
    TieKind.OTHER: (
        "Declared an interest in Trust 0.",
        "Declared an interest in Trust 0 until 3 May 2025.",
    ),
    TieKind.GROUP: (
        "Tied to Trust 3, which is in Three Rivers (group), together with Trust 0.",
        "Tied to Trust 3, which is in Three Rivers (group), together with Trust 0 until 3 May 2025.",
    ),
    TieKind.SUCCESSOR: (
        "Tied to Trust 3, whose successor is Trust 0.",
        "Tied to Trust 3 until 3 May 2025, whose successor is Trust 0.",
    ),
}


@pytest.mark.parametrize("kind", TieKind)
def test_each_kind_of_tie_has_its_sentence(kind: TieKind) -> None:
    own, icb = BODIES[0]
    through = "Trust 3" if kind is TieKind.SUCCESSOR else "Trust 3, which is in Three Rivers (group)"
    now = Tie(own, icb, "Trust 0", kind, through)
    past = replace(now, to_on=date(2025, 5, 3))
    assert (said(now), said(past)) == SENTENCES[kind]
    assert conflict([past], own, None) == SENTENCES[kind][1]


def test_ties_stand_once_the_plainest_first() -> None:
    own, icb = BODIES[0]
    wrote, works = Tie(own, None, "Trust 0", TieKind.WROTE), Tie(own, icb, "Trust 0")
    assert in_order([wrote, works, wrote]) == (works, wrote)


def test_a_tie_to_the_organisation_alone_is_none_to_its_icb() -> None:
    (own, icb), (neighbour, _) = BODIES[0], BODIES[3]
    declared = Tie(own, None, "Trust 0", TieKind.FAMILY)
    assert (conflict([declared], neighbour, icb), bool(conflict([declared], own, icb))) == ("", True)


def test_a_region_is_no_conflict_where_neither_side_has_an_icb() -> None:
    assert not_assignable(_who(Tie(REGIONAL[0], None, "Region")), _of(BODIES[0][0], None), ()) == ""


def test_only_reviewers_and_each_once() -> None:
    own, icb = BODIES[0]
    assert (
        not_assignable(_who(role=Role.ADMINISTRATOR), _of(own, icb), ())
        == "Does not hold the role of reviewer."
    )
    assert not_assignable(_who(), _of(own, icb), {UUID(int=1)}) == "Already assigned."
    assert not_assignable(_who(), _of(own, icb), {UUID(int=2)}) == ""


def test_a_waiver_holds_for_its_submission_alone() -> None:
    own, icb = BODIES[0]
    one, other = Submission(organisation_id=own, icb_id=icb), Submission(organisation_id=own, icb_id=icb)
    who = replace(_who(Tie(own, icb, "Trust 0")), waived=frozenset({one.id}))
    assert (not_assignable(who, one, ()), not_assignable(who, other, ())) == ("", "Works for Trust 0.")


@pytest.mark.parametrize(
    ("ended", "years", "counts"),
    [
        (None, 0, True),
        (date(2023, 11, 22), 3, True),  # the last day of the three years
        (date(2023, 11, 21), 3, False),
        (date(2026, 11, 22), 0, True),
        (date(2026, 11, 21), 0, False),
        (date(2016, 11, 22), 10, True),
        (date(2030, 1, 1), 0, True),
    ],
)
def test_a_tie_counts_for_the_years_set_the_last_day_included(
    ended: date | None, years: int, counts: bool
) -> None:
    assert still_counts(Period(None, ended), TODAY, years) is counts


def test_three_years_after_the_leap_day_end_with_february() -> None:
    assert still_counts(Period(None, date(2021, 2, 28)), date(2024, 2, 29), 3)
    assert not still_counts(Period(None, date(2021, 2, 27)), date(2024, 2, 29), 3)


days = st.integers(0, 40).map(lambda number: date(2020, 1, 1) + timedelta(number))
period = st.tuples(st.none() | days, st.none() | days).map(
    lambda ends: Period(*ends) if None in ends else Period(min(ends), max(ends))  # type: ignore[type-var]
)


def _inside(one: Period, day: date) -> bool:
    return (one.from_on is None or one.from_on <= day) and (one.to_on is None or day <= one.to_on)


@settings(max_examples=300, deadline=None)
@given(st.lists(period, min_size=1, max_size=4))
def test_an_overlap_is_the_days_that_all_share(periods: list[Period]) -> None:
    """Against counting day by day; beyond both ends every open period goes on."""
    shared = overlap(*periods)
    for number in range(-1, 43):
        day = date(2020, 1, 1) + timedelta(number)
        assert all(_inside(one, day) for one in periods) == (shared is not None and _inside(shared, day))


def test_a_group_ties_only_while_both_were_in_it_and_the_person_was_tied() -> None:
    year = [Period(date(2020 + number, 1, 1), date(2020 + number, 12, 31)) for number in range(3)]
    ever = Period()
    assert through_group(year[0], year[0], year[0], TODAY) == year[0]
    assert through_group(year[0], year[1], year[1], TODAY) is None  # left before it joined the group
    assert through_group(ever, year[0], year[1], TODAY) is None  # never in it together
    assert through_group(ever, ever, Period(TODAY + timedelta(1)), TODAY) is None  # not in it yet
    assert through_group(ever, ever, ever, TODAY) == Period(None, TODAY)


def test_months_before_is_what_the_rule_counts_with() -> None:
    assert months_before(TODAY, 36) == date(2023, 11, 22)
