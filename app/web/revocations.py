"""Revoking a certificate by two people, and the organisation's appeal against it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.actions import revocations as actions
from app.models import Certificate
from app.queries import revocations
from app.rules.people import Who
from app.rules.permissions import Permission
from app.rules.revocations import State, appeal_refusal, last_day, too_few
from app.web.attempts import Attempt
from app.web.guards import CertificateFor
from app.web.ids import id_or_none
from app.web.pages import again, go, page
from app.web.portal import Portal, PortalParts
from app.web.transaction import Form, Now, Person, Transaction, Typed

router = APIRouter()
Revocable = Annotated[Certificate, Depends(CertificateFor(Permission.REVOKE), scope="function")]
Appealing = Annotated[Certificate, Depends(CertificateFor(Permission.APPEAL), scope="function")]
ENDS = {"upheld": True, "overturned": False}


@router.get("/certificates/{certificate_id}/revoke")
async def show(
    request: Request, who: Person, session: Transaction, parts: Portal, at: Now, certificate: Revocable
) -> Response:
    return page(request, "revocations/show", who, **_context(session, parts, certificate, who, at), typed={})


def _context(
    session: Session, parts: PortalParts, certificate: Certificate, who: Who, at: datetime
) -> dict[str, Any]:
    lines = revocations.every(session, certificate.id)
    current = next((one for one in lines if one.state in (State.ASKED, State.APPEALED)), None)
    days = _days(session, parts, certificate)
    left = revocations.left_to_judge(session, certificate, current.row, at, who) if current else 0
    return {
        "certificate": certificate,
        "lines": lines,
        "current": current,
        "mine": current is not None and who.person_id == current.row.asked_by_id,
        "took_part": current is not None
        and who.person_id in (current.row.asked_by_id, current.row.confirmed_by_id),
        "judged_by_me": current is not None and who.person_id == current.row.judged_by_id,
        "mark": actions.mark(current.row) if current else "",
        "too_few": too_few(left) if current and current.state is State.APPEALED else "",
        "days": days,
    }


def _days(session: Session, parts: PortalParts, certificate: Certificate) -> int:
    return parts.shelf.get(session, certificate.framework_version_id).settings.appeal_working_days


@router.post("/certificates/{certificate_id}/revoke")
async def ask(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    at: Now,
    typed: Form,
    certificate: Revocable,
) -> Response:
    return _done(
        request,
        (session, parts, certificate, who, at),
        typed.text,
        lambda: actions.ask(session, certificate, typed.get("reason"), by=who, at=at),
    )


@router.post("/certificates/{certificate_id}/revoke/confirm")
async def confirm(
    who: Person, session: Transaction, parts: Portal, at: Now, typed: Form, certificate: Revocable
) -> Response:
    actions.confirm(
        session,
        certificate,
        _named(typed),
        days=_days(session, parts, certificate),
        by=who,
        at=at,
        base_url=parts.settings.base_url,
    )
    return _back(certificate)


@router.post("/certificates/{certificate_id}/revoke/close")
async def close(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    at: Now,
    typed: Form,
    certificate: Revocable,
) -> Response:
    return _done(
        request,
        (session, parts, certificate, who, at),
        typed.text,
        lambda: actions.close(session, certificate, _named(typed), typed.get("close_reason"), by=who, at=at),
    )


@router.post("/certificates/{certificate_id}/revoke/judge")
async def judge(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    at: Now,
    typed: Form,
    certificate: Revocable,
) -> Response:
    ends = ENDS.get(typed.get("ends"))
    return _done(
        request,
        (session, parts, certificate, who, at),
        typed.text,
        lambda: actions.judge(
            session, certificate, _named(typed), ends, typed.get("appeal_reason"), by=who, at=at
        ),
    )


@router.post("/certificates/{certificate_id}/revoke/settle")
async def settle(
    who: Person, session: Transaction, parts: Portal, at: Now, typed: Form, certificate: Revocable
) -> Response:
    actions.settle(
        session,
        certificate,
        _named(typed),
        seen=typed.get("seen"),
        by=who,
        at=at,
        base_url=parts.settings.base_url,
    )
    return _back(certificate)


def _named(typed: Typed) -> UUID | None:
    """Which revocation the form was drawn for: another may have been asked for since."""
    return id_or_none(typed.get("revocation"))


def _back(certificate: Certificate) -> Response:
    return go(f"/certificates/{certificate.id}/revoke")


def _done(
    request: Request,
    asking: tuple[Session, PortalParts, Certificate, Who, datetime],
    typed: Mapping[str, str],
    act: Callable[[], object],
) -> Response:
    """Act, then show the page anew; the form again with what was typed when something is missing in it."""
    session, parts, certificate, who, at = asking
    with Attempt(session) as attempt:
        act()
    if refused := attempt.refused:
        if not refused.field:
            raise refused
        context = _context(session, parts, certificate, who, at)
        return again(request, "revocations/show", who, refused, **context, typed=typed)
    return _back(certificate)


@router.get("/certificates/{certificate_id}/appeal")
async def show_appeal(
    request: Request, who: Person, session: Transaction, parts: Portal, at: Now, certificate: Appealing
) -> Response:
    context = _appeal_context(session, parts, certificate, at)
    return page(request, "revocations/appeal", who, **context, typed={})


def _appeal_context(
    session: Session, parts: PortalParts, certificate: Certificate, at: datetime
) -> dict[str, Any]:
    row, days = revocations.standing(session, certificate.id), _days(session, parts, certificate)
    return {
        "certificate": certificate,
        "revocation": row,
        "refused": appeal_refusal(row, days, at),
        "until": last_day(row.confirmed_at, days) if row and row.confirmed_at else None,
        "days": days,
    }


@router.post("/certificates/{certificate_id}/appeal")
async def appeal(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    at: Now,
    typed: Form,
    certificate: Appealing,
) -> Response:
    days, base_url = _days(session, parts, certificate), parts.settings.base_url
    with Attempt(session) as attempt:
        actions.appeal(
            session, certificate, typed.get("grounds"), days=days, by=who, at=at, base_url=base_url
        )
    if refused := attempt.refused:
        context = _appeal_context(session, parts, certificate, at)
        return again(request, "revocations/appeal", who, refused, **context, typed=typed.text)
    return go(f"/certificates/{certificate.id}")
