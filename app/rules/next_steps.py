"""What is to be done next about a submission, and by whom, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median

from app.models import Status
from app.rules.days import uk_day
from app.rules.workflow import STAGE, Stage

FEWEST_OUTCOMES = 5  # below it a median says more about one organisation than about the wait
OWN = "Your organisation"
OTHERS = ", with people who took no part before"  # who judge an appeal


@dataclass(frozen=True)
class Clock:
    """Who has a submission now, and until when, as its organisation may know."""

    holder: str
    until: str  # what the date means
    day: date | datetime | None


def clock(
    status: Status,
    sponsor_name: str,
    closes_at: datetime,
    promised_on: date,
    due_on: date | None = None,
    organisation: str = OWN,
    *,
    is_again: bool = False,
    is_appeal: bool = False,
) -> Clock:
    """The clock for the organisation. It is the same in every status of one stage, so it tells nothing of reviews.

    ``is_again``: an outcome was released before, after which no day is promised; ``is_appeal``: it is judged by others.
    ``due_on``: until when the changes or the answer that the Assembly asked for are needed; they wait for no window.
    """
    match STAGE[status]:
        case Stage.WITH_SPONSOR if due_on:
            return Clock(sponsor_name, "Sign by", due_on)
        case Stage.WITH_SPONSOR:
            return Clock(sponsor_name, "Sign before", closes_at)
        case Stage.CHANGES_REQUESTED:
            return Clock(organisation, "Change and hand over by", due_on)
        case Stage.CLARIFICATION_ASKED:
            return Clock(organisation, "Answer by", due_on)
        case Stage.WITH_ASSEMBLY if not is_again and not is_appeal:
            return Clock("The Assembly", "Decision promised by", promised_on)
        case Stage.WITH_ASSEMBLY:
            return Clock("The Assembly" + OTHERS * is_appeal, "", None)
    return Clock("Nobody. It is finished", "", None)


def is_past(found: Clock, at: datetime) -> bool:
    """Whether the clock's date has passed. A day passes with its end, UK time; a moment when it is there."""
    if isinstance(found.day, datetime):
        return at >= found.day
    return found.day is not None and uk_day(at) > found.day


def how_late(found: Clock, at: datetime, contact: str) -> str:
    """What to do when the date has passed, in a sentence; empty while it has not."""
    if not is_past(found, at):
        return ""
    match found.until:
        case "Decision promised by":
            return f"The promised date has passed. Ask {contact} when the decision comes."
        case "Sign before":
            return "The window has closed. Withdraw it, then hand it over in the next window. Nothing written is lost."
        case "Answer by":
            return "The date has passed. You can answer until the Assembly goes on without it."
    return f"The date has passed. Ask {contact} what to do."


def how_long(weeks: Sequence[float]) -> str:
    """How long it usually takes, from the weeks between signature and outcome of every released submission."""
    if len(weeks) < FEWEST_OUTCOMES:
        return "How long it usually takes can't be said yet: fewer than 5 outcomes have been released."
    number = max(1, round(median(weeks)))
    return (
        f"From signature to outcome it usually takes {number} {'week' if number == 1 else 'weeks'}: "
        "half of the released outcomes took less time, half took more."
    )


def next_step(status: Status, reviewers: int, sealed: int, wanted: int) -> str:
    """The Assembly's next step. ``reviewers`` are assigned, ``sealed`` of them are done, ``wanted`` are needed."""
    if status in (Status.SUBMITTED, Status.IN_REVIEW, Status.APPEALED):
        waiting = f"Wait for reviews: {sealed} of {wanted} sealed"
        return _assign(reviewers, wanted) if reviewers < wanted else waiting
    if status is Status.THIRD_REVIEW:
        return "Assign a third reviewer" if reviewers <= wanted else "Wait for the third review"
    return _NEXT.get(status, "Nothing")


_NEXT = {
    Status.AWAITING_SIGN_OFF: "Wait for the executive sponsor",
    Status.IN_MODERATION: "Agree the scores that differ",
    Status.AWAITING_ANSWER: "Wait for the organisation's answer",
    Status.AWAITING_DECISION: "Decide",
    Status.DECIDED: "Release with its window",
}


def _assign(reviewers: int, wanted: int) -> str:
    lacking = wanted - reviewers
    more = "more " if reviewers else ""
    return f"Assign {lacking} {more}{'reviewer' if lacking == 1 else 'reviewers'}"
