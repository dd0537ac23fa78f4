"""Narratives that say the same: found whatever the order and punctuation, not found by chance."""

import random

import pytest

from app.rules.repetition import FEWEST_WORDS, Repeated, repeated


def text_of(count: int, seed: int, vocabulary: int = 100_000) -> str:
    """Made-up words; two seeds share next to no five in a row."""
    chosen = random.Random(seed)
    return " ".join(f"w{chosen.randrange(vocabulary)}" for _ in range(count))


def test_the_same_text_twice_is_found() -> None:
    text = text_of(60, 1)
    assert repeated({"B01": text, "B02": text_of(60, 2), "B03": text}) == [Repeated("B01", "B03", 100)]


def test_case_punctuation_and_order_of_sentences_make_no_difference() -> None:
    sentences = [text_of(20, seed) for seed in range(4)]
    first = ". ".join(sentences)
    second = "; ".join(sentence.upper() for sentence in reversed(sentences))
    (found,) = repeated({"B01": first, "B02": second})
    assert (found.first, found.second, found.percent) == (
        "B01",
        "B02",
        84,
    )  # 64 of 76: all but those across joins


def test_a_short_text_inside_a_long_one_counts_by_the_short_one() -> None:
    part = text_of(FEWEST_WORDS, 3)
    assert repeated({"B01": f"{text_of(400, 4)} {part}", "B02": part}) == [Repeated("B01", "B02", 100)]


@pytest.mark.parametrize(("own", "expected"), [(26, [60]), (27, [])])
def test_the_border_is_60_percent_of_the_shorter(own: int, expected: list[int]) -> None:
    """44 words taken over are 40 passages; with 26 own words there are 66 in all, with 27 there are 67."""
    taken = text_of(44, 5)
    other = f"{text_of(400, 7)} {taken}"
    found = repeated({"B01": f"{taken} {text_of(own, 6)}", "B02": other})
    assert [one.percent for one in found] == expected


def test_short_texts_are_left_alone() -> None:
    text = text_of(FEWEST_WORDS - 1, 8)
    assert repeated({"B01": text, "B02": text, "B03": "", "B04": "   "}) == []


def test_thirty_one_long_narratives_are_all_compared() -> None:
    """The most a framework of today may hold: 31 narratives of 5,000 words, two of them nearly alike."""
    texts = {f"C{number}": text_of(5000, number) for number in range(31)}
    texts["C30"] = f"{text_of(1900, 99)} {' '.join(texts['C7'].split()[:3100])}"
    assert [(one.first, one.second, one.percent) for one in repeated(texts)] == [("C7", "C30", 61)]


def test_thirty_one_copies_of_one_text_give_every_pair() -> None:
    text = text_of(5000, 1)
    assert len(repeated({f"C{number}": text for number in range(31)})) == 31 * 30 // 2
