"""A level on its way: handed over for a signature, and taken back. What the sponsor does is in ``sign_off``."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.actions import mails, signatures
from app.actions.history import record
from app.criteria.schema import Framework
from app.models import Organisation, Person, ReviewStatus, SelfAssessment, Status, Submission, Window
from app.queries import decisions, submissions, to_sign, windows
from app.rules import workflow
from app.rules.days import uk_day
from app.rules.errors import Conflict, RuleError
from app.rules.moving import require_current
from app.rules.people import Who
from app.rules.submissions import Party, reason_given, require_two_people
from app.rules.windows import require_open
from app.rules.workflow import Verb

# Names no organisation: a mailbox may be shared.
_WITHDRAWN = (
    "A review is no longer needed",
    "A submission that you were to review was withdrawn, so it no longer stands in your list. "
    "You don't need to do anything.\n",
)


def hand_over(
    session: Session,
    self_assessment: SelfAssessment,
    framework: Framework,
    level: str,
    window: Window,
    sponsor_id: UUID,
    *,
    by: Who,
    at: datetime,
    base_url: str = "",
) -> Submission:
    """Ask an executive of the organisation to sign ``level``. The caller holds the self-assessment's row.

    RuleError when the window does not take it now, something is missing, or the sponsor is not another person with
    that role; Conflict when the level is already on its way. ``base_url`` begins the link in the mail.
    """
    require_current(self_assessment)
    if submissions.open_of(session, self_assessment.organisation_id, level):
        raise Conflict(
            "This level is already with the sponsor or the Assembly. Open the submission to see where it is."
        )
    require_open(window, level, at, windows.closing(session, window, self_assessment.organisation_id))
    require_ready(session, self_assessment, framework, level, at)
    sponsor = sponsor_of(session, self_assessment.organisation_id, sponsor_id, by)
    submission = _new(session, self_assessment, level, window, sponsor, by, at)
    note(session, submission, Verb.HAND_OVER, by, at, {"level": level, "window": str(window.id)})
    signatures.ask(session, submission, framework, sponsor, by=by, at=at, base_url=base_url)
    return submission


def sponsor_of(session: Session, organisation_id: UUID, sponsor_id: UUID, by: Who) -> Person:
    """The executive with this id, if they may sign for the organisation and are not ``by``. RuleError otherwise."""
    for sponsor in submissions.sponsors(session, organisation_id):
        if sponsor.id == sponsor_id:
            require_two_people(Party(by.person_id, by.email), Party(sponsor.id, sponsor.email))
            return sponsor
    raise RuleError("Choose an executive sponsor of your organisation.", field="sponsor")


def _new(
    session: Session,
    self_assessment: SelfAssessment,
    level: str,
    window: Window,
    sponsor: Person,
    by: Who,
    at: datetime,
) -> Submission:
    organisation = session.get_one(Organisation, self_assessment.organisation_id)
    submission = Submission(
        organisation_id=organisation.id,
        icb_id=organisation.icb_id,
        region_id=organisation.region_id,
        self_assessment_id=self_assessment.id,
        framework_version_id=self_assessment.framework_version_id,
        window_id=window.id,
        level=level,
        status=Status.AWAITING_SIGN_OFF,
        handed_over_at=at,
        handed_over_by_id=by.person_id,
        sponsor_id=sponsor.id,
        changed_at=at,
    )
    session.add(submission)
    session.flush()
    return submission


def require_ready(
    session: Session,
    self_assessment: SelfAssessment,
    framework: Framework,
    level: str,
    at: datetime,
    only: Collection[str] | None = None,
) -> None:
    """RuleError naming the criteria of ``level`` that are not ready; those of ``only``, when given."""
    found = to_sign.missing(session, self_assessment, framework, level, on=uk_day(at))
    gaps = [gap for gap in found if only is None or gap.code in only]
    if gaps:
        codes = ", ".join(gap.code for gap in gaps)
        raise RuleError(f"Finish these criteria first: {codes}. Each must be ready, with evidence.")


def withdraw(session: Session, submission: Submission, reason: str, *, by: Who, at: datetime) -> None:
    """Take the submission back before its outcome is released. What was sealed stays sealed and on record.

    A decision that waits for release is void from then on. It is not refused, because that would tell of it. Conflict
    once an outcome was released: an appeal or a question that follows one is not withdrawn.
    """
    is_released = decisions.released_of(session, submission.id) is not None
    workflow.require(Verb.WITHDRAW, submission.status, is_released=is_released)
    given = reason_given(reason)
    if pending := decisions.of_submission(session, submission.id):
        pending.void_at, pending.void_by_id = at, by.person_id
        pending.void_reason = "The organisation withdrew its submission."
    move(submission, Status.WITHDRAWN, at)
    note(session, submission, Verb.WITHDRAW, by, at, {}, reason=given)
    _take_from_reviewers(session, submission, at)


def _take_from_reviewers(session: Session, submission: Submission, at: datetime) -> None:
    """What was withdrawn is nobody's to read any more, so its reviewers lose their access."""
    for review, reviewer in submissions.assigned_reviews(session, submission.id):
        review.status = ReviewStatus.REMOVED
        mails.write(session, reviewer.email, *_WITHDRAWN, at=at)


def move(submission: Submission, status: Status, at: datetime) -> None:
    submission.status, submission.changed_at = status, at


def note(
    session: Session,
    submission: Submission,
    verb: Verb,
    by: Who,
    at: datetime,
    facts: dict[str, Any],
    reason: str = "",
) -> None:
    session.flush()
    told = {**facts, "status": submission.status.value}
    stream = f"submission:{submission.id}"
    record(session, stream, verb.value, by=by.person_id, at=at, reason=reason, facts=told)
