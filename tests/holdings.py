"""Certificates, decisions and submissions in any state, put straight into the database: for counts, and where only the
row matters."""

from datetime import date, datetime, timedelta
from itertools import count
from uuid import uuid4

from sqlmodel import Session, select

from app.actions.standings import follow_stage, restate
from app.models import (
    Certificate,
    Condition,
    Decision,
    Organisation,
    Outcome,
    SelfAssessment,
    Status,
    Submission,
)
from tests.story import NOW, Story

ON = date(2026, 11, 22)
_serials = count(1)


def submission(
    session: Session,
    story: Story,
    organisation: Organisation,
    level: str = "bronze",
    status: Status = Status.RELEASED,
    *,
    at: datetime = NOW,
) -> Submission:
    own = session.exec(
        select(SelfAssessment).where(SelfAssessment.organisation_id == organisation.id)
    ).first()
    if own is None:
        own = SelfAssessment(
            organisation_id=organisation.id, framework_version_id=story.version_id, started_at=NOW
        )
        session.add(own)
        session.flush()
    row = Submission(
        organisation_id=organisation.id,
        icb_id=organisation.icb_id,
        region_id=organisation.region_id,
        self_assessment_id=own.id,
        framework_version_id=story.version_id,
        window_id=story.window_id,
        level=level,
        status=status,
        handed_over_at=at,
        handed_over_by_id=story.people["lead_a"].id,
        sponsor_id=story.people["sponsor_a"].id,
        changed_at=at,
    )
    session.add(row)
    session.flush()
    follow_stage(session, row, at=at)
    restate(session, organisation, cause=f"submission:{row.id}", at=at)
    return row


def decision(
    session: Session, story: Story, made: Submission, outcome: Outcome = Outcome.RECOGNISED
) -> Decision:
    """A decision that the rule agrees with. Nothing was judged before it."""
    row = Decision(
        submission_id=made.id,
        outcome=outcome,
        rule_outcome=outcome,
        decided_at=NOW,
        decided_by_id=story.people["administrator"].id,
    )
    session.add(row)
    session.flush()
    return row


def condition(session: Session, story: Story, made: Submission, code: str, text: str) -> Condition:
    """What a decision asks for. It is made here too: "not yet", because no other asks for anything."""
    asking = decision(session, story, made, Outcome.NOT_YET)
    row = Condition(decision_id=asking.id, criterion_code=code, text=text)
    session.add(row)
    session.flush()
    return row


def certificate(
    session: Session,
    story: Story,
    organisation: Organisation,
    level: str = "bronze",
    *,
    issued: date = ON - timedelta(days=100),
    expires: date = ON + timedelta(days=900),
    revoked: date | None = None,
    at: datetime = NOW,
) -> Certificate:
    """A certificate of the organisation as it is now. ``at``: when the portal comes to know of it."""
    made = submission(session, story, organisation, level, at=at)
    found, serial = story.framework.level(level), next(_serials)
    row = Certificate(
        decision_id=decision(session, story, made).id,
        number=f"ARF-{issued.year}-{serial:06d}",
        year=issued.year,
        serial=serial,
        token=uuid4().hex,
        organisation_id=organisation.id,
        icb_id=organisation.icb_id,
        region_id=organisation.region_id,
        organisation_name=organisation.name,
        ods_code=organisation.ods_code,
        level=level,
        level_name=found.name,
        level_rank=found.rank,
        framework_version_id=story.version_id,
        framework_title=story.framework.title,
        framework_version=story.framework.version,
        issuer_name="Assembly",
        issued_on=issued,
        expires_on=expires,
        issued_at=NOW,
        issued_by_id=story.people["administrator"].id,
        revoked_on=revoked,
        revoke_reason="A wrong figure." if revoked else "",
    )
    session.add(row)
    session.flush()
    restate(session, organisation, cause=f"certificate:{row.id}", at=at)
    return row


def trust(
    session: Session,
    story: Story,
    code: str,
    icb: str = "ZZ1",
    valid_to: date | None = None,
    *,
    at: datetime = NOW,
) -> Organisation:
    row = Organisation(
        ods_code=code,
        name=f"Trust {code}",
        kind=story.organisations["ZZA"].kind,
        icb_id=story.organisations[icb].id,
        region_id=story.organisations["ZZR"].id,
        valid_to=valid_to,
        is_fictional=True,
    )
    session.add(row)
    session.flush()
    restate(session, row, cause=f"organisation:{row.id}", at=at)
    return row
