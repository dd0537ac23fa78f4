"""Voiding what was recorded of an organisation in error."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, delete, select

from app.actions.organisation_places import WITH_ITS_ICB, By, follow, tell
from app.criteria.schema import OrganisationKind
from app.models import ChangeKind, Organisation, OrganisationChange, Succession
from app.queries import organisation_changes as queries
from app.rules import organisation_changes as rules
from app.rules.errors import Conflict, RuleError
from app.rules.passages import required_passage


def void(
    session: Session,
    organisation: Organisation,
    change: OrganisationChange,
    reason: str,
    *,
    by: By,
    at: datetime,
) -> None:
    """A change was recorded in error: it never counted, and stays on record with the reason.

    With a closure go its successors, with the move of an ICB those of the bodies that went with it.
    """
    if change.void_at is not None:
        raise Conflict("This is voided already.")
    if change.kind is ChangeKind.RECORDED:
        raise Conflict("The first line of an organisation can't be voided.")
    given = required_passage(reason, "reason", "Enter the reason. It stays on record.")
    if len(given) > rules.LONGEST_NOTE:
        raise RuleError(f"Shorten the reason to {rules.LONGEST_NOTE} characters or fewer.", field="reason")
    _void(session, organisation, change, given, by, at)
    if organisation.kind is OrganisationKind.ICB and change.kind in (ChangeKind.MOVED, ChangeKind.CLOSED):
        for body, other in _went_along(session, organisation, change):
            _void(session, body, other, given, by, at)


def _void(
    session: Session,
    organisation: Organisation,
    change: OrganisationChange,
    reason: str,
    by: By,
    at: datetime,
) -> None:
    change.void_at, change.void_by_id, change.void_reason = at, by.person_id, reason
    session.add(change)
    session.flush()
    facts: dict[str, Any] = {"change": str(change.id), "kind": change.kind.value}
    if change.kind is ChangeKind.CLOSED:
        of_it = (
            col(Succession.predecessor_id) == organisation.id,
            col(Succession.on_date) == change.from_on,
        )
        gone = session.exec(select(Succession.successor_id).where(*of_it)).all()
        session.exec(delete(Succession).where(*of_it))
        facts["successors"] = sorted(str(one) for one in gone)
    tell(session, organisation, "void change", by, at, facts, reason)
    follow(session, organisation, by, at)


def _went_along(
    session: Session, icb: Organisation, change: OrganisationChange
) -> list[tuple[Organisation, OrganisationChange]]:
    """What was recorded with the change of an ICB, for each body that was under it the day before."""
    assert change.from_on is not None  # only the first line has no day
    rows = session.exec(
        select(OrganisationChange)
        .where(OrganisationChange.kind == ChangeKind.MOVED, OrganisationChange.from_on == change.from_on)
        .where(OrganisationChange.note == WITH_ITS_ICB, OrganisationChange.organisation_id != icb.id)
        .where(col(OrganisationChange.void_at).is_(None))
        .order_by(col(OrganisationChange.organisation_id))
    ).all()
    found = []
    for row in rows:
        before = rules.on(queries.counting(session, row.organisation_id), change.from_on - timedelta(days=1))
        if before is not None and before.icb_id == icb.id:
            body = session.get_one(Organisation, row.organisation_id, with_for_update={"key_share": True})
            found.append((body, row))
    return found
