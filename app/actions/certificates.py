"""Issuing and revoking recognition."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from secrets import token_hex
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from app.actions.history import record
from app.actions.standings import restate
from app.criteria.schema import Framework
from app.models import Certificate, CertificateCounter, Decision, Organisation, Submission
from app.rules.certificates import expiry, number
from app.rules.errors import Conflict
from app.rules.passages import required_passage
from app.rules.people import Who


@dataclass(frozen=True)
class Issuer:
    """Who recognises, as new certificates name them."""

    name: str
    signatories: tuple[str, ...]


def issue(
    session: Session,
    decision: Decision,
    submission: Submission,
    framework: Framework,
    issuer: Issuer,
    *,
    by: Who,
    at: datetime,
    on: date,
) -> Certificate:
    """Issue the certificate that follows from a decision, dated the UK day ``on``.

    Names are copied as they are that day. The serial is raised in this very transaction, so a number is given once
    and none is skipped.
    """
    organisation = session.get_one(Organisation, submission.organisation_id)
    level = framework.level(submission.level)
    serial = _next_serial(session, on.year)
    certificate = Certificate(
        decision_id=decision.id,
        number=number(on.year, serial),
        year=on.year,
        serial=serial,
        token=token_hex(16),
        organisation_id=organisation.id,
        icb_id=submission.icb_id,
        region_id=submission.region_id,
        organisation_name=organisation.name,
        ods_code=organisation.ods_code,
        level=level.id,
        level_name=level.name,
        level_rank=level.rank,
        framework_version_id=submission.framework_version_id,
        framework_title=framework.title,
        framework_version=framework.version,
        illustrative_mark=framework.mark,
        issuer_name=issuer.name,
        signatories=list(issuer.signatories),
        is_fictional=organisation.is_fictional,
        issued_on=on,
        expires_on=expiry(on, framework.settings.validity_months),
        issued_at=at,
        issued_by_id=by.person_id,
    )
    session.add(certificate)
    record(
        session, f"certificate:{certificate.id}", "issue", by=by.person_id, at=at, facts=_printed(certificate)
    )
    restate(session, organisation, cause=f"certificate:{certificate.id}", at=at)
    return certificate


def _printed(certificate: Certificate) -> dict[str, Any]:
    """What the certificate says, for the history: a row changed later no longer agrees with it."""
    columns = {
        "number",
        "token",
        "decision_id",
        "organisation_id",
        "organisation_name",
        "ods_code",
        "level",
        "level_rank",
        "framework_version",
        "issuer_name",
        "issued_on",
        "expires_on",
    }
    return certificate.model_dump(mode="json", include=columns)


def _next_serial(session: Session, year: int) -> int:
    counter = session.get(CertificateCounter, year, with_for_update=True)
    if counter is None:
        # The first of a year has no row to wait for: whoever is second waits at the key, and finds the row after.
        with suppress(IntegrityError), session.begin_nested():
            session.add(CertificateCounter(year=year, last=0))
        counter = session.get_one(CertificateCounter, year, with_for_update=True)
    counter.last += 1
    session.flush()
    return counter.last


def revoke(
    session: Session, certificate: Certificate, reason: str, *, by: Who, at: datetime, on: date
) -> None:
    """Revoke from the UK day ``on``, for a reason that the public page shows."""
    if certificate.revoked_on is not None:
        raise Conflict("This certificate is revoked already.")
    reason = required_passage(
        reason, "reason", "Enter the reason. Anyone who checks the certificate will see it."
    )
    certificate.revoked_on, certificate.revoked_at = on, at
    certificate.revoked_by_id, certificate.revoke_reason = by.person_id, reason
    stream = f"certificate:{certificate.id}"
    facts = {"revoked_on": on.isoformat(), "revoke_reason": reason}
    record(session, stream, "revoke", by=by.person_id, at=at, reason=reason, facts=facts)
    restate(session, session.get_one(Organisation, certificate.organisation_id), cause=stream, at=at)
