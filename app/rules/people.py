"""Who is asking, as the rules see them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from app.models import ASSEMBLY_ROLES, Role

CONFLICT_YEARS = (
    3  # source: fairness rule 1, "worked in the last 3 years"; the setting conflict_years replaces it
)


@dataclass(frozen=True)
class Holding:
    """A role a person holds now, and for which organisation (none for the Assembly's roles)."""

    role: Role
    organisation_id: UUID | None = None


class TieKind(StrEnum):
    """What a tie comes through, the plainest first: a conflict is explained by the first that is found."""

    EMPLOYER = "employer"
    WORK = "work on record"
    ROLE = "role in the portal"
    WROTE = "wrote for it"
    HELPED = "declared help"
    FAMILY = "declared family or friend"
    OTHER = "declared interest"
    GROUP = "same group"
    SUCCESSOR = "successor of where they work"


@dataclass(frozen=True)
class Tie:
    """Something that binds a person to an organisation now, or did within the years set: a possible conflict.

    ``icb_id`` is None where the tie stands for the organisation alone. ``through`` names the body and the group that
    a tie of a group comes through, or the predecessor of a successor. Days are UK days; an open end has none.
    """

    organisation_id: UUID
    icb_id: UUID | None
    organisation_name: str
    kind: TieKind = TieKind.EMPLOYER
    through: str = ""
    from_on: date | None = None
    to_on: date | None = None  # last day


@dataclass(frozen=True)
class Who:
    person_id: UUID
    name: str
    email: str
    holdings: tuple[Holding, ...] = ()
    ties: tuple[Tie, ...] = ()
    waived: frozenset[UUID] = frozenset()  # submissions for which two others set this person's conflict aside
    conflict_years: int = CONFLICT_YEARS  # as the portal is set: who acts measures others by the same years

    def holds(self, role: Role) -> bool:
        return any(holding.role is role for holding in self.holdings)

    @property
    def is_assembly(self) -> bool:
        return any(holding.role in ASSEMBLY_ROLES for holding in self.holdings)

    def organisations(self, *roles: Role) -> frozenset[UUID]:
        """The organisations for which this person holds one of ``roles`` (any role when none is named)."""
        return frozenset(
            holding.organisation_id
            for holding in self.holdings
            if holding.organisation_id and (not roles or holding.role in roles)
        )
