"""What earlier decisions asked for and the organisation has still to show, where its self-assessment is written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.criteria import carry_over
from app.criteria.schema import Framework
from app.models import (
    Condition,
    ConditionAnswer,
    Decision,
    FrameworkVersion,
    Outcome,
    SelfAssessment,
    Submission,
)
from app.queries import frameworks
from app.rules.conditions import Released, still_asked
from app.rules.sealing import SealedCondition


@dataclass(frozen=True)
class Returned:
    """One condition as it comes back, with what the organisation says that it did."""

    condition_id: UUID
    level: str  # of the decision that asked
    codes: tuple[str, ...]  # the criteria of the self-assessment's version that it belongs to
    text: str
    asked_at: datetime  # when that decision was released
    answer: str
    version: int  # 0: nobody has answered

    @property
    def sealed(self) -> SealedCondition:
        return SealedCondition(condition_id=self.condition_id, text=self.text, answer=self.answer)


def returned(session: Session, self_assessment: SelfAssessment, framework: Framework) -> list[Returned]:
    """The conditions that are still asked for, by criterion; ``framework``: the self-assessment's version.

    Those of a criterion that carries to none of this version are left out: nobody can be asked about it any more.
    """
    asking = _asking(session, self_assessment.organisation_id, framework)
    if not asking:
        return []
    rows = session.execute(
        sa.select(
            col(Condition.id), col(Condition.decision_id), col(Condition.criterion_code), col(Condition.text)
        )
        .add_columns(col(ConditionAnswer.text), col(ConditionAnswer.version))
        .join(
            ConditionAnswer,
            sa.and_(
                col(ConditionAnswer.condition_id) == col(Condition.id),
                col(ConditionAnswer.self_assessment_id) == self_assessment.id,
            ),
            isouter=True,
        )
        .where(col(Condition.decision_id).in_(asking))
        .order_by(col(Condition.criterion_code), col(Condition.id))
    ).all()
    now = {one.version_id: _codes_now(session, one.version_id, self_assessment) for one in asking.values()}
    known = {one.code for one in framework.criteria}
    found = []
    for id_, decision_id, code, text, answer, version in rows:
        decision = asking[decision_id]
        carried = now[decision.version_id]
        codes = tuple(
            one for one in (carried.get(code, ()) if carried is not None else (code,)) if one in known
        )
        if codes:
            found.append(
                Returned(id_, decision.level, codes, text, decision.released_at, answer or "", version or 0)
            )
    return found


_RELEASED = (  # built once, as all statements of the criterion page
    sa.select(
        col(Decision.id),
        col(Submission.level),
        col(Submission.framework_version_id),
        col(Decision.outcome),
        col(Decision.released_at),
    )
    .join(Submission, col(Submission.id) == col(Decision.submission_id))
    .where(col(Submission.organisation_id) == sa.bindparam("organisation_id"))
    .where(col(Decision.released_at).is_not(None), col(Decision.void_at).is_(None))
    .where(col(Decision.outcome) != Outcome.DEFERRED)
    .order_by(col(Decision.released_at), col(Decision.number))
)


def _asking(session: Session, organisation_id: UUID, framework: Framework) -> dict[UUID, Released]:
    """The decisions whose conditions are still asked for."""
    rows = session.execute(_RELEASED, {"organisation_id": organisation_id}).all()
    ranks = {level.id: level.rank for level in framework.levels}
    return {one.decision_id: one for one in still_asked([Released(*row) for row in rows], ranks)}


def _codes_now(
    session: Session, asked_version_id: UUID, self_assessment: SelfAssessment
) -> Mapping[str, tuple[str, ...]] | None:
    """Code then -> codes now, through every version published in between; None when codes stayed as they were."""
    row: FrameworkVersion | None = session.get_one(FrameworkVersion, self_assessment.framework_version_id)
    step = None
    while row is not None and row.id != asked_version_id:
        if not row.carry_over:
            return None  # nobody said what carries over: the same code is the same criterion
        earlier = carry_over.read(row.carry_over)
        step = carry_over.composed(earlier, step) if step else earlier
        row = frameworks.before(session, row)
    return None if step is None or row is None else _targets(step.criteria)


def _targets(origins: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for new, olds in origins.items():
        for old in olds:
            found[old] = (*found.get(old, ()), new)
    return found


def by_code(
    session: Session, self_assessment: SelfAssessment, framework: Framework, level: str = ""
) -> dict[str, list[Returned]]:
    """The same by criterion code; for a level, what decisions on it and on lower ones asked for."""
    counts = {one.id for one in framework.levels_up_to(level)} if level else None
    found: dict[str, list[Returned]] = {}
    for one in returned(session, self_assessment, framework):
        if counts is None or one.level in counts:
            for code in one.codes:
                found.setdefault(code, []).append(one)
    return found


def answer_of(session: Session, condition_id: UUID, self_assessment_id: UUID) -> ConditionAnswer | None:
    return session.exec(
        select(ConditionAnswer)
        .where(ConditionAnswer.condition_id == condition_id)
        .where(ConditionAnswer.self_assessment_id == self_assessment_id)
    ).first()


def answers(session: Session, self_assessment_id: UUID) -> list[ConditionAnswer]:
    """Every answer about a condition, for moving to a newer version."""
    return list(
        session.exec(
            select(ConditionAnswer)
            .where(ConditionAnswer.self_assessment_id == self_assessment_id)
            .order_by(col(ConditionAnswer.id))
        ).all()
    )
