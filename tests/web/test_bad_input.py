"""Bad input gets a clear page, or JSON, and changes nothing: every table is the same before and after."""

import io
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import anyio
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import select
from starlette.types import Message

from app.actions import reviews, sign_in
from app.config import Settings
from app.db import Database
from app.models import Mail, SealedCopy, Submission
from app.queries import audit
from tests import steps
from tests.conftest import Clock
from tests.digests import digest
from tests.story import NOW, Story
from tests.walk import BrowserOf, errors_of, title_of

CHANGED = "This has changed since you opened it"
UNREADABLE = "This could not be read"
MISSING = "Page not found"
FORBIDDEN = "You can't do this"
TOO_LARGE = "Too large"
OPEN_ALREADY = (
    "! This level is already with the sponsor or the Assembly. Open the submission to see where it is."
)
TOO_LATE_TO_DECLINE = "! This submission can no longer be declined. Open it to see where it is."
STALE_SCORE = "! This score was saved in another window since you opened it."
STALE_LIST = (
    "! A score or mark was changed in another window since you opened this page. Check the list again."
)
INCOMPLETE = "! The form was not complete. Reload the page and try again."
RANDOM = UUID("00000000-0000-4000-8000-000000000000")


@dataclass(frozen=True)
class World:
    """Trust A waits for its sponsor; of trust B one review is sealed and the other started."""

    paths: Mapping[str, str]

    def path(self, template: str) -> str:
        return template.format(**self.paths)


@pytest.fixture
def world(database: Database, story: Story, clock: Clock) -> World:
    with database.write() as session:
        a = steps.handed_over(session, story)
        b = steps.handed_over(session, story, code="ZZB", lead="lead_b", sponsor="sponsor_b")
        steps.sign(session, story, b, sponsor="sponsor_b")
        first = steps.assigned(session, story, b, "reviewer_1")
        second = steps.assigned(session, story, b, "reviewer_2")
        steps.reviewed(session, story, b, first, "reviewer_1")
        reviews.start(session, second, by=story.who(session, "reviewer_2"), at=NOW)
        paths = {
            "answers": f"/self-assessments/{a.self_assessment_id}",
            "a": f"/submissions/{a.id}",
            "b": f"/submissions/{b.id}",
            "sealed": f"/reviews/{first.id}",
            "started": f"/reviews/{second.id}",
            "sealed_id": str(first.id),
            "library": f"/organisations/{a.organisation_id}/evidence",
            "window": f"/windows/{story.window_id}",
            "random": str(RANDOM),
        }
    return World(paths)


@dataclass(frozen=True)
class Case:
    """Who sends what to where, and what the page that answers is called (or its first error, after "! ")."""

    part: str
    path: str
    status: int
    told: str
    form: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)


def multipart(*fields: tuple[str, str], file: str = "") -> dict[str, Any]:
    files: list[tuple[str, Any]] = [(name, (None, text)) for name, text in fields]
    return {"files": [*files, (file, ("a.txt", io.BytesIO(b"text"), "text/plain"))] if file else files}


def raw(body: bytes | str, kind: str = "application/x-www-form-urlencoded") -> dict[str, Any]:
    return {"content": body, "headers": {"content-type": kind}}


SCORE = {"score": "2", "reason": "A reason.", "private-note": "", "version": "1"}
ANSWER = {"form-seen": "", "form-finished": "yes", "narrative": "Changed."}
PART = b'--x\r\ncontent-disposition: form-data; name="a"\r\n\r\n\r\n'
REASON = {"reason": "A reason."}
CASES = {
    # hidden buttons replayed
    "hand over again while it is open": Case(
        "lead_a", "{answers}/submit/bronze", 409, OPEN_ALREADY, {"window": "WINDOW", "sponsor": "SPONSOR"}
    ),
    "hand over in a window that is none": Case(
        "lead_a",
        "{answers}/submit/bronze",
        422,
        "! Choose the window to submit in.",
        {"window": str(RANDOM), "sponsor": "SPONSOR"},
    ),
    "sign as the lead": Case("lead_a", "{a}/sign", 403, FORBIDDEN, {"read": "yes"}),
    "sign twice": Case("sponsor_b", "{b}/sign", 409, CHANGED, {"read": "yes", "content": "0" * 64}),
    "decline what is signed": Case("sponsor_b", "{b}/decline", 409, TOO_LATE_TO_DECLINE, REASON),
    "withdraw without a reason": Case("lead_b", "{b}/withdraw", 422, "! Enter a reason.", {"reason": " "}),
    "assign before it is signed": Case("administrator", "{a}/reviewers", 409, CHANGED, {"REVIEWER": "yes"}),
    "remove a sealed review": Case("administrator", "{b}/reviewers/{sealed_id}/remove", 404, MISSING, REASON),
    "start a sealed review": Case("reviewer_1", "{sealed}/start", 409, CHANGED),
    "seal twice": Case("reviewer_1", "{sealed}/seal", 409, CHANGED),
    "moderate with a review missing": Case("moderator", "{b}/moderation/B01", 404, MISSING, SCORE),
    "decide with a review missing": Case(
        "administrator", "{b}/decision", 409, CHANGED, {"outcome": "recognised"}
    ),
    "decide what is not signed": Case(
        "administrator", "{a}/decision", 409, CHANGED, {"outcome": "recognised"}
    ),
    "release with a review missing": Case("administrator", "{window}/release", 409, CHANGED),
    "revoke what is not there": Case("administrator", "/certificates/{random}/revoke", 404, MISSING, REASON),
    # out of time or order
    "score after sealing": Case(
        "reviewer_1", "{sealed}/criteria/B01", 409, CHANGED, {**SCORE, "version": "2"}
    ),
    "score from a stale page": Case(
        "reviewer_2", "{started}/criteria/B01", 409, STALE_SCORE, {**SCORE, "version": "7"}
    ),
    "sign what was not read": Case("sponsor_a", "{a}/sign", 409, "", {"read": "yes", "content": "0" * 64}),
    "seal with scores missing": Case("reviewer_2", "{started}/seal", 409, STALE_LIST, {"seen": "x"}),
    # wrong types
    "nothing of what was typed over": Case(
        "lead_a", "{answers}/criteria/B01", 400, UNREADABLE, {"narrative": "Changed."}
    ),
    "another person's page": Case(
        "lead_a", "{answers}/criteria/B01", 409, CHANGED, {**ANSWER, "form-person": str(RANDOM)}
    ),
    "a score of 4": Case(
        "reviewer_2", "{started}/criteria/B01", 422, "! Choose a score from 0 to 3.", {**SCORE, "score": "4"}
    ),
    "text for a score": Case(
        "reviewer_2",
        "{started}/criteria/B01",
        422,
        "! Choose a score from 0 to 3.",
        {**SCORE, "score": "two"},
    ),
    "no version of a score": Case(
        "reviewer_2", "{started}/criteria/B01", 422, INCOMPLETE, {**SCORE, "version": ""}
    ),
    "a file where text is wanted": Case(
        "lead_a",
        "{answers}/criteria/B01",
        400,
        UNREADABLE,
        more=multipart(("form-finished", "yes"), file="form-seen"),
    ),
    "a file where a reason is wanted": Case(
        "lead_b", "{b}/withdraw", 422, "! Enter a reason.", more=multipart(file="reason")
    ),
    "text where a file is wanted": Case("lead_a", "{library}/new", 422, "", {"file": "text", "title": "T"}),
    "two files": Case(
        "lead_a",
        "{library}/new",
        400,
        UNREADABLE,
        more={"files": [("file", ("a.txt", b"a")), ("other", ("b.txt", b"b"))]},
    ),
    "no id for a reviewer": Case(
        "administrator", "{b}/reviewers", 422, "! Select a reviewer from the list.", {"reviewer-one": "yes"}
    ),
    "a level that is none": Case("lead_a", "{answers}/submit/platinum", 404, MISSING),
    "a criterion that is none": Case("lead_a", "{answers}/criteria/Z99", 404, MISSING, ANSWER),
    "an id that is none": Case("lead_a", "/submissions/1%27%20OR%201=1/withdraw", 404, MISSING, REASON),
    "an outcome that is none": Case(
        "administrator", "{b}/decision", 422, "! Select an outcome.", {"outcome": "Gold"}
    ),
    # shapes
    "the same field twice": Case(
        "lead_a", "{answers}/criteria/B01", 400, UNREADABLE, more=raw("form-seen=1&form-seen=2")
    ),
    "the same parameter twice": Case("lead_a", "{answers}/criteria/B01?a=1&a=2", 400, UNREADABLE, ANSWER),
    "500,000 fields": Case("lead_a", "{answers}/criteria/B01", 400, UNREADABLE, more=raw("a&" * 500_000)),
    "500,000 parts": Case(
        "lead_a",
        "{library}/new",
        400,
        UNREADABLE,
        more=raw(PART * 25_000 + b"--x--", "multipart/form-data; boundary=x"),
    ),
    "a body over the limit": Case(
        "lead_a", "{answers}/criteria/B01", 413, TOO_LARGE, more=raw("narrative=" + "x" * 2_100_000)
    ),
    "a multipart body without a boundary": Case(
        "lead_a", "{answers}/criteria/B01", 400, UNREADABLE, more=raw("x", "multipart/form-data")
    ),
    "JSON where a form is wanted": Case(
        "lead_a", "{answers}/criteria/B01", 400, UNREADABLE, more={"json": ANSWER}
    ),
    "no body": Case("lead_a", "{answers}/criteria/B01", 400, UNREADABLE),
}


@pytest.mark.parametrize("name", CASES)
def test_bad_input_gets_a_clear_page_and_changes_nothing(
    name: str, world: World, database: Database, story: Story, browser_of: BrowserOf
) -> None:
    case = CASES[name]
    browser = browser_of(story.people[case.part])
    before = digest(database)
    answer = browser.post(world.path(case.path), **_body(case, story))
    told = title_of(answer.text).partition(" - ")[0]
    if case.told.startswith("! "):
        told = f"! {errors_of(answer.text)[0]}"
    assert (answer.status_code, told if case.told else "") == (case.status, case.told)
    assert "Traceback" not in answer.text
    assert digest(database) == before


def _body(case: Case, story: Story) -> dict[str, Any]:
    named = {
        "WINDOW": str(story.window_id),
        "SPONSOR": str(story.people["sponsor_a"].id),
        "REVIEWER": f"reviewer-{story.people['reviewer_3'].id}",
    }
    form = {named.get(name, name): named.get(text, text) for name, text in case.form.items()}
    return {"data": form, **case.more} if form else dict(case.more)


@pytest.mark.parametrize(
    "name",
    [
        "sign as the lead",
        "the same field twice",
        "score after sealing",
        "a body over the limit",
        "a level that is none",
    ],
)
def test_failures_are_json_for_who_asks_for_it(
    name: str, world: World, database: Database, story: Story, browser_of: BrowserOf
) -> None:
    case = CASES[name]
    body = _body(case, story)
    headers = {**body.pop("headers", {}), "accept": "application/json"}
    answer = browser_of(story.people[case.part]).post(world.path(case.path), headers=headers, **body)
    assert (answer.status_code, answer.json()["error"], set(answer.json())) == (
        case.status,
        case.told,
        {"error", "detail", "reference"},
    )


def test_submit_after_close(
    world: World, database: Database, story: Story, browser_of: BrowserOf, clock: Clock
) -> None:
    """Judged by the one clock at the transaction: a form opened in time and sent too late is too late."""
    sponsor = browser_of(story.people["sponsor_a"])
    with database.read() as session:
        submission = session.get_one(Submission, UUID(world.paths["a"].rpartition("/")[2]))
        seen = steps.seen(session, story, submission)
    clock.at = NOW + timedelta(days=30)
    with_session(sponsor, database, story, clock, "sponsor_a")
    before = digest(database)
    answer = sponsor.post(f"{world.paths['a']}/sign", data={"read": "yes", "content": seen})
    closed = "Autumn 2026 has closed. Nothing you wrote is lost: choose the next window."
    assert (answer.status_code, errors_of(answer.text)) == (422, [closed])
    assert digest(database) == before


def with_session(browser: TestClient, database: Database, story: Story, clock: Clock, part: str) -> None:
    """Sign in anew, for the clock has moved past the end of the session."""
    with database.write() as session:
        token = sign_in.open_session(session, story.people[part].id, at=clock.at)
    browser.cookies.clear()
    browser.cookies.set("portal", token)


def test_sign_after_withdraw(world: World, database: Database, story: Story, browser_of: BrowserOf) -> None:
    lead, sponsor = (browser_of(story.people[part]) for part in ("lead_a", "sponsor_a"))
    assert lead.post(f"{world.paths['a']}/withdraw", data=REASON).status_code == 303
    before = digest(database)
    answer = sponsor.post(f"{world.paths['a']}/sign", data={"read": "yes", "content": "0" * 64})
    assert (answer.status_code, title_of(answer.text).partition(" - ")[0]) == (409, CHANGED)
    assert "This submission can no longer be signed." in answer.text
    assert digest(database) == before


def test_an_expired_and_a_used_link(
    database: Database, story: Story, client: TestClient, clock: Clock, settings: Settings
) -> None:
    email = story.people["lead_a"].email
    links = [_link(database, settings, email, clock) for _ in range(2)]
    assert client.post(links[0], data={}).status_code == 303
    client.cookies.clear()
    clock.at += timedelta(minutes=15)
    before = digest(database)
    answers = [client.post(path, data={}) for path in (*links, f"/sign-in/link/{'x' * 43}")]
    assert {(one.status_code, title_of(one.text).partition(" - ")[0]) for one in answers} == {
        (410, title_of(answers[0].text).partition(" - ")[0])
    }
    assert "link" in title_of(answers[0].text)
    assert [one.cookies.get("portal") for one in answers] == [None] * 3
    assert digest(database) == before


def _link(database: Database, settings: Settings, email: str, clock: Clock) -> str:
    with database.write() as session:
        known = {row.id for row in session.exec(select(Mail)).all()}
        sign_in.ask(session, email, settings, at=clock.at)
        (mail,) = [row for row in session.exec(select(Mail)).all() if row.id not in known]
        return "/sign-in/link/" + mail.body.partition("/sign-in/link/")[2].split()[0]


@pytest.mark.parametrize(
    "case",
    [
        Case("lead_a", "{answers}/criteria/B01", 400, "", more={"kind": "application/x-www-form-urlencoded"}),
        Case("lead_a", "{library}/new", 400, "", more={"kind": "multipart/form-data; boundary=x"}),
    ],
    ids=["a form", "an upload"],
)
def test_a_body_cut_at_half(
    case: Case,
    world: World,
    app: FastAPI,
    database: Database,
    story: Story,
    browser_of: BrowserOf,
    tmp_path: Path,
) -> None:
    """The connection ends in the middle. Nothing is saved, and no file is left behind."""
    cookie = browser_of(story.people[case.part]).cookies["portal"]
    before = digest(database)
    half = b'--x\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhalf'
    body = half if "multipart" in case.more["kind"] else b"form-seen=1&form-finished=yes&narr"
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": True}]
    sent = anyio.run(_cut, app, world.path(case.path), cookie, case.more["kind"], messages)
    assert [one["status"] for one in sent if one["type"] == "http.response.start"] == [case.status]
    assert digest(database) == before
    assert [path for path in (tmp_path / "evidence").rglob("*") if path.is_file()] == []


async def _cut(app: FastAPI, path: str, cookie: str, kind: str, messages: list[Message]) -> list[Message]:
    sent: list[Message] = []

    async def receive() -> Message:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = {
        "host": "127.0.0.1:8000",
        "sec-fetch-site": "same-origin",
        "cookie": f"portal={cookie}",
        "content-type": kind,
        "content-length": "100000",
    }
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), text.encode()) for name, text in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
        "state": {},
    }
    await app(scope, receive, send)
    return sent


def test_k11_two_submits_at_once_make_one_submission_and_one_receipt(
    world: World, database: Database, story: Story, browser_of: BrowserOf
) -> None:
    """The button pressed twice, in two requests that travel together."""
    lead = browser_of(story.people["lead_a"])
    assert lead.post(f"{world.paths['a']}/withdraw", data=REASON).status_code == 303
    form = {"window": str(story.window_id), "sponsor": str(story.people["sponsor_a"].id)}
    handed = _at_once(browser_of, story, "lead_a", f"{world.paths['answers']}/submit/bronze", form)
    assert sorted(status for status, _ in handed) == [303, 409]
    (path,) = [where for status, where in handed if status == 303]
    with database.read() as session:
        submission = session.get_one(Submission, UUID(path.rpartition("/")[2]))
        seen = steps.seen(session, story, submission)
        session.expunge(submission)
    signed = _at_once(browser_of, story, "sponsor_a", f"{path}/sign", {"read": "yes", "content": seen})
    assert {where for status, where in signed if status == 303} == {f"{path}/receipt"}
    with database.read() as session:
        lines = [one for one in steps.events(session, submission) if one[0] == "sign"]
        copies = session.exec(select(SealedCopy).where(SealedCopy.submission_id == submission.id)).all()
        assert (lines, len(copies), audit.verify(session)) == ([("sign", "submitted")], 1, [])


def _at_once(
    browser_of: BrowserOf, story: Story, part: str, path: str, form: dict[str, str]
) -> list[tuple[int, str]]:
    browsers, start = [browser_of(story.people[part]) for _ in range(2)], threading.Barrier(2)

    def press(browser: TestClient) -> tuple[int, str]:
        start.wait()
        answer = browser.post(path, data=form)
        return answer.status_code, answer.headers.get("location", "")

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(press, browsers))
