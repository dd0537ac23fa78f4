"""A file on its way in: checked, stored and hashed before the transaction begins, dropped again unless it commits."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.datastructures import UploadFile

from app.actions.evidence import Content
from app.adapters.structure.check import Refused, check
from app.config import MEGABYTE, Settings
from app.web.guards import EvidenceFor, OrganisationFor
from app.web.portal import Portal, PortalParts
from app.web.transaction import Form, Person

FILE_FIELD = "file"
FORM_OVERHEAD = MEGABYTE  # for the text fields around a file that is as large as it may be


def largest_body(settings: Settings) -> int:
    """The most bytes that a request with a file may have, whether or not it says its length."""
    return settings.evidence_file_megabytes * MEGABYTE + FORM_OVERHEAD


class BeforeReading:
    """The permission of a guard, asked before a large body is read; the guard asks again in the transaction."""

    def __init__(self, guard: EvidenceFor | OrganisationFor) -> None:
        self.guard = guard

    async def __call__(self, request: Request, who: Person, parts: Portal) -> None:
        with parts.database.read() as session:
            await self.guard(request, who, session)


@dataclass
class Upload:
    """A stored file, or why there is none. A route that made a row of it sets ``is_kept``."""

    content: Content | None = None
    refusal: str = ""
    status: int = 422
    is_kept: bool = False


async def examined(parts: Portal, _who: Person, typed: Form) -> AsyncIterator[Upload]:
    """The file of the form. Its bytes stay only if the route keeps them and its transaction commits."""
    upload = await asyncio.to_thread(_examine, parts, typed.files.get(FILE_FIELD))
    is_committed = False
    try:
        yield upload
        is_committed = True
    finally:
        if upload.content and not (upload.is_kept and is_committed):
            parts.files.delete(upload.content.stored_name)


CheckedUpload = Annotated[Upload, Depends(examined, scope="function")]


async def discarded(parts: Portal) -> AsyncIterator[list[str]]:
    """Stored names to delete once the transaction has committed."""
    names: list[str] = []
    yield names
    for name in names:
        parts.files.delete(name)


Discarded = Annotated[list[str], Depends(discarded, scope="function")]


def _examine(parts: PortalParts, file: UploadFile | None) -> Upload:
    if file is None or not (file.filename or file.size):
        return Upload(refusal="Choose a file.")
    largest = parts.settings.evidence_file_megabytes
    if (file.size or 0) > largest * MEGABYTE:
        advice = "Split it into smaller files, or add a link to it instead."
        return Upload(refusal=f"This file is larger than {largest} MB. {advice}", status=413)
    source: Any = file.file  # a spooled file is a binary file in all but its declared type
    try:
        checked = check(source, file.filename or "")
    except Refused as refused:
        return Upload(refusal=refused.reason)
    finally:
        source.seek(0)
    content = Content.of_file(parts.files.put(source), checked)
    source.close()  # the copy in the temporary folder is of no more use
    return Upload(content)
