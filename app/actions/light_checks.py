"""The light check: once between award and expiry the holder says whether what was recognised still holds.

It revokes nothing. Who reads that something no longer holds decides what follows from it. The caller holds the
certificate's row.
"""

from datetime import datetime

from sqlmodel import Session

from app.actions.history import record
from app.criteria.schema import Settings
from app.models import Certificate, LightCheck
from app.queries import light_checks
from app.rules.certificate_life import light_check
from app.rules.certificates import Standing, standing
from app.rules.days import in_words, uk_day
from app.rules.errors import Conflict, RuleError
from app.rules.passages import required_passage
from app.rules.people import Who


def answer(
    session: Session,
    certificate: Certificate,
    settings: Settings,
    still_holds: bool | None,
    text: str,
    *,
    by: Who,
    at: datetime,
) -> LightCheck:
    """Keep the answer, once. RuleError at the field that lacks something; Conflict when nothing is asked now."""
    if refused := refusal(session, certificate, settings, at):
        raise Conflict(refused)
    if still_holds is None:
        raise RuleError("Select whether what was recognised still holds.", field="holds")
    said = required_passage(
        text, "text", "Say what changed, and what you did about conditions. If nothing changed, say so."
    )
    made = LightCheck(
        certificate_id=certificate.id,
        still_holds=still_holds,
        text=said,
        answered_at=at,
        answered_by_id=by.person_id,
    )
    session.add(made)
    session.flush()
    _record(session, certificate, "answer light check", by, at, {"still_holds": still_holds})
    return made


def refusal(session: Session, certificate: Certificate, settings: Settings, at: datetime) -> str:
    """Why the light check can't be answered now; empty when it can."""
    if light_checks.of(session, certificate):
        return "The light check of this certificate is answered."
    if standing(certificate, uk_day(at)) is not Standing.GENUINE:
        return "This certificate is not in date, so there is no light check."
    opens_on = light_check(certificate.expires_on, settings).opens_on
    if uk_day(at) < opens_on:
        return f"The light check can be answered from {in_words(opens_on)}."
    return ""


def mark_read(session: Session, certificate: Certificate, *, by: Who, at: datetime) -> None:
    """The Assembly has read it. Marking it twice changes nothing; Conflict when there is nothing to read."""
    row = light_checks.of(session, certificate)
    if row is None:
        raise Conflict("The light check of this certificate is not answered yet.")
    if row.read_at is not None:
        return
    row.read_at, row.read_by_id = at, by.person_id
    session.add(row)
    session.flush()
    _record(session, certificate, "read light check", by, at, {})


def _record(
    session: Session, certificate: Certificate, verb: str, by: Who, at: datetime, facts: dict[str, bool]
) -> None:
    record(session, f"certificate:{certificate.id}", verb, by=by.person_id, at=at, facts=facts)
