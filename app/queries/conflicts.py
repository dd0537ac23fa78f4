"""What the pages of conflicts show: declared interests, groups of organisations, and who they can be chosen for."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app.criteria.schema import OrganisationKind
from app.models import (
    ASSEMBLY_ROLES,
    Event,
    GroupKind,
    GroupMember,
    Interest,
    InterestKind,
    Membership,
    Organisation,
    OrganisationGroup,
    Person,
)
from app.rules.days import uk_day
from app.rules.interests import not_theirs_to_withdraw


@dataclass(frozen=True)
class InterestLine:
    """One interest on record, withdrawn or not."""

    id: UUID
    person_id: UUID
    person_name: str
    organisation_name: str
    kind: InterestKind
    note: str
    from_on: date | None
    to_on: date | None
    declared_at: datetime
    declared_by: str
    withdrawn_at: datetime | None
    withdrawn_by: str
    withdraw_reason: str
    may_end: bool  # work that lasts
    why_not_withdrawn: str  # why its own person can't take it back

    @property
    def may_withdraw(self) -> bool:
        """Whether its own person may."""
        return self.withdrawn_at is None and not self.why_not_withdrawn


def interests(session: Session, person_id: UUID | None = None) -> list[InterestLine]:
    """The interests of one person, or of all by name, in two queries; each person's newest first."""
    declarer, withdrawer = aliased(Person), aliased(Person)
    query = (
        sa.select(
            Interest,
            col(Person.name),
            col(Organisation.name),
            col(declarer.name),
            sa.func.coalesce(col(withdrawer.name), ""),
        )
        .join(Person, col(Person.id) == col(Interest.person_id))
        .join(Organisation, col(Organisation.id) == col(Interest.organisation_id))
        .join(declarer, col(declarer.id) == col(Interest.declared_by_id))
        .join(withdrawer, col(withdrawer.id) == col(Interest.withdrawn_by_id), isouter=True)
        .order_by(col(Person.name), col(Person.id), col(Interest.declared_at).desc(), col(Interest.id))
    )
    rows = session.execute(query.where(col(Interest.person_id) == person_id) if person_id else query).all()
    reasons = _reasons(session, {f"person:{row.person_id}" for row, *_ in rows if row.withdrawn_at})
    return [
        InterestLine(
            row.id,
            row.person_id,
            person,
            organisation,
            row.kind,
            row.note,
            row.from_on,
            row.to_on,
            row.declared_at,
            declared_by,
            row.withdrawn_at,
            withdrawn_by,
            reasons.get(str(row.id), ""),
            row.kind is InterestKind.WORK and row.to_on is None and row.withdrawn_at is None,
            not_theirs_to_withdraw(row, row.person_id),
        )
        for row, person, organisation, declared_by, withdrawn_by in rows
    ]


def _reasons(session: Session, streams: set[str]) -> dict[str, str]:
    """Why interests were withdrawn: it stands in the lines of history that tell it."""
    if not streams:
        return {}
    rows = session.execute(
        sa.select(col(Event.facts), col(Event.reason)).where(
            col(Event.stream).in_(streams), col(Event.verb) == "withdraw interest"
        )
    ).all()
    return {facts["interest"]: reason for facts, reason in rows}


def interest(session: Session, id_: UUID | None, person_id: UUID | None = None) -> Interest | None:
    """An interest that is not withdrawn; only one of ``person_id``'s where that is given."""
    row = session.get(Interest, id_) if id_ else None
    if row is None or row.withdrawn_at or (person_id and row.person_id != person_id):
        return None
    return row


@dataclass(frozen=True)
class MemberLine:
    """An organisation of a group, with the days on which it is part of it."""

    id: UUID
    organisation_name: str
    from_on: date | None
    to_on: date | None


@dataclass(frozen=True)
class GroupLine:
    """A group with all that are or were part of it, by name."""

    id: UUID
    name: str
    kind: GroupKind
    members: tuple[MemberLine, ...]


def groups(session: Session) -> list[GroupLine]:
    """Every group by name, in two queries."""
    members: dict[UUID, list[MemberLine]] = {}
    rows = session.execute(
        sa.select(
            col(GroupMember.group_id),
            col(GroupMember.id),
            col(Organisation.name),
            col(GroupMember.from_on),
            col(GroupMember.to_on),
        )
        .join(Organisation, col(Organisation.id) == col(GroupMember.organisation_id))
        .order_by(col(Organisation.name), col(GroupMember.added_at), col(GroupMember.id))
    ).all()
    for group_id, *line in rows:
        members.setdefault(group_id, []).append(MemberLine(*line))
    found = session.exec(
        select(OrganisationGroup).order_by(sa.func.lower(OrganisationGroup.name), col(OrganisationGroup.id))
    ).all()
    return [GroupLine(one.id, one.name, one.kind, tuple(members.get(one.id, ()))) for one in found]


def member(session: Session, group_id: UUID, member_id: UUID | None) -> tuple[GroupMember, str] | None:
    """An organisation's part in this group that lasts, with the organisation's name."""
    row = session.get(GroupMember, member_id) if member_id else None
    if row is None or row.group_id != group_id or row.to_on:
        return None
    return row, session.get_one(Organisation, row.organisation_id).name


Choice = tuple[UUID, str]


def organisations(session: Session, at: datetime) -> list[Choice]:
    """Every organisation that an interest can be in, by name; closed ones too, with the day they ended."""
    rows = session.execute(
        sa.select(col(Organisation.id), col(Organisation.name), col(Organisation.valid_to))
        .where(col(Organisation.kind) != OrganisationKind.REGION)
        .order_by(col(Organisation.name), col(Organisation.id))
    ).all()
    today = uk_day(at)
    return [
        (id_, f"{name} (until {ended.year})" if ended and ended < today else name)
        for id_, name, ended in rows
    ]


def people(session: Session) -> list[Choice]:
    """Everyone who holds a role of the Assembly now, by name."""
    held = sa.select(col(Membership.person_id)).where(
        col(Membership.role).in_(ASSEMBLY_ROLES), col(Membership.ended_at).is_(None)
    )
    rows = session.execute(
        sa.select(col(Person.id), col(Person.name))
        .where(col(Person.id).in_(held), col(Person.left_at).is_(None))
        .order_by(col(Person.name), col(Person.id))
    ).all()
    return [(id_, name) for id_, name in rows]
