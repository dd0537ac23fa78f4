"""From which day an organisation counts where, and at which level: the lines that dashboards add up."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
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


def missing(wanted: Lines, known: Lines) -> dict[tuple[Place, date], int]:
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
