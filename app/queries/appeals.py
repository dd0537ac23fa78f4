"""Appeals: the one that is being judged, and which criteria each of them opened again."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.models import OPEN_STATUSES, Appeal, Role, Submission
from app.queries import people
from app.rules.permissions import Permission, Scope, allows

ANOTHER_OPEN = (
    "Another submission of this level is on its way, and only one can be judged at a time. "
    "Withdraw that one first, then appeal."
)


def of_round(session: Session, submission_id: UUID) -> Appeal | None:
    """The appeal that the present round judges; None in the first round."""
    return session.exec(
        select(Appeal)
        .join(Submission, col(Submission.id) == Appeal.submission_id)
        .where(Appeal.submission_id == submission_id, Appeal.round == Submission.round)
    ).first()


def every(session: Session, submission_id: UUID) -> list[Appeal]:
    """Every appeal about a submission, first one first."""
    return list(
        session.exec(
            select(Appeal).where(Appeal.submission_id == submission_id).order_by(col(Appeal.round))
        ).all()
    )


def judged_in(session: Session, submission_id: UUID) -> dict[str, int]:
    """The criteria that appeals named, and the last round that each is judged in."""
    return {code: one.round for one in every(session, submission_id) for code in one.grounds}


def against(session: Session, decision_id: UUID) -> Appeal | None:
    """The appeal against a decision, if there is one."""
    return session.exec(select(Appeal).where(Appeal.decision_id == decision_id)).first()


def another_open(session: Session, submission: Submission) -> str:
    """Why no appeal can be made while another submission of the same level is on its way; empty when none is."""
    found = session.exec(
        select(Submission.id)
        .where(Submission.organisation_id == submission.organisation_id)
        .where(Submission.level == submission.level, Submission.id != submission.id)
        .where(col(Submission.status).in_(OPEN_STATUSES))
    ).first()
    return ANOTHER_OPEN if found else ""


def left_to_judge(session: Session, scope: Scope, at: datetime, years: int) -> tuple[int, int]:
    """How many people may moderate, and how many may decide, the submission of ``scope``."""
    found = people.judges(session, frozenset({Role.MODERATOR, Role.ADMINISTRATOR}), at, years)
    return (
        sum(allows(Permission.MODERATE, one, scope) for one in found),
        sum(allows(Permission.DECIDE, one, scope) for one in found),
    )
