"""For the audit: what reviewers and moderation said, held against the lines of history that sealed it."""

from uuid import UUID

from sqlmodel import Session, col, select

from app.models import AgreedScore, Event, Review, ReviewStatus, Score
from app.queries import verdicts
from app.rules import scoring
from app.rules.history import sha256
from app.rules.workflow import Verb


def changed_since_sealed(session: Session) -> list[str]:
    """What reviewers and moderation said that is not what its line of history holds."""
    return [
        *_changed_reviews(session),
        *verdicts.changed_since_sealed(session),
        *_changed_agreed_scores(session),
    ]


def _changed_reviews(session: Session) -> list[str]:
    digests = _sealed_digests(session)
    given: dict[UUID, list[Score]] = {}
    for row in session.exec(
        select(Score)
        .join(Review, col(Review.id) == Score.review_id)
        .where(Review.status == ReviewStatus.SEALED)
    ).all():
        given.setdefault(row.review_id, []).append(row)
    return [
        f"review {review_id}: scores are not those that were sealed"
        for review_id, rows in given.items()
        if digests.get(str(review_id)) != scoring.digest(rows)
    ]


def _changed_agreed_scores(session: Session) -> list[str]:
    """The rows of a criterion in the order they were agreed, held against its lines of history in their order."""
    told: dict[tuple[str, str], list[tuple[int, str]]] = {}
    lines = select(Event.stream, Event.facts).where(Event.verb == Verb.AGREE_SCORE.value)
    for stream, facts in session.exec(lines.order_by(col(Event.stream), col(Event.number))).all():
        told.setdefault((stream, facts["criterion"]), []).append((facts["score"], facts["digest"]))
    found = []
    in_order = select(AgreedScore).order_by(col(AgreedScore.round), col(AgreedScore.number))
    for row in session.exec(in_order).all():
        said = told.get((f"submission:{row.submission_id}", row.criterion_code), [])
        if not said or said.pop(0) != (row.score, sha256(row.reason)):
            found.append(
                f"submission {row.submission_id}: the agreed score of {row.criterion_code} is not what was agreed"
            )
    return found


def _sealed_digests(session: Session) -> dict[str, str]:
    lines = session.exec(select(Event.facts).where(Event.verb == Verb.SEAL_REVIEW.value)).all()
    return {facts["review"]: facts["digest"] for facts in lines}
