"""A moderation meeting that is planned for the window being judged."""

from datetime import datetime, timedelta

from sqlmodel import Session

from app.actions import meetings
from app.demo.cast import Cast
from app.models import Window
from app.rules.days import uk_day

EXPECTED = ("moderator 1", "moderator 2", "administrator", "administrator 2", "reviewer 3.1")
AHEAD = timedelta(days=7)


def plan(session: Session, cast: Cast, window: Window, base_url: str, at: datetime) -> None:
    """In a week, about everything that waits for moderation or a decision. Each moderator is out for some of it."""
    meetings.plan(
        session,
        window,
        f"Moderation, {window.name}",
        uk_day(at + AHEAD),
        [cast.id_of(part) for part in EXPECTED],
        meetings.TAKEN,
        by=cast.who(session, "administrator", at),
        at=at,
        today=uk_day(at),
        base_url=base_url,
    )
