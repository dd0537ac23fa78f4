"""Saving by script and by hand when two people write: JSON, the page of two texts, who is here, staying signed in."""

import html
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, col, select

from app.actions import self_assessments as actions
from app.db import Database
from app.models import Answer, Event, FrameworkVersion, Presence, SelfAssessment, SignInSession
from tests.conftest import Clock
from tests.story import NOW, Story

BrowserOf = Callable[..., TestClient]
JSON = {"accept": "application/json"}


def started(session: Session, story: Story) -> SelfAssessment:
    version = session.get_one(FrameworkVersion, story.version_id)
    by = story.who(session, "lead_a")
    return actions.start(session, story.organisations["ZZA"], version, by=by, at=NOW)


@pytest.fixture
def own_id(database: Database, story: Story) -> str:
    with database.write() as session:
        return str(started(session, story).id)


@pytest.fixture
def path(own_id: str) -> str:
    return f"/self-assessments/{own_id}/criteria/B02"


@pytest.fixture
def lead(browser_of: BrowserOf, story: Story) -> TestClient:
    return browser_of(story.people["lead_a"])


@pytest.fixture
def contributor(browser_of: BrowserOf, story: Story) -> TestClient:
    return browser_of(story.people["contributor_a"])


def saved(database: Database) -> Answer | None:
    with database.read() as session:
        answer = session.exec(select(Answer)).first()
        if answer is not None:
            session.expunge(answer)
        return answer


def saved_values(database: Database) -> dict[str, Any]:
    answer = saved(database)
    return dict(answer.values) if answer else {}


def hidden(page: str, name: str) -> str:
    found = re.findall(rf'name="{name}" value="([^"]*)"', page)
    assert len(found) == 1, (name, found)
    return html.unescape(str(found[0]))


def opened(browser: TestClient, path: str) -> str:
    """The marks that the page carries as this person opens it."""
    return hidden(browser.get(path).text, "form-seen")


def auto(browser: TestClient, path: str, seen: str, **values: str) -> Any:
    """What static/writing.js sends, and the answer."""
    data = {"form-seen": seen, "form-auto": "yes", **values}
    return browser.post(path, data=data, headers=JSON)


def words_of(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def marks_of(seen: str) -> dict[str, str]:
    return dict(one.split("=") for one in seen.split())


def test_R20_saved_is_said_with_the_time_and_the_new_marks(
    lead: TestClient, database: Database, path: str
) -> None:
    seen = opened(lead, path)
    answer = auto(lead, path, seen, narrative="We began. ", **{"form-finished": ""})
    told = answer.json()
    assert answer.status_code == 200
    now = marks_of(opened(lead, path))
    assert told == {
        "state": "saved",
        "saved_at": "12:00",
        "seen": now,
        "changed": {},
        "changed_by": "",
        "conflicts": [],
        "errors": {},
        "others": [],
        "ends_in": 3600,
        "is_final": False,
    }
    assert marks_of(seen)["narrative"] != now["narrative"]
    assert saved_values(database) == {"narrative": "We began."}


def test_a_text_over_its_limit_is_saved_and_said(lead: TestClient, database: Database, path: str) -> None:
    answer = auto(lead, path, "", narrative="word " * 201)
    assert answer.status_code == 200
    assert answer.json()["errors"] == {
        "narrative": "Shorten your answer to 200 words or fewer. It has 201 words."
    }
    assert saved_values(database) == {"narrative": ("word " * 201).strip()}


def test_what_cannot_be_kept_is_refused_by_its_question(
    lead: TestClient, database: Database, path: str
) -> None:
    answer = auto(lead, path, "", narrative="a\x07b", role="Nurse")
    assert answer.status_code == 422
    assert (answer.json()["state"], list(answer.json()["errors"])) == ("refused", ["narrative"])
    assert saved_values(database) == {}


def test_the_tick_stays_when_a_script_does_not_send_it(
    lead: TestClient, database: Database, path: str
) -> None:
    lead.post(path, data={"form-seen": "", "narrative": "x", "form-finished": "yes"})
    auto(lead, path, opened(lead, path), narrative="y")
    answer = saved(database)
    assert answer is not None
    assert (answer.values, answer.is_finished) == ({"narrative": "y"}, True)
    auto(lead, path, opened(lead, path), **{"form-finished": ""})
    answer = saved(database)
    assert answer is not None
    assert (answer.values, answer.is_finished) == ({"narrative": "y"}, False)


def test_K01_different_questions_merge_and_what_changed_is_told(
    lead: TestClient, contributor: TestClient, database: Database, path: str
) -> None:
    seen = opened(contributor, path)
    auto(
        lead,
        path,
        seen,
        narrative="The lead's.",
        **{"date-day": "27", "date-month": "3", "date-year": "2026"},
    )
    answer = auto(contributor, path, seen, narrative="", role="Nurse", **{"date-day": "", "date-month": ""})
    assert answer.status_code == 200
    assert (answer.json()["changed"], answer.json()["changed_by"]) == (
        {
            "narrative": {"narrative": "The lead's."},
            "date": {"date-day": "27", "date-month": "3", "date-year": "2026"},
        },
        "EDI lead, trust A",
    )
    assert saved_values(database) == {"narrative": "The lead's.", "date": "2026-03-27", "role": "Nurse"}


def test_K01_the_same_question_is_a_conflict_of_its_own(
    lead: TestClient, contributor: TestClient, database: Database, path: str
) -> None:
    seen = opened(contributor, path)
    auto(lead, path, seen, narrative="The lead's.")
    answer = auto(contributor, path, seen, narrative="The contributor's.", role="Nurse")
    told = answer.json()
    assert (answer.status_code, told["state"], told["conflicts"]) == (409, "conflict", ["narrative"])
    assert "narrative" not in told["seen"]  # the page keeps the mark of what it was typed over
    assert saved_values(database) == {"narrative": "The lead's.", "role": "Nurse"}


def test_K02_two_windows_of_one_person_do_not_overwrite_each_other(
    lead: TestClient, database: Database, path: str
) -> None:
    seen = opened(lead, path)
    auto(lead, path, seen, narrative="In one window.")
    page = lead.post(path, data={"form-seen": seen, "form-then": "stay", "narrative": "In the other."})
    assert page.status_code == 409
    assert "You (in another window) saved it on 22 November 2026 at 12:00pm." in words_of(page.text)
    assert saved_values(database) == {"narrative": "In one window."}


def test_K11_what_was_sent_without_an_answer_is_no_conflict(
    lead: TestClient, database: Database, path: str
) -> None:
    seen = opened(lead, path)
    auto(lead, path, seen, narrative="Once", **{"form-finished": "yes"})  # its answer gets lost
    sent = {"form-sent-narrative": "Once", "form-sent-form-finished": "yes"}
    answer = auto(lead, path, seen, narrative="Once more", **{"form-finished": ""}, **sent)
    assert answer.status_code == 200
    answer = saved(database)
    assert answer is not None
    assert (answer.values, answer.is_finished) == ({"narrative": "Once more"}, False)


@pytest.mark.parametrize("seen", ["", "narrative= =x", "narrative", "9" * 400, "narrative=" + "0" * 16])
def test_a_form_whose_marks_are_none_of_ours_overwrites_nothing(
    lead: TestClient, database: Database, path: str, seen: str
) -> None:
    auto(lead, path, "", narrative="Saved.")
    assert auto(lead, path, seen, narrative="Over it.").status_code == 409
    assert saved_values(database) == {"narrative": "Saved."}


@pytest.fixture
def conflict(lead: TestClient, contributor: TestClient, path: str) -> str:
    """The page of two texts, as the contributor gets it by a plain form."""
    seen = opened(contributor, path)
    lead.post(path, data={"form-seen": seen, "narrative": "Seen by the board.", "rating": "1"})
    typed = {"narrative": "Seen by the network.", "rating": "2", "role": "Nurse", "form-then": "next"}
    page = contributor.post(path, data={"form-seen": seen, **typed})
    assert page.status_code == 409
    return page.text


def test_K01_both_texts_are_shown_with_their_differences(conflict: str, database: Database) -> None:
    words = words_of(conflict)
    assert "EDI lead, trust A saved it on 22 November 2026 at 12:00pm." in words
    assert "Below are the questions that you both changed." in words
    assert "Everything else you typed is saved." in words
    assert "Yours, not saved Seen by the added: network end of added ." in words
    assert "Saved by EDI lead, trust A Seen by the removed: board end of removed ." in words
    assert hidden(conflict, "form-asked") == "rating narrative"
    assert hidden(conflict, "form-mine-narrative") == "Seen by the network."
    assert hidden(conflict, "form-mine-rating") == "2"
    assert saved_values(database) == {"narrative": "Seen by the board.", "rating": "1", "role": "Nurse"}


def chosen(conflict: str, **choices: str) -> dict[str, str]:
    """The page's form with these choices made."""
    names = ("form-seen", "form-asked", "form-then", "form-mine-narrative", "form-mine-rating")
    return {name: hidden(conflict, name) for name in names} | {
        "narrative": "Made of both.",
        **{f"form-choice-{question}": choice for question, choice in choices.items()},
    }


@pytest.mark.parametrize(
    ("rating", "narrative", "kept"),
    [
        ("mine", "mine", ("2", "Seen by the network.")),
        ("saved", "saved", ("1", "Seen by the board.")),
        ("mine", "both", ("2", "Seen by the board.\n\nSeen by the network.")),
        ("saved", "own", ("1", "Made of both.")),
    ],
)
def test_K01_what_was_chosen_is_saved(
    contributor: TestClient,
    database: Database,
    path: str,
    conflict: str,
    rating: str,
    narrative: str,
    kept: tuple[str, str],
) -> None:
    answer = contributor.post(path, data=chosen(conflict, rating=rating, narrative=narrative))
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?done=chosen")
    assert "What you chose is saved." in words_of(contributor.get(answer.headers["location"]).text)
    values = saved_values(database)
    assert (values["rating"], values["narrative"], values["role"]) == (*kept, "Nurse")


def test_nothing_chosen_asks_again_and_keeps_both(
    contributor: TestClient, database: Database, path: str, conflict: str
) -> None:
    before = saved_values(database)
    answer = contributor.post(path, data=chosen(conflict, rating="mine"))
    assert answer.status_code == 422
    assert "Choose what to save." in words_of(answer.text)
    assert hidden(answer.text, "form-mine-narrative") == "Seen by the network."
    assert hidden(answer.text, "form-seen") == hidden(conflict, "form-seen")
    assert "Made of both." in answer.text
    assert saved_values(database) == before


@pytest.mark.parametrize("choice", ["mine", "both", "own"])
def test_K01_a_third_text_that_came_meanwhile_is_shown_before_it_goes(
    lead: TestClient, contributor: TestClient, database: Database, path: str, conflict: str, choice: str
) -> None:
    auto(lead, path, opened(lead, path), narrative="A third text.")
    answer = contributor.post(path, data=chosen(conflict, rating="saved", narrative=choice))
    assert answer.status_code == 409
    mine = "Made of both." if choice == "own" else "Seen by the network."
    assert hidden(answer.text, "form-mine-narrative") == mine
    assert saved_values(database)["narrative"] == "A third text."


def test_a_refused_form_still_says_what_it_was_typed_over(
    lead: TestClient, contributor: TestClient, path: str
) -> None:
    """Else a text that came meanwhile would be overwritten by the corrected form."""
    seen = opened(contributor, path)
    auto(lead, path, seen, role="Chief nurse")
    refused = contributor.post(path, data={"form-seen": seen, "role": "Nurse", "narrative": "a\x07b"})
    assert (refused.status_code, hidden(refused.text, "form-seen")) == (422, seen)


def test_a_page_of_another_person_is_not_saved(
    lead: TestClient, story: Story, database: Database, path: str
) -> None:
    other = str(story.people["contributor_a"].id)
    answer = auto(lead, path, "", narrative="x", **{"form-person": other})
    assert (answer.status_code, "seen" in answer.json()) == (409, False)
    page = lead.post(path, data={"form-seen": "", "narrative": "Two words", "form-person": other})
    assert page.status_code == 409
    assert "Somebody else has signed in with this browser" in words_of(page.text)
    assert "Two words" in page.text
    assert saved_values(database) == {}
    assert (
        auto(lead, path, "", narrative="x", **{"form-person": str(story.people["lead_a"].id)}).status_code
        == 200
    )


def test_R20_a_save_after_the_session_ended_says_so_and_gives_the_text_back(
    lead: TestClient, database: Database, path: str, clock: Clock
) -> None:
    seen = opened(lead, path)
    clock.at += timedelta(minutes=61)
    answer = auto(lead, path, seen, narrative="Late text")
    assert (answer.status_code, answer.json()["error"]) == (401, "Sign in again")
    page = lead.post(path, data={"form-seen": seen, "narrative": "Late text"})
    assert page.status_code == 401
    assert "Late text" in page.text
    assert saved_values(database) == {}


def test_colleagues_see_each_other_for_a_minute(
    lead: TestClient, contributor: TestClient, database: Database, path: str, clock: Clock
) -> None:
    assert lead.post(f"{path}/presence", headers=JSON).json()["others"] == []
    told = contributor.post(f"{path}/presence", headers=JSON).json()
    assert told["others"] == [{"name": "EDI lead, trust A", "seen_at": "12:00"}]
    assert "Also here now: EDI lead, trust A (last active 12:00)." in words_of(contributor.get(path).text)
    elsewhere = path.replace("B02", "B03")
    assert "Also here now" not in words_of(contributor.get(elsewhere).text)
    clock.at += timedelta(seconds=59)
    assert "Also here now" in words_of(contributor.get(path).text)
    clock.at += timedelta(seconds=1)
    assert "Also here now" not in words_of(contributor.get(path).text)
    lead.post(f"{path}/presence", headers=JSON)
    with database.read() as session:
        assert len(session.exec(select(Presence)).all()) == 2
        assert session.exec(select(Event.verb).where(Event.verb == "save answer")).all() == []


def test_a_save_shows_that_its_person_is_here(lead: TestClient, contributor: TestClient, path: str) -> None:
    auto(lead, path, "", narrative="x")
    told = auto(contributor, path, opened(contributor, path), narrative="x").json()
    assert [one["name"] for one in told["others"]] == ["EDI lead, trust A"]


@pytest.mark.parametrize(("part", "status"), [("sponsor_a", 403), ("lead_b", 404), ("reviewer_1", 404)])
def test_A01_who_may_not_write_is_not_noted_and_sees_nobody(
    browser_of: BrowserOf, story: Story, database: Database, path: str, part: str, status: int
) -> None:
    assert browser_of(story.people[part]).post(f"{path}/presence").status_code == status
    with database.read() as session:
        assert session.exec(select(Presence)).all() == []


def test_the_key_of_drafts_is_the_persons_own_and_for_writers_alone(
    lead: TestClient, contributor: TestClient, browser_of: BrowserOf, story: Story, path: str
) -> None:
    keys = [re.findall(r'data-key="([0-9a-f]{64})"', one.get(path).text) for one in (lead, contributor)]
    assert keys == [[story.people[part].draft_key] for part in ("lead_a", "contributor_a")]
    assert "data-key" not in browser_of(story.people["sponsor_a"]).get(path).text
    everything = [lead.get(one).text for one in ("/home", "/account", path.partition("/criteria")[0])]
    assert not any(keys[0][0] in one for one in everything)


def session_seen(database: Database) -> Any:
    with database.read() as session:
        return session.exec(select(SignInSession.seen_at).order_by(col(SignInSession.started_at))).one()


def test_X04_a_page_left_open_keeps_nobody_signed_in(
    lead: TestClient, database: Database, path: str, clock: Clock
) -> None:
    for minutes, left in ((20, 2400), (20, 1200), (15, 300)):
        clock.at += timedelta(minutes=minutes)
        assert lead.post(f"{path}/presence", headers=JSON).json()["ends_in"] == left
    assert session_seen(database) == NOW
    clock.at += timedelta(minutes=5)
    assert lead.post(f"{path}/presence", headers=JSON).status_code == 401


def test_X04_one_can_stay_signed_in_until_the_last_hour(
    lead: TestClient, database: Database, path: str, clock: Clock
) -> None:
    clock.at += timedelta(minutes=55)
    answer = lead.post("/sign-in/stay", headers=JSON)
    assert (answer.status_code, answer.json()) == (200, {"ends_in": 3600, "is_final": False})
    assert session_seen(database) == clock.at
    plain = lead.post("/sign-in/stay", data={"next": path})
    assert (plain.status_code, plain.headers["location"]) == (303, path)
    assert lead.post("/sign-in/stay", data={"next": "//elsewhere.example"}).headers["location"] == "/home"
    while clock.at < NOW + timedelta(hours=11, minutes=30):
        clock.at += timedelta(minutes=30)
        lead.get("/home")
    left = (NOW + timedelta(hours=12) - clock.at).total_seconds()
    assert lead.post("/sign-in/stay", headers=JSON).json() == {"ends_in": left, "is_final": True}


def test_staying_needs_a_sign_in(client: TestClient) -> None:
    assert client.post("/sign-in/stay", headers=JSON).status_code == 401


def test_history_tells_a_run_of_saves_in_one_line(
    lead: TestClient, contributor: TestClient, database: Database, own_id: str, path: str, clock: Clock
) -> None:
    for number in range(3):
        auto(lead, path, opened(lead, path), narrative=f"Text {number}")
        clock.at += timedelta(minutes=1)
    auto(contributor, path, opened(contributor, path), role="Nurse")
    words = words_of(lead.get(f"/self-assessments/{own_id}/history").text)
    assert (
        "Save answer, B02 22 November 2026 at 12:03:00pm, Contributor, trust A "
        "Save answer, B02 EDI lead, trust A: saved 3 times between 22 November 2026 at 12:00:00pm and "
        "22 November 2026 at 12:02:00pm Start self-assessment"
    ) in words
    with database.read() as session:
        assert len(session.exec(select(Event).where(Event.verb == "save answer")).all()) == 4


def test_history_page_by_page(
    lead: TestClient, own_id: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.queries.writing_history.A_PAGE", 2)
    for number in range(3):
        auto(lead, path, opened(lead, path), narrative=f"Text {number}")
    history = f"/self-assessments/{own_id}/history"
    newest = lead.get(history).text
    assert "saved 2 times" in words_of(newest)
    assert re.findall(r"history\?before=(\d+)", newest) == ["3"]
    oldest = lead.get(f"{history}?before=3").text
    assert "Start self-assessment" in words_of(oldest)
    assert re.findall(r"history\?before=(\d+)", oldest) == []
    assert [lead.get(f"{history}?before={one}").status_code for one in ("x", "-1", "٣", "9" * 10)] == [
        404
    ] * 4


def test_A01_history_is_the_organisations_own(browser_of: BrowserOf, story: Story, own_id: str) -> None:
    stranger = browser_of(story.people["lead_b"])
    real = stranger.get(f"/self-assessments/{own_id}/history")
    random = stranger.get(f"/self-assessments/{uuid4()}/history")
    assert (real.status_code, real.content) == (404, random.content)


def test_an_autosave_reads_no_library(lead: TestClient, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes every few seconds from everybody who types."""

    def never(*_: object, **__: object) -> None:
        raise AssertionError("the page was loaded")

    monkeypatch.setattr("app.web.answers.load_sheet", never)
    monkeypatch.setattr("app.queries.evidence.library", never)
    assert auto(lead, path, "", narrative="x").status_code == 200


def test_D02_history_holds_no_text(lead: TestClient, database: Database, own_id: str, path: str) -> None:
    canary = "CANARY of special category"
    lead.post(path, data={"form-seen": "", "narrative": canary})
    with database.read() as session:
        facts = session.exec(select(Event.facts).where(Event.stream == f"self-assessment:{own_id}")).all()
    assert "CANARY" not in str(facts)
