"""The page for whoever takes over: open work, promises, what expires, what nobody looks after."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.actions import owners as actions
from app.criteria.schema import Criterion, Framework
from app.models import Organisation, SelfAssessment
from app.queries import comments, handover, owners, people, self_assessments
from app.queries.comments import Said
from app.queries.owners import Owned
from app.rules.days import in_words, uk_day
from app.rules.due import days_until, due_words
from app.rules.errors import Conflict, RuleError
from app.rules.people import Who
from app.rules.permissions import Permission, Scope, allows
from app.rules.progress import CriterionState, progress
from app.web.guards import OrganisationFor
from app.web.ids import id_or_none
from app.web.pages import again, go, page
from app.web.portal import Portal, PortalParts
from app.web.transaction import Form, Now, Person, Transaction

router = APIRouter()
Readable = Annotated[
    Organisation, Depends(OrganisationFor(Permission.READ_SELF_ASSESSMENT), scope="function")
]
Assigned = Annotated[Organisation, Depends(OrganisationFor(Permission.ASSIGN_CRITERIA), scope="function")]


@dataclass(frozen=True)
class Open:
    """A criterion that is not ready."""

    criterion: Criterion
    state: str
    due: str


@dataclass(frozen=True)
class Pile:
    """What is not ready of one owner. ``person_id`` is None for what nobody looks after."""

    name: str
    person_id: UUID | None
    has_left: bool
    work: list[Open]


@dataclass(frozen=True)
class Part:
    """One self-assessment on the page."""

    self_assessment: SelfAssessment
    framework: Framework
    piles: list[Pile]
    said: list[Said]
    owners: list[Owned]  # each once, those who have left first


@router.get("/organisations/{organisation_id}/handover")
async def show(
    request: Request, who: Person, session: Transaction, parts: Portal, at: Now, organisation: Readable
) -> Response:
    context = _context(session, parts, organisation, who, at)
    done = (
        "The criteria are given to your colleague, who gets one email."
        if "done" in request.query_params
        else ""
    )
    return page(request, "handover/show", who, **context, done=done, giver="", taker="")


@router.post("/organisations/{organisation_id}/handover")
async def take_over(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    at: Now,
    typed: Form,
    organisation: Assigned,
) -> Response:
    """All criteria of somebody, in every current self-assessment, to one colleague."""
    try:
        with session.begin_nested():
            _give(session, parts, organisation, typed.get("from"), typed.get("to"), who, at)
    except RuleError as refused:
        context = _context(session, parts, organisation, who, at)
        status = 409 if isinstance(refused, Conflict) else 422
        return again(request, "handover/show", who, refused, status=status, **context, chosen=typed.get("to"))
    return go(f"/organisations/{organisation.id}/handover?done=given")


def _give(
    session: Session,
    parts: PortalParts,
    organisation: Organisation,
    giver: str,
    taker: str,
    who: Who,
    at: datetime,
) -> None:
    from_id, to_id = id_or_none(giver), id_or_none(taker)
    if to_id is None:
        raise RuleError(actions.NO_WRITER, field="to")
    held = [
        one
        for one in handover.current(session, organisation.id)
        if any(row.person_id == from_id for row in owners.rows(session, one.id).values())
    ]
    if from_id is None or not held:
        raise RuleError("Choose whose criteria to give away.", field="from")
    for one in held:
        framework = parts.shelf.get(session, one.framework_version_id)
        session.refresh(one, with_for_update={"key_share": True})  # its history is written under its lock
        actions.take_over(
            session, one, framework, from_id, to_id, base_url=parts.settings.base_url, by=who, at=at
        )


def _context(
    session: Session, parts: PortalParts, organisation: Organisation, who: Who, at: datetime
) -> dict[str, Any]:
    today = uk_day(at)
    found = handover.promises(session, organisation.id, at)
    shown = [
        _part(session, parts, organisation, one, today) for one in handover.current(session, organisation.id)
    ]
    return {
        "organisation": organisation,
        "at": at,
        "parts": shown,
        "owners": _each_once(owner for part in shown for owner in part.owners),
        "promises": [
            (one, parts.shelf.get(session, one.framework_version_id).level(one.level).name) for one in found
        ],
        "ageing": [
            (one, days_until(one.expires_on, today), one.expires_on < today)
            for one in handover.ageing(session, organisation.id, today)
        ],
        "added_by_leavers": handover.added_by_leavers(session, organisation.id),
        "may_assign": allows(Permission.ASSIGN_CRITERIA, who, Scope(organisation_id=organisation.id)),
        "writers": people.writers(session, organisation.id),
    }


def _part(
    session: Session,
    parts: PortalParts,
    organisation: Organisation,
    self_assessment: SelfAssessment,
    today: date,
) -> Part:
    framework = parts.shelf.get(session, self_assessment.framework_version_id)
    held = owners.owned(session, self_assessment)
    found = progress(
        framework,
        organisation.kind,
        self_assessments.answers(session, self_assessment.id),
        self_assessments.support(session, self_assessment.id, on=today),
    )
    work: dict[UUID | None, list[Open]] = {}
    for one in found:
        if one.state in (CriterionState.READY, CriterionState.NOT_APPLICABLE):
            continue
        owner = held.get(one.criterion.code)
        due_on = owner.due_on if owner else None
        due = f"{due_words(due_on, today)}: {in_words(due_on)}" if due_on else ""
        work.setdefault(owner.person_id if owner else None, []).append(
            Open(one.criterion, one.state.value, due)
        )
    return Part(
        self_assessment,
        framework,
        list(_piles(work, held)),
        comments.unresolved(session, self_assessment.id),
        _each_once(held.values()),
    )


def _each_once(held: Iterable[Owned]) -> list[Owned]:
    found = {one.person_id: one for one in held}
    return sorted(found.values(), key=lambda one: (not one.has_left, one.name))


def _piles(work: dict[UUID | None, list[Open]], held: dict[str, Owned]) -> Iterator[Pile]:
    """Those who have left first, then what nobody looks after, then colleagues by name."""
    nobody = [Pile("Nobody", None, False, work[None])] if None in work else []
    named = {one.person_id: one for one in held.values() if one.person_id in work}
    piles = [
        Pile(one.name, one.person_id, one.has_left, work[one.person_id])
        for one in sorted(named.values(), key=lambda one: one.name)
    ]
    yield from (one for one in piles if one.has_left)
    yield from nobody
    yield from (one for one in piles if not one.has_left)
