"""Whether a certificate is genuine: by the token in its QR code, by its number, or by the file itself.

The register is asked first and has the last word. The file is never kept: its hash is looked up, and where that does
not say everything, it is looked at in a process apart.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from re import compile as pattern
from typing import Annotated
from urllib.parse import urlsplit

import structlog
from fastapi import APIRouter, Depends, Query, Request, Response
from sqlmodel import Session
from starlette.datastructures import UploadFile

from app.adapters.credentials.finding import named
from app.adapters.verifying.apart import TooBusy
from app.adapters.verifying.examined import Examined
from app.config import MEGABYTE
from app.queries import signing_keys
from app.queries import verification as register
from app.queries.verification import Entry
from app.rules.certificates import standing
from app.rules.days import uk_day
from app.rules.people import Who
from app.rules.verification import (
    Doubt,
    KnownCredential,
    KnownFile,
    Verdict,
    doubt,
    doubt_of_credential,
    needs_look,
    number_of,
    of_certificate,
    of_known,
    of_unknown,
)
from app.web.pages import again, page
from app.web.portal import Portal, PortalParts
from app.web.transaction import MaybePerson, Now, Transaction
from app.web.uploads import FILE_FIELD, largest_checked

log = structlog.get_logger(__name__)
router = APIRouter()
file_router = APIRouter()  # included with a limit on bodies that lets a file through
Text = Annotated[str, Query(max_length=300)]
TOKEN = pattern(r"[0-9a-f]{32}")
# With the 60 seconds in which the truth must be public (C-10) in mind: a cache in front may add the same again.
KEPT = "public, max-age=30"
TOO_OFTEN = "You have checked many certificates in a short time. Wait a minute, then try again."
BUSY = "Many files are being checked just now. Wait a minute, then try again, or type the number instead."


@dataclass(frozen=True)
class Answer:
    """A verdict with all that its page says."""

    verdict: Verdict
    entry: Entry | None = None
    known: KnownFile | KnownCredential | None = None  # the file, where the register knows it
    doubt: Doubt = Doubt.NONE
    is_of_file: bool = False


async def public_session(parts: Portal) -> AsyncIterator[Session]:
    """A reading transaction that asks nobody who they are: the page is the same for all, so it can be kept."""
    with parts.database.read() as session:
        yield session


PublicSession = Annotated[Session, Depends(public_session, scope="function")]


@router.get("/verify")
async def ask(
    request: Request, who: MaybePerson, session: Transaction, parts: Portal, at: Now, number: Text = ""
) -> Response:
    """The forms, and the answer by number: a person reads it off a printed certificate."""
    if not number.strip():
        return page(request, "verify/ask", who, address=_address(parts))
    if wait := parts.throttle.wait(request, "number", parts.settings.verify_numbers_per_minute):
        return _refused(request, who, parts, {"number": TOO_OFTEN}, 429, wait, number=number)
    tidy = number_of(number)
    entry = register.by_number(session, tidy) if tidy else None
    return _told(request, who, parts, _of_entry(entry, at), at, number=number.strip())


@router.get("/verify/{token}")
async def verify(request: Request, session: PublicSession, parts: Portal, token: str) -> Response:
    """The answer by the token in the QR code: the same page for all, signed in or not."""
    request.state.who = None
    at = parts.database.now(session)
    entry = register.by_token(session, token) if TOKEN.fullmatch(token) else None
    told = _told(request, None, parts, _of_entry(entry, at), at)
    if entry is None:
        return told
    mark = f'"{sha256(bytes(told.body)).hexdigest()[:32]}"'
    kept = {"cache-control": KEPT, "etag": mark}
    if mark in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=kept)
    told.headers.update(kept)
    return told


@file_router.post("/verify")
async def check_file(request: Request, who: MaybePerson, parts: Portal) -> Response:
    """The answer by the file. Nothing is written, so nothing waits for the one writer either."""
    if wait := parts.throttle.wait(request, "file", parts.settings.verify_files_per_minute):
        return _refused(request, who, parts, {FILE_FIELD: TOO_OFTEN}, 429, wait)
    data = await _sent_file(request, largest_checked(parts.settings))
    if not data:
        return _refused(
            request,
            who,
            parts,
            {FILE_FIELD: "Choose the certificate’s file: a PDF, a credential or a badge."},
            422,
        )
    largest = parts.settings.verify_file_megabytes
    if len(data) > largest * MEGABYTE:
        sentence = f"This file is larger than {largest} MB. Our certificates are much smaller."
        return _refused(request, who, parts, {FILE_FIELD: sentence}, 413)
    try:
        answer, at = await _of_file(parts, data)
    except TooBusy:
        return _refused(request, who, parts, {FILE_FIELD: BUSY}, 503, 60)
    return _told(request, who, parts, answer, at)


async def _sent_file(request: Request, most: int) -> bytes:
    """The bytes of the file in the form; what was set aside on disk while it arrived is gone after this."""
    async with request.form(max_files=1, max_fields=1, max_part_size=most) as form:
        file = form.get(FILE_FIELD)
        return await file.read() if isinstance(file, UploadFile) else b""


async def _of_file(parts: PortalParts, data: bytes) -> tuple[Answer, datetime]:
    digest = sha256(data).hexdigest()
    with parts.database.read() as session:
        at = parts.database.now(session)
        met = register.by_file(session, digest)
        if met is None and (answer := _of_credential(session, data, at)):
            return answer, at
        keys = [(key.kid, key.certificate_pem) for key in signing_keys.listed(session)]
    known = met[1] if met else None
    found = await parts.looker.look(data, keys) if needs_look(known) else None
    with parts.database.read() as session:
        at = parts.database.now(session)
        if met and known:
            return _of_known(met[0], known, found, at), at
        return _of_unknown(session, found), at


def _of_credential(session: Session, data: bytes, at: datetime) -> Answer | None:
    """The answer to a file that is, or carries, a credential which names a certificate of ours; else None."""
    try:
        met = register.by_credential(session, data, named(data))
    except Exception as failure:  # noqa: BLE001  it meets bytes that nobody foresaw; no surprise may pass for genuine
        log.warning("checking a credential failed", kind=type(failure).__name__)
        return Answer(Verdict.NOT_VERIFIED, doubt=Doubt.CHECK, is_of_file=True)
    if met is None:
        return None
    entry, known = met
    if known is None:
        return Answer(Verdict.CHANGED, entry, is_of_file=True)
    against = doubt_of_credential(known)
    verdict = of_known(standing(entry.certificate, uk_day(at)), against)
    return Answer(verdict, entry, known, against, is_of_file=True)


def _of_known(entry: Entry, known: KnownFile, found: Examined | None, at: datetime) -> Answer:
    against = doubt(known, found)
    verdict = of_known(standing(entry.certificate, uk_day(at)), against)
    return Answer(verdict, entry, known, against, is_of_file=True)


def _of_unknown(session: Session, found: Examined | None) -> Answer:
    entry = register.first_of(session, found.numbers) if found else None
    verdict = of_unknown(found, names_ours=entry is not None)
    against = Doubt.CHECK if verdict is Verdict.NOT_VERIFIED else Doubt.NONE
    return Answer(verdict, entry, doubt=against, is_of_file=True)


def _of_entry(entry: Entry | None, at: datetime) -> Answer:
    if entry is None:
        return Answer(Verdict.NOT_OURS)
    return Answer(of_certificate(standing(entry.certificate, uk_day(at))), entry)


def _told(
    request: Request, who: Who | None, parts: PortalParts, answer: Answer, at: datetime, number: str = ""
) -> Response:
    """The one page of verdicts. A certificate that is not there is not found; a file is, whatever it is."""
    status = 404 if answer.verdict is Verdict.NOT_OURS and not answer.is_of_file else 200
    entry = answer.entry
    return page(
        request,
        "verify/verdict",
        who,
        status=status,
        answer=answer,
        verdict=answer.verdict.name,
        certificate=entry.certificate if entry else None,
        now=of_certificate(standing(entry.certificate, uk_day(at))).value if entry else "",
        number=number,
        at=at,
        address=_address(parts),
    )


def _refused(
    request: Request,
    who: Who | None,
    parts: PortalParts,
    errors: dict[str, str],
    status: int,
    wait: int = 0,
    number: str = "",
) -> Response:
    shown = again(request, "verify/ask", who, errors, status=status, number=number, address=_address(parts))
    if wait:
        shown.headers["retry-after"] = str(wait)
    return shown


def _address(parts: PortalParts) -> str:
    """The only right address, from the settings and never from the request (C-08, C-12)."""
    return f"{urlsplit(parts.settings.base_url).netloc}/verify"
