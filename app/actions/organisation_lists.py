"""What a loaded list says of an organisation that is known already becomes changes, dated the day it is loaded.

A list counts where it says something new. Where it only repeats what it said before, and an administrator has
recorded another fact since, the administrator's stands: loading an old list again undoes nothing.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from app.actions.organisation_changes import record
from app.actions.organisation_places import By
from app.actions.organisation_voids import void
from app.adapters.directory import DirectoryEntry
from app.models import ChangeKind, Organisation, OrganisationChange
from app.queries import organisation_changes as queries
from app.rules import organisation_changes as rules
from app.rules.days import uk_day
from app.rules.errors import RuleError
from app.rules.organisation_changes import Whole
from app.rules.standings import ALWAYS

_LIST = By(None)
ANOTHER = "The list says something else."
NOTE = "From the loaded list."


def follow_list(
    session: Session,
    row: Organisation,
    entry: DirectoryEntry,
    icb_id: UUID | None,
    region_id: UUID | None,
    *,
    at: datetime,
) -> None:
    """Record where the list differs from what it said before. RuleError with the code when that can't be."""
    said = Whole(entry.name, icb_id, region_id)
    if (row.name, row.icb_id, row.region_id, row.valid_to) == (entry.name, icb_id, region_id, entry.valid_to):
        return
    try:
        _follow(session, row, entry, said, at)
    except RuleError as refused:
        raise RuleError(f"{entry.ods_code}: {refused.sentence}") from refused


def _follow(session: Session, row: Organisation, entry: DirectoryEntry, said: Whole, at: datetime) -> None:
    before = _said_before(row, queries.counting(session, row.id))
    if entry.valid_to != before[1]:
        _last_day(session, row, entry, at)
    now = rules.on(queries.counting(session, row.id), uk_day(at)) or Whole(
        row.name, row.icb_id, row.region_id
    )
    if entry.valid_to is not None and entry.valid_to < uk_day(at):
        return  # what a body is called that no longer exists is what it was called
    if said.name not in (before[0].name, now.name):
        _change(session, row, ChangeKind.RENAMED, said, at)
    place = (said.icb_id, said.region_id)
    if place not in ((before[0].icb_id, before[0].region_id), (now.icb_id, now.region_id)):
        _change(session, row, ChangeKind.MOVED, said, at)


def _said_before(row: Organisation, rows: Iterable[OrganisationChange]) -> tuple[Whole, date | None]:
    """What lists said of the body so far, and its last day by them. Without changes the row holds it."""
    own = [one for one in rules.in_order(rows) if one.recorded_by_id is None]
    if not own:
        return Whole(row.name, row.icb_id, row.region_id), row.valid_to
    named = [one for one in own if one.kind in (ChangeKind.RECORDED, ChangeKind.RENAMED)][-1]
    placed = [one for one in own if one.kind in (ChangeKind.RECORDED, ChangeKind.MOVED)][-1]
    return Whole(named.name, placed.icb_id, placed.region_id), rules.last_day(own)


def _change(session: Session, row: Organisation, kind: ChangeKind, said: Whole, at: datetime) -> None:
    """From today on. What another list of the same day said is void."""
    for one in queries.counting(session, row.id):
        if one.kind is kind and (one.from_on or ALWAYS) == uk_day(at):
            void(session, row, one, ANOTHER, by=_LIST, at=at)
    record(session, row, kind, said, uk_day(at), NOTE, by=_LIST, at=at)


def _last_day(session: Session, row: Organisation, entry: DirectoryEntry, at: datetime) -> None:
    for one in queries.counting(session, row.id):
        if one.kind is ChangeKind.CLOSED and one.recorded_by_id is None:
            void(session, row, one, ANOTHER, by=_LIST, at=at)
    if entry.valid_to is not None and rules.last_day(queries.counting(session, row.id)) is None:
        gone, said = entry.valid_to + timedelta(days=1), Whole("", None, None, is_open=False)
        record(session, row, ChangeKind.CLOSED, said, gone, NOTE, by=_LIST, at=at)
