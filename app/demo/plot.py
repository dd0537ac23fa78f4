"""What has happened to each demo trust: which submissions it made, in which window, and how far they came."""

from calendar import month_name
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.models import Outcome

LENGTH = timedelta(days=60)  # how long a window is open


@dataclass(frozen=True)
class Plan:
    """One submission: how far it came, and what the reviewers thought."""

    trust: int
    level: str
    window: int  # 0 is the oldest
    stop: str  # the last step taken
    outcome: Outcome = Outcome.RECOGNISED
    is_split: bool = False  # the reviewers differ on some criteria, so that there is something to moderate


# Recognitions of the first window end in less than 2 months, those of the second in less than 6; the light checks of
# the third are asked now. The last window is open.
OPENED_DAYS_AGO = (1150, 1045, 485, 180, 85, 20)
RELEASED_AFTER_DAYS = 100
BEGINS_DAYS_AGO = OPENED_DAYS_AGO[0] + 30
NOW = len(OPENED_DAYS_AGO) - 1
# Closed and being judged. Apart from the open one: outcomes of a window are released together, so whoever plays the
# story in the open window would have to judge all of these first.
JUDGED = NOW - 1
PAST = "release"

PLANS = (
    *(Plan(number, "bronze", 0, PAST, is_split=number == 14) for number in (12, 13, 14, 15, 21)),
    *(Plan(number, "bronze", 1, PAST) for number in (16, 17, 18, 22)),
    *(Plan(number, "bronze", 2, PAST) for number in (19, 20, 23)),
    *(Plan(number, "silver", 2, PAST) for number in (12, 13, 21)),
    # Not earlier: nine were recognised before and nobody was not, so that it can be told how often criteria were met.
    Plan(25, "bronze", 2, PAST, Outcome.NOT_YET, is_split=True),
    Plan(26, "bronze", 2, PAST, Outcome.NOT_YET),
    *(Plan(number, "bronze", 3, PAST) for number in (24, 28, 29)),
    Plan(16, "silver", 3, PAST, is_split=True),
    Plan(12, "gold", 3, PAST),
    Plan(22, "silver", 3, PAST, Outcome.NOT_YET),
    Plan(27, "bronze", 3, PAST, Outcome.DEFERRED),
    Plan(6, "bronze", JUDGED, "sign"),
    Plan(7, "bronze", JUDGED, "assign"),
    Plan(8, "bronze", JUDGED, "seal one"),
    Plan(9, "bronze", JUDGED, "third", is_split=True),
    Plan(18, "silver", JUDGED, "seal", is_split=True),
    Plan(10, "bronze", JUDGED, "seal"),
    Plan(11, "bronze", JUDGED, "decide"),
    Plan(13, "gold", JUDGED, "request changes"),
    Plan(17, "silver", JUDGED, "assign"),
    Plan(3, "bronze", NOW, "hand over"),
    Plan(4, "bronze", NOW, "decline"),
    Plan(5, "bronze", NOW, "withdraw"),
)
REVOKED = (29, "bronze")
APPEALED = (22, "silver")
STARTED_ONLY = (2, 30)  # self-assessments begun, nothing handed over


def opening(window: int, at: datetime) -> datetime:
    """When a window opened, counted back from the day of seeding."""
    return (at - timedelta(days=OPENED_DAYS_AGO[window])).replace(hour=8, minute=0, second=0, microsecond=0)


def window_name(opens: date) -> str:
    return f"Window of {month_name[opens.month]} {opens.year}"
