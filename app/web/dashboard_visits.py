"""Which area and which day a dashboard is asked for, and who asks."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from sqlmodel import Session

from app.criteria.schema import Framework, OrganisationKind, Question, QuestionKind
from app.models import Organisation
from app.queries import dashboards
from app.queries.areas import EVERYWHERE, Area
from app.queries.frameworks import in_force
from app.rules.dashboards import FIELD, check
from app.rules.days import end_of, uk_day
from app.rules.errors import RuleError
from app.rules.people import Who
from app.rules.permissions import Permission
from app.web.errors import NotFound
from app.web.guards import OrganisationFor, PortalFor
from app.web.pages import again
from app.web.portal import Portal, PortalParts
from app.web.transaction import Now, Person, Transaction
from app.web.typed_days import drawn_day, proposed, typed_day

ON = Question(
    id=FIELD,
    kind=QuestionKind.DATE,
    label="Show figures as of",
    hint="The end of any day since the portal's records began. For example, 31 3 2026.",
)


async def area_of(
    organisation: Annotated[
        Organisation, Depends(OrganisationFor(Permission.READ_DASHBOARD), scope="function")
    ],
) -> Area:
    if organisation.kind is OrganisationKind.TRUST:
        raise NotFound
    return Area(organisation)


async def all_regions(who: Annotated[Who, Depends(PortalFor(Permission.READ_DASHBOARD))]) -> Area:
    return EVERYWHERE


InArea = Annotated[Area, Depends(area_of, scope="function")]
Everywhere = Annotated[Area, Depends(all_regions)]


@dataclass(frozen=True)
class Asked:
    """The day that the address names, or that was typed in three fields."""

    on: Annotated[date | None, Query()] = None
    day: Annotated[str, Query(alias="on-day", max_length=10)] = ""
    month: Annotated[str, Query(alias="on-month", max_length=10)] = ""
    year: Annotated[str, Query(alias="on-year", max_length=10)] = ""

    @property
    def typed(self) -> dict[str, str]:
        return {"on-day": self.day, "on-month": self.month, "on-year": self.year}


On = Annotated[Asked, Depends()]


@dataclass(frozen=True)
class Visit:
    """Who looks at which area, and what the portal knows of days."""

    request: Request
    who: Who
    session: Session
    parts: PortalParts
    area: Area
    asked: Asked
    today: date
    begin: date | None

    def day(self) -> date:
        """The day asked for; RuleError when nothing can be told of it."""
        on = typed_day(ON, self.asked.typed) if any(self.asked.typed.values()) else self.asked.on
        check(on or self.today, today=self.today, begin=self.begin)
        return on or self.today

    def framework(self, on: date) -> Framework:
        return in_force(self.session, self.parts.shelf, end_of(on))[1]

    def drawn(self, on: date) -> dict[str, Any]:
        """What every page of the area shows."""
        return {
            "area": self.area,
            "on": on,
            "today": self.today,
            "begin": self.begin,
            "when": drawn_day(ON, proposed(ON, on)),
        }

    def refused(self, name: str, error: RuleError) -> Response:
        typed = (
            self.asked.typed if any(self.asked.typed.values()) else proposed(ON, self.asked.on or self.today)
        )
        context = {**self.drawn(self.today), "on": None, "when": drawn_day(ON, typed, error.sentence)}
        return again(self.request, name, self.who, error, **context)


async def visit_of(
    request: Request, who: Person, session: Transaction, parts: Portal, at: Now, area: InArea, asked: On
) -> Visit:
    begin = dashboards.records_begin(session)
    return Visit(request, who, session, parts, area, asked, uk_day(at), begin)


async def visit_of_all(
    request: Request, who: Person, session: Transaction, parts: Portal, at: Now, area: Everywhere, asked: On
) -> Visit:
    begin = dashboards.records_begin(session)
    return Visit(request, who, session, parts, area, asked, uk_day(at), begin)


ToArea = Annotated[Visit, Depends(visit_of, scope="function")]
ToAll = Annotated[Visit, Depends(visit_of_all, scope="function")]
