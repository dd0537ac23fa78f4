"""Moving a self-assessment to a newer framework version: what would happen, and the button."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.actions import moving as actions
from app.models import Organisation, SelfAssessment
from app.queries import moving
from app.queries.moving import Move
from app.rules.carry_over import CriterionPlan, Left
from app.rules.permissions import Permission, Scope, allows
from app.web import components
from app.web.errors import NotFound
from app.web.guards import SelfAssessmentFor
from app.web.pages import go, page
from app.web.portal import Portal
from app.web.self_assessments import Readable
from app.web.transaction import Now, Person, Transaction

router = APIRouter()

Movable = Annotated[
    SelfAssessment, Depends(SelfAssessmentFor(Permission.MOVE_SELF_ASSESSMENT), scope="function")
]


@dataclass(frozen=True)
class QuestionLine:
    """One question of the newer version, and what the organisation finds in it."""

    label: str
    comes_from: str
    notes: tuple[str, ...]
    text: str  # what it would begin with


@dataclass(frozen=True)
class CriterionLine:
    """One criterion of the newer version, in words."""

    plan: CriterionPlan
    became: str
    questions: list[QuestionLine]


@router.get("/self-assessments/{self_assessment_id}/move")
async def show(
    request: Request, who: Person, session: Transaction, parts: Portal, self_assessment: Readable
) -> Response:
    if self_assessment.moved_at is not None:
        done = moving.successor(session, self_assessment.id)
        return go(f"/self-assessments/{done.id if done else self_assessment.id}")
    found = moving.move(session, parts.shelf, self_assessment)
    if found is None:
        raise NotFound
    scope = Scope(organisation_id=self_assessment.organisation_id)
    return page(
        request,
        "moving/show",
        who,
        self_assessment=self_assessment,
        organisation=session.get_one(Organisation, self_assessment.organisation_id),
        framework=found.plan.after,
        move=found,
        left=[(one, _said(one, found)) for one in found.left],
        lines=[_line(one, found) for one in found.asked],
        may_move=allows(Permission.MOVE_SELF_ASSESSMENT, who, scope),
    )


@router.post("/self-assessments/{self_assessment_id}/move")
async def move(
    who: Person, session: Transaction, parts: Portal, at: Now, self_assessment: Movable
) -> Response:
    made = actions.move(session, self_assessment, parts.shelf, by=who, at=at)
    return go(f"/self-assessments/{made.id}")


def _said(one: Left, found: Move) -> str:
    """What was typed, as people read it."""
    if one.question is None:
        return one.text
    options = components.choices(one.criterion, found.plan.before.settings)
    return components.shown(one.question, {one.question.id: one.text}, options)


def _line(one: CriterionPlan, found: Move) -> CriterionLine:
    values = found.values(one.criterion.code)
    options = components.choices(one.criterion, found.plan.after.settings)
    questions = [
        QuestionLine(
            filled.question.label,
            " and ".join(f"{source.criterion.code}: {source.question.label}" for source in filled.sources),
            filled.notes,
            components.shown(filled.question, values, options),
        )
        for filled in one.questions
    ]
    return CriterionLine(one, _became(one, found), questions)


def _became(one: CriterionPlan, found: Move) -> str:
    codes = [origin.code for origin in one.origins]
    if not codes:
        return "New"
    if len(codes) > 1:
        return f"Merged from {' and '.join(codes)}"
    if len(found.plan.targets(codes[0])) > 1:
        return f"Split from {codes[0]}"
    return "Carried" if codes == [one.criterion.code] else f"Carried from {codes[0]}"
