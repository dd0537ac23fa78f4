"""Light checks: the answer about one certificate, and where those of all certificates are."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app.criteria.schema import Framework
from app.models import Certificate, FrameworkVersion, LightCheck, Organisation
from app.queries.certificates import is_in_date
from app.rules.certificate_life import CheckDays, last_reached, light_check
from app.rules.conflicts import conflict
from app.rules.people import Who

MOST = 500  # lines of each kind; what is longest overdue stands first


class State(StrEnum):
    OVERDUE = "Overdue"
    ASKED = "Asked"
    ANSWERED = "Answered"
    READ = "Read"


@dataclass(frozen=True)
class CheckLine:
    """One certificate whose light check is asked or answered."""

    certificate_id: UUID
    number: str
    organisation_name: str
    level_name: str
    due_on: date
    state: State
    still_holds: bool | None


def of(session: Session, certificate: Certificate) -> LightCheck | None:
    """The answer about this certificate, or about one that it took the place of."""
    return session.exec(
        select(LightCheck)
        .join(Certificate, col(Certificate.id) == col(LightCheck.certificate_id))
        .where(Certificate.decision_id == certificate.decision_id)
        .order_by(col(LightCheck.answered_at).desc())
        .limit(1)
    ).first()


def is_moot(on: date) -> sa.ColumnElement[bool]:
    """Nobody asks about this certificate any more: its holder no longer exists, or holds a later certificate of the
    same level or a higher one."""
    later = aliased(Certificate)
    outdone = (
        sa.exists()
        .where(col(later.organisation_id) == col(Certificate.organisation_id))
        .where(col(later.id) != col(Certificate.id), col(later.level_rank) >= col(Certificate.level_rank))
        .where(col(later.issued_on) <= on, col(later.expires_on) > col(Certificate.expires_on))
        .where(sa.or_(col(later.revoked_on).is_(None), col(later.revoked_on) > on))
        .where(sa.or_(col(later.superseded_on).is_(None), col(later.superseded_on) > on))
        .correlate(Certificate)
    )
    gone = (
        sa.exists()
        .where(col(Organisation.id) == col(Certificate.organisation_id), col(Organisation.valid_to) < on)
        .correlate(Certificate)
    )
    return sa.or_(outdone, gone)


def answered() -> sa.ColumnElement[bool]:
    """The condition that a certificate's light check is answered, on whichever of its editions."""
    edition = aliased(Certificate)
    return (
        sa.exists()
        .where(col(LightCheck.certificate_id) == col(edition.id))
        .where(col(edition.decision_id) == col(Certificate.decision_id))
        .correlate(Certificate)
    )


def asked_for(
    session: Session, on: date, framework: Callable[[UUID], Framework]
) -> list[tuple[Certificate, CheckDays]]:
    """The certificates whose light check is asked on ``on`` and not answered, the longest overdue first."""
    rows = session.scalars(
        sa.select(Certificate)
        .where(is_in_date(on), _is_open(session, on, framework), ~is_moot(on), ~answered())
        .order_by(col(Certificate.expires_on), col(Certificate.number))
        .limit(MOST)
    ).all()
    return [(one, light_check(one.expires_on, framework(one.framework_version_id).settings)) for one in rows]


def _is_open(session: Session, on: date, framework: Callable[[UUID], Framework]) -> sa.ColumnElement[bool]:
    """The condition that the day of the light check has come."""
    found: list[sa.ColumnElement[bool]] = [sa.false()]
    for version_id in session.exec(select(FrameworkVersion.id)).all():
        settings = framework(version_id).settings
        last = last_reached(on, settings.validity_months - settings.light_check_months)
        found.append(
            sa.and_(col(Certificate.framework_version_id) == version_id, col(Certificate.expires_on) <= last)
        )
    return sa.or_(*found)


def lines(session: Session, who: Who, on: date, framework: Callable[[UUID], Framework]) -> list[CheckLine]:
    """Every light check that is asked on ``on`` or was answered for a certificate still in date, for the Assembly.

    Overdue first. Certificates of organisations with a conflict of interest are left out.
    """
    edition = aliased(Certificate)
    answers = session.execute(
        sa.select(Certificate, LightCheck)
        .join(edition, col(edition.decision_id) == col(Certificate.decision_id))
        .join(LightCheck, col(LightCheck.certificate_id) == col(edition.id))
        .where(is_in_date(on))
        .order_by(col(LightCheck.read_at).is_not(None), col(LightCheck.answered_at).desc())
        .limit(MOST)
    ).all()
    found = [
        *(_line(one, days, None, on) for one, days in asked_for(session, on, framework) if _free(who, one)),
        *(
            _line(one, light_check(one.expires_on, framework(one.framework_version_id).settings), row, on)
            for one, row in answers
            if _free(who, one)
        ),
    ]
    order = list(State)
    return sorted(found, key=lambda one: (order.index(one.state), one.due_on, one.number))


def numbers(session: Session, who: Who, on: date, framework: Callable[[UUID], Framework]) -> tuple[int, int]:
    """How many light checks are overdue, and how many answers nobody of the Assembly has read."""
    states = [one.state for one in lines(session, who, on, framework)]
    return states.count(State.OVERDUE), states.count(State.ANSWERED)


def _free(who: Who, one: Certificate) -> bool:
    return not conflict(who.ties, one.organisation_id, one.icb_id)


def _line(one: Certificate, days: CheckDays, row: LightCheck | None, on: date) -> CheckLine:
    if row is not None:
        state = State.READ if row.read_at else State.ANSWERED
    else:
        state = State.OVERDUE if on > days.due_on else State.ASKED
    holds = row.still_holds if row else None
    return CheckLine(one.id, one.number, one.organisation_name, one.level_name, days.due_on, state, holds)
