"""Letters that somebody has read, so that a window can be released."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session, select

from app.actions import letters
from app.models import Decision, Letter, Submission
from app.queries.decisions import pending
from app.queries.letters import of_decision
from tests.story import NOW, Story


def letters_read(session: Session, story: Story, at: datetime = NOW, window_id: UUID | None = None) -> None:
    """The second administrator reads every letter that waits in the window, as it was drafted."""
    by = story.who(session, "administrator_2", at)
    for _, decision in pending(session, window_id or story.window_id):
        letter = of_decision(session, decision.id)
        if letter is not None and letter.read_at is None:
            version = letter.version
            letters.save(
                session, decision, letter.subject, letter.body, version=version, may_go=True, by=by, at=at
            )


def letter_of(session: Session, submission: Submission) -> Letter:
    """The letter of the submission's newest decision."""
    decision = session.exec(
        select(Decision).where(Decision.submission_id == submission.id).order_by(Decision.number.desc())  # type: ignore[attr-defined]
    ).first()
    assert decision is not None
    letter = of_decision(session, decision.id)
    assert letter is not None
    return letter
