"""Cells in rows, as spreadsheets and CSV files have them, cut into the tables that a person sees there."""

from collections.abc import Callable, Iterator

from app.adapters.findings.kinds import Table

Place = Callable[[int, int], str]
_MOST_CONTEXT = 5


def tables(rows: list[list[str]], name: str, place: Place) -> Iterator[Table]:
    """The tables among ``rows``: parted by empty rows or columns. Lone lines above one are its caption."""
    above: list[str] = []
    for start, end in _runs([any(cell.strip() for cell in row) for row in rows]):
        first = start
        while first < end and len(_filled(rows[first])) == 1 and first + 1 < end:
            above.append(_filled(rows[first])[0])
            first += 1
        block = rows[first:end]
        if end - first == 1:
            above.append(" ".join(_filled(block[0])))
            continue
        yield from _side_by_side(block, first, "\n".join([name, *above[-_MOST_CONTEXT:]]), place)
        above = []


def _side_by_side(block: list[list[str]], first: int, context: str, place: Place) -> Iterator[Table]:
    width = max(map(len, block))
    used = [any(column < len(row) and row[column].strip() for row in block) for column in range(width)]
    for left, right in _runs(used):
        rows = [row[left:right] for row in block]
        yield Table(rows, context, _shifted(place, first, left))


def _shifted(place: Place, down: int, right: int) -> Place:
    return lambda row, column: place(row + down, column + right)


def _runs(filled: list[bool]) -> Iterator[tuple[int, int]]:
    """Where each unbroken run of True begins and ends."""
    start = None
    for number, each in enumerate([*filled, False]):
        if each and start is None:
            start = number
        elif not each and start is not None:
            yield start, number
            start = None


def _filled(row: list[str]) -> list[str]:
    return [cell for cell in row if cell.strip()]
