"""Assigning the reviewers of a whole window: all of them together, or none."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.actions import assignments
from app.actions.history import record
from app.criteria.schema import Framework
from app.models import Submission, Window
from app.queries import planning
from app.rules.assignment import Fault, Limits, Pair, faults
from app.rules.errors import Conflict, RuleError
from app.rules.history import sha256
from app.rules.people import Who

NOTHING = "There is nobody to assign."


class Refused(Conflict):
    """An assignment that breaks a rule, with everything that is wrong with it."""

    def __init__(self, found: Sequence[Fault]) -> None:
        super().__init__("Nobody was assigned, because this can't be done as it stands.")
        self.faults = list(found)


def propose(session: Session, window: Window, seed: int, *, by: Who, at: datetime) -> None:
    """Tell the history that a proposal was asked for. The seed makes it again, as long as nothing has changed."""
    record(session, _stream(window), "propose reviewers", by=by.person_id, at=at, facts={"seed": seed})


def note_upload(session: Session, window: Window, *, sha256: str, pairs: int, by: Who, at: datetime) -> None:
    """Tell the history that a file with an assignment came; nothing is assigned by it."""
    facts = {"sha256": sha256, "pairs": pairs}
    record(session, _stream(window), "bring assignment", by=by.person_id, at=at, facts=facts)


def assign(
    session: Session,
    window: Window,
    framework: Framework,
    pairs: Sequence[Pair],
    limits: Limits,
    *,
    seed: int | None = None,
    by: Who,
    at: datetime,
) -> int:
    """Give every submission of ``pairs`` its reviewer; returns how many. The caller holds the window's row.

    What was assigned before stays. Refused, with every reason, when the pairs break a rule as things are now;
    RuleError when there are none. ``seed``: of the proposal, when it was one.
    """
    if not pairs:
        raise RuleError(NOTHING)
    held = _held(session, window, {submission for submission, _ in pairs})
    if found := faults(planning.problem(session, window, framework, by, at, limits), pairs):
        raise Refused(found)
    # By reviewer: each is held as they are assigned, so two of these never wait for each other here either.
    for submission_id, reviewer_id in sorted(pairs, key=lambda pair: pair[1]):
        assignments.assign(session, held[submission_id], framework, reviewer_id, by=by, at=at)
    facts = {"number": len(pairs), "digest": digest(pairs), "seed": seed}
    record(session, _stream(window), "assign reviewers", by=by.person_id, at=at, facts=facts)
    return len(pairs)


def _held(session: Session, window: Window, ids: set[UUID]) -> dict[UUID, Submission]:
    """The submissions, held until the commit and always in the same order, so that two of these never wait for each
    other."""
    rows = session.exec(
        select(Submission)
        .where(Submission.window_id == window.id, col(Submission.id).in_(ids))
        .order_by(col(Submission.id))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    return {row.id: row for row in rows}


def digest(pairs: Sequence[Pair]) -> str:
    """A hash by which an assignment is known again; it tells no names."""
    return sha256("\n".join(sorted(f"{submission} {reviewer}" for submission, reviewer in pairs)))


def _stream(window: Window) -> str:
    return f"window:{window.id}"
