"""What a decision rests on: the rule's result, and the exact records behind it."""

from typing import Any

from sqlmodel import Session

from app.criteria.schema import Framework
from app.models import Submission
from app.queries import certificates, reviews, sealed_copies
from app.rules.errors import Conflict
from app.rules.scoring import LevelResult, level_result


def levels_missing(session: Session, submission: Submission, framework: Framework) -> list[str]:
    """The lower levels that are neither judged with this submission nor held by a certificate that counts."""
    content = sealed_copies.document(session, submission.id).content
    judged = {answer.level for answer in content.answers}
    revoked = certificates.revoked_rank(session, submission.organisation_id)
    return [
        one.id
        for one in framework.levels_up_to(submission.level)[:-1]
        if one.id not in judged
        and (one.id not in content.lower_levels_held or (revoked and one.rank >= revoked))
    ]


def result_by_rule(session: Session, submission: Submission, framework: Framework) -> LevelResult:
    """What the rule says of the agreed scores. Conflict while a score is still open."""
    scores = reviews.settled_scores(session, submission.id, framework)
    open_codes = [code for code, score in scores.items() if score is None]
    if open_codes or not scores:
        raise Conflict("Every review must be sealed and every difference agreed before a decision.")
    return level_result(
        submission.level,
        {code: score for code, score in scores.items() if score is not None},
        framework.settings.met_at,
        not levels_missing(session, submission, framework),
    )


def basis_of(
    session: Session, submission: Submission, framework: Framework, result: LevelResult
) -> dict[str, Any]:
    """Everything the decision rests on, so that it can be held against the records for ever."""
    agreed = reviews.agreed_scores(session, submission.id)
    return {
        "copy_sha256": sealed_copies.sha256(session, submission.id),
        "framework_version": framework.version,
        "met_at": framework.settings.met_at,
        "scores": reviews.settled_scores(session, submission.id, framework),
        "reviews": reviews.score_basis(session, submission.id),
        "agreed_rows": {code: [row.round, row.number] for code, row in agreed.items()},
        "met": list(result.met),
        "not_met": list(result.not_met),
        "levels_missing": levels_missing(session, submission, framework),
    }
