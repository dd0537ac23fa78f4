"""A window's calendar file, read back by a parser."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi.testclient import TestClient
from icalendar import Calendar

from app.db import Database
from app.models import LateDoor, Person, Window
from app.web.calendars import calendar_file
from tests.story import NOW, PEOPLE, Story

BrowserOf = Callable[[Person], TestClient]
LONDON = ZoneInfo("Europe/London")
WINDOW = Window(
    id=UUID("00000000-0000-4000-8000-000000000001"),
    framework_version_id=UUID(int=2),
    name="Spring; 2027, late\nX-EVIL:1",
    levels=["bronze"],
    opens_at=datetime(2027, 1, 4, 9, tzinfo=UTC),
    closes_at=datetime(2027, 3, 31, 16, tzinfo=UTC),  # 5pm in summer time, which begins on 28 March
    decision_promised_on=date(2027, 6, 23),
)


def dates(content: bytes) -> dict[str, object]:
    """Start by the key in the UID."""
    found = {}
    for event in Calendar.from_ical(content).walk("VEVENT"):
        key, _, host = str(event["uid"]).removeprefix(f"{WINDOW.id}-").partition("@")
        assert host == "portal.example"
        found[key] = event.decoded("dtstart")
    return found


def made(closes_at: datetime = WINDOW.closes_at) -> bytes:
    return calendar_file(WINDOW, closes_at, host="portal.example", at=NOW)


def test_the_dates_are_those_of_the_window_in_london() -> None:
    assert dates(made()) == {
        "close": datetime(2027, 3, 31, 17, tzinfo=LONDON),
        "reminder-28": datetime(2027, 2, 17, 9, tzinfo=LONDON),
        "reminder-7": datetime(2027, 3, 18, 9, tzinfo=LONDON),
        "reminder-1": datetime(2027, 3, 30, 9, tzinfo=LONDON),
        "decision": date(2027, 6, 23),
    }
    assert b"DTSTART;TZID=Europe/London:20270331T170000\r\n" in made()


def test_the_zone_in_the_file_knows_both_of_its_changes() -> None:
    zone = Calendar.from_ical(made()).walk("VTIMEZONE")[0].to_tz()
    offsets = [datetime(2027, month, 15, 12, tzinfo=zone).utcoffset() for month in (1, 7)]
    assert offsets == [timedelta(0), timedelta(hours=1)]


def test_every_line_ends_as_the_format_says_and_no_name_begins_one() -> None:
    content = made()
    assert content.count(b"\n") == content.count(b"\r\n")
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert b"\r\nX-EVIL" not in content
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))


def test_a_newer_file_replaces_the_dates_of_an_older_one() -> None:
    late = datetime(2027, 4, 6, 16, tzinfo=UTC)
    before, after = dates(made()), dates(made(late))
    assert before.keys() == after.keys()
    assert after["close"] == datetime(2027, 4, 6, 17, tzinfo=LONDON)


def test_b11_a_late_door_shows_to_its_own_people_and_nobody_is_named(
    database: Database, story: Story, browser_of: BrowserOf
) -> None:
    with database.write() as session:
        session.add(
            LateDoor(
                window_id=story.window_id,
                organisation_id=story.organisations["ZZA"].id,
                closes_at=NOW + timedelta(days=33),
                reason="A flood",
                opened_at=NOW,
                opened_by_id=story.people["administrator"].id,
            )
        )
    path = f"/windows/{story.window_id}/calendar.ics"
    answers = {part: browser_of(story.people[part]).get(path) for part in ("lead_a", "chair_a", "lead_b")}
    for answer in answers.values():
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
        assert answer.headers["content-disposition"] == f'attachment; filename="window-{story.window_id}.ics"'
        told = [
            word
            for word in ("@example", "flood", *(PEOPLE[part][0] for part in PEOPLE))
            if word in answer.text
        ]
        assert told == []
    closes = {part: "20261225T120000" in answer.text for part, answer in answers.items()}
    assert closes == {"lead_a": True, "chair_a": True, "lead_b": False}


def test_signed_out_there_is_none(client: TestClient, story: Story) -> None:
    assert client.get(f"/windows/{story.window_id}/calendar.ics").status_code == 303
