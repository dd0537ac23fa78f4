"""Two people on one criterion: what of a typed form is saved, question by question, so that no text goes silently.

A form carries the mark of each saved value that it was typed over. A question that only one side changed takes that
change; a question that both changed, and not alike, is a conflict, and then the person chooses.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.criteria.answers import Asks
from app.rules.marks import mark

FINISHED = "form-finished"  # beside the questions' ids, none of which begins so
Values = Mapping[str, str]


class Fate(StrEnum):
    """What becomes of the text typed for one question."""

    SAME = "same"  # it is saved already
    KEPT = "kept"  # it was not touched, and the saved value stays, perhaps a colleague's newer one
    TAKEN = "taken"  # it is saved over the value it was typed over
    CONFLICT = "conflict"  # both sides changed it: nothing of it is saved until the person chooses


@dataclass(frozen=True)
class Merged:
    """What a save leads to: the values to keep, and what became of each question that the form had."""

    values: dict[str, str]
    is_finished: bool
    fates: dict[str, Fate]

    @property
    def conflicts(self) -> tuple[str, ...]:
        """The questions for the person to choose in, in the form's order."""
        return self._of(Fate.CONFLICT)

    @property
    def taken(self) -> tuple[str, ...]:
        """What the save changes, in the form's order."""
        return self._of(Fate.TAKEN)

    def _of(self, wanted: Fate) -> tuple[str, ...]:
        return tuple(name for name, fate in self.fates.items() if fate is wanted)


@dataclass(frozen=True)
class Typed:
    """A form as it came: cleaned values, the questions it had, the marks it was typed over.

    ``seen`` None means "whatever is saved", for who has just read it in the same transaction. ``sent`` holds marks of
    what the same page sent before and had no answer to: such a value, when it is what is saved, is the page's own.
    """

    values: Values
    asked: Collection[str]
    is_finished: bool | None  # None: the form does not say
    seen: Mapping[str, str] | None
    sent: Mapping[str, str]


def own(values: Values, question_id: str) -> dict[str, str]:
    """What is said for one question: its value, or the parts of a date that is none yet. Blanks are left out."""
    return {key: text for key, text in values.items() if text and key.partition("-")[0] == question_id}


def marks_of(form: Asks, values: Values, is_finished: bool) -> dict[str, str]:
    """The mark of each question's value and of "finished", as the form carries them."""
    marks = {question.id: mark(own(values, question.id)) for question in form.questions}
    return marks | {FINISHED: mark(is_finished)}


def merge(form: Asks, saved: Values, is_saved_finished: bool, typed: Typed) -> Merged:
    """Join what was typed with what is saved. A question that the form did not have stays as it is saved."""
    values: dict[str, str] = {}
    fates: dict[str, Fate] = {}
    for question in form.questions:
        here, there = own(typed.values, question.id), own(saved, question.id)
        if question.id in typed.asked:
            fates[question.id] = _fate(here, there, question.id, {}, typed)
        values |= here if fates.get(question.id) is Fate.TAKEN else there
    is_finished = is_saved_finished
    if typed.is_finished is not None:
        fates[FINISHED] = _fate(typed.is_finished, is_saved_finished, FINISHED, False, typed)
        is_finished = typed.is_finished if fates[FINISHED] is Fate.TAKEN else is_saved_finished
    return Merged(values, is_finished, fates)


def _fate(here: object, there: object, name: str, nothing: object, typed: Typed) -> Fate:
    """A form without a mark for something was typed over nothing. A tick has two values: it is never a conflict."""
    if here == there:
        return Fate.SAME
    if typed.seen is None or mark(there) == typed.sent.get(name):
        return Fate.TAKEN
    seen = typed.seen.get(name, mark(nothing))
    if mark(here) == seen:
        return Fate.KEPT
    return Fate.TAKEN if mark(there) == seen or name == FINISHED else Fate.CONFLICT
