"""A paper that the portal writes for people to read elsewhere: the same blocks for the page, the PDF and Word."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Heading:
    text: str


@dataclass(frozen=True)
class Text:
    """A paragraph. ``is_quoted``: somebody else's words, set apart."""

    text: str
    is_quoted: bool = False
    is_strong: bool = False


@dataclass(frozen=True)
class Bullets:
    items: tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    """A table. The first column heads its row. ``about`` says what it shows to who does not see it."""

    caption: str
    about: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Bar:
    """``number`` of ``whole``, and what that is of."""

    label: str
    number: int
    whole: int


@dataclass(frozen=True)
class Bars:
    """A picture of figures that stand in the table after it, for who takes in a length more quickly. Word has the table
    alone."""

    said: str  # of the number, after it: "ready"
    bars: tuple[Bar, ...]


Block = Heading | Text | Bullets | Grid | Bars


@dataclass(frozen=True)
class Paper:
    title: str
    portal: str
    subtitle: str
    mark: str  # that the criteria are illustrative; empty when they are not
    made_on: str
    made_at: datetime
    blocks: tuple[Block, ...]
