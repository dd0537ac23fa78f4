"""Credentials and status lists for the routes that give them out: read where they are kept, signed where they are not.

Signing may ask a module or another command, so it is done in a thread, outside the request's own transaction.
"""

import asyncio
from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

import structlog
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from app.actions import credentials as actions
from app.actions.credentials import Issuing
from app.adapters.signing.keys import NoKey, SigningFailed
from app.adapters.signing.opening import place_of
from app.models import Certificate
from app.queries import credentials as queries
from app.queries.credentials import DaysOf
from app.rules.credentials import Places
from app.rules.scans import HeldBack
from app.rules.status_lists import Purpose
from app.web.errors import NotFound
from app.web.portal import PortalParts

log = structlog.get_logger()
Made = TypeVar("Made")


def places_of(parts: PortalParts) -> Places:
    return Places(parts.settings.base_url)


async def credential_of(parts: PortalParts, certificate_id: UUID) -> str:
    """The JWT of a certificate. Raises HeldBack when there is no key to sign it with."""
    with parts.database.read() as session:
        row = queries.of_certificate(session, certificate_id)
        if row is not None and actions.is_good(session, row, places_of(parts)):
            return row.jwt
    return await _signed(_sign_credential, parts, certificate_id)


def _sign_credential(parts: PortalParts, certificate_id: UUID) -> str:
    with parts.database.write() as session:
        certificate = session.get_one(Certificate, certificate_id)
        framework = parts.shelf.get(session, certificate.framework_version_id)
        at = parts.database.now(session)
        return actions.of_certificate(session, certificate, framework, _issuing(parts), at=at).jwt


async def list_of(parts: PortalParts, purpose: Purpose) -> str:
    """The signed status list as it is at this moment. NotFound before there is any credential; raises HeldBack."""
    with parts.database.read() as session:
        at = parts.database.now(session)
        content = queries.bits_now(session, purpose, _days_of(parts, session), at)
        if not content:
            raise NotFound
        row = queries.newest_list(session, purpose)
        if row is not None and actions.is_current(session, row, content, places_of(parts), at):
            return row.jwt
    return await _signed(_sign_list, parts, purpose)


def _sign_list(parts: PortalParts, purpose: Purpose) -> str:
    with parts.database.write() as session:
        at = parts.database.now(session)
        days_of = _days_of(parts, session)
        return actions.status_list(session, purpose, days_of, _issuing(parts), at=at).jwt


def _issuing(parts: PortalParts) -> Issuing:
    return Issuing(place_of(parts.settings), places_of(parts), parts.settings.issuer_name)


def _days_of(parts: PortalParts, session: Session) -> DaysOf:
    return lambda version_id: parts.shelf.get(session, version_id).settings.appeal_working_days


async def _signed(sign: Callable[[PortalParts, Made], str], parts: PortalParts, what: Made) -> str:
    try:
        try:
            return await asyncio.to_thread(sign, parts, what)
        except IntegrityError:  # somebody made the same at this moment: what they made is there now
            return await asyncio.to_thread(sign, parts, what)
    except (NoKey, SigningFailed) as failure:
        log.error("a credential could not be signed", reason=str(failure))
        raise HeldBack(
            "This can't be signed at the moment",
            "The register is as it was: check the certificate there. Try this page again later.",
            503,
        ) from failure
