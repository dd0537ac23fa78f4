"""What a form says of a saved answer, and what is typed into a form means."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.forms import Kind
from app.criteria.answers import clean
from app.criteria.loader import load_folder
from app.criteria.schema import Criterion, OrganisationKind
from app.rules.exports import Contents, Item, Written, form_of, key_of, text_of, typed_of
from app.rules.merging import marks_of

FRAMEWORK = load_folder(Path("app/criteria/arf/2023-illustrative"))
SCORES = FRAMEWORK.settings.score_names
AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def asked(id_: str, code: str = "B02") -> Criterion:
    """A criterion with one of its questions only."""
    criterion = FRAMEWORK.criterion(code)
    return criterion.model_copy(update={"questions": tuple(q for q in criterion.questions if q.id == id_)})


def understood(id_: str, text: str) -> dict[str, str]:
    criterion = asked(id_)
    return clean(criterion, typed_of(criterion.questions[0], text, SCORES)).values


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("2: Established", "2"),
        ("2", "2"),
        (" 3 : Embedded ", "3"),
        ("1. Emerging", "1"),
        ("0 – Not evidenced", "0"),
        ("embedded", "3"),
        ("4", "4"),
        ("2 of 3", "2 of 3"),
        ("", ""),
    ],
)
def test_a_rating_is_understood_as_people_write_it(text: str, score: str) -> None:
    assert understood("rating", text).get("rating", "") == score


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("27 3 2026", {"date": "2026-03-27"}),
        ("27/03/2026", {"date": "2026-03-27"}),
        ("27.3.2026", {"date": "2026-03-27"}),
        ("27 March 2026", {"date": "2026-03-27"}),
        ("2026-03-27", {"date": "2026-03-27"}),
        ("31 2 2026", {"date-day": "31", "date-month": "2", "date-year": "2026"}),
        ("? 3 2026", {"date-month": "3", "date-year": "2026"}),
        ("in spring", {"date": "in spring"}),
        ("", {}),
    ],
)
def test_a_date_is_understood_as_people_write_it(text: str, values: dict[str, str]) -> None:
    assert understood("date", text) == values


@given(st.dates(min_value=datetime(1900, 1, 1).date(), max_value=datetime(2100, 1, 1).date()))  # noqa: DTZ001
def test_every_date_comes_back(day: object) -> None:
    values = {"date": str(day)}
    question = asked("date").questions[0]
    assert understood("date", text_of(question, values, SCORES)) == values


@pytest.mark.parametrize(
    "values", [{"date-day": "31", "date-month": "2", "date-year": "2026"}, {"date-year": "x"}]
)
def test_a_date_that_is_none_yet_is_told_as_it_was_typed_and_comes_back(values: dict[str, str]) -> None:
    question = asked("date").questions[0]
    assert understood("date", text_of(question, values, SCORES)) == values


def contents() -> Contents:
    return Contents(
        self_assessment_id=UUID(int=1),
        organisation_id=UUID(int=2),
        organisation="Fictional trust A",
        ods_code="ZZA",
        kind=OrganisationKind.REGION,
        framework=FRAMEWORK,
        framework_checksum="checksum",
        answers={"B02": Written({"rating": "2", "narrative": "word " * 201}, True)},
        items=(
            Item("B02", "Paper", "page 3", url="https://trust.example"),
            Item("B02", "Minutes", "", file_name="a.pdf"),
        ),
    )


def test_a_form_asks_what_the_organisation_is_asked_and_carries_the_marks_of_the_page() -> None:
    found = contents()
    form = form_of(found, "bronze", portal="Portal", at=AT)
    codes = [section.code for chapter in form.chapters for section in chapter.sections]
    assert codes == [one.code for one in FRAMEWORK.of_level("bronze", OrganisationKind.REGION)]
    criterion, written = FRAMEWORK.criterion("B02"), found.answers["B02"]
    marks = {key_of("B02", name): one for name, one in marks_of(criterion, written.values, True).items()}
    assert marks.items() <= form.identity.marks.items()
    assert form.identity.marks.keys() == form.identity.written.keys()


def test_all_levels_stand_in_their_order() -> None:
    form = form_of(contents(), "", portal="Portal", at=AT)
    assert [chapter.name for chapter in form.chapters] == ["Bronze", "Silver", "Gold"]
    with pytest.raises(KeyError):
        form_of(contents(), "platinum", portal="Portal", at=AT)


def test_each_field_says_what_is_wrong_or_missing() -> None:
    form = form_of(contents(), "bronze", portal="Portal", at=AT)
    section = next(one for one in form.chapters[0].sections if one.code == "B02")
    told = {one.key: (one.kind, one.status) for one in section.fields}
    assert told == {
        "B02/rating": (Kind.CHOICE, "Answered"),
        "B02/narrative": (Kind.LINES, "Shorten your answer to 200 words or fewer. It has 201 words."),
        "B02/role": (Kind.LINE, "Not answered"),
        "B02/date": (Kind.LINE, "Not answered"),
        "B02/form-finished": (Kind.CHOICE, "Finished"),
    }
    assert [(one.title, one.where) for one in section.evidence] == [
        ("Paper", "Look at: page 3. https://trust.example"),
        ("Minutes", "a.pdf"),
    ]
