"""A reviewer's score sheet: download it, bring it back, see what would change, apply all of it in one step."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.actions import score_sheets as actions
from app.adapters.spreadsheets import apart
from app.adapters.spreadsheets import score_sheets as adapter
from app.adapters.spreadsheets.score_sheets import FilledSheet
from app.adapters.structure.check import ACCEPTED
from app.models import Review
from app.queries import score_sheets as queries
from app.rules.errors import Conflict, RuleError, Stale
from app.rules.people import Who
from app.rules.permissions import Permission
from app.rules.score_sheets import (
    Choice,
    Contents,
    RowChange,
    changes,
    fingerprint,
    require_ours,
    sheet_of,
)
from app.web import held_files
from app.web.downloads import disposition
from app.web.guards import ReviewFor
from app.web.held_files import Arrival, HeldKind
from app.web.ids import id_or_none
from app.web.pages import again, go, page
from app.web.portal import Portal, PortalParts
from app.web.transaction import Form, Now, Person, Transaction, Typed
from app.web.uploads import FILE_FIELD, BeforeReading, Discarded

router = APIRouter()
upload_router = APIRouter()  # included with a limit on bodies that lets a file through
_GUARD = ReviewFor(Permission.REVIEW)
Reviewing = Annotated[Review, Depends(_GUARD, scope="function")]
MayScore = Annotated[None, Depends(BeforeReading(_GUARD))]
Held = held_files.Held[FilledSheet]
PATH = "/reviews/{review_id}/sheet"
_SHEET = HeldKind(
    name="score sheet",
    readers={"xlsx": apart.read_score_sheet},
    other_type="Choose the spreadsheet (.xlsx) that was downloaded from this review.",
    restored=adapter.restored,
)


@router.get(f"{PATH}.xlsx")
async def spreadsheet(session: Transaction, parts: Portal, at: Now, review: Reviewing) -> Response:
    actions.require_started(review)
    contents = queries.contents(session, parts.shelf, review)
    session.close()  # what follows is slow
    sheet = sheet_of(contents, portal=parts.settings.portal_name, at=at)
    made = await asyncio.to_thread(adapter.write, sheet)
    name = disposition(f"score-sheet-{contents.ods_code}-{contents.level.lower()}.xlsx")
    return Response(made, media_type=ACCEPTED["xlsx"], headers={"content-disposition": name})


@router.get(PATH)
async def show(
    request: Request, who: Person, session: Transaction, parts: Portal, review: Reviewing
) -> Response:
    actions.require_started(review)
    applied = request.query_params.get("applied", "")
    return page(
        request,
        "score_sheets/show",
        who,
        review=review,
        contents=queries.contents(session, parts.shelf, review),
        applied=int(applied) if applied.isascii() and applied.isdecimal() and len(applied) < 6 else None,
    )


def _belongs(person_id: UUID, request: Request) -> dict[str, str]:
    return {"person": str(person_id), "review": str(id_or_none(request.path_params["review_id"]))}


async def arrived(
    request: Request, parts: Portal, who: Person, typed: Form
) -> AsyncIterator[Arrival[FilledSheet]]:
    """The sheet in the file that was sent."""
    belongs = _belongs(who.person_id, request)
    async with held_files.arriving(parts, _SHEET, belongs, typed.files.get(FILE_FIELD)) as arrival:
        yield arrival


async def held(request: Request, parts: Portal, who: Person) -> Held:
    """The sheet named in the path. NotFound unless this person brought it, for this review."""
    name = request.path_params["form_name"]
    return await held_files.held(parts.files, _SHEET, _belongs(who.person_id, request), name)


@upload_router.post(PATH)
async def bring(
    request: Request,
    _may: MayScore,
    who: Person,
    typed: Form,
    arrival: Annotated[Arrival[FilledSheet], Depends(arrived, scope="function")],
    session: Transaction,
    at: Now,
    parts: Portal,
    review: Reviewing,
) -> Response:
    actions.require_open(review)
    contents = queries.contents(session, parts.shelf, review)
    refusal = arrival.refusal
    if arrival.filled is not None:
        try:
            require_ours(arrival.filled, contents)
        except RuleError as error:
            refusal = error.sentence
    if refusal:
        errors = {"file": refusal}
        return again(
            request,
            "score_sheets/show",
            who,
            errors,
            status=arrival.status,
            contents=contents,
            review=review,
        )
    actions.note_arrival(session, review, sha256=arrival.sha256, by=who, at=at)
    arrival.is_kept = True
    return go(f"/reviews/{review.id}/sheet/{arrival.name}")


@dataclass(frozen=True)
class Preview:
    """What a sheet would change now."""

    contents: Contents
    found: list[RowChange]

    @property
    def stale(self) -> list[RowChange]:
        return [one for one in self.found if one.is_stale]

    @property
    def faults(self) -> list[str]:
        return [fault for one in self.found for fault in one.faults]


def _preview(session: Session, parts: PortalParts, review: Review, sheet: Held) -> Preview:
    contents = queries.contents(session, parts.shelf, review)
    require_ours(sheet.filled, contents)
    return Preview(contents, changes(sheet.filled, contents))


HeldSheet = Annotated[Held, Depends(held)]


@router.get(f"{PATH}/{{form_name}}")
async def preview(
    request: Request, who: Person, sheet: HeldSheet, session: Transaction, parts: Portal, review: Reviewing
) -> Response:
    actions.require_open(review)
    return _shown(request, who, review, _preview(session, parts, review, sheet))


@router.post(f"{PATH}/{{form_name}}")
async def apply(
    request: Request,
    who: Person,
    typed: Form,
    sheet: HeldSheet,
    session: Transaction,
    at: Now,
    parts: Portal,
    discarded: Discarded,
    review: Reviewing,
) -> Response:
    found = _preview(session, parts, review, sheet)
    choices = _choices(typed, found.stale)
    try:
        with session.begin_nested():
            seen = typed.get("form-seen")
            saved = actions.apply(session, review, found.found, choices, seen=seen, by=who, at=at)
    except RuleError as error:
        if isinstance(error, Conflict) and not isinstance(error, Stale):
            raise
        return _shown(request, who, review, found, choices, error)
    discarded.append(sheet.name)
    return go(f"/reviews/{review.id}/sheet?applied={saved}")


def _choices(typed: Typed, stale: list[RowChange]) -> dict[str, Choice]:
    """What the person chose, by criterion; what is no choice counts as none."""
    given = {one.code: typed.get(f"choice-{one.code}") for one in stale}
    return {code: Choice(text) for code, text in given.items() if text in set(Choice)}


def _shown(
    request: Request,
    who: Who,
    review: Review,
    found: Preview,
    choices: Mapping[str, Choice] | None = None,
    error: RuleError | None = None,
) -> Response:
    context: dict[str, Any] = {
        "review": review,
        "found": found,
        "contents": found.contents,
        "choices": choices or {},
        "seen": fingerprint(found.found),
    }
    if error is None:
        return page(request, "score_sheets/preview", who, **context)
    errors = {f"choice-{error.field}" if error.field else "": error.sentence}
    status = 409 if isinstance(error, Stale) else 422
    return again(request, "score_sheets/preview", who, errors, status=status, **context)
