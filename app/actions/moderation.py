"""Agreeing the scores that differ. The reviewers' own scores stay as they were sealed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from app.actions.history import record
from app.criteria.schema import Framework
from app.models import AgreedScore, Status, Submission
from app.queries import reviews
from app.rules import scoring, workflow
from app.rules.errors import Conflict, RuleError
from app.rules.history import sha256
from app.rules.passages import required_passage
from app.rules.people import Who
from app.rules.workflow import Verb


def agree(
    session: Session,
    submission: Submission,
    framework: Framework,
    code: str,
    score: int | None,
    reason: str,
    *,
    by: Who,
    at: datetime,
) -> AgreedScore:
    """Record the score that counts for one criterion, 0 to 3, with the reason. It is never changed afterwards.

    What the organisation clarified meanwhile is agreed anew, by a further row. The last one sends the submission to
    its decision. RuleError when the scores of the criterion don't differ; Conflict when it is agreed already. The
    caller holds the submission's row.
    """
    workflow.require(Verb.AGREE_SCORE, submission.status)
    before = reviews.agreed_scores(session, submission.id).get(code)
    given = {one.letter: one.score for one in reviews.all_scores(session, submission.id).get(code, ())}
    if code not in reviews.unsettled(session, submission.id, framework):
        raise _nothing_to_agree(bool(before), bool(given))
    if score not in scoring.SCORES:
        raise RuleError(scoring.CHOOSE, field="score")
    reason = required_passage(reason, "reason", "Enter the reason for the agreed score.")
    agreed = _add(session, submission, code, score, reason, by, at)
    if not reviews.unsettled(session, submission.id, framework):
        submission.status, submission.changed_at = Status.AWAITING_DECISION, at
    facts = _facts(agreed, given, before, submission.status)
    stream = f"submission:{submission.id}"
    record(session, stream, Verb.AGREE_SCORE.value, by=by.person_id, at=at, reason=reason, facts=facts)
    return agreed


def _nothing_to_agree(is_agreed: bool, is_judged: bool) -> RuleError:
    if is_agreed:
        return Conflict(
            "The score of this criterion is agreed already, and an agreed score is never changed."
        )
    if not is_judged:
        return RuleError("This criterion is not in the sealed copy.")
    return RuleError("The scores of this criterion don't differ, so there is nothing to agree.")


def _add(
    session: Session, submission: Submission, code: str, score: int, reason: str, by: Who, at: datetime
) -> AgreedScore:
    """A further row, behind those that were agreed of the criterion before."""
    agreed = AgreedScore(
        submission_id=submission.id,
        criterion_code=code,
        round=submission.round,
        number=reviews.times_agreed(session, submission, code) + 1,
        score=score,
        reason=reason,
        agreed_at=at,
        agreed_by_id=by.person_id,
    )
    session.add(agreed)
    session.flush()
    return agreed


def _facts(
    agreed: AgreedScore, given: Mapping[str, int | None], before: AgreedScore | None, status: Status
) -> dict[str, Any]:
    """What the history keeps, so that nobody has to work out later what was agreed from what."""
    return {
        "criterion": agreed.criterion_code,
        "round": agreed.round,
        "number": agreed.number,
        "from": given,  # the originals by letter, as they are at this moment
        "before": before.score if before else None,
        "score": agreed.score,
        "digest": sha256(agreed.reason),
        "status": status.value,
    }
