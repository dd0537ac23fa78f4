"""One piece of work, many uses: which criteria an item of evidence can serve because of where it comes from."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.criteria.schema import Criterion, Framework, OrganisationKind, Source
from app.rules.evidence_lists import LibraryLine


@dataclass(frozen=True)
class Reuse:
    """One item and the criteria that its source can serve, in the framework's order."""

    item: LibraryLine
    linked: tuple[Criterion, ...]
    possible: tuple[Criterion, ...]  # not linked yet; none once the item has expired


@dataclass(frozen=True)
class SourceReuse:
    """One source with the evidence that comes from it."""

    source: Source
    criteria: tuple[Criterion, ...]
    items: tuple[Reuse, ...]

    @property
    def unserved(self) -> tuple[Criterion, ...]:
        """The criteria that it can serve and that nothing from it supports yet."""
        served = {one.code for item in self.items for one in item.linked}
        return tuple(one for one in self.criteria if one.code not in served)


def served_by(framework: Framework, kind: OrganisationKind, source_id: str) -> tuple[Criterion, ...]:
    """The criteria that a source can serve and that apply to this kind of organisation; none without a source."""
    return tuple(one for one in framework.criteria if source_id in one.serves and one.applies_to(kind))


def cross_map(
    framework: Framework,
    kind: OrganisationKind,
    library: Iterable[LibraryLine],
    linked: Collection[tuple[UUID, str]],
    *,
    today: date,
) -> list[SourceReuse]:
    """Every source of the framework with its evidence by title. ``linked`` are pairs of item and criterion code."""
    lines = sorted(library, key=lambda one: (one.title.casefold(), str(one.id)))
    found = []
    for source in framework.sources:
        criteria = served_by(framework, kind, source.id)
        own = [one for one in lines if one.source == source.id]
        found.append(
            SourceReuse(source, criteria, tuple(_reuse(one, criteria, linked, today) for one in own))
        )
    return found


def _reuse(
    item: LibraryLine, criteria: tuple[Criterion, ...], linked: Collection[tuple[UUID, str]], today: date
) -> Reuse:
    own = tuple(one for one in criteria if (item.id, one.code) in linked)
    rest = tuple(one for one in criteria if one not in own)
    return Reuse(item, own, () if item.is_expired(today) else rest)
