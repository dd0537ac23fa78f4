"""Two people wrote different things for one question: the page that shows both and lets the person choose."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from fastapi import Request, Response

from app.criteria.schema import Question, QuestionKind
from app.queries.history import LastSaved
from app.rules import marks
from app.rules.differences import Kind, Piece, words
from app.rules.merging import marks_of
from app.rules.people import Who
from app.web import components
from app.web.answer_forms import CHOICE, AnswerForm, Choice, joined, named
from app.web.criterion_sheets import Sheet, drawn
from app.web.pages import page


@dataclass(frozen=True)
class Both:
    """One question with the two texts and what can be chosen."""

    question: Question
    yours: list[Piece]  # one's own text, what the saved one does not have marked as added
    theirs: list[Piece]  # the saved text, what one's own does not have marked as removed
    mine: dict[str, str]  # fields to carry
    combined: components.Component | None  # where a text can be made of both
    chosen: str

    @property
    def field(self) -> str:
        return f"{CHOICE}{self.question.id}"


def both_texts(
    request: Request,
    who: Who,
    sheet: Sheet,
    values: Mapping[str, str],
    conflicts: Iterable[str],
    other: LastSaved | None,
) -> Response:
    """409: what can be merged is saved already, and each question that can't is shown with both texts."""
    return _drawn(
        request, who, sheet, conflicts, values, {}, 409, {"other": _named(other, who), "errors": {}}
    )


def choose_again(
    request: Request, who: Who, sheet: Sheet, form: AnswerForm, errors: Mapping[str, str]
) -> Response:
    """422: the same page, for who sent it without choosing or with a text that can't be kept."""
    context = {"other": None, "errors": errors}
    return _drawn(
        request, who, sheet, form.asked_to_choose, form.mine, form.choices, 422, context, form.values
    )


def _named(other: LastSaved | None, who: Who) -> LastSaved | None:
    is_self = other is not None and other.person_id == who.person_id
    return replace(other, name="You (in another window)") if other and is_self else other


def _drawn(
    request: Request,
    who: Who,
    sheet: Sheet,
    ids: Iterable[str],
    mine: Mapping[str, str],
    choices: Mapping[str, str],
    status: int,
    context: dict[str, Any],
    combined: Mapping[str, str] | None = None,
) -> Response:
    asked = [question for question in sheet.criterion.questions if question.id in set(ids)]
    both = [_both(sheet, question, mine, choices.get(question.id, ""), combined) for question in asked]
    everything = marks_of(sheet.criterion, sheet.values, sheet.is_finished)
    return page(
        request,
        "self_assessments/stale",
        who,
        status=status,
        **drawn(sheet, {}),
        **context,
        both=both,
        asked=" ".join(question.id for question in asked),
        seen=marks.written({question.id: everything[question.id] for question in asked}),
        Choice=Choice,
    )


def _both(
    sheet: Sheet,
    question: Question,
    mine: Mapping[str, str],
    chosen: str,
    combined: Mapping[str, str] | None,
) -> Both:
    theirs = components.shown(question, sheet.values, sheet.choices)
    yours = components.shown(question, mine, sheet.choices)
    text = joined(theirs, yours) if combined is None else combined.get(question.id, "")
    is_text = question.kind is QuestionKind.NARRATIVE
    drawn_text = components.component(question, {question.id: text}, "", sheet.choices) if is_text else None
    compared = words(theirs, yours)
    return Both(
        question,
        [piece for piece in compared if piece.kind is not Kind.REMOVED],
        [piece for piece in compared if piece.kind is not Kind.ADDED],
        named(mine, question.id),
        components.renamed(drawn_text, "A text made of both") if drawn_text else None,
        chosen,
    )
