"""Sending evidence bytes: always as something to save, never as something to open in our own origin."""

import asyncio
import re
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Response
from sqlmodel import Session
from starlette.concurrency import iterate_in_threadpool
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from app.adapters.files import StoreAway, Stored
from app.adapters.findings.examine import BARE
from app.adapters.structure.check import ACCEPTED
from app.models import Evidence, EvidenceCheck, EvidenceVersion
from app.rules.people import Who
from app.rules.permissions import Permission
from app.rules.scans import HeldBack, require_open, standing
from app.web.errors import NotFound
from app.web.guards import EvidenceVersionFor
from app.web.portal import Portal, PortalParts
from app.web.transaction import Person, Transaction

router = APIRouter()

# Should a browser open the file all the same, it has no origin, no script and nothing to fetch.
FILE_POLICY = "sandbox; default-src 'none'"
_BARE = frozenset(ACCEPTED[extension] for extension in BARE)
_PLAIN = re.compile(r"[^A-Za-z0-9 ._()-]")


@router.get("/evidence-files/{evidence_version_id}")
async def download(
    who: Person,
    session: Transaction,
    parts: Portal,
    version: Annotated[
        EvidenceVersion, Depends(EvidenceVersionFor(Permission.READ_EVIDENCE), scope="function")
    ],
) -> Response:
    """The original, to the organisation's own people."""
    if session.get_one(Evidence, version.evidence_id).removed_at is not None:
        raise NotFound
    return original_response(session, parts, who, version)


def original_response(session: Session, parts: PortalParts, who: Who, version: EvidenceVersion) -> Response:
    """The bytes as they were uploaded. NotFound for a link, HeldBack before they are clean, but to the uploader."""
    require_clean(session, parts, who, version)
    return _StoredBytes(parts, version, version.stored_name, version.size)


def reader_response(session: Session, parts: PortalParts, who: Who, version: EvidenceVersion) -> Response:
    """The copy without names in its properties. Raises as ``reader_file`` does."""
    stored = reader_file(parts, who, version, session.get(EvidenceCheck, version.id))
    return _StoredBytes(parts, version, stored.name, stored.size)


def reader_file(
    parts: PortalParts, who: Who, version: EvidenceVersion, check: EvidenceCheck | None
) -> Stored:
    """What everyone outside the organisation reads. Raises as the original does, and HeldBack while there is no copy.

    The original serves for kinds that have no properties, and where the writer was told that no copy could be made and
    confirmed that the file may be sent as it is.
    """
    _require_clean(parts, who, version, check)
    if check and check.reader_name:
        return Stored(check.reader_name, check.reader_size, check.reader_sha256)
    if version.media_type not in _BARE and not (check and check.confirmed_at):
        raise HeldBack(
            "This file is being prepared",
            "The portal makes a copy of each file without the names in its properties. Come back in a few minutes.",
            409,
        )
    return Stored(version.stored_name, version.size, version.sha256)


def require_clean(
    session: Session, parts: PortalParts, who: Who, version: EvidenceVersion
) -> EvidenceCheck | None:
    """The one rule that stands before all bytes of evidence, whoever asks and by whatever way."""
    check = session.get(EvidenceCheck, version.id)
    _require_clean(parts, who, version, check)
    return check


def scrubbed_response(
    parts: PortalParts, version: EvidenceVersion, check: EvidenceCheck | None, name: str
) -> Response:
    """The copy without metadata under another name, for anyone at all. Never the original of a kind that has
    properties: NotFound where no copy was made."""
    _require_clean(parts, None, version, check)
    if check and check.reader_name:
        return _StoredBytes(parts, version, check.reader_name, check.reader_size, name)
    if version.media_type not in _BARE:
        raise NotFound
    return _StoredBytes(parts, version, version.stored_name, version.size, name)


def _require_clean(
    parts: PortalParts, who: Who | None, version: EvidenceVersion, check: EvidenceCheck | None
) -> None:
    if not version.stored_name:
        raise NotFound
    state = standing(check.scan if check else None, has_scanner=bool(parts.settings.scanner))
    signature = check.signature if check else ""
    is_uploader = who is not None and version.added_by_id == who.person_id
    require_open(state, signature, is_uploader=is_uploader)


class _StoredBytes(StreamingResponse):
    """A stored file as an attachment, whatever the request says. The store is asked once the transaction has ended,
    in a thread; a store that does not answer is told as a page."""

    def __init__(
        self, parts: PortalParts, version: EvidenceVersion, name: str, size: int, shown_name: str = ""
    ) -> None:
        accepted = version.media_type in ACCEPTED.values()
        super().__init__(
            iter(()),
            media_type=version.media_type if accepted else "application/octet-stream",
            headers={
                "content-disposition": disposition(shown_name or version.file_name),
                "content-length": str(size),
                "content-security-policy": FILE_POLICY,
                "x-content-type-options": "nosniff",
            },
        )
        self.files, self.name, self.size = parts.files, name, size

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        streamed = await asyncio.to_thread(self.files.stream, self.name)
        if streamed.size != self.size:
            raise StoreAway("the store holds another number of bytes than was put there")
        self.body_iterator = iterate_in_threadpool(streamed.chunks)
        await super().__call__(scope, receive, send)


def disposition(file_name: str) -> str:
    """``attachment`` with the name twice: in plain letters for old programs, and as it is (RFC 6266)."""
    return (
        f"attachment; filename=\"{_PLAIN.sub('_', file_name)}\"; filename*=UTF-8''{quote(file_name, safe='')}"
    )
