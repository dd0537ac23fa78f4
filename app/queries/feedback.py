"""What an organisation reads of its reviews, beside the decision that rests on them."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.models import AgreedScore, Decision, Review, ReviewKind, ReviewStatus, Score


@dataclass(frozen=True)
class Feedback:
    """A reason given for a score. ``author`` is "Reviewer A" or "Moderation", never a name."""

    author: str
    text: str


def feedback(session: Session, decision: Decision) -> dict[str, list[Feedback]]:
    """The reviewers' reasons and the moderation's, by criterion code; empty until the decision is released.

    Those of the decision's round and of earlier ones, and exactly what it rests on: a score that was given or agreed
    afterwards belongs to a later decision. The private notes are not even read here.
    """
    if decision.released_at is None:
        return {}
    letters = list(decision.basis["reviews"]["scores"])
    rows = session.exec(
        select(Score.criterion_code, Review.letter, Score.reason)
        .join(Review, col(Review.id) == Score.review_id)
        .where(Review.submission_id == decision.submission_id, Review.status == ReviewStatus.SEALED)
        .where(Review.kind != ReviewKind.BLIND, Review.round <= decision.round)
        .where(sa.or_(col(Review.round) < decision.round, col(Review.letter).in_(letters)))
        .order_by(col(Score.criterion_code), col(Review.round), col(Review.letter))
    ).all()
    found: dict[str, list[Feedback]] = {}
    for code, letter, reason in rows:
        found.setdefault(code, []).append(Feedback(f"Reviewer {letter}", reason))
    for code, reason in _moderated(session, decision):
        found.setdefault(code, []).append(Feedback("Moderation", reason))
    return found


def _moderated(session: Session, decision: Decision) -> list[tuple[str, str]]:
    """Code and reason of the agreed scores up to a decision: of each round the last one that it rests on."""
    rows = session.exec(
        select(AgreedScore)
        .where(AgreedScore.submission_id == decision.submission_id, col(AgreedScore.struck_at).is_(None))
        .where(AgreedScore.round <= decision.round)
        .order_by(col(AgreedScore.criterion_code), col(AgreedScore.round), col(AgreedScore.number))
    ).all()
    last = decision.basis.get("agreed_rows", {})
    newest = {
        (row.criterion_code, row.round): row.reason
        for row in rows
        if (row.round, row.number) <= tuple(last.get(row.criterion_code, (decision.round, 1)))
    }
    return [(code, reason) for (code, _), reason in newest.items()]
