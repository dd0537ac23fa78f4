"""Starting a self-assessment and saving answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from app.actions import moving
from app.actions.history import record
from app.criteria.answers import clean
from app.criteria.schema import Criterion, Framework
from app.criteria.text import CONTROL
from app.models import Answer, FrameworkVersion, Organisation, SelfAssessment
from app.queries import self_assessments
from app.rules.errors import Conflict, RuleError, Stale
from app.rules.marks import mark
from app.rules.merging import FINISHED, Merged, Typed, merge, own
from app.rules.people import Who
from app.rules.runs import SAVE_ANSWER

LONGEST_VALUE = (
    100_000  # characters; what goes over a question's own limit is kept up to here, with its error
)


def start(
    session: Session, organisation: Organisation, version: FrameworkVersion, *, by: Who, at: datetime
) -> SelfAssessment:
    """Begin the organisation's self-assessment against ``version``. Conflict when it has one."""
    if self_assessments.of_organisation(session, organisation.id, version.id):
        raise Conflict("Your organisation has started this self-assessment already. Open it from the list.")
    if self_assessments.current_of(session, organisation.id, version.framework):
        raise Conflict(
            "Your organisation writes against another version. Open that self-assessment to move it."
        )
    made = SelfAssessment(organisation_id=organisation.id, framework_version_id=version.id, started_at=at)
    session.add(made)
    session.flush()
    facts = {"organisation": organisation.ods_code, "version": version.version}
    record(
        session, f"self-assessment:{made.id}", "start self-assessment", by=by.person_id, at=at, facts=facts
    )
    return made


@dataclass(frozen=True)
class Saved:
    """What a save led to: the answer as it is now, None when there is none, and what became of each question."""

    answer: Answer | None
    merged: Merged


def save_answer(
    session: Session,
    self_assessment: SelfAssessment,
    framework: Framework,
    code: str,
    typed: Mapping[str, str],
    *,
    seen: Mapping[str, str] | None,
    is_finished: bool | None,
    by: Who,
    at: datetime,
) -> Saved:
    """Keep what was typed, faults and all, or nothing of it: for who can't ask a person about a conflict.

    ``seen`` has the marks of what it was typed over (``rules/merging.marks_of``): {} for nothing, None for whatever
    is saved now, when the caller has just read it in this transaction. A question that ``typed`` leaves out stays as
    it is; an empty text clears it; ``is_finished`` None leaves the tick alone. Raises Stale when somebody saved
    another text for one of the questions since, and all that merge_answer raises.
    """
    with session.begin_nested():
        saved = merge_answer(
            session, self_assessment, framework, code, typed, seen=seen, is_finished=is_finished, by=by, at=at
        )
        if saved.merged.conflicts:
            raise Stale(
                "Somebody else saved this criterion since you opened it. Nothing of either text is lost."
            )
    return saved


def merge_answer(
    session: Session,
    self_assessment: SelfAssessment,
    framework: Framework,
    code: str,
    typed: Mapping[str, str],
    *,
    seen: Mapping[str, str] | None,
    sent: Mapping[str, str] | None = None,
    is_finished: bool | None,
    by: Who,
    at: datetime,
) -> Saved:
    """Keep what was typed for each question that nobody else changed meanwhile; the rest is a conflict of its own.

    ``sent`` is what the same page sent before without hearing back, in the form of ``typed``. Raises RuleError when
    the text can't be kept at all or the criterion does not apply, KeyError when the framework has no such criterion.
    Saving what is saved already changes nothing, so a form sent twice is saved once.
    """
    criterion = framework.criterion(code)
    _require_applicable(session, self_assessment, criterion)
    moving.require_writable(session, self_assessment, code)
    form = _as_typed(criterion, typed, seen, sent or {}, is_finished)
    answer = self_assessments.answer(session, self_assessment.id, code)
    values, was_finished = (answer.values, answer.is_finished) if answer else ({}, False)
    merged = merge(criterion, values, was_finished, form)
    if (merged.values, merged.is_finished) == (values, was_finished):
        return Saved(answer, merged)
    answer = answer or Answer(self_assessment_id=self_assessment.id, criterion_code=code, version=0)
    _keep(session, answer, merged, by, at)
    return Saved(answer, merged)


def _keep(session: Session, answer: Answer, merged: Merged, by: Who, at: datetime) -> None:
    answer.version, answer.values, answer.is_finished = answer.version + 1, merged.values, merged.is_finished
    answer.saved_at, answer.saved_by_id = at, by.person_id
    # The tick says that a carried answer still holds; an edit alone may have looked at one question of four.
    answer.needs_confirming = answer.needs_confirming and not merged.is_finished
    session.add(answer)
    session.flush()
    facts = {
        "criterion": answer.criterion_code,
        "version": answer.version,
        "finished": merged.is_finished,
        "questions": list(merged.taken),
    }
    stream = f"self-assessment:{answer.self_assessment_id}"
    record(session, stream, SAVE_ANSWER, by=by.person_id, at=at, facts=facts)


def _as_typed(
    criterion: Criterion,
    typed: Mapping[str, str],
    seen: Mapping[str, str] | None,
    sent: Mapping[str, str],
    is_finished: bool | None,
) -> Typed:
    """A part of the form that was not sent is not a cleared one: a radio nobody chose is not sent either."""
    before = clean(criterion, sent).values
    marks = {id_: mark(own(before, id_)) for id_ in _asked(sent)}
    if FINISHED in sent:
        marks[FINISHED] = mark(sent[FINISHED] == "yes")
    return Typed(storable(criterion, typed), _asked(typed), is_finished, seen, marks)


def _asked(typed: Mapping[str, str]) -> frozenset[str]:
    return frozenset(name.partition("-")[0] for name in typed)


def storable(criterion: Criterion, typed: Mapping[str, str]) -> dict[str, str]:
    """The values as they would be kept. RuleError when one of them can't be kept at all."""
    cleaned = clean(criterion, typed)
    asked = {question.id for question in criterion.questions}
    for key, error in cleaned.errors.items():
        if key not in asked:
            raise RuleError(
                "The form sent something this criterion does not ask for. Reload the page.", field=""
            )
        if any(CONTROL.search(text) for name, text in cleaned.values.items() if _belongs(name, key)):
            raise RuleError(error, field=key)
    for name, text in cleaned.values.items():
        if len(text) > LONGEST_VALUE:
            raise RuleError(
                f"Shorten this to {LONGEST_VALUE:,} characters or fewer. It has {len(text):,}.",
                field=name.partition("-")[0],
            )
    return cleaned.values


def _belongs(name: str, question_id: str) -> bool:
    """Whether a value is this question's own or one of the three parts of its date."""
    return name.partition("-")[0] == question_id


def _require_applicable(session: Session, self_assessment: SelfAssessment, criterion: Criterion) -> None:
    organisation = session.get_one(Organisation, self_assessment.organisation_id)
    if not criterion.applies_to(organisation.kind):
        raise RuleError("This criterion does not apply to your kind of organisation, so it takes no answer.")
