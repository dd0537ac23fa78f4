"""Who is asking, as the rules see them."""

from dataclasses import dataclass
from uuid import UUID

from app.models import ASSEMBLY_ROLES, Role


@dataclass(frozen=True)
class Holding:
    """A role a person holds now, and for which organisation (none for the Assembly's roles)."""

    role: Role
    organisation_id: UUID | None = None


@dataclass(frozen=True)
class Tie:
    """A body the person works for, acts for or did so within three years: a possible conflict of interest."""

    organisation_id: UUID
    icb_id: UUID | None
    organisation_name: str


@dataclass(frozen=True)
class Who:
    person_id: UUID
    name: str
    email: str
    holdings: tuple[Holding, ...] = ()
    ties: tuple[Tie, ...] = ()

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
