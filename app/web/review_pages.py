"""What the pages of a review show, put together from the sealed copy and the reviewer's own scores."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from app.criteria.schema import Framework
from app.models import Review, Score
from app.queries import changes, co_signatures, reviews, submissions
from app.rules import scoring
from app.rules.sealing import SealedContent
from app.web.errors import NotFound
from app.web.portal import PortalParts
from app.web.sealed_answers import ShownAnswer, shown


@dataclass(frozen=True)
class CriterionPage:
    score: Score
    next: str  # code of the criterion after this one; empty after the last
    shown: dict[str, Any]


def framework_of(session: Session, parts: PortalParts, review: Review) -> Framework:
    """The framework version the submission was sealed with."""
    return parts.shelf.get(session, reviews.framework_version_of(session, review))


def whole(session: Session, parts: PortalParts, review: Review) -> dict[str, Any]:
    """The start page and the sealing page: every criterion with the own score so far."""
    facts = submissions.facts(session, review.submission_id)
    framework = parts.shelf.get(session, facts.framework_version_id)
    content = submissions.sealed(session, review.submission_id).content
    given = reviews.scores(session, review.id)
    marks = {code: row.score for code, row in given.items()}
    reasons = {code: row.reason for code, row in given.items()}
    return {
        "review": review,
        "level": framework.level(content.level).name,
        "submission_id": review.submission_id,
        "promised_on": facts.promised_on,
        "copies": len(submissions.copies(session, review.submission_id)),
        "change_request": changes.open_request(session, review.submission_id),
        "window_name": facts.window_name,
        "network": co_signatures.every(session, review.submission_id),
        "framework": framework,
        "content": content,
        "criteria": [framework.criterion(code) for code in content.codes],
        "scores": given,
        "missing": scoring.unscored(content.codes, marks, reasons),
        "seen": scoring.digest(given.values()),
    }


def of_criterion(session: Session, parts: PortalParts, review: Review, code: str) -> CriterionPage:
    """One criterion: the sealed answer beside the own score. NotFound when the copy has no such criterion."""
    content = submissions.sealed(session, review.submission_id).content
    score = reviews.score(session, review.id, code)
    if score is None:
        raise NotFound
    framework = framework_of(session, parts, review)
    at = content.codes.index(code)
    following = (*content.codes[at + 1 :], "")[0]
    context = {
        "review": review,
        "framework": framework,
        "content": content,
        "criterion": framework.criterion(code),
        "answer": answer_of(framework, content, code),
        "score": score,
        "place": at + 1,
        "previous": content.codes[at - 1] if at else "",
        "next": following,
    }
    return CriterionPage(score, following, context)


def answer_of(framework: Framework, content: SealedContent, code: str) -> ShownAnswer:
    """The sealed answer to one criterion, in the framework's words."""
    return next(one for level in shown(framework, content) for one in level.answers if one.code == code)


def draft_of(score: Score) -> dict[str, str]:
    """The saved draft as the form's fields. A score that was not given stays unchosen."""
    return {
        "score": "" if score.score is None else str(score.score),
        "reason": score.reason,
        "private-note": score.private_note,
        "version": str(score.version),
    }
