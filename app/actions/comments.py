"""Comments on a criterion among colleagues. The caller holds the self-assessment's row."""

from datetime import datetime, timedelta

from sqlmodel import Session

from app.actions import mails
from app.actions.history import record
from app.actions.moving import require_writable
from app.models import Comment, SelfAssessment
from app.queries import comments, owners, people
from app.rules.errors import Conflict, RuleError
from app.rules.passages import required_passage
from app.rules.people import Who

LONGEST = 2000  # characters; what is longer belongs in the answer or in a document
PAUSE = timedelta(hours=1)  # between two mails to an owner about one criterion


def write(
    session: Session,
    self_assessment: SelfAssessment,
    code: str,
    text: str,
    *,
    base_url: str,
    by: Who,
    at: datetime,
) -> Comment:
    """Add an open comment and tell the criterion's owner. RuleError for none or too much text, Conflict when the
    self-assessment was moved to a newer version.

    The mail repeats nothing of the comment: it is not to leave the organisation, and mailboxes are outside.
    """
    require_writable(session, self_assessment, code)
    said = required_passage(text, "comment", "Enter a comment.")
    if len(said) > LONGEST:
        raise RuleError(
            f"Shorten the comment to {LONGEST:,} characters or fewer. It has {len(said):,}.", field="comment"
        )
    made = Comment(
        self_assessment_id=self_assessment.id,
        criterion_code=code,
        text=said,
        written_at=at,
        written_by_id=by.person_id,
    )
    session.add(made)
    session.flush()
    _record(session, made, "comment", by, at)
    _tell_owner(session, self_assessment, code, base_url, by, at)
    return made


def resolve(session: Session, comment: Comment, *, by: Who, at: datetime) -> None:
    """Say that a comment is dealt with. Conflict when a colleague did so already."""
    if comment.resolved_at is not None:
        raise Conflict("This comment is resolved already. Reload the page.")
    comment.resolved_at, comment.resolved_by_id = at, by.person_id
    session.flush()
    _record(session, comment, "resolve comment", by, at)


def reopen(session: Session, comment: Comment, *, by: Who, at: datetime) -> None:
    """Open a resolved comment again. Conflict when it is open."""
    if comment.resolved_at is None:
        raise Conflict("This comment is open already. Reload the page.")
    comment.resolved_at, comment.resolved_by_id = None, None
    session.flush()
    _record(session, comment, "reopen comment", by, at)


def _record(session: Session, comment: Comment, verb: str, by: Who, at: datetime) -> None:
    facts = {"criterion": comment.criterion_code, "comment": str(comment.id)}
    stream = f"self-assessment:{comment.self_assessment_id}"
    record(session, stream, verb, by=by.person_id, at=at, facts=facts)


def _tell_owner(
    session: Session, self_assessment: SelfAssessment, code: str, base_url: str, by: Who, at: datetime
) -> None:
    owner = owners.owner(session, self_assessment, code)
    if owner is None or owner.has_left or owner.person_id == by.person_id:
        return
    here = {one.person_id: one.email for one in people.holders(session, self_assessment.organisation_id)}
    subject = f"A colleague commented on {code}"
    if comments.was_told(session, here[owner.person_id], subject, since=at - PAUSE):
        return
    body = (
        f"A colleague commented on criterion {code}, which you look after. The page shows the comments, and lets you "
        "answer them or mark them as resolved. You need to sign in:\n\n"
        f"{base_url.rstrip('/')}/self-assessments/{self_assessment.id}/criteria/{code}/comments\n"
    )
    mails.write(session, here[owner.person_id], subject, body, at=at)
