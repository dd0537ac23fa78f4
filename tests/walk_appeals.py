"""Questions, appeals and blind reviews over HTTP, after the story: trust B is asked, refused and appeals."""

from datetime import date, timedelta
from uuid import UUID

from sqlmodel import select

from app.actions import decisions, membership
from app.models import Clarification, Outcome, Role, SelfAssessment, Submission, Window
from app.queries import clarifications
from app.rules.days import uk_day
from app.rules.workflow import Verb
from tests import judging, rounds
from tests.letters import letters_read
from tests.story import NOW
from tests.walk import Walk


def question_and_appeal(walk: Walk, released: str) -> None:
    """Each form of this part once; ``released`` is the path of the story's own submission, an award by now."""
    id_ = _judged(walk)
    page = f"/submissions/{id_}"
    asked = {"criterion": "B03", "question": "Which board?"}
    walk.take(Verb.ASK_CLARIFICATION, "moderator", f"{page}/clarifications", asked | _due())
    walk.take(Verb.ANSWER_CLARIFICATION, "lead_b", f"{page}/clarification", {"answer": "The board of May."})
    agreed = {"score": "1", "reason": "The answer names no minute."}
    walk.take(Verb.AGREE_SCORE, "moderator", f"{page}/moderation/B03", agreed)
    walk.take(Verb.ASK_CLARIFICATION, "administrator", f"{page}/clarifications", asked | _due())
    _let_the_day_pass(walk, id_)
    close = f"{page}/clarifications/close"
    reason = {"reason": "No answer came."}
    walk.take(Verb.CLOSE_CLARIFICATION, "administrator", f"{page}/clarifications", reason, to=close)
    _refused(walk, id_)
    walk.take(Verb.APPEAL, "lead_b", f"{page}/appeal", {"ground-B01": "The minute was overlooked."})
    _blind(walk, released)


def _due() -> dict[str, str]:
    day = NOW + timedelta(days=14)
    return {"due-day": str(day.day), "due-month": str(day.month), "due-year": str(day.year)}


def _judged(walk: Walk) -> UUID:
    """Trust B's submission, both reviews sealed alike, in a window of its own."""
    with walk.database.write() as session:
        window = session.get_one(Window, walk.story.window_id)
        own = Window(**window.model_dump(exclude={"id"}) | {"name": "Winter 2026"})
        session.add(own)
        trust = walk.story.organisations["ZZB"].id
        begun = session.exec(select(SelfAssessment.id).where(SelfAssessment.organisation_id == trust)).first()
        submission = judging.sealed_submission(session, walk.story, "ZZB", "b", begun)
        submission.window_id, submission.level = own.id, "silver"  # Bronze is left to the other walks
        session.flush()
        rounds.judged(session, walk.story, rounds.NOT_MET, submission=submission)
        return submission.id


def _let_the_day_pass(walk: Walk, id_: UUID) -> None:
    with walk.database.write() as session:
        found = clarifications.open_of(session, id_)
        assert found is not None
        session.get_one(Clarification, found.id).due_on = date(2026, 11, 20)


def _refused(walk: Walk, id_: UUID) -> None:
    with walk.database.write() as session:
        submission = session.get_one(Submission, id_)
        rounds.decided(session, walk.story, submission, Outcome.NOT_YET)
        letters_read(session, walk.story, window_id=submission.window_id)
        window = session.get_one(Window, submission.window_id)
        by = walk.story.who(session, "administrator")
        framework = walk.story.framework
        decisions.release(session, window, framework, rounds.ISSUER, by=by, at=NOW, on=uk_day(NOW))


def _blind(walk: Walk, released: str) -> None:
    """The awards of the story's window are drawn; somebody who took no part gets the one there is."""
    with walk.database.write() as session:
        at = NOW - timedelta(days=1)
        person = membership.grant(
            session,
            "blind@example.invalid",
            "Blind reviewer",
            Role.REVIEWER,
            organisation=None,
            employer=None,
            at=at,
        )
        chosen = str(person.id)
    walk.post("administrator", f"/windows/{walk.story.window_id}/blind-checks")
    walk.post("administrator", f"{released}/blind-check", {"reviewer": chosen})
