"""Saying that an organisation means to submit, so that the Assembly finds reviewers in time; and taking it back."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.actions.history import record
from app.models import Intention, Organisation, Window
from app.queries import windows
from app.rules.errors import Conflict, RuleError
from app.rules.people import Who


def state(
    session: Session, organisation: Organisation, window: Window, level: str, *, by: Who, at: datetime
) -> Intention:
    """The organisation means to submit ``level`` in ``window``. Saying so again changes nothing.

    RuleError when the window has closed for it or does not take the level. The caller holds the organisation's row.
    """
    if level not in window.levels:
        raise RuleError(f"{window.name} does not take this level. Choose another window.")
    if at >= windows.closing(session, window, organisation.id):
        raise RuleError(f"{window.name} has closed. Choose the next window.")
    stated = session.exec(
        select(Intention)
        .where(Intention.organisation_id == organisation.id, Intention.window_id == window.id)
        .where(Intention.level == level, col(Intention.withdrawn_at).is_(None))
    ).first()
    if stated:
        return stated
    made = Intention(
        organisation_id=organisation.id,
        window_id=window.id,
        level=level,
        stated_at=at,
        stated_by_id=by.person_id,
    )
    session.add(made)
    session.flush()
    _record(session, made, "state intention", by, at)
    return made


def withdraw(
    session: Session, organisation: Organisation, intention_id: UUID, *, by: Who, at: datetime
) -> None:
    """Take the intention back. It binds nobody: the level can still be submitted. Conflict when it is not stated."""
    found = session.get(Intention, intention_id)
    if found is None or found.organisation_id != organisation.id or found.withdrawn_at is not None:
        raise Conflict("This intention is not stated any more. Reload the page to see what is.")
    found.withdrawn_at, found.withdrawn_by_id = at, by.person_id
    session.flush()
    _record(session, found, "withdraw intention", by, at)


def _record(session: Session, one: Intention, verb: str, by: Who, at: datetime) -> None:
    facts = {"window": str(one.window_id), "level": one.level}
    record(session, f"organisation:{one.organisation_id}", verb, by=by.person_id, at=at, facts=facts)
