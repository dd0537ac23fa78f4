"""What waits for somebody who writes, or looks after those who do."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from app.criteria.answers import missing
from app.models import (
    Answer,
    Comment,
    CriterionOwner,
    Evidence,
    EvidenceCheck,
    EvidenceLink,
    EvidenceVersion,
    Invitation,
    Organisation,
    SelfAssessment,
)
from app.queries.evidence import is_newest
from app.queries.waiting_lines import MOST_LINES, Asking, Line
from app.rules.days import in_words
from app.rules.due import SOON, days_until, due_words
from app.rules.evidence import is_warning_open
from app.rules.permissions import Permission


def own_criteria(asking: Asking) -> list[Line]:
    """The criteria that the person looks after and that are not ready."""
    rows = asking.session.execute(
        _owned(
            asking,
            col(CriterionOwner.due_on),
            col(Answer.values),
            sa.func.coalesce(sa.and_(col(Answer.is_finished), ~col(Answer.needs_confirming)), sa.false()),
            _has_evidence(asking),
        ).join(
            Answer,
            sa.and_(
                col(Answer.self_assessment_id) == col(SelfAssessment.id),
                col(Answer.criterion_code) == col(CriterionOwner.criterion_code),
            ),
            isouter=True,
        )
    ).all()
    found = []
    for id_, version, code, name, due_on, values, is_finished, has_evidence in rows:
        criterion = next((one for one in asking.framework(version).criteria if one.code == code), None)
        if criterion is None or (is_finished and has_evidence and not missing(criterion, values or {})):
            continue
        why = f"{due_words(due_on, asking.today)}: {in_words(due_on)}." if due_on else "It has no date."
        path = f"/self-assessments/{id_}/criteria/{code}"
        found.append(
            Line(f"Write {code}: {criterion.title}", f"You look after it. {why}", path, name, due_on)
        )
    return found


def comments_to_answer(asking: Asking) -> list[Line]:
    """Open comments of colleagues on the criteria that the person looks after."""
    counted = sa.func.count(col(Comment.id))
    rows = asking.session.execute(
        _owned(asking, counted)
        .join(
            Comment,
            sa.and_(
                col(Comment.self_assessment_id) == col(SelfAssessment.id),
                col(Comment.criterion_code) == col(CriterionOwner.criterion_code),
            ),
        )
        .where(col(Comment.resolved_at).is_(None), col(Comment.written_by_id) != asking.who.person_id)
        .group_by(*_OWNED)
    ).all()
    return [
        Line(
            f"Answer {number} {'comment' if number == 1 else 'comments'} on {code}",
            "A colleague commented on a criterion you look after.",
            f"/self-assessments/{id_}/criteria/{code}/comments",
            name,
        )
        for id_, _, code, name, number in rows
    ]


def warnings(asking: Asking) -> list[Line]:
    """Evidence in which something was found that should not be sent."""
    rows = asking.session.execute(
        sa.select(
            col(Evidence.id),
            col(Evidence.title),
            col(Organisation.name),
            col(EvidenceCheck.findings),
            col(EvidenceCheck.confirmed_at),
        )
        .join(EvidenceVersion, col(EvidenceVersion.evidence_id) == col(Evidence.id))
        .join(EvidenceCheck, col(EvidenceCheck.evidence_version_id) == col(EvidenceVersion.id))
        .join(Organisation, col(Organisation.id) == col(Evidence.organisation_id))
        .where(col(Evidence.organisation_id).in_(asking.organisations(Permission.WRITE_EVIDENCE)))
        .where(col(Evidence.removed_at).is_(None), col(EvidenceCheck.confirmed_at).is_(None), is_newest())
        .order_by(col(Evidence.title), col(Evidence.id))
    ).all()
    found = [
        Line(
            f"Answer the warning about “{title}”",
            "Something was found in it that should not be sent.",
            f"/evidence/{id_}/findings",
            name,
        )
        for id_, title, name, findings, confirmed_at in rows
        if is_warning_open(findings or [], confirmed_at)
    ]
    return found[:MOST_LINES]


def evidence_expiring(asking: Asking) -> list[Line]:
    """Evidence that stops counting within two months."""
    rows = asking.session.execute(
        sa.select(col(Evidence.id), col(Evidence.title), col(Organisation.name), col(Evidence.expires_on))
        .join(Organisation, col(Organisation.id) == col(Evidence.organisation_id))
        .where(col(Evidence.organisation_id).in_(asking.organisations(Permission.WRITE_EVIDENCE)))
        .where(col(Evidence.removed_at).is_(None), col(Evidence.expires_on) >= asking.today)
        .where(col(Evidence.expires_on) <= asking.today + SOON)
        .order_by(col(Evidence.expires_on), col(Evidence.title), col(Evidence.id))
        .limit(MOST_LINES)
    ).all()
    return [
        Line(
            f"Replace “{title}”",
            f"It expires {days_until(expires_on, asking.today)}: {in_words(expires_on)}.",
            f"/evidence/{id_}",
            name,
            expires_on,
        )
        for id_, title, name, expires_on in rows
    ]


def invitations_expired(asking: Asking) -> list[Line]:
    """Invitations that nobody accepted in time."""
    rows = asking.session.execute(
        sa.select(col(Organisation.id), col(Organisation.name), col(Invitation.name), col(Invitation.role))
        .join(Organisation, col(Organisation.id) == col(Invitation.organisation_id))
        .where(col(Invitation.organisation_id).in_(asking.organisations(Permission.MANAGE_PEOPLE)))
        .where(col(Invitation.used_at).is_(None), col(Invitation.cancelled_at).is_(None))
        .where(col(Invitation.expires_at) <= asking.at)
        .order_by(col(Invitation.expires_at), col(Invitation.id))
        .limit(MOST_LINES)
    ).all()
    return [
        Line(
            f"Send {invited} the invitation again, or cancel it",
            f"It was for the role of {role.value} and expired.",
            f"/organisations/{id_}/people#invitations",
            name,
        )
        for id_, name, invited, role in rows
    ]


_OWNED = (
    col(SelfAssessment.id),
    col(SelfAssessment.framework_version_id),
    col(CriterionOwner.criterion_code),
    col(Organisation.name),
)


def _owned(asking: Asking, *more: Any) -> sa.Select:  # type: ignore[type-arg]
    """The criteria the person looks after in self-assessments that are written in now, and may still write."""
    return (
        sa.select(*_OWNED, *more)
        .select_from(CriterionOwner)
        .join(SelfAssessment, col(SelfAssessment.id) == col(CriterionOwner.self_assessment_id))
        .join(Organisation, col(Organisation.id) == col(SelfAssessment.organisation_id))
        .where(col(CriterionOwner.person_id) == asking.who.person_id)
        .where(col(SelfAssessment.moved_at).is_(None))
        .where(col(SelfAssessment.organisation_id).in_(asking.organisations(Permission.WRITE_ANSWERS)))
        .order_by(col(CriterionOwner.criterion_code))
    )


def _has_evidence(asking: Asking) -> sa.ColumnElement[bool]:
    return (
        sa.exists()
        .where(col(EvidenceLink.self_assessment_id) == col(CriterionOwner.self_assessment_id))
        .where(col(EvidenceLink.criterion_code) == col(CriterionOwner.criterion_code))
        .where(col(EvidenceLink.evidence_id) == col(Evidence.id), col(Evidence.removed_at).is_(None))
        .where(sa.or_(col(Evidence.expires_on).is_(None), col(Evidence.expires_on) >= asking.today))
        .correlate(CriterionOwner)
    )
