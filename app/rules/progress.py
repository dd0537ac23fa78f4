"""How far a self-assessment is. What a default says never counts, and "ready" is only what could be signed today."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.criteria.answers import Missing, missing
from app.criteria.schema import Criterion, Framework, OrganisationKind
from app.models import Answer

NO_EVIDENCE = "Link at least one item of evidence."
NOT_FINISHED = "Tick “I have finished this criterion”."


class CriterionState(StrEnum):
    NOT_STARTED = "Not started"
    IN_PROGRESS = "In progress"
    READY = "Ready"
    NOT_APPLICABLE = "Not applicable"


@dataclass(frozen=True)
class Gap:
    """A criterion that is not ready, and each thing to do about it."""

    code: str
    title: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Progress:
    """One criterion as the task list shows it. ``reasons`` are given once the writer says it is finished."""

    criterion: Criterion
    state: CriterionState
    reasons: tuple[str, ...] = ()


def wanting(criterion: Criterion, values: Mapping[str, Any], evidence_count: int) -> tuple[Missing, ...]:
    """What the answer still needs, question by question; evidence comes last, with an empty question id."""
    found = missing(criterion, values)
    return found if evidence_count else (*found, Missing("", NO_EVIDENCE))


def state(
    criterion: Criterion,
    kind: OrganisationKind,
    values: Mapping[str, Any],
    is_finished: bool,
    evidence_count: int,
) -> CriterionState:
    """Ready needs the writer's word, nothing missing and evidence; one of the three alone is in progress."""
    if not criterion.applies_to(kind):
        return CriterionState.NOT_APPLICABLE
    if is_finished and not wanting(criterion, values, evidence_count):
        return CriterionState.READY
    if is_finished or evidence_count or any(str(value).strip() for value in values.values()):
        return CriterionState.IN_PROGRESS
    return CriterionState.NOT_STARTED


def progress(
    framework: Framework,
    kind: OrganisationKind,
    answers: Mapping[str, Answer],
    evidence_counts: Mapping[str, int],
) -> list[Progress]:
    """Every criterion of the framework in its order, those that do not apply included."""
    return [
        _progress(criterion, kind, answers.get(criterion.code), evidence_counts.get(criterion.code, 0))
        for criterion in framework.criteria
    ]


def gaps(
    framework: Framework,
    level_id: str,
    kind: OrganisationKind,
    answers: Mapping[str, Answer],
    evidence_counts: Mapping[str, int],
) -> list[Gap]:
    """All that is still missing for a level, lower levels first. KeyError when there is no such level."""
    found = []
    for level in framework.levels_up_to(level_id):
        for criterion in framework.of_level(level.id, kind):
            answer = answers.get(criterion.code)
            if reasons := _reasons(criterion, answer, evidence_counts.get(criterion.code, 0)):
                found.append(Gap(criterion.code, criterion.title, reasons))
    return found


def in_words(states: Iterable[CriterionState]) -> str:
    """``7 of 16 ready, 3 in progress, 6 not started. 1 does not apply.``: what does not apply is not counted in."""
    seen = list(states)
    counts = {one: seen.count(one) for one in CriterionState}
    apart = counts[CriterionState.NOT_APPLICABLE]
    parts = [f"{counts[CriterionState.READY]} of {len(seen) - apart} ready"]
    for one in (CriterionState.IN_PROGRESS, CriterionState.NOT_STARTED):
        if counts[one]:
            parts.append(f"{counts[one]} {one.value.lower()}")
    left_out = f" {apart} {'does' if apart == 1 else 'do'} not apply." if apart else ""
    return f"{', '.join(parts)}.{left_out}"


def _progress(
    criterion: Criterion, kind: OrganisationKind, answer: Answer | None, evidence_count: int
) -> Progress:
    values = answer.values if answer else {}
    is_finished = answer is not None and answer.is_finished
    found = state(criterion, kind, values, is_finished, evidence_count)
    if found is CriterionState.IN_PROGRESS and is_finished:
        return Progress(criterion, found, _reasons(criterion, answer, evidence_count))
    return Progress(criterion, found)


def _reasons(criterion: Criterion, answer: Answer | None, evidence_count: int) -> tuple[str, ...]:
    labels = {question.id: _lead_in(question.label) for question in criterion.questions}
    values = answer.values if answer else {}
    found = [
        f"{labels.get(one.question_id, '')}{one.reason}" for one in wanting(criterion, values, evidence_count)
    ]
    if answer is None or not answer.is_finished:
        found.append(NOT_FINISHED)
    return tuple(found)


def _lead_in(label: str) -> str:
    """A question's label, ready for what to do about it."""
    return f"{label} " if label.endswith(("?", ".")) else f"{label}: "
