"""What a certificate's page says of its life: revocation and appeal, light check, renewal."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from app.actions.light_checks import refusal
from app.models import Certificate
from app.queries import light_checks, revocations, scopes, self_assessments
from app.queries.waiting_certificates import renewal_path
from app.rules.certificate_life import light_check, renews_from
from app.rules.certificates import Standing, standing
from app.rules.days import uk_day
from app.rules.people import Who
from app.rules.permissions import Permission, allows
from app.rules.revocations import appeal_refusal, last_day, state
from app.web.portal import PortalParts


def life(
    session: Session, parts: PortalParts, certificate: Certificate, who: Who, at: datetime
) -> dict[str, Any]:
    """The values of ``certificates/life.html``."""
    scope = scopes.of_certificate(certificate)
    settings = parts.shelf.get(session, certificate.framework_version_id).settings
    may = {
        "may_revoke": allows(Permission.REVOKE, who, scope),
        "may_appeal": allows(Permission.APPEAL, who, scope),
        "may_answer": allows(Permission.ANSWER_LIGHT_CHECK, who, scope),
        "may_read_check": allows(Permission.READ_LIGHT_CHECKS, who, scope),
    }
    days = light_check(certificate.expires_on, settings)
    row = revocations.standing(session, certificate.id)
    return {
        **may,
        "revocation": row,
        "revocation_state": state(row).value if row else "",
        # One that was revoked before it took two people has no row, and nothing that could be judged anew.
        "appeal_refused": appeal_refusal(row, settings.appeal_working_days, at) if row else "",
        "appeal_until": last_day(row.confirmed_at, settings.appeal_working_days)
        if row and row.confirmed_at
        else None,
        "check": light_checks.of(session, certificate),
        "check_days": days,
        "check_refused": refusal(session, certificate, settings, at),
        "check_overdue": uk_day(at) > days.due_on,
        "renew": _renewal(session, parts, certificate, who, at),
    }


def _renewal(session: Session, parts: PortalParts, certificate: Certificate, who: Who, at: datetime) -> str:
    """Where a renewal begins; empty for who can't hand over, and while it is early."""
    framework = parts.shelf.get(session, certificate.framework_version_id)
    is_over = standing(certificate, uk_day(at)) in (Standing.REVOKED, Standing.SUPERSEDED)
    early = uk_day(at) < renews_from(certificate.expires_on, framework.settings)
    if is_over or early or not allows(Permission.HAND_OVER, who, scopes.of_certificate(certificate)):
        return ""
    current = self_assessments.current_of(session, certificate.organisation_id, framework.id)
    return renewal_path(current, certificate.level)
