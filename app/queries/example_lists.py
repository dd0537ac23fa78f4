"""Consents to be shown as an example, with what became of each: for the organisation, and for who curates them."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from app.models import Certificate, Decision, Example, ExampleConsent, Organisation, Person, Submission
from app.queries.certificates import is_in_date
from app.queries.submissions import free_of_conflict
from app.rules import examples
from app.rules.examples import State
from app.rules.people import Who


@dataclass(frozen=True)
class Consented:
    """One consent and where it is."""

    consent: ExampleConsent
    example: Example | None
    given_by: str
    taken_back_by: str
    organisation_name: str
    level: str
    framework_version_id: UUID
    state: State


def of_submission(session: Session, submission_id: UUID, on: date) -> list[Consented]:
    """Every consent about a submission, those taken back too, the newest first."""
    return _listed(session, _query(on).where(col(ExampleConsent.submission_id) == submission_id))


def to_curate(session: Session, who: Who, on: date) -> list[Consented]:
    """Every consent about organisations with which the person has no conflict of interest, the newest first."""
    return _listed(session, _query(on).where(free_of_conflict(who)))


def number_waiting(session: Session, who: Who, on: date) -> int:
    """How many consents nobody has begun to prepare."""
    is_begun = sa.exists().where(col(Example.consent_id) == col(ExampleConsent.id))
    found = session.scalar(
        sa.select(sa.func.count())
        .select_from(ExampleConsent)
        .join(Submission, col(Submission.id) == col(ExampleConsent.submission_id))
        .where(col(ExampleConsent.withdrawn_at).is_(None), _is_held(on), ~is_begun, free_of_conflict(who))
    )
    return found or 0


def _is_held(on: date) -> sa.ColumnElement[bool]:
    """The condition that the recognition behind a consent is in date."""
    return (
        sa.exists()
        .where(col(Decision.submission_id) == col(ExampleConsent.submission_id))
        .where(col(Certificate.decision_id) == col(Decision.id), is_in_date(on))
    )


def _query(on: date) -> sa.Select[*tuple[object, ...]]:
    giver, taker = aliased(Person), aliased(Person)
    return (
        sa.select(
            ExampleConsent,
            Example,
            col(giver.name),
            col(taker.name),
            col(Organisation.name),
            col(Submission.level),
            col(Submission.framework_version_id),
            _is_held(on),
        )
        .join(Submission, col(Submission.id) == col(ExampleConsent.submission_id))
        .join(Organisation, col(Organisation.id) == col(ExampleConsent.organisation_id))
        .join(giver, col(giver.id) == col(ExampleConsent.given_by_id))
        .outerjoin(taker, col(taker.id) == col(ExampleConsent.withdrawn_by_id))
        .outerjoin(Example, col(Example.consent_id) == col(ExampleConsent.id))
        .order_by(col(ExampleConsent.given_at).desc(), col(ExampleConsent.id))
    )


def _listed(session: Session, query: sa.Select[*tuple[object, ...]]) -> list[Consented]:
    return [_consented(*row) for row in session.execute(query).all()]


def _consented(
    consent: ExampleConsent,
    example: Example | None,
    given_by: str,
    taken_back_by: str | None,
    organisation_name: str,
    level: str,
    framework_version_id: UUID,
    is_held: bool,
) -> Consented:
    state = examples.state(
        is_taken_back=consent.withdrawn_at is not None,
        is_in_date=is_held,
        is_drafted=example is not None,
        is_published=example is not None and example.published_at is not None,
        is_taken_down=example is not None and example.taken_down_at is not None,
    )
    return Consented(
        consent,
        example,
        given_by,
        taken_back_by or "",
        organisation_name,
        level,
        framework_version_id,
        state,
    )
