"""The order of a meeting's items: people with a conflict of interest are out in one go.

Whoever has a conflict with an item is out of the room while it is taken. Between two items that follow one another
each person who is out for just one of them moves once, in or out. Nobody moves before the first item or after the
last: who is out there comes later or goes home earlier. The agenda has as few moves as can be.
"""

from collections.abc import Hashable, Mapping, Sequence
from itertools import pairwise
from typing import TypeVar

Item = TypeVar("Item", bound=Hashable)
Out = frozenset[Hashable]  # the people who are out for an item

EXACT = 11  # different sets of people up to which every order is weighed; 0.2 seconds


def moves(outs: Sequence[Out]) -> int:
    """How often anyone leaves or comes back while the items with these people out are taken one after the other."""
    return sum(len(before ^ after) for before, after in pairwise(outs))


def ordered(out: Mapping[Item, Out]) -> list[Item]:
    """The items in an order with few moves: the fewest possible with up to ``EXACT`` different sets of people, a good
    one beyond. The same mapping in the same order gives the same agenda.

    Items with the same people out stay together, in the order given: by the triangle inequality taking one of them
    elsewhere never saves a move.
    """
    groups: dict[Out, list[Item]] = {}
    for item, people in out.items():
        groups.setdefault(people, []).append(item)
    sets = list(groups)
    order = _exact(sets) if len(sets) <= EXACT else _improved(_nearest(sets))
    return [item for people in order for item in groups[people]]


def _exact(sets: Sequence[Out]) -> list[Out]:
    """The cheapest path through all of ``sets``, after Held and Karp: for each subset and last member the best way."""
    if not sets:
        return []
    size, best = len(sets), {(1 << end, end): (0, -1) for end in range(len(sets))}
    apart = _distances(sets)
    for visited in range(1, 1 << size):
        for end in range(size):
            if (visited, end) in best:
                _go_on(best, visited, end, apart)
    every = (1 << size) - 1
    end = min(range(size), key=lambda last: best[every, last][0])
    return _walked_back(sets, best, every, end)


Best = dict[
    tuple[int, int], tuple[int, int]
]  # (members visited as bits, last one) -> (moves, the one before)


def _go_on(best: Best, visited: int, end: int, apart: Sequence[Sequence[int]]) -> None:
    cost = best[visited, end][0]
    for following, step in enumerate(apart[end]):
        key = (visited | 1 << following, following)
        if not visited >> following & 1 and (key not in best or cost + step < best[key][0]):
            best[key] = (cost + step, end)


def _walked_back(sets: Sequence[Out], best: Best, visited: int, end: int) -> list[Out]:
    path: list[Out] = []
    while end >= 0:
        path.append(sets[end])
        visited, end = visited & ~(1 << end), best[visited, end][1]
    return path[::-1]


def _distances(sets: Sequence[Out]) -> list[list[int]]:
    return [[len(one ^ other) for other in sets] for one in sets]


def _nearest(sets: Sequence[Out]) -> list[Out]:
    """From each set on, always to the nearest of those left; the cheapest of these paths."""
    return min((_nearest_from(sets, start) for start in range(len(sets))), key=moves)


def _nearest_from(sets: Sequence[Out], start: int) -> list[Out]:
    path, left = [sets[start]], [*sets[:start], *sets[start + 1 :]]
    while left:
        following = min(left, key=lambda one: len(one ^ path[-1]))
        left.remove(following)
        path.append(following)
    return path


def _improved(path: list[Out]) -> list[Out]:
    """Turn stretches round and take single sets elsewhere, as long as that saves a move."""
    saving = True
    while saving:
        better = min((*_turned(path), *_taken_elsewhere(path)), key=moves)
        saving = moves(better) < moves(path)
        path = better if saving else path
    return path


def _turned(path: list[Out]) -> list[list[Out]]:
    ends = [(one, other) for one in range(len(path)) for other in range(one + 2, len(path) + 1)]
    return [[*path[:one], *path[one:other][::-1], *path[other:]] for one, other in ends]


def _taken_elsewhere(path: list[Out]) -> list[list[Out]]:
    found = []
    for place, taken in enumerate(path):
        rest = [*path[:place], *path[place + 1 :]]
        found += [[*rest[:other], taken, *rest[other:]] for other in range(len(path)) if other != place]
    return found
