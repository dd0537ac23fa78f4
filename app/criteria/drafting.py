"""The next version while it is being written: a document that may still be broken, and what it says carries over.

Nothing here judges. A value of the wrong kind is shown as the text it is, and kept until somebody mends it.
"""

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from app.criteria.carry_over import CarryOver, default_sources, faults, origins
from app.criteria.consistency import Document
from app.criteria.faults import CriteriaError, Fault
from app.criteria.loader import from_document
from app.criteria.schema import Framework, OrganisationKind, Question

NAME = "draft"
KINDS = tuple(kind.value for kind in OrganisationKind)
NUMBERS = (
    "met_at",
    "reviewers",
    "moderation_gap",
    "validity_months",
    "light_check_months",
    "decision_weeks",
    "resubmission_months",
    "appeal_working_days",
)
_QUESTION_TEXTS = ("id", "kind", "label", "hint")
_LINES = ("code", "title", "level", "principle", "tag")


@dataclass(frozen=True)
class Draft:
    """A document and its carry-over. Every change makes another one, so that a refused change changes nothing."""

    document: Document
    carry_over: CarryOver

    @property
    def rows(self) -> list[Document]:
        """The criteria, as far as they are tables."""
        return table(self.document, "criteria")

    @property
    def codes(self) -> list[str]:
        return [text(row.get("code")) for row in self.rows]

    def row(self, place: int) -> Document:
        """The criterion at this place, from 1. Raises LookupError when there is none."""
        if not 1 <= place <= len(self.rows):
            raise LookupError(place)
        return self.rows[place - 1]


@dataclass(frozen=True)
class Judged:
    """A draft as the loader sees it: the framework it makes, or every fault."""

    framework: Framework | None
    faults: tuple[Fault, ...]


def judged(draft: Draft, base: Framework, published: frozenset[str]) -> Judged:
    """``published``: the names of versions that exist already."""
    found: list[Fault] = []
    made = None
    try:
        made = from_document(draft.document, NAME)
    except CriteriaError as error:
        found += error.faults
    if text(draft.document.get("id")) != base.id:
        found.append(Fault(NAME, "id", f"This is a version of {base.id}. Keep that id."))
    if text(draft.document.get("version")) in published:
        found.append(
            Fault(NAME, "version", "This version is published already. Give the draft another name.")
        )
    if made is not None:
        found += faults(draft.carry_over, base, made, "carry-over")
    return Judged(None if found else made, tuple(found))


def table(document: Document, name: str) -> list[Document]:
    """The rows of a table that are tables themselves."""
    rows = document.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def text(value: Any) -> str:
    """A value as a form shows it."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def lines(value: Any) -> list[str]:
    return [text(one) for one in value] if isinstance(value, list) else list(filter(None, [text(value)]))


def fields(row: Document) -> dict[str, str]:
    """A criterion as the fields of a form."""
    found = {name: text(row.get(name)) for name in (*_LINES, "guidance")}
    found["usual_evidence"] = "\n".join(lines(row.get("usual_evidence")))
    descriptors = lines(row.get("descriptors"))
    for score in range(4):
        # A list that is too long keeps its rest in the last field, so that saving loses nothing.
        said = descriptors[3:] if score == 3 else descriptors[score : score + 1]
        found[f"descriptor-{score}"] = "\n\n".join(said)
    found |= {f"{key}-{one}": "yes" for key in ("not_for", "serves") for one in lines(row.get(key))}
    for number, question in enumerate(table(row, "questions"), 1):
        found |= {
            f"question-{number}-{name}": text(question.get(name)) for name in (*_QUESTION_TEXTS, "words")
        }
        if question.get("required", True):
            found[f"question-{number}-required"] = "yes"
    return found


def number_of_questions(row: Document) -> int:
    return len(table(row, "questions"))


def with_criterion(draft: Draft, base: Framework, place: int, typed: Mapping[str, str]) -> Draft:
    """The criterion at ``place`` as typed. What it is filled from follows a new code, and a question's new id."""
    old = draft.row(place)
    new = {**old, **{name: typed.get(name, "") for name in (*_LINES, "guidance")}}
    new["usual_evidence"] = [line for line in typed.get("usual_evidence", "").split("\n") if line.strip()]
    new["descriptors"] = [typed.get(f"descriptor-{score}", "") for score in range(4)]
    for key in ("not_for", "serves"):
        before = [one for one in lines(old.get(key)) if f"{key}-{one}" in typed]
        more = [name[len(key) + 1 :] for name in typed if name.startswith(f"{key}-")]
        new[key] = before + [one for one in more if one not in before]
    new["questions"], ids = _questions(old, typed)
    carry = _following(draft, base, text(old.get("code")), new["code"], ids)
    return fitting(replaced(draft.document, place, [new]), carry)


def _questions(old: Document, typed: Mapping[str, str]) -> tuple[list[Document], dict[str, str]]:
    """The questions as typed, and which id became which."""
    before = table(old, "questions")
    made, ids = [], {}
    for number in range(1, len(before) + 2):
        own = before[number - 1] if number <= len(before) else {}
        given = {name: typed.get(f"question-{number}-{name}", "") for name in (*_QUESTION_TEXTS, "words")}
        if f"question-{number}-remove" in typed or not any(given[name] for name in ("id", "label", "hint")):
            continue
        is_required = f"question-{number}-required" in typed
        made.append({**own, **given, "required": is_required, "words": _number(given["words"])})
        ids[text(own.get("id"))] = given["id"]
    return made, {was: now for was, now in ids.items() if was and was != now}


def _number(typed: str) -> int | str | None:
    """The number typed; the text itself when it is none, so that the loader can say so; None for a blank."""
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 9 else typed or None


def _following(draft: Draft, base: Framework, was: str, now: str, ids: Mapping[str, str]) -> CarryOver:
    declared = draft.carry_over
    comes_from = origins(declared, base, was)
    questions = dict(declared.questions.get(was, {}))
    for old_id, new_id in ids.items():
        questions[new_id] = questions.pop(old_id, _default(base, comes_from, old_id))
    made = without_code(declared, was)
    is_usual = comes_from == origins(without_code(made, now), base, now)
    criteria = made.criteria if is_usual and was == now else {**made.criteria, now: comes_from}
    asked = {**made.questions, now: questions} if questions else made.questions
    return made.model_copy(update={"criteria": criteria, "questions": asked})


def _default(base: Framework, comes_from: tuple[str, ...], question_id: str) -> tuple[str, ...]:
    old = [one for one in base.criteria if one.code in comes_from]
    found = next((each for one in old for each in one.questions if each.id == question_id), None)
    return default_sources(found, old) if isinstance(found, Question) else ()


def without_code(declared: CarryOver, code: str) -> CarryOver:
    return declared.model_copy(
        update={
            "criteria": {key: value for key, value in declared.criteria.items() if key != code},
            "questions": {key: value for key, value in declared.questions.items() if key != code},
        }
    )


def with_carry_over(
    draft: Draft, code: str, comes_from: tuple[str, ...], sources: Mapping[str, tuple[str, ...]] | None
) -> Draft:
    """What a criterion and its questions are filled from; ``sources`` None: the defaults."""
    made = without_code(draft.carry_over, code)
    questions = made.questions if sources is None else {**made.questions, code: dict(sources)}
    criteria = {**made.criteria, code: comes_from}
    return Draft(draft.document, made.model_copy(update={"criteria": criteria, "questions": questions}))


def with_document(draft: Draft, document: Document) -> Draft:
    """Another document. What was said of criteria and questions that it does not have is dropped."""
    return fitting(deepcopy(document), draft.carry_over)


def fitting(document: Document, declared: CarryOver) -> Draft:
    made = Draft(document, declared)
    ids = {
        text(row.get("code")): {text(one.get("id")) for one in table(row, "questions")} for row in made.rows
    }
    questions = {
        code: {id_: sources for id_, sources in asked.items() if id_ in ids[code]}
        for code, asked in declared.questions.items()
        if code in ids
    }
    criteria = {code: value for code, value in declared.criteria.items() if code in ids}
    return Draft(document, declared.model_copy(update={"criteria": criteria, "questions": questions}))


def replaced(document: Document, place: int, rows: list[Document]) -> Document:
    """The document with the criterion at ``place`` replaced by these. Rows that are no tables go with their place."""
    before = table(document, "criteria")
    return {**document, "criteria": deepcopy([*before[: place - 1], *rows, *before[place:]])}


def head_fields(document: Document) -> dict[str, str]:
    """Version, title, status, mark, the levels' texts and the numbers of the settings as the fields of a form."""
    found = {name: text(document.get(name)) for name in ("version", "title", "status", "mark")}
    settings = document.get("settings")
    known = settings if isinstance(settings, dict) else {}
    found |= {name: text(known.get(name)) for name in NUMBERS}
    for number, level in enumerate(table(document, "levels"), 1):
        found |= {f"level-{number}-{name}": text(level.get(name)) for name in ("name", "signifies")}
    return found


def with_head(draft: Draft, typed: Mapping[str, str]) -> Draft:
    """The same fields as typed; all else of the document stays."""
    document = deepcopy(draft.document)
    document |= {name: typed.get(name, "") for name in ("version", "title", "status", "mark")}
    settings = document.get("settings")
    known = dict(settings) if isinstance(settings, dict) else {}
    for name in NUMBERS:
        known[name] = _number(typed.get(name, ""))
        if known[name] is None:
            del known[name]  # left out: the default
    document["settings"] = known
    for number, level in enumerate(table(document, "levels"), 1):
        level |= {name: typed.get(f"level-{number}-{name}", "") for name in ("name", "signifies")}
    return Draft(document, draft.carry_over)
