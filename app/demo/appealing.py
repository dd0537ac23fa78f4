"""An appeal in the demo: received, and not yet given to anybody."""

from datetime import timedelta

from sqlmodel import Session

from app.actions import appeals
from app.criteria.schema import Framework
from app.demo.cast import Cast
from app.demo.plot import APPEALED, Plan
from app.models import Submission
from app.queries import decisions

GROUND = (
    "The evidence names the meeting and its date on the page that we pointed to. "
    "The feedback says that a date is missing."
)
AFTER = timedelta(days=6)  # within ten working days of the release


def appeal(
    session: Session, framework: Framework, cast: Cast, played: list[tuple[Plan, Submission]], base_url: str
) -> None:
    """The lead of one trust appeals on the first criterion that was not met."""
    for plan, submission in played:
        decision = decisions.released_of(session, submission.id)
        if (plan.trust, plan.level) != APPEALED or decision is None or decision.released_at is None:
            continue
        at = decision.released_at + AFTER
        grounds = {decision.basis["not_met"][0]: GROUND}
        by = cast.who(session, f"lead {plan.trust}", at)
        appeals.appeal(session, submission, framework, grounds, by=by, at=at, base_url=base_url)
