"""Who reviews a submission, and who could. The number of queries does not grow with the number of reviewers."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, or_

from app.models import (
    FrameworkVersion,
    Membership,
    Organisation,
    Person,
    Review,
    ReviewStatus,
    Role,
    Submission,
)
from app.queries.people import TIES_LAST
from app.rules.conflicts import not_assignable
from app.rules.people import Holding, Tie, Who


@dataclass(frozen=True)
class Assigned:
    """A reviewer of the submission, for the administrator."""

    review_id: UUID
    person_id: UUID
    name: str
    letter: str
    status: ReviewStatus
    assigned_at: datetime


@dataclass(frozen=True)
class Candidate:
    """A reviewer, why they can't be assigned (empty when they can), and how many reviews they have open."""

    person_id: UUID
    name: str
    refusal: str
    open_reviews: int


def reviewers_wanted(session: Session, submission: Submission) -> int:
    """How many reviews the framework version asks for, read from its document without parsing the whole."""
    setting = col(FrameworkVersion.document)["settings"]["reviewers"].as_integer()
    wanted = session.scalar(
        sa.select(setting).where(col(FrameworkVersion.id) == submission.framework_version_id)
    )
    assert wanted is not None
    return int(wanted)


def assigned(session: Session, submission_id: UUID) -> list[Assigned]:
    """The submission's reviewers by letter, removed ones left out."""
    rows = session.execute(
        sa.select(
            col(Review.id),
            col(Review.reviewer_id),
            col(Person.name),
            col(Review.letter),
            col(Review.status),
            col(Review.assigned_at),
        )
        .join(Person, col(Person.id) == col(Review.reviewer_id))
        .where(col(Review.submission_id) == submission_id, col(Review.status) != ReviewStatus.REMOVED)
        .order_by(col(Review.letter))
    ).all()
    return [Assigned(*row) for row in rows]


def candidates(session: Session, submission: Submission, at: datetime) -> list[Candidate]:
    """Every reviewer, by name."""
    taken = {one.person_id for one in assigned(session, submission.id)}
    busy = _open_reviews(session)
    return [
        Candidate(
            who.person_id,
            who.name,
            not_assignable(who, submission.organisation_id, submission.icb_id, taken),
            busy.get(who.person_id, 0),
        )
        for who in reviewers(session, at)
    ]


def reviewers(session: Session, at: datetime) -> list[Who]:
    """Everyone who holds the role of reviewer at ``at``, with the same ties as ``people.who`` finds."""
    people = _people(session)
    holdings: dict[UUID, list[Holding]] = {}
    ties: dict[UUID, list[Tie]] = {}
    for person_id, role, organisation, ended, icb, name in _memberships(session, at):
        if ended is None:
            holdings.setdefault(person_id, []).append(Holding(role, organisation))
        if organisation:
            ties.setdefault(person_id, []).append(Tie(organisation, icb, name))
    return [
        Who(id_, name, email, tuple(holdings.get(id_, ())), (*ties.get(id_, ()), *employer))
        for id_, name, email, employer in people
    ]


def _are_reviewers() -> sa.Select[UUID]:
    return sa.select(col(Membership.person_id)).where(
        col(Membership.role) == Role.REVIEWER, col(Membership.ended_at).is_(None)
    )


def _people(session: Session) -> list[tuple[UUID, str, str, tuple[Tie, ...]]]:
    rows = session.execute(
        sa.select(
            col(Person.id),
            col(Person.name),
            col(Person.email),
            col(Organisation.id),
            col(Organisation.icb_id),
            col(Organisation.name),
        )
        .join(Organisation, col(Organisation.id) == col(Person.employer_id), isouter=True)
        .where(col(Person.id).in_(_are_reviewers()), col(Person.left_at).is_(None))
        .order_by(col(Person.name), col(Person.id))
    ).all()
    return [
        (id_, name, email, (Tie(employer, icb, employer_name),) if employer else ())
        for id_, name, email, employer, icb, employer_name in rows
    ]


MembershipLine = tuple[UUID, Role, UUID | None, datetime | None, UUID | None, str]


def _memberships(session: Session, at: datetime) -> list[MembershipLine]:
    rows = session.execute(
        sa.select(
            col(Membership.person_id),
            col(Membership.role),
            col(Membership.organisation_id),
            col(Membership.ended_at),
            col(Organisation.icb_id),
            sa.func.coalesce(col(Organisation.name), ""),
        )
        .join(Organisation, col(Organisation.id) == col(Membership.organisation_id), isouter=True)
        .where(col(Membership.person_id).in_(_are_reviewers()))
        .where(or_(col(Membership.ended_at).is_(None), col(Membership.ended_at) > at - TIES_LAST))
        .order_by(col(Membership.granted_at))
    ).all()
    return [(person, role, body, ended, icb, name) for person, role, body, ended, icb, name in rows]


def _open_reviews(session: Session) -> dict[UUID, int]:
    rows = session.execute(
        sa.select(col(Review.reviewer_id), sa.func.count())
        .where(col(Review.status).in_((ReviewStatus.ASSIGNED, ReviewStatus.STARTED)))
        .group_by(col(Review.reviewer_id))
    ).all()
    return {row[0]: row[1] for row in rows}
