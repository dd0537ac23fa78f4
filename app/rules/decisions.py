"""What a decision must say before it is put forward."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from app.models import Outcome
from app.rules.errors import RuleError
from app.rules.scoring import LevelResult, rule_outcome


@dataclass(frozen=True)
class Clarify:
    """A deferral's question is about one criterion, and has a last day for the answer."""

    code: str = ""
    due_on: date | None = None


@dataclass(frozen=True)
class Proposed:
    """What somebody would decide, tidied."""

    outcome: Outcome
    reason: str
    conditions: Mapping[str, str]  # criterion code -> what must be done
    clarify: Clarify = Clarify()


def is_override(outcome: Outcome, result: LevelResult) -> bool:
    """Deferring asks a question before judging; it overrides nothing."""
    return outcome is not Outcome.DEFERRED and outcome is not rule_outcome(result)


def check(proposed: Proposed, result: LevelResult, today: date) -> None:
    """Raise RuleError at its field when something is missing, or goes with another outcome. ``today``: UK day."""
    judged = {*result.met, *result.not_met}
    if unknown := sorted(proposed.conditions.keys() - judged):
        raise RuleError(
            f"{unknown[0]} is not a criterion of this submission.", field=f"condition-{unknown[0]}"
        )
    if is_override(proposed.outcome, result) and not proposed.reason:
        raise RuleError("Enter the reason for deciding against the rule.", field="reason")
    if proposed.outcome is Outcome.NOT_YET and not proposed.conditions:
        raise RuleError("Enter what must be done for at least one criterion.", field="conditions")
    if proposed.outcome is Outcome.RECOGNISED and proposed.conditions:
        raise RuleError("Remove the conditions, or choose “not yet”.", field="conditions")
    if proposed.outcome is Outcome.DEFERRED:
        _check_question(proposed, judged, today)


def _check_question(proposed: Proposed, judged: set[str], today: date) -> None:
    if not proposed.reason:
        raise RuleError("Enter the question that the organisation must answer.", field="reason")
    if proposed.conditions:
        raise RuleError("Remove the conditions, or choose “not yet”.", field="conditions")
    if proposed.clarify.code not in judged:
        raise RuleError("Choose the criterion that the question is about.", field="clarify_code")
    due_on = proposed.clarify.due_on
    if due_on is None:
        raise RuleError("Enter the last day for the answer, for example 27 3 2027.", field="clarify_due")
    if due_on <= today:
        raise RuleError("The last day for the answer must be after today.", field="clarify_due")
