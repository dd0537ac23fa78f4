"""The history of a submission: all of it for the Assembly, and what the organisation is told."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.models import Event, Person, Review
from app.rules import history
from app.rules.people import Who
from app.rules.permissions import Permission, Scope, allows
from app.rules.runs import SAVE_ANSWER
from app.rules.workflow import TRANSITIONS, Verb

ASSEMBLY = "The Assembly"
PORTAL = "The portal"
MOST_LOOKED_AT = 500  # lines: hours of several people writing at once
_DONE = {
    Verb.HAND_OVER: "Handed to the executive sponsor",
    Verb.SIGN: "Signed and submitted",
    Verb.DECLINE: "Declined",
    Verb.WITHDRAW: "Withdrawn",
    Verb.ASSIGN_REVIEWER: "Reviewer assigned",
    Verb.REMOVE_REVIEWER: "Reviewer removed",
    Verb.REQUEST_CHANGES: "Changes requested",
    Verb.TAKE_BACK_CHANGES: "Request for changes taken back",
    Verb.START_REVIEW: "Review started",
    Verb.SEAL_REVIEW: "Review sealed",
    Verb.STRIKE_REVIEW: "Struck because of a conflict of interest",
    Verb.AGREE_SCORE: "Score agreed",
    Verb.ASK_CLARIFICATION: "Clarification asked",
    Verb.ANSWER_CLARIFICATION: "Clarification answered",
    Verb.CLOSE_CLARIFICATION: "Clarification closed without an answer",
    Verb.DECIDE: "Decision recorded",
    Verb.REOPEN_DECISION: "Decision reopened",
    Verb.RELEASE: "Outcome released",
    Verb.APPEAL: "Appeal received",
}

# Steps of the Assembly whose reason is addressed to the organisation.
_WRITTEN_TO_THEM = (
    Verb.REQUEST_CHANGES,
    Verb.TAKE_BACK_CHANGES,
    Verb.ASK_CLARIFICATION,
    Verb.CLOSE_CLARIFICATION,
)


@dataclass(frozen=True)
class Line:
    """One thing that happened, as a page shows it."""

    done: str  # what was done, in words
    at: datetime
    actor: str
    reason: str


@dataclass(frozen=True)
class History:
    lines: tuple[Line, ...]
    is_unbroken: bool


def sees_everything(who: Who, scope: Scope) -> bool:
    """Whether the person judges the submission from above: neither with a conflict, nor one of its reviewers."""
    return allows(Permission.MODERATE, who, scope) or allows(Permission.DECIDE, who, scope)


def told(session: Session, submission_id: UUID) -> History:
    """What the organisation may know. Of the Assembly's steps only the release, without a name or a reason, and
    requests for changes or clarification, which are written to the organisation; nothing that would count the steps
    in between."""
    events = _events(session, submission_id)
    shown = [event for event in events if _is_told(event.verb)]
    names = _names(
        session, shown
    )  # of these alone: even the number of names that are looked up tells nothing
    lines = tuple(_told_line(event, names) for event in shown)
    return History(lines, not history.faults(events))


def everything(session: Session, submission_id: UUID, who: Who, scope: Scope) -> History:
    """Every line. Reviewers are told by their letter, except to who assigns them."""
    events = _events(session, submission_id)
    names = _names(session, events)
    if not allows(Permission.ASSIGN_REVIEWERS, who, scope):
        names |= _letters(session, submission_id)
    lines = tuple(
        Line(_done(event.verb), event.at, _actor(event.by_id, names), event.reason) for event in events
    )
    return History(lines, not history.faults(events))


@dataclass(frozen=True)
class LastSaved:
    """Who saved a question last, and when."""

    person_id: UUID
    name: str
    at: datetime


def last_saved(
    session: Session, self_assessment_id: UUID, code: str, question_ids: Collection[str]
) -> LastSaved | None:
    """The save that last changed one of these questions, as history has it. Looks at the newest lines only."""
    rows = session.execute(
        sa.select(col(Event.by_id), col(Event.at), col(Event.facts), col(Person.name))
        .join(Person, col(Person.id) == Event.by_id)
        .where(col(Event.stream) == f"self-assessment:{self_assessment_id}", col(Event.verb) == SAVE_ANSWER)
        .order_by(col(Event.number).desc())
        .limit(MOST_LOOKED_AT)
    )
    for by_id, at, facts, name in rows:
        # Lines of the first release do not say which questions they changed.
        if facts["criterion"] == code and not set(question_ids).isdisjoint(
            facts.get("questions", question_ids)
        ):
            return LastSaved(by_id, name, at)
    return None


def _is_told(verb: str) -> bool:
    return verb in set(Verb) and TRANSITIONS[Verb(verb)].told


def _told_line(event: Event, names: dict[UUID, str]) -> Line:
    if event.verb == Verb.RELEASE:
        return Line(_done(event.verb), event.at, ASSEMBLY, "")
    if event.verb in _WRITTEN_TO_THEM:
        return Line(_done(event.verb), event.at, ASSEMBLY, event.reason)
    return Line(_done(event.verb), event.at, _actor(event.by_id, names), event.reason)


def _done(verb: str) -> str:
    return _DONE[Verb(verb)] if verb in set(Verb) else verb.capitalize()


def _actor(by_id: UUID | None, names: dict[UUID, str]) -> str:
    return names[by_id] if by_id else PORTAL


def _events(session: Session, submission_id: UUID) -> list[Event]:
    stream = f"submission:{submission_id}"
    return list(session.exec(select(Event).where(Event.stream == stream).order_by(col(Event.number))).all())


def _names(session: Session, events: list[Event]) -> dict[UUID, str]:
    ids = {event.by_id for event in events if event.by_id}
    rows = session.exec(select(Person.id, Person.name).where(col(Person.id).in_(ids))).all()
    return dict(rows)


def _letters(session: Session, submission_id: UUID) -> dict[UUID, str]:
    rows = session.execute(
        sa.select(col(Review.reviewer_id), col(Review.letter))
        .where(col(Review.submission_id) == submission_id)
        .order_by(col(Review.assigned_at))
    ).all()
    return {reviewer_id: f"Reviewer {letter}" for reviewer_id, letter in rows}
