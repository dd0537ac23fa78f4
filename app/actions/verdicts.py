"""Keeping what a reviewer marks beside a score. Part of saving it: the caller has checked that the review is open and
holds the submission's row."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.models import ConditionVerdict, EvidenceVerdict, Review
from app.queries import sealed_copies, verdicts
from app.rules.errors import RuleError
from app.rules.verdicts import Marked

NOT_IN_COPY = "This evidence or condition is not in the sealed copy."


def mark(session: Session, review: Review, code: str, marked: Marked, *, at: datetime) -> dict[str, Any]:
    """Keep the marks of one criterion; the facts of all its marks are returned, for history.

    RuleError when a link or condition is not the criterion's in the newest sealed copy.
    """
    if marked.evidence or marked.conditions:
        _require_in_copy(session, review, code, marked)
    of_evidence = verdicts.of_evidence(session, review.id, code)
    for version_id, verdict in marked.evidence.items():
        row = of_evidence.get(version_id)
        if verdict is None:
            _take_away(session, of_evidence, version_id)
        elif row is None:
            of_evidence[version_id] = EvidenceVerdict(
                review_id=review.id,
                criterion_code=code,
                evidence_version_id=version_id,
                verdict=verdict,
                marked_at=at,
            )
        elif row.verdict is not verdict:
            row.verdict, row.marked_at = verdict, at
    done = _mark_conditions(session, review, marked, at) if marked.conditions else {}
    session.add_all([*of_evidence.values(), *done.values()])
    return _facts(of_evidence, {id_: done[id_] for id_ in marked.conditions if id_ in done})


def _mark_conditions(
    session: Session, review: Review, marked: Marked, at: datetime
) -> dict[UUID, ConditionVerdict]:
    kept = verdicts.of_conditions(session, review.id)
    for condition_id, is_done in marked.conditions.items():
        row = kept.get(condition_id)
        if is_done is None:
            _take_away(session, kept, condition_id)
        elif row is None:
            kept[condition_id] = ConditionVerdict(
                review_id=review.id, condition_id=condition_id, is_done=is_done, marked_at=at
            )
        elif row.is_done is not is_done:
            row.is_done, row.marked_at = is_done, at
    return kept


def _take_away(session: Session, kept: dict[UUID, Any], id_: UUID) -> None:
    if (row := kept.pop(id_, None)) is not None:
        session.delete(row)


def _require_in_copy(session: Session, review: Review, code: str, marked: Marked) -> None:
    answer = sealed_copies.document(session, review.submission_id).content.answer(code)
    links = {item.version_id for item in answer.evidence}
    conditions = {one.condition_id for one in answer.conditions}
    if not (marked.evidence.keys() <= links and marked.conditions.keys() <= conditions):
        raise RuleError(NOT_IN_COPY)


def _facts(
    of_evidence: dict[UUID, EvidenceVerdict], of_conditions: dict[UUID, ConditionVerdict]
) -> dict[str, Any]:
    """What history keeps. Nothing where nothing was marked, as in all lines before there were marks."""
    evidence = {str(id_): row.verdict.value for id_, row in of_evidence.items()}
    conditions = {str(id_): row.is_done for id_, row in of_conditions.items()}
    return {
        **({"evidence": evidence} if evidence else {}),
        **({"conditions": conditions} if conditions else {}),
    }


def withdraw(session: Session, review: Review, codes: Collection[str]) -> None:
    """Take out the marks of criteria whose answers changed: they were given to another text."""
    content = sealed_copies.document(session, review.submission_id).content
    asked = {
        one.condition_id for answer in content.answers if answer.code in codes for one in answer.conditions
    }
    of_conditions = verdicts.of_conditions(session, review.id)
    for code in codes:
        for row in verdicts.of_evidence(session, review.id, code).values():
            session.delete(row)
    for condition_id in asked & of_conditions.keys():
        session.delete(of_conditions[condition_id])
