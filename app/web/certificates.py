"""A certificate for those who hold it, and for who may revoke it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.actions import certificates as actions
from app.adapters.pdf import CertificateFacts, Signatory
from app.config import Settings
from app.models import Certificate
from app.queries import scopes
from app.rules.certificates import standing
from app.rules.days import uk_day
from app.rules.errors import Conflict, RuleError
from app.rules.permissions import Permission, allows
from app.web.guards import CertificateFor
from app.web.pages import again, go, page
from app.web.portal import Portal
from app.web.transaction import Form, Now, Person, Transaction

router = APIRouter()
SIGNS_FOR = "For the issuer"
Readable = Annotated[Certificate, Depends(CertificateFor(Permission.READ_CERTIFICATE), scope="function")]
Revocable = Annotated[Certificate, Depends(CertificateFor(Permission.REVOKE), scope="function")]


def facts_of(certificate: Certificate, settings: Settings) -> CertificateFacts:
    """What is printed: the row as it was that day, and where anyone can check it."""
    return CertificateFacts(
        number=certificate.number,
        level_name=certificate.level_name,
        organisation_name=certificate.organisation_name,
        ods_code=certificate.ods_code,
        framework_title=certificate.framework_title,
        framework_version=certificate.framework_version,
        illustrative_mark=certificate.illustrative_mark,
        issued_on=certificate.issued_on,
        expires_on=certificate.expires_on,
        issuer_name=certificate.issuer_name,
        signatories=tuple(Signatory(role, SIGNS_FOR) for role in certificate.signatories),
        verify_url=f"{settings.base_url}/verify/{certificate.token}",
        register_address=f"{settings.base_url}/verify",
        demo=certificate.is_fictional,
    )


@router.get("/certificates/{certificate_id}")
async def show(request: Request, who: Person, certificate: Readable, at: Now) -> Response:
    return page(
        request,
        "certificates/show",
        who,
        certificate=certificate,
        standing=standing(certificate, uk_day(at)).value,
        may_revoke=allows(Permission.REVOKE, who, scopes.of_certificate(certificate)),
    )


@router.get("/certificates/{certificate_id}/pdf")
async def pdf(certificate: Readable, parts: Portal, session: Transaction) -> Response:
    """The PDF, drawn from the row: the same bytes each time."""
    facts = facts_of(certificate, parts.settings)
    session.close()  # drawing waits for another process, and must not hold a connection meanwhile
    drawn = await parts.press.draw(facts)
    return Response(
        drawn,
        media_type="application/pdf",
        headers={"content-disposition": f'attachment; filename="{certificate.number}.pdf"'},
    )


@router.get("/certificates/{certificate_id}/revoke")
async def show_revoke(request: Request, who: Person, certificate: Revocable) -> Response:
    return page(request, "certificates/revoke", who, certificate=certificate, typed={})


@router.post("/certificates/{certificate_id}/revoke")
async def revoke(
    request: Request, who: Person, session: Transaction, certificate: Revocable, typed: Form, at: Now
) -> Response:
    try:
        with session.begin_nested():
            actions.revoke(session, certificate, typed.get("reason"), by=who, at=at, on=uk_day(at))
    except Conflict:
        raise
    except RuleError as refused:
        return again(request, "certificates/revoke", who, refused, certificate=certificate, typed=typed.text)
    return go(f"/certificates/{certificate.id}")
