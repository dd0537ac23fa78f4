"""What an earlier decision asked for, in a form away from the portal: at its criterion, with what was done about it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from app.adapters.forms import Field, Kind
from app.rules.conditions import FIELD
from app.rules.errors import RuleError


@dataclass(frozen=True)
class Asked:
    """One condition that is still asked for, and what the organisation has said so far that it did."""

    condition_id: UUID
    codes: tuple[str, ...]  # the criteria that it belongs to
    text: str
    answer: str
    version: int  # 0: nobody has answered

    @property
    def name(self) -> str:
        """How a form calls it beside the questions of its criterion, none of whose ids holds a hyphen."""
        return f"{FIELD}{self.condition_id}"

    @property
    def label(self) -> str:
        """On one line: a line of its own that looks like a reference would be taken for one."""
        return f"Last time you were asked: {' '.join(self.text.split())}"


def by_place(asked: Iterable[Asked], codes: Collection[str]) -> dict[str, list[Asked]]:
    """Each condition once, at the first of its criteria that the form has: two places could say two things."""
    found: dict[str, list[Asked]] = {}
    for one in asked:
        if here := [code for code in one.codes if code in codes]:
            found.setdefault(here[0], []).append(one)
    return found


def field_of(one: Asked, key: str) -> Field:
    return Field(
        key=key,
        kind=Kind.LINES,
        label=one.label,
        hint="Say what you did about it. The reviewers say whether it is done.",
        text=one.answer,
        status="Answered" if one.answer else "Not answered",
    )


def is_of_condition(key: str) -> bool:
    return key.partition("/")[2].startswith(FIELD)


def no_longer(code: str) -> RuleError:
    """For an answer to what a newer decision no longer asks."""
    return RuleError(
        f"What you were asked last time at {code[:60]} is no longer asked for. Export the form again "
        "and copy your answers into it."
    )
