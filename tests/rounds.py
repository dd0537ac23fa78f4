"""Questions and appeals as steps: a submission released without recognition, appealed against, clarified."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlmodel import Session

from app.actions import appeals, clarifications, decisions, membership
from app.actions.certificates import Issuer
from app.actions.decisions import ALONE, NO_QUESTION
from app.models import (
    Appeal,
    Certificate,
    Clarification,
    Decision,
    Organisation,
    Outcome,
    Role,
    Submission,
    Window,
)
from app.queries import audit
from app.rules.clarifications import Question
from app.rules.days import uk_day
from app.rules.decisions import Clarify
from tests import judging
from tests.letters import letters_read
from tests.story import NOW, Story

ISSUER = Issuer("The Assembly", ("Director",))
URL = "http://127.0.0.1:8000"
MORE = {  # people who take part in no first round of these tests
    "reviewer_4": Role.REVIEWER,
    "reviewer_5": Role.REVIEWER,
    "reviewer_6": Role.REVIEWER,
    "moderator_2": Role.MODERATOR,
    "administrator_3": Role.ADMINISTRATOR,
    "administrator_4": Role.ADMINISTRATOR,
}


def cast(session: Session, story: Story, parts: Mapping[str, Role] = MORE) -> Story:
    """The story with further people, who work under ICB 3 like the reviewers."""
    employer = session.get_one(Organisation, story.organisations["ZZD"].id)
    found = dict(story.people)
    for part, role in parts.items():
        found[part] = membership.grant(
            session,
            f"{part}@example.invalid",
            f"Extra {part.replace('_', ' ')}",
            role,
            organisation=None,
            employer=employer,
            at=NOW - timedelta(days=300),
        )
    session.flush()
    return Story(story.framework, story.version_id, story.window_id, story.organisations, found)


def judged(
    session: Session,
    story: Story,
    scores: Mapping[str, int],
    reviewers: tuple[str, str] = ("reviewer_1", "reviewer_2"),
    submission: Submission | None = None,
) -> Submission:
    """Both reviewers sealed the same scores, so that the submission awaits its decision."""
    submission = submission or judging.sealed_submission(session, story)
    for review in judging.assigned(session, story, submission, *reviewers):
        judging.sealed(session, story, review, scores)
    return submission


def decided(
    session: Session,
    story: Story,
    submission: Submission,
    outcome: Outcome,
    by: str = "administrator",
    *,
    reason: str = "",
    clarify: Clarify = NO_QUESTION,
    at: datetime = NOW,
) -> Decision:
    conditions = {"B01": "Show the minute."} if outcome is Outcome.NOT_YET else {}
    who = story.who(session, by, at)
    return decisions.decide(
        session,
        submission,
        story.framework,
        outcome,
        reason,
        conditions,
        clarify=clarify,
        terms=ALONE,
        by=who,
        at=at,
    )


def released(
    session: Session, story: Story, by: str = "administrator", at: datetime = NOW
) -> list[Certificate]:
    """Every letter read, and everything of the window that is decided released."""
    letters_read(session, story, at)
    window = session.get_one(Window, story.window_id)
    who = story.who(session, by, at)
    return decisions.release(session, window, story.framework, ISSUER, by=who, at=at, on=uk_day(at))


NOT_MET = {"B01": 1, "B02": 1, "B03": 2}
MET = {"B01": 2, "B02": 3, "B03": 2}


def refused(session: Session, story: Story, at: datetime = NOW) -> Submission:
    """Trust A's submission, released as not yet: B01 and B02 are not met, B03 is."""
    submission = judged(session, story, NOT_MET)
    decided(session, story, submission, Outcome.NOT_YET, at=at)
    released(session, story, at=at)
    return submission


def recognised(session: Session, story: Story, code: str = "ZZA", letter: str = "a") -> Submission:
    submission = judged(
        session, story, MET, submission=judging.sealed_submission(session, story, code, letter)
    )
    decided(session, story, submission, Outcome.RECOGNISED)
    return submission


def appealed(
    session: Session,
    story: Story,
    submission: Submission,
    *codes: str,
    by: str = "lead_a",
    at: datetime = NOW,
) -> Appeal:
    grounds = {code: f"The evidence for {code} was overlooked." for code in codes or ("B01",)}
    who = story.who(session, by, at)
    return appeals.appeal(session, submission, story.framework, grounds, by=who, at=at, base_url=URL)


def asked(
    session: Session,
    story: Story,
    submission: Submission,
    code: str = "B01",
    *,
    by: str = "moderator",
    at: datetime = NOW,
) -> Clarification:
    question = Question(code, f"Which board saw {code}?", uk_day(at) + timedelta(days=14))
    who = story.who(session, by, at)
    return clarifications.ask(session, submission, question, by=who, at=at, base_url=URL)


def answered(
    session: Session,
    story: Story,
    submission: Submission,
    text: str = "The board of May.",
    at: datetime = NOW,
) -> Clarification:
    by = story.who(session, "lead_a", at)
    return clarifications.answer(session, submission, text, by=by, at=at)


def faults(session: Session) -> list[str]:
    """What the audit finds, but for the beginning that ``judging.sealed_submission`` leaves out."""
    left_out = ("'assign reviewer' can't follow the status 'none'", "is not the one that was signed")
    return [one for one in audit.verify(session) if not one.endswith(left_out)]


def also(session: Session, story: Story, part: str, role: Role) -> None:
    """Give somebody of the story a further role of the Assembly."""
    person = story.people[part]
    employer = session.get_one(Organisation, story.organisations["ZZD"].id)
    at = NOW - timedelta(days=200)
    membership.grant(session, person.email, person.name, role, organisation=None, employer=employer, at=at)
