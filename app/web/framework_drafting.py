"""Reshaping a draft: order, merging, splitting, removing; what carries over; comparing, publishing, discarding."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.actions import framework_drafts as actions
from app.criteria import carry_over, drafting
from app.criteria.schema import Question
from app.models import FrameworkDraft
from app.queries import frameworks
from app.rules.carry_over import plan
from app.rules.comparison import compare
from app.rules.errors import Conflict, RuleError
from app.rules.people import Who
from app.web.framework_drafts import (
    Desk,
    Open,
    Place,
    desk_of,
    row_at,
    typed_fields,
    version_of,
)
from app.web.pages import again, go, page
from app.web.portal import Portal, PortalParts
from app.web.transaction import Form, Now, Person, Transaction, Typed

router = APIRouter()


@router.post("/framework-drafts/{draft_id}/criteria/{place}/order")
async def order(
    who: Person, session: Transaction, parts: Portal, at: Now, typed: Form, row: Open, place: Place
) -> Response:
    row_at(desk_of(session, parts, row), place)
    step = -1 if typed.get("to") == "up" else 1
    actions.shift(session, row, place, step, version=version_of(typed), by=who, at=at)
    return go(f"/framework-drafts/{row.id}?done=moved#criteria")


@router.get("/framework-drafts/{draft_id}/criteria/{place}/reshape")
async def reshape(
    request: Request, who: Person, session: Transaction, parts: Portal, row: Open, place: Place
) -> Response:
    return page(request, "framework_drafts/reshape", who, **_reshaping(desk_of(session, parts, row), place))


def _reshaping(desk: Desk, place: int) -> dict[str, Any]:
    found = row_at(desk, place)
    others = [
        (number, f"{drafting.text(one.get('code'))}: {drafting.text(one.get('title'))}")
        for number, one in enumerate(desk.draft.rows, 1)
        if number != place
    ]
    names = {name: drafting.text(found.get(name)) for name in ("code", "title")}
    return {"desk": desk, "place": place, "others": others, "typed": {}, **names}


@router.post("/framework-drafts/{draft_id}/criteria/{place}/reshape")
async def reshape_it(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    at: Now,
    typed: Form,
    row: Open,
    place: Place,
) -> Response:
    desk = desk_of(session, parts, row)
    row_at(desk, place)
    try:
        with session.begin_nested():
            where = _reshape(session, desk, typed, place, who, at)
    except RuleError as error:
        context = _reshaping(desk_of(session, parts, row), place) | {"typed": typed_fields(typed)}
        status = 409 if isinstance(error, Conflict) else 422
        return again(request, "framework_drafts/reshape", who, error, status=status, **context)
    return go(f"/framework-drafts/{row.id}{where}")


def _reshape(session: Session, desk: Desk, typed: Typed, place: int, who: Who, at: datetime) -> str:
    """Do what the pressed button says. Returns where to go, after the draft's path."""
    row, version = desk.row, version_of(typed)
    match typed.get("form-do"):
        case "remove":
            actions.remove(session, row, place, version=version, by=who, at=at)
            return "?done=removed"
        case "split":
            fields = typed_fields(typed)
            actions.split(session, row, desk.base, place, fields, version=version, by=who, at=at)
            return "?done=split#criteria"
    other = _place(typed.get("other"))
    if not 1 <= other <= len(desk.draft.rows) or other == place:
        raise RuleError("Choose a criterion.", field="other")
    now = actions.merge(session, row, desk.base, place, other, version=version, by=who, at=at)
    return f"/criteria/{now}?done=merged"


def _place(text: str) -> int:
    """A place as a form sends it; 0, which no criterion has, when it is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 0


@dataclass(frozen=True)
class Choice:
    """An old question that a new one could be filled from."""

    name: str  # of the form's field
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Filling:
    """One question of the draft with what it is and could be filled from."""

    id: str
    label: str
    kind: str
    choices: list[Choice]


@router.get("/framework-drafts/{draft_id}/criteria/{place}/carry-over")
async def carrying(
    request: Request, who: Person, session: Transaction, parts: Portal, row: Open, place: Place
) -> Response:
    desk = desk_of(session, parts, row)
    return page(request, "framework_drafts/carry_over", who, **_carrying(desk, place))


def _carrying(desk: Desk, place: int) -> dict[str, Any]:
    found = row_at(desk, place)
    code = drafting.text(found.get("code"))
    declared = desk.draft.carry_over
    comes_from = carry_over.origins(declared, desk.base, code)
    old = [one for one in desk.base.criteria if one.code in comes_from]
    asked = declared.questions.get(code, {})
    fillings = []
    for number, question in enumerate(drafting.table(found, "questions"), 1):
        id_, kind = drafting.text(question.get("id")), drafting.text(question.get("kind"))
        candidates = [(one, each) for one in old for each in one.questions if each.kind.value == kind]
        like = next((each for _, each in candidates if each.id == id_), None)
        usual = carry_over.default_sources(like, old) if isinstance(like, Question) else ()
        chosen = asked.get(id_, usual)
        choices = [
            Choice(f"source-{number}-{name}", f"{one.code}: {each.label}", name in chosen)
            for one, each in candidates
            for name in (carry_over.reference(one.code, each.id),)
        ]
        fillings.append(Filling(id_, drafting.text(question.get("label")), kind, choices))
    return {
        "desk": desk,
        "place": place,
        "code": code,
        "title": drafting.text(found.get("title")),
        "origins": " ".join(comes_from),
        "fillings": fillings,
    }


@router.post("/framework-drafts/{draft_id}/criteria/{place}/carry-over")
async def say_carrying(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    at: Now,
    typed: Form,
    row: Open,
    place: Place,
) -> Response:
    desk = desk_of(session, parts, row)
    context = _carrying(desk, place)
    given = tuple(dict.fromkeys(typed.get("origins").replace(",", " ").split()))
    sources = {
        one.id: tuple(choice.name.split("-", 2)[2] for choice in one.choices if choice.name in typed.text)
        for one in context["fillings"]
    }
    try:
        with session.begin_nested():
            actions.say_carry_over(
                session, row, desk.base, place, given, sources, version=version_of(typed), by=who, at=at
            )
    except RuleError as error:
        status = 409 if isinstance(error, Conflict) else 422
        context |= {"origins": typed.get("origins"), "typed": sources}
        return again(request, "framework_drafts/carry_over", who, error, status=status, **context)
    again_here = "?done=origins" if given != tuple(context["origins"].split()) else "?done=saved"
    return go(f"/framework-drafts/{row.id}/criteria/{place}/carry-over{again_here}")


@router.get("/framework-drafts/{draft_id}/comparison")
async def comparison(
    request: Request, who: Person, session: Transaction, parts: Portal, row: Open
) -> Response:
    desk = desk_of(session, parts, row)
    return page(request, "framework_drafts/comparison", who, **_compared(desk))


def _compared(desk: Desk) -> dict[str, Any]:
    """The comparison and the plan; neither while the draft has faults."""
    after = desk.judged.framework
    if after is None:
        return {"desk": desk, "comparison": None, "plan": None}
    whole = carry_over.resolved(desk.draft.carry_over, desk.base, after)
    return {
        "desk": desk,
        "framework": after,
        "comparison": compare(desk.base, after, whole),
        "plan": plan(desk.base, after, whole),
        "places": {code: place for place, code in enumerate(desk.draft.codes, 1)},
    }


@router.get("/framework-drafts/{draft_id}/publish")
async def publishing(
    request: Request, who: Person, session: Transaction, parts: Portal, row: Open
) -> Response:
    return page(request, "framework_drafts/publish", who, **_publishing(session, parts, row))


def _publishing(session: Session, parts: PortalParts, row: FrameworkDraft) -> dict[str, Any]:
    desk = desk_of(session, parts, row)
    return {
        **_compared(desk),
        "could_move": frameworks.could_move(session, desk.base.id),
        "official_words": actions.OFFICIAL_WORDS,
        "typed": {},
    }


@router.post("/framework-drafts/{draft_id}/publish")
async def publish(
    request: Request, who: Person, session: Transaction, parts: Portal, at: Now, typed: Form, row: Open
) -> Response:
    base = parts.shelf.get(session, row.based_on_id)
    try:
        with session.begin_nested():
            actions.publish(
                session, row, base, typed.get("official"), version=version_of(typed), by=who, at=at
            )
    except RuleError as error:
        context = _publishing(session, parts, row) | {"typed": typed_fields(typed)}
        status = 409 if isinstance(error, Conflict) else 422
        return again(request, "framework_drafts/publish", who, error, status=status, **context)
    return go("/framework-drafts?done=published")


@router.post("/framework-drafts/{draft_id}/discard")
async def discard(who: Person, session: Transaction, at: Now, typed: Form, row: Open) -> Response:
    if typed.get("sure") != "yes":
        raise RuleError("Tick that the draft is no longer needed, then press the button again.")
    actions.discard(session, row, by=who, at=at)
    return go("/framework-drafts")
