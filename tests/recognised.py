"""A recognition that is released, and what it takes to show one of its answers as an example."""

from uuid import UUID

from sqlmodel import Session

from app.actions import decisions, example_curation, examples
from app.actions.certificates import Issuer
from app.models import Certificate, Example, ExampleConsent, Outcome, Submission, Window
from app.queries.examples import recognition
from app.rules.days import uk_day
from tests.judging import CODES, assigned, sealed, sealed_submission
from tests.letters import letters_read
from tests.story import NOW, Story

ON = uk_day(NOW)
WHY = "The board owns it."


def recognised(session: Session, story: Story, code: str = "ZZA", letter: str = "a") -> Submission:
    """A Bronze submission of three criteria, judged, released as recognised, with its certificate."""
    submission = sealed_submission(session, story, code, letter)
    for review in assigned(session, story, submission):
        sealed(session, story, review, dict.fromkeys(CODES, 2))
    by = story.who(session, "administrator")
    decisions.decide(session, submission, story.framework, Outcome.RECOGNISED, "", {}, by=by, at=NOW)
    letters_read(session, story)
    window, issuer = session.get_one(Window, story.window_id), Issuer("Assembly", ("Director",))
    decisions.release(session, window, story.framework, issuer, by=by, at=NOW, on=ON)
    return submission


def certificate_of(session: Session, submission_id: UUID) -> Certificate:
    found = recognition(session, submission_id, ON)
    assert found is not None
    return found


def consented(
    session: Session,
    story: Story,
    submission: Submission,
    code: str = "B01",
    *,
    part: str = "lead_a",
    credit: str = "Fictional trust A",
) -> ExampleConsent:
    by = story.who(session, part)
    return examples.consent(session, submission, story.framework, code, credit, "", by=by, at=NOW, on=ON)


def prepared(
    session: Session,
    story: Story,
    submission: Submission,
    given: ExampleConsent,
    excerpt: str = "The board approved the statement in May.",
    *,
    version: int = 0,
) -> Example:
    return example_curation.save(
        session,
        given,
        submission,
        story.framework,
        excerpt,
        WHY,
        found=(),
        has_looked=False,
        version=version,
        by=story.who(session, "administrator"),
        at=NOW,
        on=ON,
    )


def published(
    session: Session, story: Story, submission: Submission, given: ExampleConsent, example: Example
) -> None:
    by = story.who(session, "administrator")
    example_curation.publish(
        session, example, given, submission, version=example.version, by=by, at=NOW, on=ON
    )


def shown(session: Session, story: Story, code: str = "B01") -> tuple[Submission, ExampleConsent, Example]:
    """Trust A's answer to a criterion, shown as an example."""
    submission = recognised(session, story)
    given = consented(session, story, submission, code)
    example = prepared(session, story, submission, given)
    published(session, story, submission, given, example)
    return submission, given, example
