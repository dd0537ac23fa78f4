"""Blocks one after another, cut into leaves that a phone can hold, up to what is shown of one file."""

from collections.abc import Iterable, Iterator

from app.adapters.reading.blocks import Block, Kind, Leaf, Reading

MOST_CHARACTERS = 1_000_000  # of one file: some 160,000 words
MOST_LEAVES = 400
LEAF_CHARACTERS = 12_000
LEAF_BLOCKS = 80
LEAF_ROWS = 100
_HEADING_ENDS_AT = 6_000  # from here on a heading begins a new leaf

Named = tuple[str, Iterable[Block]]  # a sheet, slide or whole text: its name and what is in it


def read(parts: Iterable[Named], left_out: int = 0) -> Reading:
    """The parts as leaves; whatever goes beyond the limits is left away and said to be."""
    leaves: list[Leaf] = []
    spent = 0
    for name, blocks in parts:
        for leaf in _leaves(name, blocks):
            spent += _size(leaf.blocks)
            if len(leaves) >= MOST_LEAVES or spent > MOST_CHARACTERS:
                return Reading(leaves=tuple(leaves), is_cut=True, left_out=left_out)
            leaves.append(leaf)
    return Reading(leaves=tuple(leaves), left_out=left_out)


def _leaves(name: str, blocks: Iterable[Block]) -> Iterator[Leaf]:
    held: list[Block] = []
    for block in _small(blocks):
        if held and _is_full(held, block):
            yield Leaf(name, blocks=tuple(held))
            held = []
        held.append(block)
    if held:
        yield Leaf(name, blocks=tuple(held))


def _is_full(held: list[Block], following: Block) -> bool:
    size = _size(held)
    if following.kind is Kind.HEADING and size > _HEADING_ENDS_AT:
        return True
    return len(held) >= LEAF_BLOCKS or size + _size([following]) > LEAF_CHARACTERS


def _small(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks with long tables and texts cut: a leaf holds each of the pieces."""
    for block in blocks:
        if block.kind is Kind.TABLE:
            yield from _rows(block)
        else:
            for start in range(0, len(block.text), LEAF_CHARACTERS):
                piece = block.text[start : start + LEAF_CHARACTERS]
                yield Block(block.kind, piece, block.level, page=block.page)


def _rows(table: Block) -> Iterator[Block]:
    start = 0
    while start < len(table.rows):
        end = start + 1
        size = sum(map(len, table.rows[start]))
        while end < len(table.rows) and end - start < LEAF_ROWS and size <= LEAF_CHARACTERS:
            size += sum(map(len, table.rows[end]))
            end += 1
        yield Block(Kind.TABLE, "", 0, table.rows[start:end], table.numbers[start:end], table.page)
        start = end


def _size(blocks: Iterable[Block]) -> int:
    return sum(len(one.text) + sum(len(cell) for row in one.rows for cell in row) for one in blocks)
