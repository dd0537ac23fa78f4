"""The administrator gives a submission its reviewers."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from app.actions import assignments as actions
from app.models import ReviewStatus, Submission
from app.queries import assignments, submissions
from app.rules.errors import RuleError
from app.rules.people import Who
from app.rules.permissions import Permission
from app.rules.workflow import Verb, open_verbs
from app.web.attempts import Attempt
from app.web.errors import NotFound
from app.web.guards import SubmissionFor
from app.web.pages import again, go, page
from app.web.portal import Portal, PortalParts
from app.web.transaction import Form, Now, Person, Transaction, Typed

router = APIRouter()
Assigning = Annotated[Submission, Depends(SubmissionFor(Permission.ASSIGN_REVIEWERS), scope="function")]
PREFIX = "reviewer-"


@router.get("/submissions/{submission_id}/reviewers")
async def show(
    request: Request, who: Person, session: Transaction, parts: Portal, submission: Assigning, at: Now
) -> Response:
    context = _context(session, parts, who, submission, at)
    return page(request, "assignments/show", who, **context, chosen=())


@router.post("/submissions/{submission_id}/reviewers")
async def assign(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    submission: Assigning,
    typed: Form,
    at: Now,
) -> Response:
    """All that were chosen are assigned, or none."""
    with Attempt(session) as attempt:
        for reviewer_id in _chosen(typed):
            framework = parts.shelf.get(session, submission.framework_version_id)
            actions.assign(session, submission, framework, reviewer_id, by=who, at=at)
    if refused := attempt.refused:
        context = _context(session, parts, who, submission, at)
        return again(request, "assignments/show", who, refused, **context, chosen=tuple(typed.text))
    return go(f"/submissions/{submission.id}/reviewers")


def _chosen(typed: Typed) -> list[UUID]:
    names = [name.removeprefix(PREFIX) for name in typed.text if name.startswith(PREFIX)]
    if not names:
        raise RuleError("Select a reviewer.", field="reviewers")
    try:
        return [UUID(name) for name in names]
    except ValueError:
        raise RuleError("Select a reviewer from the list.", field="reviewers") from None


def _context(
    session: Transaction, parts: PortalParts, who: Who, submission: Submission, at: Now
) -> dict[str, Any]:
    verbs = open_verbs(submission.status)
    current = assignments.assigned(session, submission.id)
    missing = assignments.still_wanted(session, submission)
    return {
        "submission": submissions.facts(session, submission.id),
        "framework": parts.shelf.get(session, submission.framework_version_id),
        "assigned": current,
        "missing": missing,
        "candidates": assignments.candidates(session, submission, at, parts.settings.conflict_years, who),
        "may_assign": Verb.ASSIGN_REVIEWER in verbs and missing > 0,
        "may_remove": Verb.REMOVE_REVIEWER in verbs,
    }


@router.get("/submissions/{submission_id}/reviewers/{review_id}/remove")
async def ask_to_remove(
    request: Request, who: Person, session: Transaction, submission: Assigning, review_id: str
) -> Response:
    return page(request, "assignments/remove", who, **_removal(session, submission, review_id), reason="")


@router.post("/submissions/{submission_id}/reviewers/{review_id}/remove")
async def remove(
    request: Request,
    who: Person,
    session: Transaction,
    submission: Assigning,
    review_id: str,
    typed: Form,
    at: Now,
) -> Response:
    context = _removal(session, submission, review_id)
    with Attempt(session) as attempt:
        actions.remove(session, submission, context["review"].review_id, typed.get("reason"), by=who, at=at)
    if refused := attempt.refused:
        return again(request, "assignments/remove", who, refused, **context, reason=typed.get("reason"))
    return go(f"/submissions/{submission.id}/reviewers")


def _removal(session: Transaction, submission: Submission, review_id: str) -> dict[str, Any]:
    """NotFound unless the review belongs to the submission and is not sealed or removed."""
    for review in assignments.assigned(session, submission.id):
        if str(review.review_id) == review_id and review.status is not ReviewStatus.SEALED:
            return {"submission": submissions.facts(session, submission.id), "review": review}
    raise NotFound
