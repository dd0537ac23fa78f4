"""Letters and conditions over HTTP, after the story: the templates, and what an earlier decision asked for."""

import html
import re
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from sqlmodel import Session

from app.actions import decisions
from app.actions.certificates import Issuer
from app.models import Outcome, Window
from app.rules.days import uk_day
from tests.judging import CODES, assigned, sealed, sealed_submission
from tests.letters import letters_read
from tests.story import NOW, Story
from tests.walk import Walk, hidden_of


def write_and_answer(walk: Walk) -> None:
    """A template is previewed and kept; trust C says what it did about a condition."""
    page = "/letter-templates/recognised"
    shown = walk.get("administrator", page)
    body = html.unescape(re.findall(r"<textarea[^>]*>(.*?)</textarea>", shown, re.DOTALL)[0])
    walk.post("administrator", page, hidden_of(shown) | {"subject": "{{level}}: recognised", "body": body})
    work = f"/self-assessments/{_asked_before(walk)}/criteria/B02"
    assert "Last time you were asked" in walk.get("lead_c", work)
    form = hidden_of(walk.get("lead_c", f"{work}/conditions"))
    walk.post(
        "lead_c", f"{work}/conditions", form | {f"condition-{form['condition']}": "It is in the paper."}
    )


def _asked_before(walk: Walk) -> UUID:
    """Trust C's submission is released as "not yet", with a condition on B02. Returns its self-assessment's id."""
    story = walk.story
    with walk.database.write() as session:
        # None of the story's people signs for trust C, and its other walks leave it alone.
        with_sponsor = replace(story, people=story.people | {"sponsor_c": story.people["sponsor_b"]})
        submission = sealed_submission(session, with_sponsor, "ZZC", "c")
        window = _window(session, story)
        submission.window_id = window.id
        for review in assigned(session, story, submission):
            sealed(session, story, review, dict.fromkeys(CODES, 1))
        by, asked = story.who(session, "administrator"), {"B02": "Show the minute."}
        decisions.decide(session, submission, story.framework, Outcome.NOT_YET, "", asked, by=by, at=NOW)
        letters_read(session, story, window_id=window.id)
        issuer = Issuer("Assembly", ("Director",))
        decisions.release(session, window, story.framework, issuer, by=by, at=NOW, on=uk_day(NOW))
        return submission.self_assessment_id


def _window(session: Session, story: Story) -> Window:
    """One of its own: outcomes of a window go out together, and others play in the story's."""
    made = Window(
        framework_version_id=story.version_id,
        name="Earlier",
        levels=["bronze"],
        opens_at=NOW - timedelta(days=200),
        closes_at=NOW - timedelta(days=100),
        decision_promised_on=uk_day(NOW),
    )
    session.add(made)
    session.flush()
    return made
