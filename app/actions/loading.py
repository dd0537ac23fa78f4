"""Bringing in framework versions and organisations. Loading the same again changes nothing."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, select

from app.actions import strikes
from app.actions.history import record
from app.actions.organisation_lists import follow_list
from app.actions.standings import restate
from app.adapters.directory import DirectoryEntry, DirectorySuccession
from app.criteria.carry_over import CarryOver, resolved
from app.criteria.loader import checksum, from_document, to_document
from app.criteria.schema import Framework, OrganisationKind
from app.models import FrameworkVersion, Organisation, Succession
from app.queries import frameworks
from app.rules.errors import RuleError
from app.rules.people import CONFLICT_YEARS


def publish_framework(
    session: Session,
    framework: Framework,
    *,
    at: datetime,
    declared: CarryOver | None = None,
    by: UUID | None = None,
) -> FrameworkVersion:
    """Publish the version. RuleError when it is published already with other words.

    ``declared`` says what carries over from the version before; what it leaves out carries by default. Raises
    CriteriaError when it does not fit the two versions.
    """
    published = frameworks.named(session, framework.id, framework.version)
    if published is None:
        return _publish(session, framework, declared, by, at)
    if published.checksum != checksum(framework):
        raise RuleError(
            f"Version {framework.version} is published and can't change. Give the changed files another version."
        )
    if declared is not None and _carry_over(
        session, frameworks.before(session, published), framework, declared
    ) != (published.carry_over):
        raise RuleError(f"What carries over to {framework.version} is published and can't change.")
    return published


def _publish(
    session: Session, framework: Framework, declared: CarryOver | None, by: UUID | None, at: datetime
) -> FrameworkVersion:
    before = frameworks.newest_of(session, framework.id)
    version = FrameworkVersion(
        framework=framework.id,
        version=framework.version,
        checksum=checksum(framework),
        document=to_document(framework),
        published_at=at,
        carry_over=_carry_over(session, before, framework, declared),
    )
    session.add(version)
    session.flush()
    facts = {"framework": framework.id, "version": framework.version, "checksum": version.checksum}
    record(session, "portal", "publish framework", by=by, at=at, facts=facts)
    return version


def _carry_over(
    session: Session, before: FrameworkVersion | None, framework: Framework, declared: CarryOver | None
) -> dict[str, Any]:
    """What carries over from ``before``, whole; nothing for the first version of a framework."""
    if before is None:
        if declared is not None:
            raise RuleError(f"No version comes before {framework.version}, so nothing carries over.")
        return {}
    left = from_document(before.document, f"{before.framework} {before.version}")
    return resolved(declared or CarryOver(before=before.version), left, framework).to_document()


def load_organisations(
    session: Session, entries: Iterable[DirectoryEntry], *, at: datetime, is_fictional: bool = False
) -> dict[str, Organisation]:
    """Add or update the organisations by ODS code. Returns all that were listed, by code."""
    entries = list(entries)
    known = {row.ods_code: row for row in session.exec(select(Organisation)).all()}
    rows = {entry.ods_code: _row(known.get(entry.ods_code), entry, is_fictional) for entry in entries}
    session.add_all(rows.values())
    session.flush()
    for entry in entries:  # now that each has an id
        row = rows[entry.ods_code]
        icb_id = rows[entry.icb_ods_code].id if entry.icb_ods_code else None
        region_id = rows[entry.region_ods_code].id if entry.region_ods_code else None
        if entry.ods_code in known:
            follow_list(session, row, entry, icb_id, region_id, at=at)
        else:
            row.icb_id, row.region_id = icb_id, region_id
    session.flush()
    for row in rows.values():
        restate(session, row, cause=f"organisation:{row.id}", at=at)
    if new := sorted(rows.keys() - known.keys()):
        record(session, "portal", "load organisations", by=None, at=at, facts={"new": new})
    return rows


def _row(known: Organisation | None, entry: DirectoryEntry, is_fictional: bool) -> Organisation:
    """The row with what has no day. Name, area and last day of a known body become changes (``follow_list``)."""
    row = known or Organisation(
        ods_code=entry.ods_code,
        name=entry.name,
        kind=OrganisationKind(entry.kind),
        valid_to=entry.valid_to,
    )
    row.kind, row.valid_from = OrganisationKind(entry.kind), entry.valid_from
    row.committed, row.code_status, row.note = entry.committed, entry.code_status, entry.note
    row.is_fictional = is_fictional
    return row


def load_successions(
    session: Session,
    successions: Iterable[DirectorySuccession],
    rows: dict[str, Organisation],
    *,
    at: datetime,
    years: int = CONFLICT_YEARS,
    base_url: str = "",
) -> None:
    """Note what became of which organisation, each once. Open judgements that this makes conflicted are struck."""
    new = False
    for line in successions:
        before, after = rows[line.predecessor].id, rows[line.successor].id
        known = select(Succession).where(
            Succession.predecessor_id == before, Succession.successor_id == after
        )
        if session.exec(known).first() is None:
            session.add(
                Succession(predecessor_id=before, successor_id=after, on_date=line.on_date, note=line.note)
            )
            new = True
    if new:  # any successor: what a body became may have become another before
        became = set(session.exec(select(Succession.successor_id)).all())
        strikes.strike(session, organisation_ids=became, by=None, at=at, years=years, base_url=base_url)
    session.flush()
