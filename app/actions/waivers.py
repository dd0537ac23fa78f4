"""Waiving one person's conflict of interest for one submission: asked for by one administrator, granted by another.

Neither is the person concerned, and neither has a conflict, not even a waived one. The caller holds the submission's
row.
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from app.actions import strikes
from app.actions.history import record
from app.models import Person, Role, Submission, Waiver
from app.queries import people, waivers
from app.rules.conflicts import conflict
from app.rules.errors import Conflict, NotAllowed, RuleError
from app.rules.passages import required_passage
from app.rules.people import Who
from app.rules.submissions import Party, mailbox

NOT_OF_THE_ASSEMBLY = "Choose somebody from the list."


def ask(
    session: Session, submission: Submission, person_id: UUID, reason: str, *, by: Who, at: datetime
) -> Waiver:
    """Ask another administrator to set a conflict aside. Nothing changes until it is granted.

    RuleError when the person has no conflict or a waiver already, or no reason is given.
    """
    _require_unconcerned(submission, person_id, by)
    concerned = people.who_by_id(session, person_id, at, by.conflict_years, lock=True)
    if concerned is None or not concerned.is_assembly:
        raise RuleError(NOT_OF_THE_ASSEMBLY, field="person")
    why = conflict(concerned.ties, submission.organisation_id, submission.icb_id)
    if not why:
        raise RuleError("This person has no conflict of interest here.", field="person")
    if waivers.current(session, submission.id, person_id):
        raise Conflict("A waiver for this person is asked for or granted already.")
    given = required_passage(reason, "reason", "Enter the reason. It is shown for ever.")
    made = Waiver(
        person_id=person_id,
        submission_id=submission.id,
        conflict=why,
        reason=given,
        asked_at=at,
        asked_by_id=by.person_id,
    )
    session.add(made)
    session.flush()
    _record(session, submission, "ask for a waiver", made, by, at, given)
    return made


def grant(session: Session, submission: Submission, waiver: Waiver, *, by: Who, at: datetime) -> None:
    """From here on the conflict does not count, for this submission alone.

    NotAllowed to whoever asked, and to one person under two names; Conflict when it is granted or ended already, or
    the one who asked could no longer ask.
    """
    _require_unconcerned(submission, waiver.person_id, by)
    session.refresh(waiver)
    if waiver.granted_at or waiver.ended_at:
        raise Conflict("This waiver is granted or ended already.")
    if sameness(session, waiver, by):
        raise NotAllowed(
            "A waiver takes two people. Another administrator must grant the one that you asked for."
        )
    asker = people.who_by_id(session, waiver.asked_by_id, at, by.conflict_years, lock=True)
    if asker is None or not asker.holds(Role.ADMINISTRATOR) or _has_conflict(asker, submission):
        raise Conflict("Whoever asked for this waiver may no longer do so. Refuse it, and ask for another.")
    waiver.granted_at, waiver.granted_by_id = at, by.person_id
    _record(session, submission, "grant a waiver", waiver, by, at, "")


def sameness(session: Session, waiver: Waiver, by: Who) -> bool:
    """Whether ``by`` is who asked for the waiver, or reads the same mailbox."""
    asker = session.get_one(Person, waiver.asked_by_id)
    one, two = Party(asker.id, asker.email), Party(by.person_id, by.email)
    return one.person_id == two.person_id or mailbox(one.email) == mailbox(two.email)


def end(
    session: Session,
    submission: Submission,
    waiver: Waiver,
    reason: str,
    *,
    by: Who,
    at: datetime,
    base_url: str = "",
) -> None:
    """Refuse what was asked for, or take back what was granted. The conflict counts again, at once: what the person
    judged under the waiver is struck while it is not released. The waiver stays on record.
    """
    _require_unconcerned(submission, waiver.person_id, by)
    session.refresh(waiver)
    if waiver.ended_at:
        raise Conflict("This waiver is ended already.")
    given = required_passage(reason, "reason", "Enter the reason. It is shown for ever.")
    verb = "take back a waiver" if waiver.granted_at else "refuse a waiver"
    waiver.ended_at, waiver.ended_by_id = at, by.person_id
    _record(session, submission, verb, waiver, by, at, given)
    strikes.strike(
        session,
        people_ids=[waiver.person_id],
        by=by.person_id,
        at=at,
        years=by.conflict_years,
        base_url=base_url,
    )


def _require_unconcerned(submission: Submission, person_id: UUID, by: Who) -> None:
    if person_id == by.person_id:
        raise NotAllowed("You can't take part in the waiver of your own conflict of interest.")
    if _has_conflict(by, submission):
        raise NotAllowed("You have a conflict of interest here yourself, so you can't take part in a waiver.")


def _has_conflict(who: Who, submission: Submission) -> bool:
    """Also when it is waived: a waiver lets somebody judge, not set aside the conflicts of others."""
    return bool(conflict(who.ties, submission.organisation_id, submission.icb_id))


def _record(
    session: Session, submission: Submission, verb: str, waiver: Waiver, by: Who, at: datetime, reason: str
) -> None:
    session.flush()
    facts = {
        "waiver": str(waiver.id),
        "person": str(waiver.person_id),
        "status": submission.status.value,
    }
    stream = f"submission:{submission.id}"
    record(session, stream, verb, by=by.person_id, at=at, reason=reason, facts=facts)
