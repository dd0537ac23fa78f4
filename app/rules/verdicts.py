"""What a reviewer marks beside the score: each link to evidence, each condition of an earlier decision, and the time
that it took."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.models import ConditionVerdict, EvidenceVerdict, Verdict
from app.rules.errors import RuleError
from app.rules.history import canonical, sha256

EVIDENCE, CONDITION = "evidence-", "condition-"  # begin the names of a form's fields; the id follows
DONE, NOT_DONE = "done", "not done"
MOST_SECONDS = 30 * 60  # of one save: whoever took longer had left the page open
_CHOOSE_VERDICT = "Choose what the evidence does, or leave it unmarked."
_CHOOSE_DONE = "Choose done or not done, or leave it unmarked."


@dataclass(frozen=True)
class Marked:
    """What a form said. None takes a mark away; what the form did not name stays as it is."""

    evidence: Mapping[UUID, Verdict | None] = field(default_factory=dict)  # by evidence version
    conditions: Mapping[UUID, bool | None] = field(default_factory=dict)  # by condition: whether it is done


NOTHING_MARKED = Marked()


def typed_marks(typed: Mapping[str, str]) -> Marked:
    """The marks among a form's fields. RuleError for a value or an id that no form of ours has."""
    return Marked(
        {
            _id(name, EVIDENCE): _verdict(name, text)
            for name, text in typed.items()
            if name.startswith(EVIDENCE)
        },
        {
            _id(name, CONDITION): _is_done(name, text)
            for name, text in typed.items()
            if name.startswith(CONDITION)
        },
    )


def _id(name: str, beginning: str) -> UUID:
    try:
        return UUID(name.removeprefix(beginning))
    except ValueError:
        raise RuleError("The form was not complete. Reload the page and try again.") from None


def _verdict(name: str, text: str) -> Verdict | None:
    if not text:
        return None
    try:
        return Verdict(text)
    except ValueError:
        raise RuleError(_CHOOSE_VERDICT, field=name) from None


def _is_done(name: str, text: str) -> bool | None:
    if text not in ("", DONE, NOT_DONE):
        raise RuleError(_CHOOSE_DONE, field=name)
    return text == DONE if text else None


def seconds_spent(opened: str, at: datetime) -> int:
    """Whole seconds from the moment a page was made (ISO 8601, as its form carries it) to ``at``.

    0 for anything that is no moment of the past, and never more than ``MOST_SECONDS``. The number is shown to its
    reviewer alone, who has nothing to gain from a wrong one.
    """
    try:
        made = datetime.fromisoformat(opened)
    except ValueError:
        return 0
    if made.tzinfo is None:
        return 0
    return min(max(0, int((at - made).total_seconds())), MOST_SECONDS)


def digest(evidence: Iterable[EvidenceVerdict], conditions: Iterable[ConditionVerdict]) -> str:
    """SHA-256 of all that one reviewer marked; empty when nothing was, as in every review before there were marks."""
    said = sorted((one.criterion_code, str(one.evidence_version_id), one.verdict.value) for one in evidence)
    done = sorted((str(one.condition_id), one.is_done) for one in conditions)
    return sha256(canonical([said, done])) if said or done else ""
