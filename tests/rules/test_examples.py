"""What may be quoted of a sealed answer: its own words, in order, whole, every cut marked; and what is looked at."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.models import EvidenceCheck, ScanState
from app.rules import examples
from app.rules.errors import RuleError
from app.rules.example_files import is_open_to_all
from app.rules.examples import CUT, State, credit_given, doubts, excerpt_given, state
from app.rules.self_naming import Known

TEXT = "The board approved it in May. Staff were unable to attend.\n\nThe network met every month."
OTHER = "We publish the figures."


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (TEXT, TEXT),
        ("The board approved it in May.", f"The board approved it in May. {CUT}"),
        ("The network met every month.", f"{CUT} The network met every month."),
        ("The board [...] met every month.", f"The board {CUT} met every month."),
        (f"{CUT} Staff were unable to attend. {CUT}", f"{CUT} Staff were unable to attend. {CUT}"),
        ("We publish the figures.", "We publish the figures."),
        (f"The network met {CUT} We publish", f"{CUT} The network met {CUT} We publish {CUT}"),
        ("The  board approved\r\nit in May. [ . . . ]", f"The  board approved\nit in May. {CUT}"),
    ],
)  # fmt: skip
def test_an_excerpt_has_the_words_of_the_answer_and_every_cut_is_marked(typed: str, expected: str) -> None:
    assert excerpt_given(typed, [TEXT, OTHER]) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "The board rejected it in May.",  # another word
        "Staff were able",  # a word that stands in another
        "unable to attend. The board",  # without a mark
        f"The network met {CUT} The board approved it",  # in another order
        f"We publish {CUT} The board approved it",  # the texts in another order
        "Staff were unable to attend. The network met every month. We publish",  # across two questions, unmarked
        "",
        CUT,
        "the board approved it",  # another letter
    ],
)
def test_what_does_not_stand_in_the_answer_is_refused(typed: str) -> None:
    with pytest.raises(RuleError) as refused:
        excerpt_given(typed, [TEXT, OTHER])
    assert refused.value.field == "excerpt"


def test_the_refusal_names_the_words(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RuleError, match=r"“The board rejected it\.” does not stand in the sealed answer"):
        excerpt_given(f"Staff were {CUT} The board rejected it.", [TEXT])
    monkeypatch.setattr(examples, "LONGEST_EXCERPT", 10)
    with pytest.raises(RuleError, match=r"10 characters or fewer\. It has 15"):
        excerpt_given("The board appro", [TEXT])


@given(st.text(alphabet="ab \n", min_size=1, max_size=30), st.integers(0, 30), st.integers(0, 30))
def test_what_is_accepted_is_only_words_of_the_text(text: str, start: int, length: int) -> None:
    """Whatever is cut out of the text: what comes back are its words, and marks."""
    typed = text[start : start + length]
    try:
        shown = excerpt_given(typed, [text])
    except RuleError:
        return
    words = shown.replace(CUT, " ").split()
    whole = text.split()
    assert any(whole[at : at + len(words)] == words for at in range(len(whole)))
    assert (shown.replace(CUT, "").split() == whole) or CUT in shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Only 3 nurses took part.", ["3 nurses"]),
        ("Two of our senior managers left.", ["Two of our senior managers"]),
        ("We promoted 4 Black consultants in 2024.", ["4 Black consultants"]),
        ("Some 12 nurses and 40 doctors took part.", []),
        ("The network met 4 times in 2024, with 60 members.", []),
        ("It rose by 5% among staff.", []),
        ("Within five working days a colleague looks at it.", []),
        ("1 in 4 staff answered.", []),
    ],
)
def test_numbers_of_people_under_10_are_found(text: str, expected: list[str]) -> None:
    assert [one.text for one in doubts(text)] == expected


def test_names_are_found_by_title_and_where_the_portal_knows_them() -> None:
    known = [Known("Amina Okafor", "a.okafor@trust.example")]
    text = (
        "Dr Patel chairs it. Amina Okafor co-leads, and so did Professor Jane Smith. The Chief Nurse helps."
    )
    found = [one.text for one in doubts(text, known)]
    assert found[:2] == ["Dr Patel", "Professor Jane Smith"]
    assert ("Amina Okafor" in found, [one for one in found if "Chief" in one]) == (True, [])


def test_a_credit_is_one_line_that_says_something() -> None:
    assert credit_given("  An acute trust ") == "An acute trust"
    for wrong in ("", " ", "two\nlines", "x" * 301, "turned\u202e"):
        with pytest.raises(RuleError) as refused:
            credit_given(wrong)
        assert refused.value.field == "credit"


def test_the_organisations_word_counts_before_all() -> None:
    names = ("is_taken_back", "is_drafted", "is_published", "is_taken_down")
    nothing = dict.fromkeys(names, False) | {"is_in_date": True}
    steps = [
        ({}, State.WAITING),
        ({"is_drafted": True}, State.DRAFT),
        ({"is_drafted": True, "is_published": True}, State.SHOWN),
        ({"is_drafted": True, "is_published": True, "is_taken_down": True}, State.TAKEN_DOWN),
        ({"is_published": True, "is_in_date": False}, State.NOT_IN_DATE),
        ({"is_published": True, "is_in_date": False, "is_taken_back": True}, State.TAKEN_BACK),
    ]
    assert [state(**(nothing | given)) for given, _ in steps] == [expected for _, expected in steps]


PDF, TXT = "application/pdf", "text/plain"
NAMED = [{"kind": "email address", "place": "page 1", "text": "a***@x.example"}]


@pytest.mark.parametrize(
    ("check", "media", "has_scanner", "expected"),
    [
        (None, TXT, False, False),
        (EvidenceCheck(scan=ScanState.CLEAN, reader_name="copy"), PDF, True, True),
        (EvidenceCheck(scan=ScanState.CLEAN), PDF, True, False),  # no copy: the original is never shown
        (EvidenceCheck(scan=ScanState.CLEAN), TXT, True, True),
        (EvidenceCheck(scan=ScanState.WAITING, reader_name="copy"), PDF, True, False),
        (EvidenceCheck(scan=ScanState.NOT_SCANNED, reader_name="copy"), PDF, True, False),
        (EvidenceCheck(scan=ScanState.NOT_SCANNED, reader_name="copy"), PDF, False, True),
        (EvidenceCheck(scan=ScanState.INFECTED, reader_name="copy"), PDF, False, False),
        (EvidenceCheck(scan=ScanState.CLEAN, reader_name="copy", findings=NAMED), PDF, True, False),
    ],
)
def test_a_file_opens_to_all_only_clean_scrubbed_and_without_a_warning(
    check: EvidenceCheck | None, media: str, has_scanner: bool, expected: bool
) -> None:
    assert is_open_to_all(check, media, has_scanner=has_scanner) is expected
