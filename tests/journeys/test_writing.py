"""Writing in real browsers: what is shown as saved is saved, and nothing typed goes lost on the way."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext, Locator, Page, StorageState, expect
from sqlmodel import Session, col, select

from app.actions import self_assessments, sign_in
from app.models import Answer, Event, FrameworkVersion, SelfAssessment, SignInSession
from tests.journeys.conftest import PATIENCE
from tests.journeys.hands import Keyboard
from tests.journeys.inspection import Inspection
from tests.journeys.portal import RunningPortal, running

pytestmark = pytest.mark.journey
DESKTOP, TELEPHONE = 1280, 320
SAVED = re.compile(r"^Saved \d\d:\d\d")
OFFLINE = "ERR_INTERNET_DISCONNECTED"


@dataclass
class Desk:
    """A running portal with a self-assessment to write in. Each test has a criterion of its own."""

    portal: RunningPortal
    self_assessment: SelfAssessment
    browser: Browser

    def context(self, part: str, width: int = DESKTOP, state: StorageState | None = None) -> BrowserContext:
        """A browser of its own; signed in unless ``state`` brings what an earlier one kept."""
        context = self.browser.new_context(viewport={"width": width, "height": 800}, storage_state=state)
        context.set_default_timeout(PATIENCE)
        if state is None:
            self.sign_in(context, part)
        return context

    def sign_in(self, context: BrowserContext, part: str) -> None:
        with self.portal.database.write() as session:
            at = self.portal.database.now(session)
            token = sign_in.open_session(session, self.portal.story.people[part].id, at=at)
        context.add_cookies([{"name": "portal", "value": token, "url": self.portal.address}])

    def page(self, context: BrowserContext, code: str) -> Page:
        page = context.new_page()
        page.goto(self.address(code))
        expect(page.locator("#writing")).to_be_visible()
        return page

    def address(self, code: str) -> str:
        return f"{self.portal.address}/self-assessments/{self.self_assessment.id}/criteria/{code}"

    def saved(self, code: str) -> dict[str, Any]:
        with self.portal.database.read() as session:
            return dict(
                session.exec(
                    select(Answer.values).where(Answer.criterion_code == code)
                ).first() or {}
            )  # fmt: skip

    def change_sessions(self, **values: Any) -> None:
        """What time would do to every sign-in, and a way to undo it."""
        with self.portal.database.write() as session:
            session.execute(sa.update(SignInSession).values(**values))


@pytest.fixture(scope="module")
def desk(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    expect.set_options(timeout=PATIENCE)
    with running(tmp_path_factory.mktemp("writing")) as portal:
        with portal.database.write() as session:
            made = _started(session, portal)
        yield Desk(portal, made, browser)


def _started(session: Session, portal: RunningPortal) -> SelfAssessment:
    story, at = portal.story, portal.database.now(session)
    version = session.get_one(FrameworkVersion, story.version_id)
    by = story.who(session, "lead_a", at)
    return self_assessments.start(session, story.organisations["ZZA"], version, by=by, at=at)


def narrative(page: Page) -> Locator:
    return page.locator("textarea[name=narrative]")


def status(page: Page, question: str = "narrative") -> Locator:
    return page.locator(f"[data-question={question}] [data-saving]")


def news(page: Page) -> Locator:
    return page.locator("#writing-news")


@pytest.fixture
def contexts() -> Iterator[Callable[[BrowserContext], BrowserContext]]:
    """Closes what a test opened."""
    opened: list[BrowserContext] = []

    def keep(context: BrowserContext) -> BrowserContext:
        opened.append(context)
        return context

    yield keep
    for context in opened:
        context.close()


Keep = Callable[[BrowserContext], BrowserContext]


@pytest.mark.parametrize("width", [DESKTOP, TELEPHONE])
def test_R20_typing_is_saved_by_itself_and_shown_as_saved_only_then(
    desk: Desk, contexts: Keep, width: int, pictures: Path | None
) -> None:
    code = {DESKTOP: "B02", TELEPHONE: "B04"}[width]
    inspection = Inspection(f"writing-{width}", has_scripts=True, pictures=pictures)
    page = desk.page(contexts(desk.context("lead_a", width)), code)
    inspection.attend(page)
    inspection.look(page)
    hands = Keyboard(page, desk.portal.address, inspection)
    hands.choose("2: Established")
    hands.reach(narrative(page))
    page.keyboard.type("We met the staff network")
    expect(status(page)).to_have_text("Not saved yet")
    inspection.look(page)
    expect(status(page)).to_have_text(SAVED)
    expect(status(page, "rating")).to_have_text(SAVED)
    assert desk.saved(code) == {"rating": "2", "narrative": "We met the staff network"}
    expect(news(page)).to_have_text("All changes saved")
    inspection.look(page)
    page.reload()
    expect(narrative(page)).to_have_value("We met the staff network")
    assert inspection.findings == []


def test_R20_a_long_burst_of_typing_is_saved_while_it_goes_on(desk: Desk, contexts: Keep) -> None:
    page = desk.page(contexts(desk.context("lead_a")), "B05")
    page.clock.install()
    narrative(page).focus()
    for _ in range(10):  # a second each, so that there never is a pause of two
        page.keyboard.type("go on ")
        page.clock.run_for(1000)
    expect(status(page)).not_to_have_text("")
    page.wait_for_function(
        "() => document.querySelector('[data-question=narrative] [data-saving]').textContent"
    )
    assert desk.saved("B05")["narrative"].startswith("go on go on")


def test_R20_offline_for_a_while_loses_nothing(desk: Desk, contexts: Keep) -> None:
    context = contexts(desk.context("lead_a"))
    page = desk.page(context, "B06")
    narrative(page).fill("Before the train went into the tunnel.")
    expect(status(page)).to_have_text(SAVED)
    context.set_offline(True)
    narrative(page).fill("Before and in the tunnel.")
    expect(status(page)).to_have_text("Not saved: reconnecting")
    expect(news(page)).to_contain_text("Not saved.")
    assert desk.saved("B06") == {"narrative": "Before the train went into the tunnel."}
    narrative(page).press_sequentially(" And more.")
    context.set_offline(False)
    expect(status(page)).to_have_text(SAVED)
    page.wait_for_function("() => Object.keys(localStorage).length === 0")
    assert desk.saved("B06")["narrative"] in page.locator("textarea[name=narrative]").input_value()
    expect(narrative(page)).to_have_value(desk.saved("B06")["narrative"])


def test_K11_an_answer_that_got_lost_is_no_conflict_with_oneself(desk: Desk, contexts: Keep) -> None:
    """The first save arrives, its answer does not; what is typed meanwhile is saved after it."""
    page = desk.page(contexts(desk.context("lead_a")), "B07")
    lost: list[str] = []

    def lose(route: Any) -> None:
        if not lost and not route.request.url.endswith("presence"):
            lost.append(route.request.url)
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/criteria/B07", lose)
    narrative(page).fill("Once")
    expect(status(page)).to_have_text("Not saved: reconnecting")
    narrative(page).fill("Once and more")
    expect(status(page)).to_have_text(SAVED)
    expect(narrative(page)).to_have_value("Once and more")
    assert desk.saved("B07") == {"narrative": "Once and more"}
    assert len(lost) == 1


def test_X04_a_session_that_ended_goes_on_after_signing_in_in_another_tab(desk: Desk, contexts: Keep) -> None:
    context = contexts(desk.context("contributor_a"))
    page = desk.page(context, "B08")
    narrative(page).fill("Before.")
    expect(status(page)).to_have_text(SAVED)
    context.clear_cookies()
    narrative(page).fill("Before and after.")
    expect(status(page)).to_have_text("Not saved: sign in again")
    banner = page.get_by_role("region", name="Your sign-in")
    expect(banner).to_contain_text("You have been signed out.")
    with context.expect_page() as opened:
        banner.get_by_role("link", name="Sign in (opens in a new tab)").click()
    expect(opened.value.get_by_role("heading", level=1)).to_contain_text("Sign in")
    desk.sign_in(context, "contributor_a")
    opened.value.close()
    page.bring_to_front()
    page.evaluate("() => dispatchEvent(new Event('focus'))")
    expect(status(page)).to_have_text(SAVED)
    expect(banner).to_be_hidden()
    assert desk.saved("B08") == {"narrative": "Before and after."}


def test_X04_another_person_who_signed_in_does_not_save_under_their_name(desk: Desk, contexts: Keep) -> None:
    context = contexts(desk.context("contributor_a"))
    page = desk.page(context, "B09")
    context.clear_cookies()
    desk.sign_in(context, "lead_a")
    narrative(page).fill("Whose is it?")
    expect(status(page)).to_have_text("Not saved: sign in again as yourself")
    assert desk.saved("B09") == {}


def test_X04_five_minutes_before_the_end_it_is_said_and_one_can_stay(desk: Desk, contexts: Keep) -> None:
    context = contexts(desk.context("sponsor_a"))
    context.close()
    context = contexts(desk.context("lead_a"))
    inspection = Inspection("session", has_scripts=True, pictures=None)
    with desk.portal.database.write() as session:
        at = desk.portal.database.now(session)
        newest = sa.select(col(SignInSession.id)).order_by(col(SignInSession.started_at).desc()).limit(1)
        session.execute(
            sa.update(SignInSession)
            .where(col(SignInSession.id).in_(newest))
            .values(seen_at=at - timedelta(minutes=1))
        )
    page = desk.page(context, "B10")
    banner = page.get_by_role("region", name="Your sign-in")
    expect(banner).to_be_hidden()
    desk.change_sessions(seen_at=at - timedelta(minutes=56))
    page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    expect(banner).to_contain_text("You will be signed out at")
    expect(news(page)).to_contain_text("You will be signed out at")
    inspection.look(page)
    hands = Keyboard(page, desk.portal.address, inspection)
    hands.activate(banner.get_by_role("button", name="Stay signed in"))
    expect(banner).to_be_hidden()
    expect(narrative(page).or_(page.locator("#writing input:focus"))).not_to_have_count(0)
    with desk.portal.database.read() as session:
        times = session.exec(select(SignInSession.seen_at).where(col(SignInSession.seen_at) > at)).all()
    assert len(times) == 1
    assert inspection.findings == []


def test_R20_a_tab_that_crashes_brings_its_text_back(desk: Desk, contexts: Keep) -> None:
    """The page dies without a word while offline, so that only what the browser kept can bring the text back."""
    context = contexts(desk.context("lead_a"))
    page = desk.page(context, "B11")
    narrative(page).fill("Saved text.")
    expect(status(page)).to_have_text(SAVED)
    context.set_offline(True)
    narrative(page).fill("Saved text, and ten seconds of typing.")
    page.wait_for_function("() => Object.keys(localStorage).some(one => one.startsWith('portal-draft:'))")
    kept = page.evaluate("() => Object.values(localStorage).join()")
    assert "seconds" not in kept
    state = context.storage_state()
    context.close()

    stranger = contexts(desk.context("contributor_a", state=state))
    stranger.clear_cookies()
    desk.sign_in(stranger, "contributor_a")
    page = desk.page(stranger, "B11")
    expect(narrative(page)).to_have_value("Saved text.")
    assert page.evaluate("() => Object.keys(localStorage).length") == 1

    again = contexts(desk.context("lead_a", state=state))
    page = desk.page(again, "B11")
    expect(narrative(page)).to_have_value("Saved text, and ten seconds of typing.")
    expect(page.get_by_role("region", name="Text brought back")).to_contain_text("is back in the form")
    expect(status(page)).to_have_text(SAVED)
    assert desk.saved("B11") == {"narrative": "Saved text, and ten seconds of typing."}
    page.wait_for_function("() => Object.keys(localStorage).length === 0")


def test_K01_two_people_in_different_questions_merge_and_see_each_other(desk: Desk, contexts: Keep) -> None:
    lead = desk.page(contexts(desk.context("lead_a")), "B12")
    narrative(lead).fill("The lead's text.")
    expect(status(lead)).to_have_text(SAVED)
    contributor = desk.page(contexts(desk.context("contributor_a")), "B12")
    expect(contributor.locator("#others")).to_contain_text("Also here now: EDI lead, trust A")
    narrative(lead).fill("The lead's text, and more.")
    expect(status(lead)).to_have_text(SAVED)
    contributor.get_by_role("radio", name="1: ").first.check()
    expect(status(contributor, "rating")).to_have_text(SAVED)
    expect(narrative(contributor)).to_have_value("The lead's text, and more.")
    expect(status(contributor)).to_have_text("EDI lead, trust A changed this")
    assert desk.saved("B12") == {"rating": "1", "narrative": "The lead's text, and more."}
    narrative(lead).press_sequentially("!")
    expect(lead.locator("#others")).to_contain_text("Contributor, trust A")


def test_K01_two_people_in_one_question_see_both_texts_and_choose(
    desk: Desk, contexts: Keep, pictures: Path | None
) -> None:
    inspection = Inspection("both-texts", has_scripts=True, pictures=pictures)
    lead = desk.page(contexts(desk.context("lead_a", TELEPHONE)), "B13")
    contributor = desk.page(contexts(desk.context("contributor_a")), "B13")
    narrative(contributor).fill("The policy was reviewed by the network.")
    expect(status(contributor)).to_have_text(SAVED)
    narrative(lead).fill("The policy was reviewed by the board.")
    lead.get_by_role("radio", name="1: ").first.check()
    expect(status(lead)).to_contain_text("Somebody else changed this: choose.")
    expect(status(lead, "rating")).to_have_text(SAVED)
    assert desk.saved("B13") == {"rating": "1", "narrative": "The policy was reviewed by the network."}
    inspection.look(lead)
    hands = Keyboard(lead, desk.portal.address, inspection)
    hands.press("Choose between the two texts", status=409)
    hands.reads("Contributor, trust A saved it on")
    assert [one.split() for one in lead.locator("ins").all_inner_texts()] == [
        ["added:", "board", "end", "of", "added"]
    ]
    assert [one.split() for one in lead.locator("del").all_inner_texts()] == [
        ["removed:", "network", "end", "of", "removed"]
    ]
    hands.press("Save what you chose", status=422)
    hands.choose("Both, the saved one first")
    hands.press("Save what you chose")
    both = "The policy was reviewed by the network.\n\nThe policy was reviewed by the board."
    expect(narrative(lead)).to_have_value(both)
    assert desk.saved("B13") == {"rating": "1", "narrative": both}
    lead.wait_for_function("() => Object.keys(localStorage).length === 0")
    assert [one for one in inspection.findings if "status of 409" not in one] == []


def test_the_live_region_is_one_and_polite_and_status_lines_are_silent(desk: Desk, contexts: Keep) -> None:
    page = desk.page(contexts(desk.context("lead_a")), "B14")
    assert page.locator("#writing-news").get_attribute("role") == "status"
    assert page.locator("[data-saving][aria-live], [data-saving][role]").count() == 0
    narrative(page).fill("One.")
    expect(status(page)).to_have_text(SAVED)
    expect(news(page)).to_have_text("All changes saved")
    tree = page.locator("#writing-news").aria_snapshot()
    assert "All changes saved" in tree


def test_every_save_is_a_line_of_history(desk: Desk) -> None:
    with desk.portal.database.read() as session:
        verbs = session.exec(
            select(Event.verb).where(Event.stream == f"self-assessment:{desk.self_assessment.id}")
        ).all()
        versions = session.exec(select(Answer.version)).all()
    assert verbs.count("save answer") == sum(versions)
