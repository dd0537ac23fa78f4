"""Letting a recognised answer be shown as an example, and taking that back. The caller holds the submission's row."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from app.actions import evidence
from app.actions.evidence import Content
from app.actions.evidence_checks import Examined
from app.actions.history import record
from app.criteria.schema import Framework
from app.models import (
    Certificate,
    ConsentedEvidence,
    Evidence,
    ExampleConsent,
    Organisation,
    ScanState,
    Submission,
)
from app.queries import evidence as library
from app.queries import examples, sealed_copies
from app.rules.errors import Conflict, RuleError
from app.rules.evidence import Details
from app.rules.examples import MOST_FILES, credit_given, note_given, texts_of
from app.rules.history import sha256
from app.rules.people import Who


def consent(
    session: Session,
    submission: Submission,
    framework: Framework,
    code: str,
    credit: str,
    note: str,
    *,
    by: Who,
    at: datetime,
    on: date,
) -> ExampleConsent:
    """Let the sealed answer to ``code`` be shown, named as ``credit`` says. The Assembly chooses what of it.

    Conflict when the recognition is not in date on the UK day ``on``, or consent is given already; RuleError when the
    sealed copy has no text there, or the credit is missing.
    """
    require_recognised(session, submission, on)
    if examples.consent(session, submission.id, code):
        raise Conflict("Consent to show this answer is given already.")
    if not sealed_texts(session, submission, framework, code):
        raise RuleError("This criterion has no text in the sealed copy, so there is nothing to show.")
    given = ExampleConsent(
        organisation_id=submission.organisation_id,
        submission_id=submission.id,
        criterion_code=code,
        credit=credit_given(credit),
        note=note_given(note),
        given_at=at,
        given_by_id=by.person_id,
    )
    session.add(given)
    session.flush()
    facts = {"credit": given.credit, "digest": sha256(given.note)}
    note_event(session, "let an answer be shown", given, submission, by, at, facts)
    return given


def withdraw(
    session: Session, given: ExampleConsent, submission: Submission, *, by: Who, at: datetime
) -> None:
    """Take the consent back. From this transaction on nothing shows the example; that it was stays on record."""
    session.refresh(given)
    if given.withdrawn_at is not None:
        raise Conflict("This consent is taken back already.")
    given.withdrawn_at, given.withdrawn_by_id = at, by.person_id
    session.flush()
    note_event(session, "take back an example", given, submission, by, at, {})


def add_file(
    session: Session,
    given: ExampleConsent,
    submission: Submission,
    details: Details,
    content: Content,
    *,
    quota: int,
    by: Who,
    at: datetime,
    examined: Examined | None = None,
    scan: ScanState = ScanState.WAITING,
) -> Evidence:
    """Add a redacted file to the library, as new evidence, and to the consent. What the copy named stays unshown.

    RuleError when the consent has as many as it may, it would go over ``quota`` bytes, or it is byte for byte a file
    of the sealed copy and so nothing was taken out.
    """
    if given.withdrawn_at is not None:
        raise Conflict("This consent is taken back, so nothing can be added to it.")
    if len(examples.files_of(session, [given.id]).get(given.id, ())) >= MOST_FILES:
        raise RuleError(f"An example takes at most {MOST_FILES} files.", field="file")
    sealed = sealed_copies.document(session, submission.id).content
    if content.sha256 in {one.sha256 for answer in sealed.answers for one in answer.evidence}:
        raise RuleError(
            "This is a file of the sealed copy, unchanged. Upload a copy from which everything is taken out that not "
            "everyone may read.",
            field="file",
        )
    organisation = session.get_one(Organisation, given.organisation_id)
    item = evidence.add_file(
        session, organisation, details, content, quota=quota, by=by, at=at, examined=examined, scan=scan
    )
    version = library.newest_version(session, item.id)
    session.add(ConsentedEvidence(consent_id=given.id, evidence_version_id=version.id))
    facts = {"evidence": str(item.id), "sha256": version.sha256}
    note_event(session, "add a redacted file to an example", given, submission, by, at, facts)
    return item


def require_recognised(session: Session, submission: Submission, on: date) -> Certificate:
    """The certificate in date that followed from the submission; Conflict when there is none."""
    found = examples.recognition(session, submission.id, on)
    if found is None:
        raise Conflict("Only answers behind a recognition that is in date can be shown as examples.")
    return found


def sealed_texts(
    session: Session, submission: Submission, framework: Framework, code: str
) -> list[tuple[str, str]]:
    """Label and text of what the newest sealed copy says in prose at a criterion."""
    content = sealed_copies.document(session, submission.id).content
    if code not in content.codes:
        return []
    return texts_of(framework.criterion(code), content.answer(code).values)


def note_event(
    session: Session,
    verb: str,
    given: ExampleConsent,
    submission: Submission,
    by: Who,
    at: datetime,
    facts: dict[str, Any],
    reason: str = "",
) -> None:
    session.flush()
    told = {
        "consent": str(given.id),
        "criterion": given.criterion_code,
        **facts,
        "status": submission.status.value,
    }
    stream = f"submission:{submission.id}"
    record(session, stream, verb, by=by.person_id, at=at, reason=reason, facts=told)
