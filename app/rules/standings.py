"""From which day an organisation counts where, and at which level: the lines that dashboards add up."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, zip_longest
from typing import NamedTuple, TypeVar
from uuid import UUID

from app.criteria.schema import OrganisationKind
from app.models import Certificate

ALWAYS = date(1900, 1, 1)  # a body whose first day is not known here counts from this day on
NONE_HELD = 0  # it takes part, and holds no level
NEVER_BEGUN = -1  # nor has it ever handed anything over


@dataclass(frozen=True)
class Body:
    """What an organisation is from a day on. ``is_open`` False: it no longer exists."""

    from_on: date
    kind: OrganisationKind
    icb_id: UUID | None
    region_id: UUID | None
    is_open: bool


@dataclass(frozen=True)
class Place:
    """Where and as what an organisation counts: the rank of its level, NONE_HELD or NEVER_BEGUN."""

    kind: OrganisationKind
    icb_id: UUID | None
    region_id: UUID | None
    rank: int


@dataclass(frozen=True)
class Ending:
    """An organisation holds ``rank`` in an area on some days, and a lower one there on later ones. Until: the first
    day that it is so no more; None: for good."""

    area_id: UUID | None  # an ICB or a region; None: all regions
    rank: int
    held_from: date
    held_until: date
    lower_from: date
    lower_until: date | None


Key = TypeVar("Key", bound=Hashable)
Lines = Mapping[tuple[Place, date], int]


def ends_before(certificate: Certificate) -> date:
    """The first day on which the certificate no longer holds, as far as is known."""
    ends = [certificate.expires_on + timedelta(days=1), certificate.revoked_on, certificate.superseded_on]
    return min(day for day in ends if day is not None)


def lines(
    bodies: Iterable[Body], certificates: Iterable[Certificate], begun_on: date | None = None
) -> dict[tuple[Place, date], int]:
    """Each day on which the organisation begins (+1) or ceases (-1) to count at a place.

    ``begun_on``: the day it first handed something over; None when it never did.
    """
    bodies = sorted(bodies, key=lambda body: body.from_on)
    held = [(one.issued_on, ends_before(one), one.level_rank) for one in certificates]
    begun = min((day for day in (begun_on, *(first for first, _, _ in held)) if day), default=None)
    days = {body.from_on for body in bodies} | {day for first, end, _ in held for day in (first, end)}
    if begun:
        days.add(begun)
    found: Counter[tuple[Place, date]] = Counter()
    before: Place | None = None
    for day in sorted(days):
        now = _place(bodies, held, begun, day)
        if now != before:
            if before is not None:
                found[before, day] -= 1
            if now is not None:
                found[now, day] += 1
        before = now
    return dict(found)


def _place(
    bodies: list[Body], held: list[tuple[date, date, int]], begun: date | None, day: date
) -> Place | None:
    body = next((one for one in reversed(bodies) if one.from_on <= day), None)
    if body is None or not body.is_open:
        return None
    nothing = NONE_HELD if begun and begun <= day else NEVER_BEGUN
    rank = max((rank for first, end, rank in held if first <= day < end), default=nothing)
    return Place(body.kind, body.icb_id, body.region_id, rank)


def endings(known: Lines) -> dict[Ending, int]:
    """Where and when the level that one organisation holds is known to end, by its lines: each once."""
    days = sorted({day for _, day in known})
    path = [(day, place_on(known, day)) for day in days]
    areas = {None, *(id_ for place, _ in known for id_ in (place.icb_id, place.region_id))}
    return {ending: 1 for area_id in areas for ending in _endings_in(area_id, path)}


def _endings_in(area_id: UUID | None, path: list[tuple[date, Place | None]]) -> Iterable[Ending]:
    runs = _runs(area_id, path)
    for number, (rank, held_from, held_until) in enumerate(runs, 1):
        if rank is not None and held_until is not None:
            for lower_from, lower_until in _lower(runs[number:], rank):
                yield Ending(area_id, rank, held_from, held_until, lower_from, lower_until)


class _Run(NamedTuple):
    """Days on which an organisation counts at one rank of an area; None: it isn't in the area."""

    rank: int | None
    first: date
    until: date | None


def _runs(area_id: UUID | None, path: list[tuple[date, Place | None]]) -> list[_Run]:
    ranks: list[tuple[date, int | None]] = []
    for day, place in path:
        is_in = place is not None and area_id in (None, place.icb_id, place.region_id)
        rank = place.rank if place and is_in else None
        if not ranks or ranks[-1][1] != rank:
            ranks.append((day, rank))
    ends = (day for day, _ in ranks[1:])
    return [_Run(rank, first, until) for (first, rank), until in zip_longest(ranks, ends)]


def _lower(runs: list[_Run], than: int) -> Iterable[tuple[date, date | None]]:
    """From when to when it counts at a lower rank."""
    for is_lower, some in groupby(runs, lambda run: run.rank is not None and run.rank < than):
        if is_lower:
            first, *others = some
            yield first.first, (others or [first])[-1].until


def missing(wanted: Mapping[Key, int], known: Mapping[Key, int]) -> dict[Key, int]:
    """What must be added to the lines ``known`` for them to say what is ``wanted``."""
    change = {key: wanted.get(key, 0) - known.get(key, 0) for key in {*wanted, *known}}
    return {key: delta for key, delta in change.items() if delta}


def place_on(known: Lines, day: date) -> Place | None:
    """Where one organisation counts at the end of ``day`` by its lines; None where it does not take part."""
    sums: Counter[Place] = Counter()
    for (place, on), delta in known.items():
        if on <= day:
            sums[place] += delta
    return next((place for place, number in sums.items() if number > 0), None)


def held_until(known: Lines, day: date) -> date | None:
    """The last day, as far as the lines know, on which the level of ``day`` is held; None when none is, or for good."""
    now = place_on(known, day)
    if now is None or now.rank <= NONE_HELD:
        return None
    later = sorted({on for _, on in known if on > day})
    first = next((on for on in later if _rank(place_on(known, on)) < now.rank), None)
    return first - timedelta(days=1) if first else None


def _rank(place: Place | None) -> int:
    return place.rank if place else NEVER_BEGUN
