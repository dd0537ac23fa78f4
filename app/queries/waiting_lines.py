"""A line of what waits for somebody, and what every kind of line is made from."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session

from app.criteria.schema import Framework
from app.models import ORGANISATION_ROLES
from app.rules.days import uk_day
from app.rules.people import Who
from app.rules.permissions import Permission, Scope, allows

MOST_LINES = 10  # of one kind; the list is for today, and the library and the task list show the rest


@dataclass(frozen=True)
class Line:
    """One thing to do. ``path`` leads straight to it; ``until`` is the last day, for the order."""

    what: str
    why: str
    path: str
    organisation_name: str
    until: date | None = None


@dataclass(frozen=True)
class Asking:
    """Who asks, when, and how to read a framework version."""

    session: Session
    who: Who
    at: datetime
    framework: Callable[[UUID], Framework]

    @property
    def today(self) -> date:
        return uk_day(self.at)

    def organisations(self, permission: Permission) -> list[UUID]:
        """The organisations for which the person may do this."""
        own = self.who.organisations(*ORGANISATION_ROLES)
        return [id_ for id_ in own if allows(permission, self.who, Scope(organisation_id=id_))]

    def level_name(self, framework_version_id: UUID, level: str) -> str:
        """The name of a level as its framework version has it."""
        return self.framework(framework_version_id).level(level).name
