"""Bringing back a filled form: upload, see what would change, apply all of it in one step."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.actions import imports as actions
from app.models import SelfAssessment
from app.queries import exports as queries
from app.rules.errors import RuleError
from app.rules.exports import Contents
from app.rules.imports import Change, Choice, changes, fingerprint, left_out, require_ours
from app.rules.people import Who
from app.web.held_forms import Arrived, Held, HeldForm, MayWrite
from app.web.pages import again, go, page
from app.web.portal import Portal, PortalParts
from app.web.self_assessments import Writable
from app.web.transaction import Form, Now, Person, Transaction, Typed
from app.web.uploads import Discarded

router = APIRouter()  # included with a limit on bodies that lets a file through
PATH = "/self-assessments/{self_assessment_id}/import"


@router.get(PATH)
async def show(
    request: Request, who: Person, session: Transaction, parts: Portal, self_assessment: Writable
) -> Response:
    contents = queries.contents(session, parts.shelf, self_assessment)
    applied = request.query_params.get("applied", "")
    return page(
        request,
        "imports/new",
        who,
        contents=contents,
        applied=int(applied) if applied.isascii() and applied.isdecimal() and len(applied) < 6 else None,
    )


@router.post(PATH)
async def bring(
    request: Request,
    _may: MayWrite,
    who: Person,
    typed: Form,
    arrival: Arrived,
    session: Transaction,
    at: Now,
    parts: Portal,
    self_assessment: Writable,
) -> Response:
    contents = queries.contents(session, parts.shelf, self_assessment)
    refusal = arrival.refusal
    if arrival.filled is not None:
        try:
            require_ours(arrival.filled, contents)
            changes(arrival.filled, contents)
        except RuleError as error:
            refusal = error.sentence
    if refusal or arrival.filled is None:
        errors = {"file": refusal}
        return again(request, "imports/new", who, errors, status=arrival.status, contents=contents)
    questions = len(arrival.filled.texts)
    actions.note_arrival(session, self_assessment, sha256=arrival.sha256, questions=questions, by=who, at=at)
    arrival.is_kept = True
    return go(f"/self-assessments/{self_assessment.id}/import/{arrival.name}")


@dataclass(frozen=True)
class Preview:
    """What a form would change now."""

    contents: Contents
    found: list[Change]
    refusals: dict[str, str]
    left_out: int

    @property
    def conflicts(self) -> list[Change]:
        return [one for one in self.found if one.is_conflict]


def _preview(session: Session, parts: PortalParts, self_assessment: SelfAssessment, held: Held) -> Preview:
    contents = queries.contents(session, parts.shelf, self_assessment)
    require_ours(held.filled, contents)
    found = changes(held.filled, contents)
    return Preview(contents, found, actions.refusals(found), left_out(held.filled))


@router.get(f"{PATH}/{{form_name}}")
async def preview(
    request: Request,
    who: Person,
    held: HeldForm,
    session: Transaction,
    parts: Portal,
    self_assessment: Writable,
) -> Response:
    return _shown(request, who, _preview(session, parts, self_assessment, held))


@router.post(f"{PATH}/{{form_name}}")
async def apply(
    request: Request,
    who: Person,
    typed: Form,
    held: HeldForm,
    session: Transaction,
    at: Now,
    parts: Portal,
    discarded: Discarded,
    self_assessment: Writable,
) -> Response:
    found = _preview(session, parts, self_assessment, held)
    choices = _choices(typed, found.conflicts)
    try:
        with session.begin_nested():
            saved = actions.apply(
                session,
                self_assessment,
                found.contents.framework,
                found.found,
                choices,
                seen=typed.get("form-seen"),
                by=who,
                at=at,
            )
    except RuleError as error:
        return _shown(request, who, found, choices, error)
    discarded.append(held.name)
    return go(f"/self-assessments/{self_assessment.id}/import?applied={saved}")


def _choices(typed: Typed, conflicts: list[Change]) -> dict[str, Choice]:
    """What the person chose, by key; what is no choice counts as none."""
    given = {one.key: typed.get(f"choice-{one.key}") for one in conflicts}
    return {key: Choice(text) for key, text in given.items() if text in set(Choice)}


def _shown(
    request: Request,
    who: Who,
    found: Preview,
    choices: Mapping[str, Choice] | None = None,
    error: RuleError | None = None,
) -> Response:
    context: dict[str, Any] = {
        "found": found,
        "contents": found.contents,
        "choices": choices or {},
        "seen": fingerprint(found.found),
        "framework": found.contents.framework,
    }
    if error is None:
        return page(request, "imports/preview", who, **context)
    is_stale = not error.field
    errors = {f"choice-{error.field}" if error.field else "": error.sentence}
    return again(request, "imports/preview", who, errors, status=409 if is_stale else 422, **context)
