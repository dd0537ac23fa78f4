"""One criterion of a self-assessment: its questions, what was saved, and the evidence that supports it.

Linking, unlinking and adding evidence are buttons of the one form, so that none of them loses what was typed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlmodel import Session

from app.actions import evidence as evidence_actions
from app.actions import self_assessments as actions
from app.criteria.answers import clean
from app.criteria.schema import Question
from app.rules.errors import RuleError, Stale
from app.rules.people import Who
from app.web import components
from app.web.criterion_sheets import Sheet, drawn, load_sheet
from app.web.errors import BadRequest
from app.web.pages import again, go, page
from app.web.portal import Portal, PortalParts
from app.web.self_assessments import Readable, Writable
from app.web.transaction import Form, Now, Person, Transaction, Typed

router = APIRouter()

EVIDENCE_FIELD, PLACE_FIELD = "form-evidence", "form-place"
DONE = {
    "saved": "Your answer is saved.",
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
    sheet = load_sheet(session, parts, self_assessment, code, who)
    values = {name: text for name, text in typed.text.items() if not name.startswith("form-")}
    version, is_finished = _version(typed), typed.get("form-finished") == "yes"
    try:
        with session.begin_nested():
            answer = actions.save_answer(
                session,
                self_assessment,
                sheet.framework,
                code,
                values,
                version=version,
                is_finished=is_finished,
                by=who,
                at=at,
            )
    except Stale:
        return _stale(request, who, sheet, values, is_finished)
    except RuleError as error:
        context = drawn(sheet, {error.field: error.sentence}, values, is_finished)
        return again(request, "self_assessments/criterion", who, error, nothing_saved=True, **context)
    return _then(request, who, session, parts, at, typed, replace(sheet, answer=answer))


def _version(typed: Typed) -> int:
    text = typed.get("form-version")
    if not text.isascii() or not text.isdecimal() or len(text) > 9:
        raise BadRequest("The form was not complete. Go back, reload the page and send it again.")
    return int(text)


@dataclass(frozen=True)
class Difference:
    """One question that two people answered differently at the same time."""

    question: Question
    yours: str
    theirs: str
    component: components.Component


def _stale(
    request: Request, who: Who, sheet: Sheet, values: Mapping[str, str], is_finished: bool
) -> Response:
    """Both texts, and a form that saves over the newer one knowingly: it carries the newer version."""
    yours = clean(sheet.criterion, values).values
    differing = components.differing(sheet.criterion, yours, sheet.values)
    ids = {question.id for question in differing}
    return page(
        request,
        "self_assessments/stale",
        who,
        status=409,
        **drawn(sheet, {}, yours, is_finished),
        differences=[_difference(sheet, question, yours) for question in differing],
        kept={key: text for key, text in yours.items() if key.partition("-")[0] not in ids},
    )


def _difference(sheet: Sheet, question: Question, yours: Mapping[str, str]) -> Difference:
    return Difference(
        question,
        components.shown(question, yours, sheet.choices),
        components.shown(question, sheet.values, sheet.choices),
        components.renamed(components.component(question, yours, "", sheet.choices), "What to save"),
    )


def _then(
    request: Request,
    who: Who,
    session: Session,
    parts: PortalParts,
    at: datetime,
    typed: Typed,
    sheet: Sheet,
) -> Response:
    """What the pressed button asks for, now that the answer is saved; ``sheet`` holds the answer as it is now."""
    wish, _, named = typed.get("form-then").partition(":")
    self_assessment, framework, code = sheet.self_assessment, sheet.framework, sheet.criterion.code
    if wish == "link":
        try:
            with session.begin_nested():
                item = _id(typed.get(EVIDENCE_FIELD))
                place = typed.text.get(PLACE_FIELD, "")
                evidence_actions.link(session, self_assessment, framework, code, item, place, by=who, at=at)
        except RuleError as error:
            return _not_linked(
                request, who, load_sheet(session, parts, self_assessment, code, who), error, typed
            )
    elif wish == "unlink":
        evidence_actions.unlink(session, self_assessment, code, _id(named), by=who, at=at)
    return go(_where(sheet, wish))


def _where(sheet: Sheet, wish: str) -> str:
    library_path = f"/organisations/{sheet.organisation.id}/evidence"
    target = f"?for={sheet.self_assessment.id}:{sheet.criterion.code}"
    fixed = {
        "link": f"{sheet.path}?done=linked#linked-evidence",
        "unlink": f"{sheet.path}?done=unlinked#linked-evidence",
        "upload": f"{library_path}/new{target}",
        "address": f"{library_path}/new-link{target}",
    }
    if wish in fixed:
        return fixed[wish]
    if sheet.faults():
        return f"{sheet.path}?done=saved"
    task_list = f"/self-assessments/{sheet.self_assessment.id}"
    following = sheet.neighbour(1)
    if wish == "next" and following is not None:
        return f"{task_list}/criteria/{following.code}"
    return task_list if wish in ("later", "next") else f"{sheet.path}?done=saved"


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
