"""The outcome as its organisation sees it: letter, what is strong and missing, why this level, feedback."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.adapters import form_pdf
from app.adapters.structure.check import ACCEPTED
from app.models import Decision, Submission
from app.queries import certificates, decisions, letters, submissions
from app.queries.feedback import feedback
from app.rules.permissions import Permission
from app.rules.why import strongest, why
from app.web.downloads import disposition
from app.web.errors import NotFound
from app.web.guards import SubmissionFor
from app.web.pages import page
from app.web.portal import Portal, PortalParts
from app.web.submission_rounds import after_outcome
from app.web.transaction import Now, Person, Transaction

router = APIRouter()
Read = Annotated[Submission, Depends(SubmissionFor(Permission.READ_OUTCOME), scope="function")]


@router.get("/submissions/{submission_id}/outcome")
async def show(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    at: Now,
    submission: Read,
    number: str = "",
) -> Response:
    """The newest released outcome, also while an appeal against it is judged; an earlier one by its number."""
    released = decisions.all_released(session, submission.id)
    decision = _chosen(released, number)
    context = _context(session, parts, submission, decision, released)
    more = after_outcome(session, parts, submission, decision, who, at)
    return page(request, "decisions/outcome", who, **context, **more)


def _chosen(released: list[Decision], number: str) -> Decision:
    """NotFound until there is a released decision, whatever was decided."""
    found = [one for one in released if not number or str(one.number) == number]
    if not found:
        raise NotFound
    return found[0]


def _context(
    session: Session,
    parts: PortalParts,
    submission: Submission,
    decision: Decision,
    released: list[Decision],
) -> dict[str, Any]:
    """Read from what the decision was based on, never from rows that may have changed since."""
    framework = parts.shelf.get(session, submission.framework_version_id)
    return {
        "submission": submission,
        "framework": framework,
        "facts": submissions.facts(session, submission.id),
        "decision": decision,
        "is_newest": decision is released[0],
        "others": [one for one in released if one is not decision],
        "letter": letters.of_decision(session, decision.id),
        "conditions": decisions.conditions(session, decision.id),
        "feedback": feedback(session, decision),
        "scores": decision.basis["scores"],
        "why": why(decision.basis, decision.rule_outcome, decision.is_override),
        "strongest": strongest(decision.basis),
        "certificate": certificates.of_decision(session, decision.id),
    }


@router.get("/submissions/{submission_id}/outcome/letter.pdf")
async def download_letter(
    session: Transaction, parts: Portal, submission: Read, number: str = ""
) -> Response:
    released = decisions.all_released(session, submission.id)
    decision = _chosen(released, number)
    letter = letters.of_decision(session, decision.id)
    if letter is None:
        raise NotFound
    context = _context(session, parts, submission, decision, released)
    html = parts.templates.get_template("letters/letter.html.jinja").render(**context)
    facts = context["facts"]
    name = f"outcome-{facts.receipt or decision.number}-{decision.number}.pdf"
    session.close()
    made = await asyncio.to_thread(form_pdf.draw, html)
    headers = {"content-disposition": disposition(name)}
    return Response(made, media_type=ACCEPTED["pdf"], headers=headers)
