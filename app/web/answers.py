"""One criterion of a self-assessment: its questions, what was saved, and the evidence that supports it.

Linking, unlinking and adding evidence are buttons of the one form, so that none of them loses what was typed.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.actions import evidence as evidence_actions
from app.actions import moving, presence
from app.actions import self_assessments as actions
from app.criteria.answers import clean
from app.models import Answer
from app.queries import evidence as library
from app.queries import history, self_assessments
from app.rules.days import uk_day
from app.rules.errors import RuleError
from app.rules.marks import written
from app.rules.people import Who
from app.rules.progress import Support
from app.web import autosave
from app.web.answer_forms import AnswerForm
from app.web.both_texts import both_texts, choose_again
from app.web.criterion_sheets import Place, Sheet, drawn, faults, load_place, load_sheet
from app.web.pages import again, go, page, wants_json
from app.web.portal import Portal, PortalParts
from app.web.self_assessments import Readable, Writable
from app.web.transaction import Form, Now, Person, Transaction, Typed

router = APIRouter()

EVIDENCE_FIELD, PLACE_FIELD = "form-evidence", "form-place"
DONE = {
    "saved": "Your answer is saved.",
    "chosen": "What you chose is saved.",
    "confirmed": "You said that this is still true, and it is saved.",
    "added": "The evidence is added to the library and linked here.",
    "linked": "The evidence is linked and your answer is saved.",
    "unlinked": "The evidence is unlinked and your answer is saved. It is still in the library.",
}


@router.get("/self-assessments/{self_assessment_id}/criteria/{code}")
async def show(
    request: Request, who: Person, session: Transaction, parts: Portal, self_assessment: Readable, code: str
) -> Response:
    sheet = load_sheet(session, parts, self_assessment, code, who)
    done = DONE.get(request.query_params.get("done", ""), "")
    errors = sheet.faults() if sheet.may_write and sheet.is_applicable else {}
    return page(request, "self_assessments/criterion", who, errors=errors, done=done, **drawn(sheet, errors))


@router.post("/self-assessments/{self_assessment_id}/criteria/{code}")
async def save(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    at: Now,
    typed: Form,
    self_assessment: Writable,
    code: str,
) -> Response:
    """Save, link and unlink by a button; or save by itself, when a script asks: then nothing is drawn."""
    place = load_place(session, parts, self_assessment, code)
    form = AnswerForm.of(typed, who)
    values = form.values
    try:
        with session.begin_nested():
            values = form.chosen_values(_saved_values(session, place) if form.asked_to_choose else {})
            saved = _merge(session, place, form, values, who, at)
    except RuleError as error:
        return _refused(request, who, session, parts, place, form, error)
    presence.note_here(session, self_assessment, code, by=who, at=at)
    if wants_json(request):
        return autosave.told(request, session, place, form, saved, who, at)
    if conflicts := saved.merged.conflicts:
        yours = clean(place.criterion, values).values
        other = history.last_saved(session, self_assessment.id, code, conflicts)
        sheet = load_sheet(session, parts, self_assessment, code, who)
        return both_texts(request, who, sheet, yours, conflicts, other)
    return _then(request, who, session, parts, at, typed, place, saved.answer)


def _merge(
    session: Session, place: Place, form: AnswerForm, values: Mapping[str, str], who: Who, at: datetime
) -> actions.Saved:
    return actions.merge_answer(
        session,
        place.self_assessment,
        place.framework,
        place.criterion.code,
        values,
        seen=form.seen,
        sent=form.sent,
        is_finished=form.is_finished,
        by=who,
        at=at,
    )


def _saved_values(session: Session, place: Place) -> Mapping[str, str]:
    answer = self_assessments.answer(session, place.self_assessment.id, place.criterion.code)
    return answer.values if answer else {}


def _refused(
    request: Request,
    who: Who,
    session: Session,
    parts: PortalParts,
    place: Place,
    form: AnswerForm,
    error: RuleError,
) -> Response:
    if wants_json(request):
        return autosave.refused(error)
    sheet = load_sheet(session, parts, place.self_assessment, place.criterion.code, who)
    errors = {error.field: error.sentence}
    if form.asked_to_choose:
        return choose_again(request, who, sheet, form, errors)
    context = drawn(sheet, errors, form.values, form.is_finished)
    return again(
        request,
        "self_assessments/criterion",
        who,
        error,
        nothing_saved=True,
        seen=written(form.seen),
        **context,
    )


def _then(
    request: Request,
    who: Who,
    session: Session,
    parts: PortalParts,
    at: datetime,
    typed: Typed,
    place: Place,
    answer: Answer | None,
) -> Response:
    """What the pressed button asks for, now that the answer is saved; ``answer`` is as it is now."""
    wish, _, named = typed.get("form-then").partition(":")
    self_assessment, framework, code = place.self_assessment, place.framework, place.criterion.code
    if wish == "link":
        try:
            with session.begin_nested():
                item = _id(typed.get(EVIDENCE_FIELD))
                passage = typed.text.get(PLACE_FIELD, "")
                evidence_actions.link(session, self_assessment, framework, code, item, passage, by=who, at=at)
        except RuleError as error:
            return _not_linked(
                request, who, load_sheet(session, parts, self_assessment, code, who), error, typed
            )
    elif wish == "unlink":
        evidence_actions.unlink(session, self_assessment, code, _id(named), by=who, at=at)
    elif wish == "confirm":
        moving.confirm(session, self_assessment, code, by=who, at=at)
    return go(_beside(place, wish) or _onward(session, place, answer, wish, at))


def _beside(place: Place, wish: str) -> str:
    """Where a button leads that leaves the criterion for now, or only its evidence; empty for the others."""
    library_path = f"/organisations/{place.organisation.id}/evidence"
    target = f"?for={place.self_assessment.id}:{place.criterion.code}"
    return {
        "link": f"{place.path}?done=linked#linked-evidence",
        "unlink": f"{place.path}?done=unlinked#linked-evidence",
        "upload": f"{library_path}/new{target}",
        "address": f"{library_path}/new-link{target}",
        "chosen": f"{place.path}?done=chosen",
        "confirm": f"{place.path}?done=confirmed",
    }.get(wish, "")


def _onward(session: Session, place: Place, answer: Answer | None, wish: str, at: datetime) -> str:
    """To the next criterion or the task list, unless something typed here is to be changed first."""
    stay = f"{place.path}?done=saved"
    if _has_faults(session, place, answer, at):
        return stay
    task_list = f"/self-assessments/{place.self_assessment.id}"
    following = place.neighbour(1)
    if wish == "next" and following is not None:
        return f"{task_list}/criteria/{following.code}"
    return task_list if wish in ("later", "next") else stay


def _has_faults(session: Session, place: Place, answer: Answer | None, at: datetime) -> bool:
    if answer is None:
        return False
    expiries = library.expiries(session, place.self_assessment.id, place.criterion.code)
    support = Support.of(expiries, uk_day(at))
    return bool(faults(place.criterion, answer.values, answer.is_finished, support))


def _not_linked(request: Request, who: Who, sheet: Sheet, error: RuleError, typed: Typed) -> Response:
    field = {"evidence": EVIDENCE_FIELD, "place": PLACE_FIELD}.get(error.field, error.field)
    errors = {field: error.sentence}
    return again(
        request,
        "self_assessments/criterion",
        who,
        errors,
        done=DONE["saved"],
        chosen=typed.get(EVIDENCE_FIELD),
        place=typed.get(PLACE_FIELD),
        **drawn(sheet, errors),
    )


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise RuleError("Choose evidence from your organisation's library.", field="evidence") from None
