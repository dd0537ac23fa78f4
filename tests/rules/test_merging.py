"""Two people, one criterion: no text of anybody is ever silently gone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.criteria.schema import Question, QuestionKind
from app.rules.evidence import Asked
from app.rules.marks import mark
from app.rules.merging import FINISHED, Fate, Merged, Typed, marks_of, merge, own

STORY = Question(id="story", kind=QuestionKind.NARRATIVE, label="What was done?", hint="Briefly.", words=200)
DAY = Question(id="day", kind=QuestionKind.DATE, label="When?", hint="A day.")
FORM = Asked((STORY, DAY))
EMPTY: dict[str, str] = {}


def story(text: str) -> dict[str, str]:
    return {"story": text} if text else {}


def merged(
    opened: str, saved: str, typed: str, *, sent: str | None = None, asked: tuple[str, ...] = ("story",)
) -> Merged:
    """The story as it was when the form was opened, as it is saved now, and as it is in the form."""
    marks = {} if sent is None else {"story": mark(story(sent))}
    form = Typed(story(typed), asked, None, marks_of(FORM, story(opened), False), marks)
    return merge(FORM, story(saved), False, form)


@pytest.mark.parametrize(
    ("opened", "saved", "typed", "fate", "kept"),
    [
        ("a", "a", "a", Fate.SAME, "a"),
        ("a", "a", "b", Fate.TAKEN, "b"),
        ("a", "a", "", Fate.TAKEN, ""),
        ("", "", "b", Fate.TAKEN, "b"),
        ("a", "b", "a", Fate.KEPT, "b"),
        ("a", "", "a", Fate.KEPT, ""),
        ("a", "b", "b", Fate.SAME, "b"),
        ("a", "b", "c", Fate.CONFLICT, "b"),
        ("a", "", "c", Fate.CONFLICT, ""),
        ("a", "b", "", Fate.CONFLICT, "b"),
        ("", "b", "c", Fate.CONFLICT, "b"),
    ],
)
def test_what_becomes_of_a_text(opened: str, saved: str, typed: str, fate: Fate, kept: str) -> None:
    found = merged(opened, saved, typed)
    assert (found.fates, found.values) == ({"story": fate}, story(kept))


@pytest.mark.parametrize(
    ("opened", "saved", "typed", "sent", "fate"),
    [
        ("a", "ab", "abc", "ab", Fate.TAKEN),  # what was sent before arrived
        ("a", "a", "abc", "ab", Fate.TAKEN),  # it did not
        ("a", "ab", "a", "ab", Fate.TAKEN),  # it arrived and was then taken back by hand
        ("a", "x", "abc", "ab", Fate.CONFLICT),  # somebody saved over it or over what was before
        ("a", "x", "ab", "ab", Fate.CONFLICT),  # the same text, which may never have arrived
    ],
)
def test_K11_what_the_page_sent_itself_is_nobody_elses(
    opened: str, saved: str, typed: str, sent: str, fate: Fate
) -> None:
    assert merged(opened, saved, typed, sent=sent).fates == {"story": fate}


def test_a_question_that_the_form_does_not_have_stays() -> None:
    found = merged("", "saved", "", asked=())
    assert (found.fates, found.values) == ({}, {"story": "saved"})


def test_a_form_without_a_mark_was_typed_over_nothing() -> None:
    form = Typed(story("typed"), ("story",), None, {}, {})
    assert merge(FORM, EMPTY, False, form).fates == {"story": Fate.TAKEN}
    assert merge(FORM, story("saved"), False, form).fates == {"story": Fate.CONFLICT}


def test_who_has_just_read_what_is_saved_writes_over_it() -> None:
    form = Typed(story("typed"), ("story",), True, None, {})
    found = merge(FORM, story("saved"), False, form)
    assert (found.values, found.is_finished, found.conflicts) == (story("typed"), True, ())


@pytest.mark.parametrize("opened", [True, False])
@pytest.mark.parametrize("saved", [True, False])
@pytest.mark.parametrize("typed", [True, False])
def test_a_tick_follows_whoever_changed_it_and_is_never_a_conflict(
    opened: bool, saved: bool, typed: bool
) -> None:
    found = merge(FORM, EMPTY, saved, Typed(EMPTY, (), typed, {FINISHED: mark(opened)}, {}))
    assert found.is_finished is (typed if typed != opened else saved)
    assert found.conflicts == ()


def test_a_date_in_parts_is_one_question() -> None:
    parts = {"day-day": "31", "day-month": "2"}
    assert own({**parts, "story": "x", "day": ""}, "day") == parts
    form = Typed(parts, ("day",), None, marks_of(FORM, EMPTY, False), {})
    assert merge(FORM, {"day": "2026-03-27"}, False, form).conflicts == ("day",)
    assert merge(FORM, EMPTY, False, form).values == parts


TEXT = st.sampled_from(["", "a", "b", "c"])


@given(TEXT, TEXT, TEXT, st.none() | TEXT)
def test_K01_no_text_goes_silently(opened: str, saved: str, typed: str, sent: str | None) -> None:
    """Of the saved and the typed text, one that is not in the result was seen by the person, or is in a conflict."""
    found = merged(opened, saved, typed, sent=sent)
    kept = found.values.get("story", "")
    assert kept in (saved, typed)
    if found.conflicts:
        assert kept == saved
        return  # the typed text is handed back to be chosen
    if kept != saved:
        assert saved in (opened, sent)  # only what the page knew is written over
    if kept != typed:
        assert typed == opened  # only what nobody touched gives way
