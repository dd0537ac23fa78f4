"""What waits for a person, line by line: what to do, why, until when, and the page on which to do it.

One function a kind of work, one statement each, whatever there is to find. A further kind is a function in ``KINDS``.
"""

from collections.abc import Callable

from app.models import ORGANISATION_ROLES
from app.queries import waiting_certificates as certificates
from app.queries import waiting_handing_in as handing_in
from app.queries import waiting_writing as writing
from app.queries.waiting_lines import Asking, Line

Kind = Callable[[Asking], list[Line]]
KINDS: tuple[Kind, ...] = (
    handing_in.to_sign,
    handing_in.calls_wanted,
    handing_in.views_wanted,
    handing_in.changes_requested,
    handing_in.clarifications,
    handing_in.appeals_possible,
    certificates.revocations,
    certificates.light_checks,
    certificates.renewals,
    writing.own_criteria,
    writing.comments_to_answer,
    writing.warnings,
    writing.evidence_expiring,
    handing_in.windows_closing,
    writing.invitations_expired,
)


def lines(asking: Asking) -> list[Line]:
    """Everything that waits, what is due first at the top, and what has no day at the end."""
    if not asking.who.organisations(*ORGANISATION_ROLES):
        return []
    found = [line for kind in KINDS for line in kind(asking)]
    dated = [one for one in found if one.until is not None]
    return sorted(dated, key=lambda one: (one.until, one.what)) + [one for one in found if one.until is None]
