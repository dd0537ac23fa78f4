"""What the permission rules need to know of a row, and the row itself, in one look-up each.

``lock`` holds the row until the transaction ends (PostgreSQL; on SQLite the writer is alone already), so that what
the rules saw is still true when the action writes.
"""

from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.models import (
    AgreedScore,
    Certificate,
    CoSignature,
    Decision,
    DecisionVote,
    Evidence,
    EvidenceVersion,
    FrameworkDraft,
    Meeting,
    MeetingItem,
    Organisation,
    Review,
    ReviewStatus,
    SelfAssessment,
    Submission,
    Window,
)
from app.rules.permissions import Scope

Thing = TypeVar("Thing")
Owned = TypeVar("Owned", SelfAssessment, Evidence)


def _held(lock: bool) -> dict[str, bool] | None:
    """``FOR NO KEY UPDATE``: it keeps other writers out, yet rows that point to this one may still be added.

    With the stronger lock a hand-over (holds the self-assessment, adds a row that points to the organisation) and an
    upload for a criterion (holds the organisation, wants the self-assessment) would wait for each other for ever.
    """
    return {"key_share": True} if lock else None


@dataclass(frozen=True)
class Scoped(Generic[Thing]):
    """A row and what decides who may know of it."""

    thing: Thing
    scope: Scope
    parent: object = None  # the row that the scope was read from, where it is another one


def organisation(session: Session, id_: UUID, lock: bool) -> Scoped[Organisation] | None:
    row = session.get(Organisation, id_, with_for_update=_held(lock))
    return Scoped(row, _of(row)) if row else None


def self_assessment(session: Session, id_: UUID, lock: bool) -> Scoped[SelfAssessment] | None:
    row = session.get(SelfAssessment, id_, with_for_update=_held(lock))
    return _under_organisation(session, row) if row else None


def evidence(session: Session, id_: UUID, lock: bool) -> Scoped[Evidence] | None:
    row = session.get(Evidence, id_, with_for_update=_held(lock))
    return _under_organisation(session, row) if row else None


def _under_organisation(session: Session, row: Owned) -> Scoped[Owned]:
    parent = session.get_one(Organisation, row.organisation_id)
    return Scoped(row, _of(parent), parent)


def evidence_version(session: Session, id_: UUID, lock: bool) -> Scoped[EvidenceVersion] | None:
    row = session.get(EvidenceVersion, id_)
    found = evidence(session, row.evidence_id, lock) if row else None
    return Scoped(row, found.scope) if row and found else None


def submission(session: Session, id_: UUID, lock: bool) -> Scoped[Submission] | None:
    row = session.get(Submission, id_, with_for_update=_held(lock))
    return Scoped(row, _of_submission(session, row)) if row else None


def review(session: Session, id_: UUID, lock: bool) -> Scoped[Review] | None:
    """A review, to its own reviewer only: to the others of the submission it does not exist."""
    row = session.get(Review, id_)
    if row is None:
        return None
    parent = session.get_one(Submission, row.submission_id, with_for_update=_held(lock))
    if lock:
        session.refresh(row)  # what stood in the row before the lock was ours may be old
    if row.status is ReviewStatus.REMOVED:
        return None
    own = frozenset({row.reviewer_id})
    scope = Scope(parent.organisation_id, parent.icb_id, parent.region_id, None, own, submission_id=parent.id)
    return Scoped(row, scope, parent)


def certificate(session: Session, id_: UUID, lock: bool) -> Scoped[Certificate] | None:
    row = session.get(Certificate, id_, with_for_update=_held(lock))
    return Scoped(row, of_certificate(row)) if row else None


def window(session: Session, id_: UUID, lock: bool) -> Scoped[Window] | None:
    """A window belongs to nobody: who may do a thing to any may do it to each."""
    row = session.get(Window, id_, with_for_update=_held(lock))
    return Scoped(row, Scope()) if row else None


def meeting(session: Session, id_: UUID, lock: bool) -> Scoped[Meeting] | None:
    """A meeting belongs to nobody; what it takes is shown item by item."""
    row = session.get(Meeting, id_, with_for_update=_held(lock))
    return Scoped(row, Scope()) if row else None


def meeting_item(session: Session, id_: UUID, lock: bool) -> Scoped[MeetingItem] | None:
    """An item, to who may know of its submission. Writers hold the meeting's row first, then the submission's."""
    row = session.get(MeetingItem, id_)
    if row is None:
        return None
    meeting(session, row.meeting_id, lock)
    found = submission(session, row.submission_id, lock)
    if lock:
        session.refresh(row)  # what stood in the row before the locks were ours may be old
    return Scoped(row, found.scope) if found else None


def framework_draft(session: Session, id_: UUID, lock: bool) -> Scoped[FrameworkDraft] | None:
    """A draft belongs to no organisation. A discarded one is no longer shown."""
    row = session.get(FrameworkDraft, id_, with_for_update=_held(lock))
    return Scoped(row, Scope()) if row and row.discarded_at is None else None


def of_certificate(row: Certificate) -> Scope:
    return Scope(row.organisation_id, row.icb_id, row.region_id)


def _of(row: Organisation) -> Scope:
    return Scope(row.id, row.icb_id, row.region_id)


def _of_submission(session: Session, row: Submission) -> Scope:
    reviewed = session.execute(
        sa.select(col(Review.reviewer_id), col(Review.round))
        .where(col(Review.submission_id) == row.id)
        .where(col(Review.status) != ReviewStatus.REMOVED)
    ).all()
    chairs = session.exec(select(CoSignature.person_id).where(CoSignature.submission_id == row.id)).all()
    return Scope(
        row.organisation_id,
        row.icb_id,
        row.region_id,
        row.sponsor_id,
        frozenset(person for person, _ in reviewed),
        frozenset(chairs),
        row.id,
        frozenset(judged_before(session, row)),
    )


def judged_before(session: Session, row: Submission) -> set[UUID]:
    """Who reviewed, moderated or decided the submission in a round before the present one. Struck reviews too: who
    has read the scores of others does not judge an appeal. Empty, and no query, in the first round."""
    if row.round == 1:
        return set()
    reviewed = sa.select(col(Review.reviewer_id)).where(
        col(Review.submission_id) == row.id,
        col(Review.round) < row.round,
        sa.or_(col(Review.status) != ReviewStatus.REMOVED, col(Review.struck_at).is_not(None)),
    )
    moderated = sa.select(col(AgreedScore.agreed_by_id)).where(
        col(AgreedScore.submission_id) == row.id, col(AgreedScore.round) < row.round
    )
    earlier = sa.and_(col(Decision.submission_id) == row.id, col(Decision.round) < row.round)
    decided = sa.select(col(Decision.decided_by_id)).where(earlier)
    voted = (
        sa.select(col(DecisionVote.person_id))
        .join(Decision, col(Decision.id) == col(DecisionVote.decision_id))
        .where(earlier)
    )
    return set(session.scalars(sa.union(reviewed, moderated, decided, voted)))
