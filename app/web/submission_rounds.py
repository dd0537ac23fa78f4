"""What a submission's own page tells of questions and appeals: asked and answered, filed, and who is left to judge."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from app.models import OPEN_STATUSES, Decision, Status, Submission
from app.queries import appeals, clarifications, decisions, history
from app.rules.appeals import last_day, refusal, too_few
from app.rules.people import Who
from app.rules.permissions import Permission, Scope, allows
from app.rules.workflow import ENDED_BY_RELEASE, Verb
from app.web.portal import PortalParts


def told(
    session: Session, parts: PortalParts, submission: Submission, who: Who, scope: Scope, at: datetime
) -> dict[str, Any]:
    """For the organisation and for who judges it from above; a reviewer is told nothing of either."""
    is_told = allows(Permission.READ_OUTCOME, who, scope) or history.sees_everything(who, scope)
    assigns = allows(Permission.ASSIGN_REVIEWERS, who, scope)
    return {
        "clarifications": clarifications.every(session, submission.id) if is_told else [],
        "appeals": appeals.every(session, submission.id) if is_told or assigns else [],
        "too_few": _too_few(session, parts, submission, scope, at) if assigns else [],
    }


def _too_few(
    session: Session, parts: PortalParts, submission: Submission, scope: Scope, at: datetime
) -> list[str]:
    if submission.round == 1 or submission.status not in OPEN_STATUSES:
        return []
    settings = parts.settings
    left = appeals.left_to_judge(session, scope, at, settings.conflict_years)
    return too_few(*left, settings.decision_quorum)


def standing(
    session: Session, parts: PortalParts, submission: Submission, decision: Decision, at: datetime
) -> dict[str, Any]:
    """The appeal against a released decision; until which day there can be one, and why not when there can't."""
    days = parts.shelf.get(session, submission.framework_version_id).settings.appeal_working_days
    assert decision.released_at is not None  # only released decisions are shown to an organisation
    filed = appeals.against(session, decision.id)
    refused = refusal(decision.outcome, decision.released_at, is_appealed=bool(filed), days=days, at=at)
    return {
        "filed": filed,
        "appeal_days": days,
        "appeal_until": last_day(decision.released_at, days),
        "appeal_refused": refused or appeals.another_open(session, submission),
    }


def after_outcome(
    session: Session,
    parts: PortalParts,
    submission: Submission,
    decision: Decision,
    who: Who,
    at: datetime,
) -> dict[str, Any]:
    """What the organisation can do about a released outcome: answer its question, or appeal against it."""
    scope = Scope(organisation_id=submission.organisation_id)
    question = clarifications.open_of(session, submission.id)
    return {
        **standing(session, parts, submission, decision, at),
        "may_appeal": allows(Permission.APPEAL, who, scope),
        "open_question": question if submission.status is Status.AWAITING_ANSWER else None,
        "may_answer": allows(Permission.ANSWER_CLARIFICATION, who, scope),
    }


def closed_verbs(
    session: Session, parts: PortalParts, submission: Submission, at: datetime
) -> frozenset[Verb]:
    """Verbs that the status permits and the days or the outcome don't: they get no button."""
    decision = decisions.released_of(session, submission.id)
    if decision is None:
        return frozenset()
    refused = standing(session, parts, submission, decision, at)["appeal_refused"]
    return frozenset({*ENDED_BY_RELEASE, Verb.APPEAL} if refused else ENDED_BY_RELEASE)
