"""The years of the Assembly's own report, from 1 April to 31 March, and what is told of one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.criteria.schema import Framework, OrganisationKind
from app.rules.errors import RuleError
from app.rules.targets import TargetResult

Counts = Mapping[UUID | None, Mapping[tuple[OrganisationKind, int], int]]  # by ICB: kind and rank -> how many


@dataclass(frozen=True)
class Year:
    """``first`` is the calendar year in which it begins."""

    first: int

    @property
    def name(self) -> str:
        return f"{self.first}/{(self.first + 1) % 100:02}"

    @property
    def last_day(self) -> date:
        return date(self.first + 1, 3, 31)

    @property
    def day_before(self) -> date:
        return date(self.first, 3, 31)

    def told_on(self, today: date) -> date:
        """The day as of which the year is told: its last, or today while it goes on."""
        return min(self.last_day, today)


def year_of(day: date) -> Year:
    return Year(day.year if day.month > 3 else day.year - 1)


def years(begin: date, today: date) -> list[Year]:
    """Every year of which something is known, the newest first."""
    return [Year(one) for one in range(year_of(today).first, year_of(begin).first - 1, -1)]


def chosen(text: str, known: Sequence[Year], today: date) -> Year:
    """The year asked for by the calendar year in which it begins; by default the last that has ended.

    RuleError when there is no such year in the portal's records.
    """
    if not text:
        return next((one for one in known if one.last_day <= today), known[0])
    found = next((one for one in known if str(one.first) == text), None)
    if found is None:
        raise RuleError("The portal's records hold no such year. Choose one of those listed.", field="year")
    return found


@dataclass(frozen=True)
class Recognised:
    """A recognition of the year, named as on the day of issue."""

    organisation: str
    level_name: str
    issued_on: date
    is_fictional: bool


@dataclass(frozen=True)
class AnnualFacts:
    """``before``: the same at the end of the year before; None where the portal's records do not reach that far."""

    year: Year
    on: date
    framework: Framework
    counts: Counts
    before: Counts | None
    begin: date
    icb_names: Sequence[tuple[UUID, str]]
    targets: Sequence[TargetResult]
    recognised: Sequence[Recognised]
    ended: int  # recognitions that expired or were revoked in the year
    corrections: int  # lines recorded since about this day or earlier ones
