"""Bringing back a filled score sheet: noting that it came, and saving what it changes in one step.

Each row is saved by the action that the page uses, so a sheet can do nothing that the page can't.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from app.actions.history import record
from app.actions.reviews import SEALED, save_score
from app.adapters.spreadsheets.score_sheets import NOTE, REASON, SCORE
from app.models import Review, ReviewStatus
from app.rules import scoring
from app.rules.errors import Conflict, Stale
from app.rules.people import Who
from app.rules.score_sheets import Choice, RowChange, fingerprint, wanted

SINCE = "A score was saved since you saw this page. Nothing was applied. Check what would change now."


def require_started(review: Review) -> None:
    """Conflict before the start: who has not said that no interest stands in the way has nothing to take away."""
    if review.started_at is None:
        raise Conflict("Start the review before you score.")


def require_open(review: Review) -> None:
    """Conflict before the start and after sealing."""
    require_started(review)
    if review.status is not ReviewStatus.STARTED:
        raise Conflict(SEALED)


def note_arrival(session: Session, review: Review, *, sha256: str, by: Who, at: datetime) -> None:
    """Tell the review's own history that a sheet came. ``sha256`` is that of the file; nothing else is changed."""
    require_open(review)
    record(
        session,
        f"review:{review.id}",
        "bring back score sheet",
        by=by.person_id,
        at=at,
        facts={"sha256": sha256},
    )


def apply(
    session: Session,
    review: Review,
    found: Sequence[RowChange],
    choices: Mapping[str, Choice],
    *,
    seen: str,
    by: Who,
    at: datetime,
) -> int:
    """Save what the sheet changes, all of it or nothing; returns how many rows that were.

    ``found`` is what it changes now, ``seen`` the fingerprint of what the person was shown, ``choices`` what they
    chose for rows saved since the download. Raises Stale when the two differ, RuleError for a row without a choice or
    with a fault (its field is the criterion), Conflict before the start and after sealing.
    """
    require_open(review)
    if fingerprint(found) != seen:
        raise Stale(SINCE)
    with session.begin_nested():
        for one in (rows := wanted(found, choices)):
            _save(session, review, one, by, at)
    return len(rows)


def _save(session: Session, review: Review, one: RowChange, by: Who, at: datetime) -> None:
    save_score(
        session,
        review,
        one.code,
        score=scoring.typed_score(one.new[SCORE]),
        reason=one.new[REASON],
        private_note=one.new[NOTE],
        version=one.version,
        by=by,
        at=at,
        marked=one.marked,
    )
