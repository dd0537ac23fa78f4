"""Asking a staff network's chairs for their view of a submission, and keeping what they say."""

from datetime import datetime

from sqlmodel import Session

from app.actions import mails, sign_in
from app.actions.history import record
from app.criteria.schema import Framework
from app.models import CoSignature, Submission, View, Window
from app.queries import co_signatures, sealed_copies
from app.queries.co_signatures import ToRead
from app.rules.co_signatures import is_open, typed_comment
from app.rules.errors import Conflict, NotAllowed, Stale
from app.rules.history import sha256
from app.rules.people import Who

CLOSED = "The time for the staff network's view is over. What was given before stays as it is."
HAS_CHANGED = "What you read has changed since you opened it. Read it again, then give the view."


def ask(
    session: Session, submission: Submission, framework: Framework, *, at: datetime, base_url: str = ""
) -> int:
    """Ask every person who chairs a staff network of the organisation now. Returns how many were asked.

    For a further copy of the same submission they are asked again; a view given before stays, with its time.
    """
    asked = co_signatures.chairs(session, submission.organisation_id)
    level = framework.level(submission.level).name
    window = session.get_one(Window, submission.window_id)
    for chair in asked:
        row = co_signatures.of_chair(session, submission.id, chair.id)
        if row is None:
            session.add(CoSignature(submission_id=submission.id, person_id=chair.id, asked_at=at))
        else:
            row.asked_at = at
        session.flush()
        path = f"/submissions/{submission.id}/co-signature"
        link = sign_in.link_to(session, chair, path, base_url=base_url, at=at)
        mails.write(session, chair.email, *_mail(level, window.name, link), at=at)
    return len(asked)


def _mail(level: str, window: str, link: str) -> tuple[str, str]:
    body = (
        f"Your organisation means to submit {level} in {window}. As chair of its staff network you are asked for the "
        "network's view. One page shows what would be signed. You can agree, agree with a comment or disagree, and "
        "you decide what your organisation may see of it. The Assembly always sees it. "
        f"The submission does not wait for you:\n\n{link}\n\n"
        "The link works once, for 72 hours. A page opens with a button: choose it. "
        "Afterwards you can sign in and open the page from your home page.\n"
    )
    return f"Your staff network's view is asked for: {level}", body


def give(
    session: Session,
    submission: Submission,
    framework: Framework,
    view: View,
    comment: str,
    *,
    is_view_shared: bool,
    is_comment_shared: bool,
    seen_sha256: str,
    by: Who,
    at: datetime,
) -> CoSignature:
    """Keep the view of ``by`` of what they read (``seen_sha256``), or change the one given before.

    Each change is a line of history with its own time, so none is silent; sending the same again changes nothing.
    Conflict when the time is over, Stale when what was read is no longer what the view would be about, RuleError when
    the comment is due and missing. The status stays as it is, and nobody is told by mail.
    """
    row = co_signatures.of_chair(session, submission.id, by.person_id)
    if row is None:
        raise NotAllowed("Only the chair of the staff network who was asked can give its view.")
    read = co_signatures.to_read(session, submission, framework, at)
    _require_open(session, submission, at)
    kept = typed_comment(view, comment)
    if read.sha256 != seen_sha256:
        raise Stale(HAS_CHANGED)
    wanted = (view, kept, is_view_shared, is_comment_shared)
    if (row.view, row.comment, row.is_view_shared, row.is_comment_shared) == wanted and not _is_asked_again(
        row
    ):
        return row
    row.view, row.comment, row.is_view_shared, row.is_comment_shared = wanted
    row.given_at = at
    session.flush()
    _record(session, submission, view, kept, read, by, at)
    return row


def _require_open(session: Session, submission: Submission, at: datetime) -> None:
    newest = sealed_copies.newest_or_none(session, submission.id)
    sealed_at = newest.sealed_at if newest else None
    if not is_open(submission.status, sealed_at, at, is_appeal=submission.round > 1):
        raise Conflict(CLOSED)


def _record(
    session: Session, submission: Submission, view: View, kept: str, read: ToRead, by: Who, at: datetime
) -> None:
    facts = {
        "status": submission.status.value,
        "view": view.value,
        "comment_sha256": sha256(kept),
        "receipt": read.copy.receipt if read.copy else "",
        "read_sha256": read.sha256,
    }
    stream = f"submission:{submission.id}"
    record(session, stream, co_signatures.VERB, by=by.person_id, at=at, facts=facts)


def _is_asked_again(row: CoSignature) -> bool:
    return row.given_at is not None and row.asked_at > row.given_at
