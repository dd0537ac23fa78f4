"""Comments among colleagues. They are read here and on the organisation's own pages, and nowhere else."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app.models import Comment, Mail, Person


@dataclass(frozen=True)
class Said:
    """One comment as its page shows it."""

    id: UUID
    code: str
    text: str
    written_at: datetime
    written_by: str
    resolved_at: datetime | None
    resolved_by: str


def of_criterion(session: Session, self_assessment_id: UUID, code: str) -> list[Said]:
    """Every comment on one criterion, the oldest first."""
    return _said(session, self_assessment_id, col(Comment.criterion_code) == code)


def unresolved(session: Session, self_assessment_id: UUID) -> list[Said]:
    """Every open comment of a self-assessment, by criterion."""
    return _said(session, self_assessment_id, col(Comment.resolved_at).is_(None))


def _said(session: Session, self_assessment_id: UUID, condition: sa.ColumnElement[bool]) -> list[Said]:
    resolver = aliased(Person)
    rows = session.execute(
        sa.select(
            col(Comment.id),
            col(Comment.criterion_code),
            col(Comment.text),
            col(Comment.written_at),
            col(Person.name),
            col(Comment.resolved_at),
            sa.func.coalesce(col(resolver.name), ""),
        )
        .join(Person, col(Person.id) == col(Comment.written_by_id))
        .join(resolver, col(resolver.id) == col(Comment.resolved_by_id), isouter=True)
        .where(col(Comment.self_assessment_id) == self_assessment_id, condition)
        .order_by(col(Comment.criterion_code), col(Comment.written_at), col(Comment.id))
    ).all()
    return [Said(*row) for row in rows]


def comment(session: Session, self_assessment_id: UUID, code: str, comment_id: UUID) -> Comment | None:
    """The row of a comment on this very criterion; None for any other id."""
    return session.exec(
        select(Comment)
        .where(Comment.id == comment_id, Comment.self_assessment_id == self_assessment_id)
        .where(Comment.criterion_code == code)
    ).first()


def was_told(session: Session, address: str, subject: str, *, since: datetime) -> bool:
    """Whether a mail with this subject was written to the address after ``since``."""
    found = select(Mail.id).where(Mail.to == address, Mail.subject == subject, col(Mail.written_at) > since)
    return session.exec(found.limit(1)).first() is not None
