"""Comments on a criterion, for colleagues alone. They have a page of their own, so that no answer is lost over one."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.actions import comments as actions
from app.criteria.schema import Criterion
from app.models import Comment, SelfAssessment
from app.queries import comments, owners
from app.rules.errors import RuleError
from app.rules.permissions import Permission, Scope, allows
from app.web.errors import NotFound
from app.web.guards import SelfAssessmentFor
from app.web.ids import id_or_none
from app.web.pages import again, go, page
from app.web.portal import Portal, PortalParts
from app.web.transaction import Form, Now, Person, Transaction

router = APIRouter()
Commented = Annotated[SelfAssessment, Depends(SelfAssessmentFor(Permission.COMMENT), scope="function")]


@router.get("/self-assessments/{self_assessment_id}/criteria/{code}/comments")
async def show(
    request: Request, who: Person, session: Transaction, parts: Portal, self_assessment: Commented, code: str
) -> Response:
    context = _context(session, parts, self_assessment, code)
    return page(
        request, "comments/show", who, **context, may_assign=_may_assign(who, self_assessment), text=""
    )


@router.post("/self-assessments/{self_assessment_id}/criteria/{code}/comments")
async def write(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    at: Now,
    typed: Form,
    self_assessment: Commented,
    code: str,
) -> Response:
    context = _context(session, parts, self_assessment, code)
    text = typed.text.get("comment", "")
    try:
        with session.begin_nested():
            actions.write(
                session, self_assessment, code, text, base_url=parts.settings.base_url, by=who, at=at
            )
    except RuleError as refused:
        may_assign = _may_assign(who, self_assessment)
        return again(request, "comments/show", who, refused, **context, may_assign=may_assign, text=text)
    return go(_path(self_assessment, code))


@router.post("/self-assessments/{self_assessment_id}/criteria/{code}/comments/{comment_id}/resolve")
async def resolve(
    who: Person, session: Transaction, at: Now, self_assessment: Commented, code: str, comment_id: str
) -> Response:
    actions.resolve(session, _comment(session, self_assessment, code, comment_id), by=who, at=at)
    return go(_path(self_assessment, code))


@router.post("/self-assessments/{self_assessment_id}/criteria/{code}/comments/{comment_id}/reopen")
async def reopen(
    who: Person, session: Transaction, at: Now, self_assessment: Commented, code: str, comment_id: str
) -> Response:
    actions.reopen(session, _comment(session, self_assessment, code, comment_id), by=who, at=at)
    return go(_path(self_assessment, code))


def _path(self_assessment: SelfAssessment, code: str) -> str:
    return f"/self-assessments/{self_assessment.id}/criteria/{code}/comments"


def _may_assign(who: Person, self_assessment: SelfAssessment) -> bool:
    return allows(Permission.ASSIGN_CRITERIA, who, Scope(organisation_id=self_assessment.organisation_id))


def _comment(session: Session, self_assessment: SelfAssessment, code: str, text: str) -> Comment:
    id_ = id_or_none(text)
    found = comments.comment(session, self_assessment.id, code, id_) if id_ else None
    if found is None:
        raise NotFound
    return found


def _context(
    session: Session, parts: PortalParts, self_assessment: SelfAssessment, code: str
) -> dict[str, Any]:
    framework = parts.shelf.get(session, self_assessment.framework_version_id)
    criterion: Criterion | None = next((one for one in framework.criteria if one.code == code), None)
    if criterion is None:
        raise NotFound
    said = comments.of_criterion(session, self_assessment.id, code)
    return {
        "self_assessment": self_assessment,
        "framework": framework,
        "criterion": criterion,
        "owner": owners.owner(session, self_assessment, code),
        "open_ones": [one for one in said if one.resolved_at is None],
        "resolved": [one for one in said if one.resolved_at is not None],
        "most": actions.LONGEST,
    }
