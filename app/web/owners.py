"""Giving criteria to colleagues: all of a self-assessment in one table, or with ``?only=<code>`` a single one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.actions import owners as actions
from app.actions.owners import Care, Change
from app.criteria.schema import Criterion, Framework
from app.models import Organisation, SelfAssessment
from app.queries import owners, people
from app.queries.owners import Owned
from app.queries.people import Colleague
from app.rules.days import uk_day
from app.rules.errors import Conflict, RuleError
from app.rules.permissions import Permission
from app.web.errors import BadRequest, NotFound
from app.web.guards import SelfAssessmentFor
from app.web.ids import id_or_none
from app.web.pages import again, go, page
from app.web.portal import Portal, PortalParts
from app.web.transaction import Form, Now, Person, Transaction, Typed

router = APIRouter()
Assigned = Annotated[SelfAssessment, Depends(SelfAssessmentFor(Permission.ASSIGN_CRITERIA), scope="function")]
DONE = "The owners are saved. Each new owner gets one email."


@dataclass(frozen=True)
class Row:
    """One line of the table. ``owner``, ``due`` are as typed or as saved; ``was`` is what the page showed."""

    criterion: Criterion
    owner: str
    due: str
    was: str
    left: Owned | None  # the owner of today, when they hold no role any more


@router.get("/self-assessments/{self_assessment_id}/owners")
async def show(
    request: Request, who: Person, session: Transaction, parts: Portal, at: Now, self_assessment: Assigned
) -> Response:
    context = _context(request, session, parts, self_assessment, at, {})
    done = DONE if request.query_params.get("done") else ""
    return page(request, "owners/show", who, **context, done=done)


@router.post("/self-assessments/{self_assessment_id}/owners")
async def save(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    at: Now,
    typed: Form,
    self_assessment: Assigned,
) -> Response:
    framework = parts.shelf.get(session, self_assessment.framework_version_id)
    base_url = parts.settings.base_url
    try:
        with session.begin_nested():
            changes = _changes(framework, typed)
            actions.assign(session, self_assessment, framework, changes, base_url=base_url, by=who, at=at)
    except RuleError as refused:
        if isinstance(refused, BadRequest):
            raise
        kept = _kept(typed, is_stale=isinstance(refused, Conflict))
        context = _context(request, session, parts, self_assessment, at, kept)
        status = 409 if isinstance(refused, Conflict) else 422
        return again(request, "owners/show", who, refused, status=status, **context)
    path = f"/self-assessments/{self_assessment.id}"
    only = request.query_params.get("only", "")
    return go(f"{path}/criteria/{only}" if only in changes else f"{path}/owners?done=saved")


def _changes(framework: Framework, typed: Typed) -> dict[str, Change]:
    """Every row of the form; RuleError for one that can't be read."""
    codes = [one.code for one in framework.criteria if f"was-{one.code}" in typed.text]
    return {
        code: Change(
            _care(code, *_parts(typed.get(f"was-{code}"))),
            _care(code, typed.get(f"owner-{code}"), typed.get(f"due-{code}")),
        )
        for code in codes
    }


def _parts(was: str) -> tuple[str, str]:
    owner, _, due = was.partition("|")
    return owner, due


def _care(code: str, owner: str, due: str) -> Care:
    person_id = id_or_none(owner) if owner else None
    if owner and person_id is None:
        raise RuleError(actions.NO_WRITER, field=f"owner-{code}")
    return Care(person_id, _day(code, due))


def _day(code: str, due: str) -> date | None:
    try:
        return date.fromisoformat(due) if due else None
    except ValueError:
        raise RuleError(
            f"Enter the date for {code} as year-month-day, for example 2027-01-29.", field=f"due-{code}"
        ) from None


@dataclass(frozen=True)
class Kept:
    """A row as it was sent. ``was`` is empty where the page must show what is saved now."""

    owner: str
    due: str
    was: str


def _kept(typed: Typed, *, is_stale: bool) -> dict[str, Kept]:
    """What to show again. When another lead was first, rows that were left alone show what is saved now."""
    found = {}
    for name in typed.text:
        if not name.startswith("was-"):
            continue
        code, was = name.removeprefix("was-"), typed.get(name)
        owner, due = typed.get(f"owner-{code}"), typed.get(f"due-{code}")
        if not is_stale:
            found[code] = Kept(owner, due, was)
        elif (owner, due) != _parts(was):
            found[code] = Kept(owner, due, "")
    return found


def _context(
    request: Request,
    session: Session,
    parts: PortalParts,
    self_assessment: SelfAssessment,
    at: datetime,
    kept: Mapping[str, Kept],
) -> dict[str, Any]:
    framework = parts.shelf.get(session, self_assessment.framework_version_id)
    organisation = session.get_one(Organisation, self_assessment.organisation_id)
    criteria = [one for one in framework.criteria if one.applies_to(organisation.kind)]
    only = request.query_params.get("only", "")
    if only:
        criteria = [one for one in criteria if one.code == only]
        if not criteria:
            raise NotFound
    held = owners.owned(session, self_assessment)
    writers = people.writers(session, organisation.id)
    return {
        "self_assessment": self_assessment,
        "framework": framework,
        "organisation": organisation,
        "rows": [_row(one, held.get(one.code), kept.get(one.code), writers) for one in criteria],
        "writers": writers,
        "only": criteria[0] if only else None,
        "query": f"?only={only}" if only else "",
        "today": uk_day(at),
    }


def _row(criterion: Criterion, held: Owned | None, kept: Kept | None, writers: list[Colleague]) -> Row:
    owner, due = (str(held.person_id), _text(held.due_on)) if held else ("", "")
    saved = f"{owner}|{due}"
    is_choice = held is None or held.person_id in {one.person_id for one in writers}
    shown = (kept.owner, kept.due, kept.was or saved) if kept else (owner, due, saved)
    return Row(criterion, *shown, left=None if is_choice else held)


def _text(day: date | None) -> str:
    return day.isoformat() if day else ""


def chosen(text: str, field: str, sentence: str) -> UUID:
    """The id of a person chosen from a list."""
    found = id_or_none(text)
    if found is None:
        raise RuleError(sentence, field=field)
    return found
