"""What an earlier decision asked for at a criterion, and saying what was done about it."""

from typing import Any

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.actions import conditions as actions
from app.models import SelfAssessment
from app.queries import conditions
from app.queries.moving import is_open
from app.rules.conditions import FIELD
from app.rules.errors import RuleError, Stale
from app.rules.people import Who
from app.rules.permissions import Permission, Scope, allows
from app.web.criterion_sheets import load_place
from app.web.errors import NotFound
from app.web.ids import id_or_none
from app.web.pages import again, go, page
from app.web.portal import Portal, PortalParts
from app.web.self_assessments import Readable, Writable
from app.web.transaction import Form, Now, Person, Transaction

router = APIRouter()
PATH = "/self-assessments/{self_assessment_id}/criteria/{code}/conditions"


@router.get(PATH)
async def show(
    request: Request, who: Person, session: Transaction, parts: Portal, self_assessment: Readable, code: str
) -> Response:
    return page(request, "conditions/show", who, **_context(session, parts, self_assessment, code, who))


@router.post(PATH)
async def answer(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    self_assessment: Writable,
    code: str,
    typed: Form,
    at: Now,
) -> Response:
    place = load_place(session, parts, self_assessment, code)
    condition_id = id_or_none(typed.get("condition"))
    text, version = typed.text.get(f"{FIELD}{condition_id}", ""), typed.get("version")
    try:
        with session.begin_nested():
            actions.answer(
                session,
                self_assessment,
                place.framework,
                code,
                condition_id,
                text,
                version=int(version) if version.isascii() and version.isdigit() and len(version) < 9 else -1,
                by=who,
                at=at,
            )
    except RuleError as refused:
        context = _context(session, parts, self_assessment, code, who)
        context |= {"typed": {condition_id: text}, "is_stale": isinstance(refused, Stale)}
        status = 409 if isinstance(refused, Stale) else 422
        return again(request, "conditions/show", who, refused, status=status, **context)
    return go(f"{place.path}/conditions")


def _context(
    session: Session, parts: PortalParts, self_assessment: SelfAssessment, code: str, who: Who
) -> dict[str, Any]:
    """NotFound when nothing is asked at this criterion."""
    place = load_place(session, parts, self_assessment, code)
    asked = conditions.by_code(session, self_assessment, place.framework).get(code, [])
    if not asked:
        raise NotFound
    scope = Scope(organisation_id=self_assessment.organisation_id)
    may_write = is_open(session, self_assessment, code) and allows(Permission.WRITE_ANSWERS, who, scope)
    return {
        "place": place,
        "framework": place.framework,
        "asked": asked,
        "field": FIELD,
        "may_write": may_write,
        "typed": {},
    }
