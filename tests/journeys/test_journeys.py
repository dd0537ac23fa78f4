"""The whole story in a real browser: by keyboard alone at two widths, and by mouse without JavaScript."""

from pathlib import Path

import pikepdf
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import PATIENCE
from tests.journeys.hands import Hands, Keyboard, Mouse
from tests.journeys.inspection import Inspection
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


def journey(
    browser: Browser, portal: RunningPortal, inspection: Inspection, hands: type[Hands], width: int
) -> None:
    """Tell the story; then the certificate is one page of PDF, and no page had anything wrong with it."""
    expect.set_options(timeout=PATIENCE)
    pages = [page_of(browser, width, has_scripts=inspection.has_scripts) for _ in range(2)]
    mine, strangers = (hands(page, portal.address, inspection) for page in pages)
    try:
        certificate, number = told(Telling(portal, mine), strangers)
    except BaseException as failure:
        failure.add_note(f"opened: {inspection.opened[-5:]}\nfound so far: " + "\n".join(inspection.findings))
        failure.add_note(f"the server said: {portal.log.read_text()[-2000:]}")
        raise
    is_one_page(certificate, number)
    assert "\n".join(inspection.findings) == ""
    for page in pages:
        page.context.close()


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
