"""A request for changes: what it must say, what is sealed next, and what counts as a difference."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.changes import (
    NOTHING_CHANGED,
    Asked,
    asked,
    changed,
    evidence_changes,
    require_different,
    resealed,
)
from app.rules.errors import RuleError
from app.rules.sealing import SealedAnswer, SealedContent, SealedEvidence

TODAY = date(2026, 11, 22)
CODES = ("B01", "B02", "S01")


def item(title: str = "Board paper", version: int = 1, place: str = "") -> SealedEvidence:
    return SealedEvidence(
        evidence_id=UUID(int=len(title)),
        version_id=UUID(int=100 + version),
        kind="link",
        title=title,
        file_name="",
        media_type="",
        size=0,
        sha256="",
        url="https://trust.example/paper",
        evidence_date=TODAY,
        expires_on=None,
        place=place,
    )


def answer(code: str, text: str, *evidence: SealedEvidence) -> SealedAnswer:
    return SealedAnswer(code=code, level="bronze", values={"narrative": text}, evidence=evidence)


def content(**texts: str) -> SealedContent:
    return SealedContent(
        framework="arf",
        framework_version="1",
        framework_checksum="0",
        organisation_id=UUID(int=1),
        organisation_name="Fictional trust A",
        ods_code="ZZA",
        organisation_kind="trust",
        level="bronze",
        window_id=UUID(int=2),
        answers=tuple(answer(code, text) for code, text in texts.items()),
        not_applicable=(),
        lower_levels_held=(),
    )


def test_a_request_names_criteria_a_reason_and_a_day() -> None:
    found = asked(
        {"B01": " Name the board. ", "B02": "  "}, "Short.", date(2026, 12, 6), codes=CODES, today=TODAY
    )
    assert found == Asked({"B01": "Name the board."}, "Short.", date(2026, 12, 6))


@pytest.mark.parametrize(
    ("typed", "reason", "due", "field", "sentence"),
    [
        ({}, "Short.", 14, "change-B01", "Say what to change in at least one criterion."),
        ({"B01": " "}, "Short.", 14, "change-B01", "Say what to change in at least one criterion."),
        ({"X99": "More."}, "Short.", 14, "", "X99 is not in the sealed copy."),
        ({"B01": "More."}, "  ", 14, "reason", "Enter a reason."),
        (
            {"B01": "More."},
            "Short.",
            None,
            "due",
            "Enter the day the changes are needed by, for example 27 3 2027.",
        ),
        ({"B01": "More."}, "Short.", 0, "due", "The day must be after today and within 180 days."),
        ({"B01": "More."}, "Short.", 181, "due", "The day must be after today and within 180 days."),
    ],
)
def test_a_request_that_lacks_something_is_refused(
    typed: dict[str, str], reason: str, due: int | None, field: str, sentence: str
) -> None:
    day = None if due is None else TODAY + timedelta(due)
    with pytest.raises(RuleError) as refused:
        asked(typed, reason, day, codes=CODES, today=TODAY)
    assert (refused.value.field, refused.value.sentence) == (field, sentence)


@pytest.mark.parametrize("days", [1, 180])
def test_the_first_and_the_last_day_are_taken(days: int) -> None:
    due = TODAY + timedelta(days)
    assert asked({"B01": "More."}, "Short.", due, codes=CODES, today=TODAY).due_on == due


@given(
    st.dictionaries(st.sampled_from(CODES), st.text(max_size=3), min_size=3),
    st.dictionaries(st.sampled_from(CODES), st.text(max_size=3), min_size=3),
    st.sets(st.sampled_from(CODES)),
)
def test_only_reopened_criteria_are_taken_from_the_living_answers(
    before: dict[str, str], now: dict[str, str], reopened: set[str]
) -> None:
    sealed = content(**{code: before[code] for code in CODES})
    living = {code: answer(code, text) for code, text in now.items()}
    after = resealed(sealed, living, reopened)
    assert [one.values["narrative"] for one in after.answers] == [
        now[code] if code in reopened else before[code] for code in CODES
    ]
    assert after.model_copy(update={"answers": ()}) == sealed.model_copy(update={"answers": ()})
    assert changed(sealed, after) == tuple(
        code for code in CODES if code in reopened and before[code] != now[code]
    )


def test_a_seal_that_says_the_same_is_refused() -> None:
    with pytest.raises(RuleError) as refused:
        require_different(content(B01="One."), content(B01="One."))
    assert refused.value.sentence == NOTHING_CHANGED
    require_different(content(B01="One."), content(B01="Two."))


def test_what_became_of_each_item_is_told() -> None:
    before = answer("B01", "One.", item("Paper"), item("Minutes"), item("Plan", place="page 1"))
    after = answer("B01", "One.", item("Paper", version=2), item("Plan", place="page 2"), item("Survey 26"))
    assert [(word, one.title) for word, one in evidence_changes(before, after)] == [
        ("newer version", "Paper"),
        ("details changed", "Plan"),
        ("added", "Survey 26"),
        ("removed", "Minutes"),
    ]
