"""What a new day brings: changes of organisations whose day has come, a look at the invariants, the sums of the day,
and the head of its history."""

import structlog

from app.actions import day_ends, heads, invariants
from app.actions.organisation_places import By, apply_due
from app.config import Settings
from app.db import Database
from app.queries import audit, organisation_changes
from app.queries import heads as head_queries
from app.rules.days import last_night, uk_day

log = structlog.get_logger()


def apply_changes(database: Database, settings: Settings) -> int:
    """Let organisations' rows take over the changes whose day has come. Returns how many organisations."""
    with database.read() as session:
        due = organisation_changes.to_apply(session, uk_day(database.now(session)))
    by = By(None, settings.conflict_years, settings.base_url)
    for organisation_id in due:
        with database.write() as session:
            apply_due(session, organisation_id, by=by, at=database.now(session))
    return len(due)


def check_invariants(database: Database, contact: str) -> list[str]:
    """Once a night, see whether every record still keeps to the rules. Returns what does not."""
    with database.read() as session:
        if not invariants.is_due(session, last_night(database.now(session))):
            return []
    with database.write() as session:
        broken = invariants.look(session, contact=contact, at=database.now(session))
    if broken:
        log.error("invariants broken", number=len(broken))
    return broken


def close_day(database: Database) -> bool:
    """Once a night, add up what dashboards count. Returns whether it was due."""
    with database.read() as session:
        if not day_ends.is_due(session, last_night(database.now(session))):
            return False
    with database.write() as session:
        day_ends.close_day(session, at=database.now(session))
    database.learn_sizes()
    return True


def publish_head(database: Database, contact: str) -> list[str]:
    """Once a night, publish the head of the day that is over, and see whether everything still says what the history
    says: so that whoever changes the past is found within a day. Returns what does not."""
    with database.read() as session:
        newest = head_queries.newest(session)
        if newest and newest.day >= heads.day_due(database.now(session)):
            return []
        faults = audit.verify(session) if newest else []
    with database.write() as session:
        at = database.now(session)
        if heads.publish(session, at=at) and faults:
            heads.tell(session, faults, contact=contact, at=at)
    if faults:
        log.error("history and records differ", number=len(faults))
    return faults
