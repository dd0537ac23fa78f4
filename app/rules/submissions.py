"""What makes a submission sound: two different people, a reason where one is due, what changed since it was read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.models import Status
from app.rules.errors import RuleError
from app.rules.marks import LENGTH, read, written
from app.rules.passages import passage, required_passage
from app.rules.sealing import SealedContent, seal
from app.rules.workflow import TRANSITIONS, Transition, Verb

RECEIPT_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # without those that are read as another: 0 O 1 I L U


@dataclass(frozen=True)
class Party:
    """One of the two who stand for a submission."""

    person_id: UUID
    email: str


def mailbox(address: str) -> str:
    """The mailbox an address leads to: capital letters and a ``+tag`` make it no other person's."""
    local, _, domain = address.strip().casefold().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def sameness(lead: Party, sponsor: Party) -> str:
    """Why the two can't stand for one submission; empty when they are two people with two mailboxes."""
    if lead.person_id == sponsor.person_id:
        return "Choose somebody else. The person who hands over can't sign as well."
    if mailbox(lead.email) == mailbox(sponsor.email):
        return "Choose somebody else. The sponsor's email address leads to the same mailbox as the lead's."
    return ""


def require_two_people(lead: Party, sponsor: Party) -> None:
    """Raise RuleError when the lead and the sponsor are one person, or share one mailbox."""
    if reason := sameness(lead, sponsor):
        raise RuleError(reason, field="sponsor")


LONGEST_REFERENCE = 200


def minute_reference_given(text: str) -> str:
    """Where the board's minutes speak of the submission, on one line; empty when nothing is given."""
    reference = " ".join(passage(text, "minute").split())
    if len(reference) > LONGEST_REFERENCE:
        raise RuleError(f"Shorten this to {LONGEST_REFERENCE} characters or fewer.", field="minute")
    return reference


def reason_given(text: str) -> str:
    """The reason, tidied. RuleError when there is none, or one that can't be kept."""
    return required_passage(text, "reason", "Enter a reason.")


def marks(content: SealedContent) -> str:
    """A short mark for each answer, as a form carries it to tell later which answers are no longer the same."""
    return written({answer.code: seal(answer)[:LENGTH] for answer in content.answers})


def changed_codes(seen: str, content: SealedContent) -> tuple[str, ...]:
    """The criteria that differ between the marks ``seen`` and the content now: changed ones and new ones."""
    before, now = read(seen), read(marks(content))
    return tuple(code for code in content.codes if before.get(code) != now[code])


def followed(lines: Iterable[tuple[str, Mapping[str, Any]]]) -> tuple[Status | None, list[str]]:
    """The status that the lines of a submission's history lead to, and every line that could not have happened.

    A line is its verb and its facts. A verb that may lead to several statuses says in its facts which it was.
    """
    status: Status | None = None
    wrong: list[str] = []
    for verb, facts in lines:
        if verb not in set(Verb):
            continue
        transition = TRANSITIONS[Verb(verb)]
        if status not in transition.come_from:
            wrong.append(f"'{verb}' can't follow the status '{status or 'none'}'")
        status = _after(transition, facts, status)
    return status, wrong


def _after(transition: Transition, facts: Mapping[str, Any], before: Status | None) -> Status | None:
    said = facts.get("status")
    if said is not None:
        return next((status for status in transition.lead_to if status == said), None)
    if len(transition.lead_to) == 1:
        return transition.lead_to[0]
    return before
