"""Windows, and which of them take a level now."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, func, select

from app.models import Status, Submission, Window
from app.queries.submissions import free_of_conflict
from app.rules.people import Who


def open_for(session: Session, framework_version_id: UUID, level: str, at: datetime) -> list[Window]:
    """The windows in which ``level`` may be submitted at ``at``, the one that closes first at the top."""
    rows = session.exec(
        select(Window)
        .where(Window.framework_version_id == framework_version_id)
        .where(Window.opens_at <= at)
        .where(Window.closes_at > at)
        .order_by(col(Window.closes_at), col(Window.name))
    ).all()
    return [row for row in rows if level in row.levels]


def of_version(session: Session, window_id: UUID, framework_version_id: UUID) -> Window | None:
    """The window, if it belongs to this framework version."""
    row = session.get(Window, window_id)
    return row if row and row.framework_version_id == framework_version_id else None


def names(session: Session) -> list[tuple[UUID, str]]:
    """Every window's id and name, newest first."""
    rows = session.exec(
        select(Window.id, Window.name).order_by(col(Window.opens_at).desc(), col(Window.name))
    )
    return [(id_, name) for id_, name in rows.all()]


@dataclass(frozen=True)
class WindowLine:
    """A window with how many of its submissions are being judged, and how many decisions wait for release."""

    window: Window
    judging: int
    decided: int


JUDGING = (Status.SUBMITTED, Status.IN_REVIEW, Status.IN_MODERATION, Status.AWAITING_DECISION)


def with_counts(session: Session, who: Who) -> list[WindowLine]:
    """Every window, the newest first. Where the person has a conflict of interest is not counted."""
    counts = session.exec(
        select(Submission.window_id, Submission.status, func.count())
        .where(free_of_conflict(who))
        .group_by(col(Submission.window_id), col(Submission.status))
    ).all()
    found = session.exec(select(Window).order_by(col(Window.opens_at).desc(), col(Window.name))).all()
    return [
        WindowLine(
            window,
            sum(count for id_, status, count in counts if id_ == window.id and status in JUDGING),
            sum(count for id_, status, count in counts if id_ == window.id and status is Status.DECIDED),
        )
        for window in found
    ]
