"""What each source has brought, which criteria it can serve, and where it is linked or could be."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.actions import evidence as actions
from app.models import Organisation, SelfAssessment
from app.queries import evidence_lists
from app.rules.cross_map import cross_map
from app.rules.days import uk_day
from app.rules.errors import RuleError
from app.rules.people import Who
from app.rules.permissions import Permission, Scope, allows
from app.web.guards import SelfAssessmentFor
from app.web.ids import id_or_none
from app.web.pages import again, go, page
from app.web.portal import Portal, PortalParts
from app.web.transaction import Form, Now, Person, Transaction, Typed

router = APIRouter()

Readable = Annotated[
    SelfAssessment, Depends(SelfAssessmentFor(Permission.READ_SELF_ASSESSMENT), scope="function")
]
Writable = Annotated[SelfAssessment, Depends(SelfAssessmentFor(Permission.WRITE_ANSWERS), scope="function")]
NOT_OURS = "Choose evidence from your organisation's library, and a criterion."


@router.get("/self-assessments/{self_assessment_id}/sources")
async def show(
    request: Request, who: Person, session: Transaction, parts: Portal, at: Now, self_assessment: Readable
) -> Response:
    code = request.query_params.get("linked", "")
    drawn = _drawn(session, parts, who, at, self_assessment)
    known = {one.code for one in drawn["framework"].criteria}
    return page(request, "self_assessments/sources", who, linked=code if code in known else "", **drawn)


@router.post("/self-assessments/{self_assessment_id}/sources")
async def link(
    request: Request,
    who: Person,
    typed: Form,
    session: Transaction,
    parts: Portal,
    at: Now,
    self_assessment: Writable,
) -> Response:
    """Link an item to a criterion that it can serve, and return to the page the button stood on."""
    try:
        with session.begin_nested():
            code = _link(session, parts, self_assessment, typed, who, at)
    except RuleError as error:
        drawn = _drawn(session, parts, who, at, self_assessment)
        return again(request, "self_assessments/sources", who, error, status=422, linked="", **drawn)
    if typed.get("then") == "item":
        return go(f"/evidence/{id_or_none(typed.get('evidence'))}?linked={code}")
    return go(f"/self-assessments/{self_assessment.id}/sources?linked={code}")


def _link(
    session: Session,
    parts: PortalParts,
    self_assessment: SelfAssessment,
    typed: Typed,
    who: Who,
    at: datetime,
) -> str:
    framework = parts.shelf.get(session, self_assessment.framework_version_id)
    code, item_id = typed.get("code"), id_or_none(typed.get("evidence"))
    if item_id is None or code not in {one.code for one in framework.criteria}:
        raise RuleError(NOT_OURS)
    if not any(
        use.code == code and use.self_assessment_id == self_assessment.id
        for use in evidence_lists.uses_of(session, item_id)
    ):  # linked already: its page or passage stays as it is
        actions.link(session, self_assessment, framework, code, item_id, "", by=who, at=at)
    return code


def _drawn(
    session: Session, parts: PortalParts, who: Who, at: datetime, self_assessment: SelfAssessment
) -> dict[str, Any]:
    framework = parts.shelf.get(session, self_assessment.framework_version_id)
    organisation = session.get_one(Organisation, self_assessment.organisation_id)
    library = evidence_lists.library(session, organisation.id, has_scanner=bool(parts.settings.scanner))
    linked = {
        (id_, use.code)
        for id_, uses in library.uses.items()
        for use in uses
        if use.self_assessment_id == self_assessment.id
    }
    today = uk_day(at)
    return {
        "framework": framework,
        "organisation": organisation,
        "self_assessment": self_assessment,
        "sources": cross_map(framework, organisation.kind, library.lines, linked, today=today),
        "unmarked": sum(not one.source for one in library.lines),
        "today": today,
        "may_link": allows(Permission.WRITE_ANSWERS, who, Scope(organisation_id=organisation.id)),
    }
