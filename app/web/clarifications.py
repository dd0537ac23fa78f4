"""One question to the organisation: asked and closed by the Assembly, answered by the organisation's lead."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.actions import clarifications as actions
from app.criteria.schema import Question, QuestionKind
from app.models import Submission
from app.queries import clarifications, sealed_copies, submissions
from app.rules.clarifications import USUAL_WORKING_DAYS
from app.rules.clarifications import Question as Asked
from app.rules.days import uk_day
from app.rules.errors import Conflict
from app.rules.permissions import Permission
from app.rules.workflow import Verb, open_verbs
from app.rules.working_days import after
from app.web.attempts import Attempt
from app.web.guards import SubmissionFor
from app.web.pages import again, go, page
from app.web.portal import Portal, PortalParts
from app.web.review_pages import answer_of
from app.web.transaction import Form, Now, Person, Transaction
from app.web.typed_days import drawn_day, proposed, typed_day

router = APIRouter()
Asking = Annotated[Submission, Depends(SubmissionFor(Permission.ASK_CLARIFICATION), scope="function")]
Answering = Annotated[Submission, Depends(SubmissionFor(Permission.ANSWER_CLARIFICATION), scope="function")]

DUE = Question(
    id="due",
    kind=QuestionKind.DATE,
    label="When is the answer needed by?",
    hint="The organisation sees this day beside the question. For example, 27 3 2027.",
)


@router.get("/submissions/{submission_id}/clarifications")
async def show(
    request: Request, who: Person, session: Transaction, parts: Portal, at: Now, submission: Asking
) -> Response:
    typed = proposed(DUE, after(uk_day(at), USUAL_WORKING_DAYS))
    return page(request, "clarifications/ask", who, **_asking(session, parts, submission, at, typed))


@router.post("/submissions/{submission_id}/clarifications")
async def ask(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    at: Now,
    typed: Form,
    submission: Asking,
) -> Response:
    base_url = parts.settings.base_url
    with Attempt(session) as attempt:
        due_on = typed_day(DUE, typed.text)
        asked = Asked(typed.get("criterion"), typed.text.get("question", ""), due_on)
        actions.ask(session, submission, asked, by=who, at=at, base_url=base_url)
    if refused := attempt.refused:
        errors = {refused.field: refused.sentence}
        context = _asking(session, parts, submission, at, typed.text, errors)
        return again(request, "clarifications/ask", who, refused, **context)
    return go(f"/submissions/{submission.id}")


@router.post("/submissions/{submission_id}/clarifications/close")
async def close(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    at: Now,
    typed: Form,
    submission: Asking,
) -> Response:
    framework = parts.shelf.get(session, submission.framework_version_id)
    reason = typed.text.get("reason", "")
    with Attempt(session) as attempt:
        actions.close(session, submission, framework, reason, by=who, at=at)
    if refused := attempt.refused:
        context = _asking(session, parts, submission, at, typed.text)
        return again(request, "clarifications/ask", who, refused, **context)
    return go(f"/submissions/{submission.id}")


def _asking(
    session: Session,
    parts: PortalParts,
    submission: Submission,
    at: datetime,
    typed: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    framework = parts.shelf.get(session, submission.framework_version_id)
    codes = sealed_copies.document(session, submission.id).content.codes
    open_one = clarifications.open_of(session, submission.id)
    verbs = open_verbs(submission.status)
    return {
        "submission": submissions.facts(session, submission.id),
        "framework": framework,
        "level": framework.level(submission.level),
        "criteria": [framework.criterion(code) for code in codes],
        "asked": clarifications.every(session, submission.id),
        "open_one": open_one if Verb.CLOSE_CLARIFICATION in verbs else None,
        "is_past": open_one is not None and uk_day(at) > open_one.due_on,
        "may_ask": Verb.ASK_CLARIFICATION in verbs,
        "due": drawn_day(DUE, typed, (errors or {}).get("due", "")),
        "typed": typed,
    }


@router.get("/submissions/{submission_id}/clarification")
async def show_question(
    request: Request, who: Person, session: Transaction, parts: Portal, submission: Answering
) -> Response:
    if Verb.ANSWER_CLARIFICATION not in open_verbs(submission.status):
        return go(f"/submissions/{submission.id}")
    return page(request, "clarifications/answer", who, **_question(session, parts, submission), typed={})


@router.post("/submissions/{submission_id}/clarification")
async def answer(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    at: Now,
    typed: Form,
    submission: Answering,
) -> Response:
    with Attempt(session) as attempt:
        actions.answer(session, submission, typed.text.get("answer", ""), by=who, at=at)
    if refused := attempt.refused:
        context = _question(session, parts, submission)
        return again(request, "clarifications/answer", who, refused, **context, typed=typed.text)
    return go(f"/submissions/{submission.id}")


def _question(session: Session, parts: PortalParts, submission: Submission) -> dict[str, Any]:
    """The question, and the sealed answer that it is about. Conflict when nothing is open."""
    found = clarifications.open_of(session, submission.id)
    if found is None:
        raise Conflict(actions.NOTHING_OPEN)
    framework = parts.shelf.get(session, submission.framework_version_id)
    content = sealed_copies.document(session, submission.id).content
    return {
        "submission": submissions.facts(session, submission.id),
        "framework": framework,
        "level": framework.level(submission.level),
        "clarification": found,
        "criterion": framework.criterion(found.criterion_code),
        "sealed": answer_of(framework, content, found.criterion_code),
    }
