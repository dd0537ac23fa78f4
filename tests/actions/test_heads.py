"""C-14: a head for each day, so that who writes the past anew is found within a day, even with every chain mended."""

from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.actions.heads import day_due, publish
from app.actions.history import record
from app.db import Database
from app.jobs.nights import publish_head
from app.models import Event, Mail
from app.queries import audit, heads
from app.rules.heads import Head, head_hash
from app.rules.history import FIRST, line_hash
from tests.conftest import Clock
from tests.story import NOW, Story
from tests.unguarded import unguarded

OFFICE = "office@example.invalid"
DAY = timedelta(days=1)
TODAY = date(2026, 11, 22)


def written(database: Database, verb: str, at: datetime) -> None:
    with database.write() as session:
        record(session, "portal", verb, by=None, at=at)


def told(database: Database) -> list[Head]:
    with database.read() as session:
        return heads.published(session)


def written_anew(session: Session, verb: str, becomes: str) -> None:
    """One line says something else, and its hash with it: the last of its stream, so that the chain holds."""
    line = session.exec(select(Event).where(Event.verb == verb)).one()
    line.verb = becomes
    line.hash = line_hash(
        line.stream, line.number, becomes, line.at, line.by_id, line.reason, line.facts, line.previous_hash
    )


@pytest.fixture
def before(database: Database, story: Story) -> list[str]:
    """The hashes of the lines up to yesterday's end, one more than the story begins with."""
    written(database, "two days ago", NOW - 2 * DAY)
    with database.read() as session:
        return sorted(session.exec(select(Event.hash).where(col(Event.at) < NOW - DAY / 2)).all())


def test_the_head_of_a_day_is_made_of_all_lines_since_the_one_before(
    database: Database, before: list[str], clock: Clock
) -> None:
    assert publish_head(database, OFFICE) == []
    first = head_hash(TODAY - DAY, sha256("".join(before).encode()).hexdigest(), FIRST)
    assert told(database) == [Head(TODAY - DAY, first)]
    written(database, "one", NOW)
    clock.at += DAY
    assert publish_head(database, OFFICE) == []
    with database.read() as session:
        added = sorted(session.exec(select(Event.hash).where(col(Event.at) == NOW)).all())
        assert audit.verify(session) == []
    second = head_hash(TODAY, sha256("".join(added).encode()).hexdigest(), first)
    # What the story wrote today, "one", and the line that published the first head.
    assert (told(database)[0], len(added) >= 3) == (Head(TODAY, second), True)


def test_a_head_is_published_once_for_each_day_by_whoever_comes_first(
    database: Database, before: list[str], clock: Clock
) -> None:
    publish_head(database, OFFICE)
    assert publish_head(database, OFFICE) == []
    with database.write() as session:  # another process that had found it due as well
        assert publish(session, at=NOW) is None
    assert len(told(database)) == 1


@pytest.mark.parametrize(
    ("hour", "day"), [(0, TODAY - 2 * DAY), (1, TODAY - 2 * DAY), (2, TODAY - DAY), (23, TODAY - DAY)]
)
def test_a_day_is_closed_two_hours_after_midnight(hour: int, day: date) -> None:
    assert day_due(datetime(2026, 11, 22, hour, 30, tzinfo=UTC)) == day


def test_days_end_at_midnight_in_london(database: Database, before: list[str], clock: Clock) -> None:
    """In summer time the last minute of the day is the one before 23:00 UTC."""
    clock.at = datetime(2027, 7, 2, 12, 0, tzinfo=UTC)
    written(database, "the first minute", datetime(2027, 7, 1, 23, 0, tzinfo=UTC))
    publish_head(database, OFFICE)
    written(database, "after midnight", datetime(2027, 7, 2, 23, 0, tzinfo=UTC))
    written(database, "the minute before", datetime(2027, 7, 2, 22, 59, tzinfo=UTC))
    clock.at += DAY
    publish_head(database, OFFICE)
    newest, first = told(database)
    with database.read() as session:
        verbs = ("publish the head", "the first minute", "the minute before")
        of_day = select(Event.hash).where(col(Event.verb).in_(verbs), col(Event.at) < clock.at)
        lines = session.exec(of_day.order_by(col(Event.hash))).all()
    assert len(lines) == 3
    digest = sha256("".join(lines).encode()).hexdigest()
    assert newest == Head(date(2027, 7, 2), head_hash(date(2027, 7, 2), digest, first.sha256))


def test_a_line_written_anew_with_its_hash_is_found_the_next_night_and_told(
    database: Database, before: list[str], clock: Clock
) -> None:
    written(database, "revoke", NOW)
    clock.at += DAY
    publish_head(database, OFFICE)
    with database.write() as session:
        unguarded(session, "event")
        written_anew(session, "revoke", "reinstate")
    said = ["history head of 22 November 2026: the lines up to that day are not those it was made of"]
    with database.read() as session:
        assert audit.verify(session) == said
    assert publish_head(database, OFFICE) == []  # once a night
    clock.at += DAY
    assert publish_head(database, OFFICE) == said
    with database.read() as session:
        (mail,) = session.exec(select(Mail.body).where(Mail.to == OFFICE)).all()
    assert ("1 of the portal's records" in mail, "portal audit verify" in mail) == (True, True)


def test_a_line_slipped_into_a_closed_day_is_found(
    database: Database, before: list[str], clock: Clock
) -> None:
    publish_head(database, OFFICE)
    written(database, "late", NOW - 30 * DAY)
    with database.read() as session:
        assert len(audit.verify(session)) == 1


def test_who_kept_a_head_finds_that_all_of_it_was_written_anew(
    database: Database, before: list[str], clock: Clock
) -> None:
    """Whoever owns the database can make lines, chains and heads agree again, but not with a copy kept elsewhere."""
    publish_head(database, OFFICE)
    kept = told(database)
    with database.write() as session:
        unguarded(session, "event")
        session.execute(sa.delete(Event).where(col(Event.stream) == heads.STREAM))
        written_anew(session, "two days ago", "never")
        session.flush()
        publish(session, at=NOW)
    with database.read() as session:
        assert heads.faults(session) == []
        assert heads.other_than(session, told(database)) == []
        (now,) = told(database)
        other = [Head(TODAY + DAY, "a" * 64)]
        assert heads.other_than(session, [*kept, *other]) == [
            f"history head of 21 November 2026: the kept copy says {kept[0].sha256}, "
            f"the history says {now.sha256}",
            f"history head of 23 November 2026: the kept copy says {'a' * 64}, the history says nothing",
        ]
