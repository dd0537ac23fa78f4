"""How long a certificate holds, and what can be said of one on a day."""

from datetime import date
from enum import StrEnum

from app.models import Certificate
from app.rules.errors import Conflict

_LAST_DAY = {2: 28, 4: 30, 6: 30, 9: 30, 11: 30}


class Standing(StrEnum):
    GENUINE = "Genuine and in date"
    EXPIRED = "Expired"
    REVOKED = "Revoked"
    SUPERSEDED = "Superseded"


def standing(certificate: Certificate, on: date) -> Standing:
    """What the certificate is worth on the UK day ``on``; the day of expiry is the last good one."""
    if certificate.revoked_on is not None and certificate.revoked_on <= on:
        return Standing.REVOKED
    if certificate.superseded_on is not None and certificate.superseded_on <= on:
        return Standing.SUPERSEDED
    return Standing.EXPIRED if on > certificate.expires_on else Standing.GENUINE


def require_reissuable(certificate: Certificate, on: date) -> None:
    """Conflict unless the certificate holds on ``on``: what is over is not brought back by new paper."""
    now = standing(certificate, on)
    if now is not Standing.GENUINE:
        raise Conflict(
            f"This certificate is {now.value.lower()}. Only one that is in date can be issued again."
        )


def expiry(issued_on: date, months: int) -> date:
    """The last day in date: the same day ``months`` later, or the last day of a shorter month."""
    month = issued_on.month - 1 + months
    year, month = issued_on.year + month // 12, month % 12 + 1
    return date(year, month, min(issued_on.day, _days(year, month)))


def _days(year: int, month: int) -> int:
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 29 if month == 2 and is_leap else _LAST_DAY.get(month, 31)


def number(year: int, serial: int) -> str:
    """``ARF-2026-000123``: the year of issue and a serial without gaps."""
    return f"ARF-{year}-{serial:06d}"
