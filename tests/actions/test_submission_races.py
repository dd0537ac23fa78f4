"""Two at the same moment: one of them wins, and nothing is done twice."""

import threading
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from app.actions import submissions
from app.db import Database
from app.models import (
    SealedCopy,
    Status,
    Submission,
)
from app.queries import audit, scopes, sealed_copies
from app.rules.errors import Conflict
from tests import steps
from tests.conftest import ON_POSTGRESQL
from tests.racing import at_once
from tests.story import NOW, Story

AFTER_CLOSE = NOW + timedelta(days=30)


def test_two_hand_overs_at_once_make_one_submission(database: Database, story: Story) -> None:
    with database.write() as session:
        made_id = steps.finished(session, story).id

    def attempt(session: Session) -> str:
        found = scopes.self_assessment(session, made_id, True)
        assert found
        return steps.hand_over(session, story, found.thing).status.value

    results = at_once(database, attempt, attempt, attempt)
    assert sorted(map(str, results)) == sorted(map(str, ["awaiting sign-off", Conflict, Conflict]))
    with database.read() as session:
        assert len(session.exec(select(Submission)).all()) == 1
        assert len(steps.mails(session)) == 2  # the sponsor and the network chair


def test_two_signatures_at_once_make_one_receipt(database: Database, story: Story) -> None:
    with database.write() as session:
        id_ = steps.handed_over(session, story).id

    def attempt(session: Session) -> str:
        found = scopes.submission(session, id_, True)
        assert found
        return steps.sign(session, story, found.thing).receipt

    results = at_once(database, attempt, attempt, attempt)
    with database.read() as session:
        copy = session.exec(select(SealedCopy)).one()
        submission = session.get_one(Submission, id_)
        assert results == [copy.receipt] * 3
        assert steps.events(session, submission) == [
            ("hand over", "awaiting sign-off"),
            ("sign", "submitted"),
        ]
        assert len(steps.mails(session)) == 4  # and two receipts
        assert audit.verify(session) == []


def test_k05_sign_and_withdraw_at_once_end_in_one_story(database: Database, story: Story) -> None:
    with database.write() as session:
        id_ = steps.handed_over(session, story).id

    def signing(session: Session) -> str:
        found = scopes.submission(session, id_, True)
        assert found
        return steps.sign(session, story, found.thing).receipt

    def withdrawing(session: Session) -> None:
        found = scopes.submission(session, id_, True)
        assert found
        submissions.withdraw(session, found.thing, "Changed", by=story.who(session, "lead_a"), at=NOW)

    results = at_once(database, signing, withdrawing)
    with database.read() as session:
        submission = session.get_one(Submission, id_)
        assert submission.status is Status.WITHDRAWN
        assert (sealed_copies.newest_or_none(session, id_) is None) == (Conflict in results)
        assert audit.verify(session) == []


@pytest.mark.skipif(not ON_POSTGRESQL, reason="SQLite has one writer, so nothing crosses")
def test_k15_a_hand_over_and_an_upload_for_a_criterion_do_not_block_each_other(
    database: Database, story: Story
) -> None:
    """Each holds one of the two rows before it reaches for the other."""
    with database.write() as session:
        made = steps.finished(session, story)
        made_id, organisation_id = made.id, made.organisation_id
    both_hold = threading.Barrier(2)

    def handing_over(session: Session) -> str:
        found = scopes.self_assessment(session, made_id, True)
        assert found
        both_hold.wait(timeout=10)
        return steps.hand_over(session, story, found.thing).status.value

    def uploading(session: Session) -> str:
        assert scopes.organisation(session, organisation_id, True)
        both_hold.wait(timeout=10)
        assert scopes.self_assessment(session, made_id, True)
        return "uploaded"

    results = at_once(database, handing_over, uploading)
    assert sorted(map(str, results)) == ["awaiting sign-off", "uploaded"]
