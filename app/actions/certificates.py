"""Issuing recognition, and issuing it again. How it is revoked: ``revocations``."""

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
from app.models import Certificate, CertificateCounter, CertificateDrawing, Decision, Organisation, Submission
from app.queries.certificates import first_issued_on
from app.queries.organisations import name_on
from app.queries.revocations import open_of
from app.rules.certificates import expiry, number, require_reissuable
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
    certificate = Certificate(
        **_issued(session, issuer, by=by, at=at, on=on),
        decision_id=decision.id,
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
        is_fictional=organisation.is_fictional,
        expires_on=expiry(on, framework.settings.validity_months),
    )
    _put_on_record(session, certificate, organisation)
    return certificate


def reissue(
    session: Session,
    certificate: Certificate,
    reason: str,
    issuer: Issuer,
    *,
    by: Who,
    at: datetime,
    on: date,
) -> Certificate:
    """Issue a certificate again, with a number of its own, and return the new one. The old one stays, superseded.

    What was recognised and until when stays as it was. The name is the body's name on the day of the award, as it is
    known now: a slip is mended, while a later renaming does not reach back.
    """
    session.refresh(certificate, with_for_update={"key_share": True})
    require_reissuable(certificate, on)
    if open_of(session, certificate.id):
        raise Conflict("Somebody asked for this certificate to be revoked. Confirm or refuse that first.")
    reason = required_passage(
        reason, "reason", "Enter the reason. Anyone who checks the old one will see it."
    )
    organisation = session.get_one(Organisation, certificate.organisation_id)
    kept = certificate.model_dump(exclude={"id", "superseded_on", "superseded_at"})
    again = Certificate(
        **kept
        | _issued(session, issuer, by=by, at=at, on=on)
        | {
            "edition": certificate.edition + 1,
            "supersedes_id": certificate.id,
            "reissue_reason": reason,
            "organisation_name": name_on(session, organisation, first_issued_on(session, certificate)),
        }
    )
    certificate.superseded_on, certificate.superseded_at = on, at
    facts = {"superseded_on": on.isoformat(), "superseded_by": str(again.id)}
    record(session, _stream(certificate), "supersede", by=by.person_id, at=at, reason=reason, facts=facts)
    _put_on_record(session, again, organisation)
    return again


def _issued(session: Session, issuer: Issuer, *, by: Who, at: datetime, on: date) -> dict[str, Any]:
    """The columns of a new certificate that say who issues it when, with the next number of the year."""
    serial = next_serial(session, on.year)
    return {
        "number": number(on.year, serial),
        "year": on.year,
        "serial": serial,
        "token": token_hex(16),
        "issuer_name": issuer.name,
        "signatories": list(issuer.signatories),
        "issued_on": on,
        "issued_at": at,
        "issued_by_id": by.person_id,
    }


def _put_on_record(session: Session, certificate: Certificate, organisation: Organisation) -> None:
    """A new certificate waits for its files, stands in the history and counts on dashboards."""
    session.add(certificate)
    session.flush()
    session.add(CertificateDrawing(certificate_id=certificate.id))
    facts, at = _printed(certificate), certificate.issued_at
    if certificate.supersedes_id:
        facts["supersedes_id"] = str(certificate.supersedes_id)
    stream, reason = _stream(certificate), certificate.reissue_reason
    record(session, stream, "issue", by=certificate.issued_by_id, at=at, reason=reason, facts=facts)
    restate(session, organisation, cause=stream, at=at)


def _stream(certificate: Certificate) -> str:
    return f"certificate:{certificate.id}"


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


def next_serial(session: Session, year: int) -> int:
    """The next number of a year, taken in the caller's transaction: a rollback, or a kill, gives it back."""
    counter = session.get(CertificateCounter, year, with_for_update=True)
    if counter is None:
        # The first of a year has no row to wait for: whoever is second waits at the key, and finds the row after.
        with suppress(IntegrityError), session.begin_nested():
            session.add(CertificateCounter(year=year, last=0))
        counter = session.get_one(CertificateCounter, year, with_for_update=True)
    counter.last += 1
    session.flush()
    return counter.last
