"""Published framework versions, parsed once a process: a published version never changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from app.criteria import carry_over
from app.criteria.carry_over import CarryOver
from app.criteria.loader import from_document
from app.criteria.schema import Framework
from app.models import FrameworkDraft, FrameworkVersion, Person, SelfAssessment
from app.rules.carry_over import Plan, plan

Origin = tuple[UUID, str]  # a framework version and the code of one of its criteria


class FrameworkShelf:
    """The parsed framework versions of this process, by row id."""

    def __init__(self) -> None:
        self._parsed: dict[UUID, Framework] = {}
        self._origins: dict[UUID, Mapping[str, tuple[Origin, ...]]] = {}

    def get(self, session: Session, version_id: UUID) -> Framework:
        """The framework version; LookupError when there is none with this id."""
        if version_id not in self._parsed:
            row = session.get(FrameworkVersion, version_id)
            if row is None:
                raise LookupError(f"no framework version {version_id}")
            self._parsed[version_id] = from_document(row.document, f"{row.framework} {row.version}")
        return self._parsed[version_id]

    def origins(self, session: Session, version_id: UUID, code: str) -> tuple[Origin, ...]:
        """The criterion itself, and each of an earlier version that carries over to it, the newest version first."""
        if version_id not in self._origins:
            self._origins[version_id] = _carried(session, version_id)
        return ((version_id, code), *self._origins[version_id].get(code, ()))


def _carried(session: Session, version_id: UUID) -> Mapping[str, tuple[Origin, ...]]:
    """By code, what it comes from in every version before. Where nobody said what carries over, nothing does."""
    found: dict[str, tuple[Origin, ...]] = {}
    step: CarryOver | None = None
    row: FrameworkVersion | None = session.get_one(FrameworkVersion, version_id)
    while row is not None and row.carry_over:
        earlier = carry_over.read(row.carry_over)
        step = carry_over.composed(earlier, step) if step else earlier
        row = before(session, row)
        if row is not None:
            for code, olds in step.criteria.items():
                found[code] = (*found.get(code, ()), *((row.id, old) for old in olds))
    return found


def newest(session: Session) -> FrameworkVersion | None:
    """The version published last, which new self-assessments start with."""
    return session.exec(select(FrameworkVersion).order_by(col(FrameworkVersion.published_at).desc())).first()


def newest_parsed(session: Session, shelf: FrameworkShelf) -> Framework:
    """The version published last, parsed; LookupError in a portal without one (``portal load`` brings it)."""
    version_id = session.exec(
        select(FrameworkVersion.id).order_by(col(FrameworkVersion.published_at).desc())
    ).first()
    if version_id is None:
        raise LookupError("no framework version is loaded: run `portal load`")
    return shelf.get(session, version_id)


def in_force(session: Session, shelf: FrameworkShelf, before: datetime) -> tuple[UUID, Framework]:
    """The version published last before a moment, with its id; the first one, where there was none yet.

    LookupError in a portal without one.
    """
    rows = session.execute(
        sa.select(col(FrameworkVersion.id), col(FrameworkVersion.published_at)).order_by(
            col(FrameworkVersion.published_at)
        )
    ).all()
    if not rows:
        raise LookupError("no framework version is loaded: run `portal load`")
    id_ = next((id_ for id_, at in reversed(rows) if at < before), rows[0][0])
    return id_, shelf.get(session, id_)


def newest_of(session: Session, framework: str) -> FrameworkVersion | None:
    """The version of one framework that was published last."""
    return session.exec(
        select(FrameworkVersion)
        .where(FrameworkVersion.framework == framework)
        .order_by(col(FrameworkVersion.published_at).desc())
    ).first()


def named(session: Session, framework: str, version: str) -> FrameworkVersion | None:
    """The published version with this name."""
    return session.exec(
        select(FrameworkVersion)
        .where(FrameworkVersion.framework == framework)
        .where(FrameworkVersion.version == version)
    ).first()


def newer_than(session: Session, version_id: UUID) -> FrameworkVersion | None:
    """The newest version of the same framework, when it was published after this one."""
    row = session.get_one(FrameworkVersion, version_id)
    found = newest_of(session, row.framework)
    return found if found and found.published_at > row.published_at else None


def before(session: Session, row: FrameworkVersion) -> FrameworkVersion | None:
    """The version that this one came after; None for the first."""
    if not row.carry_over:
        return None
    return named(session, row.framework, carry_over.read(row.carry_over).before)


def plan_between(
    session: Session, shelf: FrameworkShelf, old: FrameworkVersion, new: FrameworkVersion
) -> Plan:
    """What carries over from ``old`` to ``new``, through every version published in between."""
    step, row = _of(new), before(session, new)
    while step and row and row.id != old.id:
        earlier = _of(row)
        step = carry_over.composed(earlier, step) if earlier else None
        row = before(session, row)
    left, entered = shelf.get(session, old.id), shelf.get(session, new.id)
    if step is None or row is None:  # published before anybody said what carries over
        step = carry_over.resolved(CarryOver(before=left.version), left, entered)
    return plan(left, entered, step)


def _of(row: FrameworkVersion) -> CarryOver | None:
    return carry_over.read(row.carry_over) if row.carry_over else None


@dataclass(frozen=True)
class Published:
    """One line of the list of versions; ``current`` self-assessments are written against it."""

    id: UUID
    framework: str
    version: str
    published_at: datetime
    current: int


def published(session: Session) -> list[Published]:
    """Every published version, the newest first."""
    rows = session.execute(
        sa.select(
            col(FrameworkVersion.id),
            col(FrameworkVersion.framework),
            col(FrameworkVersion.version),
            col(FrameworkVersion.published_at),
            func.count(col(SelfAssessment.id)),
        )
        .join(
            SelfAssessment,
            (col(SelfAssessment.framework_version_id) == FrameworkVersion.id)
            & col(SelfAssessment.moved_at).is_(None),
            isouter=True,
        )
        .group_by(
            col(FrameworkVersion.id),
            col(FrameworkVersion.framework),
            col(FrameworkVersion.version),
            col(FrameworkVersion.published_at),
        )
        .order_by(col(FrameworkVersion.published_at).desc())
    ).all()
    return [Published(*row) for row in rows]


@dataclass(frozen=True)
class DraftLine:
    """A draft that is being written."""

    id: UUID
    based_on: str
    changed_at: datetime
    changed_by: str


def drafts(session: Session) -> list[DraftLine]:
    """The drafts that are neither published nor discarded, the one changed last first."""
    rows = session.exec(
        select(FrameworkDraft.id, FrameworkVersion.version, FrameworkDraft.changed_at, Person.name)
        .join(FrameworkVersion, col(FrameworkVersion.id) == FrameworkDraft.based_on_id)
        .join(Person, col(Person.id) == FrameworkDraft.changed_by_id)
        .where(col(FrameworkDraft.published_id).is_(None))
        .where(col(FrameworkDraft.discarded_at).is_(None))
        .order_by(col(FrameworkDraft.changed_at).desc())
    ).all()
    return [DraftLine(*row) for row in rows]


def could_move(session: Session, framework: str) -> int:
    """How many self-assessments are written against any version of the framework now."""
    return session.exec(
        select(func.count(col(SelfAssessment.id)))
        .join(FrameworkVersion, col(FrameworkVersion.id) == SelfAssessment.framework_version_id)
        .where(FrameworkVersion.framework == framework)
        .where(col(SelfAssessment.moved_at).is_(None))
    ).one()


def names(session: Session, framework: str) -> frozenset[str]:
    """The names of the published versions of one framework."""
    found = session.exec(select(FrameworkVersion.version).where(FrameworkVersion.framework == framework))
    return frozenset(found.all())
