"""What binds people to organisations. One way for one person and for many, in a constant number of queries.

Every request asks these queries, so they are built once: building one takes five times as long as running it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.models import (
    Answer,
    Evidence,
    EvidenceVersion,
    GroupKind,
    GroupMember,
    Interest,
    Membership,
    Organisation,
    OrganisationGroup,
    Person,
    SelfAssessment,
    Waiver,
)
from app.queries import successions
from app.rules.conflicts import (
    DECLARED,
    WIDE,
    Period,
    in_order,
    still_counts,
    through_group,
)
from app.rules.days import uk_day
from app.rules.people import Holding, Tie, TieKind

Ties = dict[UUID, tuple[Tie, ...]]  # by person
_PEOPLE: sa.BindParameter[UUID] = sa.bindparam("people", expanding=True)
_BODIES: sa.BindParameter[UUID] = sa.bindparam("bodies", expanding=True)


@dataclass(frozen=True)
class Held:
    """What people hold now, and what their work and roles bind them to."""

    holdings: dict[UUID, tuple[Holding, ...]]
    ties: Ties


def held(session: Session, people: Collection[UUID], at: datetime, years: int) -> Held:
    """Roles and employers, in two queries. It is all that is asked for who judges nothing."""
    holdings, ties, today = defaultdict(list), defaultdict(list), uk_day(at)
    for person_id, role, granted, ended, organisation in _memberships(session, people, at, years):
        if ended is None:
            holdings[person_id].append(Holding(role, organisation.id))
        if organisation.id:
            days = Period(uk_day(granted), uk_day(ended) if ended else None)
            if still_counts(days, today, years):
                ties[person_id].append(_tie(organisation, TieKind.ROLE, days))
    for person_id, organisation in _employers(session, people):
        ties[person_id].append(_tie(organisation, TieKind.EMPLOYER, Period()))
    return Held(_frozen(holdings), _frozen(ties))


def judging(session: Session, people: Collection[UUID], known: Ties, at: datetime, years: int) -> Ties:
    """All ties of people who hold a role of the Assembly, in four queries: those ``known`` from ``held``, what was
    declared, what they wrote, the organisations that share a group with where they work, and their successors."""
    found = defaultdict(list, {person_id: list(known.get(person_id, ())) for person_id in people})
    for person_id, tie in (*_interests(session, people, at, years), *_written(session, people)):
        found[person_id].append(tie)
    bodies = {tie.organisation_id for ties in found.values() for tie in ties if tie.kind in WIDE}
    beside, became = _beside(session, bodies), successions.of(session, bodies)
    for ties in found.values():
        wide = [tie for tie in ties if tie.kind in WIDE]
        ties += _through_groups(wide, beside, uk_day(at), years)
        ties += successions.ties_through(wide, became, uk_day(at))
    return {person_id: in_order(ties) for person_id, ties in found.items()}


_WAIVED = (
    sa.select(col(Waiver.person_id), col(Waiver.submission_id))
    .where(col(Waiver.person_id).in_(_PEOPLE), col(Waiver.ended_at).is_(None))
    .where(col(Waiver.granted_at).is_not(None))
)


def waived(session: Session, people: Collection[UUID]) -> dict[UUID, frozenset[UUID]]:
    """The submissions for which each person's conflict is set aside now: granted by a second person and not ended."""
    rows = session.execute(_WAIVED, {"people": people}).all()
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for person_id, submission_id in rows:
        found[person_id].add(submission_id)
    return {person_id: frozenset(ids) for person_id, ids in found.items()}


@dataclass(frozen=True)
class _Body:
    id: UUID
    icb_id: UUID | None
    name: str


_BODY = (col(Organisation.id), col(Organisation.icb_id), col(Organisation.name))


def _tie(body: _Body, kind: TieKind, days: Period) -> Tie:
    icb_id = body.icb_id if kind in WIDE else None
    return Tie(body.id, icb_id, body.name, kind, "", days.from_on, days.to_on)


def _frozen(lists: dict[UUID, list[Any]]) -> dict[UUID, tuple[Any, ...]]:
    return {person_id: tuple(ones) for person_id, ones in lists.items()}


_MEMBERSHIPS = (
    sa.select(
        col(Membership.person_id),
        col(Membership.role),
        col(Membership.granted_at),
        col(Membership.ended_at),
        *_BODY,
    )
    .join(Organisation, col(Organisation.id) == Membership.organisation_id, isouter=True)
    .where(col(Membership.person_id).in_(_PEOPLE))
    .where(sa.or_(col(Membership.ended_at).is_(None), col(Membership.ended_at) > sa.bindparam("since")))
    .order_by(col(Membership.granted_at))
)


def _memberships(
    session: Session, people: Collection[UUID], at: datetime, years: int
) -> Iterable[tuple[UUID, Any, datetime, datetime | None, _Body]]:
    """Those of now and of the years set; a few days more, for the rule counts in days and not in moments."""
    since = at - timedelta(days=366 * years + 2)
    rows = session.execute(_MEMBERSHIPS, {"people": people, "since": since}).all()
    return [(row[0], row[1], row[2], row[3], _Body(*row[4:])) for row in rows]


_EMPLOYERS = (
    sa.select(col(Person.id), *_BODY)
    .join(Organisation, col(Organisation.id) == col(Person.employer_id))
    .where(col(Person.id).in_(_PEOPLE))
)


def _employers(session: Session, people: Collection[UUID]) -> list[tuple[UUID, _Body]]:
    rows = session.execute(_EMPLOYERS, {"people": people}).all()
    return [(row[0], _Body(*row[1:])) for row in rows]


_INTERESTS = (
    sa.select(col(Interest.person_id), col(Interest.kind), col(Interest.from_on), col(Interest.to_on), *_BODY)
    .join(Organisation, col(Organisation.id) == col(Interest.organisation_id))
    .where(col(Interest.person_id).in_(_PEOPLE), col(Interest.withdrawn_at).is_(None))
)


def _interests(
    session: Session, people: Collection[UUID], at: datetime, years: int
) -> list[tuple[UUID, Tie]]:
    rows = session.execute(_INTERESTS, {"people": people}).all()
    return [
        (person_id, _tie(_Body(*body), DECLARED[kind], Period(begins, ends)))
        for person_id, kind, begins, ends, *body in rows
        if still_counts(Period(begins, ends), uk_day(at), years)
    ]


_ANSWERED: sa.Select[Any, Any] = (
    sa.select(col(Answer.saved_by_id).label("person_id"), col(SelfAssessment.organisation_id))
    .join(SelfAssessment, col(SelfAssessment.id) == col(Answer.self_assessment_id))
    .where(col(Answer.saved_by_id).in_(_PEOPLE))
)
_ADDED: sa.Select[Any, Any] = (
    sa.select(col(EvidenceVersion.added_by_id).label("person_id"), col(Evidence.organisation_id))
    .join(Evidence, col(Evidence.id) == col(EvidenceVersion.evidence_id))
    .where(col(EvidenceVersion.added_by_id).in_(_PEOPLE))
)
_BOTH = sa.union(_ANSWERED, _ADDED).subquery()
_WRITTEN = sa.select(_BOTH.c.person_id, *_BODY).join(
    Organisation, col(Organisation.id) == _BOTH.c.organisation_id
)


def _written(session: Session, people: Collection[UUID]) -> list[tuple[UUID, Tie]]:
    """Whoever wrote what is judged, however long ago and whether or not they still have a role there."""
    rows = session.execute(_WRITTEN, {"people": people}).all()
    return [(row[0], _tie(_Body(*row[1:]), TieKind.WROTE, Period())) for row in rows]


@dataclass(frozen=True)
class _Beside:
    """An organisation that shares a group with another, and when each is in it."""

    body: _Body
    group: str
    own: Period
    theirs: Period


_OTHER = aliased(GroupMember)
_BESIDE = (
    sa.select(
        col(GroupMember.organisation_id),
        col(OrganisationGroup.name),
        col(OrganisationGroup.kind),
        col(GroupMember.from_on),
        col(GroupMember.to_on),
        col(_OTHER.from_on),
        col(_OTHER.to_on),
        *_BODY,
    )
    .join(OrganisationGroup, col(OrganisationGroup.id) == col(GroupMember.group_id))
    .join(_OTHER, col(_OTHER.group_id) == col(GroupMember.group_id))
    .join(Organisation, col(Organisation.id) == col(_OTHER.organisation_id))
    .where(col(GroupMember.organisation_id).in_(_BODIES))
    .where(col(_OTHER.organisation_id) != col(GroupMember.organisation_id))
)


def _beside(session: Session, bodies: Collection[UUID]) -> dict[UUID, list[_Beside]]:
    """By organisation, every other one that is or was in a group with it. No query where there is nothing to ask."""
    if not bodies:
        return {}
    rows = session.execute(_BESIDE, {"bodies": list(bodies)}).all()
    found: dict[UUID, list[_Beside]] = defaultdict(list)
    for organisation_id, name, kind, from_on, to_on, their_from, their_to, *body in rows:
        one = _Beside(_Body(*body), _group(name, kind), Period(from_on, to_on), Period(their_from, their_to))
        found[organisation_id].append(one)
    return found


def _group(name: str, kind: GroupKind) -> str:
    return f"{name} ({kind.value})"


def _through_groups(
    ties: Sequence[Tie], beside: dict[UUID, list[_Beside]], today: date, years: int
) -> list[Tie]:
    found = []
    for tie in ties:
        for one in beside.get(tie.organisation_id, ()):
            days = through_group(Period(tie.from_on, tie.to_on), one.own, one.theirs, today)
            if days is None:
                continue
            # An end that is no past day is only the day on which it was looked at.
            ends = days.to_on if days.to_on and days.to_on < today else None
            if still_counts(Period(days.from_on, ends), today, years):
                through = f"{tie.organisation_name}, which is in {one.group}"
                found.append(
                    Tie(one.body.id, None, one.body.name, TieKind.GROUP, through, days.from_on, ends)
                )
    return found
