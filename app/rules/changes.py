"""A request for changes: named criteria open again, everything else stays as it was signed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from app.rules.errors import RuleError
from app.rules.passages import required_passage
from app.rules.sealing import SealedAnswer, SealedContent, SealedEvidence

USUAL_DAYS = 14  # proposed to who asks; the Assembly has published no time for changes
LONGEST_DAYS = 180
FIELD = "change-"  # the form's field of a criterion is this and its code
NOTHING_CHANGED = (
    "Nothing has changed since the last sealed copy. Change at least one of the criteria that were named, "
    "then hand over again."
)


@dataclass(frozen=True)
class Asked:
    """What the Assembly asks for: per criterion code what to change, why, and until which day."""

    criteria: Mapping[str, str]
    reason: str
    due_on: date


def asked(
    typed: Mapping[str, str], reason: str, due_on: date | None, *, codes: Collection[str], today: date
) -> Asked:
    """The request, tidied. RuleError with its field when a criterion, the reason or the day is missing or wrong.

    ``typed`` has what to change by criterion code; empty ones are not named. ``codes`` are those of the sealed copy.
    """
    criteria = {
        code: required_passage(text, f"{FIELD}{code}", "") for code, text in typed.items() if text.strip()
    }
    if unknown := [code for code in criteria if code not in codes]:
        raise RuleError(f"{unknown[0]} is not in the sealed copy.")
    if not criteria:
        raise RuleError("Say what to change in at least one criterion.", field=f"{FIELD}{next(iter(codes))}")
    if due_on is None:
        raise RuleError("Enter the day the changes are needed by, for example 27 3 2027.", field="due")
    if not today < due_on <= today + timedelta(days=LONGEST_DAYS):
        raise RuleError(f"The day must be after today and within {LONGEST_DAYS} days.", field="due")
    return Asked(criteria, required_passage(reason, "reason", "Enter a reason."), due_on)


def resealed(
    before: SealedContent, living: Mapping[str, SealedAnswer], reopened: Collection[str]
) -> SealedContent:
    """What would be signed now: the reopened criteria as they are today, all others as they were sealed."""
    answers = tuple(
        living[answer.code] if answer.code in reopened and answer.code in living else answer
        for answer in before.answers
    )
    return before.model_copy(update={"answers": answers})


def changed(before: SealedContent, after: SealedContent) -> tuple[str, ...]:
    """The criteria whose answer or evidence differs between two copies."""
    was = {answer.code: answer for answer in before.answers}
    return tuple(answer.code for answer in after.answers if answer != was.get(answer.code))


def require_different(before: SealedContent, after: SealedContent) -> None:
    """Raise RuleError when the next seal would say what the last one said."""
    if not changed(before, after):
        raise RuleError(NOTHING_CHANGED)


def evidence_changes(before: SealedAnswer | None, after: SealedAnswer) -> list[tuple[str, SealedEvidence]]:
    """What became of each item, in words: added, removed, a newer version, another place."""
    was = {one.evidence_id: one for one in before.evidence} if before else {}
    now = {one.evidence_id: one for one in after.evidence}
    found = [(_became(was.get(id_), one), one) for id_, one in now.items()]
    gone = [("removed", one) for id_, one in was.items() if id_ not in now]
    return [(word, one) for word, one in found if word] + gone


def _became(before: SealedEvidence | None, after: SealedEvidence) -> str:
    if before is None:
        return "added"
    if before.version_id != after.version_id:
        return "newer version"
    return "details changed" if before != after else ""
