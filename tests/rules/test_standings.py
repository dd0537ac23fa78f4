"""The ledger of standings: in whatever order facts are recorded, a past day's answer stays and the sums are right."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from app.criteria.schema import OrganisationKind
from app.models import Certificate
from app.rules.standings import (
    ALWAYS,
    NEVER_BEGUN,
    NONE_HELD,
    Body,
    Ending,
    Place,
    endings,
    held_until,
    lines,
    missing,
    place_on,
)

TRUST = OrganisationKind.TRUST
FIRST = date(2026, 1, 1)
ICBS = tuple(uuid4() for _ in range(3))
REGION = uuid4()


def certificate(issued: int, lasts: int, rank: int, revoked: int | None = None) -> Certificate:
    """Days are counted from the first one."""
    return Certificate.model_construct(
        level_rank=rank,
        issued_on=FIRST + timedelta(days=issued),
        expires_on=FIRST + timedelta(days=issued + lasts),
        revoked_on=None if revoked is None else FIRST + timedelta(days=issued + revoked),
        superseded_on=None,
    )


def body(day: int, icb: int = 0, is_open: bool = True) -> Body:
    return Body(FIRST + timedelta(days=day) if day >= 0 else ALWAYS, TRUST, ICBS[icb], REGION, is_open)


CERTIFICATES = st.lists(
    st.builds(
        certificate, st.integers(0, 60), st.integers(0, 30), st.integers(1, 3), st.none() | st.integers(0, 30)
    ),
    max_size=4,
)
BODIES = st.lists(
    st.builds(body, st.integers(-1, 60), st.integers(0, 2), st.booleans()),
    min_size=1,
    max_size=4,
    unique_by=lambda one: one.from_on,
)
BEGUN = st.none() | st.integers(0, 60).map(lambda day: FIRST + timedelta(days=day))
Facts = tuple[list[Body], list[Certificate], date | None]
FACTS = st.tuples(BODIES, CERTIFICATES, BEGUN)


def naively(facts: Facts, day: date) -> Place | None:
    """What an organisation is on one day, straight from the facts."""
    bodies, certificates, begun_on = facts
    past = sorted((one for one in bodies if one.from_on <= day), key=lambda one: one.from_on)
    if not past or not past[-1].is_open:
        return None
    ranks = [
        one.level_rank
        for one in certificates
        if one.issued_on <= day <= one.expires_on and not (one.revoked_on and one.revoked_on <= day)
    ]
    begun = [one.issued_on for one in certificates] + ([begun_on] if begun_on else [])
    nothing = NONE_HELD if any(first <= day for first in begun) else NEVER_BEGUN
    return Place(TRUST, past[-1].icb_id, past[-1].region_id, max(ranks, default=nothing))


@dataclass
class Ledger:
    """Lines of many organisations, only ever added to."""

    rows: list[tuple[UUID, Place, date, date, int]] = field(default_factory=list)

    def known(self, id_: UUID) -> dict[tuple[Place, date], int]:
        found: Counter[tuple[Place, date]] = Counter()
        for whose, place, on, _, delta in self.rows:
            if whose == id_:
                found[place, on] += delta
        return dict(found)

    def restate(self, id_: UUID, facts: Facts, recorded_on: date) -> None:
        change = missing(lines(*facts), self.known(id_))
        self.rows += [(id_, place, on, recorded_on, delta) for (place, on), delta in change.items()]

    def counts(self, on: date, known_by: date) -> Counter[Place]:
        found: Counter[Place] = Counter()
        for _, place, day, recorded_on, delta in self.rows:
            if day <= on and recorded_on <= known_by:
                found[place] += delta
        return +found

    def counts_from_the_later_day(self, on: date) -> Counter[Place]:
        """As the database adds them up: by one day alone."""
        found: Counter[Place] = Counter()
        for _, place, day, recorded_on, delta in self.rows:
            if max(day, recorded_on) <= on:
                found[place] += delta
        return +found


DAYS = [FIRST + timedelta(days=day) for day in range(-1, 95, 4)]


@given(FACTS)
def test_lines_add_up_to_a_naive_count_on_every_day(facts: Facts) -> None:
    said = lines(*facts)
    assert [place_on(said, day) for day in DAYS] == [naively(facts, day) for day in DAYS]


@given(FACTS)
def test_an_organisation_counts_at_one_place_at_most(facts: Facts) -> None:
    said = lines(*facts)
    for day in DAYS:
        sums: Counter[Place] = Counter()
        for (place, on), delta in said.items():
            if on <= day:
                sums[place] += delta
        assert set(sums.values()) <= {0, 1}
        assert sum(sums.values()) <= 1


@given(FACTS, FACTS)
def test_what_is_missing_brings_any_lines_to_any_others(one: Facts, other: Facts) -> None:
    before, after = lines(*one), lines(*other)
    change = missing(after, before)
    made = Counter(before)
    made.update(change)
    assert {key: number for key, number in made.items() if number} == after
    assert missing(after, after) == {}


RECORDED = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 6), FACTS), min_size=1, max_size=8)


@settings(max_examples=60, deadline=None)
@given(RECORDED)
def test_a_past_day_is_answered_alike_then_and_ever_after(recorded: list[tuple[int, int, Facts]]) -> None:
    """Facts of four organisations become known in any order, each replacing what was known: late, early, wrong."""
    ledger, bodies = Ledger(), [uuid4() for _ in range(4)]
    known: dict[UUID, Facts] = {}
    today, told = FIRST, {}
    for number, pause, facts in recorded:
        for _ in range(pause):  # the days in between end, and each is asked for at its end
            told[today] = ledger.counts(today, today)
            today += timedelta(days=1)
        known[bodies[number]] = facts
        ledger.restate(bodies[number], facts, today)
    told[today] = ledger.counts(today, today)
    today += timedelta(days=200)
    ledger.restate(bodies[0], ([body(-1, 2)], [certificate(1, 9, 3)], None), today)
    for day, answer in told.items():
        assert ledger.counts(day, day) == answer
        assert ledger.counts_from_the_later_day(day) == answer
    known[bodies[0]] = ([body(-1, 2)], [certificate(1, 9, 3)], None)
    for day in DAYS:  # and with all that is known at last, the lines say what a naive count says
        naive = Counter(place for facts in known.values() if (place := naively(facts, day)))
        assert ledger.counts(day, today) == naive


def test_a_level_is_held_until_the_day_before_its_rank_falls() -> None:
    said = lines([body(-1)], [certificate(0, 30, 1), certificate(0, 10, 2)], None)
    day = FIRST + timedelta(days=5)
    assert held_until(said, day) == FIRST + timedelta(days=10)
    assert held_until(said, FIRST + timedelta(days=20)) == FIRST + timedelta(days=30)
    assert held_until(said, FIRST + timedelta(days=40)) is None


def test_a_move_to_another_area_ends_no_level() -> None:
    said = lines([body(-1, 0), body(10, 1)], [certificate(0, 30, 1)], None)
    assert held_until(said, FIRST + timedelta(days=5)) == FIRST + timedelta(days=30)


def ends_by(said: Counter[Ending], area_id: UUID | None, on: date, until: date) -> list[int]:
    """The ranks held in the area on one day and lower on the other, as dashboards add them up."""
    found: Counter[int] = Counter()
    for ending, number in said.items():
        is_held = ending.held_from <= on < ending.held_until
        is_lower = ending.lower_from <= until and not (ending.lower_until and ending.lower_until <= until)
        if ending.area_id == area_id and is_held and is_lower:
            found[ending.rank] += number
    return sorted(found.elements())


def naively_ends_by(facts: Facts, area_id: UUID | None, on: date, until: date) -> list[int]:
    def rank(day: date) -> int | None:
        place = naively(facts, day)
        return place.rank if place and area_id in (None, place.icb_id, place.region_id) else None

    now, then = rank(on), rank(until)
    return [now] if now is not None and then is not None and now > NONE_HELD and now > then else []


@given(FACTS)
def test_an_ending_says_what_is_held_on_one_day_and_lower_on_another(facts: Facts) -> None:
    said = Counter(endings(lines(*facts)))
    asked = [
        (area_id, on, until)
        for area_id in (*ICBS, REGION, None)
        for on in DAYS[::2]
        for until in DAYS
        if until > on
    ]
    assert [ends_by(said, *one) for one in asked] == [naively_ends_by(facts, *one) for one in asked]


def test_a_level_that_falls_in_two_steps_ends_once_for_each() -> None:
    said = endings(lines([body(-1)], [certificate(0, 30, 1), certificate(0, 10, 2)], None))
    day = [FIRST + timedelta(days=number) for number in (0, 11, 31)]
    assert said == {
        Ending(area_id, *ending): 1
        for area_id in (ICBS[0], REGION, None)
        for ending in ((2, day[0], day[1], day[1], None), (1, day[1], day[2], day[2], None))
    }


def test_a_move_to_another_area_and_a_closure_end_no_level() -> None:
    for later in (body(10, 1), body(10, is_open=False)):
        said = endings(lines([body(-1, 0), later], [certificate(0, 900, 1)], None))
        assert {ending.lower_from for ending in said if ending.area_id == ICBS[0]} == set()
