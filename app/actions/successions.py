"""What an organisation became part of. An award is never copied along it; pages show it as a link."""

from datetime import datetime, timedelta

from sqlmodel import Session

from app.actions import strikes
from app.actions.organisation_places import By, note_of, tell
from app.models import Organisation, Succession
from app.queries import organisation_changes as queries
from app.rules import organisation_changes as rules
from app.rules.days import in_words
from app.rules.errors import RuleError


def add_successor(
    session: Session, organisation: Organisation, after: Organisation, note: str, *, by: By, at: datetime
) -> Succession:
    """What a closed organisation became part of, on the first day that it no longer existed.

    RuleError when it is not closed, or that is on record. Open judgements that this makes conflicted are struck.
    """
    gone = rules.last_day(queries.counting(session, organisation.id)) or organisation.valid_to
    if gone is None:
        raise RuleError("Record first from which day it no longer exists.", field="successor")
    known = {one.id for one, _ in queries.successors(session, organisation.id)}
    before = {one.id for one, _ in queries.predecessors(session, organisation.id)}
    if after.id in known | before | {organisation.id}:
        raise RuleError("This organisation is on record already.", field="successor")
    if after.valid_to is not None and after.valid_to <= gone:
        raise RuleError(f"This organisation existed until {in_words(after.valid_to)}.", field="successor")
    made = Succession(
        predecessor_id=organisation.id,
        successor_id=after.id,
        on_date=gone + timedelta(days=1),
        note=note_of(note),
    )
    session.add(made)
    session.flush()
    facts = {"successor": str(after.id), "on_date": made.on_date.isoformat()}
    tell(session, organisation, "record successor", by, at, facts)
    strikes.strike(
        session,
        organisation_ids={after.id},
        by=by.person_id,
        at=at,
        years=by.years,
        base_url=by.base_url,
    )
    return made
