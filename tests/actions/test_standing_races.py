"""Two who learn something of one organisation at the same moment: the lines of dashboards say each thing once."""

import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel import Session, select

from app.actions.standings import restate
from app.db import Database
from app.models import Certificate, Organisation
from app.queries import standings
from tests.conftest import ON_POSTGRESQL
from tests.holdings import ON, certificate, trust
from tests.racing import at_once
from tests.story import NOW, Story

pytestmark = [
    pytest.mark.reaches_past,  # these tests write rows that no action would
    pytest.mark.skipif(not ON_POSTGRESQL, reason="SQLite has one writer, so nothing crosses"),
]


def held(session: Session, story: Story, code: str) -> tuple[UUID, UUID, UUID]:
    """An organisation with two certificates, and those."""
    body = trust(session, story, code)
    bronze = certificate(session, story, body, "bronze", issued=ON - timedelta(days=90))
    silver = certificate(session, story, body, "silver", issued=ON - timedelta(days=60))
    return body.id, bronze.id, silver.id


def revoke(session: Session, certificate_id: UUID) -> None:
    """Only the fact, as an action writes it before it restates."""
    row = session.get_one(Certificate, certificate_id, with_for_update={"key_share": True})
    row.revoked_on, row.revoke_reason = ON, "A wrong figure."
    session.flush()


def count_again(session: Session, body_id: UUID, certificate_id: UUID) -> int:
    body = session.get_one(Organisation, body_id)
    return restate(session, body, cause=f"certificate:{certificate_id}", at=NOW)


@pytest.mark.parametrize("code", ["T1", "T2", "T3", "T4", "T5"])
def test_k15_two_facts_at_once_are_counted_once_each(database: Database, story: Story, code: str) -> None:
    """Each has written its fact when it begins to count, and can't see the other's."""
    with database.write() as session:
        body_id, *certificates = held(session, story, code)
    both_wrote = threading.Barrier(2)

    def revoking(id_: UUID) -> Callable[[Session], object]:
        def attempt(session: Session) -> int:
            revoke(session, id_)
            both_wrote.wait(timeout=10)
            return count_again(session, body_id, id_)

        return attempt

    results = at_once(database, *map(revoking, certificates))
    assert [type(one) for one in results] == [int, int]
    with database.read() as session:
        assert list(standings.disagreeing(session)) == []


def test_k15_what_was_read_before_somebody_changed_it_is_not_counted(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        body_id, first, second = held(session, story, "T1")
    with database.write() as session:
        known_before = session.exec(select(Certificate).where(Certificate.organisation_id == body_id)).all()
        with database.write() as other:
            revoke(other, second)
            count_again(other, body_id, second)
        revoke(session, first)
        count_again(session, body_id, first)
        assert len(known_before) == 2  # the session keeps what somebody still holds
    with database.read() as session:
        assert list(standings.disagreeing(session)) == []
