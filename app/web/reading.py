"""A reviewer reads evidence of the sealed copy in the portal: page by page, at the place that the writer named."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.adapters.files import StoreAway
from app.adapters.reading.kept import Drawable
from app.models import EvidenceCheck, Review, ReviewStatus
from app.queries import sealed_copies
from app.rules.people import Who
from app.rules.permissions import Permission
from app.rules.sealing import SealedContent, SealedEvidence
from app.web.downloads import FILE_POLICY
from app.web.errors import NotFound
from app.web.guards import ReviewFor
from app.web.ids import id_or_none
from app.web.pages import go, page
from app.web.portal import Portal, PortalParts
from app.web.readings import DRAWING, Shown, drawable, drawn, linked, readings_of
from app.web.transaction import Person, Transaction

router = APIRouter()
Reviewing = Annotated[Review, Depends(ReviewFor(Permission.REVIEW), scope="function")]
PATH = "/reviews/{review_id}/evidence/{version_id}"


@router.get(f"{PATH}/pages/{{number}}")
async def picture(
    who: Person, session: Transaction, parts: Portal, review: Reviewing, version_id: str, number: str
) -> Response:
    """One page as a picture, drawn from the reader copy."""
    wanted = _number(number)
    file = _file(session, parts, who, review, version_id)
    session.close()  # drawing waits for another process, and must not hold a connection meanwhile
    made = await asyncio.get_running_loop().run_in_executor(DRAWING, _picture, parts, file, wanted)
    if made is None:
        raise NotFound
    headers = {"content-security-policy": FILE_POLICY, "content-disposition": "inline"}
    return Response(made, media_type="image/png", headers=headers)


def _picture(parts: PortalParts, file: Drawable, number: int) -> bytes | None:
    try:
        return readings_of(parts).picture(file, number)
    except FileNotFoundError as missing:
        raise StoreAway("the store lacks a file that a version names") from missing


@router.get(f"{PATH}/read")
async def read(
    request: Request, who: Person, session: Transaction, parts: Portal, review: Reviewing, version_id: str
) -> Response:
    """One leaf of the file with a pager: the one asked for, or the one at the place named for a criterion."""
    if review.status is ReviewStatus.ASSIGNED:
        return go(f"/reviews/{review.id}")
    asked = request.query_params.get("page", "")
    content = sealed_copies.document(session, review.submission_id).content
    code, item = _item(content, version_id, request.query_params.get("criterion", ""))
    links = linked(session, parts, who, review.id, [item])
    session.close()
    (shown,) = await drawn(parts, links)
    number = _number(asked) if asked else shown.number
    if number > (len(shown.reading.leaves) if shown.reading else 1):
        raise NotFound
    return page(
        request,
        "reviews/read",
        who,
        review=review,
        content=content,
        code=code,
        shown=shown,
        number=number,
        parts=_parts(shown),
    )


def _file(session: Session, parts: PortalParts, who: Who, review: Review, version_id: str) -> Drawable:
    """NotFound before the start and for what no sealed copy of this submission names; HeldBack until it is clean."""
    version = sealed_copies.version(session, review.submission_id, id_or_none(version_id))
    if version is None or review.status is ReviewStatus.ASSIGNED:
        raise NotFound
    return drawable(parts, who, review.id, version, session.get(EvidenceCheck, version.id))


def _item(content: SealedContent, version_id: str, code: str) -> tuple[str, SealedEvidence]:
    """The link to a file, of the criterion asked for or else the first that has it. NotFound when none has."""
    wanted = id_or_none(version_id)
    found = [
        (answer.code, item)
        for answer in content.answers
        for item in answer.evidence
        if item.version_id == wanted and not item.url
    ]
    if not found:
        raise NotFound
    return next((one for one in found if one[0] == code), found[0])


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 5 and int(text) > 0):
        raise NotFound
    return int(text)


def _parts(shown: Shown) -> list[tuple[str, int]]:
    """Sheets and slides by name with the leaf that each begins on."""
    found: dict[str, int] = {}
    for number, leaf in enumerate(shown.reading.leaves if shown.reading else (), 1):
        if leaf.name:
            found.setdefault(leaf.name, number)
    return list(found.items())
