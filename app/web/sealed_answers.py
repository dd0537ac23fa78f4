"""A submission's content as people read it: by level, each criterion with its rating first."""

from dataclasses import dataclass
from datetime import date

from app.criteria.schema import Criterion, Framework, Question, QuestionKind
from app.rules.sealing import SealedAnswer, SealedCondition, SealedContent, SealedEvidence
from app.web.pages import day


@dataclass(frozen=True)
class ShownText:
    label: str
    text: str
    kind: QuestionKind


@dataclass(frozen=True)
class ShownAnswer:
    code: str
    title: str
    rating: str  # "2 of 3, Established"
    texts: tuple[ShownText, ...]
    evidence: tuple[SealedEvidence, ...]
    conditions: tuple[SealedCondition, ...] = ()  # of earlier decisions, with what was done


@dataclass(frozen=True)
class ShownLevel:
    name: str
    answers: tuple[ShownAnswer, ...]


def shown(framework: Framework, content: SealedContent) -> list[ShownLevel]:
    """The content with the framework's words, lowest level first."""
    levels = [
        level for level in framework.levels_up_to(content.level) if level.id not in content.lower_levels_held
    ]
    return [
        ShownLevel(
            level.name,
            tuple(
                _answer(framework, framework.criterion(one.code), one)
                for one in content.answers
                if one.level == level.id
            ),
        )
        for level in levels
    ]


def _answer(framework: Framework, criterion: Criterion, answer: SealedAnswer) -> ShownAnswer:
    texts = [
        ShownText(question.label, _text(question, answer.values[question.id]), question.kind)
        for question in criterion.questions
        if question.kind is not QuestionKind.RATING and answer.values.get(question.id)
    ]
    rating = next(question for question in criterion.questions if question.kind is QuestionKind.RATING)
    words = _rating(framework, rating, answer)
    return ShownAnswer(
        criterion.code, criterion.title, words, tuple(texts), answer.evidence, answer.conditions
    )


def _text(question: Question, value: str) -> str:
    """What was typed; a date as people read it, unless it is none."""
    if question.kind is not QuestionKind.DATE:
        return value
    try:
        return day(date.fromisoformat(value))
    except ValueError:
        return value


def _rating(framework: Framework, question: Question, answer: SealedAnswer) -> str:
    names = framework.settings.score_names
    value = answer.values.get(question.id, "")
    return (
        f"{value} of {len(names) - 1}, {names[int(value)]}" if value in ("0", "1", "2", "3") else "Not given"
    )
