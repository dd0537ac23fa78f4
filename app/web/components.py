"""From a question to the NHS component that asks it: pure functions that know kinds of questions, not their content."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.criteria.answers import Asks
from app.criteria.schema import Criterion, Question, QuestionKind, Settings
from app.web.pages import day

PARTS = ("day", "month", "year")
TALLEST, LOWEST, WORDS_A_ROW = 16, 6, 25


@dataclass(frozen=True)
class Choice:
    """One option of a rating."""

    value: str
    text: str
    hint: str


@dataclass(frozen=True)
class Component:
    """The name of an NHS macro and what to call it with."""

    name: str
    params: dict[str, Any]


def choices(criterion: Criterion, settings: Settings) -> tuple[Choice, ...]:
    """The scores 0 to 3 with their names and what each looks like for this criterion."""
    named = zip(settings.score_names, criterion.descriptors, strict=True)
    return tuple(Choice(str(score), f"{score}: {name}", text) for score, (name, text) in enumerate(named))


def components(
    form: Asks, values: Mapping[str, str], errors: Mapping[str, str], options: Sequence[Choice] = ()
) -> list[Component]:
    """What draws each question of a form, with what was typed and what is wrong with it."""
    return [component(question, values, errors.get(question.id, ""), options) for question in form.questions]


def component(
    question: Question, values: Mapping[str, str], error: str, options: Sequence[Choice] = ()
) -> Component:
    """What draws one question. The first field's id is the question's, so that an error can lead to it."""
    component_name, drawn = _DRAWN[question.kind]
    params = drawn(question, values, options)
    if question.hint:
        params["hint"] = {"text": question.hint}
    if error:
        params["errorMessage"] = {"text": error}
    return Component(component_name, params)


def renamed(drawn: Component, text: str) -> Component:
    """The same component with a short label, where the question stands above it already; it is still read out."""
    params = {key: value for key, value in drawn.params.items() if key != "hint"}
    if "fieldset" in params:
        old = params["fieldset"]["legend"]
        params["fieldset"] = {
            "legend": {**old, "text": text, "visuallyHiddenText": f"for: {old['text']}", "size": "s"}
        }
    else:
        old = params["label"]
        params["label"] = {**old, "text": text, "visuallyHiddenText": f"for: {old['text']}", "size": "s"}
    return Component(drawn.name, params)


def shown(question: Question, values: Mapping[str, str], options: Sequence[Choice] = ()) -> str:
    """An answer as people read it; empty when there is none."""
    value = values.get(question.id, "")
    if question.kind is QuestionKind.RATING:
        return next((option.text for option in options if option.value == value), value)
    if question.kind is QuestionKind.DATE:
        return _shown_date(question, values)
    return value


def _label(question: Question) -> str:
    return question.label if question.required else f"{question.label} (optional)"


def _radios(question: Question, values: Mapping[str, str], options: Sequence[Choice]) -> dict[str, Any]:
    return {
        "name": question.id,
        "idPrefix": question.id,
        "value": values.get(question.id, ""),
        "fieldset": {"legend": {"text": _label(question), "size": "m"}},
        "items": [{"value": one.value, "text": one.text, "hint": {"text": one.hint}} for one in options],
    }


def _field(question: Question, values: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": question.id,
        "name": question.id,
        "value": values.get(question.id, ""),
        "label": {"text": _label(question), "size": "m"},
    }


def _character_count(question: Question, values: Mapping[str, str], _: Sequence[Choice]) -> dict[str, Any]:
    limit = question.words or 0
    rows = max(LOWEST, min(TALLEST, limit // WORDS_A_ROW))
    return {**_field(question, values), "maxlength": limit, "countType": "words", "rows": rows}


def _line(question: Question, values: Mapping[str, str], _: Sequence[Choice]) -> dict[str, Any]:
    return {**_field(question, values), "autocomplete": "off"}


def _address(question: Question, values: Mapping[str, str], _: Sequence[Choice]) -> dict[str, Any]:
    return {**_field(question, values), "type": "url", "autocomplete": "off", "spellcheck": False}


def _date_input(question: Question, values: Mapping[str, str], _: Sequence[Choice]) -> dict[str, Any]:
    parts = date_parts(question, values)
    return {
        "id": f"{question.id}-date",
        "fieldset": {"legend": {"text": _label(question), "size": "m"}},
        "items": [
            {
                "id": question.id if part == "day" else f"{question.id}-{part}",
                "name": f"{question.id}-{part}",
                "label": part.capitalize(),
                "width": 4 if part == "year" else 2,
                "value": parts[part],
            }
            for part in PARTS
        ],
    }


def date_parts(question: Question, values: Mapping[str, str]) -> dict[str, str]:
    """Day, month and year: as typed while they make no date, else those of the date."""
    typed = {part: values.get(f"{question.id}-{part}", "") for part in PARTS}
    if any(typed.values()) or not values.get(question.id):
        return typed
    try:
        made = date.fromisoformat(values[question.id])
    except ValueError:
        return typed
    return {"day": str(made.day), "month": str(made.month), "year": str(made.year)}


def fields(question: Question, values: Mapping[str, str]) -> dict[str, str]:
    """What the drawn fields of a question hold, by their names."""
    if question.kind is not QuestionKind.DATE:
        return {question.id: values.get(question.id, "")}
    return {f"{question.id}-{part}": text for part, text in date_parts(question, values).items()}


def _shown_date(question: Question, values: Mapping[str, str]) -> str:
    try:
        return day(date.fromisoformat(values.get(question.id, "")))
    except ValueError:
        return " ".join(filter(None, date_parts(question, values).values()))


Drawn = Callable[[Question, Mapping[str, str], Sequence[Choice]], dict[str, Any]]
_DRAWN: dict[QuestionKind, tuple[str, Drawn]] = {
    QuestionKind.RATING: ("radios", _radios),
    QuestionKind.NARRATIVE: ("characterCount", _character_count),
    QuestionKind.ROLE: ("input", _line),
    QuestionKind.DATE: ("dateInput", _date_input),
    QuestionKind.LINK: ("input", _address),
}
