"""Carrying answers from one framework version to the next: which go where, joined how, and what stays behind."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.criteria.carry_over import CarryOver, reference
from app.criteria.schema import Criterion, Framework, OrganisationKind, Question, QuestionKind

Values = Mapping[str, str]  # question id (and the parts of a date) -> what was typed


@dataclass(frozen=True)
class Source:
    """A question of the version that is left."""

    criterion: Criterion
    question: Question

    @property
    def name(self) -> str:
        return reference(self.criterion.code, self.question.id)


@dataclass(frozen=True)
class Filled:
    """One question of the new version, and what it is filled from; ``notes`` say what to look at when confirming."""

    question: Question
    sources: tuple[Source, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class CriterionPlan:
    """One criterion of the new version, the old ones it comes from, and each question."""

    criterion: Criterion
    origins: tuple[Criterion, ...]
    questions: tuple[Filled, ...]


@dataclass(frozen=True)
class Plan:
    """What carries over between two versions, before anybody's answers are looked at."""

    before: Framework
    after: Framework
    criteria: tuple[CriterionPlan, ...]

    @property
    def not_carried(self) -> tuple[Source, ...]:
        """The old questions that fill nothing, in their order."""
        used = {source.name for one in self.criteria for filled in one.questions for source in filled.sources}
        return tuple(source for source in _asked(self.before) if source.name not in used)

    def targets(self, code: str) -> tuple[Criterion, ...]:
        """The new criteria that come from an old one."""
        return tuple(
            one.criterion for one in self.criteria if code in {origin.code for origin in one.origins}
        )


@dataclass(frozen=True)
class Carried:
    """An answer as it would begin in the new version. It counts only once a person confirms it."""

    criterion: Criterion
    values: dict[str, str]
    carried_from: tuple[str, ...]  # codes in the version that is left


@dataclass(frozen=True)
class Left:
    """What was typed and does not carry. It stays readable in the self-assessment that is left."""

    criterion: Criterion
    label: str
    text: str
    question: Question | None = None  # none for a part of a date that could not be made


def plan(before: Framework, after: Framework, resolved: CarryOver) -> Plan:
    """``resolved`` as values that pages and actions read; it must fit the two versions."""
    old = {one.code: one for one in before.criteria}
    asked = {source.name: source for source in _asked(before)}
    criteria = []
    for criterion in after.criteria:
        origins = tuple(old[code] for code in resolved.criteria.get(criterion.code, ()))
        names = resolved.questions.get(criterion.code, {})
        questions = tuple(
            _filled(question, tuple(asked[name] for name in names.get(question.id, ())))
            for question in criterion.questions
        )
        criteria.append(CriterionPlan(criterion, origins, questions))
    return Plan(before, after, tuple(criteria))


def carry(
    made: Plan, kind: OrganisationKind, answers: Mapping[str, Values]
) -> tuple[list[Carried], list[Left]]:
    """The answers of an organisation of this kind in the new version, and every text that does not go with them.

    Texts are joined in order, each under a line with its old code and title, and may go over their limit: they are
    kept whole, and the writer shortens them. Nothing carries to a criterion that does not apply to the kind.
    """
    carried, used = [], set()
    for one in made.criteria:
        if not one.criterion.applies_to(kind):
            continue
        values: dict[str, str] = {}
        for filled in one.questions:
            values |= _value(filled, answers)
            used |= {source.name for source in filled.sources}
        if values:
            codes = tuple(origin.code for origin in one.origins if answers.get(origin.code))
            carried.append(Carried(one.criterion, values, codes))
    return carried, list(_left(made.before, answers, used))


def _asked(framework: Framework) -> Iterator[Source]:
    for criterion in framework.criteria:
        for question in criterion.questions:
            yield Source(criterion, question)


def _filled(question: Question, sources: tuple[Source, ...]) -> Filled:
    notes = []
    if len(sources) > 1:
        notes.append("The texts are joined, each under a line with its old code and title.")
    if any(source.question.label != question.label for source in sources):
        notes.append("The question has new words.")
    limits = [source.question.words or 0 for source in sources]
    if question.words and sum(limits) > question.words:
        notes.append(f"The limit is {question.words} words. A longer text is kept, and is to be shortened.")
    return Filled(question, sources, tuple(notes))


def _own(values: Values, question_id: str) -> dict[str, str]:
    """A question's own value, or the three parts of a date that could not be made, under what follows its id."""
    return {
        key[len(question_id) :]: text
        for key, text in values.items()
        if key.partition("-")[0] == question_id and str(text).strip()
    }


def _value(filled: Filled, answers: Mapping[str, Values]) -> dict[str, str]:
    found = [(one, _own(answers.get(one.criterion.code, {}), one.question.id)) for one in filled.sources]
    given = [(one, own) for one, own in found if own]
    id_ = filled.question.id
    if filled.question.kind is QuestionKind.NARRATIVE and len(given) > 1:
        texts = [f"{one.criterion.code}: {one.criterion.title}\n\n{own['']}" for one, own in given]
        return {id_: "\n\n".join(texts)}
    return {f"{id_}{rest}": text for _, own in given[:1] for rest, text in own.items()}


def _left(before: Framework, answers: Mapping[str, Values], used: set[str]) -> Iterator[Left]:
    for criterion in before.criteria:
        asked = {question.id: question for question in criterion.questions}
        for key, text in answers.get(criterion.code, {}).items():
            id_ = key.partition("-")[0]
            if str(text).strip() and reference(criterion.code, id_) not in used:
                label = asked[id_].label if id_ in asked else id_
                yield Left(criterion, label, str(text), asked.get(key))
