"""Revoking a certificate: one administrator asks, another confirms. An appeal is judged by two who did neither.

The caller holds the certificate's row, so of two people who act at once the second finds what the first did. Nobody
with a conflict of interest gets here; who asked or put forward must still be free of one when the other confirms.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from app.actions import mails
from app.actions.history import record
from app.actions.standings import restate
from app.models import Certificate, Organisation, Revocation, Role
from app.queries import people, revocations
from app.rules.days import in_words, uk_day
from app.rules.errors import Conflict, NotAllowed, RuleError
from app.rules.passages import required_passage
from app.rules.people import Who
from app.rules.permissions import Permission, Scope, allows
from app.rules.revocations import State, appeal_refusal, is_among, last_day, state
from app.rules.submissions import Party

OVERTAKEN = "Somebody else was first. Read where the revocation is now."
_HEARD = frozenset({Role.LEAD, Role.SPONSOR})


def ask(session: Session, certificate: Certificate, reason: str, *, by: Who, at: datetime) -> Revocation:
    """Ask another administrator to confirm that the certificate is revoked. Nothing changes until then."""
    _require_revocable(certificate)
    if revocations.open_of(session, certificate.id):
        raise Conflict("Somebody has asked for this already. Confirm or refuse that first.")
    given = required_passage(
        reason, "reason", "Enter the reason. Anyone who checks the certificate will see it."
    )
    made = Revocation(certificate_id=certificate.id, reason=given, asked_at=at, asked_by_id=by.person_id)
    session.add(made)
    session.flush()
    _record(session, certificate, "ask to revoke", made, by, at, reason=given)
    return made


def _require_revocable(certificate: Certificate) -> None:
    if certificate.revoked_on is not None:
        raise Conflict("This certificate is revoked already.")
    if certificate.superseded_on is not None:
        raise Conflict("Another certificate has taken the place of this one. Revoke that one.")


def confirm(
    session: Session,
    certificate: Certificate,
    revocation_id: UUID | None,
    *,
    days: int,
    by: Who,
    at: datetime,
    base_url: str = "",
) -> None:
    """Revoke from this UK day on. The organisation is told, and may appeal within ``days`` working days.

    NotAllowed to whoever asked, and to one person under two addresses; Conflict when it is no longer asked for or the
    one who asked could no longer ask.
    """
    _require_revocable(certificate)
    row = _asked(session, certificate, revocation_id)
    if _is_among(session, by, row.asked_by_id):
        raise NotAllowed("It takes two people. Another administrator must confirm what you asked for.")
    _require_still_free(session, certificate, row.asked_by_id, by, at)
    row.confirmed_at, row.confirmed_by_id, row.revoked_on = at, by.person_id, uk_day(at)
    certificate.revoked_on, certificate.revoked_at = uk_day(at), at
    certificate.revoked_by_id, certificate.revoke_reason = by.person_id, row.reason
    facts = {"revoked_on": uk_day(at).isoformat(), "revoke_reason": row.reason}
    _record(session, certificate, "revoke", row, by, at, reason=row.reason, facts=facts)
    _restate(session, certificate, at)
    until = in_words(last_day(at, days))
    body = (
        "The Assembly has recorded something about a certificate that your organisation needs to read. The page "
        f"says what it is and why, and how to appeal until {until}:\n\n{base_url}/certificates/{certificate.id}\n"
    )
    _tell(session, certificate, "Your organisation needs to read something", body, at)


def _asked(session: Session, certificate: Certificate, revocation_id: UUID | None) -> Revocation:
    """The revocation that waits to be confirmed, if it is the one that was read."""
    row = revocations.open_of(session, certificate.id)
    if row is None or row.id != revocation_id:
        raise Conflict(OVERTAKEN)
    return row


def _is_among(session: Session, by: Who, *ids: UUID | None) -> bool:
    return is_among(Party(by.person_id, by.email), revocations.parties(session, *ids))


def _require_still_free(
    session: Session, certificate: Certificate, person_id: UUID | None, by: Who, at: datetime
) -> None:
    """Conflict when the first of the two has left, is no administrator any more or has a conflict of interest now."""
    scope = Scope(certificate.organisation_id, certificate.icb_id, certificate.region_id)
    first = people.who_by_id(session, person_id, at, by.conflict_years, lock=True) if person_id else None
    if first is None or not allows(Permission.REVOKE, first, scope):
        raise Conflict("Whoever began this may no longer do so. Somebody else must begin it anew.")


def close(
    session: Session,
    certificate: Certificate,
    revocation_id: UUID | None,
    reason: str,
    *,
    by: Who,
    at: datetime,
) -> None:
    """Take back what one asked for oneself, or refuse what another asked for. It stays on record."""
    row = _asked(session, certificate, revocation_id)
    given = required_passage(reason, "close_reason", "Enter the reason. It stays on record.")
    row.closed_at, row.closed_by_id, row.close_reason = at, by.person_id, given
    verb = "take back revocation" if by.person_id == row.asked_by_id else "refuse revocation"
    _record(session, certificate, verb, row, by, at, reason=given)


def appeal(
    session: Session,
    certificate: Certificate,
    grounds: str,
    *,
    days: int,
    by: Who,
    at: datetime,
    base_url: str = "",
) -> Revocation:
    """The organisation disagrees. The certificate stays revoked until the appeal is settled.

    Conflict when there is nothing to appeal against, it was done before, or the days are over.
    """
    row = revocations.standing(session, certificate.id)
    if refused := appeal_refusal(row, days, at):
        raise Conflict(refused)
    assert row is not None  # else it was refused
    row.appeal_grounds = required_passage(
        grounds, "grounds", "Say why the certificate should not be revoked."
    )
    row.appealed_at, row.appealed_by_id = at, by.person_id
    _record(session, certificate, "appeal against revocation", row, by, at)
    body = (
        "The Assembly has received your organisation's appeal. Two people who took no part before will judge it.\n\n"
        f"See where it is:\n\n{base_url}/certificates/{certificate.id}\n"
    )
    _tell(session, certificate, "Your appeal is received", body, at)
    return row


def judge(
    session: Session,
    certificate: Certificate,
    revocation_id: UUID | None,
    is_upheld: bool | None,
    reason: str,
    *,
    by: Who,
    at: datetime,
) -> None:
    """Put forward how the appeal ends. Whoever is next confirms it, or puts something else forward in its place."""
    row = _appealed(session, certificate, revocation_id, by)
    if is_upheld is None:
        raise RuleError("Select how the appeal ends.", field="ends")
    row.appeal_reason = required_passage(
        reason, "appeal_reason", "Enter the reason. The organisation reads it."
    )
    row.is_upheld, row.judged_at, row.judged_by_id = is_upheld, at, by.person_id
    _record(
        session, certificate, "judge appeal against revocation", row, by, at, facts={"is_upheld": is_upheld}
    )


def settle(
    session: Session,
    certificate: Certificate,
    revocation_id: UUID | None,
    *,
    seen: str,
    by: Who,
    at: datetime,
    base_url: str = "",
) -> None:
    """Confirm what another put forward, as it was read (``seen``). Overturned, the certificate holds again at once.

    What was said of the days in between stays as it was said: the ledger of dashboards only adds.
    """
    row = _appealed(session, certificate, revocation_id, by)
    if row.judged_at is None or mark(row) != seen:
        raise Conflict(OVERTAKEN)
    if _is_among(session, by, row.judged_by_id):
        raise NotAllowed("It takes two people. Another administrator must confirm what you put forward.")
    _require_still_free(session, certificate, row.judged_by_id, by, at)
    row.settled_at, row.settled_by_id = at, by.person_id
    if row.is_upheld:
        _record(session, certificate, "uphold revocation", row, by, at)
    else:
        certificate.revoked_on = certificate.revoked_at = certificate.revoked_by_id = None
        certificate.revoke_reason, row.reinstated_on = "", uk_day(at)
        facts = {"revoked_on": None, "revoke_reason": ""}
        _record(session, certificate, "reinstate", row, by, at, facts=facts)
        _restate(session, certificate, at)
    body = (
        "The Assembly has judged your organisation's appeal. Read how it ends, and why:\n\n"
        f"{base_url}/certificates/{certificate.id}\n"
    )
    _tell(session, certificate, "Your appeal is judged", body, at)


def mark(row: Revocation) -> str:
    """What a form carries to tell later whether the appeal's end is still the one that was read."""
    return row.judged_at.isoformat() if row.judged_at else ""


def _appealed(session: Session, certificate: Certificate, revocation_id: UUID | None, by: Who) -> Revocation:
    """The revocation whose appeal is open, for somebody who neither asked for it nor confirmed it."""
    row = revocations.standing(session, certificate.id)
    if row is None or row.id != revocation_id or state(row) is not State.APPEALED:
        raise Conflict(OVERTAKEN)
    if _is_among(session, by, row.asked_by_id, row.confirmed_by_id):
        raise NotAllowed("You asked for this revocation or confirmed it, so others must judge the appeal.")
    return row


def _restate(session: Session, certificate: Certificate, at: datetime) -> None:
    body = session.get_one(Organisation, certificate.organisation_id)
    restate(session, body, cause=f"certificate:{certificate.id}", at=at)


def _tell(session: Session, certificate: Certificate, subject: str, body: str, at: datetime) -> None:
    """A mail to the leads and sponsors. It names no organisation and no outcome: a mailbox may be shared."""
    for one in people.holders(session, certificate.organisation_id, _HEARD):
        mails.write(session, one.email, subject, body, at=at)


def _record(
    session: Session,
    certificate: Certificate,
    verb: str,
    row: Revocation,
    by: Who,
    at: datetime,
    *,
    reason: str = "",
    facts: dict[str, Any] | None = None,
) -> None:
    session.add(row)
    session.flush()
    told = {"revocation": str(row.id), **(facts or {})}
    stream = f"certificate:{certificate.id}"
    record(session, stream, verb, by=by.person_id, at=at, reason=reason, facts=told)
