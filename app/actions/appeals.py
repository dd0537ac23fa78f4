"""An organisation appeals. The submission begins a further round, which others judge.

The caller holds the submission's row.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from app.actions import mails
from app.actions.history import record
from app.criteria.schema import Framework
from app.models import Appeal, Decision, SelfAssessment, Status, Submission
from app.queries import appeals, decisions, people, sealed_copies
from app.rules import workflow
from app.rules.appeals import grounds, require_open
from app.rules.errors import Conflict
from app.rules.people import Who
from app.rules.workflow import Verb


def appeal(
    session: Session,
    submission: Submission,
    framework: Framework,
    typed: Mapping[str, str],
    *,
    by: Who,
    at: datetime,
    base_url: str = "",
) -> Appeal:
    """Open the criteria that ``typed`` names for people none of whom judged before. All others keep their scores.

    RuleError when no criterion is named; Conflict when there is no released outcome to appeal against, the days are
    over, it was appealed against already, or another submission of the level is on its way.
    """
    workflow.require(Verb.APPEAL, submission.status)
    decision = _still_open(session, submission, framework, at)
    _require_alone(session, submission)
    made = Appeal(
        submission_id=submission.id,
        decision_id=decision.id,
        round=submission.round + 1,
        grounds=grounds(typed, sealed_copies.document(session, submission.id).content.codes),
        filed_at=at,
        filed_by_id=by.person_id,
    )
    session.add(made)
    submission.round, submission.status, submission.changed_at = made.round, Status.APPEALED, at
    session.flush()
    _record(session, submission, made, by, at)
    for address in people.leads_and_sponsor(session, submission.organisation_id, submission.sponsor_id):
        mails.write(session, address, *_received(submission, base_url), at=at)
    return made


def _still_open(session: Session, submission: Submission, framework: Framework, at: datetime) -> Decision:
    """The released decision, which can be appealed against at ``at``."""
    decision = decisions.released_of(session, submission.id)
    if decision is None or decision.released_at is None:
        raise Conflict("There is no released outcome to appeal against.")
    require_open(
        decision.outcome,
        decision.released_at,
        is_appealed=appeals.against(session, decision.id) is not None,
        days=framework.settings.appeal_working_days,
        at=at,
    )
    return decision


def _require_alone(session: Session, submission: Submission) -> None:
    """The self-assessment's row is held, as who hands over a level holds it: so neither slips in beside the other."""
    session.get_one(SelfAssessment, submission.self_assessment_id, with_for_update={"key_share": True})
    if refused := appeals.another_open(session, submission):
        raise Conflict(refused)


def _record(session: Session, submission: Submission, made: Appeal, by: Who, at: datetime) -> None:
    facts = {
        "status": submission.status.value,
        "round": made.round,
        "decision": str(made.decision_id),
        "criteria": sorted(made.grounds),
    }
    stream = f"submission:{submission.id}"
    record(session, stream, Verb.APPEAL.value, by=by.person_id, at=at, facts=facts)


# Names no organisation and no outcome: a mailbox may be shared.
def _received(submission: Submission, base_url: str) -> tuple[str, str]:
    body = (
        "The Assembly has received your organisation's appeal. People who took no part in the decision will judge the "
        f"criteria that it names.\n\nSee where it is:\n\n{base_url}/submissions/{submission.id}\n"
    )
    return "Your appeal is received", body
