"""An organisation lets its recognised answers be shown as examples, adds redacted files, and takes that back."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.actions import examples as actions
from app.criteria.schema import Criterion, Framework
from app.models import ExampleConsent, Submission
from app.queries import certificates, example_lists, examples, sealed_copies, submissions
from app.queries.example_lists import Consented
from app.queries.examples import ExampleFile
from app.rules.days import uk_day
from app.rules.errors import NotAllowed, RuleError
from app.rules.evidence import FILE_FORM, is_warning_open, read
from app.rules.examples import MOST_FILES
from app.rules.people import Who
from app.rules.permissions import Permission, Scope, allows
from app.web.attempts import Attempt
from app.web.components import components
from app.web.errors import NotFound
from app.web.evidence_additions import quota
from app.web.guards import SubmissionFor
from app.web.pages import again, go, page
from app.web.portal import Portal, PortalParts
from app.web.transaction import Form, Now, Person, Transaction, Typed
from app.web.uploads import BeforeReading, CheckedUpload, Upload, scan_state

router = APIRouter()
upload_router = APIRouter()  # included with a limit on bodies that lets a file through
PATH = "/submissions/{submission_id}/examples"
_SHARE = SubmissionFor(Permission.SHARE_EXAMPLES)
Read = Annotated[Submission, Depends(SubmissionFor(Permission.READ_OUTCOME), scope="function")]
Shared = Annotated[Submission, Depends(_SHARE, scope="function")]


@router.get(PATH)
async def index(
    request: Request, who: Person, session: Transaction, parts: Portal, at: Now, submission: Read
) -> Response:
    """Every criterion of the recognised copy, and what was consented to of it."""
    _require_certificate(session, submission)
    framework = parts.shelf.get(session, submission.framework_version_id)
    codes = sealed_copies.document(session, submission.id).content.codes
    consents = example_lists.of_submission(session, submission.id, uk_day(at))
    current = {one.consent.criterion_code: one for one in consents if one.consent.withdrawn_at is None}
    return page(
        request,
        "examples/index",
        who,
        submission=submissions.facts(session, submission.id),
        framework=framework,
        level=framework.level(submission.level),
        criteria=[(framework.criterion(code), current.get(code)) for code in codes],
        taken_back=[one for one in consents if one.consent.withdrawn_at is not None],
        is_in_date=examples.recognition(session, submission.id, uk_day(at)) is not None,
        may_share=_may(Permission.SHARE_EXAMPLES, who, submission),
    )


@router.get(f"{PATH}/{{code}}")
async def show(
    request: Request, who: Person, session: Transaction, parts: Portal, at: Now, submission: Read, code: str
) -> Response:
    context = _context(session, parts, submission, code, who, at)
    return page(request, "examples/show", who, **context, typed={})


@router.post(f"{PATH}/{{code}}")
async def give(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    at: Now,
    submission: Shared,
    code: str,
    typed: Form,
) -> Response:
    framework, _ = _criterion(session, parts, submission, code)
    with Attempt(session) as attempt:
        _require_ticked(typed)
        credit, note = typed.get("credit"), typed.text.get("note", "")
        actions.consent(session, submission, framework, code, credit, note, by=who, at=at, on=uk_day(at))
    if refused := attempt.refused:
        context = _context(session, parts, submission, code, who, at)
        return again(request, "examples/show", who, refused, **context, typed=typed.text)
    return go(_path(submission, code))


@router.post(f"{PATH}/{{code}}/take-back")
async def take_back(
    who: Person, session: Transaction, parts: Portal, at: Now, submission: Shared, code: str, _typed: Form
) -> Response:
    _criterion(session, parts, submission, code)
    actions.withdraw(session, _consent(session, submission, code), submission, by=who, at=at)
    return go(_path(submission, code))


@router.get(f"{PATH}/{{code}}/file")
async def new_file(
    request: Request, who: Person, session: Transaction, parts: Portal, submission: Shared, code: str
) -> Response:
    context = _file_page(session, parts, submission, code, who, Typed(), {})
    return page(request, "examples/file", who, **context)


@upload_router.post(f"{PATH}/{{code}}/file")
async def add_file(
    request: Request,
    _may_share: Annotated[None, Depends(BeforeReading(_SHARE))],
    who: Person,
    typed: Form,
    upload: CheckedUpload,
    session: Transaction,
    at: Now,
    parts: Portal,
    submission: Shared,
    code: str,
) -> Response:
    context = _file_page(session, parts, submission, code, who, typed, {})
    form = read(FILE_FORM, typed.text, today=uk_day(at))
    errors = ({"file": upload.refusal} if upload.refusal else {}) | form.errors
    if not errors and form.details and upload.content:
        try:
            with session.begin_nested():
                item = actions.add_file(
                    session,
                    context["consent"],
                    submission,
                    form.details,
                    upload.content,
                    quota=quota(parts),
                    by=who,
                    at=at,
                    examined=upload.examined,
                    scan=scan_state(parts.settings),
                )
            upload.is_kept = True
            is_asked = _is_asked_about(upload)
            return go(f"/evidence/{item.id}/findings" if is_asked else _path(submission, code))
        except RuleError as error:
            errors = {error.field: error.sentence}
    context = _file_page(session, parts, submission, code, who, typed, errors)
    return again(request, "examples/file", who, errors, status=upload.status, **context)


def _path(submission: Submission, code: str) -> str:
    return f"/submissions/{submission.id}/examples/{code}"


def _is_asked_about(upload: Upload) -> bool:
    found = [asdict(one) for one in upload.examined.findings] if upload.examined else []
    return is_warning_open(found, None)


def _file_page(
    session: Session,
    parts: PortalParts,
    submission: Submission,
    code: str,
    who: Who,
    typed: Typed,
    errors: dict[str, str],
) -> dict[str, Any]:
    """NotFound without a consent. Who may not add evidence to the library can't add it here either."""
    framework, criterion = _criterion(session, parts, submission, code)
    consent = _consent(session, submission, code)
    if not _may(Permission.WRITE_EVIDENCE, who, submission):
        raise NotAllowed("Ask a lead of your organisation: your role does not let you add evidence.")
    return {
        "submission": submissions.facts(session, submission.id),
        "framework": framework,
        "criterion": criterion,
        "consent": consent,
        "components": components(FILE_FORM, typed.text, errors),
        "most": MOST_FILES,
    }


def _context(
    session: Session, parts: PortalParts, submission: Submission, code: str, who: Who, at: datetime
) -> dict[str, Any]:
    framework, criterion = _criterion(session, parts, submission, code)
    listed = example_lists.of_submission(session, submission.id, uk_day(at))
    of_code = [one for one in listed if one.consent.criterion_code == code]
    current = next((one for one in of_code if one.consent.withdrawn_at is None), None)
    files = examples.files_of(session, [current.consent.id]).get(current.consent.id, ()) if current else ()
    has_scanner = bool(parts.settings.scanner)
    return {
        "submission": submissions.facts(session, submission.id),
        "framework": framework,
        "criterion": criterion,
        "level": framework.level(submission.level),
        "texts": actions.sealed_texts(session, submission, framework, code),
        "current": current,
        "earlier": [one for one in of_code if one is not current],
        "files": [(one, one.is_ready(has_scanner=has_scanner)) for one in files],
        "shown": {one.version.id for one in _shown(session, current, at, has_scanner=has_scanner)},
        "recognition": examples.recognition(session, submission.id, uk_day(at)),
        "may_share": _may(Permission.SHARE_EXAMPLES, who, submission),
        "may_add": _may(Permission.WRITE_EVIDENCE, who, submission) and len(files) < MOST_FILES,
    }


def _shown(
    session: Session, current: Consented | None, at: datetime, *, has_scanner: bool
) -> tuple[ExampleFile, ...]:
    """The files that anyone may open now."""
    if current is None or current.example is None:
        return ()
    found = examples.one_shown(session, current.example.id, uk_day(at), has_scanner=has_scanner)
    return found.files if found else ()


def _criterion(
    session: Session, parts: PortalParts, submission: Submission, code: str
) -> tuple[Framework, Criterion]:
    """NotFound unless the recognised copy has the criterion."""
    _require_certificate(session, submission)
    framework = parts.shelf.get(session, submission.framework_version_id)
    if code not in sealed_copies.document(session, submission.id).content.codes:
        raise NotFound
    return framework, framework.criterion(code)


def _require_certificate(session: Session, submission: Submission) -> None:
    """NotFound until recognition was released, whatever was decided."""
    if certificates.of_submission(session, submission.id) is None:
        raise NotFound


def _consent(session: Session, submission: Submission, code: str) -> ExampleConsent:
    found = examples.consent(session, submission.id, code)
    if found is None:
        raise NotFound
    return found


def _require_ticked(typed: Typed) -> None:
    if typed.get("agree") != "yes":
        raise RuleError("Tick the box to say that your organisation agrees.", field="agree")


def _may(permission: Permission, who: Who, submission: Submission) -> bool:
    return allows(permission, who, Scope(organisation_id=submission.organisation_id))
