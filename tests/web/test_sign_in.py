"""Signing in as a browser does it: by mail, in a demonstration, and out again."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.cookies import SimpleCookie

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlmodel import col, select

from app.actions import membership
from app.config import Environment, Settings
from app.db import Database
from app.main import create_app
from app.models import Mail, Person, SignInLink, SignInSession
from app.web.addresses import local_path
from tests.conftest import ORIGIN, Clock
from tests.story import Story

LEAD = "lead.a@example.invalid"
BrowserOf = Callable[[Person], TestClient]


def link_in_the_mail(database: Database) -> str:
    """The path of the newest link."""
    with database.read() as session:
        body = session.exec(select(Mail.body).order_by(col(Mail.written_at).desc())).first() or ""
    return next(line for line in body.splitlines() if line.startswith("http")).removeprefix(ORIGIN)


def asked(client: TestClient, database: Database, email: str = LEAD, next_path: str = "") -> str:
    client.post("/sign-in", data={"email": email, "next": next_path})
    return link_in_the_mail(database)


def seen(answer: Response) -> tuple[int, dict[str, str], bytes]:
    """Everything of an answer that a stranger could compare."""
    return answer.status_code, dict(answer.headers), answer.content


def is_signed_in(browser: TestClient) -> bool:
    return browser.get("/home").status_code == 200


@contextmanager
def portal_with(settings: Settings, **changes: object) -> Iterator[FastAPI]:
    made = create_app(Settings(**{**settings.model_dump(), **changes}))  # type: ignore[arg-type]
    yield made
    made.state.portal.database.close()


def browser_at(app: FastAPI, origin: str = ORIGIN) -> TestClient:
    return TestClient(
        app,
        base_url=origin,
        headers={"sec-fetch-site": "same-origin"},
        follow_redirects=False,
        raise_server_exceptions=False,
    )


def test_a_link_opens_a_page_with_a_button_and_the_button_signs_in(
    client: TestClient, database: Database, clock: Clock
) -> None:
    link = asked(client, database)
    for _ in range(3):  # mail scanners open every link, some more than once
        opened = client.get(link)
        assert (opened.status_code, LEAD in opened.text, "set-cookie" in opened.headers) == (200, True, False)
    used = client.post(link)
    assert (used.status_code, used.headers["location"]) == (303, "/home")
    assert is_signed_in(client)


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(
    client: TestClient, database: Database, clock: Clock
) -> None:
    morsel = SimpleCookie(client.post(asked(client, database)).headers["set-cookie"])["portal"]
    kept = {name: morsel[name] for name in ("path", "domain", "httponly", "samesite", "secure", "max-age")}
    assert kept == {
        "path": "/",
        "domain": "",
        "httponly": True,
        "samesite": "lax",
        "secure": "",
        "max-age": "",
    }


def test_over_https_the_cookie_is_bound_to_the_host(database: Database, settings: Settings) -> None:
    origin = "https://portal.example"
    with portal_with(settings, base_url=origin) as app:
        browser = browser_at(app, origin)
        browser.post("/sign-in", data={"email": LEAD})
        answer = browser.post(link_in_the_mail(database).removeprefix(origin))
    name, _, rest = answer.headers["set-cookie"].partition("=")
    assert (name, "Secure" in rest, "Path=/" in rest, "Domain" in rest) == (
        "__Host-portal",
        True,
        True,
        False,
    )
    assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_used_a_late_and_a_made_up_link_get_the_same_page_with_a_way_on(
    client: TestClient, database: Database, clock: Clock, method: str
) -> None:
    used = asked(client, database)
    client.post(used)
    client.cookies.clear()
    clock.at += timedelta(seconds=1)
    late = asked(client, database, "lead.b@example.invalid")
    clock.at += timedelta(minutes=16)
    answers = [seen(client.request(method, path)) for path in (used, late, "/sign-in/link/made-up")]
    assert (answers[0][0], b'href="/sign-in"' in answers[0][2]) == (410, True)
    assert answers[1:] == answers[:1] * 2


def test_t09_nobody_learns_whether_an_address_is_known(
    client: TestClient, database: Database, clock: Clock, story: Story
) -> None:
    with database.write() as session:
        membership.leave(session, session.get_one(Person, story.people["lead_c"].id), at=clock.at)
    known = [
        seen(client.post("/sign-in", data={"email": LEAD})) for _ in range(5)
    ]  # the last two are over the limit
    unknown = [seen(client.post("/sign-in", data={"email": "nobody@example.invalid"})) for _ in range(5)]
    left = seen(client.post("/sign-in", data={"email": "lead.c@example.invalid"}))
    assert {status for status, _, _ in known} == {303}
    assert [*known, *unknown, left] == [known[0]] * 11
    assert seen(client.get("/sign-in/sent"))[2].count(b"@") == 0


def test_t09_what_is_written_for_a_known_and_an_unknown_address_takes_the_same_statements(
    client: TestClient, database: Database, clock: Clock
) -> None:
    with database.read() as session:
        before = len(session.exec(select(SignInLink.id)).all())
    for email in (LEAD, "nobody@example.invalid"):
        client.post("/sign-in", data={"email": email})
    with database.read() as session:
        assert len(session.exec(select(SignInLink.id)).all()) == before + 2
        assert session.exec(select(Mail.to)).all() == [LEAD]


@pytest.mark.parametrize(
    "email",
    [
        "",
        "nope",
        "a@b",
        "a b@example.com",
        "a@example.com\r\nBcc: b@example.com",
        "a\0@example.com",
        "a" * 260,
    ],
)
def test_what_is_no_address_comes_back_with_what_to_do(client: TestClient, email: str) -> None:
    answer = client.post("/sign-in", data={"email": email})
    assert answer.status_code == 422
    assert "<title>Error: Sign in" in answer.text
    assert answer.text.count("Enter an email address in the correct format") == 2  # summary and field


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "127.0.0.1:8000@evil.example"},
        {"host": "evil.example:8000"},
        {"host": "localhost"},
        {"x-forwarded-host": "evil.example"},
        {"x-host": "evil.example"},
        {"x-original-url": "https://evil.example/"},
        {"forwarded": "host=evil.example"},
        {"x-forwarded-proto": "https", "x-forwarded-port": "1"},
        {"origin": "https://evil.example"},
        {"referer": "https://evil.example/"},
    ],
)
def test_t08_the_link_leads_to_the_portal_whatever_the_request_says(
    client: TestClient, database: Database, clock: Clock, headers: dict[str, str]
) -> None:
    client.post("/sign-in", data={"email": LEAD}, headers=headers)
    with database.read() as session:
        bodies = session.exec(select(Mail.body)).all()
    assert [body for body in bodies if "evil" in body or f"\n{ORIGIN}/sign-in/link/" not in body] == []


ELSEWHERE = [
    "https://evil.example",
    "http:evil.example",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "/\0/evil.example",
    "\t//evil.example",
    " //evil.example",
    "//evil.example/%2f..",
    "//evil.example@127.0.0.1",
    "//127.0.0.1@evil.example",
    "/.//evil.example",
    "/..//evil.example",
    "/home//evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "HTTPS://evil.example",
    "hTtP:\\\\evil.example",
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "mailto:a@evil.example",
    "ftp://evil.example",
    "evil.example",
    "www.evil.example/home",
    "@evil.example",
    "home",
    "./home",
    "../home",
    "?next=/home",
    "#home",
    "/home#@evil.example",
    "/home?x=//evil.example",
    "/home;//evil.example",
    "/\u2028/evil.example",
    "/\u2215evil.example",
    "\u2215\u2215evil.example",
    "/\uff0fevil.example",
    "/\u3000/evil.example",
    "/<script>",
    '/"onmouseover="x',
    "/'x",
    "/home|x",
    "/home x",
    "/{home}",
    "/[home]",
    "/" + "a" * 500,
    "",
    " ",
    ".",
    "//",
    "\\",
    "/\\/\\evil.example",
]


@pytest.mark.parametrize("path", ELSEWHERE)
def test_w09_signing_in_leads_nowhere_else(path: str) -> None:
    assert local_path(path) == ""


@pytest.mark.parametrize("path", ["/", "/home", "/submissions/1-2/sign", "/dashboards?level=gold&page=2"])
def test_a_path_of_the_portal_is_kept(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize("trick", ["//evil.example", "/\\evil.example", "https://evil.example"])
def test_w09_tricks_are_dropped_wherever_they_come_in(
    client: TestClient, database: Database, clock: Clock, trick: str
) -> None:
    assert "evil" not in client.get("/sign-in", params={"next": trick}).text
    link = asked(client, database, next_path=trick)
    assert "evil" not in client.get(link, params={"next": trick}).text
    assert client.post(link, data={"next": trick}).headers["location"] == "/home"


def test_whoever_had_to_sign_in_first_arrives_where_they_wanted_to_be(
    client: TestClient, database: Database, clock: Clock
) -> None:
    stopped = client.get("/account?a=1%26b")
    assert stopped.headers["location"] == "/sign-in?next=/account%3Fa%3D1%2526b"
    assert 'name="next" value="/account?a=1%26b"' in client.get(stopped.headers["location"]).text
    link = asked(client, database, next_path="/account")
    assert 'name="next" value="/account"' in client.get(link).text
    assert client.post(link.partition("?")[0], data={"next": "/account"}).headers["location"] == "/account"


def test_t13_a_link_is_not_used_up_by_another_sites_form(
    client: TestClient, database: Database, clock: Clock
) -> None:
    link = asked(client, database)
    forged = client.post(link, headers={"sec-fetch-site": "cross-site"})
    assert (forged.status_code, "set-cookie" in forged.headers) == (403, False)
    assert client.post(link).status_code == 303


def test_signing_in_anew_ends_the_sign_in_before(
    client: TestClient, database: Database, clock: Clock
) -> None:
    client.post(asked(client, database))
    before = client.cookies["portal"]
    clock.at += timedelta(seconds=1)
    client.post(asked(client, database))
    assert client.cookies["portal"] != before
    client.cookies.clear()
    client.cookies.set("portal", before)
    assert not is_signed_in(client)


def test_signing_out_ends_the_session_and_not_just_the_cookie(browser_of: BrowserOf, story: Story) -> None:
    browser = browser_of(story.people["lead_a"])
    token = browser.cookies["portal"]
    answer = browser.post("/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert 'portal=""' in answer.headers["set-cookie"]
    browser.cookies.set("portal", token)
    assert browser.get("/home").headers["location"] == "/sign-in?next=/home"


def test_a_session_ends_unused_and_ends_at_last(browser_of: BrowserOf, story: Story, clock: Clock) -> None:
    browser = browser_of(story.people["lead_a"])
    for _ in range(14):  # used every 50 minutes: the idle limit of 60 never strikes, the 12 hours do
        clock.at += timedelta(minutes=50)
        still = is_signed_in(browser)
        assert still == (clock.at < clock_start(clock) + timedelta(hours=12))
    idle = browser_of(story.people["lead_a"])
    clock.at += timedelta(minutes=60)
    assert not is_signed_in(idle)


def clock_start(clock: Clock) -> object:
    return type(clock)().at


def test_t11_a_leaver_is_out_with_the_next_click(
    browser_of: BrowserOf, story: Story, database: Database, clock: Clock
) -> None:
    browser = browser_of(story.people["lead_a"])
    assert is_signed_in(browser)
    with database.write() as session:
        session.get_one(Person, story.people["lead_a"].id).left_at = clock.at
    assert browser.get("/home").headers["location"] == "/sign-in?next=/home"


def test_people_see_and_end_their_own_sign_ins(
    browser_of: BrowserOf, story: Story, database: Database
) -> None:
    here, there, elsewhere = (browser_of(story.people["lead_a"]) for _ in range(3))
    other = browser_of(story.people["lead_b"])
    assert here.get("/account").text.count("This is where you are now") == 1
    assert here.get("/account").text.count('name="end"') == 3  # two of their own, and all others
    for text in ("nonsense", _session_of(database, story.people["lead_b"])):
        assert here.post("/account", data={"end": text}).headers["location"] == "/account"
    assert [is_signed_in(one) for one in (here, there, elsewhere, other)] == [True] * 4
    here.post("/account", data={"end": "others"})
    assert [is_signed_in(one) for one in (here, there, elsewhere, other)] == [True, False, False, True]


def _session_of(database: Database, person: Person) -> str:
    with database.read() as session:
        return str(session.exec(select(SignInSession.id).where(SignInSession.person_id == person.id)).one())


def test_one_sign_in_can_be_ended_by_itself(browser_of: BrowserOf, story: Story, database: Database) -> None:
    there = browser_of(story.people["lead_a"])
    one = _session_of(database, story.people["lead_a"])
    here = browser_of(story.people["lead_a"])
    here.post("/account", data={"end": one})
    assert (is_signed_in(here), is_signed_in(there)) == (True, False)


def test_the_demonstration_does_not_exist_where_it_is_off(client: TestClient, story: Story) -> None:
    assert seen(client.get("/sign-in/demo")) == seen(client.get("/sign-in/nothing-here"))
    person = {"person": str(story.people["lead_a"].id)}
    assert client.post("/sign-in/demo", data=person).status_code == 404


def test_the_demonstration_signs_in_its_own_people_only(
    settings: Settings, database: Database, story: Story
) -> None:
    with database.write() as session:
        for part, text in (
            ("administrator", "Administrator"),
            ("sponsor_a", "Executive sponsor, demo trust 1"),
            ("lead_a", "EDI lead, demo trust 1"),
        ):
            session.get_one(Person, story.people[part].id).demo_part = text
    with portal_with(settings, demo=True) as app:
        browser = browser_at(app)
        text = browser.get("/sign-in/demo").text
        assert re.findall(r'choice__title">([^<]*)', text) == [
            "EDI lead, demo trust 1",
            "Executive sponsor, demo trust 1",
            "Administrator",
        ]
        for person in (str(story.people["lead_b"].id), "nobody", ""):
            assert browser.post("/sign-in/demo", data={"person": person}).status_code == 404
        chosen = browser.post("/sign-in/demo", data={"person": str(story.people["lead_a"].id)})
        assert (chosen.status_code, chosen.headers["location"]) == (303, "/home")
        assert "EDI lead, trust A" in browser.get("/home").text


def test_production_has_neither_demonstration_nor_mailbox(settings: Settings) -> None:
    with pytest.raises(ValueError, match="ARF_DEMO must be off"):
        Settings(**{**settings.model_dump(), "environment": Environment.PRODUCTION, "demo": True})
    with portal_with(settings, environment=Environment.PRODUCTION, scanner="tcp://127.0.0.1:1") as app:
        browser = browser_at(app)
        for path in ("/dev/mailbox", "/sign-in/demo"):
            assert seen(browser.get(path)) == seen(browser.get(f"{path.rpartition('/')[0]}/nothing-here"))


def test_the_mailbox_shows_the_newest_mail_with_a_link_that_can_be_followed(
    client: TestClient, database: Database, clock: Clock
) -> None:
    link = asked(client, database)
    box = client.get("/dev/mailbox").text
    path = box.partition('<a href="/dev/mailbox/')[2].partition('"')[0]
    mail = client.get(f"/dev/mailbox/{path}").text
    assert f'<a href="{link}" class="portal-breaks">{ORIGIN}{link}</a>' in mail
    assert client.get("/dev/mailbox/not-a-mail").status_code == 404
