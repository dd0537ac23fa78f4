"""What a filled form would change, question by question, and what becomes of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.adapters.forms import Filled, digest
from app.criteria.answers import clean
from app.criteria.schema import Criterion, Question, QuestionKind
from app.criteria.text import SPACES
from app.rules.asked import Asked, is_of_condition, no_longer
from app.rules.errors import RuleError
from app.rules.exports import NO, YES, Contents, criteria_of, key_of, mark_of, text_of, typed_of
from app.rules.marks import mark
from app.rules.merging import FINISHED, own


class Choice(StrEnum):
    """What to save where both the file and the portal have a new text."""

    FILE = "file"
    PORTAL = "portal"
    BOTH = "both"


@dataclass(frozen=True)
class Change:
    """One question that the file answers in another way than the portal does now.

    ``typed`` is what would be saved, as the page would send it; empty for the tick, where ``is_finished`` says it.
    """

    criterion: Criterion
    name: str
    label: str
    saved: str
    file: str
    typed: Mapping[str, str]
    is_conflict: bool  # somebody saved another answer since the form was made
    can_join: bool = False
    is_finished: bool | None = None
    fault: str = ""  # what is wrong with the answer in the file; it is kept all the same
    asked: Asked | None = (
        None  # the condition of an earlier decision that it answers, where it is no question
    )

    @property
    def key(self) -> str:
        return key_of(self.criterion.code, self.name)


@dataclass(frozen=True)
class _One:
    questions: tuple[Question, ...]


def require_ours(filled: Filled, contents: Contents) -> None:
    """Raise RuleError, with the reason, for a form of anybody else's, or of another version of the framework."""
    identity = filled.identity
    if identity.organisation_id != str(contents.organisation_id):
        raise RuleError(
            f"This form belongs to {identity.organisation[:300]}, not to {contents.organisation}. Choose another file."
        )
    if identity.framework_checksum != contents.framework_checksum:
        raise RuleError(
            f"This form is of another version of the framework ({identity.framework[:100]}). Export the form again "
            "and copy your answers into it."
        )
    if identity.self_assessment_id != str(contents.self_assessment_id):
        raise RuleError(
            "This form is of another self-assessment of your organisation. Open that one to bring it back."
        )


def changes(filled: Filled, contents: Contents) -> list[Change]:
    """Every question whose answer would change, in the order of the framework.

    What the person did not touch stays as it is in the portal, whatever was saved there since; so does what is no
    longer in the file. Raises RuleError for a reference that the organisation is not asked.
    """
    criteria = criteria_of(contents, "")
    asked = {key_of(one.code, name) for one in criteria for name in (*_ids(one), FINISHED)}
    asked |= {key_of(code, one.name) for one in contents.asked for code in one.codes}
    unknown = sorted(filled.texts.keys() - asked)
    if late := [key for key in unknown if is_of_condition(key) and _touched(filled, key) is not None]:
        raise no_longer(late[0].partition("/")[0])
    if unknown := [key for key in unknown if not is_of_condition(key)]:
        raise RuleError(f"The framework does not ask {unknown[0][:60]}. Export the form again.")
    return [change for one in criteria for change in _of_criterion(filled, contents, one)]


def left_out(filled: Filled) -> int:
    """How many of the questions that the form had are no longer in the file."""
    return len(filled.identity.written.keys() - filled.texts.keys())


def _ids(criterion: Criterion) -> list[str]:
    return [question.id for question in criterion.questions]


def _of_criterion(filled: Filled, contents: Contents, criterion: Criterion) -> Iterator[Change]:
    for asked in (one for one in contents.asked if criterion.code in one.codes):
        text = _touched(filled, key_of(criterion.code, asked.name))
        if text is not None and (done := _of_condition(filled, criterion, asked, text.strip(SPACES))):
            yield done
    for question in criterion.questions:
        text = _touched(filled, key_of(criterion.code, question.id))
        if text is not None and (change := _of_question(filled, contents, criterion, question, text)):
            yield change
    text = _touched(filled, key_of(criterion.code, FINISHED))
    if text and (tick := _of_tick(contents, criterion, text)):
        yield tick


def _touched(filled: Filled, key: str) -> str | None:
    """The text in the file, when there is one and it is not what the form came with."""
    text = filled.texts.get(key)
    return None if text is None or digest(text) == filled.identity.written.get(key) else text


def _of_question(
    filled: Filled, contents: Contents, criterion: Criterion, question: Question, text: str
) -> Change | None:
    scores = contents.framework.settings.score_names
    typed = typed_of(question, text, scores)
    cleaned = clean(_One((question,)), typed)
    saved = own(contents.written(criterion.code).values, question.id)
    key = key_of(criterion.code, question.id)
    seen = filled.identity.marks.get(key, mark({}))
    if cleaned.values == saved or mark(cleaned.values) == seen:
        return None
    return Change(
        criterion=criterion,
        name=question.id,
        label=question.label,
        saved=text_of(question, saved, scores),
        file=text_of(question, cleaned.values, scores),
        typed=typed,
        is_conflict=mark(saved) != seen,
        can_join=question.kind is QuestionKind.NARRATIVE and bool(saved and cleaned.values),
        fault=cleaned.errors.get(question.id, ""),
    )


def _of_condition(filled: Filled, criterion: Criterion, asked: Asked, text: str) -> Change | None:
    """What the file says was done about a condition. Emptied, it takes away what was said."""
    seen = filled.identity.marks.get(key_of(criterion.code, asked.name), mark({}))
    if text == asked.answer or mark({asked.name: text}) == seen:
        return None
    return Change(
        criterion=criterion,
        name=asked.name,
        label=asked.label,
        saved=asked.answer,
        file=text,
        typed={asked.name: text},
        is_conflict=mark_of(asked) != seen,
        can_join=bool(asked.answer and text),
        asked=asked,
    )


def _of_tick(contents: Contents, criterion: Criterion, text: str) -> Change | None:
    """A tick has two values: whoever changed it in the file meant the other one, so it is never a conflict."""
    said = _TICKS.get(text.strip().casefold())
    if said is None:
        raise RuleError(f"{key_of(criterion.code, FINISHED)} must say {YES} or {NO}. It says “{text[:60]}”.")
    was = contents.written(criterion.code).is_finished
    if said == was:
        return None
    label = "I have finished this criterion"
    words = (YES if was else NO, YES if said else NO)
    return Change(criterion, FINISHED, label, *words, typed={}, is_conflict=False, is_finished=said)


_TICKS = {
    "yes": True,
    "y": True,
    "true": True,
    "1": True,
    "no": False,
    "n": False,
    "false": False,
    "0": False,
}


def fingerprint(found: Iterable[Change]) -> str:
    """A mark of everything a person was shown: it differs once any of it does."""
    return mark([[one.key, one.saved, one.file, dict(one.typed), one.is_conflict] for one in found])


def chosen(change: Change, choice: Choice) -> dict[str, str] | None:
    """What to save for one question; None to leave it as it is saved."""
    if choice is Choice.PORTAL:
        return None
    if choice is Choice.BOTH and change.can_join:
        return {change.name: f"{change.saved}\n\n{change.file}"}
    return dict(change.typed)
