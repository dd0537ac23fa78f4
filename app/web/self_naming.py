"""Asking before a text goes to the organisation that seems to name who wrote it or a colleague.

The text is saved all the same: nothing that was typed waits for an answer.
"""

from collections.abc import Mapping

from sqlmodel import Session

from app.queries import naming
from app.rules.people import Who
from app.rules.self_naming import named_in
from app.web.transaction import Typed

KEPT = "keep-names"
ASK = "Change the reasons that seem to name somebody, or confirm that they may stay as they are."


def names_in(session: Session, who: Who, text: str) -> list[str]:
    """What in the text seems to name somebody; empty when nothing does."""
    if not text.strip():
        return []
    own, others = naming.known(session, who)
    return named_in(text, own, others)


def names_by_code(session: Session, who: Who, reasons: Mapping[str, str]) -> dict[str, list[str]]:
    """The same for the reasons of many criteria; those that name nobody are left out."""
    own, others = naming.known(session, who)
    found = {code: named_in(text, own, others) for code, text in reasons.items()}
    return {code: names for code, names in found.items() if names}


def are_kept(typed: Typed) -> bool:
    """Whether the writer ticked that the names may stay."""
    return typed.get(KEPT) == "yes"
