"""Steps in the life of a certificate: issued over the whole story, revoked, appealed against, judged."""

from datetime import date, datetime

from sqlmodel import Session, select

from app.actions import revocations
from app.models import Certificate, Revocation
from app.rules.days import uk_day
from app.rules.revocations import State, state
from tests import rounds
from tests.story import NOW, Story

REASON = "A figure in the evidence was wrong."
DAYS = 10
URL = "http://127.0.0.1:8000"


def certified(session: Session, story: Story, code: str = "ZZA", letter: str = "a") -> Certificate:
    """Bronze, recognised and released through the actions."""
    submission = rounds.recognised(session, story, code, letter)
    rounds.released(session, story)
    session.flush()
    return session.exec(
        select(Certificate).where(Certificate.organisation_id == submission.organisation_id)
    ).one()


def asked(session: Session, story: Story, certificate: Certificate, by: str = "administrator") -> Revocation:
    return revocations.ask(session, certificate, REASON, by=story.who(session, by), at=NOW)


def revoked(session: Session, story: Story, certificate: Certificate, at: datetime = NOW) -> Revocation:
    """Asked for by one administrator, confirmed by the second."""
    first, second = (story.who(session, part) for part in ("administrator", "administrator_2"))
    row = revocations.ask(session, certificate, REASON, by=first, at=at)
    revocations.confirm(session, certificate, row.id, days=DAYS, by=second, at=at, base_url=URL)
    return row


def appealed(session: Session, story: Story, certificate: Certificate, at: datetime = NOW) -> Revocation:
    by = story.who(session, "lead_a")
    return revocations.appeal(
        session, certificate, "The figure was right.", days=DAYS, by=by, at=at, base_url=URL
    )


def judged(
    session: Session,
    story: Story,
    certificate: Certificate,
    row: Revocation,
    is_upheld: bool,
    at: datetime = NOW,
    by: str = "administrator_3",
) -> None:
    who = story.who(session, by)
    revocations.judge(session, certificate, row.id, is_upheld, "We looked again.", by=who, at=at)


def settled(
    session: Session,
    story: Story,
    certificate: Certificate,
    row: Revocation,
    at: datetime = NOW,
    by: str = "administrator_4",
) -> State:
    who, seen = story.who(session, by), revocations.mark(row)
    revocations.settle(session, certificate, row.id, seen=seen, by=who, at=at, base_url=URL)
    return state(row)


def day(at: datetime) -> date:
    return uk_day(at)
