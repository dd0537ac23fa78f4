"""Recording what becomes of organisations, each change from a day on: renamed, moved, closed, part of another.

What was wrong is voided with a reason and recorded anew; nothing is written over. The ledger that dashboards count is
restated each time, so an answer that was given for a past day stays. The caller holds the organisation's row.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from app.actions.organisation_places import WITH_ITS_ICB, By, follow, note_of, tell
from app.actions.successions import add_successor
from app.criteria.schema import OrganisationKind
from app.models import ChangeKind, Organisation, OrganisationChange
from app.queries import organisation_changes as queries
from app.rules import organisation_changes as rules
from app.rules.days import in_words
from app.rules.errors import RuleError
from app.rules.organisation_changes import Whole, require_recordable
from app.rules.passages import required_passage


def rename(
    session: Session,
    organisation: Organisation,
    name: str,
    from_on: date | None,
    note: str,
    *,
    by: By,
    at: datetime,
) -> OrganisationChange:
    """The organisation has another name from a day on. RuleError at the field that is wrong."""
    name = " ".join(required_passage(name, "name", "Enter the new name.").split())
    if len(name) > rules.LONGEST_NAME:
        raise RuleError(f"Shorten the name to {rules.LONGEST_NAME} characters or fewer.", field="name")
    said = Whole(name, None, None)
    return record(session, organisation, ChangeKind.RENAMED, said, from_on, note, by=by, at=at)


def move(
    session: Session,
    organisation: Organisation,
    area: Organisation | None,
    from_on: date | None,
    note: str,
    *,
    by: By,
    at: datetime,
) -> OrganisationChange:
    """The organisation is in another area from a day on: a trust under another ICB, an ICB in another region.

    With an ICB go the bodies under it. RuleError at the field that is wrong.
    """
    allowed = {id_ for id_, _ in queries.areas(session, organisation.kind)}
    if area is None or area.id not in allowed:
        raise RuleError("Choose an area from the list.", field="area")
    if from_on is not None and area.valid_to is not None and area.valid_to < from_on:
        raise RuleError(f"This area existed until {in_words(area.valid_to)}. Choose another.", field="area")
    is_icb = organisation.kind is OrganisationKind.ICB
    said = (
        Whole("", organisation.id, area.id)
        if is_icb
        else Whole("", area.id, _region_on(session, area, from_on))
    )
    made = record(session, organisation, ChangeKind.MOVED, said, from_on, note, by=by, at=at)
    if is_icb:
        _take_along(session, organisation, made, said, by, at)
    return made


def _region_on(session: Session, icb: Organisation, day: date | None) -> UUID | None:
    found = rules.on(queries.counting(session, icb.id), day) if day else None
    return found.region_id if found else icb.region_id


def _take_along(
    session: Session, icb: Organisation, change: OrganisationChange, said: Whole, by: By, at: datetime
) -> None:
    """The bodies under an ICB on that day go where it goes."""
    assert change.from_on is not None  # a change is recorded from a day on
    for body in queries.bodies_of(session, icb.id):
        known = rules.on(queries.counting(session, body.id), change.from_on)
        if goes_along(body, known, icb, said):
            session.refresh(body, with_for_update={"key_share": True})
            record(session, body, ChangeKind.MOVED, said, change.from_on, WITH_ITS_ICB, by=by, at=at)


def goes_along(body: Organisation, known: Whole | None, icb: Organisation, said: Whole) -> bool:
    """Whether a body that is ``known`` so that day is under the ICB then, open, and not where it goes already."""
    now = known or Whole(body.name, body.icb_id, body.region_id)
    return (
        now.is_open and now.icb_id == icb.id and (now.icb_id, now.region_id) != (said.icb_id, said.region_id)
    )


def close(
    session: Session,
    organisation: Organisation,
    successors: Iterable[Organisation],
    from_on: date | None,
    note: str,
    *,
    by: By,
    at: datetime,
) -> OrganisationChange:
    """From this day on the organisation no longer exists; ``successors``: what it became part of, if anything.

    What it held stays with it. The bodies under an ICB go to its successor, when it has one; to several they are
    moved one by one.
    """
    after = list({one.id: one for one in successors}.values())
    if any(one.id == organisation.id for one in after):
        raise RuleError("An organisation can't become part of itself.", field="successor")
    said = Whole("", None, None, is_open=False)
    made = record(session, organisation, ChangeKind.CLOSED, said, from_on, note, by=by, at=at)
    assert made.from_on is not None
    for one in after:
        add_successor(session, organisation, one, note, by=by, at=at)
    if organisation.kind is OrganisationKind.ICB and len(after) == 1:
        to = Whole("", after[0].id, _region_on(session, after[0], made.from_on))
        _take_along(session, organisation, made, to, by, at)
    return made


def record(
    session: Session,
    organisation: Organisation,
    kind: ChangeKind,
    said: Whole,
    from_on: date | None,
    note: str,
    *,
    by: By,
    at: datetime,
) -> OrganisationChange:
    """Put one change on record, with what follows from it. RuleError at the field that is wrong."""
    note = note_of(note)
    rows = begin(session, organisation, at=at)
    day = require_recordable(rows, kind, from_on, said)
    made = OrganisationChange(
        organisation_id=organisation.id,
        kind=kind,
        from_on=day,
        name=said.name,
        icb_id=said.icb_id,
        region_id=said.region_id,
        is_open=said.is_open,
        note=note,
        recorded_at=at,
        recorded_by_id=by.person_id,
    )
    (whole,) = [whole for row, whole in rules.wholes([*rows, made]) if row is made]
    made.name, made.icb_id, made.region_id, made.is_open = (
        whole.name, whole.icb_id, whole.region_id, whole.is_open,
    )  # fmt: skip
    session.add(made)
    session.flush()
    facts = {"change": str(made.id), "kind": kind.value, "from_on": day.isoformat()}
    tell(session, organisation, "record change", by, at, facts)
    follow(session, organisation, by, at)
    return made


def begin(session: Session, organisation: Organisation, *, at: datetime) -> list[OrganisationChange]:
    """The changes that count. The first time they begin with what the organisation's row says, as it was known."""
    rows = queries.counting(session, organisation.id)
    if rows:
        return rows
    first = OrganisationChange(
        organisation_id=organisation.id,
        kind=ChangeKind.RECORDED,
        from_on=organisation.valid_from,
        name=organisation.name,
        icb_id=organisation.icb_id,
        region_id=organisation.region_id,
        recorded_at=at,
        applied_at=at,
    )
    session.add(first)
    if organisation.valid_to is not None:
        gone = {
            "kind": ChangeKind.CLOSED,
            "from_on": organisation.valid_to + timedelta(days=1),
            "is_open": False,
        }
        session.add(OrganisationChange(**first.model_dump(exclude={"id"}) | gone))
    session.flush()
    return queries.counting(session, organisation.id)
