"""Whether a window is open, judged by the one clock, and when a reminder of its close is due.

The rule of grace: there is none. What counts is the database's clock at the moment the portal begins to deal with the
request; one that arrives before the close and waits behind others is judged when its turn comes. Who needs longer
is let in by a late door, for a reason that stands on record.
"""

from collections.abc import Iterable
from datetime import datetime

from app.models import LateDoor, Window
from app.rules.days import uk_day
from app.rules.errors import RuleError
from app.rules.working_days import reminder_due_at

REMINDERS = (28, 7, 1)  # working days before the close


def closing(window: Window, doors: Iterable[LateDoor] = ()) -> datetime:
    """The first moment that is too late for an organisation with these late doors; a door never shortens."""
    return max([window.closes_at, *(door.closes_at for door in doors)])


def require_open(window: Window, level: str, at: datetime, closes_at: datetime | None = None) -> None:
    """Raise RuleError unless ``level`` may be put forward in ``window`` at the moment ``at``.

    ``closes_at``: the organisation's own close (see ``closing``); the window's when it is not given.
    """
    if level not in window.levels:
        raise RuleError(f"{window.name} does not take this level. Choose another window.")
    if at < window.opens_at:
        raise RuleError(f"{window.name} has not opened yet.")
    if at >= (closes_at or window.closes_at):
        raise RuleError(f"{window.name} has closed. Nothing you wrote is lost: choose the next window.")


def require_door(window: Window, closes_at: datetime, at: datetime) -> None:
    """Raise RuleError unless a late door until ``closes_at`` keeps the window open longer, and no outcome too late."""
    if closes_at <= at:
        raise RuleError("Choose a time that is still to come.", field="closes")
    if closes_at <= window.closes_at:
        raise RuleError(f"Choose a time after {window.name} closes for everybody.", field="closes")
    if uk_day(closes_at) >= window.decision_promised_on:
        raise RuleError("Choose a day before the day on which decisions are promised.", field="closes")


def reminder_due(opens_at: datetime, closes_at: datetime, at: datetime) -> int | None:
    """The working days before the close of the reminder that is due at ``at``; None when none is.

    Of several that have come due while nobody looked, only the last: who is told of 7 days needs no word of 28.
    """
    if not opens_at <= at < closes_at:
        return None
    due = [days for days in REMINDERS if opens_at <= reminder_due_at(closes_at, days) <= at]
    return min(due, default=None)
