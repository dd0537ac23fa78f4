"""The executive would rather talk before signing: asking for a call back, and saying that it was made."""

from datetime import datetime

from sqlmodel import Session

from app.actions import mails
from app.actions.history import record
from app.models import CallBack, Status, Submission
from app.queries import call_backs, reminders
from app.rules.errors import Conflict, NotAllowed, RuleError
from app.rules.passages import required_passage
from app.rules.people import Who

LONGEST_NOTE = 500  # characters
WANTED = "Say how and when you can be reached."


def ask(
    session: Session, submission: Submission, note: str, *, by: Who, at: datetime, base_url: str = ""
) -> CallBack:
    """Ask the leads to call. The submission stays where it is, with the executive.

    RuleError without a way to reach them; Conflict when there is nothing to sign any more. The mail does not repeat
    the note: a mailbox may be shared.
    """
    if by.person_id != submission.sponsor_id:
        raise NotAllowed("Only the executive sponsor who was asked to sign can ask for a call back.")
    if submission.status is not Status.AWAITING_SIGN_OFF:
        raise Conflict("This submission no longer waits for your signature. Open it to see where it is.")
    kept = required_passage(note, "note", WANTED)
    if len(kept) > LONGEST_NOTE:
        raise RuleError(
            f"Shorten this to {LONGEST_NOTE} characters or fewer. It has {len(kept):,}.", field="note"
        )
    made = CallBack(submission_id=submission.id, note=kept, asked_at=at, asked_by_id=by.person_id)
    session.add(made)
    session.flush()
    _record(session, submission, "ask for a call back", by, at)
    body = (
        "The executive sponsor would like to talk before signing your submission. It is still with them. "
        f"Read how and when to reach them, and note there when you have talked:\n\n"
        f"{base_url}/submissions/{submission.id}\n"
    )
    for address in reminders.leads(session, [submission.organisation_id]).get(submission.organisation_id, []):
        mails.write(session, address, "A call is asked for before the signature", body, at=at)
    return made


def note_done(session: Session, submission: Submission, *, by: Who, at: datetime) -> None:
    """Say that every call asked for so far was made. Conflict when none waits."""
    waiting = call_backs.waiting(session, submission.id)
    if not waiting:
        raise Conflict("No call waits to be made. Open the submission to see where it is.")
    for one in waiting:
        one.done_at, one.done_by_id = at, by.person_id
    session.flush()
    _record(session, submission, "note that the call was made", by, at)


def _record(session: Session, submission: Submission, verb: str, by: Who, at: datetime) -> None:
    facts = {"status": submission.status.value}
    record(session, f"submission:{submission.id}", verb, by=by.person_id, at=at, facts=facts)
