"""The moderation record of a submission: what each reviewer gave, what was agreed, by whom, why, and who was out.

Reviewers stand in it by their letters, never by name: the record is printed and passed on, and whoever may know which
letter is who finds it on the page of the reviewers. Private notes are not in it. Who agreed, waived or was out is
named: that is what the record is for, and it is for the Assembly's roles alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.models import (
    AgreedScore,
    Condition,
    ConditionVerdict,
    EvidenceVerdict,
    Meeting,
    MeetingItem,
    Person,
    Review,
    ReviewKind,
    ReviewStatus,
    Score,
    Submission,
    Verdict,
)
from app.queries.reviews import ALL_SEALED


@dataclass(frozen=True)
class Given:
    """What one reviewer gave one criterion in one round."""

    letter: str
    kind: ReviewKind
    score: int
    reason: str


@dataclass(frozen=True)
class Move:
    """An agreed score: from what to what, by whom and why. ``struck_at``: since when it no longer counts."""

    round: int
    number: int
    was: int | None  # the agreed score of the same round that it replaced
    score: int
    reason: str
    agreed_at: datetime
    agreed_by: str
    struck_at: datetime | None


@dataclass(frozen=True)
class EvidenceMark:
    letter: str
    version_id: UUID
    verdict: Verdict


@dataclass(frozen=True)
class ConditionMark:
    letter: str
    text: str
    is_done: bool


@dataclass(frozen=True)
class ReviewLine:
    """A review that is sealed, or that was struck."""

    letter: str
    kind: ReviewKind
    round: int
    sealed_at: datetime | None
    struck_at: datetime | None
    struck_reason: str


@dataclass(frozen=True)
class AbsentLine:
    """Somebody who was out for a conflict of interest while the submission was taken."""

    meeting_name: str
    held_on: date
    name: str
    conflict: str


def _readable(submission_id: UUID) -> sa.ColumnElement[bool]:
    """The condition that a review, joined to its submission, is one of a round all of whose reviews are sealed.

    Blind ones are left out, and those that were struck: what they gave no longer counts.
    """
    return sa.and_(
        col(Review.submission_id) == submission_id,
        col(Review.status) == ReviewStatus.SEALED,
        col(Review.kind) != ReviewKind.BLIND,
        sa.or_(col(Review.round) < col(Submission.round), col(Submission.status).in_(ALL_SEALED)),
    )


Rounds = dict[int, tuple[Given, ...]]


def given(session: Session, submission_id: UUID) -> dict[str, Rounds]:
    """Every score by criterion code and round, by letter within them."""
    rows = session.execute(
        sa.select(
            col(Score.criterion_code),
            col(Review.round),
            col(Review.letter),
            col(Review.kind),
            col(Score.score),
            col(Score.reason),
        )
        .join(Review, col(Review.id) == col(Score.review_id))
        .join(Submission, col(Submission.id) == col(Review.submission_id))
        .where(_readable(submission_id))
        .order_by(col(Score.criterion_code), col(Review.round), col(Review.letter))
    ).all()
    found: dict[str, Rounds] = {}
    for code, number, *told in rows:
        rounds = found.setdefault(code, {})
        rounds[number] = (*rounds.get(number, ()), Given(*told))
    return found


def moves(session: Session, submission_id: UUID) -> dict[str, list[Move]]:
    """Every agreed score by criterion code, the first one first; those that fell with a conflict too."""
    rows = session.execute(
        sa.select(AgreedScore, col(Person.name))
        .join(Person, col(Person.id) == col(AgreedScore.agreed_by_id))
        .where(col(AgreedScore.submission_id) == submission_id)
        .order_by(col(AgreedScore.criterion_code), col(AgreedScore.round), col(AgreedScore.number))
    ).all()
    found: dict[str, list[Move]] = {}
    for row, name in rows:
        same_round = [one for one in found.get(row.criterion_code, []) if one.round == row.round]
        earlier = [one for one in same_round if one.struck_at is None]
        was = earlier[-1].score if earlier else None
        move = Move(row.round, row.number, was, row.score, row.reason, row.agreed_at, name, row.struck_at)
        found.setdefault(row.criterion_code, []).append(move)
    return found


def evidence_marks(session: Session, submission_id: UUID) -> dict[str, list[EvidenceMark]]:
    """What reviewers said of the evidence, by criterion code, as long as their round is readable."""
    rows = session.execute(
        sa.select(
            col(EvidenceVerdict.criterion_code),
            col(Review.letter),
            col(EvidenceVerdict.evidence_version_id),
            col(EvidenceVerdict.verdict),
        )
        .join(Review, col(Review.id) == col(EvidenceVerdict.review_id))
        .join(Submission, col(Submission.id) == col(Review.submission_id))
        .where(_readable(submission_id))
        .order_by(col(EvidenceVerdict.criterion_code), col(Review.letter), col(EvidenceVerdict.id))
    ).all()
    return _by_code([(code, EvidenceMark(*told)) for code, *told in rows])


def condition_marks(session: Session, submission_id: UUID) -> dict[str, list[ConditionMark]]:
    """Whether reviewers found earlier conditions fulfilled, by criterion code."""
    rows = session.execute(
        sa.select(
            col(Condition.criterion_code),
            col(Review.letter),
            col(Condition.text),
            col(ConditionVerdict.is_done),
        )
        .join(Condition, col(Condition.id) == col(ConditionVerdict.condition_id))
        .join(Review, col(Review.id) == col(ConditionVerdict.review_id))
        .join(Submission, col(Submission.id) == col(Review.submission_id))
        .where(_readable(submission_id))
        .order_by(col(Condition.criterion_code), col(Condition.id), col(Review.letter))
    ).all()
    return _by_code([(code, ConditionMark(*told)) for code, *told in rows])


def _by_code(rows: Sequence[tuple[str, Any]]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for code, one in rows:
        found.setdefault(code, []).append(one)
    return found


def review_lines(session: Session, submission_id: UUID) -> list[ReviewLine]:
    """The sealed reviews of readable rounds and every struck one, by round and letter."""
    is_struck = sa.and_(col(Review.submission_id) == submission_id, col(Review.struck_at).is_not(None))
    rows = session.execute(
        sa.select(
            col(Review.letter),
            col(Review.kind),
            col(Review.round),
            col(Review.sealed_at),
            col(Review.struck_at),
            col(Review.struck_reason),
        )
        .join(Submission, col(Submission.id) == col(Review.submission_id))
        .where(sa.or_(_readable(submission_id), is_struck))
        .order_by(col(Review.round), col(Review.letter))
    ).all()
    return [ReviewLine(*row) for row in rows]


def absent(session: Session, submission_id: UUID) -> list[AbsentLine]:
    """Who was out while the submission was taken at a meeting."""
    rows = session.exec(
        select(MeetingItem, Meeting)
        .join(Meeting, col(Meeting.id) == MeetingItem.meeting_id)
        .where(MeetingItem.submission_id == submission_id, col(MeetingItem.opened_at).is_not(None))
        .order_by(col(MeetingItem.opened_at), col(MeetingItem.id))
    ).all()
    return [
        AbsentLine(meeting.name, meeting.held_on, one["name"], one["conflict"])
        for item, meeting in rows
        for one in item.absent
    ]
