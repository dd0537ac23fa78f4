"""The form of one criterion as it came: what was typed, what it was typed over, and what was chosen of two texts."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.rules import marks
from app.rules.errors import Conflict, RuleError
from app.rules.merging import FINISHED, own
from app.rules.people import Who
from app.web.errors import BadRequest
from app.web.transaction import Typed

SENT, MINE, CHOICE = "form-sent-", "form-mine-", "form-choice-"
SOMEBODY_ELSE = (
    "Somebody else has signed in with this browser since you opened the page. Nothing was saved. Sign in again as "
    "yourself."
)


class Choice(StrEnum):
    """What to keep where two people wrote different things."""

    MINE = "mine"
    SAVED = "saved"
    BOTH = "both"
    OWN = "own"  # the text below, made of both


@dataclass(frozen=True)
class AnswerForm:
    values: dict[str, str]
    seen: dict[str, str]
    sent: dict[str, str]  # sent by the same page before, without hearing back
    mine: dict[str, str]  # on the page of two texts: what was typed before
    choices: dict[str, str]  # question -> what to keep
    asked_to_choose: tuple[str, ...]
    is_finished: bool | None

    @classmethod
    def of(cls, typed: Typed, who: Who) -> "AnswerForm":
        """BadRequest when the form is not whole, Conflict when another person's page sent it."""
        if "form-seen" not in typed.text:
            raise BadRequest("The form was not complete. Go back, reload the page and send it again.")
        if typed.get("form-person") not in ("", str(who.person_id)):
            raise Conflict(SOMEBODY_ELSE)
        asked_to_choose = tuple(typed.get("form-asked").split())
        return cls(
            values={name: text for name, text in typed.text.items() if not name.startswith("form-")},
            seen=marks.read(typed.get("form-seen")),
            sent=_after(SENT, typed.text),
            mine=_after(MINE, typed.text),
            choices=_after(CHOICE, typed.text),
            asked_to_choose=asked_to_choose,
            is_finished=_is_finished(typed, bool(asked_to_choose)),
        )

    def chosen_values(self, saved: Mapping[str, str]) -> dict[str, str]:
        """What to save, once the choices are made. RuleError where one is missing."""
        values = dict(self.values)
        for question_id in self.asked_to_choose:
            choice = self.choices.get(question_id)
            if choice not in set(Choice):
                raise RuleError("Choose what to save.", field=f"{CHOICE}{question_id}")
            if choice == Choice.OWN:
                continue
            values = {name: text for name, text in values.items() if not is_of(name, question_id)}
            if choice != Choice.SAVED:
                values |= {name: text for name, text in self.mine.items() if is_of(name, question_id)}
            if choice == Choice.BOTH and self._was_seen(saved, question_id):
                values[question_id] = joined(saved.get(question_id, ""), values.get(question_id, ""))
        return values

    def _was_seen(self, saved: Mapping[str, str], question_id: str) -> bool:
        """Joining with a text that the person has not read would be no choice: then they are asked again."""
        return marks.mark(own(saved, question_id)) == self.seen.get(question_id)


def _is_finished(typed: Typed, is_about_texts: bool) -> bool | None:
    """A tick that is not sent is no tick, unless a script sends it, or the page of two texts, which has none."""
    if is_about_texts or (typed.get("form-auto") and FINISHED not in typed.text):
        return None
    return typed.get(FINISHED) == "yes"


def joined(saved: str, mine: str) -> str:
    """Both texts, one after the other."""
    return "\n\n".join(filter(None, (saved, mine)))


def is_of(name: str, question_id: str) -> bool:
    """Whether a field is this question's own or a part of its date."""
    return name.partition("-")[0] == question_id


def named(values: Mapping[str, str], question_id: str) -> dict[str, str]:
    """The values of one question, its own key always among them, so that a cleared text is told from one not sent."""
    found = {name: text for name, text in values.items() if is_of(name, question_id)}
    return found or {question_id: ""}


def _after(prefix: str, text: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix(prefix): value for name, value in text.items() if name.startswith(prefix)}
