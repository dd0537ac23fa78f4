"""What a dashboard is of: an ICB, a region, or all regions together."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, or_, select, true
from sqlmodel import Session, col

from app.criteria.schema import OrganisationKind
from app.models import VIEWER_ROLES, Organisation, Role
from app.rules.people import Who

ALL = "all"


@dataclass(frozen=True)
class Area:
    """``body``: the ICB or the region; None: all regions."""

    body: Organisation | None = None

    @property
    def key(self) -> str:
        """How addresses name it."""
        return str(self.body.id) if self.body else ALL

    @property
    def name(self) -> str:
        return self.body.name if self.body else "All regions"

    @property
    def code(self) -> str:
        return self.body.ods_code if self.body else ALL

    @property
    def is_fictional(self) -> bool:
        return self.body is not None and self.body.is_fictional

    @property
    def is_icb(self) -> bool:
        return self.body is not None and self.body.kind is OrganisationKind.ICB

    def holds(self, model: Any) -> ColumnElement[bool]:
        """The condition that a row of ``model``, which says its ICB and region, is of this area."""
        if self.body is None:
            return true()
        return col(model.icb_id if self.is_icb else model.region_id) == self.body.id

    def is_own_of(self, who: Who) -> bool:
        """Whether the person looks after this area, and so sees all of it."""
        if self.body is None:
            return False
        return self.body.id in who.organisations(*VIEWER_ROLES) or (
            self.body.region_id in who.organisations(Role.REGION_VIEWER)
        )


EVERYWHERE = Area()


def open_to(session: Session, who: Who) -> list[Area]:
    """The areas whose dashboard the person may open: all regions, then regions, then ICBs by name."""
    query = select(Organisation).where(
        col(Organisation.kind).in_([OrganisationKind.ICB, OrganisationKind.REGION])
    )
    is_administrator = who.holds(Role.ADMINISTRATOR)
    if not is_administrator:
        own = who.organisations(*VIEWER_ROLES)
        regions = who.organisations(Role.REGION_VIEWER)
        query = query.where(or_(col(Organisation.id).in_(own), col(Organisation.region_id).in_(regions)))
    rows = session.scalars(query.order_by(col(Organisation.kind).desc(), col(Organisation.name))).all()
    return [*([EVERYWHERE] if is_administrator else []), *(Area(row) for row in rows)]
