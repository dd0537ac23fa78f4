"""C-10: an appeal against a revocation is judged by two others; the ledger keeps what was said of each day."""

from datetime import timedelta

import pytest

from app.actions import revocations
from app.db import Database
from app.rules.certificates import Standing, standing
from app.rules.errors import Conflict, NotAllowed, RuleError
from app.rules.revocations import State
from tests import rounds
from tests.actions.test_revocations import DAY, ON, held_on, sentence
from tests.recognition import DAYS, appealed, certified, judged, revoked, settled
from tests.story import NOW, Story


@pytest.mark.parametrize(
    ("days", "refused"),
    [(0, ""), (12, ""), (13, "An appeal had to be made by 4 December 2026")],
)
def test_an_appeal_has_its_days(database: Database, story: Story, days: int, refused: str) -> None:
    with database.write() as session:
        certificate = certified(session, story)
        revoked(session, story, certificate)
        at = NOW + timedelta(days=days)
        told = sentence(session, lambda: appealed(session, story, certificate, at))
        assert told[: len(refused) or None] == refused


def test_an_appeal_is_made_once_with_grounds_and_only_when_revoked(database: Database, story: Story) -> None:
    with database.write() as session:
        certificate = certified(session, story)
        assert sentence(session, lambda: appealed(session, story, certificate))[:31] == (
            "This certificate is not revoked"
        )
        revoked(session, story, certificate)
        with pytest.raises(RuleError) as missing:
            revocations.appeal(
                session, certificate, " ", days=DAYS, by=story.who(session, "sponsor_a"), at=NOW
            )
        assert missing.value.field == "grounds"
        appealed(session, story, certificate)
        assert sentence(session, lambda: appealed(session, story, certificate))[:17] == "An appeal against"
        assert standing(certificate, ON) is Standing.REVOKED


@pytest.mark.parametrize("part", ["administrator", "administrator_2"])
def test_who_asked_or_confirmed_judges_no_appeal(database: Database, story: Story, part: str) -> None:
    with database.write() as session:
        story = rounds.cast(session, story)
        certificate = certified(session, story)
        row = revoked(session, story, certificate)
        appealed(session, story, certificate)
        with pytest.raises(NotAllowed, match="so others must judge"):
            judged(session, story, certificate, row, is_upheld=True, by=part)
        judged(session, story, certificate, row, is_upheld=True)
        with pytest.raises(NotAllowed, match="so others must judge"):
            settled(session, story, certificate, row, by=part)
        with pytest.raises(NotAllowed, match="It takes two people"):
            settled(session, story, certificate, row, by="administrator_3")


def test_what_is_confirmed_is_what_was_read(database: Database, story: Story) -> None:
    with database.write() as session:
        story = rounds.cast(session, story)
        certificate = certified(session, story)
        row = revoked(session, story, certificate)
        appealed(session, story, certificate)
        who = story.who(session, "administrator_4")
        with pytest.raises(Conflict):  # nothing is put forward yet
            revocations.settle(session, certificate, row.id, seen="", by=who, at=NOW)
        judged(session, story, certificate, row, is_upheld=True)
        seen = revocations.mark(row)
        judged(session, story, certificate, row, is_upheld=False, at=NOW + DAY)
        with pytest.raises(Conflict):
            revocations.settle(session, certificate, row.id, seen=seen, by=who, at=NOW + DAY)
        assert (row.settled_at, certificate.revoked_on) == (None, ON)


def test_c10_overturned_it_holds_again_and_past_days_keep_their_answer(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        story = rounds.cast(session, story)
        certificate = certified(session, story)
        row = revoked(session, story, certificate, NOW + DAY)
        appealed(session, story, certificate, NOW + 2 * DAY)
        judged(session, story, certificate, row, is_upheld=False, at=NOW + 3 * DAY)
        between, after = ON + 3 * DAY, ON + 5 * DAY
        assert held_on(session, certificate, between, between) == 0
        assert settled(session, story, certificate, row, NOW + 5 * DAY) is State.OVERTURNED
        assert (certificate.revoked_on, certificate.revoke_reason) == (None, "")
        assert standing(certificate, after) is Standing.GENUINE
        assert held_on(session, certificate, between, between) == 0  # as it was said on that day
        assert held_on(session, certificate, after, after) == 1
        assert rounds.faults(session) == []
        again = revocations.ask(
            session, certificate, "Another figure.", by=story.who(session, "administrator"), at=NOW + 6 * DAY
        )
        assert (again.id != row.id, rounds.faults(session)) == (True, [])


def test_upheld_it_stays_revoked_for_good(database: Database, story: Story) -> None:
    with database.write() as session:
        story = rounds.cast(session, story)
        certificate = certified(session, story)
        row = revoked(session, story, certificate)
        appealed(session, story, certificate)
        judged(session, story, certificate, row, is_upheld=True)
        assert settled(session, story, certificate, row) is State.UPHELD
        assert (certificate.revoked_on, rounds.faults(session)) == (ON, [])
        with pytest.raises(Conflict):
            judged(session, story, certificate, row, is_upheld=False)
        assert sentence(session, lambda: appealed(session, story, certificate))[:17] == "An appeal against"
