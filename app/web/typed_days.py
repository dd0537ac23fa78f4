"""A day typed in three fields, on forms that ask for one beside other things."""

from collections.abc import Mapping
from datetime import date

from app.criteria.answers import clean
from app.criteria.schema import Question
from app.rules.errors import RuleError
from app.rules.evidence import Asked, keys_of
from app.web.components import Component, component, date_parts


def typed_day(question: Question, typed: Mapping[str, str]) -> date | None:
    """The day; None when nothing was typed. RuleError for the question when what was typed is no day."""
    cleaned = clean(Asked((question,)), {key: typed.get(key, "") for key in keys_of(question)})
    if error := cleaned.errors.get(question.id):
        raise RuleError(error, field=question.id)
    return date.fromisoformat(cleaned.values[question.id]) if question.id in cleaned.values else None


def drawn_day(question: Question, typed: Mapping[str, str], error: str = "") -> Component:
    """The question with what was typed so far."""
    return component(question, {key: typed.get(key, "") for key in keys_of(question)}, error)


def proposed(question: Question, day: date) -> dict[str, str]:
    """The fields as if this day had been typed."""
    parts = date_parts(question, {question.id: day.isoformat()})
    return {f"{question.id}-{part}": text for part, text in parts.items()}
