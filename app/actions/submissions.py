"""From a finished self-assessment to a sealed copy: hand over, sign, decline, withdraw."""

from collections.abc import Collection
from datetime import datetime
from secrets import choice
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.actions import mails, signatures
from app.actions.history import record
from app.actions.reviews import judge_again
from app.criteria.schema import Framework
from app.models import (
    ChangeRequest,
    Organisation,
    Person,
    ReviewStatus,
    SealedCopy,
    SelfAssessment,
    Status,
    Submission,
    Window,
)
from app.queries import changes, decisions, people, reviews, sealed_copies, submissions, to_sign, windows
from app.rules import workflow
from app.rules.changes import changed, require_different
from app.rules.days import uk_day
from app.rules.errors import Conflict, NotAllowed, RuleError, Stale
from app.rules.history import sha256
from app.rules.moving import require_current
from app.rules.people import Who
from app.rules.sealing import SealedContent, SealedDocument, as_text, read, seal
from app.rules.submissions import (
    RECEIPT_LETTERS,
    Party,
    minute_reference_given,
    reason_given,
    require_two_people,
)
from app.rules.windows import require_open
from app.rules.workflow import Verb

# Names no organisation: a mailbox may be shared.
_WITHDRAWN = (
    "A review is no longer needed",
    "A submission that you were to review was withdrawn, so it no longer stands in your list. "
    "You don't need to do anything.\n",
)
HAS_CHANGED = "This self-assessment has changed since you opened it. Read what changed, then sign."


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


def sign(
    session: Session,
    submission: Submission,
    framework: Framework,
    *,
    seen_sha256: str,
    declaration: str,
    by: Who,
    at: datetime,
    base_url: str = "",
    minute_reference: str = "",
) -> SealedCopy:
    """Seal the living answers as they are, if they are what the sponsor read (``seen_sha256``), and submit.

    Signing the same content again, as after an answer that got lost on its way, returns the same copy and receipt.
    Stale when the answers changed since they were read; Conflict when the submission can't be signed any more;
    RuleError when the window has closed or something is missing again. ``declaration`` is the text that was read;
    ``minute_reference`` is kept with the signature and is no part of what is sealed.
    """
    reference = minute_reference_given(minute_reference)
    signed = _signed_already(session, submission, seen_sha256, by)
    if signed:
        return signed
    workflow.require(Verb.SIGN, submission.status)
    lead = _require_second_person(session, submission, by)
    open_request = changes.open_request(session, submission.id)
    if open_request is None:  # the day of a request for changes is not that of a window
        window = session.get_one(Window, submission.window_id)
        require_open(
            window, submission.level, at, windows.closing(session, window, submission.organisation_id)
        )
    content = _content_as_read(session, submission, framework, seen_sha256, at)
    document = SealedDocument(
        content=content, declaration=declaration, signed_by=by.name, handed_over_by=lead.name, sealed_at=at
    )
    copy = _seal(session, submission, document, by, reference)
    if open_request is not None:
        _answer(session, submission, open_request, copy, at)
    move(submission, reviews.status_of_reading(session, submission.id), at)
    told = {"receipt": copy.receipt, "sha256": copy.sha256}
    note(session, submission, Verb.SIGN, by, at, told | ({"minutes": reference} if reference else {}))
    for address in people.leads_and_sponsor(session, submission.organisation_id, by.person_id):
        mails.write(session, address, *_receipt_mail(submission, framework, copy, base_url), at=at)
    return copy


def _answer(
    session: Session, submission: Submission, request: ChangeRequest, copy: SealedCopy, at: datetime
) -> None:
    """Close the request. Reviewers judge the new copy; what they gave to a changed criterion is theirs to give anew."""
    request.answered_at = at
    session.add(request)
    before, after = sealed_copies.every(session, submission.id)[-2:]
    codes = changed(read(before.document).content, read(after.document).content)
    judge_again(session, submission.id, copy.sha256, codes, at=at)


def _signed_already(session: Session, submission: Submission, seen_sha256: str, by: Who) -> SealedCopy | None:
    copy = sealed_copies.newest_or_none(session, submission.id)
    is_signed = submission.status in (Status.SUBMITTED, Status.IN_REVIEW)
    if copy is None or not is_signed or copy.sealed_by_id != by.person_id:
        return None
    return copy if seal(sealed_copies.document(session, submission.id).content) == seen_sha256 else None


def _require_second_person(session: Session, submission: Submission, by: Who) -> Person:
    """The lead, when ``by`` is the executive who was asked and really somebody else."""
    lead = session.get_one(Person, submission.handed_over_by_id)
    if by.person_id != submission.sponsor_id:
        raise NotAllowed("Only the executive sponsor who was asked can sign or decline.")
    require_two_people(Party(lead.id, lead.email), Party(by.person_id, by.email))
    return lead


def _content_as_read(
    session: Session, submission: Submission, framework: Framework, seen_sha256: str, at: datetime
) -> SealedContent:
    # Saving an answer holds the same row, so nothing changes between comparing and sealing.
    self_assessment = session.get_one(SelfAssessment, submission.self_assessment_id, with_for_update=True)
    content = to_sign.of_submission(session, submission, framework, on=uk_day(at))
    if seal(content) != seen_sha256:
        raise Stale(HAS_CHANGED)
    request = changes.open_request(session, submission.id)
    only = None if request is None else request.criteria
    require_ready(session, self_assessment, framework, submission.level, at, only=only)
    if request is not None:
        require_different(sealed_copies.document(session, submission.id).content, content)
    return content


def _seal(
    session: Session, submission: Submission, document: SealedDocument, by: Who, reference: str
) -> SealedCopy:
    text = as_text(document)
    copy = SealedCopy(
        submission_id=submission.id,
        number=len(sealed_copies.every(session, submission.id)) + 1,
        receipt=_receipt(),
        document=text,
        sha256=sha256(text),
        declaration=document.declaration,
        minute_reference=reference,
        sealed_at=document.sealed_at,
        sealed_by_id=by.person_id,
    )
    session.add(copy)
    session.flush()
    return copy


def _receipt() -> str:
    """A number to read out on the telephone, such as R-7KQ2-9XWF-3M4T; 58 random bits, so that none comes twice."""
    return "-".join(["R", *("".join(choice(RECEIPT_LETTERS) for _ in range(4)) for _ in range(3))])


def decline(
    session: Session, submission: Submission, reason: str, *, by: Who, at: datetime, base_url: str = ""
) -> None:
    """Refuse to sign, with a reason that the lead reads. The lead may hand over anew."""
    workflow.require(Verb.DECLINE, submission.status)
    if by.person_id != submission.sponsor_id:
        raise NotAllowed("Only the executive sponsor who was asked can sign or decline.")
    submission.decline_reason = reason_given(reason)
    is_answer = changes.open_request(session, submission.id) is not None
    move(submission, Status.CHANGES_REQUESTED if is_answer else Status.DECLINED, at)
    note(session, submission, Verb.DECLINE, by, at, {}, reason=submission.decline_reason)
    body = (
        "The executive sponsor has declined to sign your submission. Your answers are as they were. "
        f"Read the reason here, then hand over again when you are ready:\n\n{base_url}/submissions/{submission.id}\n"
    )
    for lead in people.leads(session, submission.organisation_id):
        mails.write(session, lead.email, "Your submission was not signed", body, at=at)


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


def _receipt_mail(
    submission: Submission, framework: Framework, copy: SealedCopy, base_url: str
) -> tuple[str, str]:
    level = framework.level(submission.level).name
    body = (
        f"Your organisation's {level} submission is signed and submitted.\n\nReceipt: {copy.receipt}\n\n"
        f"The time that counts is on the receipt:\n\n{base_url}/submissions/{submission.id}/receipt\n"
    )
    return f"Receipt {copy.receipt}: {level} submitted", body
