"""The words of the demo: plainly made up, and about nobody."""

from io import BytesIO
from random import Random

from app.criteria.schema import Criterion, Question, QuestionKind

ROLES = ("Chief people officer", "Chief nurse", "Director of strategy", "Deputy chief executive")
STEPS = (
    "Our board agreed the approach and asked for a report every quarter.",
    "The staff network helped to write it and meets the sponsor every month.",
    "We published the result on our public pages and told every team in the weekly bulletin.",
    "Since then we have looked at the figures twice and changed what did not work.",
    "A named executive answers for it, and it stands in their objectives.",
)
REASONS = {
    0: "The answer says what is planned, but the evidence does not show that it has begun.",
    1: "A beginning is made. The evidence shows a draft, not yet an approved and used version.",
    2: "The evidence shows that this is approved and in use, with dates.",
    3: "The evidence shows that this is in use, looked at regularly, and has had an effect.",
}
POLICY = (
    "Demonstration document of a fictional organisation.\n\n"
    "Our position on racism. We do not tolerate racism from anyone. Every report is looked at within five working\n"
    "days by a trained colleague outside the team concerned. The board reads the figures every quarter.\n"
)
FIGURES = "Quarter,Reports received,Looked at within five working days\n1,40,38\n2,52,50\n3,47,47\n4,60,58\n"


def typed_answer(criterion: Criterion, trust: int, dice: Random) -> dict[str, str]:
    """A form as a demo trust would fill it, every question answered."""
    typed: dict[str, str] = {}
    for question in criterion.questions:
        typed |= _typed(question, criterion, trust, dice)
    return typed


def _typed(question: Question, criterion: Criterion, trust: int, dice: Random) -> dict[str, str]:
    match question.kind:
        case QuestionKind.RATING:
            return {question.id: str(dice.choice((2, 2, 3)))}
        case QuestionKind.NARRATIVE:
            return {question.id: _narrative(criterion, trust, dice)}
        case QuestionKind.ROLE:
            return {question.id: dice.choice(ROLES)}
        case QuestionKind.DATE:
            parts = {"day": dice.randint(1, 28), "month": dice.randint(1, 12), "year": 2024}
            return {f"{question.id}-{part}": str(value) for part, value in parts.items()}
        case QuestionKind.LINK:
            return {question.id: f"https://demo-trust-{trust}.example.invalid/{criterion.code.lower()}"}


def _narrative(criterion: Criterion, trust: int, dice: Random) -> str:
    opening = f"Demonstration text of a fictional organisation, demo trust {trust}, about: {criterion.title}."
    return "\n\n".join([opening, *dice.sample(STEPS, 3)])


def policy_file() -> tuple[str, BytesIO]:
    return "position-on-racism.txt", BytesIO(POLICY.encode())


def figures_file() -> tuple[str, BytesIO]:
    return "reports-by-quarter.csv", BytesIO(FIGURES.encode())
