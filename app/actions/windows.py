"""Opening windows in which levels may be put forward."""

from datetime import datetime, timedelta

from sqlmodel import Session

from app.actions.history import record
from app.criteria.schema import Framework
from app.models import FrameworkVersion, Window
from app.rules.days import uk_day
from app.rules.errors import RuleError


def add(
    session: Session,
    version: FrameworkVersion,
    framework: Framework,
    name: str,
    opens_at: datetime,
    closes_at: datetime,
    *,
    at: datetime,
) -> Window:
    """Add a window that takes every level of the version; ``closes_at`` is the first moment that is too late.

    The decision is promised after the framework's number of weeks.
    """
    if not name.strip():
        raise RuleError("Give the window a name.")
    if closes_at <= opens_at:
        raise RuleError("The window must close after it opens.")
    window = Window(
        framework_version_id=version.id,
        name=name.strip(),
        levels=[level.id for level in framework.levels],
        opens_at=opens_at,
        closes_at=closes_at,
        decision_promised_on=uk_day(closes_at + timedelta(weeks=framework.settings.decision_weeks)),
    )
    session.add(window)
    session.flush()
    facts = {"window": str(window.id), "opens_at": opens_at.isoformat(), "closes_at": closes_at.isoformat()}
    record(session, "portal", "add window", by=None, at=at, facts=facts)
    return window
