"""The light check of a certificate: the holder answers it, the Assembly reads it and sees what is overdue."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.actions import light_checks as actions
from app.models import Certificate, SelfAssessment
from app.queries import conditions, light_checks, self_assessments
from app.rules.certificate_life import light_check
from app.rules.days import uk_day
from app.rules.people import Who
from app.rules.permissions import Permission
from app.web.attempts import Attempt
from app.web.guards import CertificateFor, PortalFor
from app.web.pages import again, go, page
from app.web.portal import Portal, PortalParts
from app.web.transaction import Form, Now, Person, Transaction

router = APIRouter()
Answering = Annotated[Certificate, Depends(CertificateFor(Permission.ANSWER_LIGHT_CHECK), scope="function")]
Reading = Annotated[Certificate, Depends(CertificateFor(Permission.READ_LIGHT_CHECKS), scope="function")]
HOLDS = {"yes": True, "no": False}


@router.get("/light-checks")
async def index(
    request: Request,
    session: Transaction,
    parts: Portal,
    at: Now,
    who: Annotated[Who, Depends(PortalFor(Permission.READ_LIGHT_CHECKS), scope="function")],
) -> Response:
    found = light_checks.lines(
        session, who, uk_day(at), lambda version_id: parts.shelf.get(session, version_id)
    )
    return page(request, "light_checks/index", who, lines=found, most=light_checks.MOST)


@router.get("/certificates/{certificate_id}/light-check")
async def show(
    request: Request, who: Person, session: Transaction, parts: Portal, at: Now, certificate: Answering
) -> Response:
    context = _context(session, parts, certificate, at)
    return page(request, "light_checks/answer", who, **context, typed={})


@router.post("/certificates/{certificate_id}/light-check")
async def answer(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    at: Now,
    typed: Form,
    certificate: Answering,
) -> Response:
    settings = parts.shelf.get(session, certificate.framework_version_id).settings
    holds = HOLDS.get(typed.get("holds"))
    with Attempt(session) as attempt:
        actions.answer(session, certificate, settings, holds, typed.get("text"), by=who, at=at)
    if refused := attempt.refused:
        context = _context(session, parts, certificate, at)
        return again(request, "light_checks/answer", who, refused, **context, typed=typed.text)
    return go(f"/certificates/{certificate.id}")


def _context(session: Session, parts: PortalParts, certificate: Certificate, at: datetime) -> dict[str, Any]:
    framework = parts.shelf.get(session, certificate.framework_version_id)
    current = self_assessments.current_of(session, certificate.organisation_id, framework.id)
    own = session.get(SelfAssessment, current) if current else None
    version = parts.shelf.get(session, own.framework_version_id) if own else framework
    return {
        "certificate": certificate,
        "refused": actions.refusal(session, certificate, framework.settings, at),
        "days": light_check(certificate.expires_on, framework.settings),
        "conditions": conditions.returned(session, own, version) if own else [],
    }


@router.post("/certificates/{certificate_id}/light-check/read")
async def mark_read(who: Person, session: Transaction, at: Now, certificate: Reading) -> Response:
    actions.mark_read(session, certificate, by=who, at=at)
    return go("/light-checks")
