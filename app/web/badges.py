"""What the holder of a certificate may show: the badge, the words, the credential. Anyone may open it."""

import re
from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.adapters.credentials.pictures import KINDS, baked, picture
from app.adapters.credentials.tokens import claims_of
from app.models import Certificate
from app.queries import certificates
from app.rules import badges
from app.rules.badges import Form
from app.rules.certificates import standing
from app.rules.days import uk_day
from app.web.credential_signing import credential_of, places_of
from app.web.credentials import JWT, OPEN, open_json
from app.web.errors import NotFound
from app.web.pages import page
from app.web.portal import Portal, PortalParts
from app.web.transaction import MaybePerson, Now, Transaction

router = APIRouter()
TOKEN = re.compile(r"[0-9a-f]{32}")


def _certificate(session: Session, token: str) -> Certificate:
    found = certificates.by_token(session, token) if TOKEN.fullmatch(token) else None
    if found is None:
        raise NotFound
    return found


@router.get("/badges/{token}.{kind}")
async def badge(session: Transaction, at: Now, token: str, kind: str) -> Response:
    """The picture for websites. It says so itself when the certificate holds no longer."""
    if kind not in KINDS:
        raise NotFound
    certificate = _certificate(session, token)
    shown = picture(badges.picture(certificate.level_name, badges.form(certificate, uk_day(at))), kind)
    return Response(shown, media_type=KINDS[kind], headers=OPEN)


@router.get("/credentials/{token}.{kind}")
async def download(parts: Portal, token: str, kind: str) -> Response:
    """The credential: signed (jwt), to read (json), or inside the badge's picture (svg, png)."""
    if kind not in ("jwt", "json", *KINDS):
        raise NotFound
    found = _now(parts, token)
    jwt = await credential_of(parts, found.certificate_id)
    if kind == "json":
        answer = open_json(claims_of(jwt))
    elif kind == "jwt":
        answer = Response(jwt, media_type=JWT, headers=OPEN)
    else:
        image = picture(found.picture, kind)
        answer = Response(baked(image, kind, jwt), media_type=KINDS[kind], headers=OPEN)
    answer.headers["content-disposition"] = f'attachment; filename="{found.number}.{kind}"'
    return answer


@dataclass(frozen=True)
class _Found:
    certificate_id: UUID
    number: str
    picture: str


def _now(parts: PortalParts, token: str) -> _Found:
    """In a transaction that ends before anything is signed: signing may wait for another process."""
    with parts.database.read() as session:
        found = _certificate(session, token)
        form = badges.form(found, uk_day(parts.database.now(session)))
        return _Found(found.id, found.number, badges.picture(found.level_name, form))


@router.get("/credentials/{token}")
async def show(
    request: Request, who: MaybePerson, session: Transaction, parts: Portal, at: Now, token: str
) -> Response:
    certificate = _certificate(session, token)
    form = badges.form(certificate, uk_day(at))
    return page(
        request,
        "credentials/show",
        who,
        certificate=certificate,
        standing=standing(certificate, uk_day(at)).value,
        is_held=form in (Form.HELD, Form.DEMONSTRATION),
        alt=badges.alt(certificate, form),
        sentence=badges.sentence(certificate),
        snippet=badges.snippet(certificate, places_of(parts)),
        did=places_of(parts).did,
    )
