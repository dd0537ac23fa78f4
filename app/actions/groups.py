"""Organisations that are led or run together, with the days on which each is part of it."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.actions import strikes
from app.actions.history import record
from app.models import GroupKind, GroupMember, Organisation, OrganisationGroup
from app.rules.days import uk_day
from app.rules.errors import Conflict, RuleError
from app.rules.interests import require_days, require_last_day
from app.rules.passages import required_passage
from app.rules.people import Who

LONGEST_NAME = 200


def add(session: Session, name: str, kind: GroupKind, *, by: Who, at: datetime) -> OrganisationGroup:
    """A new group without organisations. RuleError when there is one of that name."""
    name = " ".join(required_passage(name, "name", "Enter the name of the group.").split())
    if len(name) > LONGEST_NAME:
        raise RuleError(f"Shorten the name to {LONGEST_NAME} characters or fewer.", field="name")
    same = select(OrganisationGroup.id).where(sa.func.lower(OrganisationGroup.name) == name.lower())
    if session.exec(same).first():
        raise RuleError("There is a group of this name already.", field="name")
    made = OrganisationGroup(name=name, kind=kind, added_at=at, added_by_id=by.person_id)
    session.add(made)
    session.flush()
    _record(session, "add group", made.id, by, at, {"kind": kind.value})
    return made


def add_member(
    session: Session,
    group: OrganisationGroup,
    organisation: Organisation,
    from_on: date | None,
    to_on: date | None,
    *,
    by: Who,
    at: datetime,
    base_url: str = "",
) -> GroupMember:
    """The organisation is part of the group between two days. Open judgements of any of the group's organisations
    that this makes conflicted are struck.

    RuleError when the days can't be, or the organisation is part of it now. The group's row is held here.
    """
    session.refresh(group, with_for_update={"key_share": True})
    require_days(from_on, to_on, uk_day(at))
    now = select(GroupMember).where(GroupMember.group_id == group.id, col(GroupMember.to_on).is_(None))
    if any(one.organisation_id == organisation.id for one in session.exec(now).all()):
        raise RuleError(f"{organisation.name} is part of this group already.", field="organisation")
    made = GroupMember(
        group_id=group.id,
        organisation_id=organisation.id,
        from_on=from_on,
        to_on=to_on,
        added_at=at,
        added_by_id=by.person_id,
    )
    session.add(made)
    session.flush()
    _record(session, "add to group", group.id, by, at, _facts(made))
    _strike(session, group.id, by, at, base_url)
    return made


def end_member(session: Session, member: GroupMember, last: date | None, *, by: Who, at: datetime) -> None:
    """Say on which day an organisation left the group; it stays a conflict for the years set."""
    group = session.get_one(OrganisationGroup, member.group_id, with_for_update={"key_share": True})
    session.refresh(member)
    if member.to_on:
        raise Conflict("This has its last day already.")
    member.to_on = require_last_day(last, member.from_on, uk_day(member.added_at), uk_day(at))
    session.flush()
    _record(session, "leave group", group.id, by, at, _facts(member))


def _strike(session: Session, group_id: UUID, by: Who, at: datetime, base_url: str) -> None:
    """Looks at all that were ever members, since a further one may bring a conflict with each of them."""
    members = select(GroupMember.organisation_id).where(GroupMember.group_id == group_id)
    strikes.strike(
        session,
        organisation_ids=set(session.exec(members).all()),
        by=by.person_id,
        at=at,
        years=by.conflict_years,
        base_url=base_url,
    )


def _facts(member: GroupMember) -> dict[str, str]:
    days = {"from_on": member.from_on, "to_on": member.to_on}
    return {
        "member": str(member.id),
        "organisation": str(member.organisation_id),
        **{key: value.isoformat() for key, value in days.items() if value},
    }


def _record(
    session: Session, verb: str, group_id: UUID, by: Who, at: datetime, facts: dict[str, str]
) -> None:
    record(session, f"group:{group_id}", verb, by=by.person_id, at=at, facts=facts)
