"""From links to evidence to what is shown of them in the page: drawn beside the request, never inside a transaction."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import BinaryIO
from uuid import UUID

import structlog
from sqlmodel import Session

from app.adapters.files import StoreAway
from app.adapters.reading.blocks import NOTHING, Leaf, Reading
from app.adapters.reading.kept import Drawable, Readings
from app.adapters.structure.apart import CheckBroken
from app.adapters.structure.check import ACCEPTED
from app.models import EvidenceCheck, EvidenceVersion
from app.queries import verdicts
from app.rules.excerpts import Piece, around, whole
from app.rules.people import Who
from app.rules.places import Spot, spot
from app.rules.scans import HeldBack
from app.rules.sealing import SealedEvidence
from app.web.downloads import reader_file
from app.web.portal import PortalParts

# Of their own: a reviewer who waits for a page must not take the threads that check everybody's uploads.
DRAWING = ThreadPoolExecutor(max_workers=2, thread_name_prefix="reading")
MOST_DRAWN = 3  # files not drawn before, for one page; the others are drawn when they are opened
CANT_BE_SHOWN = "This file can't be shown here. Download it to read it."
_EXTENSIONS = {media_type: extension for extension, media_type in ACCEPTED.items()}

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Linked:
    """One link of the sealed copy, and the file behind it or why it can't be read."""

    item: SealedEvidence
    file: Drawable | None = None
    problem: str = ""


@dataclass(frozen=True)
class Shown:
    """The same as a page shows it. ``reading`` is None when it was not drawn yet."""

    item: SealedEvidence
    reading: Reading | None = None
    spot: Spot | None = None
    problem: str = ""

    @property
    def number(self) -> int:
        """The leaf to open, from 1."""
        return self.spot.leaf if self.spot else 1

    @property
    def leaf(self) -> Leaf:
        return self.leaf_at(self.number)

    def leaf_at(self, number: int) -> Leaf:
        assert self.reading is not None
        return self.reading.leaves[number - 1]

    @property
    def passage(self) -> list[Piece]:
        """The passage that was named, or how the text begins."""
        return around(self.leaf, self.spot)

    def pieces(self, number: int) -> list[Piece]:
        """All of leaf ``number``, the passage marked when it is there."""
        return whole(self.leaf_at(number), self.spot if number == self.number else None)


def readings_of(parts: PortalParts) -> Readings:
    return Readings(parts.settings.data_dir / "readings")


def linked(
    session: Session, parts: PortalParts, who: Who, review_id: UUID, items: Sequence[SealedEvidence]
) -> list[Linked]:
    """The files behind links of one sealed copy, in one query. What may not be opened says why."""
    files = verdicts.files(session, [item.version_id for item in items if not item.url])
    return [_linked(parts, who, review_id, item, *files.get(item.version_id, (None, None))) for item in items]


def _linked(
    parts: PortalParts,
    who: Who,
    review_id: UUID,
    item: SealedEvidence,
    version: EvidenceVersion | None,
    check: EvidenceCheck | None,
) -> Linked:
    if version is None:
        return Linked(item)  # an address, which nobody opens for the reader
    try:
        return Linked(item, drawable(parts, who, review_id, version, check))
    except HeldBack as held:
        return Linked(item, problem=f"{held.title}. {held.sentence}")


def drawable(
    parts: PortalParts, who: Who, review_id: UUID, version: EvidenceVersion, check: EvidenceCheck | None
) -> Drawable:
    """The reader copy, to be drawn for one review. Raises as ``reader_file`` does: nothing is read before that."""
    stored = reader_file(parts, who, version, check)

    def opened() -> BinaryIO:
        return parts.files.open(stored.name)

    return Drawable(review_id, stored.sha256, _EXTENSIONS.get(version.media_type, ""), opened)


async def drawn(parts: PortalParts, links: Sequence[Linked]) -> list[Shown]:
    """Each link with what is shown of it. The caller holds no transaction: this may take seconds."""
    return await asyncio.get_running_loop().run_in_executor(
        DRAWING, _all, readings_of(parts), links, MOST_DRAWN
    )


def kept(parts: PortalParts, links: Sequence[Linked]) -> list[Shown]:
    """The same from what was drawn before, for a page that is made inside a transaction."""
    return _all(readings_of(parts), links, 0)


def _all(readings: Readings, links: Sequence[Linked], most_drawn: int) -> list[Shown]:
    shown = []
    for link in links:
        reading = readings.kept(link.file) if link.file else None
        if link.file and reading is None and most_drawn > 0:
            most_drawn -= 1
            reading = _drawn(readings, link.file)
        shown.append(_shown(link, reading))
    return shown


def _drawn(readings: Readings, file: Drawable) -> Reading:
    try:
        return readings.reading(file)
    except (StoreAway, FileNotFoundError, CheckBroken) as failure:
        log.warning("not_drawn", kind=type(failure).__name__)
        return NOTHING


def _shown(link: Linked, reading: Reading | None) -> Shown:
    if reading is None:
        return Shown(link.item, problem=link.problem)
    if not reading.leaves:
        return Shown(link.item, problem=CANT_BE_SHOWN)
    return Shown(link.item, reading, spot(link.item.place, reading))
