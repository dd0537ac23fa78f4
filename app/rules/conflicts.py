"""Conflicts of interest from a graph with dates: nobody has to declare where they work for the rule to hold.

Source: framework settings, "none from the same organisation, ICB or group", and fairness rule 1. A tie through work or
a role stands for the organisation, for all of its ICB, for every organisation that shared a group with it on a day of
the tie, and for what the organisation became (see docs/decisions/0013). A declared interest stands for the organisation
alone: it is about one body, and whoever had to fear for a whole ICB would rather not declare that a cousin works in one
of its trusts.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.models import InterestKind, Role, Submission
from app.rules.days import in_words, months_before
from app.rules.people import Tie, TieKind, Who

DECLARED: dict[InterestKind, TieKind] = {
    InterestKind.WORK: TieKind.WORK,
    InterestKind.CONTRIBUTION: TieKind.HELPED,
    InterestKind.FAMILY: TieKind.FAMILY,
    InterestKind.OTHER: TieKind.OTHER,
}
WIDE = frozenset({TieKind.EMPLOYER, TieKind.WORK, TieKind.ROLE})  # these stand for the ICB and for groups too
_ORDER = {kind: place for place, kind in enumerate(TieKind)}


@dataclass(frozen=True)
class Period:
    """The days from one to another, both counted; an open end has none."""

    from_on: date | None = None
    to_on: date | None = None


def overlap(*periods: Period) -> Period | None:
    """The days that all periods share; None when there is no such day."""
    begins = max((one.from_on for one in periods if one.from_on), default=None)
    ends = min((one.to_on for one in periods if one.to_on), default=None)
    return None if begins and ends and begins > ends else Period(begins, ends)


def still_counts(period: Period, today: date, years: int) -> bool:
    """Whether a tie of these days is a conflict today: for ``years`` years after its last day, that day included.

    What begins later counts already: who is about to join an organisation does not judge it.
    """
    return period.to_on is None or period.to_on >= months_before(today, 12 * years)


def through_group(work: Period, own: Period, theirs: Period, today: date) -> Period | None:
    """The days up to today on which a person was tied to a body while that body and another were in one group."""
    return overlap(work, own, theirs, Period(None, today))


def through_succession(work: Period, merged_on: date, today: date) -> Period | None:
    """The days on which a person was tied to a body that became (part of) another, as far as they tie to the other.

    Whoever left before stays tied for as long as to the predecessor: what is judged there may be what they built. Of a
    merger that is still to come only those know who will be there on its day.
    """
    will_be_there = work.to_on is None or work.to_on >= merged_on
    return work if merged_on <= today or will_be_there else None


def in_order(ties: Iterable[Tie]) -> tuple[Tie, ...]:
    """Each tie once, the plainest first."""
    return tuple(sorted(set(ties), key=lambda one: (_ORDER[one.kind], one.organisation_name, repr(one))))


def said(tie: Tie) -> str:
    """The tie in a sentence about the person, who is not named."""
    until = f" until {in_words(tie.to_on)}" if tie.to_on else ""
    works, has = ("Worked", "Had") if tie.to_on else ("Works", "Has")
    name = tie.organisation_name
    match tie.kind:
        case TieKind.EMPLOYER | TieKind.WORK:
            return f"{works} for {name}{until}."
        case TieKind.ROLE:
            return f"{has} a role in {name}{until}."
        case TieKind.WROTE:
            return f"Wrote answers or added evidence for {name}."
        case TieKind.HELPED:
            return f"Declared help with a submission of {name}{until}."
        case TieKind.FAMILY:
            return f"Declared family or a close friend who {works.lower()} for {name}{until}."
        case TieKind.OTHER:
            return f"Declared an interest in {name}{until}."
    return _said_through(tie, until)


def _said_through(tie: Tie, until: str) -> str:
    if tie.kind is TieKind.SUCCESSOR:
        return f"Tied to {tie.through}{until}, whose successor is {tie.organisation_name}."
    return f"Tied to {tie.through}, together with {tie.organisation_name}{until}."


def conflict(ties: Iterable[Tie], organisation_id: UUID, icb_id: UUID | None) -> str:
    """Why a person with ``ties`` may not judge the organisation; empty when nothing stands in the way."""
    ties = tuple(ties)
    for tie in ties:
        if tie.organisation_id == organisation_id:
            return said(tie)
    for tie in ties:
        if icb_id is not None and tie.icb_id == icb_id:
            return f"{said(tie)[:-1]}, in the same ICB."
    return ""


def not_assignable(
    who: Who, submission: Submission, assigned: Collection[UUID], judged_before: Collection[UUID] = ()
) -> str:
    """Why this person can't be given the submission to review; empty when they can.

    ``assigned`` are the people who review the submission now, ``judged_before`` those who judged it in an earlier
    round. The list that the administrator sees and the refusal of what is sent all the same come from this one rule.
    """
    if not who.holds(Role.REVIEWER):
        return "Does not hold the role of reviewer."
    if who.person_id in assigned:
        return "Already assigned."
    if who.person_id in judged_before:
        return "Judged this submission before, and an appeal is judged by others."
    if submission.id in who.waived:
        return ""
    return conflict(who.ties, submission.organisation_id, submission.icb_id)
