"""After recognition, in a browser: figures of a past day, revocation and appeal, examples of good practice.

Each is played by keyboard at the width of a telephone, and every page it opens is looked at on a desktop's and on paper
as well; then by mouse without JavaScript.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.journeys.analysing import Analysing, analysed
from tests.journeys.hands import Hands, Keyboard, Mouse
from tests.journeys.inspection import ThoroughInspection
from tests.journeys.portal import RunningPortal
from tests.journeys.recognised import past, recognised
from tests.journeys.recognising import Recognising, overseen, shared
from tests.journeys.test_journeys import DESKTOP, TELEPHONE, played

pytestmark = pytest.mark.journey
HANDS = [pytest.param(Keyboard, id="by keyboard alone"), pytest.param(Mouse, id="without JavaScript")]


@contextmanager
def begun(
    browser: Browser, portal: RunningPortal, pictures: Path | None, label: str, hands: type[Hands]
) -> Iterator[list[Hands]]:
    """Somebody signed in and a stranger."""
    has_scripts = hands is Keyboard
    own, other = (TELEPHONE, DESKTOP) if has_scripts else (DESKTOP, TELEPHONE)
    label = f"{label}-{'keyboard' if has_scripts else 'no-scripts'}"
    inspection = ThoroughInspection(label, has_scripts, pictures, widths=(other,))
    with played(browser, portal, inspection, hands, own, 2) as both:
        yield both


@pytest.mark.parametrize("hands", HANDS)
def test_an_analyst_asks_for_a_past_day(
    browser: Browser, portal: RunningPortal, pictures: Path | None, hands: type[Hands]
) -> None:
    known = past(portal)
    with begun(browser, portal, pictures, "analyst", hands) as (mine, _):
        analysed(Analysing(portal, mine, known))


@pytest.mark.parametrize("hands", HANDS)
def test_two_revoke_and_two_others_judge_the_appeal(
    browser: Browser, portal: RunningPortal, pictures: Path | None, hands: type[Hands]
) -> None:
    told = recognised(portal)
    with begun(browser, portal, pictures, "revoked", hands) as (mine, strangers):
        overseen(Recognising(portal, mine, told), strangers)


@pytest.mark.parametrize("hands", HANDS)
def test_an_answer_is_shown_until_consent_is_taken_back(
    browser: Browser, portal: RunningPortal, pictures: Path | None, hands: type[Hands]
) -> None:
    told = recognised(portal)
    with begun(browser, portal, pictures, "shared", hands) as (mine, strangers):
        shared(Recognising(portal, mine, told), strangers)
