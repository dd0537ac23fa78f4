"""Who looks after which criterion."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col

from app.models import (
    ORGANISATION_ROLES,
    Comment,
    CriterionOwner,
    Membership,
    Organisation,
    Person,
    SelfAssessment,
)


@dataclass(frozen=True)
class Owned:
    """One criterion in somebody's care."""

    code: str
    person_id: UUID
    name: str
    due_on: date | None
    has_left: bool  # holds no role in the organisation any more


def owned(session: Session, self_assessment: SelfAssessment) -> dict[str, Owned]:
    """The owner of each criterion that has one, by code."""
    rows = session.execute(_owned(self_assessment)).all()
    return {row[0]: Owned(*row) for row in rows}


def owner(session: Session, self_assessment: SelfAssessment, code: str) -> Owned | None:
    """Who looks after one criterion."""
    row = session.execute(_owned(self_assessment).where(col(CriterionOwner.criterion_code) == code)).first()
    return Owned(*row) if row else None


def _owned(self_assessment: SelfAssessment) -> sa.Select[str, UUID, str, date | None, bool]:
    return (
        sa.select(
            col(CriterionOwner.criterion_code),
            col(Person.id),
            col(Person.name),
            col(CriterionOwner.due_on),
            ~is_here(self_assessment.organisation_id),
        )
        .join(Person, col(Person.id) == col(CriterionOwner.person_id))
        .where(col(CriterionOwner.self_assessment_id) == self_assessment.id)
        .order_by(col(CriterionOwner.criterion_code))
    )


def is_here(organisation_id: UUID | sa.BindParameter[UUID]) -> sa.ColumnElement[bool]:
    """Whether the statement's person holds a role in the organisation now."""
    return (
        sa.exists()
        .where(col(Membership.person_id) == col(Person.id), col(Person.left_at).is_(None))
        .where(col(Membership.organisation_id) == organisation_id, col(Membership.ended_at).is_(None))
        .where(col(Membership.role).in_(ORGANISATION_ROLES))
        .correlate(Person)
    )


def rows(session: Session, self_assessment_id: UUID) -> dict[str, CriterionOwner]:
    """The rows themselves, for the action that changes them."""
    found = session.scalars(
        sa.select(CriterionOwner).where(col(CriterionOwner.self_assessment_id) == self_assessment_id)
    ).all()
    return {row.criterion_code: row for row in found}


@dataclass(frozen=True)
class Beside:
    """What the page of a criterion tells beside the answer."""

    owner: str  # empty: nobody
    due_on: date | None
    has_left: bool
    open_comments: int


@cache  # built once, as all statements of the criterion page
def _beside() -> sa.Select[*tuple[Any, ...]]:
    own, code = sa.bindparam("self_assessment", type_=sa.Uuid()), sa.bindparam("code", type_=sa.String())
    organisation_id = sa.bindparam("organisation", type_=sa.Uuid())
    counted = (
        sa.select(sa.func.count())
        .where(col(Comment.self_assessment_id) == own)
        .where(col(Comment.criterion_code) == code, col(Comment.resolved_at).is_(None))
        .scalar_subquery()
    )
    return (
        sa.select(counted, col(Person.name), col(CriterionOwner.due_on), is_here(organisation_id))
        .select_from(Organisation)
        .join(
            CriterionOwner,
            sa.and_(
                col(CriterionOwner.self_assessment_id) == own,
                col(CriterionOwner.criterion_code) == code,
            ),
            isouter=True,
        )
        .join(Person, col(Person.id) == col(CriterionOwner.person_id), isouter=True)
        .where(col(Organisation.id) == organisation_id)
    )


def beside(session: Session, self_assessment_id: UUID, organisation_id: UUID, code: str) -> Beside:
    """The criterion's owner and how many comments are open, in one query."""
    asked = {"self_assessment": self_assessment_id, "organisation": organisation_id, "code": code}
    open_comments, name, due_on, is_still_here = session.execute(_beside(), asked).one()
    return Beside(name or "", due_on, bool(name) and not is_still_here, open_comments)
