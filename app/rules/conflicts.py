"""Conflicts of interest from NHS structure: nobody has to declare where they work for the rule to hold.

Source: framework settings, "none from the same organisation, ICB or group". Groups are not in the directory yet, so
the organisation and its ICB are what is checked.
"""

from collections.abc import Collection, Iterable
from uuid import UUID

from app.models import Role
from app.rules.people import Tie, Who


def conflict(ties: Iterable[Tie], organisation_id: UUID, icb_id: UUID | None) -> str:
    """Why a person with ``ties`` may not judge the organisation; empty when nothing stands in the way."""
    ties = tuple(ties)
    for tie in ties:
        if tie.organisation_id == organisation_id:
            return f"Works, or worked in the last 3 years, for {tie.organisation_name}."
    for tie in ties:
        if icb_id is not None and tie.icb_id == icb_id:
            return f"Works, or worked in the last 3 years, in the same ICB ({tie.organisation_name})."
    return ""


def not_assignable(who: Who, organisation_id: UUID, icb_id: UUID | None, assigned: Collection[UUID]) -> str:
    """Why this person can't be given a submission of the organisation to review; empty when they can.

    ``assigned`` are the people who review the submission now. The list that the administrator sees and the refusal
    of what is sent all the same come from this one rule.
    """
    if not who.holds(Role.REVIEWER):
        return "Does not hold the role of reviewer."
    if who.person_id in assigned:
        return "Already assigned."
    return conflict(who.ties, organisation_id, icb_id)
