"""The criterion that evidence is added for, as an address names it: ``?for=<self-assessment>:<criterion>``."""

from dataclasses import dataclass
from uuid import UUID

from fastapi import Request
from sqlmodel import Session

from app.criteria.schema import Criterion, Framework
from app.models import Organisation, SelfAssessment
from app.queries import scopes
from app.web.errors import NotFound
from app.web.portal import PortalParts


@dataclass(frozen=True)
class Goal:
    """The criterion that evidence is added for."""

    self_assessment: SelfAssessment
    framework: Framework
    criterion: Criterion

    @property
    def path(self) -> str:
        return f"/self-assessments/{self.self_assessment.id}/criteria/{self.criterion.code}"

    @property
    def query(self) -> str:
        return f"?for={self.self_assessment.id}:{self.criterion.code}"


def goal_of(
    request: Request, session: Session, parts: PortalParts, organisation: Organisation, *, lock: bool
) -> Goal | None:
    """What the address names; NotFound when that is not this organisation's or does not exist."""
    named = request.query_params.get("for")
    if named is None:
        return None
    id_, _, code = named.partition(":")
    try:
        found = scopes.self_assessment(session, UUID(id_), lock)
    except ValueError:
        raise NotFound from None
    if found is None or found.thing.organisation_id != organisation.id:
        raise NotFound
    framework = parts.shelf.get(session, found.thing.framework_version_id)
    criterion = next((one for one in framework.criteria if one.code == code), None)
    if criterion is None or not criterion.applies_to(organisation.kind):
        raise NotFound
    return Goal(found.thing, framework, criterion)
