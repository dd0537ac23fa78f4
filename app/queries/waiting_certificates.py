"""What waits for somebody about the certificates that their organisation holds."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from app.models import OPEN_STATUSES, Certificate, Organisation, Revocation, SelfAssessment, Submission
from app.queries.certificates import is_in_date
from app.queries.light_checks import answered, is_moot
from app.queries.waiting_lines import Asking, Line
from app.rules.certificate_life import light_check, renews_from
from app.rules.days import in_words, uk_day
from app.rules.due import due_words
from app.rules.permissions import Permission
from app.rules.revocations import last_day


def light_checks(asking: Asking) -> list[Line]:
    """Light checks that are asked and not answered, for those who may answer."""
    rows = asking.session.execute(
        sa.select(Certificate, col(Organisation.name))
        .join(Organisation, col(Organisation.id) == col(Certificate.organisation_id))
        .where(col(Certificate.organisation_id).in_(asking.organisations(Permission.ANSWER_LIGHT_CHECK)))
        .where(is_in_date(asking.today), ~is_moot(asking.today), ~answered())
        .order_by(col(Certificate.expires_on), col(Certificate.number))
    ).all()
    found = [
        (one, name, light_check(one.expires_on, asking.framework(one.framework_version_id).settings))
        for one, name in rows
    ]
    return [
        Line(
            f"Answer the light check of {one.level_name}",
            f"Does what was recognised still hold? {due_words(days.due_on, asking.today)}: {in_words(days.due_on)}.",
            f"/certificates/{one.id}/light-check",
            name,
            days.due_on,
        )
        for one, name, days in found
        if asking.today >= days.opens_on
    ]


def renewals(asking: Asking) -> list[Line]:
    """Certificates that expire soon, and whose level is not on its way again, for those who can hand over."""
    own = asking.organisations(Permission.HAND_OVER)
    under_way = sa.exists().where(
        col(Submission.organisation_id) == col(Certificate.organisation_id),
        col(Submission.level) == col(Certificate.level),
        col(Submission.status).in_(OPEN_STATUSES),
    )
    rows = asking.session.execute(
        sa.select(Certificate, col(Organisation.name), col(SelfAssessment.id))
        .join(Organisation, col(Organisation.id) == col(Certificate.organisation_id))
        .join(SelfAssessment, col(SelfAssessment.organisation_id) == col(Organisation.id), isouter=True)
        .where(col(SelfAssessment.moved_at).is_(None), col(Certificate.organisation_id).in_(own))
        .where(is_in_date(asking.today), ~is_moot(asking.today), ~under_way)
        .order_by(col(Certificate.expires_on), col(Certificate.number))
    ).all()
    return [
        Line(
            f"Renew {one.level_name}",
            f"Its last day in date is {in_words(one.expires_on)}. Hand over {one.level_name} again before then.",
            renewal_path(self_assessment_id, one.level),
            name,
            one.expires_on,
        )
        for one, name, self_assessment_id in rows
        if asking.today >= renews_from(one.expires_on, asking.framework(one.framework_version_id).settings)
    ]


def renewal_path(self_assessment_id: UUID | None, level: str) -> str:
    """Where a renewal begins: at what the level lacks in the living self-assessment."""
    return (
        f"/self-assessments/{self_assessment_id}/missing/{level}"
        if self_assessment_id
        else "/self-assessments"
    )


def revocations(asking: Asking) -> list[Line]:
    """Revocations that can still be appealed against."""
    rows = asking.session.execute(
        sa.select(Certificate, col(Organisation.name), col(Revocation.confirmed_at))
        .join(Organisation, col(Organisation.id) == col(Certificate.organisation_id))
        .join(Revocation, col(Revocation.certificate_id) == col(Certificate.id))
        .where(col(Certificate.organisation_id).in_(asking.organisations(Permission.APPEAL)))
        .where(col(Certificate.revoked_on).is_not(None))
        .where(col(Revocation.confirmed_at).is_not(None), col(Revocation.appealed_at).is_(None))
        .order_by(col(Revocation.confirmed_at), col(Certificate.number))
    ).all()
    found = [
        (
            one,
            name,
            last_day(confirmed_at, asking.framework(one.framework_version_id).settings.appeal_working_days),
        )
        for one, name, confirmed_at in rows
    ]
    return [
        Line(
            f"Read why the {one.level_name} certificate was revoked",
            f"An appeal can be made until {in_words(until)}.",
            f"/certificates/{one.id}",
            name,
            until,
        )
        for one, name, until in found
        if uk_day(asking.at) <= until
    ]
