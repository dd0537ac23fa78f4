"""A filled form between its arrival and its use: read once, kept beside the evidence under a name nobody can guess.

What was read is kept, not the file: what is applied is what was shown, and no file is parsed twice. No row names it,
so the sweep removes what nobody came back for. docs/decisions/0009 says why there is no table.
"""

import asyncio
import hashlib
import io
import json
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from typing import Annotated, Any, BinaryIO
from uuid import UUID

from fastapi import Depends, Request
from starlette.datastructures import UploadFile

from app.adapters.documents.reading import read as read_document
from app.adapters.files import Files
from app.adapters.forms import LARGEST, Filled, Identity, NotReadable
from app.adapters.spreadsheets.reading import read as read_spreadsheet
from app.adapters.structure.check import Refused, check
from app.config import MEGABYTE
from app.rules.permissions import Permission
from app.web.errors import NotFound
from app.web.guards import SelfAssessmentFor
from app.web.ids import id_or_none
from app.web.portal import Portal, PortalParts
from app.web.transaction import Form, Person
from app.web.uploads import FILE_FIELD

KIND = "filled form"
_READERS = {"docx": read_document, "xlsx": read_spreadsheet}
_OTHER_TYPE = "Choose the Word document (.docx) or spreadsheet (.xlsx) that was exported from the portal."
_GUARD = SelfAssessmentFor(Permission.WRITE_ANSWERS)


async def may_write(request: Request, who: Person, parts: Portal) -> None:
    """The permission, asked before a large body is read; the guard asks again in the transaction."""
    with parts.database.read() as session:
        await _GUARD(request, who, session)


MayWrite = Annotated[None, Depends(may_write)]


@dataclass
class Arrival:
    """A form that was read and is kept, or why not. A route that takes it sets ``is_kept``."""

    filled: Filled | None = None
    name: str = ""
    sha256: str = ""  # of the file that came
    refusal: str = ""
    status: int = 422
    is_kept: bool = False


async def arrived(request: Request, parts: Portal, who: Person, typed: Form) -> AsyncIterator[Arrival]:
    """The form in the file that was sent. What is kept of it stays only if the route takes it and commits."""
    belongs = (who.person_id, request.path_params["self_assessment_id"])
    arrival = await asyncio.to_thread(_arrival, parts, belongs, typed.files.get(FILE_FIELD))
    is_committed = False
    try:
        yield arrival
        is_committed = True
    finally:
        if arrival.name and not (arrival.is_kept and is_committed):
            await asyncio.to_thread(parts.files.delete, arrival.name)


Arrived = Annotated[Arrival, Depends(arrived, scope="function")]


def _arrival(parts: PortalParts, belongs: tuple[UUID, str], file: UploadFile | None) -> Arrival:
    if file is None or not (file.filename or file.size):
        return Arrival(refusal="Choose a file.")
    if (file.size or 0) > LARGEST:
        return Arrival(
            refusal=f"This file is larger than {LARGEST // MEGABYTE} MB. Take out pictures and send it again.",
            status=413,
        )
    try:
        filled, sha256 = _read(file)
    except (Refused, NotReadable) as refused:
        return Arrival(refusal=refused.reason)
    name = parts.files.put(io.BytesIO(_written(filled, *belongs))).name
    return Arrival(filled, name, sha256)


def _read(file: UploadFile) -> tuple[Filled, str]:
    source: Any = file.file  # a spooled file is a binary file in all but its declared type
    try:
        # The check comes first: what it says of old formats, macros and bombs tells the person what to do.
        reader = _READERS.get(check(source, file.filename or "").extension)
        if reader is None:
            raise NotReadable(_OTHER_TYPE)
        content = source.read()
        return reader(content), hashlib.sha256(content).hexdigest()
    finally:
        source.close()


def _written(filled: Filled, person_id: UUID, self_assessment_id: str) -> bytes:
    document = {"kind": KIND, "person": str(person_id), "self_assessment": str(UUID(self_assessment_id))}
    return json.dumps({**document, "filled": asdict(filled)}).encode()


@dataclass(frozen=True)
class Held:
    """A form that was kept for this person and this self-assessment."""

    name: str
    filled: Filled


async def held(request: Request, parts: Portal, who: Person) -> Held:
    """The form named in the path. NotFound unless this person brought it, for this self-assessment."""
    name = request.path_params["form_name"]
    filled = await asyncio.to_thread(
        _kept, parts.files, name, who.person_id, id_or_none(request.path_params["self_assessment_id"])
    )
    return Held(name, filled)


HeldForm = Annotated[Held, Depends(held)]


def _kept(files: Files, name: str, person_id: UUID, self_assessment_id: UUID | None) -> Filled:
    try:
        with files.open(name) as source:
            document = _document(source)
    except (FileNotFoundError, ValueError):
        raise NotFound from None
    belongs = {"kind": KIND, "person": str(person_id), "self_assessment": str(self_assessment_id)}
    if any(document.get(key) != value for key, value in belongs.items()):
        raise NotFound
    found = document["filled"]
    return Filled(Identity(**found["identity"]), found["texts"])


def _document(source: BinaryIO) -> dict[str, Any]:
    found = json.load(source)
    return found if isinstance(found, dict) else {}
