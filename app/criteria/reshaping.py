"""Criteria of a draft added, moved, removed, merged and split, with what carries over to them."""

import re
from copy import deepcopy

from app.criteria.carry_over import origins
from app.criteria.consistency import Document
from app.criteria.drafting import Draft, fitting, lines, replaced, table, text, without_code
from app.criteria.schema import Framework, QuestionKind

MOST_WORDS = 5000


def with_added(draft: Draft, code: str, title: str, level: str) -> Draft:
    """A new criterion at the end of its level, with one rating and empty texts. It comes from nothing."""
    principles = table(draft.document, "principles")
    row: Document = {
        "code": code,
        "level": level,
        "principle": text(principles[0].get("id")) if principles else "",
        "title": title,
        "guidance": "",
        "usual_evidence": [],
        "questions": [
            {
                "id": "rating",
                "kind": QuestionKind.RATING.value,
                "label": "Which description fits your organisation today?",
                "hint": "Choose the highest description that you can show in full.",
                "required": True,
                "words": None,
            }
        ],
        "descriptors": ["", "", "", ""],
        "not_for": [],
        "serves": [],
        "tag": "I",
    }
    rows = draft.rows
    after = max((place for place, one in enumerate(rows, 1) if one.get("level") == level), default=len(rows))
    document = {**draft.document, "criteria": deepcopy([*rows[:after], row, *rows[after:]])}
    made = without_code(draft.carry_over, code)
    return fitting(document, made.model_copy(update={"criteria": {**made.criteria, code: ()}}))


def with_shifted(draft: Draft, place: int, step: int) -> Draft:
    """The criterion moved one place up (-1) or down (1); at either end nothing changes."""
    rows, other = draft.rows, place + step
    draft.row(place)
    if 1 <= other <= len(rows):
        rows[place - 1], rows[other - 1] = rows[other - 1], rows[place - 1]
    return Draft({**draft.document, "criteria": deepcopy(rows)}, draft.carry_over)


def without_criterion(draft: Draft, place: int) -> Draft:
    draft.row(place)
    return fitting(replaced(draft.document, place, []), draft.carry_over)


def with_split(draft: Draft, base: Framework, place: int, code: str, title: str) -> Draft:
    """A copy of the criterion under a new code behind it. Both come from what the one came from."""
    row = draft.row(place)
    was = text(row.get("code"))
    made, comes_from = without_code(draft.carry_over, code), origins(draft.carry_over, base, was)
    questions = dict(made.questions.get(was, {}))
    carry = made.model_copy(
        update={
            "criteria": {**made.criteria, was: comes_from, code: comes_from},
            "questions": {**made.questions, code: questions} if questions else made.questions,
        }
    )
    return fitting(replaced(draft.document, place, [row, {**row, "code": code, "title": title}]), carry)


def with_merged(draft: Draft, base: Framework, place: int, other: int) -> Draft:
    """The criterion at ``other`` taken into the one at ``place``, which comes from both. It keeps its scores' texts."""
    into, taken = draft.row(place), draft.row(other)
    if place == other:
        raise LookupError(other)
    code, gone = text(into.get("code")), text(taken.get("code"))
    declared = draft.carry_over
    comes_from = tuple(dict.fromkeys(origins(declared, base, code) + origins(declared, base, gone)))
    row = {
        **into,
        "guidance": "\n\n".join(filter(None, [text(into.get("guidance")), text(taken.get("guidance"))])),
        "not_for": [one for one in lines(into.get("not_for")) if one in lines(taken.get("not_for"))],
        "questions": _joined(table(into, "questions"), table(taken, "questions"), gone),
    }
    for key in ("usual_evidence", "serves"):
        row[key] = list(dict.fromkeys(lines(into.get(key)) + lines(taken.get(key))))
    made = without_code(without_code(declared, code), gone)
    carry = made.model_copy(update={"criteria": {**made.criteria, code: comes_from}})
    document = replaced(draft.document, place, [row])
    document["criteria"] = [one for at, one in enumerate(table(document, "criteria"), 1) if at != other]
    return fitting(document, carry)


def _joined(into: list[Document], taken: list[Document], code: str) -> list[Document]:
    """The questions of both: one rating, texts of the same id with room for both, all others side by side."""
    made = [dict(question) for question in into]
    known = {text(question.get("id")): question for question in made}
    for question in taken:
        same = known.get(text(question.get("id")))
        if question.get("kind") == QuestionKind.RATING.value and known:
            continue
        if same is None:
            made.append(dict(question))
        elif same.get("kind") != question.get("kind"):
            own = re.sub("[^a-z0-9]", "_", f"{question.get('id')}_{code}".lower())
            made.append({**question, "id": own})
        elif isinstance(same.get("words"), int) and isinstance(question.get("words"), int):
            same["words"] = min(same["words"] + question["words"], MOST_WORDS)
    return made
