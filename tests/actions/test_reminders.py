"""Reminders before a window closes: to whom, when, once. The story's window closes on 22 December 2026 at 12:00."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from app.actions import intentions, membership, reminders, sign_off
from app.db import Database
from app.models import LateDoor, Mail, Person, Reminder, SelfAssessment, Window
from tests import steps
from tests.story import NOW, Story

CLOSES = NOW + timedelta(days=30)
DUE = {  # 9am UK time; the window opened on 23 October, and the clocks went back on the 25th
    28: datetime(2026, 11, 12, 9, tzinfo=UTC),
    7: datetime(2026, 12, 11, 9, tzinfo=UTC),
    1: datetime(2026, 12, 21, 9, tzinfo=UTC),
}
TICK = timedelta(microseconds=1)
BASE = "http://127.0.0.1:8000"


def started(session: Session, story: Story, code: str = "ZZA", at: datetime = NOW) -> SelfAssessment:
    made = SelfAssessment(
        organisation_id=story.organisations[code].id, framework_version_id=story.version_id, started_at=at
    )
    session.add(made)
    session.flush()
    return made


def write(database: Database, at: datetime) -> list[tuple[str, str]]:
    """Write what is due; whom each mail of this round goes to, and its subject."""
    with database.write() as session:
        before = set(session.exec(select(Mail.id)).all())
        expected = reminders.is_any_due(session, at=at)
        number = reminders.write_due(session, at=at, base_url=BASE)
        rows = session.exec(select(Mail).order_by(col(Mail.to))).all()
        found = [(row.to, row.subject) for row in rows if row.id not in before]
        assert (number, expected) == (len(found), bool(found))
        return found


LEAD = ("lead.a@example.invalid", "Reminder: Autumn 2026 closes on 22 December 2026 at 12:00pm")


@pytest.mark.parametrize("days", DUE)
def test_each_goes_out_at_its_moment_and_once(database: Database, story: Story, days: int) -> None:
    with database.write() as session:
        started(session, story)
    for earlier in (one for one in DUE if one > days):
        write(database, DUE[earlier])
    assert write(database, DUE[days] - TICK) == []
    assert write(database, DUE[days]) == [LEAD]
    assert write(database, DUE[days] + timedelta(hours=1)) == []
    with database.read() as session:
        mail = session.exec(select(Mail).order_by(col(Mail.written_at).desc())).first()
        assert mail is not None
        assert mail.body.count("http") == 1
        assert f"{BASE}/self-assessments\n" in mail.body


def test_r12_who_was_down_for_weeks_sends_one_and_none_after_the_close(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        started(session, story)
    at = datetime(2026, 12, 14, 3, tzinfo=UTC)  # 28 and 7 came due while nobody looked
    assert (write(database, at), write(database, at)) == ([LEAD], [])
    assert (write(database, CLOSES), write(database, CLOSES + timedelta(days=1))) == ([], [])
    assert write(database, CLOSES - TICK) == [LEAD]
    with database.read() as session:
        assert sorted(session.exec(select(Reminder.working_days)).all()) == [1, 7]


def test_every_minute_of_the_window_sends_each_once(database: Database, story: Story) -> None:
    with database.write() as session:
        started(session, story)
    at, sent = DUE[28] - timedelta(days=1), []
    while at < CLOSES + timedelta(days=2):
        sent += write(database, at)
        at += timedelta(hours=7)
    assert sent == [LEAD] * 3


def test_who_takes_part_is_reminded_and_nobody_else(database: Database, story: Story) -> None:
    """Trust A has started; B means to submit; C does neither."""
    with database.write() as session:
        started(session, story)
        lead, own = story.who(session, "lead_b"), story.organisations["ZZB"]
        window = session.get_one(Window, story.window_id)
        said = intentions.state(session, own, window, "bronze", by=lead, at=NOW)
    assert [to for to, _ in write(database, DUE[7])] == ["lead.a@example.invalid", "lead.b@example.invalid"]
    with database.write() as session:
        intentions.withdraw(session, own, said.id, by=lead, at=DUE[7])
    assert [to for to, _ in write(database, DUE[1])] == ["lead.a@example.invalid"]


def test_an_older_self_assessment_that_was_left_is_no_reason(database: Database, story: Story) -> None:
    with database.write() as session:
        started(session, story).moved_at = NOW
    assert write(database, DUE[7]) == []


def test_a_lead_who_left_is_not_reminded(database: Database, story: Story) -> None:
    with database.write() as session:
        started(session, story)
        membership.leave(session, session.get_one(Person, story.people["lead_a"].id), at=NOW)
    assert write(database, DUE[7]) == []
    with database.read() as session:
        assert session.exec(select(Reminder)).all() == []  # a new lead still gets it


def test_while_it_waits_for_a_signature_the_sponsor_is_reminded_and_the_lead_is_not(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        submission = steps.handed_over(session, story)
    (mail,) = write(database, DUE[7])
    assert mail == (
        "sponsor.a@example.invalid",
        "Your signature is needed: Autumn 2026 closes on 22 December 2026 at 12:00pm",
    )
    with database.read() as session:
        body = session.exec(select(Mail.body).order_by(col(Mail.written_at).desc())).first() or ""
        assert f"?next=/submissions/{submission.id}/sign\n" in body
        assert body.count("/sign-in/link/") == body.count("http") == 1
    with database.write() as session:
        steps.sign(session, story, session.merge(submission), at=DUE[7])
    assert write(database, DUE[1]) == []


def test_a_declined_one_is_the_leads_again(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = steps.handed_over(session, story)
        by = story.who(session, "sponsor_a")
        sign_off.decline(session, submission, "Not yet.", by=by, at=NOW)
    assert write(database, DUE[7]) == [LEAD]


def test_a_late_door_moves_the_reminders_of_its_organisation(database: Database, story: Story) -> None:
    late = CLOSES + timedelta(days=13)  # 4 January 2027, 12:00
    with database.write() as session:
        for code in ("ZZA", "ZZB"):
            started(session, story, code)
        session.add(
            LateDoor(
                window_id=story.window_id,
                organisation_id=story.organisations["ZZA"].id,
                closes_at=late,
                reason="Flood",
                opened_at=NOW,
                opened_by_id=story.people["administrator"].id,
            )
        )
    assert [to for to, _ in write(database, DUE[1])] == ["lead.a@example.invalid", "lead.b@example.invalid"]
    last = datetime(2026, 12, 31, 9, tzinfo=UTC)
    assert write(database, last - TICK) == []
    assert write(database, last) == [
        ("lead.a@example.invalid", "Reminder: Autumn 2026 closes on 4 January 2027 at 12:00pm")
    ]
    assert write(database, late) == []
