"""What follows when an organisation's changes were recorded, voided or come due: its rows, its place, its pipeline."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from app.actions import strikes
from app.actions.history import record
from app.actions.standings import restate
from app.models import OPEN_STATUSES, Organisation, OrganisationChange, StageSpan, Submission
from app.queries import organisation_changes as queries
from app.rules import organisation_changes as rules
from app.rules.days import uk_day
from app.rules.errors import RuleError
from app.rules.passages import passage
from app.rules.people import CONFLICT_YEARS, Who

WITH_ITS_ICB = "With its ICB."


@dataclass(frozen=True)
class By:
    """Who records, and what the strikes that may follow need. Nobody: a loaded list."""

    person_id: UUID | None
    years: int = CONFLICT_YEARS
    base_url: str = ""

    @classmethod
    def of(cls, who: Who, base_url: str) -> "By":
        return cls(who.person_id, who.conflict_years, base_url)


def note_of(text: str) -> str:
    tidied = passage(text, "note")
    if len(tidied) > rules.LONGEST_NOTE:
        raise RuleError(f"Shorten the note to {rules.LONGEST_NOTE} characters or fewer.", field="note")
    return tidied


def follow(session: Session, organisation: Organisation, by: By, at: datetime) -> None:
    """Later rows, the organisation's own row and the ledger follow what is now on record."""
    carry(session, organisation, at=at)
    take_over(session, organisation, by=by, at=at)
    restate(session, organisation, cause=f"organisation:{organisation.id}", at=at)


def carry(session: Session, organisation: Organisation, *, at: datetime) -> None:
    """Let each change hold what the body is on its day, by what is on record now.

    A row that no longer does is voided and said anew, so that what was known before can be read as it was.
    """
    for row, whole in rules.wholes(queries.counting(session, organisation.id)):
        if rules.whole_of(row) == whole:
            continue
        values = {
            "name": whole.name, "icb_id": whole.icb_id, "region_id": whole.region_id, "is_open": whole.is_open,
            "recorded_at": at,
        }  # fmt: skip
        again = OrganisationChange(**row.model_dump(exclude={"id"}) | values)
        row.void_at = at
        session.add_all((row, again))
    session.flush()


def take_over(session: Session, organisation: Organisation, *, by: By, at: datetime) -> None:
    """Let the organisation's row say what the body is today. Its last day is told as soon as it is on record."""
    rows = queries.counting(session, organisation.id)
    now = rules.on(rows, uk_day(at))
    for row in rows:
        if row.applied_at is None and (row.from_on is None or row.from_on <= uk_day(at)):
            row.applied_at = at
    organisation.valid_to = rules.last_day(rows)
    if now is None:
        session.flush()
        return
    is_moved = (organisation.icb_id, organisation.region_id) != (now.icb_id, now.region_id)
    organisation.name, organisation.icb_id, organisation.region_id = now.name, now.icb_id, now.region_id
    session.flush()
    if is_moved:
        _move_pipeline(session, organisation, at)
        _strike(session, organisation, by, at)


def _move_pipeline(session: Session, organisation: Organisation, at: datetime) -> None:
    """What is on its way is overseen by the new area from today; until yesterday it was by the old one, for ever."""
    place = {"icb_id": organisation.icb_id, "region_id": organisation.region_id}
    own = select(Submission).where(Submission.organisation_id == organisation.id)
    for submission in session.exec(own.where(col(Submission.status).in_(OPEN_STATUSES))).all():
        submission.icb_id, submission.region_id = organisation.icb_id, organisation.region_id
    spans = select(StageSpan).where(StageSpan.organisation_id == organisation.id)
    for span in session.exec(spans.where(col(StageSpan.until_on).is_(None))).all():
        if (span.icb_id, span.region_id) == (organisation.icb_id, organisation.region_id):
            continue
        span.until_on = uk_day(at)
        again = span.model_dump(exclude={"id"}) | place | {"from_on": uk_day(at), "until_on": None}
        session.add(StageSpan(**again))
    session.flush()


def _strike(session: Session, organisation: Organisation, by: By, at: datetime) -> None:
    """A move can make people of one area judges of their own neighbours: that is a conflict from this moment on."""
    neighbours = select(Organisation.id).where(
        col(Organisation.icb_id).is_not(None), Organisation.icb_id == organisation.icb_id
    )
    concerned = {organisation.id, *session.exec(neighbours).all()}
    strikes.strike(
        session, organisation_ids=concerned, by=by.person_id, at=at, years=by.years, base_url=by.base_url
    )


def apply_due(session: Session, organisation_id: UUID, *, at: datetime, by: By) -> None:
    """The organisation's row takes over the changes whose day has come."""
    organisation = session.get_one(Organisation, organisation_id, with_for_update={"key_share": True})
    take_over(session, organisation, by=by, at=at)
    tell(session, organisation, "apply changes", by, at, {"name": organisation.name})


def tell(
    session: Session,
    organisation: Organisation,
    verb: str,
    by: By,
    at: datetime,
    facts: dict[str, Any],
    reason: str = "",
) -> None:
    stream = f"organisation:{organisation.id}"
    record(session, stream, verb, by=by.person_id, at=at, reason=reason, facts=facts)
