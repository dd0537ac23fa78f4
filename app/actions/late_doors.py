"""Keeping a window open for one organisation."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from app.actions import mails
from app.actions.history import record
from app.models import LateDoor, Organisation, Window
from app.queries import reminders
from app.rules.errors import RuleError
from app.rules.passages import required_passage
from app.rules.people import Who
from app.rules.permissions import Permission, Scope, allows
from app.rules.windows import require_door

NOT_TO_LET_IN = "Choose an organisation from the list."


def open_door(
    session: Session,
    window: Window,
    organisation: Organisation,
    closes_at: datetime,
    reason: str,
    *,
    by: Who,
    at: datetime,
    base_url: str = "",
) -> LateDoor:
    """Keep ``window`` open for ``organisation`` until ``closes_at`` (the first moment that is too late).

    The organisation and its leads are told, with the reason. A further door may come later; none is taken back.
    RuleError with its field when something is missing or the time can't be. The caller holds the organisation's row.
    """
    scope = Scope(organisation.id, organisation.icb_id, organisation.region_id)
    if not allows(Permission.OPEN_LATE_DOOR, by, scope):
        raise RuleError(NOT_TO_LET_IN, field="organisation")
    require_door(window, closes_at, at)
    kept = required_passage(reason, "reason", "Enter the reason. The organisation reads it.")
    made = LateDoor(
        window_id=window.id,
        organisation_id=organisation.id,
        closes_at=closes_at,
        reason=kept,
        opened_at=at,
        opened_by_id=by.person_id,
    )
    session.add(made)
    session.flush()
    facts = {"window": str(window.id), "closes_at": closes_at.isoformat()}
    stream = f"organisation:{organisation.id}"
    record(session, stream, "open late door", by=by.person_id, at=at, reason=kept, facts=facts)
    _tell_leads(session, window, organisation.id, base_url, at)
    return made


def _tell_leads(session: Session, window: Window, organisation_id: UUID, base_url: str, at: datetime) -> None:
    """Where until when and why can be read, not the reason itself: a mailbox may be shared."""
    body = (
        f"The Assembly keeps {window.name} open longer for your organisation. "
        f"Read until when, and why:\n\n{base_url}/organisations/{organisation_id}/windows\n"
    )
    for address in reminders.leads(session, [organisation_id]).get(organisation_id, []):
        mails.write(session, address, f"{window.name} stays open longer for your organisation", body, at=at)
