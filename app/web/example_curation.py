"""The Assembly chooses what of a recognised answer is shown: excerpt, reason, preview, publishing, taking down."""

import asyncio
import io
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.actions import example_curation as actions
from app.actions.examples import sealed_texts
from app.adapters.findings.examine import search
from app.adapters.findings.kinds import Finding
from app.models import Certificate, Example, ExampleConsent, Submission
from app.queries import example_lists, examples, submissions
from app.queries.examples import Shown
from app.rules.days import uk_day
from app.rules.errors import Conflict, RuleError, Stale
from app.rules.examples import CUT, LONGEST_EXCERPT, doubts
from app.rules.passages import LONGEST
from app.rules.people import Who
from app.rules.permissions import Permission
from app.web.attempts import Attempt
from app.web.downloads import scrubbed_response
from app.web.errors import NotFound
from app.web.guards import PortalFor, SubmissionFor
from app.web.pages import again, go, page
from app.web.portal import Portal, PortalParts
from app.web.public_examples import shown_name
from app.web.transaction import Form, Now, Person, Transaction, Typed

router = APIRouter()
PATH = "/submissions/{submission_id}/examples/{code}/curate"
_CURATE = SubmissionFor(Permission.CURATE_EXAMPLES)
Curated = Annotated[Submission, Depends(_CURATE, scope="function")]


@router.get("/examples/curate")
async def index(
    request: Request,
    session: Transaction,
    parts: Portal,
    at: Now,
    who: Annotated[Who, Depends(PortalFor(Permission.CURATE_EXAMPLES))],
) -> Response:
    found = example_lists.to_curate(session, who, uk_day(at))
    frameworks = {
        one.framework_version_id: parts.shelf.get(session, one.framework_version_id) for one in found
    }
    lines = [
        (one, frameworks[one.framework_version_id].criterion(one.consent.criterion_code)) for one in found
    ]
    return page(
        request,
        "examples/curate_list",
        who,
        lines=lines,
        levels={one.consent.id: frameworks[one.framework_version_id].level(one.level).name for one in found},
    )


@router.get(PATH)
async def show(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    at: Now,
    submission: Curated,
    code: str,
) -> Response:
    context = _context(session, parts, submission, code, at)
    return page(request, "examples/curate", who, **context, typed={}, found=[])


async def _searched(request: Request, who: Person, parts: Portal, typed: Form) -> list[Finding]:
    """What the search of uploaded files finds in the texts, in a process apart and before the transaction. The guard
    is asked first, for the search takes a moment."""
    with parts.database.read() as session:
        await _CURATE(request, who, session)
    text = f"{typed.get('excerpt')}\n{typed.get('why')}"
    if len(text) > 2 * LONGEST:  # refused in any case
        return []
    return await asyncio.to_thread(search, io.BytesIO(text.encode("utf-8", "replace")), "txt")


@router.post(PATH)
async def save(
    request: Request,
    who: Person,
    found: Annotated[list[Finding], Depends(_searched)],
    session: Transaction,
    parts: Portal,
    at: Now,
    submission: Curated,
    code: str,
    typed: Form,
) -> Response:
    given = _consent(session, submission, code)
    try:
        with session.begin_nested():
            actions.save(
                session,
                given,
                submission,
                parts.shelf.get(session, submission.framework_version_id),
                typed.text.get("excerpt", ""),
                typed.text.get("why", ""),
                found=found,
                has_looked=typed.get("looked") == "yes",
                version=_number(typed.get("version")),
                by=who,
                at=at,
                on=uk_day(at),
            )
    except RuleError as refused:
        if isinstance(refused, Conflict) and not isinstance(refused, Stale):
            raise
        return _again(request, who, session, parts, submission, code, at, typed, found, refused)
    return go(f"/submissions/{submission.id}/examples/{code}/curate#preview")


@router.post(f"{PATH}/publish")
async def publish(
    who: Person, session: Transaction, parts: Portal, at: Now, submission: Curated, code: str, typed: Form
) -> Response:
    given = _consent(session, submission, code)
    actions.publish(
        session,
        _example(session, given),
        given,
        submission,
        version=_number(typed.get("version")),
        by=who,
        at=at,
        on=uk_day(at),
        base_url=parts.settings.base_url,
    )
    return go(f"/submissions/{submission.id}/examples/{code}/curate")


@router.post(f"{PATH}/take-down")
async def take_down(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    at: Now,
    submission: Curated,
    code: str,
    typed: Form,
) -> Response:
    given = _consent(session, submission, code)
    with Attempt(session) as attempt:
        example = _example(session, given)
        actions.take_down(session, example, given, submission, typed.get("reason"), by=who, at=at)
    if refused := attempt.refused:
        context = _context(session, parts, submission, code, at)
        return again(request, "examples/curate", who, refused, **context, typed={}, found=[])
    return go(f"/submissions/{submission.id}/examples/{code}/curate")


@router.get(f"{PATH}/files/{{number}}")
async def open_file(
    session: Transaction, parts: Portal, submission: Curated, code: str, number: str
) -> Response:
    """A redacted file as everyone would open it, before it is published."""
    given = _consent(session, submission, code)
    files = examples.files_of(session, [given.id]).get(given.id, ())
    file = next((one for one in files if str(one.number) == number and not one.is_removed), None)
    if file is None or not file.is_ready(has_scanner=bool(parts.settings.scanner)):
        raise NotFound
    return scrubbed_response(parts, file.version, file.check, shown_name(code, file))


def _again(
    request: Request,
    who: Who,
    session: Session,
    parts: PortalParts,
    submission: Submission,
    code: str,
    at: datetime,
    typed: Typed,
    found: list[Finding],
    refused: RuleError,
) -> Response:
    context = _context(session, parts, submission, code, at)
    known = examples.known_people(session, submission.organisation_id)
    context["doubts"] = doubts(f"{typed.get('excerpt')}\n{typed.get('why')}", known)
    status = 409 if isinstance(refused, Stale) else 422
    return again(
        request, "examples/curate", who, refused, status=status, **context, typed=typed.text, found=found
    )


def _context(
    session: Session, parts: PortalParts, submission: Submission, code: str, at: datetime
) -> dict[str, Any]:
    given = _consent(session, submission, code)
    framework = parts.shelf.get(session, submission.framework_version_id)
    example = examples.of_consent(session, given.id)
    known = examples.known_people(session, given.organisation_id)
    recognition = examples.recognition(session, submission.id, uk_day(at))
    has_scanner = bool(parts.settings.scanner)
    return {
        "submission": submissions.facts(session, submission.id),
        "framework": framework,
        "criterion": framework.criterion(code),
        "level": framework.level(submission.level),
        "consent": given,
        "example": example,
        "is_shown": example is not None and actions.is_shown(example),
        "recognition": recognition,
        "preview": _preview(example, given, recognition, at),
        "texts": sealed_texts(session, submission, framework, code),
        "files": [
            (one, one.is_ready(has_scanner=has_scanner))
            for one in examples.files_of(session, [given.id]).get(given.id, ())
        ],
        "doubts": doubts(f"{example.excerpt}\n{example.why}", known) if example else [],
        "cut": CUT,
        "most": LONGEST_EXCERPT,
    }


def _preview(
    example: Example | None, given: ExampleConsent, held: Certificate | None, at: datetime
) -> Shown | None:
    """The example as anyone would read it, if it were published now."""
    if example is None or held is None:
        return None
    return Shown(
        id=example.id,
        consent_id=given.id,
        framework_version_id=example.framework_version_id,
        criterion_code=example.criterion_code,
        excerpt=example.excerpt,
        why=example.why,
        credit=given.credit,
        published_at=example.published_at or at,
        level_name=held.level_name,
        recognised_on=held.issued_on,
        framework_version=held.framework_version,
        is_fictional=held.is_fictional,
    )


def _consent(session: Session, submission: Submission, code: str) -> ExampleConsent:
    """NotFound once it is taken back: what it was stays in the history."""
    found = examples.consent(session, submission.id, code)
    if found is None:
        raise NotFound
    return found


def _example(session: Session, given: ExampleConsent) -> Example:
    found = examples.of_consent(session, given.id)
    if found is None:
        raise NotFound
    return found


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1
