"""What became of organisations, as administrators keep it: renamed, moved, closed, part of another; and voiding."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlmodel import Session

from app.actions import organisation_changes as actions
from app.actions.organisation_places import By
from app.actions.organisation_voids import void
from app.actions.successions import add_successor
from app.criteria.schema import Question, QuestionKind
from app.models import Organisation
from app.queries import organisation_changes as queries
from app.queries.conflicts import organisations as all_organisations
from app.rules.days import uk_day
from app.rules.errors import RuleError
from app.rules.organisation_changes import on
from app.rules.people import Who
from app.rules.permissions import Permission
from app.web.attempts import Attempt
from app.web.errors import NotFound
from app.web.guards import OrganisationFor, PortalFor
from app.web.ids import id_or_none
from app.web.pages import again, go, page
from app.web.portal import Portal
from app.web.transaction import Form, Now, Person, Transaction, Typed
from app.web.typed_days import drawn_day, typed_day

router = APIRouter()
Keeper = Annotated[Who, Depends(PortalFor(Permission.KEEP_ORGANISATIONS), scope="function")]
Kept = Annotated[Organisation, Depends(OrganisationFor(Permission.KEEP_ORGANISATIONS), scope="function")]
KINDS = {
    "renamed": "It has another name",
    "moved": "It is in another area",
    "closed": "It no longer exists, or became part of another",
    "successor": "It became part of a further organisation (it is closed already)",
}
FROM = Question(
    id="from",
    kind=QuestionKind.DATE,
    label="First day on which this counts",
    hint="For example, 1 4 2027. It may be in the past or still to come. For a closure, the first day on which the "
    "organisation no longer exists.",
)


@router.get("/organisations")
async def index(
    request: Request,
    who: Keeper,
    session: Transaction,
    at: Now,
    name: Annotated[str, Query(max_length=300)] = "",
    start: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> Response:
    rows, total = queries.search(session, name.strip(), start)
    return page(
        request,
        "organisation_changes/index",
        who,
        rows=rows,
        total=total,
        name=name,
        start=start,
        size=queries.PAGE,
        to_come=queries.to_come(session, uk_day(at)),
    )


@router.get("/organisations/{organisation_id}/changes")
async def show(request: Request, who: Person, session: Transaction, at: Now, organisation: Kept) -> Response:
    context = _context(session, organisation, at, {})
    return page(request, "organisation_changes/show", who, **context, typed={})


def _context(
    session: Session,
    organisation: Organisation,
    at: datetime,
    typed: Mapping[str, str],
    error: RuleError | None = None,
) -> dict[str, Any]:
    names = queries.names(
        session, {id_ for id_ in (organisation.icb_id, organisation.region_id) if id_ is not None}
    )
    return {
        "organisation": organisation,
        "icb_name": names.get(organisation.icb_id, "") if organisation.icb_id else "",
        "region_name": names.get(organisation.region_id, "") if organisation.region_id else "",
        "lines": queries.lines(session, organisation.id),
        "successors": queries.successors(session, organisation.id),
        "predecessors": queries.predecessors(session, organisation.id),
        "kinds": KINDS,
        "areas": [(id_, name) for id_, name in queries.areas(session, organisation.kind)],
        "organisations": [
            (id_, name) for id_, name in all_organisations(session, at) if id_ != organisation.id
        ],
        "from_day": drawn_day(
            FROM, typed, error.sentence if error is not None and error.field == FROM.id else ""
        ),
        "today": uk_day(at),
        "is_on_record": on(queries.counting(session, organisation.id), uk_day(at)) is not None,
    }


@router.post("/organisations/{organisation_id}/changes")
async def record(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    at: Now,
    typed: Form,
    organisation: Kept,
) -> Response:
    with Attempt(session) as attempt:
        _record(session, organisation, typed, By.of(who, parts.settings.base_url), at)
    if error := attempt.refused:
        context = _context(session, organisation, at, typed.text, error)
        return again(request, "organisation_changes/show", who, error, **context, typed=typed.text)
    return go(f"/organisations/{organisation.id}/changes")


def _record(session: Session, organisation: Organisation, typed: Typed, by: By, at: datetime) -> None:
    kind, note = typed.get("kind"), typed.get("note")
    after = session.get(Organisation, id_or_none(typed.get("successor")) or organisation.id)
    successor = after if after is not organisation else None
    if kind == "successor":
        if successor is None:
            raise RuleError("Choose an organisation from the list.", field="successor")
        add_successor(session, organisation, successor, note, by=by, at=at)
        return
    if kind not in KINDS:
        raise RuleError("Select what became of it.", field="kind")
    day = typed_day(FROM, typed.text)
    if kind == "renamed":
        actions.rename(session, organisation, typed.get("name"), day, note, by=by, at=at)
    elif kind == "moved":
        id_ = id_or_none(typed.get("area"))
        area = session.get(Organisation, id_) if id_ else None
        actions.move(session, organisation, area, day, note, by=by, at=at)
    else:
        actions.close(session, organisation, [successor] if successor else [], day, note, by=by, at=at)


@router.get("/organisations/{organisation_id}/changes/{change_id}/void")
async def ask_to_void(
    request: Request, who: Person, session: Transaction, organisation: Kept, change_id: str
) -> Response:
    return page(request, "organisation_changes/void", who, **_one(session, organisation, change_id), typed={})


def _one(session: Session, organisation: Organisation, change_id: str) -> dict[str, Any]:
    found = id_or_none(change_id)
    lines = [one for one in queries.lines(session, organisation.id) if one.row.id == found]
    if not lines:
        raise NotFound
    return {"organisation": organisation, "line": lines[0]}


@router.post("/organisations/{organisation_id}/changes/{change_id}/void")
async def void_change(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    at: Now,
    typed: Form,
    organisation: Kept,
    change_id: str,
) -> Response:
    context = _one(session, organisation, change_id)
    by = By.of(who, parts.settings.base_url)
    with Attempt(session) as attempt:
        void(session, organisation, context["line"].row, typed.get("reason"), by=by, at=at)
    if error := attempt.refused:
        return again(request, "organisation_changes/void", who, error, **context, typed=typed.text)
    return go(f"/organisations/{organisation.id}/changes")
