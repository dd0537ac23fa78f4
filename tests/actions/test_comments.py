"""Comments among colleagues: written, resolved, opened again, and who hears of them."""

import email
import re
from datetime import timedelta
from email import policy

import pytest
from sqlmodel import Session, col, select

from app.actions import comments, membership
from app.adapters.email import message
from app.db import Database
from app.models import Comment, Event, Mail, Person, SelfAssessment
from app.rules.errors import Conflict, RuleError
from tests.sharing import BASE, give, started
from tests.story import NOW, Story


def comment(
    session: Session,
    story: Story,
    made: SelfAssessment,
    part: str,
    text: str = "Which year?",
    minutes: int = 0,
) -> Comment:
    by, at = story.who(session, part), NOW + timedelta(minutes=minutes)
    return comments.write(session, made, "B01", text, base_url=BASE, by=by, at=at)


def told(session: Session, subject: str = "A colleague commented on B01") -> list[str]:
    return list(
        session.exec(select(Mail.to).where(Mail.subject == subject).order_by(col(Mail.written_at))).all()
    )


def test_a_comment_is_kept_resolved_and_opened_again(database: Database, story: Story) -> None:
    with database.write() as session:
        made = started(session, story)
        row = comment(session, story, made, "sponsor_a", "  Which year?\r\nAnd which table? ")
        assert (row.text, row.resolved_at) == ("Which year?\nAnd which table?", None)
        by = story.who(session, "contributor_a")
        comments.resolve(session, row, by=by, at=NOW)
        assert (row.resolved_at, row.resolved_by_id) == (NOW, by.person_id)
        with pytest.raises(Conflict):
            comments.resolve(session, row, by=by, at=NOW)
        comments.reopen(session, row, by=by, at=NOW)
        assert (row.resolved_at, row.resolved_by_id) == (None, None)
        with pytest.raises(Conflict):
            comments.reopen(session, row, by=by, at=NOW)
        stream = f"self-assessment:{made.id}"
        events = session.exec(select(Event).where(Event.stream == stream).order_by(col(Event.number))).all()
        assert [one.verb for one in events[1:]] == ["comment", "resolve comment", "reopen comment"]
        assert [set(one.facts) for one in events[1:]] == [
            {"criterion", "comment"}
        ] * 3  # and nothing of its text


@pytest.mark.parametrize("text", ["", " \r\n ", "a" * 2001, "a\x00b"])
def test_what_is_no_comment_is_refused(database: Database, story: Story, text: str) -> None:
    with database.write() as session:
        made = started(session, story)
        with pytest.raises(RuleError) as refused:
            comment(session, story, made, "sponsor_a", text)
        assert (refused.value.field, session.exec(select(Comment)).all()) == ("comment", [])


def test_two_thousand_characters_are_taken(database: Database, story: Story) -> None:
    with database.write() as session:
        assert len(comment(session, story, started(session, story), "lead_a", "é" * 2000).text) == 2000


def test_t10_the_owner_hears_of_others_at_most_once_an_hour_for_each_criterion(
    database: Database, story: Story
) -> None:
    owner = story.people["contributor_a"].email
    with database.write() as session:
        made = started(session, story)
        comment(session, story, made, "lead_a")
        assert told(session) == []  # nobody looks after it yet
        give(session, story, made, "contributor_a", "B01", "B02")
        comment(session, story, made, "contributor_a")
        assert told(session) == []
        for minutes in (0, 1, 59, 60, 61, 119):
            comment(session, story, made, "sponsor_a", minutes=minutes)
        assert told(session) == [owner, owner]
        by = story.who(session, "lead_a")
        comments.write(session, made, "B02", "Now?", base_url=BASE, by=by, at=NOW)
        assert told(session, "A colleague commented on B02") == [owner]


def test_t11_an_owner_who_has_left_hears_nothing(database: Database, story: Story) -> None:
    with database.write() as session:
        made = started(session, story)
        give(session, story, made, "contributor_a", "B01")
        membership.leave(session, session.get_one(Person, story.people["contributor_a"].id), at=NOW)
        comment(session, story, made, "lead_a")
        assert told(session) == []


def test_w04_the_mail_repeats_nothing_of_the_comment_or_its_writer(database: Database, story: Story) -> None:
    with database.write() as session:
        made = started(session, story)
        give(session, story, made, "contributor_a", "B01")
        session.get_one(Person, story.people["lead_a"].id).name = "https://evil.example"
        session.flush()
        comment(session, story, made, "lead_a", "See https://evil.example canarycomment")
        mail = session.exec(select(Mail).where(Mail.subject == "A colleague commented on B01")).one()
        raw = bytes(message(mail, "portal@example.invalid"))
    text = email.message_from_bytes(raw, policy=policy.default).get_content()
    assert re.findall(r"https?://\S+", text) == [f"{BASE}/self-assessments/{made.id}/criteria/B01/comments"]
    assert ("evil" in raw.decode(), "canarycomment" in raw.decode()) == (False, False)
