"""What is to be done next about a submission, and by whom, in words."""

from dataclasses import dataclass
from datetime import date, datetime

from app.models import Status
from app.rules.workflow import STAGE, Stage


@dataclass(frozen=True)
class Clock:
    """Who has a submission now, and until when, as its organisation may know."""

    holder: str
    until: str  # what the date means
    day: date | datetime | None


def clock(status: Status, sponsor_name: str, closes_at: datetime, promised_on: date) -> Clock:
    """The clock for the organisation. It is the same in every status of one stage, so it tells nothing of reviews."""
    match STAGE[status]:
        case Stage.WITH_SPONSOR:
            return Clock(sponsor_name, "Sign before", closes_at)
        case Stage.SUBMITTED | Stage.BEING_REVIEWED:
            return Clock("The Assembly", "Decision promised by", promised_on)
    return Clock("Nobody. It is finished", "", None)


def next_step(status: Status, reviewers: int, sealed: int, wanted: int) -> str:
    """The Assembly's next step. ``reviewers`` are assigned, ``sealed`` of them are done, ``wanted`` are needed."""
    match status:
        case Status.AWAITING_SIGN_OFF:
            return "Wait for the executive sponsor"
        case Status.SUBMITTED | Status.IN_REVIEW if reviewers < wanted:
            return _assign(reviewers, wanted)
        case Status.SUBMITTED | Status.IN_REVIEW:
            return f"Wait for reviews: {sealed} of {wanted} sealed"
        case Status.IN_MODERATION:
            return "Agree the scores that differ"
        case Status.AWAITING_DECISION:
            return "Decide"
        case Status.DECIDED:
            return "Release with its window"
    return "Nothing"


def _assign(reviewers: int, wanted: int) -> str:
    lacking = wanted - reviewers
    more = "more " if reviewers else ""
    return f"Assign {lacking} {more}{'reviewer' if lacking == 1 else 'reviewers'}"
