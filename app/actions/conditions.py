"""Saying what was done about a condition of an earlier decision."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from app.actions import moving
from app.actions.history import record
from app.criteria.schema import Framework
from app.models import ConditionAnswer, SelfAssessment
from app.queries import conditions
from app.rules.conditions import FIELD
from app.rules.errors import RuleError, Stale
from app.rules.history import sha256
from app.rules.passages import passage
from app.rules.people import Who


def answer(
    session: Session,
    self_assessment: SelfAssessment,
    framework: Framework,
    code: str,
    condition_id: UUID | None,
    text: str,
    *,
    version: int,
    by: Who,
    at: datetime,
) -> ConditionAnswer:
    """Keep what the organisation says that it did. ``version`` is that of the answer it was typed over, 0 for none.

    RuleError when nothing is asked here (any more) or the text can't be kept; Stale when a colleague saved another
    text since. Saving what is saved already changes nothing, so a form sent twice is saved once.
    """
    condition_id = _require_asked(session, self_assessment, framework, code, condition_id)
    moving.require_writable(session, self_assessment, code)
    tidied = passage(text, f"{FIELD}{condition_id}")
    row = conditions.answer_of(session, condition_id, self_assessment.id)
    if row is not None and row.text == tidied:
        return row
    if (row.version if row else 0) != version:
        raise Stale("A colleague saved this since you opened it. Both texts are shown.")
    row = row or ConditionAnswer(
        condition_id=condition_id, self_assessment_id=self_assessment.id, version=0, saved_by_id=by.person_id
    )
    row.version, row.text, row.saved_at, row.saved_by_id = row.version + 1, tidied, at, by.person_id
    session.add(row)
    session.flush()
    facts = {
        "criterion": code,
        "condition": str(condition_id),
        "version": row.version,
        "digest": sha256(tidied),
    }
    stream = f"self-assessment:{self_assessment.id}"
    record(session, stream, "answer condition", by=by.person_id, at=at, facts=facts)
    return row


def _require_asked(
    session: Session, self_assessment: SelfAssessment, framework: Framework, code: str, id_: UUID | None
) -> UUID:
    """A page may be older than the decision that took its condition away."""
    asked = conditions.by_code(session, self_assessment, framework).get(code, [])
    if id_ not in {one.condition_id for one in asked} or id_ is None:
        raise RuleError("This is no longer asked for. Nothing was saved.")
    return id_
