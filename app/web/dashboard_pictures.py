"""Pictures of a dashboard, measured from its tables and from nothing else. All words and figures stand beside them."""

from dataclasses import dataclass

from app.web.dashboard_tables import Cell, Table

WIDTH = 390.0  # of a full bar
HEIGHT = 220.0  # of a full column
STEP = 56.0  # from one column to the next
PATTERNS = ("none", "dots", "lines", "full")  # no level, then each level: told apart without colour


@dataclass(frozen=True)
class Bar:
    """One bar: what it is of, what it says, how long it is and how it is filled."""

    label: str
    value: str
    length: float
    pattern: str


@dataclass(frozen=True)
class Piece:
    """One level's part of a column, from its top."""

    top: float
    height: float
    number: int
    pattern: str


@dataclass(frozen=True)
class Column:
    label: str
    left: float
    pieces: list[Piece]


@dataclass(frozen=True)
class Stacks:
    """Columns that stand on one line; ``keys``: which pattern is which level."""

    columns: list[Column]
    keys: list[tuple[str, str]]
    width: float


@dataclass(frozen=True)
class Tile:
    """An ICB: its name, how many take part and how many hold each level."""

    name: str
    taking_part: int
    counts: list[tuple[str, int]]
    share: str


def bars(levels: Table) -> list[Bar]:
    """How many hold each level, of all that take part."""
    *rows, total = levels.rows
    return [
        Bar(str(row[0]), str(row[1]), _part(row[1], total[1], WIDTH), pattern(place))
        for place, row in enumerate(rows)
    ]


def shares(table: Table) -> list[Bar]:
    """How often met, by principle; a bar for each share that is told."""
    return [
        Bar(str(row[0]), str(row[-1]), _part(row[1], row[2], WIDTH), "full") for row in table.rows if row[-1]
    ]


def tiles(icbs: Table) -> list[Tile]:
    names = icbs.columns[2:-1]
    return [
        Tile(
            str(name),
            int(total),
            [(level, int(number)) for level, number in zip(names, numbers, strict=True)],
            str(part),
        )
        for name, total, *numbers, part in icbs.rows
    ]


def stacks(trend: Table) -> Stacks:
    """One column for each day of the trend; the highest level stands at the top."""
    names = trend.columns[1:-2]
    most = max((int(row[-2]) for row in trend.rows), default=0)
    columns = [
        Column(str(row[0]), place * STEP, _pieces([int(number) for number in row[1:-2]], most))
        for place, row in enumerate(trend.rows)
    ]
    keys = [(name, pattern(place)) for place, name in enumerate(names)]
    return Stacks(columns, keys, len(columns) * STEP)


def _pieces(numbers: list[int], most: int) -> list[Piece]:
    found: list[Piece] = []
    top = HEIGHT
    for place, number in enumerate(numbers):
        height = _part(number, most, HEIGHT)
        top -= height
        if number:
            found.append(Piece(round(top, 1), height, number, pattern(place)))
    return found


def pattern(place: int) -> str:
    return PATTERNS[min(place, len(PATTERNS) - 1)]


def _part(part: Cell, whole: Cell, size: float) -> float:
    return round(size * int(part) / int(whole), 1) if int(whole) else 0.0
