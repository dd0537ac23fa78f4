"""From a question to the component that asks it."""

import pytest

from app.criteria.schema import Question, QuestionKind
from app.web.components import Choice, component, fields, shown

RATING = Question(id="rating", kind=QuestionKind.RATING, label="Which fits?", hint="Choose one.")
STORY = Question(id="story", kind=QuestionKind.NARRATIVE, label="What was done?", hint="Briefly.", words=200)
ROLE = Question(id="role", kind=QuestionKind.ROLE, label="Role", hint="A role.", required=False)
DAY = Question(id="day", kind=QuestionKind.DATE, label="When?", hint="A day.")
LINK = Question(id="link", kind=QuestionKind.LINK, label="Where?", hint="A page.")
CHOICES = (Choice("0", "0: None", "Nothing is there."), Choice("1", "1: Some", "Something is there."))


def test_a_narrative_counts_words_up_to_its_own_limit() -> None:
    made = component(STORY, {"story": "Begun"}, "")
    assert made.name == "characterCount"
    assert made.params == {
        "id": "story",
        "name": "story",
        "value": "Begun",
        "label": {"text": "What was done?", "size": "m"},
        "maxlength": 200,
        "countType": "words",
        "rows": 8,
        "hint": {"text": "Briefly."},
    }


def test_a_rating_has_no_default_and_says_what_each_score_looks_like() -> None:
    made = component(RATING, {}, "Choose.", CHOICES)
    assert made.name == "radios"
    assert made.params == {
        "name": "rating",
        "idPrefix": "rating",
        "value": "",
        "fieldset": {"legend": {"text": "Which fits?", "size": "m"}},
        "items": [
            {"value": "0", "text": "0: None", "hint": {"text": "Nothing is there."}},
            {"value": "1", "text": "1: Some", "hint": {"text": "Something is there."}},
        ],
        "hint": {"text": "Choose one."},
        "errorMessage": {"text": "Choose."},
    }


@pytest.mark.parametrize(
    ("values", "parts"),
    [
        ({"day": "2026-03-27"}, ["27", "3", "2026"]),
        ({"day-day": "31", "day-month": "2"}, ["31", "2", ""]),
        ({"day": "soon"}, ["", "", ""]),
        ({}, ["", "", ""]),
    ],
)
def test_a_date_shows_its_parts_as_kept_or_as_typed(values: dict[str, str], parts: list[str]) -> None:
    made = component(DAY, values, "")
    assert made.name == "dateInput"
    assert [item["value"] for item in made.params["items"]] == parts
    assert [item["id"] for item in made.params["items"]] == ["day", "day-month", "day-year"]


@pytest.mark.parametrize(
    ("question", "extra"),
    [
        (ROLE, {"label": {"text": "Role (optional)", "size": "m"}}),
        (LINK, {"label": {"text": "Where?", "size": "m"}, "type": "url", "spellcheck": False}),
    ],
)
def test_lines_are_inputs(question: Question, extra: dict[str, object]) -> None:
    made = component(question, {question.id: "typed"}, "")
    plain = {"id": question.id, "name": question.id, "value": "typed", "autocomplete": "off"}
    assert (made.name, made.params) == ("input", {**plain, "hint": {"text": question.hint}, **extra})


@pytest.mark.parametrize(
    ("question", "values", "text"),
    [
        (RATING, {"rating": "1"}, "1: Some"),
        (RATING, {"rating": "9"}, "9"),
        (DAY, {"day": "2026-03-27"}, "27 March 2026"),
        (DAY, {"day-day": "31", "day-month": "2"}, "31 2"),
        (STORY, {"story": "a\nb"}, "a\nb"),
        (LINK, {}, ""),
    ],
)
def test_answers_as_people_read_them(question: Question, values: dict[str, str], text: str) -> None:
    assert shown(question, values, CHOICES) == text


@pytest.mark.parametrize(
    ("question", "values", "held"),
    [
        (STORY, {"story": "x", "role": "y"}, {"story": "x"}),
        (LINK, {}, {"link": ""}),
        (DAY, {"day": "2026-03-27"}, {"day-day": "27", "day-month": "3", "day-year": "2026"}),
        (DAY, {"day-day": "31"}, {"day-day": "31", "day-month": "", "day-year": ""}),
    ],
)
def test_what_the_fields_of_a_question_hold(
    question: Question, values: dict[str, str], held: dict[str, str]
) -> None:
    assert fields(question, values) == held
