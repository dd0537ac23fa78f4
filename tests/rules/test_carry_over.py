"""Carrying answers: joined, copied, left, and never eaten."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.criteria.carry_over import CarryOver, resolved
from app.criteria.loader import load_folder
from app.criteria.schema import Framework, OrganisationKind, QuestionKind
from app.rules.carry_over import Plan, carry, plan
from tests.criteria.second import second
from tests.story import SHIPPED

FIRST = load_folder(SHIPPED)
SECOND, DECLARED = second(FIRST)
PLAN = plan(FIRST, SECOND, resolved(DECLARED, FIRST, SECOND))
TRUST, ICB = OrganisationKind.TRUST, OrganisationKind.ICB
FULL = {
    one.code: {question.id: f"{one.code} {question.id}" for question in one.questions}
    for one in FIRST.criteria
}


def carried(
    answers: dict[str, dict[str, str]], kind: OrganisationKind = TRUST, made: Plan = PLAN
) -> dict[str, dict[str, str]]:
    return {one.criterion.code: one.values for one in carry(made, kind, answers)[0]}


def left(answers: dict[str, dict[str, str]], kind: OrganisationKind = TRUST) -> list[tuple[str, str]]:
    return [(one.criterion.code, one.text) for one in carry(PLAN, kind, answers)[1]]


def test_texts_are_joined_under_their_old_titles() -> None:
    one, two = FIRST.criterion("B01"), FIRST.criterion("B02")
    assert carried(FULL)["N1"] == {
        "narrative": f"B01: {one.title}\n\nB01 narrative\n\nB02: {two.title}\n\nB02 narrative",
        "link": "B01 link",
        "role": "B02 role",
    }


def test_one_text_alone_needs_no_heading() -> None:
    assert carried({"B02": {"narrative": "Only this."}})["N1"] == {"narrative": "Only this."}


def test_a_split_criterion_gives_to_both() -> None:
    made = carried(FULL)
    assert made["B03"] == made["N2"] == FULL["B03"]


def test_a_new_id_is_filled_where_the_author_says_so() -> None:
    assert carried(FULL)["B07"] == {
        "rating": "B07 rating",
        "narrative": "B07 narrative",
        "owner": "B07 role",
    }


def test_a_text_over_its_limit_is_kept_whole() -> None:
    long = "one two three four five six seven"
    assert carried({"B06": {"narrative": long}})["B06"] == {"narrative": long}


def test_a_date_that_was_not_finished_keeps_its_parts() -> None:
    assert carried({"B05": {"date-day": "31", "date-month": "2"}})["B05"] == {
        "date-day": "31",
        "date-month": "2",
    }


def test_what_does_not_carry_is_listed() -> None:
    assert left(FULL) == [
        ("B01", "B01 rating"),
        ("B01", "B01 date"),
        ("B02", "B02 rating"),
        ("B02", "B02 date"),
        ("B04", "B04 rating"),
        ("B04", "B04 narrative"),
        ("B04", "B04 link"),
        ("B07", "B07 date"),
        ("B08", "B08 date"),
        *(("B09", f"B09 {one.id}") for one in FIRST.criterion("B09").questions),
    ]


def test_what_is_asked_of_others_only_does_not_carry() -> None:
    assert ("B09" in carried(FULL), "B09" in carried(FULL, ICB)) == (False, True)


def test_nothing_carries_to_a_new_criterion() -> None:
    assert "N3" not in carried(FULL)


def test_an_empty_answer_makes_none() -> None:
    assert carry(PLAN, TRUST, {"B05": {"narrative": "  "}, "B06": {}}) == ([], [])


def test_notes_tell_what_to_look_at() -> None:
    notes = {
        (one.criterion.code, filled.question.id): filled.notes
        for one in PLAN.criteria
        for filled in one.questions
        if filled.notes
    }
    assert notes == {
        ("N1", "narrative"): (
            "The texts are joined, each under a line with its old code and title.",
            "The question has new words.",
            "The limit is 250 words. A longer text is kept, and is to be shortened.",
        ),
        ("B05", "narrative"): ("The question has new words.",),
        ("B06", "narrative"): ("The limit is 5 words. A longer text is kept, and is to be shortened.",),
    }


def _values(framework: Framework) -> st.SearchStrategy[dict[str, dict[str, str]]]:
    texts = st.text(alphabet="ab \n.é", max_size=12)
    keys = {
        one.code: [
            key
            for question in one.questions
            for key in (
                [question.id, *(f"{question.id}-{part}" for part in ("day", "month", "year"))]
                if question.kind is QuestionKind.DATE
                else [question.id]
            )
        ]
        for one in framework.criteria
    }
    own = {code: st.dictionaries(st.sampled_from(ids), texts, max_size=5) for code, ids in keys.items()}
    return st.fixed_dictionaries({}, optional=own)


@settings(max_examples=150, deadline=None)
@given(_values(FIRST), st.sampled_from(OrganisationKind))
def test_k14_every_text_is_carried_or_listed(
    answers: dict[str, dict[str, str]], kind: OrganisationKind
) -> None:
    """Nothing eaten: whatever was typed stands whole in a new answer, or in the list of what stays behind."""
    made, behind = carry(PLAN, kind, answers)
    new = [text for one in made for text in one.values.values()]
    stays = [one.text for one in behind]
    lost = [
        (code, key, text)
        for code, own in answers.items()
        for key, text in own.items()
        if text.strip() and text not in stays and not any(text in one for one in new)
    ]
    assert lost == []


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_k14_whatever_the_author_says(data: st.DataObject) -> None:
    """The same for any carry-over that fits: criteria from any others, questions from any of their kind."""
    codes = [one.code for one in FIRST.criteria][:6]
    comes_from = {
        one.code: tuple(data.draw(st.lists(st.sampled_from(codes), unique=True, max_size=3)))
        for one in SECOND.criteria[:6]
    }
    whole = resolved(CarryOver(before=FIRST.version, criteria=comes_from), FIRST, SECOND)
    made, behind = carry(plan(FIRST, SECOND, whole), TRUST, FULL)
    new = [text for one in made for text in one.values.values()]
    stays = {one.text for one in behind}
    assert [
        text
        for own in FULL.values()
        for text in own.values()
        if text not in stays and not any(text in one for one in new)
    ] == []


@pytest.mark.parametrize("kind", OrganisationKind)
def test_carried_answers_say_where_they_come_from(kind: OrganisationKind) -> None:
    made = {one.criterion.code: one.carried_from for one in carry(PLAN, kind, FULL)[0]}
    assert (made["N1"], made["N2"], made["B05"]) == (("B01", "B02"), ("B03",), ("B05",))
