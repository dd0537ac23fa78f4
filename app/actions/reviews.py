"""What a reviewer does with a sealed copy: start, score, seal. The caller holds the submission's row.

Drafts are written to a stream of history of their own (``review:<id>``): a line in the submission's stream, even its
number, would tell others that somebody is at work.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from app.actions.assignments import assign, remove
from app.actions.history import record
from app.actions.verdicts import mark, withdraw
from app.criteria.schema import Framework
from app.models import Review, ReviewKind, ReviewStatus, Score, Status, Submission
from app.queries import reviews, scans, sealed_copies, verdicts
from app.rules import scoring, workflow
from app.rules.errors import Conflict, RuleError, Stale
from app.rules.passages import passage
from app.rules.people import Who
from app.rules.scans import files_waiting
from app.rules.verdicts import MOST_SECONDS, NOTHING_MARKED, Marked
from app.rules.workflow import Verb

__all__ = ["assign", "judge_again", "remove", "save_score", "seal", "start"]

SEALED = "You have sealed this review, so its scores can't be changed."


def start(session: Session, review: Review, *, by: Who, at: datetime, has_scanner: bool = False) -> None:
    """Open the review for scoring.

    Conflict while a file of the sealed copy waits for the virus scanner, where there is one (``has_scanner``).
    """
    submission = session.get_one(Submission, review.submission_id)
    _require(Verb.START_REVIEW, review, submission)
    if review.status is not ReviewStatus.ASSIGNED:
        raise Conflict("You have started this review already.")
    files = sealed_copies.files(session, submission.id)
    if number := scans.waiting_among(session, files, has_scanner=has_scanner):
        raise Conflict(files_waiting(number))
    review.status, review.started_at = ReviewStatus.STARTED, at
    if review.kind is ReviewKind.FIRST:
        _move(submission, Status.IN_REVIEW, at)
    _record(session, submission, Verb.START_REVIEW, review, by, at)


def save_score(
    session: Session,
    review: Review,
    code: str,
    *,
    score: int | None,
    reason: str,
    private_note: str,
    version: int,
    by: Who,
    at: datetime,
    marked: Marked = NOTHING_MARKED,
    seconds: int = 0,
) -> Score:
    """Keep a draft of one criterion's score (0 to 3, or none yet), its reason, the private note and the marks of its
    evidence and conditions. ``seconds`` is the time this took, of which at most half an hour is counted.

    ``version`` is the one the form was made from: Stale when it was saved since. Conflict before the start and after
    sealing. RuleError when the criterion is not one to score, what is marked is not its, or a text can't be kept.
    """
    _require_started(review)
    row = reviews.score(session, review.id, code)
    if row is None:
        raise RuleError("This criterion is not in the sealed copy.")
    if score is not None and score not in scoring.SCORES:
        raise RuleError(scoring.CHOOSE, field="score")
    reason, private_note = passage(reason, "reason"), passage(private_note, "private-note")
    if row.version != version:
        raise Stale("This score was saved in another window since you opened it.")
    row.score, row.reason, row.private_note = score, reason, private_note
    row.version, row.saved_at = version + 1, at
    row.seconds_spent += min(max(0, seconds), MOST_SECONDS)
    marks = mark(session, review, code, marked, at=at)
    facts = {"criterion": code, "version": row.version, "digest": scoring.digest([row]), **marks}
    record(session, f"review:{review.id}", "save score", by=by.person_id, at=at, facts=facts)
    return row


def seal(session: Session, review: Review, framework: Framework, *, by: Who, at: datetime) -> None:
    """Make the review final. The last one of a submission sends it on, in the same transaction.

    RuleError naming the criteria that lack a score or a reason.
    """
    submission = session.get_one(Submission, review.submission_id)
    _require_started(review)
    _require(Verb.SEAL_REVIEW, review, submission)
    given = reviews.scores(session, review.id)
    if missing := unscored(given):
        raise RuleError(f"Give a score and a reason for {', '.join(missing)} before you seal.")
    review.status, review.sealed_at = ReviewStatus.SEALED, at
    session.flush()
    if review.kind is not ReviewKind.BLIND:
        _move(submission, _status_after(session, submission, framework), at)
    marks = verdicts.digest(session, review.id)
    facts = {"digest": scoring.digest(given.values()), **({"verdicts": marks} if marks else {})}
    _record(session, submission, Verb.SEAL_REVIEW, review, by, at, **facts)


def judge_again(
    session: Session, submission_id: UUID, copy_sha256: str, codes: Collection[str], *, at: datetime
) -> None:
    """Point the open reviews at a newer sealed copy. Scores of the criteria that changed are taken out, their words
    stay: a score given to another text must never look like one of this."""
    for review in reviews.current(session, submission_id):
        review.copy_sha256 = copy_sha256
        given = [row for code, row in reviews.scores(session, review.id).items() if code in codes]
        for row in given:
            row.score, row.version, row.saved_at = None, row.version + 1, at
        withdraw(session, review, codes)
        facts = {"criteria": sorted(codes), "digest": scoring.digest(given)}
        record(session, f"review:{review.id}", "judge again", by=None, at=at, facts=facts)


def unscored(given: dict[str, Score]) -> list[str]:
    """The criteria of a review that lack a score or a reason."""
    marks = {code: row.score for code, row in given.items()}
    return scoring.unscored(given, marks, {code: row.reason for code, row in given.items()})


def _require(verb: Verb, review: Review, submission: Submission) -> None:
    """A blind review is of an award already made: it waits for no status, and moves none."""
    if review.kind is not ReviewKind.BLIND:
        workflow.require(verb, submission.status)


def _require_started(review: Review) -> None:
    if review.status is ReviewStatus.SEALED:
        raise Conflict(SEALED)
    if review.status is not ReviewStatus.STARTED:
        raise Conflict("Start the review before you score.")


def _status_after(session: Session, submission: Submission, framework: Framework) -> Status:
    """In review until as many reviews as the framework asks for are sealed; then a third review where they differ,
    and moderation when that is sealed too."""
    found = reviews.current(session, submission.id)
    first = [one for one in found if one.kind is ReviewKind.FIRST]
    if (
        any(one.status is not ReviewStatus.SEALED for one in found)
        or len(first) < framework.settings.reviewers
    ):
        return submission.status
    given = reviews.sealed_scores(session, submission.id).values()
    return scoring.status_after_reviews(
        [[one.score for one in of_one] for of_one in given], framework.settings, len(found) - len(first)
    )


def _move(submission: Submission, status: Status, at: datetime) -> None:
    if submission.status is not status:
        submission.status, submission.changed_at = status, at


def _record(
    session: Session,
    submission: Submission,
    verb: Verb,
    review: Review,
    by: Who,
    at: datetime,
    **more: str,
) -> None:
    facts = {"review": str(review.id), "letter": review.letter, "status": submission.status.value, **more}
    # A line in the submission's history would tell that its award is looked at once more.
    stream = f"review:{review.id}" if review.kind is ReviewKind.BLIND else f"submission:{submission.id}"
    record(session, stream, verb.value, by=by.person_id, at=at, facts=facts)
