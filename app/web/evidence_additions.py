"""Adding to the evidence library: a file, a link, a newer version of either.

``?for=<self-assessment>:<criterion>`` says where the evidence is wanted: it is linked there, and the person returns.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.actions import evidence as actions
from app.actions.evidence import Content
from app.config import MEGABYTE
from app.criteria.schema import Source
from app.models import Evidence, EvidenceKind, Organisation
from app.queries import evidence as library
from app.rules.days import uk_day
from app.rules.errors import RuleError
from app.rules.evidence import (
    FILE_FORM,
    LINK_FORM,
    NEW_ADDRESS_FORM,
    SOURCE,
    Asked,
    is_warning_open,
    place_given,
    read,
)
from app.rules.people import Who
from app.rules.permissions import Permission
from app.web.components import components
from app.web.evidence_goals import Goal, goal_of
from app.web.evidence_sources import source_ids, sources
from app.web.guards import EvidenceFor, OrganisationFor
from app.web.pages import again, go, page
from app.web.portal import Portal, PortalParts
from app.web.transaction import Form, Now, Person, Transaction, Typed
from app.web.uploads import BeforeReading, CheckedUpload, Upload, scan_state

router = APIRouter()  # included with a limit on bodies that lets a file through

_SHELF = OrganisationFor(Permission.WRITE_EVIDENCE)
_ITEM = EvidenceFor(Permission.WRITE_EVIDENCE)
Shelf = Annotated[Organisation, Depends(_SHELF, scope="function")]
Item = Annotated[Evidence, Depends(_ITEM, scope="function")]


@router.get("/organisations/{organisation_id}/evidence/new")
async def new_file(
    request: Request, who: Person, session: Transaction, parts: Portal, organisation: Shelf
) -> Response:
    goal = goal_of(request, session, parts, organisation, lock=False)
    return page(
        request,
        "evidence/new_file",
        who,
        **_drawn(FILE_FORM, organisation, goal, Typed(), {}, sources(session, parts)),
    )


@router.post("/organisations/{organisation_id}/evidence/new")
async def add_file(
    request: Request,
    _may: Annotated[None, Depends(BeforeReading(_SHELF))],
    who: Person,
    typed: Form,
    upload: CheckedUpload,
    session: Transaction,
    at: Now,
    parts: Portal,
    organisation: Shelf,
) -> Response:
    goal = goal_of(request, session, parts, organisation, lock=True)
    form = read(FILE_FORM, typed.text, today=uk_day(at), sources=source_ids(session, parts))
    errors = _file_errors(upload) | form.errors | _place_errors(typed)
    if not errors and form.details and upload.content:
        try:
            with session.begin_nested():
                item = actions.add_file(
                    session,
                    organisation,
                    form.details,
                    upload.content,
                    quota=quota(parts),
                    by=who,
                    at=at,
                    examined=upload.examined,
                    scan=scan_state(parts.settings),
                )
                _link(session, goal, item, typed, who, at)
            upload.is_kept = True
            return go(_asked_first(upload, item, goal) or _done(goal, item))
        except RuleError as error:
            errors = {error.field: error.sentence}
    drawn = _drawn(FILE_FORM, organisation, goal, typed, errors, sources(session, parts))
    return again(request, "evidence/new_file", who, errors, status=upload.status, **drawn)


@router.get("/organisations/{organisation_id}/evidence/new-link")
async def new_link(
    request: Request, who: Person, session: Transaction, parts: Portal, organisation: Shelf
) -> Response:
    goal = goal_of(request, session, parts, organisation, lock=False)
    return page(
        request,
        "evidence/new_link",
        who,
        **_drawn(LINK_FORM, organisation, goal, Typed(), {}, sources(session, parts)),
    )


@router.post("/organisations/{organisation_id}/evidence/new-link")
async def add_link(
    request: Request,
    who: Person,
    typed: Form,
    session: Transaction,
    at: Now,
    parts: Portal,
    organisation: Shelf,
) -> Response:
    goal = goal_of(request, session, parts, organisation, lock=True)
    form = read(LINK_FORM, typed.text, today=uk_day(at), sources=source_ids(session, parts))
    errors = form.errors | _place_errors(typed)
    if not errors and form.details:
        try:
            with session.begin_nested():
                item = actions.add_link(session, organisation, form.details, form.url, by=who, at=at)
                _link(session, goal, item, typed, who, at)
            return go(_done(goal, item))
        except RuleError as error:
            errors = {error.field: error.sentence}
    drawn = _drawn(LINK_FORM, organisation, goal, typed, errors, sources(session, parts))
    return again(request, "evidence/new_link", who, errors, **drawn)


@router.get("/evidence/{evidence_id}/versions")
async def new_version(request: Request, who: Person, session: Transaction, item: Item) -> Response:
    return page(request, "evidence/version", who, **_version_drawn(session, item, Typed(), {}))


@router.post("/evidence/{evidence_id}/versions")
async def add_version(
    request: Request,
    _may: Annotated[None, Depends(BeforeReading(_ITEM))],
    who: Person,
    typed: Form,
    upload: CheckedUpload,
    session: Transaction,
    at: Now,
    parts: Portal,
    item: Item,
) -> Response:
    content, errors = _newer(item, typed, upload, uk_day(at))
    if content is not None:
        try:
            with session.begin_nested():
                actions.add_version(
                    session,
                    item,
                    content,
                    quota=quota(parts),
                    by=who,
                    at=at,
                    examined=upload.examined,
                    scan=scan_state(parts.settings),
                )
            upload.is_kept = content is upload.content
            return go(_asked_first(upload, item, None) or f"/evidence/{item.id}?added=1")
        except RuleError as error:
            errors = {error.field: error.sentence}
    status = upload.status if item.kind is EvidenceKind.FILE else 422
    drawn = _version_drawn(session, item, typed, errors)
    return again(request, "evidence/version", who, errors, status=status, **drawn)


def _link(session: Session, goal: Goal | None, item: Evidence, typed: Typed, who: Who, at: datetime) -> None:
    if goal is None:
        return
    place = typed.text.get("place", "")
    code = goal.criterion.code
    actions.link(session, goal.self_assessment, goal.framework, code, item.id, place, by=who, at=at)


def _asked_first(upload: Upload, item: Evidence, goal: Goal | None) -> str:
    """The page that asks about what was found, which leads on from there; empty when there is nothing to ask."""
    kinds = [asdict(one) for one in upload.examined.findings] if upload.examined else []
    if not upload.is_kept or not is_warning_open(kinds, None):
        return ""
    return f"/evidence/{item.id}/findings{goal.query if goal else ''}"


def _done(goal: Goal | None, item: Evidence) -> str:
    return f"{goal.path}?done=added#linked-evidence" if goal else f"/evidence/{item.id}"


def _file_errors(upload: Upload) -> dict[str, str]:
    return {"file": upload.refusal} if upload.refusal else {}


def _place_errors(typed: Typed) -> dict[str, str]:
    try:
        place_given(typed.text.get("place", ""))
    except RuleError as error:
        return {error.field: error.sentence}
    return {}


def _newer(
    item: Evidence, typed: Typed, upload: Upload, today: date
) -> tuple[Content | None, dict[str, str]]:
    """The content of a newer version, or what is wrong with it."""
    if item.kind is EvidenceKind.FILE:
        return upload.content, _file_errors(upload)
    form = read(NEW_ADDRESS_FORM, typed.text, today=today)
    return (None if form.errors else Content(url=form.url)), form.errors


def quota(parts: PortalParts) -> int:
    """How many bytes one organisation may keep."""
    return parts.settings.evidence_organisation_megabytes * MEGABYTE


def _drawn(
    form: Asked,
    organisation: Organisation,
    goal: Goal | None,
    typed: Typed,
    errors: Mapping[str, str],
    choices: Sequence[Source],
) -> dict[str, Any]:
    """What the templates of new evidence take. The address of the form keeps what the evidence is for."""
    return {
        "organisation": organisation,
        "goal": goal,
        "components": components(form, typed.text, errors),
        "place": typed.text.get("place", ""),
        "query": goal.query if goal else "",
        "sources": choices,
        "source": typed.get(SOURCE),
    }


def _version_drawn(
    session: Session, item: Evidence, typed: Typed, errors: Mapping[str, str]
) -> dict[str, Any]:
    return {
        "item": item,
        "newest": library.newest_version(session, item.id),
        "components": components(NEW_ADDRESS_FORM, typed.text, errors)
        if item.kind is EvidenceKind.LINK
        else [],
    }
