"""Moderation: the reviewers' scores side by side, by letter, and the agreed score where they differ."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from app.actions import moderation as actions
from app.criteria.schema import Criterion, Framework
from app.models import AgreedScore, Submission
from app.queries import clarifications, records, reviews, sealed_copies, submissions
from app.queries.reviews import ReviewerScore
from app.rules import scoring
from app.rules.permissions import Permission
from app.rules.workflow import Verb, open_verbs
from app.web.attempts import Attempt
from app.web.errors import NotFound
from app.web.guards import SubmissionFor
from app.web.pages import again, go, page
from app.web.portal import Portal, PortalParts
from app.web.records import by_title
from app.web.review_pages import answer_of
from app.web.transaction import Form, Now, Person, Transaction

router = APIRouter()
Moderating = Annotated[Submission, Depends(SubmissionFor(Permission.MODERATE), scope="function")]


@dataclass(frozen=True)
class Line:
    """One criterion: what each reviewer gave, why it needs moderation or how it settled itself, and what was agreed.

    ``counts`` is None while it waits: the scores differ, or the organisation clarified the answer since.
    """

    criterion: Criterion
    scores: tuple[ReviewerScore, ...]
    difference: str
    settled_by: str
    counts: int | None
    agreed: AgreedScore | None

    @property
    def is_moderated(self) -> bool:
        return bool(self.difference) or self.agreed is not None or self.counts is None

    def score_of(self, letter: str) -> int | None:
        """What the reviewer gave; a third reviewer scores only what differs."""
        return next((one.score for one in self.scores if one.letter == letter), None)


@router.get("/submissions/{submission_id}/moderation")
async def show(
    request: Request, who: Person, session: Transaction, parts: Portal, submission: Moderating
) -> Response:
    return page(request, "moderation/show", who, **overview(session, parts, submission))


@router.get("/submissions/{submission_id}/moderation/{code}")
async def criterion(
    request: Request, who: Person, session: Transaction, parts: Portal, submission: Moderating, code: str
) -> Response:
    context = _of_criterion(session, parts, submission, code)
    return page(request, "moderation/criterion", who, **context, typed={})


@router.post("/submissions/{submission_id}/moderation/{code}")
async def agree(
    request: Request,
    who: Person,
    session: Transaction,
    parts: Portal,
    submission: Moderating,
    code: str,
    typed: Form,
    at: Now,
) -> Response:
    context = _of_criterion(session, parts, submission, code)
    framework = parts.shelf.get(session, submission.framework_version_id)
    with Attempt(session) as attempt:
        score = scoring.typed_score(typed.get("score"))
        actions.agree(session, submission, framework, code, score, typed.get("reason"), by=who, at=at)
    if refused := attempt.refused:
        return again(request, "moderation/criterion", who, refused, **context, typed=typed.text)
    return go(f"/submissions/{submission.id}/moderation")


def overview(session: Session, parts: PortalParts, submission: Submission) -> dict[str, Any]:
    """Every criterion judged with its scores by letter, those that differ or wait apart from the others."""
    framework = parts.shelf.get(session, submission.framework_version_id)
    lines = _lines(session, submission, framework)
    return {
        "submission": submissions.facts(session, submission.id),
        "framework": framework,
        "differing": [line for line in lines if line.is_moderated],
        "settled": [line for line in lines if not line.is_moderated],
        "to_agree": sum(line.counts is None for line in lines),
        "letters": sorted({one.letter for line in lines for one in line.scores}),
        "may_agree": Verb.AGREE_SCORE in open_verbs(submission.status),
    }


def _lines(session: Session, submission: Submission, framework: Framework) -> list[Line]:
    """Every criterion judged, in the framework's order; none until every review is sealed."""
    given = reviews.all_scores(session, submission.id)
    agreed = reviews.agreed_scores(session, submission.id)
    counts = reviews.settled_scores(session, submission.id, framework)
    return [
        _line(framework, one, given[one.code], agreed.get(one.code), counts.get(one.code))
        for one in framework.criteria
        if one.code in given
    ]


def _line(
    framework: Framework,
    criterion: Criterion,
    given: tuple[ReviewerScore, ...],
    agreed: AgreedScore | None,
    counts: int | None,
) -> Line:
    scores, settings = [one.score for one in given], framework.settings
    difference = scoring.differs(scores, settings)
    settled_by = "" if difference else scoring.why_settled(scores, settings)
    return Line(criterion, given, difference, settled_by, counts, agreed)


def _of_criterion(session: Session, parts: PortalParts, submission: Submission, code: str) -> dict[str, Any]:
    """NotFound when the criterion was not judged, or not every review is sealed."""
    found = overview(session, parts, submission)
    line = next((one for one in (*found["differing"], *found["settled"]) if one.criterion.code == code), None)
    if line is None:
        raise NotFound
    content = sealed_copies.document(session, submission.id).content
    answer = answer_of(found["framework"], content, code)
    marks = records.evidence_marks(session, submission.id).get(code, ())
    return {
        **found,
        "line": line,
        "criterion": line.criterion,
        "answer": answer,
        "rounds": records.given(session, submission.id).get(code, {}),
        "moves": records.moves(session, submission.id).get(code, ()),
        "marks": by_title(marks, {item.version_id: item.title for item in answer.evidence}),
        "conditions": records.condition_marks(session, submission.id).get(code, ()),
        "clarified": clarifications.answered(session, submission.id, code),
        "may_agree": found["may_agree"] and line.counts is None,
    }
