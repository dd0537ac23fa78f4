"""Letters: the texts they begin from, and those that wait for the release of their window."""

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.models import Decision, Letter, LetterTemplate, Organisation, Outcome, Status, Submission
from app.queries.decisions import is_newest
from app.queries.submissions import free_of_conflict, reviewed_by
from app.rules.letters import SHIPPED, Text
from app.rules.people import Who


def template(session: Session, outcome: Outcome) -> tuple[Text, int]:
    """The text that letters of an outcome begin from, and its version; 0 is the text that is shipped."""
    row = session.get(LetterTemplate, outcome)
    return (Text(row.subject, row.body), row.version) if row else (SHIPPED[outcome], 0)


def of_decision(session: Session, decision_id: UUID) -> Letter | None:
    return session.exec(select(Letter).where(Letter.decision_id == decision_id)).first()


@dataclass(frozen=True)
class Waiting:
    """One letter in the outbox of a window."""

    submission_id: UUID
    organisation_name: str
    level: str
    outcome: Outcome
    is_drafted: bool
    is_edited: bool
    may_go: bool


def waiting(session: Session, window_id: UUID, who: Who) -> list[Waiting]:
    """The letters of decisions that wait for release, but those this person may not read, by organisation."""
    rows = session.execute(
        sa.select(
            col(Submission.id),
            col(Organisation.name),
            col(Submission.level),
            col(Decision.outcome),
            col(Letter.id).is_not(None),
            col(Letter.edited_at).is_not(None),
            col(Letter.read_at).is_not(None),
        )
        .join(Organisation, col(Organisation.id) == col(Submission.organisation_id))
        .join(Decision, col(Decision.submission_id) == col(Submission.id))
        .join(Letter, col(Letter.decision_id) == col(Decision.id), isouter=True)
        .where(_waits(window_id), free_of_conflict(who), sa.not_(reviewed_by(who)))
        .order_by(col(Organisation.name), col(Submission.level))
    ).all()
    return [Waiting(*row) for row in rows]


def not_read(session: Session, window_id: UUID) -> int:
    """How many letters of the window nobody has read yet, whoever may read them; not drafted is not read."""
    query = (
        sa.select(sa.func.count())
        .select_from(Submission)
        .join(Decision, col(Decision.submission_id) == col(Submission.id))
        .join(Letter, col(Letter.decision_id) == col(Decision.id), isouter=True)
        .where(_waits(window_id), col(Letter.read_at).is_(None))
    )
    return session.scalar(query) or 0


def _waits(window_id: UUID) -> sa.ColumnElement[bool]:
    return sa.and_(
        col(Submission.window_id) == window_id,
        col(Submission.status) == Status.DECIDED,
        col(Decision.released_at).is_(None),
        is_newest(),
    )
