"""A certificate for those who hold it, and for who may issue it again."""

import asyncio
import hashlib
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.actions import certificates as actions
from app.actions.certificates import Issuer
from app.adapters.files import Files, StoreAway
from app.models import Certificate, FileForm
from app.queries import certificate_files, certificates, scopes
from app.rules.certificates import require_reissuable, standing
from app.rules.days import uk_day
from app.rules.people import Who
from app.rules.permissions import Permission, allows
from app.rules.scans import HeldBack
from app.web.attempts import Attempt
from app.web.certificate_life import life
from app.web.downloads import disposition
from app.web.guards import CertificateFor
from app.web.pages import again, go, page
from app.web.portal import Portal, PortalParts
from app.web.transaction import Form, Now, Person, Transaction

router = APIRouter()
Reissuable = Annotated[Certificate, Depends(CertificateFor(Permission.REISSUE), scope="function")]
Readable = Annotated[Certificate, Depends(CertificateFor(Permission.READ_CERTIFICATE), scope="function")]


@router.get("/certificates/{certificate_id}")
async def show(
    request: Request, who: Person, session: Transaction, parts: Portal, certificate: Readable, at: Now
) -> Response:
    return page(
        request,
        "certificates/show",
        who,
        certificate=certificate,
        standing=standing(certificate, uk_day(at)).value,
        **_files(session, certificate, who),
        **life(session, parts, certificate, who, at),
    )


def _files(session: Session, certificate: Certificate, who: Who) -> dict[str, Any]:
    """The values of ``certificates/files.html``."""
    may_reissue = allows(Permission.REISSUE, who, scopes.of_certificate(certificate))
    return {
        "files": certificate_files.of_certificate(session, certificate.id),
        "held_up": certificate_files.held_up(session, certificate.id) if may_reissue else "",
        "may_reissue": may_reissue,
        "supersedes": certificates.before(session, certificate),
        "superseded_by": certificates.after(session, certificate),
    }


@router.get("/certificates/{certificate_id}/signed.pdf")
async def signed(certificate: Readable, parts: Portal, session: Transaction) -> Response:
    """The file to pass on and to frame: what was signed on the day it was drawn, and nothing since."""
    return await _sent(session, parts, certificate, FileForm.SIGNED, f"{certificate.number}.pdf")


@router.get("/certificates/{certificate_id}/accessible.pdf")
async def accessible(certificate: Readable, parts: Portal, session: Transaction) -> Response:
    """The same page for a screen reader, without the signature that would be a fault there."""
    return await _sent(
        session, parts, certificate, FileForm.ACCESSIBLE, f"{certificate.number}-accessible.pdf"
    )


async def _sent(
    session: Session, parts: PortalParts, certificate: Certificate, form: FileForm, name: str
) -> Response:
    file = certificate_files.of_certificate(session, certificate.id).get(form)
    if file is None:
        raise HeldBack(
            "This certificate is being drawn",
            "Its files are made after the outcomes are released. Come back in a few minutes.",
            409,
        )
    stored, size, sha256 = file.stored_name, file.size, file.sha256
    session.close()  # a store may be slow, and must not hold a connection meanwhile
    content = await asyncio.to_thread(_read, parts.files, stored)
    if (len(content), hashlib.sha256(content).hexdigest()) != (size, sha256):
        raise StoreAway("the stored bytes of a certificate are not those that the register knows")
    return Response(content, media_type="application/pdf", headers={"content-disposition": disposition(name)})


def _read(files: Files, name: str) -> bytes:
    try:
        with files.open(name) as source:
            return source.read()
    except FileNotFoundError as gone:
        raise StoreAway("the stored bytes of a certificate are gone") from gone


@router.get("/certificates/{certificate_id}/reissue")
async def show_reissue(request: Request, who: Person, certificate: Reissuable, at: Now) -> Response:
    require_reissuable(certificate, uk_day(at))
    return page(request, "certificates/reissue", who, certificate=certificate, typed={})


@router.post("/certificates/{certificate_id}/reissue")
async def reissue(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    certificate: Reissuable,
    typed: Form,
    at: Now,
) -> Response:
    issuer = Issuer(parts.settings.issuer_name, tuple(parts.settings.signatories))
    with Attempt(session) as attempt:
        again_issued = actions.reissue(
            session, certificate, typed.get("reason"), issuer, by=who, at=at, on=uk_day(at)
        )
    if refused := attempt.refused:
        return again(request, "certificates/reissue", who, refused, certificate=certificate, typed=typed.text)
    return go(f"/certificates/{again_issued.id}")
