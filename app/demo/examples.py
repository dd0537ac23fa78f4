"""Examples of good practice in the demo: two that are shown, and a consent that waits. All of it is fictional."""

from datetime import datetime, timedelta

from sqlmodel import Session

from app.actions import example_curation, examples
from app.criteria.schema import Framework
from app.demo.cast import Cast
from app.demo.plot import Plan
from app.models import ExampleConsent, Submission
from app.rules.days import uk_day

# Trust, criterion, and why the Assembly shows it; nothing where it has not looked yet.
GIVEN = (
    (16, "B01", "The result is public, and every team heard of it."),
    (17, "B05", "A named executive answers for the plan, as one of their objectives."),
    (19, "B11", ""),
)
NOTE = "Leave out where our public pages are."


def show(
    session: Session, framework: Framework, cast: Cast, plans: list[tuple[Plan, Submission]], now: datetime
) -> None:
    """Consents of a week ago; the Assembly looked at all but the last two days later."""
    submissions = {(plan.trust, plan.level): row for plan, row in plans}
    at = now - timedelta(days=7)
    for trust, code, why in GIVEN:
        submission = submissions[trust, "bronze"]
        credit = f"Demo trust {trust}, a fictional organisation"
        given = examples.consent(
            session,
            submission,
            framework,
            code,
            credit,
            NOTE,
            by=cast.who(session, f"lead {trust}", at),
            at=at,
            on=uk_day(at),
        )
        if why:
            _publish(session, framework, cast, submission, given, why, at + timedelta(days=2))


def _publish(
    session: Session,
    framework: Framework,
    cast: Cast,
    submission: Submission,
    given: ExampleConsent,
    why: str,
    at: datetime,
) -> None:
    """The first two paragraphs: that it is made up, and a step."""
    by, on = cast.who(session, "administrator", at), uk_day(at)
    (text, *_) = [
        text for _, text in examples.sealed_texts(session, submission, framework, given.criterion_code)
    ]
    example = example_curation.save(
        session,
        given,
        submission,
        framework,
        "\n\n".join(text.split("\n\n")[:2]),
        why,
        found=(),
        has_looked=True,
        version=0,
        by=by,
        at=at,
        on=on,
    )
    later = at + timedelta(hours=1)
    example_curation.publish(
        session, example, given, submission, version=example.version, by=by, at=later, on=on
    )
