"""What waits for a person: one query for each part they hold, and none for the others."""

from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from app.models import (
    ORGANISATION_ROLES,
    VIEWER_ROLES,
    Answer,
    Organisation,
    Review,
    ReviewStatus,
    Role,
    SelfAssessment,
    Status,
    Submission,
)
from app.queries.reviews import counting
from app.queries.submissions import free_of_conflict
from app.rules.people import Who

MOST_SUBMISSIONS = 20  # an organisation has three levels; older ones are found from the self-assessment


@dataclass(frozen=True)
class Writing:
    """How far the self-assessment of one organisation is."""

    organisation_id: UUID
    organisation_name: str
    self_assessment_id: UUID | None  # none: not started
    begun: int  # criteria with an answer
    finished: int  # of these, the ones their writers call finished


@dataclass(frozen=True)
class OwnSubmission:
    """A submission as its organisation may know it."""

    id: UUID
    organisation_name: str
    level: str
    status: Status
    is_mine_to_sign: bool


@dataclass(frozen=True)
class Assembly:
    """How many submissions wait for a step of the Assembly; those with a conflict of interest are not counted."""

    need_reviewers: int = 0
    in_moderation: int = 0
    need_decision: int = 0
    need_release: int = 0


@dataclass(frozen=True)
class Waiting:
    """None where the person does not hold the part."""

    writing: list[Writing] = field(default_factory=list)
    submissions: list[OwnSubmission] = field(default_factory=list)
    to_sign: list[OwnSubmission] | None = None
    to_review: int | None = None
    to_moderate: int | None = None
    to_administer: Assembly | None = None
    has_dashboard: bool = False

    @property
    def is_nothing(self) -> bool:
        parts = (self.to_sign, self.to_review, self.to_moderate, self.to_administer)
        return not self.writing and not self.has_dashboard and all(part is None for part in parts)


def waiting(session: Session, who: Who, *, reviewers: int) -> Waiting:
    """What waits for this person. ``reviewers``: how many a submission needs."""
    own = who.organisations(*ORGANISATION_ROLES)
    submissions = own_submissions(session, who) if own else []
    is_moderator, is_administrator = who.holds(Role.MODERATOR), who.holds(Role.ADMINISTRATOR)
    counts = _assembly(session, who, reviewers) if is_moderator or is_administrator else Assembly()
    return Waiting(
        writing=writing(session, own) if own else [],
        submissions=submissions,
        to_sign=[one for one in submissions if one.is_mine_to_sign] if who.holds(Role.SPONSOR) else None,
        to_review=to_review(session, who) if who.holds(Role.REVIEWER) else None,
        to_moderate=counts.in_moderation if is_moderator else None,
        to_administer=counts if is_administrator else None,
        has_dashboard=is_administrator or bool(who.organisations(*VIEWER_ROLES)),
    )


def writing(session: Session, organisations: frozenset[UUID]) -> list[Writing]:
    """One line an organisation, by name."""
    finished = func.sum(sa.case((col(Answer.is_finished), 1), else_=0))
    rows = session.execute(
        sa.select(
            col(Organisation.id),
            col(Organisation.name),
            col(SelfAssessment.id),
            func.count(col(Answer.id)),
            func.coalesce(finished, 0),
        )
        .join(SelfAssessment, _is_current(), isouter=True)
        .join(Answer, col(Answer.self_assessment_id) == SelfAssessment.id, isouter=True)
        .where(col(Organisation.id).in_(organisations))
        .group_by(col(Organisation.id), col(Organisation.name), col(SelfAssessment.id))
        .order_by(col(Organisation.name))
    ).all()
    return [Writing(*row) for row in rows]


def _is_current() -> sa.ColumnElement[bool]:
    """The organisation's self-assessment, but for one that was left for a newer framework version."""
    return sa.and_(
        col(SelfAssessment.organisation_id) == Organisation.id, col(SelfAssessment.moved_at).is_(None)
    )


def own_submissions(session: Session, who: Who) -> list[OwnSubmission]:
    """The newest submissions of the organisations the person acts for.

    In the order they were handed over: the time of the last change would tell of the Assembly's steps.
    """
    rows = session.execute(
        sa.select(
            col(Submission.id),
            col(Organisation.name),
            col(Submission.level),
            col(Submission.status),
            col(Submission.sponsor_id),
            col(Submission.organisation_id),
        )
        .join(Organisation, col(Organisation.id) == Submission.organisation_id)
        .where(col(Submission.organisation_id).in_(who.organisations(*ORGANISATION_ROLES)))
        .order_by(col(Submission.handed_over_at).desc(), col(Submission.id))
        .limit(MOST_SUBMISSIONS)
    ).all()
    signs_for = who.organisations(Role.SPONSOR)
    return [
        OwnSubmission(
            id_,
            name,
            level,
            status,
            status is Status.AWAITING_SIGN_OFF and sponsor == who.person_id and organisation in signs_for,
        )
        for id_, name, level, status, sponsor, organisation in rows
    ]


def to_review(session: Session, who: Who) -> int:
    """The reviews this person has not sealed."""
    counted = (
        select(func.count())
        .select_from(Review)
        .join(Submission, col(Submission.id) == Review.submission_id)
        .where(Review.reviewer_id == who.person_id)
        .where(col(Review.status).in_((ReviewStatus.ASSIGNED, ReviewStatus.STARTED)))
        .where(col(Submission.status).not_in((Status.CHANGES_REQUESTED, Status.AWAITING_SIGN_OFF)))
        .where(free_of_conflict(who))
    )
    return session.exec(counted).one()


def _assembly(session: Session, who: Who, reviewers: int) -> Assembly:
    """Every count in one pass. A reviewer of a submission does nothing else about it."""
    current = (
        sa.select(func.count())
        .where(col(Review.submission_id) == Submission.id, counting())
        .correlate(Submission)
        .scalar_subquery()
    )
    reviewed = (
        select(Review.id)
        .where(Review.submission_id == col(Submission.id), Review.reviewer_id == who.person_id)
        .where(col(Review.status) != ReviewStatus.REMOVED)
        .exists()
    )
    status = col(Submission.status)
    lacks_first = sa.and_(
        status.in_((Status.SUBMITTED, Status.IN_REVIEW, Status.APPEALED)), current < reviewers
    )
    lacks_third = sa.and_(status == Status.THIRD_REVIEW, current <= reviewers)
    row = session.execute(
        sa.select(
            _sum(sa.and_(sa.or_(lacks_first, lacks_third), ~reviewed)),
            _sum(sa.and_(status == Status.IN_MODERATION, ~reviewed)),
            _sum(sa.and_(status == Status.AWAITING_DECISION, ~reviewed)),
            _sum(status == Status.DECIDED),
        ).where(free_of_conflict(who))
    ).one()
    return Assembly(*row)


def _sum(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return func.coalesce(func.sum(sa.case((condition, 1), else_=0)), 0)
