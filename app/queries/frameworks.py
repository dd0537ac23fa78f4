"""Published framework versions, parsed once a process: a published version never changes."""

from uuid import UUID

from sqlmodel import Session, col, select

from app.criteria.loader import from_document
from app.criteria.schema import Framework
from app.models import FrameworkVersion


class FrameworkShelf:
    """The parsed framework versions of this process, by row id."""

    def __init__(self) -> None:
        self._parsed: dict[UUID, Framework] = {}

    def get(self, session: Session, version_id: UUID) -> Framework:
        """The framework version; LookupError when there is none with this id."""
        if version_id not in self._parsed:
            row = session.get(FrameworkVersion, version_id)
            if row is None:
                raise LookupError(f"no framework version {version_id}")
            self._parsed[version_id] = from_document(row.document, f"{row.framework} {row.version}")
        return self._parsed[version_id]


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
