"""What the executive sponsor does with what was handed over: read and sign, or decline."""

from datetime import datetime
from secrets import choice

from sqlmodel import Session

from app.actions import mails
from app.actions.reviews import judge_again
from app.actions.submissions import move, note, require_ready
from app.criteria.schema import Framework
from app.models import ChangeRequest, Person, SealedCopy, SelfAssessment, Status, Submission, Window
from app.queries import changes, people, reviews, sealed_copies, to_sign, windows
from app.rules import workflow
from app.rules.changes import changed, require_different
from app.rules.days import uk_day
from app.rules.errors import NotAllowed, Stale
from app.rules.history import sha256
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

HAS_CHANGED = "This self-assessment has changed since you opened it. Read what changed, then sign."


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
    if signed := _signed_already(session, submission, seen_sha256, by):
        return signed
    workflow.require(Verb.SIGN, submission.status)
    lead = _require_second_person(session, submission, by)
    open_request = changes.open_request(session, submission.id)
    if open_request is None:  # the day of a request for changes is not that of a window
        _require_open_window(session, submission, at)
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


def _require_open_window(session: Session, submission: Submission, at: datetime) -> None:
    window = session.get_one(Window, submission.window_id)
    require_open(window, submission.level, at, windows.closing(session, window, submission.organisation_id))


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


def _receipt_mail(
    submission: Submission, framework: Framework, copy: SealedCopy, base_url: str
) -> tuple[str, str]:
    level = framework.level(submission.level).name
    body = (
        f"Your organisation's {level} submission is signed and submitted.\n\nReceipt: {copy.receipt}\n\n"
        f"The time that counts is on the receipt:\n\n{base_url}/submissions/{submission.id}/receipt\n"
    )
    return f"Receipt {copy.receipt}: {level} submitted", body


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
