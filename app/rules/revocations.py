"""Revocation by two people, and the appeal against it, judged by two others: what may follow what.

Source of the days: framework settings, ``appeal_working_days``, as for an appeal against a decision.
"""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum

from app.models import Revocation
from app.rules import working_days
from app.rules.days import in_words, uk_day
from app.rules.submissions import Party, mailbox

NEEDED_TO_JUDGE = 2


class State(StrEnum):
    ASKED = "Asked for"
    CLOSED = "Not confirmed"
    IN_FORCE = "In force"
    APPEALED = "Under appeal"
    UPHELD = "Upheld on appeal"
    OVERTURNED = "Overturned on appeal"


def state(row: Revocation) -> State:
    """Where a revocation is. While an appeal is judged it stays in force."""
    if row.confirmed_at is None:
        return State.CLOSED if row.closed_at else State.ASKED
    if row.settled_at is not None:
        return State.UPHELD if row.is_upheld else State.OVERTURNED
    return State.APPEALED if row.appealed_at else State.IN_FORCE


def last_day(confirmed_at: datetime, days: int) -> date:
    """The last UK day on which an appeal is received: ``days`` working days after the day it was confirmed."""
    return working_days.after(uk_day(confirmed_at), days)


def appeal_refusal(row: Revocation | None, days: int, at: datetime) -> str:
    """Why nobody can appeal against this revocation at ``at``; empty when it can be done."""
    if row is None or row.confirmed_at is None or state(row) is State.OVERTURNED:
        return "This certificate is not revoked, so there is nothing to appeal against."
    if row.appealed_at is not None:
        return "An appeal against this revocation has been received. It can be appealed against once."
    last = last_day(row.confirmed_at, days)
    if uk_day(at) > last:
        return f"An appeal had to be made by {in_words(last)}, {days} working days after the revocation."
    return ""


def is_among(one: Party, others: Iterable[Party]) -> bool:
    """Whether ``one`` is one of ``others``, or reads the mailbox of one of them."""
    return any(
        one.person_id == other.person_id or mailbox(one.email) == mailbox(other.email) for other in others
    )


def too_few(left: int) -> str:
    """What keeps an appeal from being judged, in a sentence; empty when enough people are left."""
    if left >= NEEDED_TO_JUDGE:
        return ""
    said = "Nobody is" if left == 0 else "Only 1 person is"
    return (
        f"{said} left who may judge this appeal, and {NEEDED_TO_JUDGE} must: everybody else asked for the revocation, "
        "confirmed it, or has a conflict of interest. Give other people the role of administrator."
    )
