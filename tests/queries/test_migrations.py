"""The migrations on both databases: up, no differences from the models, down to nothing, up again."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from app.db import Database
from app.models import EndingLine, Event
from app.upgrade import differences, downgrade, upgrade
from tests.conftest import _administer
from tests.steps import signed
from tests.story import made_story


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without any table."""
    if request.param == "sqlite":
        made = Database(f"sqlite:///{tmp_path / 'empty.db'}")
        yield made
        made.close()
        return
    address, name = request.getfixturevalue("postgresql"), f"empty_{uuid4().hex}"
    _administer(address, f"CREATE DATABASE {name}")
    made = Database(address.format(name))
    yield made
    made.close()
    _administer(address, f"DROP DATABASE {name} WITH (FORCE)")


def tables(database: Database) -> set[str]:
    return set(sa.inspect(database.engine).get_table_names()) - {"alembic_version"}


def test_up_down_and_up_again(empty: Database) -> None:
    upgrade(empty)
    first = tables(empty)
    assert (differences(empty), len(first) > 20) == ("", True)
    downgrade(empty, "base")
    assert tables(empty) == set()
    upgrade(empty)
    assert (tables(empty), differences(empty)) == (first, "")


def test_a_second_upgrade_keeps_what_is_there(empty: Database) -> None:
    upgrade(empty)
    with empty.write() as session:
        made_story(session)
        before = session.scalar(sa.select(sa.func.count()).select_from(Event))
    upgrade(empty)
    with empty.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Event)) == before


def test_a_difference_is_found(empty: Database) -> None:
    upgrade(empty)
    with empty.write() as session:
        session.execute(sa.text("ALTER TABLE mail ADD COLUMN forgotten INTEGER"))
    assert "forgotten" in differences(empty)


FORBIDDEN = [
    "UPDATE event SET reason = 'rewritten'",
    "DELETE FROM event",
    "UPDATE sealed_copy SET document = '{}'",
    "DELETE FROM sealed_copy",
    "UPDATE standing_line SET delta = 2",
    "DELETE FROM standing_line",
    "UPDATE ending_line SET delta = 2",
    "DELETE FROM ending_line",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_f06_history_and_sealed_copies_are_only_added_to(empty: Database, statement: str) -> None:
    upgrade(empty)
    with empty.write() as session:
        story, day = made_story(session), date(2026, 11, 22)
        signed(session, story)
        days = {"held_from": day, "held_until": day, "lower_from": day, "recorded_on": day}
        session.add(EndingLine(organisation_id=story.organisations["ZZA"].id, rank=1, delta=1, **days))
    with empty.write() as session:
        with pytest.raises(sa.exc.DBAPIError, match="is only added to"):
            session.execute(sa.text(statement))
        session.rollback()
