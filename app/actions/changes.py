"""Asking an organisation for changes to named criteria, taking that back, and handing the changes over.

The caller holds the submission's row.
"""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from app.actions import mails, signatures
from app.actions.submissions import move, note, require_ready, sponsor_of
from app.criteria.schema import Framework
from app.models import ChangeRequest, SelfAssessment, Status, Submission
from app.queries import changes, people, reviews, sealed_copies, to_sign
from app.rules import workflow
from app.rules.changes import Asked, require_different
from app.rules.days import uk_day
from app.rules.errors import Conflict
from app.rules.passages import required_passage
from app.rules.people import Who
from app.rules.workflow import Verb


def request(
    session: Session, submission: Submission, asked: Asked, *, by: Who, at: datetime, base_url: str = ""
) -> ChangeRequest:
    """Reopen the criteria of ``asked``; the rest of the sealed copy stays. The lead and the sponsor are told.

    Conflict when the submission is not being read, or a review is sealed: what was judged is not rewritten.
    """
    workflow.require(Verb.REQUEST_CHANGES, submission.status)
    if reviews.is_any_sealed(session, submission.id):
        raise Conflict("A review is sealed, so changes can no longer be requested. Use a condition instead.")
    made = ChangeRequest(
        submission_id=submission.id,
        copy_number=sealed_copies.newest(session, submission.id).number,
        reason=asked.reason,
        criteria=dict(asked.criteria),
        due_on=asked.due_on,
        requested_at=at,
        requested_by_id=by.person_id,
    )
    session.add(made)
    move(submission, Status.CHANGES_REQUESTED, at)
    facts = {"criteria": sorted(made.criteria), "due": made.due_on.isoformat(), "copy": made.copy_number}
    note(session, submission, Verb.REQUEST_CHANGES, by, at, facts, reason=made.reason)
    for address in people.leads_and_sponsor(session, submission.organisation_id, submission.sponsor_id):
        mails.write(session, address, *_requested(submission, made, base_url), at=at)
    return made


def take_back(session: Session, submission: Submission, reason: str, *, by: Who, at: datetime) -> None:
    """Let the sealed copy stand as it is; the request is closed unanswered."""
    workflow.require(Verb.TAKE_BACK_CHANGES, submission.status)
    open_ = changes.open_request(session, submission.id)
    if open_ is None:
        raise Conflict("There is no open request for changes.")
    given = required_passage(reason, "reason", "Enter a reason.")
    open_.answered_at = at
    session.add(open_)
    move(submission, reviews.status_of_reading(session, submission.id), at)
    note(session, submission, Verb.TAKE_BACK_CHANGES, by, at, {}, reason=given)
    for address in people.leads_and_sponsor(session, submission.organisation_id, submission.sponsor_id):
        mails.write(session, address, *_TAKEN_BACK, at=at)


def hand_over_again(
    session: Session,
    submission: Submission,
    framework: Framework,
    sponsor_id: UUID,
    *,
    by: Who,
    at: datetime,
    base_url: str = "",
) -> None:
    """Ask an executive to sign the changed criteria.

    RuleError when nothing differs from the last sealed copy, a named criterion is not ready, or the sponsor is not
    another person with that role. No window is asked for: the Assembly set the day itself.
    """
    workflow.require(Verb.HAND_OVER, submission.status)
    open_ = changes.open_request(session, submission.id)
    if open_ is None:
        raise Conflict("There is no open request for changes.")
    self_assessment = session.get_one(SelfAssessment, submission.self_assessment_id, with_for_update=True)
    require_ready(session, self_assessment, framework, submission.level, at, only=open_.criteria)
    content = to_sign.of_submission(session, submission, framework, on=uk_day(at))
    require_different(sealed_copies.document(session, submission.id).content, content)
    sponsor = sponsor_of(session, submission.organisation_id, sponsor_id, by)
    submission.sponsor_id, submission.handed_over_by_id, submission.handed_over_at = (
        sponsor.id,
        by.person_id,
        at,
    )
    move(submission, Status.AWAITING_SIGN_OFF, at)
    facts = {"level": submission.level, "window": str(submission.window_id), "sponsor": str(sponsor.id)}
    note(session, submission, Verb.HAND_OVER, by, at, facts)
    signatures.ask(session, submission, framework, sponsor, by=by, at=at, base_url=base_url)


# Mails name no criterion: a mailbox may be shared.
def _requested(submission: Submission, made: ChangeRequest, base_url: str) -> tuple[str, str]:
    number = len(made.criteria)
    body = (
        f"The Assembly asks your organisation to change {number} {'criterion' if number == 1 else 'criteria'} of its "
        f"submission by {made.due_on.day} {made.due_on:%B %Y}. All other criteria stay as they were signed.\n\n"
        f"Read what is asked, change it, then hand it over again:\n\n{base_url}/submissions/{submission.id}\n"
    )
    return "Changes are requested to your submission", body


_TAKEN_BACK = (
    "No changes are needed any more",
    "The Assembly has taken back its request for changes. Your submission stands as it was signed. "
    "You don't need to do anything.\n",
)
