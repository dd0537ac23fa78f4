"""The sources that evidence may come from, and which criteria an item can serve because of its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import Session

from app.criteria.schema import Criterion, Source
from app.models import Evidence, Organisation, SelfAssessment
from app.queries import frameworks, self_assessments
from app.queries.evidence_lists import Use
from app.rules.cross_map import served_by
from app.rules.people import Who
from app.rules.permissions import Permission, Scope, allows
from app.web.portal import PortalParts


def sources(session: Session, parts: PortalParts) -> tuple[Source, ...]:
    """What can be chosen, in the framework's order."""
    return frameworks.newest_parsed(session, parts.shelf).sources


def source_ids(session: Session, parts: PortalParts) -> frozenset[str]:
    """The values that a form may bring."""
    return frozenset(one.id for one in sources(session, parts))


def with_kept(choices: tuple[Source, ...], kept: str) -> tuple[Source, ...]:
    """The choices, and the one an item has already should a newer framework version no longer list it."""
    if not kept or kept in {one.id for one in choices}:
        return choices
    return (*choices, Source(id=kept, name=kept, about="From an earlier version of the framework."))


@dataclass(frozen=True)
class Serving:
    """What an item can serve in the organisation's living self-assessment, and whether this person may link it."""

    self_assessment_id: UUID
    linked: list[Criterion]
    possible: list[Criterion]
    may_link: bool


def serving(
    session: Session, parts: PortalParts, who: Who, item: Evidence, uses: Iterable[Use]
) -> Serving | None:
    """None when the item has no source, was removed, or there is no self-assessment to serve."""
    if not item.source or item.removed_at is not None:
        return None
    family = frameworks.newest_parsed(session, parts.shelf).id
    living_id = self_assessments.current_of(session, item.organisation_id, family)
    if living_id is None:
        return None
    living = session.get_one(SelfAssessment, living_id)
    framework = parts.shelf.get(session, living.framework_version_id)
    kind = session.get_one(Organisation, item.organisation_id).kind
    criteria = served_by(framework, kind, item.source)
    codes = {use.code for use in uses if use.self_assessment_id == living.id}
    return Serving(
        living.id,
        [one for one in criteria if one.code in codes],
        [one for one in criteria if one.code not in codes],
        allows(Permission.WRITE_ANSWERS, who, Scope(organisation_id=item.organisation_id)),
    )
