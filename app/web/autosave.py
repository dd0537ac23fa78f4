"""What a save tells the page that sent it by itself, without drawing anything."""

from datetime import datetime
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse
from sqlmodel import Session

from app.actions.self_assessments import Saved
from app.criteria.answers import clean
from app.queries import history, presence
from app.rules.errors import RuleError
from app.rules.merging import FINISHED, Fate, marks_of
from app.rules.people import Who
from app.web import components
from app.web.answer_forms import AnswerForm
from app.web.criterion_sheets import Place
from app.web.pages import clock
from app.web.transaction import ending_of


def told(
    request: Request,
    session: Session,
    place: Place,
    form: AnswerForm,
    saved: Saved,
    who: Who,
    at: datetime,
) -> JSONResponse:
    """200 when everything typed is saved or merged, 409 when something is for the person to choose."""
    answer, fates = saved.answer, saved.merged.fates
    values, is_finished = (answer.values, answer.is_finished) if answer else ({}, False)
    now = marks_of(place.criterion, values, is_finished)
    conflicts = saved.merged.conflicts
    changed = [name for name, fate in fates.items() if fate is Fate.KEPT and now[name] != form.seen.get(name)]
    content = {
        "state": "conflict" if conflicts else "saved",
        "saved_at": clock(at),
        "seen": {name: one for name, one in now.items() if name not in conflicts},
        "changed": {name: _fields(place, name, values, is_finished) for name in changed},
        "changed_by": _changed_by(session, place, changed, who) if changed else "",
        "conflicts": list(conflicts),
        "errors": clean(place.criterion, values).errors,
    }
    return JSONResponse(content | around(request, session, place, who, at), 409 if conflicts else 200)


def _changed_by(session: Session, place: Place, changed: list[str], who: Who) -> str:
    """The colleague who saved last; nobody when it was the person's own other window."""
    found = history.last_saved(session, place.self_assessment.id, place.criterion.code, changed)
    return found.name if found and found.person_id != who.person_id else ""


def refused(error: RuleError) -> JSONResponse:
    """422: a text that can't be kept at all, by its question."""
    return JSONResponse({"state": "refused", "errors": {error.field: error.sentence}}, 422)


def around(request: Request, session: Session, place: Place, who: Who, at: datetime) -> dict[str, Any]:
    """What changes around the text: who else is here, and how long the sign-in holds."""
    ending = ending_of(request)
    id_, code = place.self_assessment.id, place.criterion.code
    found = presence.others(session, id_, code, than=who.person_id, at=at)
    return {
        "others": [{"name": one.name, "seen_at": clock(one.seen_at)} for one in found],
        "ends_in": ending.seconds if ending else 0,
        "is_final": ending.is_final if ending else True,
    }


def _fields(place: Place, name: str, values: dict[str, str], is_finished: bool) -> dict[str, str]:
    """What the page's fields of one question are to hold."""
    if name == FINISHED:
        return {FINISHED: "yes" if is_finished else ""}
    question = next(one for one in place.criterion.questions if one.id == name)
    return components.fields(question, values)
