"""What an item of evidence needs, and the room there is for it."""

from datetime import date

import pytest

from app.rules.errors import RuleError
from app.rules.evidence import (
    FILE_FORM,
    LINK_FORM,
    NEW_ADDRESS_FORM,
    Asked,
    Details,
    Read,
    place_given,
    read,
    require_room,
)

TODAY = date(2026, 11, 22)


def fields(**more: str) -> dict[str, str]:
    day = {"evidence_date-day": "22", "evidence_date-month": "11", "evidence_date-year": "2026"}
    return {"title": "  Plan ", **day, **{key.replace("__", "-"): text for key, text in more.items()}}


def expiry(year: str) -> dict[str, str]:
    return {"expires_on__day": "1", "expires_on__month": "1", "expires_on__year": year}


@pytest.mark.parametrize(
    ("form", "typed", "expected"),
    [
        (FILE_FORM, fields(unasked="x"), Read(Details("Plan", TODAY))),
        (FILE_FORM, fields(**expiry("2028")), Read(Details("Plan", TODAY, date(2028, 1, 1)))),
        (LINK_FORM, fields(url="https://example.org"), Read(Details("Plan", TODAY), "https://example.org")),
        (NEW_ADDRESS_FORM, {"url": "https://example.org"}, Read(url="https://example.org")),
    ],
)
def test_good_forms_are_read(form: Asked, typed: dict[str, str], expected: Read) -> None:
    assert read(form, typed, today=TODAY) == expected


@pytest.mark.parametrize(
    ("form", "typed", "errors"),
    [
        (FILE_FORM, {}, {"title": "Enter a title.", "evidence_date": "Enter the date of the evidence."}),
        (
            FILE_FORM,
            fields(evidence_date__day="23"),
            {"evidence_date": "The date of the evidence must be today or in the past."},
        ),
        (
            FILE_FORM,
            fields(**expiry("2025")),
            {"expires_on": "The date it expires must be after the date of the evidence."},
        ),
        (
            FILE_FORM,
            fields(title="Plan \u202efdp.exe"),
            {"title": "Write the title on one line, without characters that can't be seen."},
        ),
        (LINK_FORM, fields(), {"url": "Enter a web address."}),
        (
            LINK_FORM,
            fields(url="ftp://example.org"),
            {"url": "Enter a full web address that begins with https:// or http://."},
        ),
    ],
)
def test_bad_forms_say_what_to_do(form: Asked, typed: dict[str, str], errors: dict[str, str]) -> None:
    assert read(form, typed, today=TODAY) == Read(errors=errors)


def test_a_place_is_one_line() -> None:
    assert place_given("  page 4,\n second  table ") == "page 4, second table"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("p" * 301, "Shorten the page or passage to 300 characters or fewer."),
        ("page\x004", "Remove characters that can't be seen from the page or passage."),
        ("page \u202e4", "Remove characters that can't be seen from the page or passage."),
    ],
)
def test_a_place_that_cannot_be_kept_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(RuleError) as refused:
        place_given(text)
    assert (refused.value.sentence, refused.value.field) == (sentence, "place")


def test_the_last_byte_of_the_quota_may_be_used_and_not_one_more() -> None:
    require_room(9, 1, 10)
    with pytest.raises(RuleError) as refused:
        require_room(1_048_576, 1_048_577, 2 * 1_048_576)
    assert refused.value.field == "file"
    assert refused.value.sentence == (
        "Your organisation may keep 2 MB of evidence and has 1.0 MB left. "
        "Remove evidence that you no longer need, or add a link instead of the file."
    )
