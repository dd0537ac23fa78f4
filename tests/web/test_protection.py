"""What stands around every request: origin, size, shape, headers, and what is said when something breaks."""

from collections.abc import Callable, Iterator
from html import escape
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy.exc import DataError, OperationalError
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from structlog.testing import capture_logs

from app.config import MEGABYTE, Settings
from app.db import Database
from app.models import Person
from app.web.guards import routes_of
from app.web.protection import CONTENT_POLICY, Protection
from app.web.transaction import SAFE_METHODS
from tests import steps
from tests.conftest import ORIGIN, Clock
from tests.story import Story

BrowserOf = Callable[[Person], TestClient]
BROKEN = "/home"


def unsafe_paths(app: FastAPI) -> list[tuple[str, str]]:
    """Every route that changes something, with made-up ids."""
    found = []
    for route in routes_of(app):
        path = route.path
        while "{" in path:
            before, _, rest = path.partition("{")
            path = before + str(uuid4()) + rest.partition("}")[2]
        found += [(method, path) for method in sorted(route.methods - SAFE_METHODS)]
    return found


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "null"},
        {"origin": "https://evil.example"},
        {"origin": "http://127.0.0.1:8001"},
        {"origin": "https://127.0.0.1:8000"},
        {"referer": f"{ORIGIN}/home"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": "cross-site", "origin": ORIGIN},
    ],
)
def test_w13_no_other_site_changes_anything(app: FastAPI, headers: dict[str, str]) -> None:
    stranger = TestClient(app, base_url=ORIGIN, follow_redirects=False, raise_server_exceptions=False)
    paths = unsafe_paths(app)
    accepted = [
        path for method, path in paths if stranger.request(method, path, headers=headers).status_code != 403
    ]
    assert (accepted, len(paths) > 10) == ([], True)


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "same-origin"}, {"origin": ORIGIN}])
def test_a_form_of_the_portal_itself_is_accepted(app: FastAPI, headers: dict[str, str]) -> None:
    own = TestClient(app, base_url=ORIGIN, follow_redirects=False)
    assert own.post("/sign-in", data={"email": "a@example.invalid"}, headers=headers).status_code == 303


def chunks(size: int) -> Iterator[bytes]:
    yield b"email="
    for _ in range(size // 1000):
        yield b"a" * 1000


@pytest.mark.parametrize("kind", ["named length", "chunked"])
def test_a_form_over_the_limit_gets_a_clear_page(client: TestClient, settings: Settings, kind: str) -> None:
    size = settings.form_megabytes * MEGABYTE + 10_000
    content: Any = b"email=" + b"a" * size if kind == "named length" else chunks(size)
    answer = client.post(
        "/sign-in", content=content, headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert (answer.status_code, answer.headers["content-type"]) == (413, "text/html; charset=utf-8")
    assert "<h1" in answer.text
    assert "larger than the portal takes" in answer.text
    assert answer.headers["content-security-policy"] == CONTENT_POLICY


async def _accepts(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("accepted")(scope, receive, send)


@pytest.mark.parametrize(
    ("path", "content_type", "megabytes", "status"),
    [
        ("/organisations/1/evidence/new", "multipart/form-data; boundary=x", 25, 200),
        ("/evidence/1/versions", "multipart/form-data; boundary=x", 25, 200),
        ("/evidence/1/versions", "multipart/form-data; boundary=x", 27, 413),
        ("/evidence/1/versions", "application/x-www-form-urlencoded", 3, 413),
        ("/evidence/1/remove", "multipart/form-data; boundary=x", 3, 413),
        ("/evidence/1/x/versions", "multipart/form-data; boundary=x", 3, 413),
        ("/sign-in", "application/x-www-form-urlencoded", 1, 200),
    ],
)
def test_only_the_two_forms_that_take_a_file_may_be_large(
    settings: Settings, path: str, content_type: str, megabytes: int, status: int
) -> None:
    browser = TestClient(Protection(_accepts, settings), base_url=ORIGIN)
    headers = {
        "content-type": content_type,
        "content-length": str(megabytes * MEGABYTE),
        "origin": ORIGIN,
        "accept": "application/json",
    }
    assert browser.post(path, content=b"", headers=headers).status_code == status


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"a=&" * 500_000, "application/x-www-form-urlencoded"),
        (
            b"email=a@example.com&" + b"&".join(b"%x=" % one for one in range(250_000)),
            "application/x-www-form-urlencoded",
        ),
        (b"email=a%40example.com&email=b%40example.com", "application/x-www-form-urlencoded"),
        (b"--x", "multipart/form-data"),
        (
            b"--x\r\n" + b"content-disposition: form-data; name=a\r\n\r\n\r\n--x\r\n" * 1000,
            "multipart/form-data; boundary=x",
        ),
    ],
)
def test_a_form_that_is_none_gets_a_clear_page(client: TestClient, content: bytes, content_type: str) -> None:
    answer = client.post("/sign-in", content=content, headers={"content-type": content_type})
    assert (answer.status_code, "This could not be read" in answer.text) == (400, True)


def test_the_same_form_sent_by_somebody_signed_out_is_no_failure_of_ours(client: TestClient) -> None:
    answer = client.post(
        "/account", content=b"a=&" * 5000, headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert (answer.status_code, "This could not be read" in answer.text) == (400, True)


def test_what_was_typed_comes_back_when_the_sign_in_had_ended(client: TestClient) -> None:
    answer = client.post("/account", data={"narrative": "What we did <b>", "empty": " "})
    assert answer.status_code == 401
    assert "What we did &lt;b&gt;</textarea>" in answer.text
    assert answer.text.count("<textarea") == 1


@pytest.mark.parametrize("query", ["a=1&a=2", "next=/home&next=//evil", "a&a", "a=1&%61=2"])
def test_an_address_that_names_the_same_twice_is_refused(client: TestClient, query: str) -> None:
    answer = client.get(f"/sign-in?{query}")
    assert (answer.status_code, "names the same thing twice" in answer.text) == (400, True)


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/home", {"cookie": "portal=\xff\xfe"}),
        ("/home", {"cookie": "portal"}),
        ("/home", {"cookie": "=;;=;portal=;"}),
        ("/home", {"cookie": 'portal="\\000"'}),
        ("/home", {"cookie": "portal=" + "a" * 5000}),
        ("/home", {"accept": "\xff"}),
        ("/sign-in/link/%00", {}),
        ("/sign-in/link/%ff%fe", {}),
        ("/sign-in?next=%00%ff", {}),
        ("/framework/%00", {}),
        ("/framework/B01%00", {}),
        ("/dev/mailbox/%00", {}),
        ("/%00", {}),
        ("/register?level=%00", {}),
        ("/verify?number=%00", {}),
        ("/verify/%00", {}),
    ],
)
def test_odd_bytes_are_no_failure_of_ours(client: TestClient, path: str, headers: dict[str, str]) -> None:
    raw = {name: value.encode("latin-1") for name, value in headers.items()}
    assert client.get(path, headers=raw).status_code < 500


@pytest.fixture
def broken(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception], None]:
    """Let the start of every signed-in page fail."""

    def break_it(failure: Exception) -> None:
        def fail(*_: object, **__: object) -> None:
            raise failure

        monkeypatch.setattr("app.web.home.newest_parsed", fail)

    return break_it


def test_an_unexpected_failure_shows_the_reference_that_the_log_has(
    browser_of: BrowserOf, story: Story, broken: Callable[[Exception], None]
) -> None:
    browser = browser_of(story.people["lead_a"])
    broken(ZeroDivisionError("the canary of a stack trace"))
    with capture_logs() as logs:
        answer = browser.get(BROKEN)
    (line,) = [line for line in logs if line["event"] == "unexpected failure"]
    assert (answer.status_code, f"<strong>{line['reference']}</strong>" in answer.text) == (500, True)
    assert (line["path"], str(line["exc_info"])) == (BROKEN, "the canary of a stack trace")
    assert "canary" not in answer.text
    assert answer.headers["content-security-policy"] == CONTENT_POLICY


def test_a_database_that_is_away_is_told_as_that(
    browser_of: BrowserOf, story: Story, broken: Callable[[Exception], None]
) -> None:
    browser = browser_of(story.people["lead_a"])
    broken(OperationalError("SELECT canary", {}, Exception("locked")))
    answer = browser.get(BROKEN, headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["error"]) == (503, "The portal is busy")
    assert "canary" not in answer.text
    assert len(answer.json()["reference"]) == 12


@pytest.mark.parametrize(
    "failure", [ZeroDivisionError(), OperationalError("", {}, Exception()), DataError("", {}, Exception())]
)
def test_a_save_that_fails_gives_the_text_back(
    failure: Exception,
    browser_of: BrowserOf,
    story: Story,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with database.write() as session:
        made = steps.handed_over(session, story)

    def fail(*_: object, **__: object) -> None:
        raise failure

    monkeypatch.setattr("app.actions.sign_off.decline", fail)
    page = f"/submissions/{made.id}/decline"
    text = "The board has not seen <b>it</b>."
    answer = browser_of(story.people["sponsor_a"]).post(page, data={"reason": text})
    assert (answer.status_code in (500, 503, 422), f">{escape(text)}</textarea>" in answer.text) == (
        True,
        True,
    )


def test_a_missing_page_keeps_the_header_of_the_person(
    browser_of: BrowserOf, story: Story, clock: Clock
) -> None:
    browser = browser_of(story.people["lead_a"])
    answer = browser.get("/nothing-here")
    assert (answer.status_code, "Sign out" in answer.text) == (404, True)


def test_failures_are_json_for_who_asks_for_it(client: TestClient) -> None:
    answer = client.get("/nothing-here", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["error"], answer.json()["reference"]) == (
        404,
        "Page not found",
        "",
    )


@pytest.mark.parametrize("path", ["/", "/sign-in", "/framework", "/nothing-here", "/home", "/health"])
def test_every_answer_is_fenced_in_and_kept_by_nobody(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    names = (
        "content-security-policy",
        "x-content-type-options",
        "x-frame-options",
        "referrer-policy",
        "cache-control",
    )
    assert [headers[name] for name in names] == [CONTENT_POLICY, "nosniff", "DENY", "same-origin", "no-store"]


def test_the_files_of_the_design_may_be_kept(client: TestClient) -> None:
    page = client.get("/").text
    style = page.partition('href="/assets/portal.css')[2].partition('"')[0]
    answer = client.get(f"/assets/portal.css{style}")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "public, max-age=86400")


def test_another_host_is_refused_with_the_same_fence(client: TestClient) -> None:
    answer = client.get("/", headers={"host": "evil.example"})
    assert (answer.status_code, answer.headers.get("content-security-policy")) == (400, CONTENT_POLICY)
