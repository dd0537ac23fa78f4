"""Declaring an interest, ending and withdrawing one, and changing employer without forgetting the old one.

Each writes to the person's own stream of history and holds their row, so that an assignment of the same moment either
sees what is declared or is struck by it.
"""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session

from app.actions import strikes
from app.actions.history import record
from app.models import Interest, InterestKind, Organisation, Person
from app.rules.days import uk_day
from app.rules.errors import Conflict, RuleError
from app.rules.interests import Declared, checked, not_theirs_to_withdraw, require_last_day
from app.rules.passages import required_passage
from app.rules.people import CONFLICT_YEARS, Who

EARLIER_EMPLOYER = "The employer until that day, kept when the employer changed."


def declare(
    session: Session,
    person_id: UUID,
    organisation: Organisation,
    declared: Declared,
    *,
    by: Who,
    at: datetime,
    base_url: str = "",
) -> Interest:
    """Put an interest on record, one's own or a colleague's. What its person judged and is not released is struck.

    RuleError with its field when the days can't be.
    """
    declared = checked(declared, uk_day(at))
    person = _held(session, person_id)
    made = Interest(
        person_id=person.id,
        organisation_id=organisation.id,
        kind=declared.kind,
        note=declared.note,
        from_on=declared.from_on,
        to_on=declared.to_on,
        declared_at=at,
        declared_by_id=by.person_id,
    )
    session.add(made)
    session.flush()
    _record(session, "declare interest", made, by, at)
    _strike(session, person.id, by, at, base_url)
    return made


def end_work(session: Session, interest: Interest, last: date | None, *, by: Who, at: datetime) -> None:
    """Say on which day work on record ended. It stays a conflict for the years set. Conflict when it ended already."""
    _held(session, interest.person_id)
    session.refresh(interest)
    if interest.kind is not InterestKind.WORK or interest.withdrawn_at or interest.to_on:
        raise Conflict("This has its last day already, or has none.")
    since, today = uk_day(interest.declared_at), uk_day(at)
    interest.to_on = require_last_day(last, interest.from_on, since, today)
    _record(session, "end work", interest, by, at, to_on=interest.to_on.isoformat())


def withdraw(session: Session, interest: Interest, reason: str, *, by: Who, at: datetime) -> None:
    """Take a declaration back, with a reason. It stands in history for ever; what it struck stays struck.

    RuleError when it is not this person's to take back; Conflict when it is withdrawn already.
    """
    _held(session, interest.person_id)
    session.refresh(interest)
    if interest.withdrawn_at:
        raise Conflict("This is withdrawn already.")
    if refusal := not_theirs_to_withdraw(interest, by.person_id):
        raise RuleError(refusal)
    given = required_passage(reason, "reason", "Enter the reason. It stays on record.")
    interest.withdrawn_at, interest.withdrawn_by_id = at, by.person_id
    _record(session, "withdraw interest", interest, by, at, reason=given)


def change_employer(
    session: Session,
    person: Person,
    organisation: Organisation | None,
    *,
    by: UUID | None,
    at: datetime,
    years: int = CONFLICT_YEARS,
    base_url: str = "",
) -> None:
    """The person works elsewhere now, or for no organisation. The old employer stays on record, until today.

    Until today whatever day is told: an earlier one would shorten a conflict on the word of who has it. Nothing
    happens when it is the employer already.
    """
    session.refresh(person, with_for_update={"key_share": True})
    new = organisation.id if organisation else None
    if new == person.employer_id:
        return
    if person.employer_id:
        session.add(
            Interest(
                person_id=person.id,
                organisation_id=person.employer_id,
                kind=InterestKind.WORK,
                note=EARLIER_EMPLOYER,
                to_on=uk_day(at),
                declared_at=at,
                declared_by_id=by or person.id,
            )
        )
    facts = {"from": str(person.employer_id or ""), "to": str(new or "")}
    person.employer_id = new
    session.flush()
    record(session, f"person:{person.id}", "change employer", by=by, at=at, facts=facts)
    strikes.strike(session, people_ids=[person.id], by=by, at=at, years=years, base_url=base_url)


def _held(session: Session, person_id: UUID) -> Person:
    return session.get_one(Person, person_id, with_for_update={"key_share": True})


def _strike(session: Session, person_id: UUID, by: Who, at: datetime, base_url: str) -> None:
    strikes.strike(
        session, people_ids=[person_id], by=by.person_id, at=at, years=by.conflict_years, base_url=base_url
    )


def _record(
    session: Session, verb: str, interest: Interest, by: Who, at: datetime, reason: str = "", **more: str
) -> None:
    session.flush()
    facts = {
        "interest": str(interest.id),
        "organisation": str(interest.organisation_id),
        "kind": interest.kind.value,
        **more,
    }
    stream = f"person:{interest.person_id}"
    record(session, stream, verb, by=by.person_id, at=at, reason=reason, facts=facts)
