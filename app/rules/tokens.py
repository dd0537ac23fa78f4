"""Tokens with which a program reads the figures that one role of a person may read."""

from datetime import datetime, timedelta

from app.models import VIEWER_ROLES, ApiToken, Role

ROLES = VIEWER_ROLES | {Role.ADMINISTRATOR}
PREFIX = "arf_"  # so that a token found where it does not belong is known for what it is
LIVES = {90: "90 days", 180: "6 months", 365: "12 months"}  # days
USED_STEP = timedelta(hours=1)  # how exactly "last used" is kept, so that not every request writes


def holds(token: ApiToken, at: datetime) -> bool:
    """Whether the token may still be used at ``at``, as far as it knows itself: its role may have ended."""
    return token.revoked_at is None and at < token.expires_at


def is_worth_noting(token: ApiToken, at: datetime) -> bool:
    return token.used_at is None or at >= token.used_at + USED_STEP
