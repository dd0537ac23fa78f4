"""Changing what is said of an item: its title, its dates and where it comes from. Its bytes are versions."""

from dataclasses import asdict
from datetime import datetime

from sqlmodel import Session

from app.actions.history import record
from app.models import Evidence, Organisation
from app.rules.errors import Conflict, Stale
from app.rules.evidence import Details
from app.rules.marks import mark
from app.rules.people import Who


def change_details(
    session: Session, evidence: Evidence, details: Details, *, seen: str, by: Who, at: datetime
) -> None:
    """Say something else of an item. Answers are supported as before; sealed copies keep what they name.

    ``seen`` is the mark of the details that were typed over: Stale when somebody changed them since. Conflict when the
    item was removed. The same details again change nothing.
    """
    session.get_one(Organisation, evidence.organisation_id, with_for_update={"key_share": True})
    if evidence.removed_at is not None:
        raise Conflict("This evidence was removed from the library.")
    before, after = _plain(details_of(evidence)), _plain(details)
    if before == after:
        return
    if seen != mark(before):
        raise Stale("Somebody else changed these details while you were writing. Compare both, then save.")
    for name, value in asdict(details).items():
        setattr(evidence, name, value)
    session.add(evidence)
    session.flush()
    changed = [name for name in after if before[name] != after[name]]
    facts = {
        "evidence": str(evidence.id),
        "before": {name: _kept(name, before[name]) for name in changed},
        "after": {name: _kept(name, after[name]) for name in changed},
    }
    stream = f"organisation:{evidence.organisation_id}"
    record(session, stream, "change evidence details", by=by.person_id, at=at, facts=facts)


def details_of(evidence: Evidence) -> Details:
    """What is said of an item now."""
    return Details(evidence.title, evidence.evidence_date, evidence.expires_on, evidence.source)


def mark_of(evidence: Evidence) -> str:
    """The mark of what is said of an item now, as the form carries it."""
    return mark(_plain(details_of(evidence)))


def _plain(details: Details) -> dict[str, str]:
    return {
        "title": details.title,
        "evidence_date": details.evidence_date.isoformat(),
        "expires_on": details.expires_on.isoformat() if details.expires_on else "",
        "source": details.source,
    }


def _kept(name: str, text: str) -> str:
    """What history may keep for ever: of a title, which may hold a person's name, only its mark."""
    return mark(text) if name == "title" else text
