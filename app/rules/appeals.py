"""An appeal: within how many days, against what, and on which grounds.

Source: framework settings, ``appeal_working_days``. The Assembly has not confirmed the number.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from app.models import Outcome
from app.rules import working_days
from app.rules.days import in_words, uk_day
from app.rules.errors import Conflict, RuleError
from app.rules.passages import required_passage

FIELD = "ground-"  # the form's field of a criterion is this and its code
RECOGNISED = "The level was recognised, so there is nothing to appeal against."
APPEALED = "An appeal against this decision has been received. Each decision can be appealed against once."


def last_day(released_at: datetime, days: int) -> date:
    """The last UK day on which an appeal is received: ``days`` working days after the day of the release."""
    return working_days.after(uk_day(released_at), days)


def refusal(outcome: Outcome, released_at: datetime, *, is_appealed: bool, days: int, at: datetime) -> str:
    """Why this decision can't be appealed against at ``at``; empty when it can."""
    if outcome is Outcome.RECOGNISED:
        return RECOGNISED
    if is_appealed:
        return APPEALED
    last = last_day(released_at, days)
    if uk_day(at) > last:
        return f"An appeal had to be made by {in_words(last)}, {days} working days after the release."
    return ""


def require_open(
    outcome: Outcome, released_at: datetime, *, is_appealed: bool, days: int, at: datetime
) -> None:
    """Raise Conflict with the reason when the decision can't be appealed against."""
    if found := refusal(outcome, released_at, is_appealed=is_appealed, days=days, at=at):
        raise Conflict(found)


def grounds(typed: Mapping[str, str], codes: Collection[str]) -> dict[str, str]:
    """Why the decision is wrong, by criterion code, in the order of the copy. Criteria left empty are not appealed.

    RuleError when none is named, or one that is not in the sealed copy.
    """
    named = {code: text for code, text in typed.items() if text.strip()}
    if unknown := sorted(named.keys() - set(codes)):
        raise RuleError(f"{unknown[0]} is not in the sealed copy.")
    found = {
        code: required_passage(named[code], f"{FIELD}{code}", "Say why.") for code in codes if code in named
    }
    if not found:
        raise RuleError(
            "Say for at least one criterion why the decision is wrong.", field=f"{FIELD}{next(iter(codes))}"
        )
    return found


def too_few(moderators: int, deciders: int, quorum: int) -> list[str]:
    """What keeps an appeal from being judged, in sentences: the number of people left, who took no part and have no
    conflict of interest, against how many are needed."""
    because = "Everybody else judged before, reviews it, or has a conflict of interest."
    found = []
    if moderators == 0:
        found.append(f"Nobody is left who may moderate. {because} Give another person the role of moderator.")
    if deciders == 0:
        found.append(f"Nobody is left who may decide. {because} Give other people the role of administrator.")
    elif deciders < quorum:
        people = "1 person is" if deciders == 1 else f"{deciders} people are"
        found.append(f"Only {people} left who may decide, and {quorum} must. {because}")
    return found
