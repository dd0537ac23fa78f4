"""The pages of a window, and what follows from its release."""

from collections.abc import Callable
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from app.actions import decisions, revocations
from app.actions.certificates import Issuer
from app.db import Database
from app.models import Outcome, Person, Submission, Window
from app.queries.certificates import by_number
from app.rules.days import uk_day
from app.rules.errors import RuleError
from tests.judging import CODES, assigned, sealed, sealed_submission
from tests.letters import letters_read
from tests.story import NOW, Story

Browser = Callable[[Person], TestClient]


@pytest.fixture
def decided(database: Database, story: Story) -> UUID:
    """Trust A's submission, decided and waiting for its window."""
    with database.write() as session:
        submission = sealed_submission(session, story)
        for review in assigned(session, story, submission):
            sealed(session, story, review, dict.fromkeys(CODES, 2))
        by = story.who(session, "administrator")
        decisions.decide(session, submission, story.framework, Outcome.RECOGNISED, "", {}, by=by, at=NOW)
        return submission.id


def release(database: Database, story: Story) -> None:
    with database.write() as session:
        window, by = session.get_one(Window, story.window_id), story.who(session, "administrator")
        issuer = Issuer("The Assembly", ("Director",))
        letters_read(session, story)
        decisions.release(session, window, story.framework, issuer, by=by, at=NOW, on=uk_day(NOW))


def test_b19_a_window_tells_an_administrator_nothing_of_where_they_have_a_conflict(
    decided: UUID, database: Database, story: Story, browser_of: Browser
) -> None:
    pages = ("/windows", f"/windows/{story.window_id}/release")

    def names_trust_a(part: str) -> list[bool]:
        browser = browser_of(story.people[part])
        return ["Fictional trust A" in browser.get(page).text for page in pages]

    def counts(part: str) -> list[str]:
        return browser_of(story.people[part]).get("/windows").text.split("<td>")[-4:-2]

    assert (names_trust_a("administrator"), names_trust_a("administrator_of_a")) == (
        [False, True],
        [False, False],
    )
    assert ("1</td>" in counts("administrator")[1], "1</td>" in counts("administrator_of_a")[1]) == (
        True,
        False,
    )
    release(database, story)
    assert (names_trust_a("administrator"), names_trust_a("administrator_of_a")) == (
        [False, True],
        [False, False],
    )


def test_the_submission_leads_to_its_certificate_once_it_is_released(
    decided: UUID, database: Database, story: Story, browser_of: Browser
) -> None:
    def has_link(part: str) -> bool:
        return 'href="/certificates/' in browser_of(story.people[part]).get(f"/submissions/{decided}").text

    assert [has_link(part) for part in ("administrator", "lead_a")] == [False, False]
    release(database, story)
    assert [has_link(part) for part in ("administrator", "lead_a", "reviewer_1", "moderator")] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize("reason", [" ", "bell \x07", "x" * 10_001])
def test_a_reason_that_can_t_be_kept_revokes_nothing(
    reason: str, decided: UUID, database: Database, story: Story
) -> None:
    release(database, story)
    with database.write() as session:
        certificate = by_number(session, "ARF-2026-000001")
        assert certificate is not None
        by = story.who(session, "administrator")
        with pytest.raises(RuleError) as refused:
            revocations.ask(session, certificate, reason, by=by, at=NOW)
        assert (refused.value.field, certificate.revoked_on) == ("reason", None)


@pytest.mark.parametrize("text", ["bell \x07", "x" * 10_001])
def test_a_decision_s_text_that_can_t_be_kept_decides_nothing(
    text: str, database: Database, story: Story
) -> None:
    with database.write() as session:
        submission = sealed_submission(session, story)
        for review in assigned(session, story, submission):
            sealed(session, story, review, dict.fromkeys(CODES, 2))
        by = story.who(session, "administrator")
        told = {}
        for reason, conditions in ((text, {}), ("Why", {"B01": text})):
            with pytest.raises(RuleError) as refused:
                decisions.decide(
                    session,
                    submission,
                    story.framework,
                    Outcome.NOT_YET,
                    reason,
                    conditions,
                    by=by,
                    at=NOW,
                )
            told[refused.value.field] = session.get_one(Submission, submission.id).status.value
        assert told == {"reason": "awaiting decision", "condition-B01": "awaiting decision"}
