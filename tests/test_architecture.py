"""What holds for every route, transition and grant, generated from the tables themselves."""

import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient

import app.main as main
from app.actions import (
    appeals,
    assignments,
    changes,
    clarifications,
    decisions,
    moderation,
    reviews,
    sign_off,
    strikes,
    submissions,
)
from app.config import ROOT, Environment, Settings
from app.db import Database
from app.models import Person
from app.rules.workflow import TRANSITIONS, Verb
from app.web import routes
from app.web.guards import permission_of, routes_of, undeclared
from tests.conftest import ORIGIN
from tests.handing_in import hand_in
from tests.story import Story
from tests.walk import Walk, methods_of
from tests.walk_appeals import question_and_appeal
from tests.walk_calibration import calibrate
from tests.walk_conflicts import declare_and_waive
from tests.walk_evidence import warned
from tests.walk_examples import let_others_learn
from tests.walk_framework import renew
from tests.walk_letters import write_and_answer
from tests.walk_meetings import hold
from tests.walk_planning import plan
from tests.walk_recognition import keep, live
from tests.walk_reissue import issue_again
from tests.walk_sharing import share
from tests.walk_tokens import make_and_revoke

BrowserOf = Callable[[Person], TestClient]


@pytest.fixture
def every_route(tmp_path: Path) -> Iterator[FastAPI]:
    """The portal with every route it can have: demo and development on."""
    made = main.create_app(Settings(environment=Environment.DEVELOPMENT, demo=True, data_dir=tmp_path))
    yield made
    made.state.portal.database.close()


def test_a03_every_route_declares_a_permission_or_is_public(every_route: FastAPI) -> None:
    declared = {route.path for route in routes_of(every_route) if permission_of(route)}
    open_to_all = {route.path for route in routes_of(every_route) if not permission_of(route)}
    assert open_to_all == routes.PUBLIC
    assert declared & routes.PUBLIC == set()
    assert (len(declared) > 40, undeclared(every_route, routes.PUBLIC)) == (True, [])


def test_a03_a_route_without_a_permission_stops_the_start(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    careless = APIRouter()

    @careless.get("/forgotten/{submission_id}")
    async def forgotten() -> str:
        return "everything"

    monkeypatch.setattr(routes, "ROUTERS", (*routes.ROUTERS, careless))
    with pytest.raises(RuntimeError, match=r"declare no permission: /forgotten/\{submission_id\}"):
        main.create_app(settings)


def test_routes_exist_for_the_schemas_of_nobody(every_route: FastAPI) -> None:
    """FastAPI's own pages would list every address to anyone."""
    assert (every_route.openapi_url, every_route.docs_url, every_route.redoc_url) == (None, None, None)


def test_every_route_is_async(every_route: FastAPI) -> None:
    """A ``def`` route would run in a thread, where a transaction may be half another's (docs/decisions)."""
    plain = [
        route.path for route in routes_of(every_route) if not inspect.iscoroutinefunction(route.endpoint)
    ]
    assert plain == []


def test_c12_no_address_is_made_from_what_a_request_says_of_its_host() -> None:
    """Certificates, credentials, mails and feeds name the portal by its setting alone. Refusing hosts that are not ours
    (tests/web/test_protection.py) is the second guard: this very machine's names are let through."""
    asks = re.compile(
        r"url_for|request\.base_url|request\.url\b(?!\.path|\.query)|[\"']host[\"']|[\"']server[\"']"
    )
    files = [
        *(ROOT / "app").rglob("*.py"),
        *(one for one in (ROOT / "templates").rglob("*") if one.is_file()),
    ]
    assert [str(one.relative_to(ROOT)) for one in files if asks.search(one.read_text())] == []


def test_reading_routes_are_get_and_writing_ones_post(every_route: FastAPI) -> None:
    assert {method for route in routes_of(every_route) for method in methods_of(route)} == {"GET", "POST"}


ACTIONS: dict[Verb, Callable[..., object]] = {
    Verb.HAND_OVER: submissions.hand_over,
    Verb.SIGN: sign_off.sign,
    Verb.DECLINE: sign_off.decline,
    Verb.WITHDRAW: submissions.withdraw,
    Verb.ASSIGN_REVIEWER: assignments.assign,
    Verb.REMOVE_REVIEWER: assignments.remove,
    Verb.REQUEST_CHANGES: changes.request,
    Verb.TAKE_BACK_CHANGES: changes.take_back,
    Verb.START_REVIEW: reviews.start,
    Verb.SEAL_REVIEW: reviews.seal,
    Verb.STRIKE_REVIEW: strikes.strike_one,
    Verb.AGREE_SCORE: moderation.agree,
    Verb.ASK_CLARIFICATION: clarifications.ask,
    Verb.ANSWER_CLARIFICATION: clarifications.answer,
    Verb.CLOSE_CLARIFICATION: clarifications.close,
    Verb.DECIDE: decisions.decide,
    Verb.REOPEN_DECISION: decisions.reopen,
    Verb.RELEASE: decisions.release,
    Verb.APPEAL: appeals.appeal,
}


@pytest.mark.parametrize("verb", Verb)
def test_every_transition_has_an_action_that_asks_the_table(verb: Verb) -> None:
    """The action names its verb where it asks; release asks for the status in its query instead."""
    source = inspect.getsource(inspect.getmodule(ACTIONS[verb]) or main)
    asks = re.search(rf"require\(Verb\.{verb.name}\b", source)
    told = re.search(rf"Verb\.{verb.name}\b", inspect.getsource(ACTIONS[verb]))
    assert (bool(asks) or verb in (Verb.RELEASE, Verb.HAND_OVER), bool(told)) == (True, True)


def test_every_transition_is_of_the_table_of_actions() -> None:
    assert set(ACTIONS) == set(TRANSITIONS) == set(Verb)


# Nothing a submission's history could tell, or told where the effect is.
WRITES_NO_EVENT = {
    "/self-assessments/{self_assessment_id}/criteria/{code}/presence": "a heartbeat, three a minute: it tells who is "
    "on a page for a minute and changes no answer",
    "/sign-in/stay": "counts as use of a sign-in, as any page view does; the sign-in itself is an event",
    "/verify": "compares a file that anybody sends with the register: the file is dropped and nothing changes",
    "/sign-in": "asks for a link: nobody is known yet, and the link itself is kept with its moment",
}


def test_o07_every_mutating_route_writes_an_event_and_every_transition_a_button(
    app: FastAPI, database: Database, story: Story, browser_of: BrowserOf, client: TestClient
) -> None:
    """The story plays most of them (each verb after its button was seen on a page); the rest follow it."""
    walk = Walk(app, database, story, browser_of)
    submission = walk.play()
    (certificate,) = set(
        re.findall(r"/certificates/[0-9a-f-]{36}", walk.get("lead_a", f"{submission}/outcome"))
    )
    _sign_in(walk, client)  # while the development mailbox shows every mail
    hand_in(walk, submission)
    share(walk, TestClient(app, base_url=ORIGIN, headers=dict(client.headers), follow_redirects=False))
    let_others_learn(walk, submission)
    question_and_appeal(walk, submission)
    warned(walk)
    plan(walk)
    calibrate(walk)
    write_and_answer(walk)
    renew(walk)
    hold(walk)
    declare_and_waive(walk)
    live(walk, issue_again(walk, certificate))
    keep(walk)
    make_and_revoke(walk)
    walk.browsers["another"] = browser_of(story.people["lead_a"])
    walk.post("lead_a", "/account", {"end": "others"})
    walk.post("lead_a", "/sign-out")
    written = {path for path, number in walk.events_written.items() if number > 0}
    mutating = {route.path for route in routes_of(app) if "POST" in methods_of(route)}
    assert mutating - written == set(WRITES_NO_EVENT)
    assert {verb for verb, _ in walk.taken} == set(TRANSITIONS)


def _sign_in(walk: Walk, client: TestClient) -> None:
    """By mail: ask, find the link in the development mailbox, open it, press the button."""
    walk.browsers["stranger"] = client
    address = walk.story.people["lead_b"].email
    walk.post("stranger", "/sign-in", {"email": address})
    mail = re.findall(r"/dev/mailbox/[0-9a-f-]{36}", walk.get("stranger", "/dev/mailbox"))
    pages = [walk.get("stranger", path) for path in dict.fromkeys(mail)]
    own = [page for page in pages if address in page]
    (link,) = {found for page in own for found in re.findall(r"/sign-in/link/[\w-]+", page)}
    walk.get("stranger", link)
    walk.post("stranger", link)
