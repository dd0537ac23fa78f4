"""Sending evidence bytes: always as something to save, never as something to open in our own origin."""

import re
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Response
from starlette.responses import FileResponse

from app.adapters.structure.check import ACCEPTED
from app.models import Evidence, EvidenceVersion
from app.rules.permissions import Permission
from app.web.errors import NotFound
from app.web.guards import EvidenceVersionFor
from app.web.portal import Portal, PortalParts
from app.web.transaction import Transaction

router = APIRouter()

# Should a browser open the file all the same, it has no origin, no script and nothing to fetch.
FILE_POLICY = "sandbox; default-src 'none'"
_PLAIN = re.compile(r"[^A-Za-z0-9 ._()-]")


@router.get("/evidence-files/{evidence_version_id}")
async def download(
    session: Transaction,
    parts: Portal,
    version: Annotated[
        EvidenceVersion, Depends(EvidenceVersionFor(Permission.READ_EVIDENCE), scope="function")
    ],
) -> Response:
    if session.get_one(Evidence, version.evidence_id).removed_at is not None:
        raise NotFound
    return file_response(parts, version)


def file_response(parts: PortalParts, version: EvidenceVersion) -> Response:
    """The bytes of a file version, streamed from disk as an attachment whatever the request says.

    Raises NotFound for a link, which has no bytes, and FileNotFoundError when bytes that should be there are not.
    """
    if not version.stored_name:
        raise NotFound
    path = parts.files.path(version.stored_name)
    accepted = version.media_type in ACCEPTED.values()
    return FileResponse(
        path,
        media_type=version.media_type if accepted else "application/octet-stream",
        headers={
            "content-disposition": disposition(version.file_name),
            "content-security-policy": FILE_POLICY,
            "x-content-type-options": "nosniff",
        },
        stat_result=path.stat(),
    )


def disposition(file_name: str) -> str:
    """``attachment`` with the name twice: in plain letters for old programs, and as it is (RFC 6266)."""
    return (
        f"attachment; filename=\"{_PLAIN.sub('_', file_name)}\"; filename*=UTF-8''{quote(file_name, safe='')}"
    )
