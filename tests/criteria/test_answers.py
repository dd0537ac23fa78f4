"""What is typed is tidied, judged and never lost."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.criteria.answers import Cleaned, Missing, clean, count_words, missing
from app.criteria.schema import Criterion, Question, QuestionKind
from app.criteria.text import SPACES

REAL = "Enter a real date, for example 27 3 2024."
YEAR = "Enter the year as 4 numbers, from 1900 to 2100."
FULL = "Enter a full web address that begins with https:// or http://."
ONE = "Enter one web address, without spaces or backslashes."
UNSEEN = (
    "Remove characters that can't be seen. Typing the text again, or pasting it as plain text, removes them."
)
COMPLETE = {"rating": "2", "story": "We did it.", "owner": "Chief nurse", "agreed": "2024-03-27"}


def asked(kind: QuestionKind, words: int | None = None) -> Question:
    """A question whose id is its kind."""
    return Question(id=kind.value, kind=kind, label="Asked", hint="Hint", words=words)


# A constant, because hypothesis runs a test many times over one fixture.
ANY = Criterion(
    code="X1",
    level="first",
    principle="try",
    title="Do a thing",
    guidance="Do it well.",
    usual_evidence=("A paper",),
    questions=tuple(asked(kind, 30 if kind is QuestionKind.NARRATIVE else None) for kind in QuestionKind),
    descriptors=("None", "Some", "Most", "All"),
    not_for=(),
    serves=(),
    tag="I",
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        (" \n\t ", 0),
        ("one", 1),
        (" two  words\r\n", 2),
        ("well-being is 50% up", 4),
        ("a – b", 3),
        ("a\u00a0b\u202fc\u3000d", 4),
        ("a\ufeffb", 2),
        ("a\u200bb", 1),
        ("a\x1cb\x85c", 1),
        ("Zażółć 心理 نص 👩🏾‍⚕️", 4),
    ],
)
def test_words_are_counted_as_the_browser_counts_them(text: str, words: int) -> None:
    assert count_words(text) == words


# Every code point that ECMAScript 2024, section 12.2 and 12.3, calls white space or line terminator.
ECMASCRIPT = {0x9, 0xA, 0xB, 0xC, 0xD, 0x20, 0xA0, 0x1680, *range(0x2000, 0x200B)}
ECMASCRIPT |= {0x2028, 0x2029, 0x202F, 0x205F, 0x3000, 0xFEFF}


def test_the_spaces_are_those_of_the_browser() -> None:
    assert {ord(space) for space in SPACES} == ECMASCRIPT
    assert len(SPACES) == len(ECMASCRIPT)


@given(st.lists(st.text(st.characters(blacklist_characters=SPACES), min_size=1)), st.text(SPACES, min_size=1))
def test_words_joined_by_any_space_are_so_many_words(words: list[str], space: str) -> None:
    assert count_words(space + space.join(words)) == len(words)


@given(st.text(), st.text())
def test_counting_adds_up_over_a_line_end(first: str, second: str) -> None:
    assert count_words(f"{first}\n{second}") == count_words(first) + count_words(second)


TYPED = st.dictionaries(
    st.sampled_from(["rating", "narrative", "role", "link", "date", "date-day", "date-month", "date-year"]),
    st.one_of(
        st.text(max_size=40),
        st.text("0123 \r\n\t\u0301e\u212b\u2000\ufeffhtps:/.@", max_size=40),
        st.sampled_from(["29", "2", "feb", "2023", "2024", "2024-02-29", "https://example.org/a?b=c"]),
    ),
)


@given(TYPED)
@example({"narrative": "\ud800", "role": "\x00"})
@example({"date-day": "31", "date-month": "2", "date-year": "2024", "date": "2024-01-01"})
@example({"date-day": "0\x0c", "date": "0"})
def test_cleaning_what_is_clean_changes_nothing(typed: dict[str, str]) -> None:
    once = clean(ANY, typed)
    again = clean(ANY, once.values)
    assert again.values == once.values
    assert set(again.errors) <= set(once.errors)


def kept(typed: dict[str, str], *keys: str) -> dict[str, str]:
    """These texts with one kind of line end, composed, without the space around them."""
    ended = {key: typed.get(key, "").replace("\r\n", "\n").replace("\r", "\n") for key in keys}
    return {key: unicodedata.normalize("NFC", text).strip(SPACES) for key, text in ended.items()}


@given(TYPED)
@example({"date-day": "0\r0"})
def test_nothing_typed_is_lost(typed: dict[str, str]) -> None:
    values = clean(ANY, typed).values
    keys = ["rating", "narrative", "role", "link"]
    if "date" not in values:
        keys += ["date-day", "date-month", "date-year"]
    assert {key: values.get(key, "") for key in keys} == kept(typed, *keys)


@given(TYPED)
def test_values_without_errors_can_be_stored_anywhere(typed: dict[str, str]) -> None:
    cleaned = clean(ANY, typed)
    for key in (
        cleaned.values.keys() - {f"date-{part}" for part in ("day", "month", "year")} - set(cleaned.errors)
    ):
        assert cleaned.values[key].encode("utf-8")
        assert not set(cleaned.values[key]) & set(map(chr, {*range(9), *range(11, 32), *range(127, 160)}))


@given(st.dates(), st.sampled_from(["{:%B}", "{:%b}", "{:%m}", "{:%-m}"]))
def test_a_real_date_becomes_one_iso_date(day: object, month: str) -> None:
    typed = {"date-day": f"{day:%-d}", "date-month": month.format(day), "date-year": f"{day:%Y}".zfill(4)}
    in_range = 1900 <= int(typed["date-year"]) <= 2100
    cleaned = clean(ANY, typed)
    assert cleaned == (Cleaned({"date": str(day)}) if in_range else Cleaned(typed, {"date": YEAR}))


def test_a_complete_answer_is_kept_as_typed_and_misses_nothing(criterion: Criterion) -> None:
    typed = {
        "rating": "2",
        "story": " We  did\r\nit. ",
        "owner": "Chief nurse",
        "agreed-day": "27",
        "agreed-month": "March",
        "agreed-year": "2024",
        "page": "",
    }
    cleaned = clean(criterion, typed)
    assert cleaned == Cleaned(
        {"rating": "2", "story": "We  did\nit.", "owner": "Chief nurse", "agreed": "2024-03-27"}
    )
    assert missing(criterion, cleaned.values) == ()


def test_a_draft_may_be_blank_and_says_what_it_misses(criterion: Criterion) -> None:
    assert clean(criterion, {"story": " \r\n", "agreed-day": "", "page": ""}) == Cleaned()
    assert missing(criterion, {}) == (
        Missing("rating", "Choose the description that fits."),
        Missing("story", "Write your answer."),
        Missing("owner", "Enter a job title or role."),
        Missing("agreed", "Enter a date."),
    )


def test_an_optional_question_may_stay_empty_but_not_wrong(criterion: Criterion) -> None:
    assert missing(criterion, COMPLETE) == ()
    assert missing(criterion, {**COMPLETE, "page": "example.org"}) == (Missing("page", FULL),)


def test_what_was_fine_in_another_version_is_judged_again(criterion: Criterion) -> None:
    carried = {**COMPLETE, "story": "one two three four five six", "old_question": "kept elsewhere"}
    assert missing(criterion, carried) == (
        Missing("story", "Shorten your answer to 5 words or fewer. It has 6 words."),
    )


def test_a_key_that_is_not_asked_for_is_an_error(criterion: Criterion) -> None:
    reason = "This criterion does not ask for this. Remove it."
    cleaned = clean(criterion, {"rating": "1", "score": "3", "story-day": "1"})
    assert cleaned == Cleaned({"rating": "1"}, {"score": reason, "story-day": reason})


WRONG = [
    ("rating", "4", "Choose one of the descriptions, 0 to 3."),
    ("rating", "²", "Choose one of the descriptions, 0 to 3."),
    ("rating", "01", "Choose one of the descriptions, 0 to 3."),
    ("narrative", "word " * 31 + "end", "Shorten your answer to 30 words or fewer. It has 32 words."),
    ("narrative", "x" * 1201, "Shorten your answer to 1200 characters or fewer. It has 1201."),
    ("narrative", "a\x00b", UNSEEN),
    ("narrative", "a\x0bb", UNSEEN),
    ("narrative", "a\x85b", UNSEEN),
    ("role", "x" * 201, "Shorten your answer to 200 characters or fewer. It has 201."),
    ("role", "Chief\nnurse", "Write the role on one line."),
    ("role", "Chief\x7f nurse", UNSEEN),
    (
        "link",
        "https://example.org/" + "x" * 1981,
        "Shorten your answer to 2000 characters or fewer. It has 2001.",
    ),
    ("link", "example.org", FULL),
    ("link", "javascript:alert(1)", FULL),
    ("link", "data:text/html,x", FULL),
    ("link", "ftp://example.org/a", FULL),
    ("link", "//example.org/a", FULL),
    ("link", "https:///path", FULL),
    ("link", "https://:443/", FULL),
    ("link", "https://[::1", FULL),
    ("link", "https://example.org:port/", FULL),
    ("link", "https://example.org:99999/", FULL),
    ("link", "https://example.org/a b", ONE),
    ("link", "https://example.org\nhttps://example.com", ONE),
    ("link", "https:\\\\example.org", ONE),
    ("link", "https://example.org\\@example.com/", ONE),
    ("link", "https://person:secret@example.org/", "Remove the user name or password from the web address."),
    ("link", "https://example.org@example.com/", "Remove the user name or password from the web address."),
    ("date", "2024-02-30", REAL),
    ("date", "20240227", REAL),
    ("date", "2024-W09-2", REAL),
    ("date", "27 March 2024", REAL),
    ("date", "1899-12-31", REAL),
]


@pytest.mark.parametrize(("key", "text", "reason"), WRONG)
def test_a_wrong_answer_comes_back_with_what_to_do(key: str, text: str, reason: str) -> None:
    assert clean(ANY, {key: text}) == Cleaned({key: text}, {key: reason})


RIGHT = [
    ("rating", "0"),
    ("rating", "3"),
    ("narrative", " ".join(["word"] * 30)),
    ("narrative", "a\tb\n\nc"),
    ("role", "Associate director of people, equality and inclusion"),
    ("link", "https://example.org/a?b=c#d"),
    ("link", "HTTP://EXAMPLE.ORG"),
    ("link", "http://[::1]:8000/"),
    ("link", "https://bücher.example/ü"),
    ("date", "2024-02-29"),
]


@pytest.mark.parametrize(("key", "text"), RIGHT)
def test_a_right_answer_is_kept(key: str, text: str) -> None:
    assert clean(ANY, {key: text}) == Cleaned({key: text})


@pytest.mark.parametrize(
    ("day", "month", "year", "reason"),
    [
        ("31", "2", "2024", REAL),
        ("29", "2", "2023", REAL),
        ("0", "1", "2024", REAL),
        ("-1", "1", "2024", REAL),
        ("1", "13", "2024", REAL),
        ("1", "Marchember", "2024", REAL),
        ("one", "1", "2024", REAL),
        ("9" * 5000, "1", "2024", REAL),
        ("1", "1", "24", YEAR),
        ("1", "1", "1066", YEAR),
        ("1", "1", "x", YEAR),
        ("", "3", "2024", "Enter the day too."),
        ("27", "", "2024", "Enter the month too."),
        ("27", "", "", "Enter the month and year too."),
        ("1", "1\x00", "2024", UNSEEN),
    ],
)
def test_a_date_that_cannot_be_made_gives_its_parts_back(
    day: str, month: str, year: str, reason: str
) -> None:
    typed = {"date-day": day, "date-month": month, "date-year": year}
    parts = {key: text for key, text in typed.items() if text}
    assert clean(ANY, typed) == Cleaned(parts, {"date": reason})


@pytest.mark.parametrize("month", ["3", "03", "mar", "Mar.", "MARCH"])
def test_a_month_may_be_a_number_or_a_name(month: str) -> None:
    typed = {"date-day": "07", "date-month": month, "date-year": "2024"}
    assert clean(ANY, typed) == Cleaned({"date": "2024-03-07"})


def test_typed_parts_win_over_an_earlier_date() -> None:
    typed = {"date": "2020-01-01", "date-day": "7", "date-month": "sept", "date-year": "2024"}
    assert clean(ANY, typed) == Cleaned({"date": "2024-09-07"})


def test_a_lone_surrogate_comes_back_as_the_replacement_sign() -> None:
    assert clean(ANY, {"role": "a\ud800"}) == Cleaned({"role": "a\ufffd"}, {"role": UNSEEN})


def test_text_is_kept_composed() -> None:
    assert clean(ANY, {"role": "Cafe\u0301"}) == Cleaned({"role": "Caf\u00e9"})
