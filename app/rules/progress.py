"""How far a self-assessment is. What a default says never counts, and "ready" is only what could be signed today."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Self

from app.criteria.answers import Missing, missing
from app.criteria.schema import Criterion, Framework, Level, OrganisationKind, QuestionKind
from app.models import Answer
from app.rules.days import in_words as day_in_words

NO_EVIDENCE = "Link at least one item of evidence."
NOT_CONFIRMED = "Confirm that this answer is still true."
NOT_FINISHED = "Tick “I have finished this criterion”."


_RATINGS = ("0", "1", "2", "3")


class CriterionState(StrEnum):
    NOT_STARTED = "Not started"
    TO_CONFIRM = (
        "To confirm"  # carried from another framework version, and nobody has said that it still holds
    )
    IN_PROGRESS = "In progress"
    READY = "Ready"
    NOT_APPLICABLE = "Not applicable"


@dataclass(frozen=True)
class Support:
    """The evidence linked to one criterion on a UK day. Only what is in date makes a criterion ready."""

    in_date: int = 0
    expired: tuple[date, ...] = ()  # the last days of those that no longer count

    @classmethod
    def of(cls, last_days: Iterable[date | None], on: date) -> Self:
        """From the last day that each item counts (None: it never expires); on that day itself it still counts."""
        days = list(last_days)
        expired = tuple(sorted(day for day in days if day is not None and day < on))
        return cls(len(days) - len(expired), expired)

    @property
    def is_any(self) -> bool:
        return bool(self.in_date or self.expired)

    @property
    def reason(self) -> str:
        """What to do about it; empty when something in date is linked."""
        if self.in_date:
            return ""
        if not self.expired:
            return NO_EVIDENCE
        last = day_in_words(self.expired[-1])
        if len(self.expired) == 1:
            return f"This evidence expired on {last}. Link evidence that is in date."
        return f"All its evidence has expired, the last on {last}. Link evidence that is in date."


NO_SUPPORT = Support()


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


@dataclass(frozen=True)
class LevelStanding:
    """One level at a glance. What is ready and what the writers rate themselves are counted apart."""

    level: Level
    asked: int  # criteria that apply
    ready: int
    met: int  # rated by the writers at or above the mark that meets a criterion; reviewers' scores are no part of it

    @property
    def not_ready(self) -> int:
        return self.asked - self.ready


def wanting(criterion: Criterion, values: Mapping[str, Any], support: Support) -> tuple[Missing, ...]:
    """What the answer still needs, question by question; evidence comes last, with an empty question id."""
    found = missing(criterion, values)
    return (*found, Missing("", support.reason)) if support.reason else found


def state(
    criterion: Criterion,
    kind: OrganisationKind,
    values: Mapping[str, Any],
    is_finished: bool,
    support: Support,
    *,
    needs_confirming: bool = False,
) -> CriterionState:
    """Ready needs the writer's word, nothing missing and evidence in date; one of the three alone is in progress."""
    if not criterion.applies_to(kind):
        return CriterionState.NOT_APPLICABLE
    if needs_confirming:
        return CriterionState.TO_CONFIRM
    if is_finished and not wanting(criterion, values, support):
        return CriterionState.READY
    if is_finished or support.is_any or any(str(value).strip() for value in values.values()):
        return CriterionState.IN_PROGRESS
    return CriterionState.NOT_STARTED


def progress(
    framework: Framework,
    kind: OrganisationKind,
    answers: Mapping[str, Answer],
    support: Mapping[str, Support],
) -> list[Progress]:
    """Every criterion of the framework in its order, those that do not apply included."""
    return [
        _progress(criterion, kind, answers.get(criterion.code), support.get(criterion.code, NO_SUPPORT))
        for criterion in framework.criteria
    ]


def standings(
    framework: Framework, found: Iterable[Progress], answers: Mapping[str, Answer]
) -> list[LevelStanding]:
    """Each level from the lowest, from what ``progress`` found. A rating nobody chose or confirmed counts as none."""
    asked = [one for one in found if one.state is not CriterionState.NOT_APPLICABLE]
    made = []
    for level in sorted(framework.levels, key=lambda one: one.rank):
        own = [one for one in asked if one.criterion.level == level.id]
        ready = sum(one.state is CriterionState.READY for one in own)
        met = sum(_rates_itself_met(framework, one.criterion, answers) for one in own)
        made.append(LevelStanding(level, len(own), ready, met))
    return made


def _rates_itself_met(framework: Framework, criterion: Criterion, answers: Mapping[str, Answer]) -> bool:
    answer = answers.get(criterion.code)
    if answer is None or answer.needs_confirming:
        return False
    question = next(one for one in criterion.questions if one.kind is QuestionKind.RATING)
    rated = answer.values.get(question.id, "")
    return rated in _RATINGS and int(rated) >= framework.settings.met_at


def gaps(
    framework: Framework,
    level_id: str,
    kind: OrganisationKind,
    answers: Mapping[str, Answer],
    support: Mapping[str, Support],
) -> list[Gap]:
    """All that is still missing for a level, lower levels first. KeyError when there is no such level."""
    found = []
    for level in framework.levels_up_to(level_id):
        for criterion in framework.of_level(level.id, kind):
            answer = answers.get(criterion.code)
            if reasons := _reasons(criterion, answer, support.get(criterion.code, NO_SUPPORT)):
                found.append(Gap(criterion.code, criterion.title, reasons))
    return found


def in_words(states: Iterable[CriterionState]) -> str:
    """``7 of 16 ready, 3 in progress, 6 not started. 1 does not apply.``: what does not apply is not counted in."""
    seen = list(states)
    counts = {one: seen.count(one) for one in CriterionState}
    apart = counts[CriterionState.NOT_APPLICABLE]
    parts = [f"{counts[CriterionState.READY]} of {len(seen) - apart} ready"]
    for one in (CriterionState.TO_CONFIRM, CriterionState.IN_PROGRESS, CriterionState.NOT_STARTED):
        if counts[one]:
            parts.append(f"{counts[one]} {one.value.lower()}")
    left_out = f" {apart} {'does' if apart == 1 else 'do'} not apply." if apart else ""
    return f"{', '.join(parts)}.{left_out}"


def _progress(
    criterion: Criterion, kind: OrganisationKind, answer: Answer | None, support: Support
) -> Progress:
    values = answer.values if answer else {}
    is_finished = answer is not None and answer.is_finished
    needs_confirming = answer is not None and answer.needs_confirming
    found = state(criterion, kind, values, is_finished, support, needs_confirming=needs_confirming)
    if found is CriterionState.IN_PROGRESS and is_finished:
        return Progress(criterion, found, _reasons(criterion, answer, support))
    return Progress(criterion, found)


def _reasons(criterion: Criterion, answer: Answer | None, support: Support) -> tuple[str, ...]:
    labels = {question.id: _lead_in(question.label) for question in criterion.questions}
    values = answer.values if answer else {}
    found = [f"{labels.get(one.question_id, '')}{one.reason}" for one in wanting(criterion, values, support)]
    if answer is not None and answer.needs_confirming:
        found.insert(0, NOT_CONFIRMED)
    if answer is None or not answer.is_finished:
        found.append(NOT_FINISHED)
    return tuple(found)


def _lead_in(label: str) -> str:
    """A question's label, ready for what to do about it."""
    return f"{label} " if label.endswith(("?", ".")) else f"{label}: "
