"""Two versions of an item side by side: the facts of both and, where they have words, the words that changed."""

import asyncio
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlmodel import Session

from app.actions.evidence_checks import extension_of
from app.adapters.files import StoreAway
from app.adapters.findings.texts import WORDED, Text, text_of
from app.models import Evidence, EvidenceCheck, EvidenceVersion
from app.queries import evidence as library
from app.queries import frameworks
from app.rules import differences
from app.rules.differences import Kind, Piece
from app.rules.errors import RuleError
from app.rules.evidence import MOST_VERSIONS
from app.rules.people import Who
from app.rules.permissions import Permission
from app.rules.scans import require_open, standing
from app.web.errors import NotFound
from app.web.guards import EvidenceFor
from app.web.pages import page
from app.web.portal import Portal, PortalParts
from app.web.transaction import Person, Transaction

router = APIRouter()

Item = Annotated[Evidence, Depends(EvidenceFor(Permission.READ_EVIDENCE), scope="function")]
Number = Annotated[int, Query(ge=1, le=MOST_VERSIONS)]
CONTEXT = 300  # characters kept of what is the same, before and after a change


@dataclass(frozen=True)
class Comparison:
    """What changed between two texts, or why that can't be told."""

    pieces: tuple[Piece, ...] = ()
    reason: str = ""
    is_cut: bool = False

    @property
    def is_same(self) -> bool:
        return not self.reason and all(one.kind is Kind.SAME for one in self.pieces)


@router.get("/evidence/{evidence_id}/versions/compare")
async def compare(
    request: Request, who: Person, session: Transaction, parts: Portal, item: Item, a: Number, b: Number
) -> Response:
    versions = library.versions(session, item.id)
    by_number = {version.number: (version, name) for version, name in versions}
    if a == b or a not in by_number or b not in by_number:
        raise NotFound
    (earlier, earlier_by), (later, later_by) = by_number[min(a, b)], by_number[max(a, b)]
    framework = frameworks.newest_parsed(session, parts.shelf)
    reason = _why_not(session, parts, who, item, (earlier, later))
    session.close()  # reading waits for another process, and must not hold a connection meanwhile
    compared = (
        Comparison(reason=reason) if reason else await asyncio.to_thread(_compared, parts, earlier, later)
    )
    return page(
        request,
        "evidence/compare",
        who,
        item=item,
        framework=framework,
        sides=((earlier, earlier_by), (later, later_by)),
        compared=compared,
    )


def _why_not(
    session: Session, parts: PortalParts, who: Who, item: Evidence, versions: tuple[EvidenceVersion, ...]
) -> str:
    """Why the words can't be compared; empty when they can. Who may not open a file may not read it here either."""
    if any(version.url for version in versions):
        return "The portal opens no addresses, so only what is known of them is compared."
    if item.removed_at is not None:
        return "The evidence was removed from the library, so its files are not read any more."
    if any(extension_of(version) not in WORDED for version in versions):
        return "A picture has no words to compare. Open both files to see what changed."
    for version in versions:
        check = session.get(EvidenceCheck, version.id)
        scan = standing(check.scan if check else None, has_scanner=bool(parts.settings.scanner))
        try:
            require_open(
                scan, check.signature if check else "", is_uploader=version.added_by_id == who.person_id
            )
        except RuleError as held:
            return f"Version {version.number}: {held.sentence}"
    return ""


def _compared(parts: PortalParts, earlier: EvidenceVersion, later: EvidenceVersion) -> Comparison:
    try:
        texts = [_text(parts, version) for version in (earlier, later)]
    except StoreAway:
        return Comparison(reason="The files can't be read right now. Try again in a few minutes.")
    for version, text in zip((earlier, later), texts, strict=True):
        if text is None:
            return Comparison(reason=f"Version {version.number} takes too much work to read.")
        if not text.words.strip():
            return Comparison(reason=f"No words could be read in version {version.number}: it may be a scan.")
    before, after = (text for text in texts if text)
    pieces = differences.words(before.words, after.words)
    return Comparison(shortened(pieces), is_cut=before.is_cut or after.is_cut)


def _text(parts: PortalParts, version: EvidenceVersion) -> Text | None:
    with parts.files.open(version.stored_name) as source:
        return text_of(source, extension_of(version))


def shortened(pieces: list[Piece]) -> tuple[Piece, ...]:
    """The pieces with the middle of long unchanged ones left out, and said how much."""
    found: list[Piece] = []
    for piece in pieces:
        if piece.kind is Kind.SAME and len(piece.text) > 3 * CONTEXT:
            left_out = len(piece.text[CONTEXT:-CONTEXT].split())
            said = f"\n[{left_out:,} words are the same]\n"
            piece = Piece(Kind.SAME, piece.text[:CONTEXT] + said + piece.text[-CONTEXT:])
        found.append(piece)
    return tuple(found)
