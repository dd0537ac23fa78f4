"""A file that somebody filled in, between its arrival and its use: read once, kept beside the evidence under a name
nobody can guess.

What was read is kept, not the file: what is applied is what was shown, and no file is parsed twice. No row names it,
so the sweep removes what nobody came back for. docs/decisions/0009 says why there is no table.
"""

import asyncio
import hashlib
import io
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO, Generic, TypeVar

from starlette.datastructures import UploadFile

from app.adapters.files import Files
from app.adapters.forms import LARGEST, NotReadable
from app.adapters.structure.check import Refused, check
from app.config import MEGABYTE
from app.web.errors import NotFound
from app.web.portal import PortalParts

Filled = TypeVar("Filled")


@dataclass(frozen=True)
class HeldKind(Generic[Filled]):
    """One kind of filled file: what it is called, who reads which ending, and how it is made again from JSON."""

    name: str
    readers: Mapping[str, Callable[[bytes], Filled]]
    other_type: str  # the sentence for a file of another type
    restored: Callable[[Any], Filled]


@dataclass
class Arrival(Generic[Filled]):
    """What was read and is kept, or why not. A route that takes it sets ``is_kept``."""

    filled: Filled | None = None
    name: str = ""
    sha256: str = ""  # of the file that came
    refusal: str = ""
    status: int = 422
    is_kept: bool = False


@asynccontextmanager
async def arriving(
    parts: PortalParts, kind: HeldKind[Filled], belongs: Mapping[str, str], file: UploadFile | None
) -> AsyncIterator[Arrival[Filled]]:
    """What is in the file that was sent. What is kept of it stays only if the route takes it and commits."""
    arrival = await asyncio.to_thread(_arrival, parts, kind, belongs, file)
    is_committed = False
    try:
        yield arrival
        is_committed = True
    finally:
        if arrival.name and not (arrival.is_kept and is_committed):
            await asyncio.to_thread(parts.files.delete, arrival.name)


def _arrival(
    parts: PortalParts, kind: HeldKind[Filled], belongs: Mapping[str, str], file: UploadFile | None
) -> Arrival[Filled]:
    if file is None or not (file.filename or file.size):
        return Arrival(refusal="Choose a file.")
    if (file.size or 0) > LARGEST:
        return Arrival(
            refusal=f"This file is larger than {LARGEST // MEGABYTE} MB. Take out pictures and send it again.",
            status=413,
        )
    try:
        filled, sha256 = _read(kind, file)
    except (Refused, NotReadable) as refused:
        return Arrival(refusal=refused.reason)
    document = {"kind": kind.name, **belongs, "filled": asdict(filled)}  # type: ignore[call-overload]
    name = parts.files.put(io.BytesIO(json.dumps(document).encode())).name
    return Arrival(filled, name, sha256)


def _read(kind: HeldKind[Filled], file: UploadFile) -> tuple[Filled, str]:
    source: Any = file.file  # a spooled file is a binary file in all but its declared type
    try:
        # The check comes first: what it says of old formats, macros and bombs tells the person what to do.
        reader = kind.readers.get(check(source, file.filename or "").extension)
        if reader is None:
            raise NotReadable(kind.other_type)
        content = source.read()
        return reader(content), hashlib.sha256(content).hexdigest()
    finally:
        source.close()


@dataclass(frozen=True)
class Held(Generic[Filled]):
    """What was kept for one person and one thing of theirs."""

    name: str
    filled: Filled


async def held(files: Files, kind: HeldKind[Filled], belongs: Mapping[str, str], name: str) -> Held[Filled]:
    """What was kept under ``name``. NotFound unless it belongs there."""
    return Held(name, await asyncio.to_thread(_kept, files, kind, belongs, name))


def _kept(files: Files, kind: HeldKind[Filled], belongs: Mapping[str, str], name: str) -> Filled:
    try:
        with files.open(name) as source:
            document = _document(source)
    except (FileNotFoundError, ValueError):
        raise NotFound from None
    if any(document.get(key) != value for key, value in {"kind": kind.name, **belongs}.items()):
        raise NotFound
    return kind.restored(document["filled"])


def _document(source: BinaryIO) -> dict[str, Any]:
    found = json.load(source)
    return found if isinstance(found, dict) else {}
