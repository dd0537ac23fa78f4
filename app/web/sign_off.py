"""Handing a level to the executive sponsor, and the one page on which they sign or decline."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.actions import sign_off
from app.actions import submissions as actions
from app.criteria.schema import Framework, Level
from app.models import SelfAssessment, Status, Submission, Window
from app.queries import call_backs, changes, co_signatures, sealed_copies, submissions, to_sign, windows
from app.rules.days import uk_day
from app.rules.declarations import DECLARATION, DECLARATION_MARK
from app.rules.errors import Conflict, RuleError, Stale
from app.rules.people import Who
from app.rules.permissions import Permission, Scope
from app.rules.sealing import SealedContent, seal
from app.rules.submissions import Party, changed_codes, marks, sameness
from app.web.comparisons import compared
from app.web.errors import NotFound
from app.web.guards import SelfAssessmentFor, SubmissionFor
from app.web.ids import id_or_none
from app.web.pages import again, go, page
from app.web.portal import Portal
from app.web.sealed_answers import shown
from app.web.transaction import Form, Now, Person, Transaction, Typed

router = APIRouter()

HandedOver = Annotated[SelfAssessment, Depends(SelfAssessmentFor(Permission.HAND_OVER), scope="function")]
ToSign = Annotated[Submission, Depends(SubmissionFor(Permission.SIGN), scope="function")]


@router.get("/self-assessments/{self_assessment_id}/submit/{level}")
async def show_hand_over(
    request: Request, who: Person, session: Transaction, parts: Portal, at: Now, level: str, found: HandedOver
) -> Response:
    framework = parts.shelf.get(session, found.framework_version_id)
    context = _hand_over_page(session, found, framework, _level(framework, level), who, at)
    return page(request, "sign_off/hand_over", who, **context, chosen={})


@router.post("/self-assessments/{self_assessment_id}/submit/{level}")
async def hand_over(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    at: Now,
    level: str,
    typed: Form,
    found: HandedOver,
) -> Response:
    framework = parts.shelf.get(session, found.framework_version_id)
    context = _hand_over_page(session, found, framework, _level(framework, level), who, at)
    try:
        with session.begin_nested():
            submission = actions.hand_over(
                session,
                found,
                framework,
                level,
                _chosen_window(session, found, typed.get("window")),
                _chosen_sponsor(typed.get("sponsor")),
                by=who,
                at=at,
                base_url=parts.settings.base_url,
            )
    except RuleError as error:
        return again(
            request, "sign_off/hand_over", who, error, status=status_of(error), **context, chosen=typed.text
        )
    return go(f"/submissions/{submission.id}")


def _level(framework: Framework, level_id: str) -> Level:
    try:
        return framework.level(level_id)
    except KeyError:
        raise NotFound from None


def _hand_over_page(
    session: Session, found: SelfAssessment, framework: Framework, level: Level, who: Who, at: datetime
) -> dict[str, Any]:
    return {
        "framework": framework,
        "level": level,
        "self_assessment_id": found.id,
        "gaps": to_sign.missing(session, found, framework, level.id, on=uk_day(at)),
        "windows": windows.open_for(session, found.framework_version_id, level.id, found.organisation_id, at),
        "sponsors": [
            one
            for one in submissions.sponsors(session, found.organisation_id)
            if not sameness(Party(who.person_id, who.email), Party(one.id, one.email))
        ],
        "open_submission_id": submissions.open_of(session, found.organisation_id, level.id),
    }


def _chosen_window(session: Session, found: SelfAssessment, text: str) -> Window:
    id_ = id_or_none(text)
    window = windows.of_version(session, id_, found.framework_version_id) if id_ else None
    if window is None:
        raise RuleError("Choose the window to submit in.", field="window")
    return window


def _chosen_sponsor(text: str) -> UUID:
    id_ = id_or_none(text)
    if id_ is None:
        raise RuleError("Choose who signs.", field="sponsor")
    return id_


def status_of(error: RuleError) -> int:
    return 409 if isinstance(error, Conflict) else 422


@router.get("/submissions/{submission_id}/sign")
async def show_sign(
    request: Request, who: Person, session: Transaction, parts: Portal, at: Now, submission: ToSign
) -> Response:
    if submission.status is not Status.AWAITING_SIGN_OFF:
        return go(f"/submissions/{submission.id}")
    framework = parts.shelf.get(session, submission.framework_version_id)
    content = _living_content(session, submission, framework, at)
    return page(
        request,
        "sign_off/sign",
        who,
        **_sign_page(session, submission, framework, content, who, at),
        changed=(),
    )


@router.post("/submissions/{submission_id}/sign")
async def sign(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    at: Now,
    typed: Form,
    submission: ToSign,
) -> Response:
    framework = parts.shelf.get(session, submission.framework_version_id)
    try:
        with session.begin_nested():
            _require_ticked(typed.get("read"))
            sign_off.sign(
                session,
                submission,
                framework,
                seen_sha256=typed.get("content"),
                declaration=DECLARATION,
                by=who,
                at=at,
                base_url=parts.settings.base_url,
                minute_reference=typed.text.get("minute", ""),
            )
    except RuleError as error:
        if submission.status is not Status.AWAITING_SIGN_OFF:
            raise
        return _sign_again(request, who, session, submission, framework, at, error, typed)
    return go(f"/submissions/{submission.id}/receipt")


def _require_ticked(text: str) -> None:
    if text != "yes":
        raise RuleError(
            "Tick the box to say that you have read the submission and declare this.", field="read"
        )


def _sign_again(
    request: Request,
    who: Who,
    session: Session,
    submission: Submission,
    framework: Framework,
    at: datetime,
    error: RuleError,
    typed: Typed,
) -> Response:
    """The page once more. The box is empty again, because what it stands for may have changed."""
    content = _living_content(session, submission, framework, at)
    context = _sign_page(session, submission, framework, content, who, at)
    context["is_stale"] = isinstance(error, Stale)
    context["changed"] = changed_codes(typed.get("marks"), content) if context["is_stale"] else ()
    context["minute"] = typed.text.get("minute", "")
    return again(request, "sign_off/sign", who, error, status=status_of(error), **context)


def _living_content(
    session: Session, submission: Submission, framework: Framework, at: datetime
) -> SealedContent:
    return to_sign.of_submission(session, submission, framework, on=uk_day(at))


def _sign_page(
    session: Session,
    submission: Submission,
    framework: Framework,
    content: SealedContent,
    who: Who,
    at: datetime,
) -> dict[str, Any]:
    facts = submissions.facts(session, submission.id)
    door = windows.door(session, session.get_one(Window, submission.window_id), submission.organisation_id)
    closes_at = max(facts.closes_at, door.closes_at) if door else facts.closes_at
    request = changes.open_request(session, submission.id)
    return {
        "submission": facts,
        "framework": framework,
        "level": framework.level(submission.level),
        "content": content,
        "levels": shown(framework, content),
        "compared": compared(framework, sealed_copies.document(session, submission.id).content, content)
        if request
        else [],
        "titles": {criterion.code: criterion.title for criterion in framework.criteria},
        "content_sha256": seal(content),
        "content_marks": marks(content),
        "declaration": DECLARATION,
        "declaration_mark": DECLARATION_MARK,
        "closes_at": closes_at,
        "door": door,
        "due_on": request.due_on if request else None,  # which is not that of a window
        "is_too_late": request is None and at >= closes_at,
        "network": co_signatures.shown_to(session, submission.id, who, Scope()),
        "calls": call_backs.listed(session, submission.id),
    }


@router.get("/submissions/{submission_id}/decline")
async def show_decline(
    request: Request, who: Person, session: Transaction, parts: Portal, submission: ToSign
) -> Response:
    if submission.status is not Status.AWAITING_SIGN_OFF:
        return go(f"/submissions/{submission.id}")
    return page(
        request, "sign_off/decline", who, submission=submissions.facts(session, submission.id), reason=""
    )


@router.post("/submissions/{submission_id}/decline")
async def decline(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    at: Now,
    typed: Form,
    submission: ToSign,
) -> Response:
    facts = submissions.facts(session, submission.id)
    reason = typed.text.get("reason", "")
    try:
        with session.begin_nested():
            sign_off.decline(session, submission, reason, by=who, at=at, base_url=parts.settings.base_url)
    except RuleError as error:
        return again(
            request, "sign_off/decline", who, error, status=status_of(error), submission=facts, reason=reason
        )
    return go(f"/submissions/{submission.id}")
