"""Meetings over HTTP: held from plan to minutes, and shown to each person as far as they may know."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.actions import meetings as actions
from app.adapters import form_pdf
from app.db import Database
from app.models import (
    AgreedScore,
    Meeting,
    MeetingItem,
    Membership,
    Minute,
    Person,
    Role,
    SignInSession,
    Status,
    Submission,
)
from app.queries.meetings import conflict_of
from tests.conftest import Clock
from tests.digests import event_count
from tests.judging import assigned, in_moderation, refetched
from tests.meetings import item_of, opened, planned, waiting
from tests.story import NOW, Story

Browser = Callable[[Person], TestClient]
# Submissions are put into moderation without their reviews; the first test goes the whole way.
pytestmark = pytest.mark.reaches_past


@dataclass
class Held:
    """An open meeting with trusts A, B and C on its agenda, and the item of each."""

    id: UUID
    items: dict[str, UUID]
    submissions: dict[str, UUID]

    @property
    def path(self) -> str:
        return f"/meetings/{self.id}"


@pytest.fixture
def held(database: Database, story: Story) -> Held:
    with database.write() as session:
        found = waiting(session, story, "ZZA", "ZZB", "ZZC")
        meeting = planned(session, story)
        opened(session, story, meeting, "moderator")
        items = {code: item_of(session, meeting, one).id for code, one in found.items()}
        return Held(meeting.id, items, {code: one.id for code, one in found.items()})


def test_a_meeting_is_planned_held_and_minuted(database: Database, story: Story, browser_of: Browser) -> None:
    with database.write() as session:
        submission = in_moderation(session, story)[0].id
    browser = browser_of(story.people["moderator"])
    form = {
        "name": "Moderation, December",
        "window": str(story.window_id),
        "held-day": "3",
        "held-month": "12",
        "held-year": "2026",
        "about": "both",
        f"person-{story.people['moderator'].id}": "yes",
        f"person-{story.people['administrator_of_a'].id}": "yes",
    }
    path = sent(browser, "/meetings/new", form)
    page = browser.get(path).text
    assert "Item 1: " in page
    assert "Out for this item: 1 person: Administrator who works for trust A." in " ".join(page.split())
    sent(browser, f"{path}/open")
    for part in ("moderator", "administrator_of_a"):
        sent(browser, f"{path}/attendance", {"person": str(story.people[part].id), "do": "come"})
    with database.read() as session:
        (item,) = session.exec(select(MeetingItem.id)).all()
    here = f"/meeting-items/{item}"
    refused = browser.post(f"{here}/open")
    assert (refused.status_code, "Mark who left first." in refused.text) == (422, True)
    leaves = {"person": str(story.people["administrator_of_a"].id), "do": "leave"}
    sent(browser, f"{path}/attendance", leaves)
    sent(browser, f"{here}/open")
    sent(browser, f"{here}/minutes", {"criterion": "B01", "text": "The board minute was read again."})
    for code in ("B01", "B02"):
        agreed = {"code": code, "score": "2", "reason": f"Seen together for {code}."}
        sent(browser, f"{here}/agreed", agreed)
    with database.read() as session:
        assert refetched(session, submission).status is Status.AWAITING_DECISION
    decider = browser_of(story.people["administrator"]).get(here).text
    assert f'href="/submissions/{submission}/decision"' in decider
    sent(browser, f"{here}/close")
    assert sent(browser, f"{path}/close") == f"{path}/minutes"
    told = " ".join(browser.get(f"{path}/minutes").text.split())
    for words in (
        "The board minute was read again.",
        "<strong>Agreed score 2.</strong>",
        "Seen together for B02.",
        "Administrator who works for trust A. Works for Fictional trust A.",
        "Moderator, from 12:00 to 12:00",
    ):
        assert words in told


def sent(browser: TestClient, path: str, form: dict[str, str] | None = None) -> str:
    answer = browser.post(path, data=form or {})
    assert (path, answer.status_code) == (path, 303)
    return str(answer.headers["location"])


PAGES = ("", "/version", "/minutes", "/minutes.pdf")


def as_html(html: str) -> bytes:
    return html.encode()


def test_b19_what_is_not_shown_is_the_same_bytes_whichever_submission_it_is(
    held: Held, database: Database, story: Story, browser_of: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trust A's and trust C's items change places, one of them with minutes, an agreed score and a closing time."""
    monkeypatch.setattr(form_pdf, "draw", as_html)
    visitor = browser_of(story.people["administrator_of_a"])
    pages = {path: visitor.get(held.path + path).content for path in PAGES}
    listed = visitor.get("/meetings").content
    with database.write() as session:
        items = {code: session.get_one(MeetingItem, id_) for code, id_ in held.items.items()}
        items["ZZA"].place, items["ZZC"].place = items["ZZC"].place, items["ZZA"].place
        by = story.who(session, "moderator")
        meeting = session.get_one(Meeting, held.id)
        submission = session.get_one(Submission, held.submissions["ZZA"])
        actions.open_item(session, meeting, items["ZZA"], submission, by=by, at=NOW)
        actions.write_minute(session, meeting, items["ZZA"], "B01", "Trust A said", by=by, at=NOW)
        actions.close_item(session, meeting, items["ZZA"], by=by, at=NOW + timedelta(minutes=5))
        session.add(
            AgreedScore(
                submission_id=submission.id,
                criterion_code="B01",
                score=2,
                reason="Trust A agreed",
                agreed_at=NOW,
                agreed_by_id=by.person_id,
            )
        )
    assert {path: visitor.get(held.path + path).content for path in PAGES} == pages
    assert visitor.get("/meetings").content == listed
    for path in PAGES:
        text = pages[path].decode()
        names = ("trust A", "trust C", "Trust A", "ZZA", "ZZC")
        own = text.replace("works for trust A", "").replace("works for trust C", "")
        assert (path, [name for name in names if name in own]) == (path, [])
    assert pages[""].decode().count("not shown to you") == 2


def test_b19_of_an_item_with_a_conflict_nothing_answers(
    held: Held, database: Database, story: Story, browser_of: Browser
) -> None:
    visitor, before = browser_of(story.people["administrator_of_a"]), event_count(database)
    for code in ("ZZA", "ZZC"):
        for path, method in (
            ("", "GET"),
            ("/open", "POST"),
            ("/close", "POST"),
            ("/minutes", "POST"),
            ("/agreed", "POST"),
        ):
            hidden, nothing = (
                visitor.request(method, f"/meeting-items/{id_}{path}", data={"text": "x", "code": "B01"})
                for id_ in (held.items[code], uuid4())
            )
            assert (path, hidden.status_code, hidden.content) == (path, 404, nothing.content)
    assert visitor.get(f"/meeting-items/{held.items['ZZB']}").status_code == 200
    assert event_count(database) == before


def test_b15_a_moderator_who_reviews_a_submission_does_not_see_its_item(
    held: Held, database: Database, story: Story, browser_of: Browser
) -> None:
    reviewer = story.people["reviewer_1"]
    with database.write() as session:
        session.add(Membership(person_id=reviewer.id, role=Role.MODERATOR, granted_at=NOW))
        submission = session.get_one(Submission, held.submissions["ZZB"])
        submission.status = Status.SUBMITTED
        assigned(session, story, submission, "reviewer_1")
        submission.status = Status.IN_MODERATION
    visitor = browser_of(reviewer)
    page = visitor.get(held.path).text
    assert (page.count("not shown to you"), "Fictional trust B" in page) == (1, False)
    assert visitor.get(f"/meeting-items/{held.items['ZZB']}").status_code == 404
    assert visitor.get(f"/meeting-items/{held.items['ZZA']}").status_code == 200


def test_who_may_know_of_meetings(held: Held, story: Story, browser_of: Browser) -> None:
    found = {}
    for part in ("lead_a", "reviewer_1", "icb_viewer_1", "moderator", "administrator", "administrator_of_a"):
        browser = browser_of(story.people[part])
        paths = ("/meetings", "/meetings/new", held.path, f"{held.path}/minutes", f"{held.path}/version")
        found[part] = {browser.get(path).status_code for path in paths}
    assert found == {
        "lead_a": {404},
        "reviewer_1": {404},
        "icb_viewer_1": {404},
        "moderator": {200},
        "administrator": {200},
        "administrator_of_a": {200},
    }


def test_an_agreed_score_takes_a_moderator_and_an_open_item(
    held: Held, database: Database, story: Story, browser_of: Browser
) -> None:
    here, form = f"/meeting-items/{held.items['ZZB']}", {"code": "B01", "score": "2", "reason": "Seen"}
    administrator, moderator = (browser_of(story.people[part]) for part in ("administrator", "moderator"))
    assert administrator.post(f"{here}/agreed", data=form).status_code == 403
    early = moderator.post(f"{here}/agreed", data=form)
    assert (early.status_code, "This item is not open. Open it first." in early.text) == (409, True)
    sent(moderator, f"{here}/open")
    answers = [
        (form | {"code": ""}, "Select the criterion."),
        (form | {"score": ""}, "This criterion is not in the sealed copy."),  # nobody has reviewed it
    ]
    for typed, sentence in answers:
        answer = moderator.post(f"{here}/agreed", data=typed)
        assert (answer.status_code, sentence in answer.text) == (422, True)
    with database.read() as session:
        assert session.exec(select(AgreedScore)).all() == []


def test_the_version_changes_with_what_the_page_shows(
    held: Held, database: Database, story: Story, browser_of: Browser
) -> None:
    browser = browser_of(story.people["moderator"])
    seen = [version(browser, held)]
    sent(browser, f"/meeting-items/{held.items['ZZB']}/open")
    seen.append(version(browser, held))
    sent(browser, f"/meeting-items/{held.items['ZZB']}/minutes", {"text": "Said"})
    seen.append(version(browser, held))
    sent(browser, f"{held.path}/attendance", {"person": str(story.people["reviewer_1"].id)})
    seen.append(version(browser, held))
    assert len(set(seen)) == 4
    assert version(browser, held) == seen[-1]
    assert f'data-meeting-version="{seen[-1]}"' in browser.get(held.path).text
    with database.read() as session:
        assert [row.text for row in session.exec(select(Minute)).all()] == ["Said"]


def version(browser: TestClient, held: Held) -> str:
    return str(browser.get(f"{held.path}/version").json()["version"])


def test_asking_for_the_version_keeps_nobody_signed_in(
    held: Held, database: Database, story: Story, browser_of: Browser, clock: Clock
) -> None:
    browser = browser_of(story.people["moderator"])
    clock.at = NOW + timedelta(minutes=10)
    before = event_count(database)
    version(browser, held)
    with database.read() as session:
        assert _last_seen(session, story) == NOW
    browser.get(held.path)
    with database.read() as session:
        assert _last_seen(session, story) == NOW + timedelta(minutes=10)
    assert event_count(database) == before


def _last_seen(session: Session, story: Story) -> object:
    found = select(SignInSession.seen_at).where(SignInSession.person_id == story.people["moderator"].id)
    return session.exec(found).one()


def test_what_is_out_is_by_the_rule_of_conflicts(held: Held, database: Database, story: Story) -> None:
    with database.read() as session:
        told = {
            code: conflict_of(story.who(session, "reviewer_of_c"), session.get_one(Submission, id_))
            for code, id_ in held.submissions.items()
        }
    assert told == {
        "ZZA": "Works for Fictional trust C, in the same ICB.",
        "ZZB": "",
        "ZZC": "Works for Fictional trust C.",
    }
