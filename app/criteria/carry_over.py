"""What of the answers to one version carries over to the next: said by its author, the rest by default, all checked.

A version's folder may hold it as `carry-over.toml`; a draft has it as a document. Once published it is kept whole,
each question with what it is filled from, so that a later change of the defaults changes nothing.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.criteria.faults import CriteriaError, Fault, key_of, reason_of
from app.criteria.reading import json_text
from app.criteria.schema import Criterion, Framework, Question, QuestionKind, repeated
from app.criteria.text import Slug

FILE = "carry-over.toml"


class CarryOver(BaseModel):
    """New code -> the old codes it comes from; new code -> question -> the old questions, such as `B01.narrative`."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)

    before: Slug = Field(alias="from")  # the version that is left
    criteria: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    questions: dict[str, dict[str, tuple[str, ...]]] = Field(default_factory=dict)

    def to_document(self) -> dict[str, Any]:
        """The form in which the portal keeps it."""
        return self.model_dump(mode="json", by_alias=True)


def reference(code: str, question_id: str) -> str:
    """How a question of the old version is named: `B01.narrative`."""
    return f"{code}.{question_id}"


def parts(named: str) -> tuple[str, str]:
    """Code and question of a reference. A code may hold full stops, a question's id holds none."""
    code, _, question_id = named.rpartition(".")
    return code, question_id


def read(document: Mapping[str, Any], name: str = FILE) -> CarryOver:
    """The carry-over that a document holds. Raises CriteriaError with every fault of its shape."""
    try:
        return CarryOver.model_validate_json(json_text(document))
    except ValidationError as error:
        found = [Fault(name, key_of(one["loc"]), reason_of(one)) for one in error.errors()]
        raise CriteriaError(found) from error


def origins(declared: CarryOver, before: Framework, code: str) -> tuple[str, ...]:
    """The old codes that a new criterion comes from: as declared, else the same code when there was one."""
    if code in declared.criteria:
        return declared.criteria[code]
    return (code,) if code in {one.code for one in before.criteria} else ()


def default_sources(question: Question, comes_from: Iterable[Criterion]) -> tuple[str, ...]:
    """The old questions of the same id and kind. Texts can be joined; of anything else there must be just one."""
    found = tuple(
        reference(criterion.code, one.id)
        for criterion in comes_from
        for one in criterion.questions
        if (one.id, one.kind) == (question.id, question.kind)
    )
    return found if question.kind is QuestionKind.NARRATIVE or len(found) == 1 else ()


def faults(declared: CarryOver, before: Framework, after: Framework, name: str = FILE) -> list[Fault]:
    """All that does not fit the two versions, in the order of the new one's criteria."""
    return [Fault(name, key, reason) for key, reason in _misfits(declared, before, after)]


def resolved(declared: CarryOver, before: Framework, after: Framework) -> CarryOver:
    """The same with every default written out. Raises CriteriaError when something does not fit."""
    if found := faults(declared, before, after):
        raise CriteriaError(found)
    old = {one.code: one for one in before.criteria}
    criteria = {one.code: origins(declared, before, one.code) for one in after.criteria}
    questions = {
        one.code: {
            question.id: declared.questions.get(one.code, {}).get(
                question.id, default_sources(question, [old[code] for code in criteria[one.code]])
            )
            for question in one.questions
        }
        for one in after.criteria
    }
    return CarryOver(before=before.version, criteria=criteria, questions=questions)


def composed(first: CarryOver, second: CarryOver) -> CarryOver:
    """Both steps as one, for who moves past a version in between. Both must be resolved."""
    return CarryOver(
        before=first.before,
        criteria={
            code: _once(old for between in comes_from for old in first.criteria.get(between, ()))
            for code, comes_from in second.criteria.items()
        },
        questions={
            code: {id_: _once(_traced(first, sources)) for id_, sources in asked.items()}
            for code, asked in second.questions.items()
        },
    )


def _traced(first: CarryOver, sources: Iterable[str]) -> Iterator[str]:
    for named in sources:
        code, question_id = parts(named)
        yield from first.questions.get(code, {}).get(question_id, ())


def _once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _misfits(declared: CarryOver, before: Framework, after: Framework) -> Iterator[tuple[str, str]]:
    if declared.before != before.version:
        yield "from", f"This version comes after {before.version}. Write that name."
    new = {one.code: one for one in after.criteria}
    for code, comes_from in declared.criteria.items():
        if reason := _wrong_origins(code, comes_from, before, new):
            yield f"criteria.{code}", reason
    for code, asked in declared.questions.items():
        if code not in new:
            yield f"questions.{code}", f"{code} is not a criterion of this version. Remove it."
        else:
            comes_from = origins(declared, before, code)
            yield from _wrong_questions(new[code], asked, comes_from, before)


def _wrong_questions(
    criterion: Criterion, asked: Mapping[str, tuple[str, ...]], comes_from: tuple[str, ...], before: Framework
) -> Iterator[tuple[str, str]]:
    for id_, sources in asked.items():
        question = next((one for one in criterion.questions if one.id == id_), None)
        if reason := _misfit(question, sources, comes_from, before):
            yield f"questions.{criterion.code}.{id_}", reason


def _wrong_origins(code: str, comes_from: tuple[str, ...], before: Framework, new: Collection[str]) -> str:
    """Why a criterion can't come from these; empty when it can."""
    if code not in new:
        return f"{code} is not a criterion of this version. Remove it."
    if unknown := [one for one in comes_from if one not in {old.code for old in before.criteria}]:
        return f"{unknown[0]} is not a criterion of {before.version}. Remove it."
    return "A code is listed twice. Keep one." if repeated(comes_from) else ""


def _misfit(
    question: Question | None, sources: tuple[str, ...], comes_from: tuple[str, ...], before: Framework
) -> str:
    """Why a question can't be filled from these; empty when it can."""
    if question is None:
        return "The criterion has no such question. Remove it."
    kinds = {reference(one.code, each.id): each.kind for one in before.criteria for each in one.questions}
    for named in sources:
        if reason := _wrong_source(question, named, comes_from, kinds.get(named), before.version):
            return reason
    if repeated(sources):
        return "A question is listed twice. Keep one."
    if len(sources) > 1 and question.kind is not QuestionKind.NARRATIVE:
        return "Only texts can be joined. Choose one question."
    return ""


def _wrong_source(
    question: Question, named: str, comes_from: tuple[str, ...], kind: QuestionKind | None, version: str
) -> str:
    if kind is None:
        return f"{named} is not a question of {version}. Write a code, a full stop and a question."
    if parts(named)[0] not in comes_from:
        return f"The criterion does not come from {parts(named)[0]}. Name it under criteria too."
    if kind is not question.kind:
        return f"{named} asks for a {kind.value}, this for a {question.kind.value}. Choose another."
    return ""
