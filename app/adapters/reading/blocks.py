"""What a file looks like once it was drawn, as plain values: they travel from a child process as JSON."""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

# Characters that draw nothing, and those that turn the direction of the text around them.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\u2028\u2029]")

# What the process that draws pictures is asked for: a list of all pages, or one of them.
READING, PICTURE = "reading", "picture"


class Kind(StrEnum):
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"  # of a list
    TABLE = "table"


@dataclass(frozen=True)
class Block:
    """One piece of a text. A table has ``rows``; those of a sheet have the ``numbers`` they have there."""

    kind: Kind
    text: str = ""
    level: int = 0  # of a heading, from 1
    rows: tuple[tuple[str, ...], ...] = ()
    numbers: tuple[int, ...] = ()
    page: int = 0  # on which Word began it; 0 when the file does not say


@dataclass(frozen=True)
class Leaf:
    """What is shown at once: a page as a picture (with its words and size in pixels), a slide, a part of a text."""

    name: str = ""  # of the sheet or slide
    text: str = ""
    width: int = 0
    height: int = 0
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True)
class Reading:
    """A whole file. Without leaves it can't be shown."""

    are_pictures: bool = False
    leaves: tuple[Leaf, ...] = ()
    is_cut: bool = False  # there is more in the file than is shown
    left_out: int = 0  # pictures and charts in the file that are not drawn


NOTHING = Reading()


def tidied(text: str) -> str:
    """Text that is safe to show beside other text: no control characters, nothing that turns its direction."""
    return _UNSEEN.sub("", _LINE_ENDS.sub("\n", text)).strip()


def packed(reading: Reading) -> bytes:
    return json.dumps(asdict(reading), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def unpacked(data: bytes) -> Reading:
    """What ``packed`` wrote. ValueError, KeyError or TypeError when it is something else."""
    made = json.loads(data)
    return Reading(
        bool(made["are_pictures"]),
        tuple(_leaf(one) for one in made["leaves"]),
        bool(made["is_cut"]),
        int(made["left_out"]),
    )


def _leaf(made: dict[str, Any]) -> Leaf:
    blocks: Iterable[dict[str, Any]] = made["blocks"]
    return Leaf(
        str(made["name"]),
        str(made["text"]),
        int(made["width"]),
        int(made["height"]),
        tuple(_block(one) for one in blocks),
    )


def _block(made: dict[str, Any]) -> Block:
    return Block(
        Kind(made["kind"]),
        str(made["text"]),
        int(made["level"]),
        tuple(tuple(str(cell) for cell in row) for row in made["rows"]),
        tuple(int(number) for number in made["numbers"]),
        int(made["page"]),
    )
