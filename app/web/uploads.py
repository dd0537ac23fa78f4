"""A file on its way in: checked, stored and searched before the transaction begins, dropped again unless it commits."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.datastructures import UploadFile

from app.actions.evidence import Content
from app.actions.evidence_checks import Examined, examine, extension_of
from app.adapters.files import StoreAway
from app.adapters.findings.examine import NotCleaned, cleaned
from app.adapters.structure.check import Refused, check
from app.config import MEGABYTE, Settings
from app.models import EvidenceVersion, ScanState
from app.queries import evidence as library
from app.web.errors import NotFound
from app.web.guards import EvidenceFor, OrganisationFor, ReviewFor, SelfAssessmentFor, SubmissionFor
from app.web.portal import Portal, PortalParts
from app.web.transaction import Form, Person

FILE_FIELD = "file"
FORM_OVERHEAD = MEGABYTE  # for the text fields around a file that is as large as it may be


def largest_body(settings: Settings) -> int:
    """The most bytes that a request with a file may have, whether or not it says its length."""
    return settings.evidence_file_megabytes * MEGABYTE + FORM_OVERHEAD


def largest_checked(settings: Settings) -> int:
    """The same for a certificate's file that anybody may have checked."""
    return settings.verify_file_megabytes * MEGABYTE + FORM_OVERHEAD


class BeforeReading:
    """The permission of a guard, asked before a large body is read; the guard asks again in the transaction."""

    def __init__(
        self, guard: EvidenceFor | OrganisationFor | ReviewFor | SelfAssessmentFor | SubmissionFor
    ) -> None:
        self.guard = guard

    async def __call__(self, request: Request, who: Person, parts: Portal) -> None:
        with parts.database.read() as session:
            await self.guard(request, who, session)


@dataclass
class Upload:
    """A stored file with what was found in it, or why there is none. A route that made a row of it sets ``is_kept``."""

    content: Content | None = None
    examined: Examined | None = None
    refusal: str = ""
    status: int = 422
    is_kept: bool = False


async def examined(parts: Portal, _who: Person, typed: Form) -> AsyncIterator[Upload]:
    """The file of the form. Its bytes stay only if the route keeps them and its transaction commits."""
    upload = await asyncio.to_thread(_examine, parts, typed.files.get(FILE_FIELD))
    async with _kept_or_dropped(parts, upload):
        yield upload


@asynccontextmanager
async def _kept_or_dropped(parts: PortalParts, upload: Upload) -> AsyncIterator[None]:
    """Drop the bytes unless the block ends well and the route has kept them."""
    is_committed = False
    try:
        yield
        is_committed = True
    finally:
        if not (upload.is_kept and is_committed):
            await asyncio.to_thread(_drop, parts, upload)


def _drop(parts: PortalParts, upload: Upload) -> None:
    """Remove the bytes of an upload that nothing names. What a store does not remove now, the sweep does."""
    with suppress(StoreAway):
        if upload.content:
            parts.files.delete(upload.content.stored_name)
        if upload.examined and upload.examined.reader:
            parts.files.delete(upload.examined.reader.name)


CheckedUpload = Annotated[Upload, Depends(examined, scope="function")]


@dataclass
class Cleaned(Upload):
    """What the portal made of the newest version of an item, which ``replaces`` it."""

    replaces: EvidenceVersion | None = None


class CleanedOf:
    """The newest version of the item in the path without what a rule can take out, made before the transaction.

    Asks the guard's permission first: the work takes seconds.
    """

    def __init__(self, guard: EvidenceFor) -> None:
        self.guard = guard

    async def __call__(
        self, request: Request, who: Person, parts: Portal, _typed: Form
    ) -> AsyncIterator[Cleaned]:
        with parts.database.read() as session:
            item = await self.guard(request, who, session)
            version = library.newest_version(session, item.id)
            session.expunge(version)
        made = await asyncio.to_thread(_clean, parts, version)
        async with _kept_or_dropped(parts, made):
            yield made


async def discarded(parts: Portal) -> AsyncIterator[list[str]]:
    """Stored names to delete once the transaction has committed."""
    names: list[str] = []
    yield names
    await asyncio.to_thread(_discard, parts, names)


def _discard(parts: PortalParts, names: list[str]) -> None:
    with suppress(StoreAway):  # the sweep removes what is left
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
    try:
        upload = Upload(Content.of_file(parts.files.put(source), checked))
    except StoreAway:
        return Upload(refusal=_AWAY, status=503)
    try:
        upload.examined = examine(parts.files, source, checked.extension)
    except StoreAway:
        _drop(parts, upload)
        return Upload(refusal=_AWAY, status=503)
    except BaseException:
        _drop(parts, upload)
        raise
    source.close()  # the copy in the temporary folder is of no more use
    return upload


def _clean(parts: PortalParts, version: EvidenceVersion) -> Cleaned:
    """The cleaned bytes, stored and searched again; or why there are none."""
    if not version.stored_name:
        raise NotFound
    extension = extension_of(version)
    with parts.files.open(version.stored_name) as source:
        try:
            made = cleaned(source, extension, with_changes=True)
        except NotCleaned:
            made = None
    if made is None:
        return Cleaned(refusal=_CANNOT, replaces=version)
    copy = io.BytesIO(made)
    stored = parts.files.put(copy)
    content = Content(version.file_name, version.media_type, stored.size, stored.sha256, stored.name)
    upload = Cleaned(content, replaces=version)
    try:
        upload.examined = examine(parts.files, copy, extension)
    except BaseException:
        _drop(parts, upload)
        raise
    return upload


_CANNOT = (
    "The portal can't remove anything from this file. "
    "Remove it in the program that made the file, then add the file as a new version."
)


_AWAY = (
    "The file could not be stored, because the place where files are kept does not answer just now. Nothing else "
    "that you typed is lost. Choose the file again and try in a few minutes."
)


def scan_state(settings: Settings) -> ScanState:
    """How a new file's scan begins."""
    return ScanState.WAITING if settings.scanner else ScanState.NOT_SCANNED
