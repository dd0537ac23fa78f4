"""An executive who would rather talk before signing."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from app.actions import call_backs
from app.db import Database
from app.models import CallBack, Mail, Status, Submission
from app.queries import call_backs as look_up
from app.rules.errors import Conflict, NotAllowed, RuleError
from tests import steps
from tests.story import NOW, Story

NOTE = "020 7946 0000, Tuesday after 2pm"


def ask(session: Session, story: Story, submission: Submission, note: str = NOTE) -> CallBack:
    by = story.who(session, "sponsor_a")
    return call_backs.ask(session, submission, note, by=by, at=NOW, base_url="http://127.0.0.1:8000")


def test_the_leads_are_told_and_the_number_is_in_no_mail_and_no_history(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        submission = steps.handed_over(session, story)
        ask(session, story, submission)
        assert submission.status is Status.AWAITING_SIGN_OFF
        mail = session.exec(select(Mail).where(col(Mail.subject).startswith("A call"))).one()
        assert (mail.to, "7946" in mail.body, mail.body.count("http")) == ("lead.a@example.invalid", False, 1)
        assert steps.events(session, submission)[-1] == ("ask for a call back", "awaiting sign-off")
        (call,) = look_up.listed(session, submission.id)
        assert (call.note, call.asked_by, call.done_at) == (NOTE, "Executive sponsor, trust A", None)


def test_done_is_said_once_for_every_call_that_waits(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = steps.handed_over(session, story)
        ask(session, story, submission)
        ask(session, story, submission, "Or Wednesday")
        lead, later = story.who(session, "lead_a"), NOW + timedelta(hours=1)
        call_backs.note_done(session, submission, by=lead, at=later)
        assert [call.done_at for call in look_up.listed(session, submission.id)] == [later, later]
        with pytest.raises(Conflict, match="No call waits"):
            call_backs.note_done(session, submission, by=lead, at=later)
        assert steps.events(session, submission)[-1][0] == "note that the call was made"


@pytest.mark.parametrize("note", ["", " \n", "x" * 501, "bell \x07"])
def test_a_note_that_can_t_be_kept_asks_nothing(database: Database, story: Story, note: str) -> None:
    with database.write() as session:
        submission = steps.handed_over(session, story)
        with pytest.raises(RuleError) as refused:
            ask(session, story, submission, note)
        assert (refused.value.field, look_up.listed(session, submission.id)) == ("note", [])


def test_nobody_else_asks_and_nobody_after_the_signature(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = steps.handed_over(session, story)
        with pytest.raises(NotAllowed):
            call_backs.ask(session, submission, NOTE, by=story.who(session, "lead_a"), at=NOW)
        steps.sign(session, story, submission)
        with pytest.raises(Conflict, match="no longer waits"):
            ask(session, story, submission)
        assert session.exec(select(CallBack)).all() == []
