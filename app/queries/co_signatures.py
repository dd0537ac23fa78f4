"""What staff networks were asked and said about a submission, and what a chair reads before saying it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, col, select

from app.criteria.schema import Framework
from app.models import (
    CoSignature,
    Event,
    Membership,
    Person,
    Role,
    SealedCopy,
    Status,
    Submission,
    View,
)
from app.queries import sealed_copies, to_sign
from app.rules import sealing
from app.rules.co_signatures import CoSigning, Given, for_organisation, sees_views
from app.rules.days import uk_day
from app.rules.people import Who
from app.rules.permissions import Scope
from app.rules.sealing import SealedContent

VERB = "give the staff network's view"


def chairs(session: Session, organisation_id: UUID) -> list[Person]:
    """The people who chair a staff network of the organisation now."""
    return list(
        session.exec(
            select(Person)
            .join(Membership, col(Membership.person_id) == Person.id)
            .where(Membership.organisation_id == organisation_id)
            .where(Membership.role == Role.NETWORK_CHAIR)
            .where(col(Membership.ended_at).is_(None))
            .where(col(Person.left_at).is_(None))
            .order_by(col(Person.id))
        ).all()
    )


def of_chair(session: Session, submission_id: UUID, person_id: UUID) -> CoSignature | None:
    """The row of one chair, if they were asked."""
    return session.exec(
        select(CoSignature)
        .where(CoSignature.submission_id == submission_id)
        .where(CoSignature.person_id == person_id)
    ).first()


def shown_to(session: Session, submission_id: UUID, who: Who, scope: Scope) -> list[CoSigning]:
    """What this person may know of each chair's view: all of it who judges the submission, the others as far as the
    chair allows. Empty: nobody was asked."""
    found = every(session, submission_id)
    return found if sees_views(who, scope) else [for_organisation(one) for one in found]


def own(session: Session, row: CoSignature) -> CoSigning:
    """A chair's own view, in full."""
    return _read(row, _given(session, row.submission_id))


def every(session: Session, submission_id: UUID) -> list[CoSigning]:
    """Each chair's view in full, for who judges the submission."""
    rows = session.exec(
        select(CoSignature)
        .where(CoSignature.submission_id == submission_id)
        .order_by(col(CoSignature.asked_at), col(CoSignature.id))
    ).all()
    given = _given(session, submission_id) if rows else []
    return [_read(row, given) for row in rows]


def _read(row: CoSignature, events: Iterable[Event]) -> CoSigning:
    return CoSigning(
        asked_at=row.asked_at,
        given=tuple(
            Given(event.at, event.facts["receipt"], View(event.facts["view"]))
            for event in events
            if event.by_id == row.person_id
        ),
        view=row.view,
        comment=row.comment,
        is_view_shared=row.is_view_shared,
        is_comment_shared=row.is_comment_shared,
    )


def _given(session: Session, submission_id: UUID) -> list[Event]:
    """Every time a view was given or changed: the lines of history say it, so no change can be silent."""
    query = select(Event).where(Event.stream == f"submission:{submission_id}", Event.verb == VERB)
    return list(session.exec(query.order_by(col(Event.number))).all())


@dataclass(frozen=True)
class ToRead:
    """What a chair's view would be about: the sealed copy, or the answers as they are while nothing is signed."""

    content: SealedContent
    sha256: str
    copy: SealedCopy | None


def to_read(session: Session, submission: Submission, framework: Framework, at: datetime) -> ToRead:
    """What would be signed while it waits for the signature; what was signed afterwards."""
    copy = sealed_copies.newest_or_none(session, submission.id)
    if copy is not None and submission.status is not Status.AWAITING_SIGN_OFF:
        content = sealing.read(copy.document).content
        return ToRead(content, sealing.seal(content), copy)
    living = to_sign.of_submission(session, submission, framework, on=uk_day(at))
    return ToRead(living, sealing.seal(living), None)
