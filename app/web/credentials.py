"""What programs need to check a credential: who issues, with which keys, for what, and what holds no longer."""

from typing import Any

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from app.adapters.credentials.pictures import KINDS, picture
from app.adapters.credentials.tokens import VC_TYPE
from app.adapters.signing.keys import jwk_of, public_key
from app.criteria.schema import Framework
from app.models import SigningKey
from app.queries import credentials, frameworks
from app.rules import badges
from app.rules import credentials as rules
from app.rules.badges import Form
from app.rules.credentials import OB_CONTEXT, VC_CONTEXT, Places
from app.rules.status_lists import Purpose
from app.web.credential_signing import list_of, places_of
from app.web.errors import NotFound
from app.web.portal import Portal
from app.web.transaction import Transaction

router = APIRouter()
PURPOSES = {purpose.value: purpose for purpose in Purpose}
# Anyone may read it from anywhere; a revocation must be seen within a minute.
OPEN = {
    "cache-control": "public, max-age=60",
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    "content-security-policy": "sandbox; default-src 'none'",
}
JWT = f"application/{VC_TYPE}"


def open_json(value: dict[str, Any], media_type: str = "application/json") -> Response:
    return JSONResponse(value, headers=OPEN, media_type=media_type)


@router.get("/.well-known/did.json")
async def did(session: Transaction, parts: Portal) -> Response:
    """The issuer as did:web."""
    places = places_of(parts)
    keys = [_jwk(places, row) for row in credentials.trusted_keys(session)]
    return open_json(rules.did_document(places, keys), "application/did+json")


@router.get("/.well-known/jwks.json")
async def jwks(session: Transaction, parts: Portal) -> Response:
    """The same keys for programs that know no DIDs."""
    keys = [_jwk(places_of(parts), row) for row in credentials.trusted_keys(session)]
    return open_json({"keys": keys}, "application/jwk-set+json")


def _jwk(places: Places, row: SigningKey) -> dict[str, Any]:
    return {
        **jwk_of(public_key(row.certificate_pem)),
        "kid": places.key(row.kid),
        "alg": "ES256",
        "use": "sig",
    }


@router.get("/issuer.json")
async def issuer(parts: Portal) -> Response:
    """The profile of the issuer."""
    profile = rules.profile(places_of(parts), parts.settings.issuer_name)
    return open_json({"@context": [VC_CONTEXT, OB_CONTEXT], **profile}, "application/ld+json")


@router.get("/achievements/{version}/{level}.{kind}")
async def image(session: Transaction, parts: Portal, version: str, level: str, kind: str) -> Response:
    """The picture of a level, whoever holds it."""
    framework = _framework(session, parts, version)
    try:
        shown = picture(badges.picture(framework.level(level).name, Form.HELD), kind)
    except KeyError:
        raise NotFound from None
    return Response(shown, media_type=KINDS[kind], headers=OPEN)


@router.get("/achievements/{version}/{level}")
async def achievement(session: Transaction, parts: Portal, version: str, level: str) -> Response:
    """What a level of a framework version recognises, as credentials have it inside them."""
    framework = _framework(session, parts, version)
    try:
        found = framework.level(level)
    except KeyError:
        raise NotFound from None
    said = rules.achievement(places_of(parts), framework, found)
    return open_json({"@context": [VC_CONTEXT, OB_CONTEXT], **said}, "application/ld+json")


def _framework(session: Transaction, parts: Portal, version: str) -> Framework:
    newest = frameworks.newest(session)
    row = frameworks.named(session, newest.framework, version) if newest else None
    if row is None:
        raise NotFound
    return parts.shelf.get(session, row.id)


@router.get("/status-lists/{purpose}")
async def status_list(parts: Portal, purpose: str) -> Response:
    """The signed list of one purpose."""
    if purpose not in PURPOSES:
        raise NotFound
    return Response(await list_of(parts, PURPOSES[purpose]), media_type=JWT, headers=OPEN)
