"""Changes to named criteria of a submission: asked for, taken back, handed over again, compared."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.actions import changes as actions
from app.criteria.answers import clean
from app.criteria.schema import Framework, Question, QuestionKind
from app.models import SelfAssessment, Status, Submission
from app.queries import changes, reviews, sealed_copies, submissions, to_sign
from app.rules import sealing
from app.rules.changes import FIELD, USUAL_DAYS, asked
from app.rules.days import uk_day
from app.rules.errors import Conflict, RuleError
from app.rules.evidence import Asked as AskedQuestions
from app.rules.evidence import keys_of
from app.rules.people import Who
from app.rules.permissions import Permission
from app.rules.sealing import SealedContent
from app.rules.submissions import Party, sameness
from app.web.attempts import Attempt
from app.web.comparisons import compared
from app.web.components import component, date_parts
from app.web.errors import NotFound
from app.web.guards import SubmissionFor
from app.web.ids import id_or_none
from app.web.pages import again, go, page
from app.web.portal import Portal
from app.web.transaction import Form, Now, Person, Transaction

router = APIRouter()

Asking = Annotated[Submission, Depends(SubmissionFor(Permission.REQUEST_CHANGES), scope="function")]
HandedOver = Annotated[Submission, Depends(SubmissionFor(Permission.HAND_OVER), scope="function")]
Copied = Annotated[Submission, Depends(SubmissionFor(Permission.READ_SEALED_COPY), scope="function")]

DUE = Question(
    id="due",
    kind=QuestionKind.DATE,
    label="When are the changes needed by?",
    hint="The organisation sees this day beside the request. For example, 27 3 2027.",
)


@router.get("/submissions/{submission_id}/changes")
async def show_request(
    request: Request, who: Person, session: Transaction, parts: Portal, at: Now, submission: Asking
) -> Response:
    proposed = {"due": (uk_day(at) + timedelta(days=USUAL_DAYS)).isoformat()}
    parts_of_day = {f"due-{part}": text for part, text in date_parts(DUE, proposed).items()}
    return page(
        request, "changes/request", who, **_request_page(session, parts.shelf, submission, parts_of_day, {})
    )


@router.post("/submissions/{submission_id}/changes")
async def request_changes(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    at: Now,
    typed: Form,
    submission: Asking,
) -> Response:
    try:
        with Attempt(session) as attempt:
            content = sealed_copies.document(session, submission.id).content
            named = {
                name.removeprefix(FIELD): text for name, text in typed.text.items() if name.startswith(FIELD)
            }
            found = asked(
                named,
                typed.text.get("reason", ""),
                _due(typed.text),
                codes=content.codes,
                today=uk_day(at),
            )
            actions.request(session, submission, found, by=who, at=at, base_url=parts.settings.base_url)
    except LookupError:
        raise NotFound from None
    if error := attempt.refused:
        errors = {error.field: error.sentence}
        drawn = _request_page(session, parts.shelf, submission, typed.text, errors)
        return again(request, "changes/request", who, error, **drawn)
    return go(f"/submissions/{submission.id}")


def _due(typed: Mapping[str, str]) -> date | None:
    keys = keys_of(DUE)
    cleaned = clean(AskedQuestions((DUE,)), {key: typed.get(key, "") for key in keys})
    if error := cleaned.errors.get("due"):
        raise RuleError(error, field="due")
    return date.fromisoformat(cleaned.values["due"]) if "due" in cleaned.values else None


def _request_page(
    session: Session, shelf: Any, submission: Submission, typed: Mapping[str, str], errors: Mapping[str, str]
) -> dict[str, Any]:
    if submission.status is Status.AWAITING_SIGN_OFF:
        raise Conflict("The organisation has not signed it yet.")
    framework: Framework = shelf.get(session, submission.framework_version_id)
    codes = sealed_copies.document(session, submission.id).content.codes
    return {
        "submission": submissions.facts(session, submission.id),
        "framework": framework,
        "level": framework.level(submission.level),
        "criteria": [framework.criterion(code) for code in codes],
        "open_request": changes.open_request(session, submission.id),
        "is_too_late": reviews.is_any_sealed(session, submission.id)
        or submission.status not in (Status.SUBMITTED, Status.IN_REVIEW),
        "due": component(DUE, {key: typed.get(key, "") for key in keys_of(DUE)}, errors.get("due", "")),
        "typed": typed,
        "field": FIELD,
    }


@router.post("/submissions/{submission_id}/changes/take-back")
async def take_back(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    at: Now,
    typed: Form,
    submission: Asking,
) -> Response:
    with Attempt(session) as attempt:
        actions.take_back(session, submission, typed.text.get("reason", ""), by=who, at=at)
    if error := attempt.refused:
        drawn = _request_page(session, parts.shelf, submission, typed.text, {})
        return again(request, "changes/request", who, error, **drawn)
    return go(f"/submissions/{submission.id}")


@router.get("/submissions/{submission_id}/hand-over-again")
async def show_hand_over_again(
    request: Request, who: Person, session: Transaction, parts: Portal, at: Now, submission: HandedOver
) -> Response:
    if submission.status is not Status.CHANGES_REQUESTED:
        return go(f"/submissions/{submission.id}")
    framework = parts.shelf.get(session, submission.framework_version_id)
    context = _again_page(session, submission, framework, who, at)
    return page(request, "changes/hand_over", who, **context, chosen="")


@router.post("/submissions/{submission_id}/hand-over-again")
async def hand_over_again(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    at: Now,
    typed: Form,
    submission: HandedOver,
) -> Response:
    framework = parts.shelf.get(session, submission.framework_version_id)
    with Attempt(session) as attempt:
        sponsor_id = id_or_none(typed.get("sponsor"))
        if sponsor_id is None:
            raise RuleError("Choose who signs.", field="sponsor")
        actions.hand_over_again(
            session,
            submission,
            framework,
            sponsor_id,
            by=who,
            at=at,
            base_url=parts.settings.base_url,
        )
    if error := attempt.refused:
        context = _again_page(session, submission, framework, who, at)
        return again(request, "changes/hand_over", who, error, **context, chosen=typed.get("sponsor"))
    return go(f"/submissions/{submission.id}")


def _again_page(
    session: Session, submission: Submission, framework: Framework, who: Who, at: datetime
) -> dict[str, Any]:
    open_request = changes.open_request(session, submission.id)
    if open_request is None:
        raise Conflict("There is no open request for changes.")
    before = sealed_copies.document(session, submission.id).content
    after = to_sign.of_submission(session, submission, framework, on=uk_day(at))
    found = compared(framework, before, after)
    self_assessment = session.get_one(SelfAssessment, submission.self_assessment_id)
    gaps = to_sign.missing(session, self_assessment, framework, submission.level, on=uk_day(at))
    return {
        "submission": submissions.facts(session, submission.id),
        "framework": framework,
        "level": framework.level(submission.level),
        "open_request": open_request,
        "criteria": [framework.criterion(code) for code in before.codes if code in open_request.criteria],
        "compared": found,
        "unchanged": [code for code in open_request.criteria if code not in {one.code for one in found}],
        "gaps": [gap for gap in gaps if gap.code in open_request.criteria],
        "sponsors": [
            one
            for one in submissions.sponsors(session, submission.organisation_id)
            if not sameness(Party(who.person_id, who.email), Party(one.id, one.email))
        ],
    }


@router.get("/submissions/{submission_id}/comparison")
async def show_comparison(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    submission: Copied,
    number: str = "",
) -> Response:
    """What a sealed copy changed against the one before it; the newest, unless ``number`` names another."""
    copies = sealed_copies.every(session, submission.id)
    later = next((one for one in copies[1:] if str(one.number) == number), copies[-1] if copies else None)
    if later is None or later.number == 1:
        raise NotFound
    framework = parts.shelf.get(session, submission.framework_version_id)
    before, after = (_content(one.document) for one in copies[later.number - 2 : later.number])
    return page(
        request,
        "changes/comparison",
        who,
        submission=submissions.facts(session, submission.id),
        framework=framework,
        level=framework.level(submission.level),
        copies=copies,
        later=later,
        compared=compared(framework, before, after),
        requests=[
            one for one in changes.requests(session, submission.id) if one.copy_number == later.number - 1
        ],
    )


def _content(document: str) -> SealedContent:
    return sealing.read(document).content
