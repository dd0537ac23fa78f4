"""Two copies of a submission side by side, criterion by criterion, word by word."""

from dataclasses import dataclass

from app.criteria.schema import Criterion, Framework
from app.rules.changes import changed, evidence_changes
from app.rules.differences import Piece, words
from app.rules.sealing import SealedAnswer, SealedContent, SealedEvidence
from app.web import components


@dataclass(frozen=True)
class ChangedText:
    """One question whose answer differs."""

    label: str
    pieces: list[Piece]


@dataclass(frozen=True)
class ChangedCriterion:
    """One criterion that differs: its texts, and what became of which evidence."""

    code: str
    title: str
    texts: list[ChangedText]
    evidence: list[tuple[str, SealedEvidence]]


def compared(framework: Framework, before: SealedContent, after: SealedContent) -> list[ChangedCriterion]:
    """The criteria that differ between two copies, in the framework's order."""
    was = {answer.code: answer for answer in before.answers}
    return [
        _criterion(framework, framework.criterion(code), was.get(code), after.answer(code))
        for code in changed(before, after)
    ]


def _criterion(
    framework: Framework, criterion: Criterion, before: SealedAnswer | None, after: SealedAnswer
) -> ChangedCriterion:
    options = components.choices(criterion, framework.settings)
    old = before.values if before else {}
    texts = []
    for question in criterion.questions:
        first = components.shown(question, old, options)
        second = components.shown(question, after.values, options)
        if first != second:
            texts.append(ChangedText(question.label, words(first, second)))
    return ChangedCriterion(criterion.code, criterion.title, texts, evidence_changes(before, after))
