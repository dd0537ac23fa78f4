"""Checking a certificate by its token or number: C-08, C-09, C-10, C-12, C-15, L-07."""

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event

from app.actions import decisions
from app.actions.certificates import Issuer
from app.db import Database
from app.models import Certificate, Outcome, Person, Window
from app.rules.days import uk_day
from tests.conftest import Clock
from tests.forgeries.originals import original
from tests.holdings import ON, certificate, trust
from tests.judging import CODES, assigned, sealed, sealed_submission
from tests.letters import letters_read
from tests.story import NOW, Story
from tests.verifying import registered, verdict, words

pytestmark = pytest.mark.reaches_past
BrowserOf = Callable[[Person], TestClient]
ATTACKS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% include 'x' %}",
    "javascript:alert(1)",
    "' OR 1=1 --",
    "ARF-2026-000001' UNION SELECT token FROM certificate --",
    "\u202eARF-2026-000017",
]


@pytest.fixture
def held(database: Database, story: Story) -> Certificate:
    with database.write() as session:
        return certificate(session, story, trust(session, story, "T1"))


@pytest.mark.parametrize(
    ("columns", "word", "sentence"),
    [
        ({}, "Genuine and in date", "issued this certificate, and it is in date"),
        ({"expires_on": ON - timedelta(1)}, "Genuine, expired", "its last day was 21 November 2026"),
        (
            {"revoked_on": ON, "revoke_reason": "A figure was wrong."},
            "Revoked",
            "It was revoked on 22 November 2026 . Reason: A figure was wrong.",
        ),
        ({"superseded_on": ON}, "Superseded", "On 22 November 2026 it was replaced"),
    ],
)
def test_the_register_says_what_a_certificate_is_worth(
    columns: dict[str, object],
    word: str,
    sentence: str,
    database: Database,
    story: Story,
    client: TestClient,
    clock: Clock,
) -> None:
    with database.write() as session:
        made = registered(session, story, original(), **columns).certificate
    answers = [client.get(f"/verify/{made.token}"), client.get(f"/verify?number={made.number}")]
    assert [(one.status_code, verdict(one)) for one in answers] == [(200, word)] * 2
    assert [sentence.replace(" .", ".") in words(one).replace(" .", ".") for one in answers] == [True, True]


def test_a_superseded_certificate_names_the_next_one_and_leads_to_it(
    database: Database, story: Story, client: TestClient, held: Certificate, clock: Clock
) -> None:
    with database.write() as session:
        newer = certificate(session, story, trust(session, story, "T2"))
        newer.supersedes_id = held.id
        session.get_one(Certificate, held.id).superseded_on = ON
    page = client.get(f"/verify/{held.token}")
    link = re.findall(r'<a href="(/verify\?number=[^"]*)">([^<]*)</a>', page.text)
    assert (verdict(page), link) == ("Superseded", [(f"/verify?number={newer.number}", newer.number)])
    assert verdict(client.get(link[0][0])) == "Genuine and in date"


@pytest.mark.parametrize(("old", "new"), [("-", "-"), ("-", " - "), ("-", "–"), ("ARF", " arf"), ("0", "0 ")])
def test_a_number_is_found_however_it_was_typed(
    old: str, new: str, held: Certificate, client: TestClient
) -> None:
    typed = held.number.replace(old, new)
    assert verdict(client.get("/verify", params={"number": typed})) == "Genuine and in date"


@pytest.mark.parametrize(
    "path",
    [
        "/verify/" + "0" * 32,
        "/verify/" + "0" * 31,
        "/verify/%00",
        "/verify?number=ARF-2026-999999",
        "/verify?number=%27",
        "/verify?number=ARF-2026-٠٠٠٠١٧",
    ],
)
def test_c09_what_is_not_ours_is_said_so(path: str, client: TestClient) -> None:
    answer = client.get(path)
    assert (answer.status_code, verdict(answer), answer.headers["cache-control"]) == (
        404,
        "Not ours",
        "no-store",
    )


def test_c09_a_number_that_will_be_given_answers_as_a_number_that_never_will(
    database: Database, story: Story, client: TestClient, clock: Clock
) -> None:
    """The same bytes for the same question, while a recognition waits for its release."""
    number = "ARF-2026-000001"
    before = client.get(f"/verify?number={number}")
    with database.write() as session:
        submission = sealed_submission(session, story, "ZZA", "a")
        for review in assigned(session, story, submission):
            sealed(session, story, review, dict.fromkeys(CODES, 2))
        by = story.who(session, "administrator")
        decisions.decide(session, submission, story.framework, Outcome.RECOGNISED, "", {}, by=by, at=NOW)
        letters_read(session, story)
    decided = client.get(f"/verify?number={number}")
    assert (before.status_code, before.content) == (404, decided.content)
    with database.write() as session:
        window, issuer = session.get_one(Window, story.window_id), Issuer("Assembly", ("Director",))
        decisions.release(session, window, story.framework, issuer, by=by, at=NOW, on=uk_day(NOW))
    assert verdict(client.get(f"/verify?number={number}")) == "Genuine and in date"


def test_c09_a_token_is_128_random_bits(held: Certificate) -> None:
    assert re.fullmatch(r"[0-9a-f]{32}", held.token)


@pytest.mark.parametrize("attack", ATTACKS)
def test_c15_what_is_typed_stays_text(attack: str, client: TestClient, held: Certificate) -> None:
    for path, given in (("/verify", {"number": attack}), (f"/verify/{attack}", {})):
        answer = client.get(path, params=given)
        assert (answer.status_code, "<script>alert" in answer.text, "<img src=x" in answer.text) == (
            404,
            False,
            False,
        )
    assert "<img src=x" not in client.get("/verify", params={"number": attack}).text


def test_c15_names_and_reasons_stay_text(
    database: Database, story: Story, client: TestClient, clock: Clock
) -> None:
    attack = "<script>alert(1)</script>"
    with database.write() as session:
        made = registered(
            session,
            story,
            original(),
            organisation_name=attack,
            issuer_name=attack,
            framework_title=attack,
            illustrative_mark=attack,
            revoked_on=ON,
            revoke_reason=attack,
        ).certificate
    answer = client.get(f"/verify/{made.token}")
    assert (attack in answer.text, attack in words(answer), verdict(answer)) == (False, True, "Revoked")


@pytest.mark.parametrize("headers", [{"host": "evil.example"}, {"host": "evil.example:8000"}])
def test_c12_a_host_that_is_not_ours_is_refused(
    headers: dict[str, str], client: TestClient, held: Certificate
) -> None:
    answer = client.get(f"/verify/{held.token}", headers=headers)
    assert (answer.status_code, "evil.example" in answer.text) == (400, False)


@pytest.mark.parametrize("name", ["x-forwarded-host", "forwarded", "x-original-host", "x-host"])
def test_c08_c12_the_only_right_address_is_said_in_words_and_comes_from_the_settings(
    name: str, client: TestClient, held: Certificate
) -> None:
    for path in ("/verify", f"/verify/{held.token}", "/verify?number=x", f"/verify?number={held.number}"):
        answer = client.get(path, headers={name: "host=evil.example"})
        said = words(answer)
        assert "Certificates can be checked only at 127.0.0.1:8000/verify ." in said
        assert "evil.example" not in answer.text


def test_c10_a_revocation_is_public_at_once(
    database: Database, client: TestClient, held: Certificate, clock: Clock
) -> None:
    before = client.get(f"/verify/{held.token}")
    with database.write() as session:
        row = session.get_one(Certificate, held.id)
        row.revoked_on, row.revoke_reason = ON, "A figure was wrong."
    again = client.get(f"/verify/{held.token}", headers={"if-none-match": before.headers["etag"]})
    assert (verdict(before), again.status_code, verdict(again)) == ("Genuine and in date", 200, "Revoked")


def test_c10_the_last_day_ends_at_midnight_in_london(
    database: Database, client: TestClient, held: Certificate, clock: Clock
) -> None:
    """In summer too, when London is an hour ahead."""
    with database.write() as session:
        session.get_one(Certificate, held.id).expires_on = date(2027, 7, 1)
    found = []
    for hour, minute in ((22, 59), (23, 0)):
        clock.at = NOW.replace(year=2027, month=7, day=1, hour=hour, minute=minute)
        found.append(verdict(client.get(f"/verify/{held.token}")))
    assert found == ["Genuine and in date", "Genuine, expired"]


def test_l07_the_page_may_be_kept_for_less_than_a_minute_and_is_the_same_for_all(
    client: TestClient, held: Certificate, story: Story, browser_of: BrowserOf, clock: Clock
) -> None:
    lead = browser_of(story.people["lead_a"])
    answers = [one.get(f"/verify/{held.token}") for one in (client, lead)]
    assert answers[0].content == answers[1].content
    assert [one.headers["cache-control"] for one in answers] == ["public, max-age=30"] * 2
    kept = client.get(f"/verify/{held.token}", headers={"if-none-match": answers[0].headers["etag"]})
    assert (kept.status_code, kept.content, kept.headers["etag"]) == (304, b"", answers[0].headers["etag"])
    assert [one.headers.get("set-cookie") for one in answers] == [None, None]


def test_l07_pages_that_know_who_asks_are_never_kept(client: TestClient, held: Certificate) -> None:
    paths = ("/verify", f"/verify?number={held.number}", "/verify?number=x")
    assert [client.get(path).headers["cache-control"] for path in paths] == ["no-store"] * 3


def test_l07_one_statement_answers_a_token(
    database: Database, client: TestClient, held: Certificate, story: Story, browser_of: BrowserOf
) -> None:
    lead = browser_of(story.people["lead_a"])
    said: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *given: said.append(given[2]))
    for one in (client, lead):
        said.clear()
        one.get(f"/verify/{held.token}")
        assert len([statement for statement in said if " FROM " in statement.replace("\n", " ")]) == 1
    said.clear()
    client.get("/verify/nothing-like-a-token")
    assert [statement for statement in said if " FROM " in statement.replace("\n", " ")] == []
