"""What carries over: the defaults, what an author may say, and every way to say it wrongly."""

from pathlib import Path
from typing import Any

import pytest

from app.criteria import carry_over
from app.criteria.carry_over import CarryOver, composed, faults, resolved
from app.criteria.loader import CriteriaError, check, load_carry_over, load_folder
from app.criteria.schema import Framework
from tests.criteria.second import VERSION, declared, second
from tests.story import SHIPPED


@pytest.fixture(scope="module")
def first() -> Framework:
    return load_folder(SHIPPED)


def test_what_is_not_said_carries_by_the_same_code_id_and_kind(first: Framework) -> None:
    new, said = second(first)
    whole = resolved(said, first, new)
    assert {code: whole.criteria[code] for code in ("N1", "B03", "N2", "B05", "N3")} == {
        "N1": ("B01", "B02"),
        "B03": ("B03",),
        "N2": ("B03",),
        "B05": ("B05",),
        "N3": (),
    }
    assert whole.questions["N1"] == {
        "rating": (),  # two ratings can't be joined
        "narrative": ("B01.narrative", "B02.narrative"),
        "link": ("B01.link",),
        "date": (),
        "role": ("B02.role",),
    }
    assert whole.questions["B07"] == {
        "rating": ("B07.rating",),
        "narrative": ("B07.narrative",),
        "owner": ("B07.role",),
        "page": (),
    }
    assert whole.questions["B08"]["date"] == ()  # another kind
    assert set(map(tuple, whole.questions["N3"].values())) == {()}


def test_what_is_resolved_is_resolved_for_good(first: Framework) -> None:
    new, said = second(first)
    whole = resolved(said, first, new)
    assert resolved(whole, first, new) == whole
    assert carry_over.read(whole.to_document()) == whole


def test_without_a_word_the_same_codes_carry(first: Framework) -> None:
    new, _ = second(first)
    whole = resolved(CarryOver(before=first.version), first, new)
    assert (whole.criteria["N1"], whole.criteria["N2"], whole.criteria["B03"]) == ((), (), ("B03",))


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"before": "2019"}, "from", "This version comes after 2023.illustrative. Write that name."),
    ({"criteria": {"N9": ("B01",)}}, "criteria.N9", "N9 is not a criterion of this version. Remove it."),
    (
        {"criteria": {"N1": ("X1",)}},
        "criteria.N1",
        "X1 is not a criterion of 2023.illustrative. Remove it.",
    ),
    ({"criteria": {"N1": ("B01", "B01")}}, "criteria.N1", "A code is listed twice. Keep one."),
    ({"questions": {"N9": {}}}, "questions.N9", "N9 is not a criterion of this version. Remove it."),
    (
        {"questions": {"B05": {"nothing": ()}}},
        "questions.B05.nothing",
        "The criterion has no such question. Remove it.",
    ),
    (
        {"questions": {"B05": {"narrative": ("B05.nothing",)}}},
        "questions.B05.narrative",
        "B05.nothing is not a question of 2023.illustrative. Write a code, a full stop and a question.",
    ),
    (
        {"questions": {"B05": {"narrative": ("B06.narrative",)}}},
        "questions.B05.narrative",
        "The criterion does not come from B06. Name it under criteria too.",
    ),
    (
        {"questions": {"B05": {"narrative": ("B05.role",)}}},
        "questions.B05.narrative",
        "B05.role asks for a role, this for a narrative. Choose another.",
    ),
    (
        {"questions": {"B05": {"narrative": ("B05.narrative", "B05.narrative")}}},
        "questions.B05.narrative",
        "A question is listed twice. Keep one.",
    ),
    (
        {"criteria": {"N1": ("B01", "B02")}, "questions": {"N1": {"date": ("B01.date", "B02.date")}}},
        "questions.N1.date",
        "Only texts can be joined. Choose one question.",
    ),
]


@pytest.mark.parametrize(("wrong", "key", "reason"), WRONG)
def test_what_does_not_fit_is_told(first: Framework, wrong: dict[str, Any], key: str, reason: str) -> None:
    new, _ = second(first)
    said = CarryOver(**{"before": first.version, **wrong})
    assert [(one.file, one.key, one.reason) for one in faults(said, first, new)] == [
        ("carry-over.toml", key, reason)
    ]
    with pytest.raises(CriteriaError):
        resolved(said, first, new)


def test_two_steps_are_one(first: Framework) -> None:
    """Past the second version: N1 becomes Z, which is filled from what N1 was filled from."""
    new, said = second(first)
    third = new.model_copy(
        update={
            "version": "2028",
            "criteria": tuple(
                one.model_copy(update={"code": "Z"}) if one.code == "N1" else one for one in new.criteria
            ),
        }
    )
    step = resolved(CarryOver(before=VERSION, criteria={"Z": ("N1",)}), new, third)
    both = composed(resolved(said, first, new), step)
    assert (
        both.before,
        both.criteria["Z"],
        both.questions["Z"]["narrative"],
        both.questions["Z"]["date"],
    ) == (
        "2023.illustrative",
        ("B01", "B02"),
        ("B01.narrative", "B02.narrative"),
        (),
    )
    assert faults(both, first, third) == []


def test_a_folder_may_say_what_carries_over(tiny: Path) -> None:
    (tiny / "carry-over.toml").write_text('from = "0.9"\n[criteria]\nX1 = ["A1", "A2"]\n')
    assert (check(tiny), load_carry_over(tiny)) == (
        [],
        CarryOver(before="0.9", criteria={"X1": ("A1", "A2")}),
    )
    assert load_folder(tiny).version == "1.0"


def test_a_folder_need_not(tiny: Path) -> None:
    assert load_carry_over(tiny) is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "carry-over.toml: The file is empty. Write its keys or delete it."),
        ("[criteria]\n", "carry-over.toml: from: This key is missing. Add it."),
        (
            'from = "0.9"\nto = "1"\n',
            "carry-over.toml: to: This key is not known. Remove it or check the spelling.",
        ),
        (
            'from = "0.9"\n[criteria]\nX1 = "A1"\n',
            "carry-over.toml: criteria.X1: This must be a list, in square brackets.",
        ),
    ],
)
def test_a_broken_carry_over_file_is_told_with_the_others(tiny: Path, text: str, fault: str) -> None:
    (tiny / "carry-over.toml").write_text(text)
    assert [str(one) for one in check(tiny)] == [fault]


def test_the_second_version_is_sound(first: Framework) -> None:
    new, said = second(first)
    assert (new.version, said, faults(said, first, new)) == (VERSION, declared(first), [])
