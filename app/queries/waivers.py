"""Waivers of conflicts of interest, shown for ever."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app.models import ASSEMBLY_ROLES, Event, Person, Review, Submission, Waiver
from app.queries import people
from app.rules.conflicts import conflict
from app.rules.people import Who


@dataclass(frozen=True)
class WaiverLine:
    """A waiver as its pages show it. ``person`` is a reviewer's letter to who may not know reviewers' names."""

    id: UUID
    person_id: UUID
    person: str
    conflict: str
    reason: str
    asked_at: datetime
    asked_by_id: UUID
    asked_by: str
    granted_at: datetime | None
    granted_by: str
    ended_at: datetime | None
    ended_by: str
    end_reason: str

    @property
    def state(self) -> str:
        if self.ended_at:
            return "Taken back" if self.granted_at else "Refused"
        return "Granted" if self.granted_at else "Waits for another administrator"


def current(session: Session, submission_id: UUID, person_id: UUID) -> Waiver | None:
    """The waiver that is asked for or granted and not ended."""
    return session.exec(
        select(Waiver)
        .where(Waiver.submission_id == submission_id, Waiver.person_id == person_id)
        .where(col(Waiver.ended_at).is_(None))
    ).first()


def of_submission(session: Session, submission_id: UUID, *, may_see_names: bool) -> list[WaiverLine]:
    """Every waiver of the submission, ended ones too, first one first.

    Without ``may_see_names`` a reviewer is told by their letter, and the conflict, which says where they work, not at
    all: a waiver must not say who is behind a letter.
    """
    rows = _with_names(session, submission_id)
    hidden = {} if may_see_names or not rows else _letters(session, submission_id)
    reasons = _end_reasons(session, submission_id) if rows else {}
    return [
        WaiverLine(
            row.id,
            row.person_id,
            hidden.get(row.person_id, name),
            "" if row.person_id in hidden else row.conflict,
            row.reason,
            row.asked_at,
            row.asked_by_id,
            asked_by,
            row.granted_at,
            granted_by,
            row.ended_at,
            ended_by,
            reasons.get(str(row.id), ""),
        )
        for row, name, asked_by, granted_by, ended_by in rows
    ]


def _with_names(session: Session, submission_id: UUID) -> list[tuple[Waiver, str, str, str, str]]:
    """Each waiver with the names of whom it concerns, who asked, who granted and who ended it; empty for nobody."""
    concerned, asker, granter, ender = (aliased(Person) for _ in range(4))
    rows = session.execute(
        sa.select(
            Waiver,
            col(concerned.name),
            col(asker.name),
            sa.func.coalesce(col(granter.name), ""),
            sa.func.coalesce(col(ender.name), ""),
        )
        .join(concerned, col(concerned.id) == col(Waiver.person_id))
        .join(asker, col(asker.id) == col(Waiver.asked_by_id))
        .join(granter, col(granter.id) == col(Waiver.granted_by_id), isouter=True)
        .join(ender, col(ender.id) == col(Waiver.ended_by_id), isouter=True)
        .where(col(Waiver.submission_id) == submission_id)
        .order_by(col(Waiver.asked_at), col(Waiver.id))
    ).all()
    return [(waiver, *names) for waiver, *names in rows]


def _letters(session: Session, submission_id: UUID) -> dict[UUID, str]:
    rows = session.execute(
        sa.select(col(Review.reviewer_id), col(Review.letter)).where(
            col(Review.submission_id) == submission_id
        )
    ).all()
    return {reviewer_id: f"Reviewer {letter}" for reviewer_id, letter in rows}


def _end_reasons(session: Session, submission_id: UUID) -> dict[str, str]:
    """The reason of an end stands in the line of history that tells it."""
    rows = session.execute(
        sa.select(col(Event.facts), col(Event.reason)).where(
            col(Event.stream) == f"submission:{submission_id}",
            col(Event.verb).in_(("refuse a waiver", "take back a waiver")),
        )
    ).all()
    return {facts["waiver"]: reason for facts, reason in rows}


@dataclass(frozen=True)
class Concerned:
    """Somebody whose conflict could be waived."""

    person_id: UUID
    name: str
    conflict: str


def with_conflict(session: Session, submission: Submission, who: Who, at: datetime) -> list[Concerned]:
    """The Assembly's people with a conflict that nobody was asked to waive, by name; ``who`` is left out."""
    asked = set(
        session.exec(
            select(Waiver.person_id).where(
                Waiver.submission_id == submission.id, col(Waiver.ended_at).is_(None)
            )
        ).all()
    )
    found = [
        Concerned(one.person_id, one.name, conflict(one.ties, submission.organisation_id, submission.icb_id))
        for one in people.judges(session, ASSEMBLY_ROLES, at, who.conflict_years)
        if one.person_id not in asked | {who.person_id}
    ]
    return [one for one in found if one.conflict]
