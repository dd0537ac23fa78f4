import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules import differences
from app.rules.differences import Kind, Piece, words

TEXTS = st.text(alphabet=st.sampled_from("ab'’- .\n\tçé字😀"), max_size=60) | st.text(max_size=40)


def of(*kinds: Kind, pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces if piece.kind in kinds)


def test_a_changed_word_is_marked_and_the_rest_stands() -> None:
    assert words("We met four staff networks.", "We met five staff networks.") == [
        Piece(Kind.SAME, "We met "),
        Piece(Kind.REMOVED, "four"),
        Piece(Kind.ADDED, "five"),
        Piece(Kind.SAME, " staff networks."),
    ]


def test_changed_words_side_by_side_are_one_change() -> None:
    assert words("the old plan stays", "the new way stays") == [
        Piece(Kind.SAME, "the "),
        Piece(Kind.REMOVED, "old plan"),
        Piece(Kind.ADDED, "new way"),
        Piece(Kind.SAME, " stays"),
    ]


def test_a_word_within_a_word_is_no_match() -> None:
    assert words("reports", "reported") == [Piece(Kind.REMOVED, "reports"), Piece(Kind.ADDED, "reported")]


@pytest.mark.parametrize(
    ("before", "after", "pieces"),
    [
        ("", "", []),
        ("same", "same", [Piece(Kind.SAME, "same")]),
        ("", "all new", [Piece(Kind.ADDED, "all new")]),
        ("all gone", "", [Piece(Kind.REMOVED, "all gone")]),
        ("one", "one two", [Piece(Kind.SAME, "one"), Piece(Kind.ADDED, " two")]),
        ("one\ntwo", "one\n\ntwo", [
            Piece(Kind.SAME, "one"), Piece(Kind.REMOVED, "\n"), Piece(Kind.ADDED, "\n\n"), Piece(Kind.SAME, "two"),
        ]),
    ],
)  # fmt: skip
def test_edges(before: str, after: str, pieces: list[Piece]) -> None:
    assert words(before, after) == pieces


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_back(before: str, after: str) -> None:
    pieces = words(before, after)
    assert of(Kind.SAME, Kind.REMOVED, pieces=pieces) == before
    assert of(Kind.SAME, Kind.ADDED, pieces=pieces) == after
    assert all(piece.text for piece in pieces)


def test_a_search_cut_short_is_still_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(differences, "LONGEST_SEARCH", 1e-9)
    before = " ".join(f"word{number}" for number in range(3_000))
    after = " ".join(f"word{number * 7 % 3_001}" for number in range(3_000))
    pieces = words(before, after)
    assert of(Kind.SAME, Kind.REMOVED, pieces=pieces) == before
    assert of(Kind.SAME, Kind.ADDED, pieces=pieces) == after
