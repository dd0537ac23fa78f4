"""The page on which the chair of a staff network reads a submission and says what the network thinks of it."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.actions import co_signatures as actions
from app.models import Submission, View
from app.queries import co_signatures, submissions
from app.rules import co_signatures as rules
from app.rules.errors import NotAllowed, RuleError
from app.rules.people import Who
from app.rules.permissions import Permission
from app.web.guards import SubmissionFor
from app.web.pages import again, go, page
from app.web.portal import Portal, PortalParts
from app.web.sealed_answers import shown
from app.web.sign_off import status_of
from app.web.transaction import Form, Now, Person, Transaction

router = APIRouter()
ToCoSign = Annotated[Submission, Depends(SubmissionFor(Permission.CO_SIGN), scope="function")]


@router.get("/submissions/{submission_id}/co-signature")
async def show(
    request: Request, who: Person, session: Transaction, parts: Portal, at: Now, submission: ToCoSign
) -> Response:
    context = _context(session, parts, submission, who, at)
    return page(request, "co_signatures/give", who, **context, typed=_kept(context["own"]))


@router.post("/submissions/{submission_id}/co-signature")
async def give(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    at: Now,
    typed: Form,
    submission: ToCoSign,
) -> Response:
    framework = parts.shelf.get(session, submission.framework_version_id)
    try:
        with session.begin_nested():
            actions.give(
                session,
                submission,
                framework,
                rules.typed_view(typed.get("view")),
                typed.text.get("comment", ""),
                is_view_shared=typed.get("share-view") == "yes",
                is_comment_shared=typed.get("share-comment") == "yes",
                seen_sha256=typed.get("content"),
                by=who,
                at=at,
            )
    except NotAllowed:
        raise
    except RuleError as error:
        context = _context(session, parts, submission, who, at)
        return again(
            request, "co_signatures/give", who, error, status=status_of(error), **context, typed=typed.text
        )
    return go(f"/submissions/{submission.id}/co-signature")


def _context(
    session: Session, parts: PortalParts, submission: Submission, who: Who, at: datetime
) -> dict[str, Any]:
    framework = parts.shelf.get(session, submission.framework_version_id)
    facts = submissions.facts(session, submission.id)
    read = co_signatures.to_read(session, submission, framework, at)
    row = co_signatures.of_chair(session, submission.id, who.person_id)
    assert row is not None  # the guard has seen that this person was asked
    return {
        "submission": facts,
        "framework": framework,
        "level": framework.level(submission.level),
        "read": read,
        "levels": shown(framework, read.content),
        "titles": {criterion.code: criterion.title for criterion in framework.criteria},
        "own": co_signatures.own(session, row),
        "views": list(View),
        "words": rules.WORDS,
        "is_open": rules.is_open(submission.status, facts.sealed_at, at, is_appeal=submission.round > 1),
        "closes_at": rules.closes_at(submission.status, facts.sealed_at),
    }


def _kept(own: rules.CoSigning) -> dict[str, str]:
    """The form as it was given last. Nothing is shared unless the chair says so."""
    return {
        "view": own.view.value if own.view else "",
        "comment": own.comment,
        "share-view": "yes" if own.is_view_shared else "",
        "share-comment": "yes" if own.is_comment_shared else "",
    }
