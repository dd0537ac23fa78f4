"""Submissions: who may see which, and what each page tells of one."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.models import (
    OPEN_STATUSES,
    ORGANISATION_ROLES,
    Membership,
    Organisation,
    Person,
    Review,
    ReviewStatus,
    Role,
    SealedCopy,
    Status,
    Submission,
    Window,
)
from app.queries.sealed_copies import is_newest
from app.rules.people import Who
from app.rules.permissions import Permission, Scope, allows


def visible_to(who: Who) -> SelectOfScalar[Submission]:
    """The submissions this person may know of: the own organisation's, those to review, and for the Assembly all
    but those where a conflict of interest stands in the way."""
    own = col(Submission.organisation_id).in_(who.organisations(*ORGANISATION_ROLES))
    reviewed = sa.and_(reviewed_by(who), free_of_conflict(who))
    if not allows(Permission.READ_ALL_SUBMISSIONS, who, Scope()):
        return select(Submission).where(sa.or_(own, reviewed))
    return select(Submission).where(sa.or_(own, free_of_conflict(who)))


def free_of_conflict(who: Who) -> sa.ColumnElement[bool]:
    """The condition that ``rules.conflicts`` finds nothing, or that it was waived, for the database."""
    bodies = {tie.organisation_id for tie in who.ties}
    boards = {tie.icb_id for tie in who.ties if tie.icb_id}
    icb = col(Submission.icb_id)
    free = sa.and_(col(Submission.organisation_id).not_in(bodies), sa.or_(icb.is_(None), icb.not_in(boards)))
    return sa.or_(free, col(Submission.id).in_(who.waived)) if who.waived else free


def reviewed_by(who: Who) -> sa.ColumnElement[bool]:
    """The condition that the person is one of the submission's reviewers."""
    return col(Submission.id).in_(
        select(Review.submission_id)
        .where(Review.reviewer_id == who.person_id)
        .where(col(Review.status) != ReviewStatus.REMOVED)
    )


def assigned_reviews(session: Session, submission_id: UUID) -> list[tuple[Review, Person]]:
    """The submission's reviews with their reviewers, removed ones left out."""
    rows = session.exec(
        select(Review, Person)
        .join(Person, col(Person.id) == Review.reviewer_id)
        .where(Review.submission_id == submission_id)
        .where(col(Review.status) != ReviewStatus.REMOVED)
        .order_by(col(Review.letter))
    ).all()
    return [(review, reviewer) for review, reviewer in rows]


def open_of(session: Session, organisation_id: UUID, level: str) -> UUID | None:
    """The submission of this level that is on its way, if there is one."""
    return session.exec(
        select(Submission.id)
        .where(Submission.organisation_id == organisation_id)
        .where(Submission.level == level)
        .where(col(Submission.status).in_(OPEN_STATUSES))
    ).first()


def sponsors(session: Session, organisation_id: UUID) -> list[Person]:
    """The people who may sign for the organisation now, by name."""
    return list(
        session.exec(
            select(Person)
            .join(Membership, col(Membership.person_id) == Person.id)
            .where(Membership.organisation_id == organisation_id)
            .where(Membership.role == Role.SPONSOR)
            .where(col(Membership.ended_at).is_(None))
            .where(col(Person.left_at).is_(None))
            .order_by(col(Person.name), col(Person.id))
        ).all()
    )


@dataclass(frozen=True)
class SubmissionFacts:
    """What the pages of one submission show, without anything that tells of reviews."""

    id: UUID
    organisation_id: UUID
    organisation_name: str
    self_assessment_id: UUID
    framework_version_id: UUID
    level: str
    status: Status
    window_id: UUID
    window_name: str
    closes_at: datetime
    promised_on: date
    handed_over_at: datetime
    lead_name: str
    sponsor_name: str
    decline_reason: str
    receipt: str | None
    sha256: str | None
    sealed_at: datetime | None
    minute_reference: str | None


def facts(session: Session, submission_id: UUID) -> SubmissionFacts:
    """The facts of one submission, in one query."""
    lead, sponsor = aliased(Person), aliased(Person)
    row = session.execute(
        sa.select(
            col(Submission.id),
            col(Submission.organisation_id),
            col(Organisation.name),
            col(Submission.self_assessment_id),
            col(Submission.framework_version_id),
            col(Submission.level),
            col(Submission.status),
            col(Window.id),
            col(Window.name),
            col(Window.closes_at),
            col(Window.decision_promised_on),
            col(Submission.handed_over_at),
            col(lead.name),
            col(sponsor.name),
            col(Submission.decline_reason),
            col(SealedCopy.receipt),
            col(SealedCopy.sha256),
            col(SealedCopy.sealed_at),
            col(SealedCopy.minute_reference),
        )
        .join(Organisation, col(Organisation.id) == Submission.organisation_id)
        .join(Window, col(Window.id) == Submission.window_id)
        .join(lead, col(lead.id) == Submission.handed_over_by_id)
        .join(sponsor, col(sponsor.id) == Submission.sponsor_id)
        .join(
            SealedCopy,
            sa.and_(col(SealedCopy.submission_id) == Submission.id, is_newest()),
            isouter=True,
        )
        .where(col(Submission.id) == submission_id)
    ).one()
    return SubmissionFacts(*row)
