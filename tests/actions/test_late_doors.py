"""A window kept open for one organisation: to the instant, for nobody else, by nobody with a conflict."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, select

from app.actions import late_doors
from app.db import Database
from app.models import Event, LateDoor, Mail, SealedCopy, Submission, Window
from app.queries import windows
from app.rules.errors import RuleError
from tests import steps
from tests.story import NOW, Story

CLOSES = NOW + timedelta(days=30)
LATE = CLOSES + timedelta(days=3)
TICK = timedelta(microseconds=1)


def opened(
    session: Session, story: Story, code: str = "ZZA", closes_at: datetime = LATE, reason: str = "A flood."
) -> LateDoor:
    return late_doors.open_door(
        session,
        session.get_one(Window, story.window_id),
        story.organisations[code],
        closes_at,
        reason,
        by=story.who(session, "administrator"),
        at=NOW,
        base_url="http://127.0.0.1:8000",
    )


def test_it_is_recorded_and_the_leads_are_told_without_the_reason(database: Database, story: Story) -> None:
    with database.write() as session:
        opened(session, story, reason=" A flood.\r\n")
        own = story.organisations["ZZA"].id
        event = session.exec(select(Event).where(Event.stream == f"organisation:{own}")).one()
        assert (event.verb, event.reason, event.facts) == (
            "open late door",
            "A flood.",
            {"window": str(story.window_id), "closes_at": LATE.isoformat()},
        )
        mail = session.exec(select(Mail)).one()
        assert (mail.to, "flood" in mail.body) == ("lead.a@example.invalid", False)
        assert f"http://127.0.0.1:8000/organisations/{own}/windows\n" in mail.body


def handed_over(session: Session, story: Story, at: datetime, *, code: str = "ZZA") -> Submission:
    letter = code[-1].lower()
    made = steps.finished(session, story, code=code, lead=f"lead_{letter}")
    return steps.hand_over(session, story, made, lead=f"lead_{letter}", sponsor=f"sponsor_{letter}", at=at)


@pytest.mark.parametrize(("at", "is_in_time"), [(CLOSES, True), (LATE - TICK, True), (LATE, False)])
def test_k09_the_hand_over_is_judged_by_the_organisations_own_close(
    database: Database, story: Story, at: datetime, is_in_time: bool
) -> None:
    with database.write() as session:
        opened(session, story)
        if is_in_time:
            assert handed_over(session, story, at).handed_over_at == at
            return
        with pytest.raises(RuleError, match="Autumn 2026 has closed"):
            handed_over(session, story, at)


@pytest.mark.parametrize(("at", "is_in_time"), [(LATE - TICK, True), (LATE, False), (LATE + TICK, False)])
def test_k09_so_is_the_signature(database: Database, story: Story, at: datetime, is_in_time: bool) -> None:
    with database.write() as session:
        opened(session, story)
        submission = handed_over(session, story, NOW)
        if is_in_time:
            assert steps.sign(session, story, submission, at=at).sealed_at == at
            return
        with pytest.raises(RuleError, match="Autumn 2026 has closed"):
            steps.sign(session, story, submission, at=at)
        assert session.exec(select(SealedCopy)).all() == []


def test_k09_the_door_is_open_for_nobody_else(database: Database, story: Story) -> None:
    with database.write() as session:
        opened(session, story)
        with pytest.raises(RuleError, match="Autumn 2026 has closed"):
            handed_over(session, story, CLOSES, code="ZZB")
        ids = [story.organisations[code].id for code in ("ZZA", "ZZB")]
        window = session.get_one(Window, story.window_id)
        assert [windows.closing(session, window, id_) for id_ in ids] == [LATE, CLOSES]
        open_at = [windows.open_for(session, story.version_id, "bronze", id_, CLOSES) for id_ in ids]
        assert [[one.closes_at for one in found] for found in open_at] == [[LATE], []]


def test_a_second_door_never_shortens_the_first(database: Database, story: Story) -> None:
    with database.write() as session:
        opened(session, story)
        opened(session, story, closes_at=LATE - timedelta(days=1), reason="Another.")
        window = session.get_one(Window, story.window_id)
        door = windows.door(session, window, story.organisations["ZZA"].id)
        assert door is not None
        assert (door.closes_at, door.reason) == (LATE, "A flood.")


@pytest.mark.parametrize("code", ["ZZA", "ZZC"])  # the own trust, and another under the same ICB
def test_b19_nobody_opens_one_where_they_have_a_conflict(database: Database, story: Story, code: str) -> None:
    with database.write() as session:
        who = story.who(session, "administrator_of_a")
        window = session.get_one(Window, story.window_id)
        with pytest.raises(RuleError) as refused:
            late_doors.open_door(session, window, story.organisations[code], LATE, "A reason", by=who, at=NOW)
        assert (refused.value.field, session.exec(select(LateDoor)).all()) == ("organisation", [])
        names = [name for _, name in windows.organisations_to_let_in(session, who, NOW)]
        assert not any(
            name in names for name in ("Fictional trust A", "Fictional trust C", "Fictional ICB 1")
        )
        assert "Fictional trust B" in names


def test_b19_nor_reads_of_one(database: Database, story: Story) -> None:
    with database.write() as session:
        opened(session, story)
        opened(session, story, "ZZB")

        def named(part: str) -> set[str]:
            found = windows.doors_of_window(session, story.window_id, story.who(session, part))
            return {one.organisation_name[-1] for one in found}

        assert (named("administrator"), named("administrator_of_a")) == ({"A", "B"}, {"B"})


@pytest.mark.parametrize(
    ("closes_at", "reason", "field"),
    [
        (CLOSES, "A reason", "closes"),
        (NOW, "A reason", "closes"),
        (datetime(2027, 3, 16, tzinfo=NOW.tzinfo), "A reason", "closes"),
        (LATE, "  ", "reason"),
    ],
)
def test_what_can_t_be_is_refused(
    database: Database, story: Story, closes_at: datetime, reason: str, field: str
) -> None:
    with database.write() as session:
        with pytest.raises(RuleError) as refused:
            opened(session, story, closes_at=closes_at, reason=reason)
        assert (refused.value.field, session.exec(select(LateDoor)).all()) == (field, [])
