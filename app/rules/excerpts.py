"""What of a text is shown: a whole leaf, or the passage that was named with what stands around it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.adapters.reading.blocks import Block, Kind, Leaf
from app.rules.places import Spot

MOST_CHARACTERS, MOST_BLOCKS, MOST_ROWS = 2_500, 10, 15
_BEFORE_BLOCKS, _BEFORE_ROWS = 1, 3


@dataclass(frozen=True)
class Piece:
    """A block as it is drawn. ``is_place``: it is what was named; of a table, only its row ``row`` (from 0) is."""

    block: Block
    is_place: bool = False
    row: int | None = None

    @property
    def columns(self) -> list[str]:
        """The letters that a spreadsheet has above its columns."""
        return [_letters(number) for number in range(len(self.block.rows[0]))]


def _letters(column: int) -> str:
    before, last = divmod(column, 26)
    return (_letters(before - 1) if before else "") + chr(ord("A") + last)


def whole(leaf: Leaf, spot: Spot | None) -> list[Piece]:
    """Everything on the leaf."""
    at = spot.block if spot else None
    return [
        Piece(block, number == at, spot.row if spot and number == at else None)
        for number, block in enumerate(leaf.blocks)
    ]


def around(leaf: Leaf, spot: Spot | None) -> list[Piece]:
    """The passage with a little before it and more after it; the beginning of the leaf when none was named."""
    at = spot.block if spot and spot.block is not None else 0
    start = max(0, at - _BEFORE_BLOCKS)
    kept: list[Piece] = []
    size = 0
    for piece in _cut(whole(leaf, spot)[start : start + MOST_BLOCKS]):
        size += _size(piece.block)
        if kept and size > MOST_CHARACTERS and not piece.is_place:
            break
        kept.append(piece)
    return kept


def _cut(pieces: list[Piece]) -> Iterator[Piece]:
    for piece in pieces:
        yield _rows(piece) if piece.block.kind is Kind.TABLE else _text(piece)


def _rows(piece: Piece) -> Piece:
    """The rows around the one that was named, under the table's first."""
    block, row = piece.block, piece.row or 0
    start = max(1, row - _BEFORE_ROWS)
    picked = [0, *range(start, min(len(block.rows), start + MOST_ROWS))]
    numbers = tuple(block.numbers[at] for at in picked) if block.numbers else ()
    cut = replace(block, rows=tuple(block.rows[at] for at in picked), numbers=numbers)
    return replace(piece, block=cut, row=None if piece.row is None else picked.index(row))


def _text(piece: Piece) -> Piece:
    text = piece.block.text
    if len(text) <= MOST_CHARACTERS:
        return piece
    return replace(piece, block=replace(piece.block, text=f"{text[:MOST_CHARACTERS]}…"))


def _size(block: Block) -> int:
    return len(block.text) + sum(len(cell) for row in block.rows for cell in row)
