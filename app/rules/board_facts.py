"""What the paper for a board is made of, as values: read at one moment by its query, told by its rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.criteria.schema import Framework, Level
from app.rules.progress import Gap, LevelStanding, Progress


@dataclass(frozen=True)
class Held:
    """A recognition in date."""

    level_name: str
    number: str
    issued_on: date
    expires_on: date


@dataclass(frozen=True)
class Backing:
    """An item of evidence that supports answers and has a last day."""

    title: str
    codes: tuple[str, ...]
    expires_on: date


@dataclass(frozen=True)
class Care:
    """A criterion in a colleague's care."""

    code: str
    name: str
    due_on: date | None
    has_left: bool


@dataclass(frozen=True)
class Asked:
    """A condition of an earlier decision, and what the organisation says that it did."""

    codes: tuple[str, ...]
    asked_on: date
    text: str
    answer: str


@dataclass(frozen=True)
class SignedOff:
    """One sealed copy, as its organisation may know what became of it."""

    level_name: str
    receipt: str
    signed_by: str
    sealed_at: datetime
    minute_reference: str
    stage: str


@dataclass(frozen=True)
class Dated:
    """What happens on a day."""

    on: date
    what: str


@dataclass(frozen=True)
class BoardFacts:
    """All that the paper is made of, read at one moment."""

    organisation: str
    ods_code: str
    framework: Framework
    aim: Level
    progress: Sequence[Progress]
    standings: Sequence[LevelStanding]
    gaps: Sequence[Gap]  # of the level aimed at
    held: Sequence[Held]
    backing: Sequence[Backing]
    cares: Mapping[str, Care]
    notes: Sequence[str]  # what else a careful colleague would point at
    conditions: Sequence[Asked]
    dates: Sequence[Dated]
    signed: Sequence[SignedOff]
    declaration: str
    declaration_mark: str
