"""The whole story in a real browser: by keyboard alone at two widths, and by mouse without JavaScript."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pikepdf
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import PATIENCE
from tests.journeys.hands import Hands, Keyboard, Mouse
from tests.journeys.inspection import Inspection
from tests.journeys.judging import Judging, judged
from tests.journeys.portal import RunningPortal
from tests.journeys.telling import Telling, told

pytestmark = pytest.mark.journey
DESKTOP, TELEPHONE = 1280, 320
HEIGHT = 800


def page_of(browser: Browser, width: int, *, has_scripts: bool) -> Page:
    """A page in a context of its own: it shares no cookie with another."""
    context = browser.new_context(
        viewport={"width": width, "height": HEIGHT}, java_script_enabled=has_scripts, locale="en-GB"
    )
    context.set_default_timeout(PATIENCE)
    return context.new_page()


@contextmanager
def played(
    browser: Browser,
    portal: RunningPortal,
    inspection: Inspection,
    hands: type[Hands],
    width: int,
    pairs: int,
) -> Iterator[list[Hands]]:
    """As many pairs of hands as asked for; afterwards no page that they opened had anything wrong with it."""
    expect.set_options(timeout=PATIENCE)
    pages = [page_of(browser, width, has_scripts=inspection.has_scripts) for _ in range(pairs)]
    try:
        yield [hands(page, portal.address, inspection) for page in pages]
    except BaseException as failure:
        failure.add_note(f"opened: {inspection.opened[-5:]}\nfound so far: " + "\n".join(inspection.findings))
        failure.add_note(f"the server said: {portal.log.read_text()[-2000:]}")
        raise
    assert "\n".join(inspection.findings) == ""
    for page in pages:
        page.context.close()


def journey(
    browser: Browser, portal: RunningPortal, inspection: Inspection, hands: type[Hands], width: int
) -> None:
    """Tell the story; then the certificate is one page of PDF."""
    with played(browser, portal, inspection, hands, width, 2) as (mine, strangers):
        is_one_page(*told(Telling(portal, mine), strangers))


def is_one_page(certificate: Path, number: str) -> None:
    assert certificate.read_bytes()[:5] == b"%PDF-"
    with pikepdf.open(certificate) as document:
        assert (len(document.pages), number in str(document.docinfo)) == (1, True)


@pytest.mark.parametrize("width", [DESKTOP, TELEPHONE])
def test_the_story_by_keyboard_alone(
    browser: Browser, portal: RunningPortal, pictures: Path | None, width: int
) -> None:
    inspection = Inspection(f"{width}", has_scripts=True, pictures=pictures)
    journey(browser, portal, inspection, Keyboard, width)


def test_the_story_without_javascript(browser: Browser, portal: RunningPortal, pictures: Path | None) -> None:
    inspection = Inspection("no-scripts", has_scripts=False, pictures=pictures)
    journey(browser, portal, inspection, Mouse, DESKTOP)


@pytest.mark.parametrize("width", [DESKTOP, TELEPHONE])
def test_judging_by_keyboard_alone(
    browser: Browser, portal: RunningPortal, pictures: Path | None, width: int
) -> None:
    inspection = Inspection(f"judging-{width}", has_scripts=True, pictures=pictures)
    with played(browser, portal, inspection, Keyboard, width, 1) as (mine,):
        judged(Judging(portal, mine))


def test_judging_without_javascript(browser: Browser, portal: RunningPortal, pictures: Path | None) -> None:
    inspection = Inspection("judging-no-scripts", has_scripts=False, pictures=pictures)
    with played(browser, portal, inspection, Mouse, DESKTOP, 1) as (mine,):
        judged(Judging(portal, mine))
