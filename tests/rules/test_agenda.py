"""The agenda: people with a conflict are out in one go, by brute force where that can be done."""

from itertools import permutations, product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.rules.agenda import EXACT, Out, moves, ordered


def outs(*texts: str) -> dict[int, Out]:
    """Items 0, 1, 2 ... with a letter for each person who is out."""
    return {place: frozenset(text) for place, text in enumerate(texts)}


def moves_of(out: dict[int, Out], order: list[int]) -> int:
    return moves([out[item] for item in order])


def fewest(out: dict[int, Out]) -> int:
    return min(moves_of(out, list(order)) for order in permutations(out))


SETS = st.frozensets(st.sampled_from("ABCDE"), max_size=3)
AGENDAS = st.lists(SETS, max_size=7).map(lambda found: dict(enumerate(found)))
LARGE = st.lists(SETS, min_size=20, max_size=32).map(lambda found: dict(enumerate(found)))


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ((), 0),
        (("A",), 0),  # who is out for the only item does not come
        (("A", "", "A"), 1),  # out in one go, then in for the rest
        (("A", "", "B", "", "A", "B"), 2),  # one comes later, the other goes home earlier
        (("A", "B", "AB"), 2),
        (("A", "B", "C", ""), 4),  # somebody has to be in between
    ],
)
def test_people_with_a_conflict_are_out_in_one_go(texts: tuple[str, ...], expected: int) -> None:
    out = outs(*texts)
    assert moves_of(out, ordered(out)) == expected == (fewest(out) if out else 0)


def test_every_agenda_of_five_items_and_two_people_is_the_best_there_is() -> None:
    for texts in product(("", "A", "B", "AB"), repeat=5):
        out = outs(*texts)
        assert (texts, moves_of(out, ordered(out))) == (texts, fewest(out))


@settings(max_examples=60, deadline=None)
@given(AGENDAS)
def test_no_order_of_up_to_seven_items_has_fewer_moves(out: dict[int, Out]) -> None:
    found = ordered(out)
    assert sorted(found) == sorted(out)
    assert moves_of(out, found) == (fewest(out) if out else 0)


@settings(max_examples=20, deadline=None)
@given(LARGE)
def test_a_long_agenda_holds_every_item_once_keeps_its_fellows_together_and_is_the_same_again(
    out: dict[int, Out],
) -> None:
    found = ordered(out)
    assert sorted(found) == sorted(out)
    assert moves_of(out, found) <= moves_of(out, list(out))
    runs = [out[item] for place, item in enumerate(found) if not place or out[found[place - 1]] != out[item]]
    assert len(runs) == len(set(runs))
    assert ordered(out) == found


def test_more_sets_than_are_weighed_still_give_a_good_order() -> None:
    """People out in overlapping stretches of a line, shuffled: the best order is known, each one moves twice."""
    line = [frozenset({place, place + 1, place + 2}) for place in range(EXACT + 9)]
    shuffled = dict(enumerate(line))
    places = list(shuffled)
    Random(4).shuffle(places)
    out: dict[int, Out] = {place: shuffled[place] for place in places}
    assert moves_of(out, ordered(out)) == moves(line) == 2 * (len(line) - 1)


def test_the_order_depends_on_nothing_but_who_is_out() -> None:
    names = {"Trust C": frozenset("A"), "Trust A": frozenset("B"), "Trust B": frozenset("A")}
    others = {"x": frozenset("A"), "y": frozenset("B"), "z": frozenset("A")}
    same = dict(zip(names, others, strict=True))
    assert [same[name] for name in ordered(names)] == ordered(others)
