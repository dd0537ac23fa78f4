"""A reviewer says how many submissions they take, which principles they know, and when they are away."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.actions.history import record
from app.criteria.schema import Framework
from app.models import Absence, Person, ReviewerProfile
from app.queries import reviewer_profiles
from app.rules.days import uk_day
from app.rules.errors import Conflict, RuleError
from app.rules.people import Who

MOST = 100  # as many as the portal's own setting may say
MOST_ABSENCES = 50  # that are not over
LONGEST = timedelta(days=2 * 365)  # whoever is away for longer is no reviewer for the time
NO_NUMBER = f"Enter a whole number from 0 to {MOST}, or leave it empty."


def save(
    session: Session,
    most: int | None,
    principles: Collection[str],
    framework: Framework,
    *,
    by: Who,
    at: datetime,
) -> ReviewerProfile:
    """Keep how many open reviews the person takes (none: as the portal is set) and the principles they know.

    What they have open stays theirs, also when it is more. RuleError with its field for what can't be.
    """
    if most is not None and not 0 <= most <= MOST:
        raise RuleError(NO_NUMBER, field="most")
    known = [one.id for one in framework.principles if one.id in principles]
    if len(known) != len(set(principles)):
        raise RuleError("Choose principles from the list.", field="principles")
    _hold(session, by)
    row = reviewer_profiles.profile(session, by.person_id) or ReviewerProfile(
        person_id=by.person_id, changed_at=at, changed_by_id=by.person_id
    )
    row.most_reviews, row.principles = most, known
    row.changed_at, row.changed_by_id = at, by.person_id
    session.add(row)
    session.flush()
    _tell(session, "change review profile", by, at, {"most": most, "principles": known})
    return row


def add_absence(session: Session, from_on: date, to_on: date, *, by: Who, at: datetime) -> Absence:
    """Note that the person takes nothing on from one day to another, both counted. RuleError for days that can't be."""
    today = uk_day(at)
    if to_on < from_on:
        raise RuleError("The last day must not be before the first.", field="to")
    if to_on < today:
        raise RuleError("The last day must be today or later.", field="to")
    if to_on - from_on > LONGEST:
        raise RuleError("Enter at most two years.", field="to")
    _hold(session, by)
    if len(reviewer_profiles.absences(session, by.person_id, today)) >= MOST_ABSENCES:
        raise RuleError("Remove an absence before you add another.", field="from")
    row = Absence(person_id=by.person_id, from_on=from_on, to_on=to_on, added_at=at, added_by_id=by.person_id)
    session.add(row)
    session.flush()
    _tell(session, "add absence", by, at, _days(row))
    return row


def remove_absence(session: Session, absence_id: UUID | None, *, by: Who, at: datetime) -> None:
    """Take back one of the person's own absences. Conflict when there is no such one."""
    _hold(session, by)
    row = session.get(Absence, absence_id) if absence_id else None
    if row is None or row.person_id != by.person_id:
        raise Conflict("This absence is not noted any more. Reload the page to see what is.")
    _tell(session, "remove absence", by, at, _days(row))
    session.delete(row)
    session.flush()


def _hold(session: Session, by: Who) -> None:
    """Two tabs of one person follow one another."""
    session.get_one(Person, by.person_id, with_for_update={"key_share": True})


def _days(row: Absence) -> dict[str, str]:
    return {"from": row.from_on.isoformat(), "to": row.to_on.isoformat()}


def _tell(session: Session, verb: str, by: Who, at: datetime, facts: dict[str, Any]) -> None:
    record(session, f"person:{by.person_id}", verb, by=by.person_id, at=at, facts=facts)
