"""The journeys' own checks find what they are for: each is shown a page that breaks it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.hands import Keyboard
from tests.journeys.inspection import Inspection, ThoroughInspection

pytestmark = pytest.mark.journey
PAGE = """<!doctype html><html lang="en-GB"><head><title>Made up - page</title></head>
<body><main><h1>Made up</h1>{}</main></body></html>"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 320, "height": 800})
    yield context.new_page()
    context.close()


def found(page: Page, body: str) -> list[str]:
    """The findings on a page with this body, without the address and what follows the first words."""
    inspection = Inspection("made up", has_scripts=True, pictures=None)
    inspection.attend(page)
    page.set_content(PAGE.format(body))
    inspection.look(page)
    return [one.partition(": ")[2].partition(" (")[0] for one in inspection.findings]


def test_a_good_page_has_no_findings(page: Page) -> None:
    assert found(page, "<p>All is well.</p>") == []


@pytest.mark.parametrize(
    ("body", "finding"),
    [
        ("<h1>Another</h1>", "2 h1"),
        ("<table><caption>A</caption><tr><th>B</th></tr></table>", "a header cell without a scope"),
        ("<p id=a>A</p><p id=a>B</p>", "ids used twice: a"),
        ("<input name=a>", "no label: a"),
        ("<p style='margin: 0'>A</p>", 'inline style or script: <p style="margin: 0">A</p>'),
        ("<img src='data:,'>", "image-alt"),
        ("<p><span style='color: #bbb'>Pale</span></p>", "color-contrast"),
        ("<h3>Skipped one</h3>", "heading-order"),
        ("<p>&lt;span>Escaped&lt;/span></p>", "a tag shown as text: <span>Escaped</span>"),
    ],
)
def test_a_fault_is_found(page: Page, body: str, finding: str) -> None:
    assert finding in found(page, body)


def test_a_page_that_scrolls_sideways_is_found(page: Page) -> None:
    faults = found(page, "<pre>" + "wide " * 200 + "</pre>")
    assert [one for one in faults if one.startswith("scrolls sideways")] != []


@pytest.mark.parametrize(
    ("style", "finding"),
    [
        ("@media print { p { display: none } }", "not printed: p Words"),
        ("@media print { p { width: 2000px } }", "cut off on paper: p Words"),
        ("@media (min-width: 1000px) { p { width: 2000px } }", "scrolls sideways, 2008 px"),
        ("@media (min-width: 1000px) { p { color: #bbb } }", "color-contrast"),
    ],
)
def test_a_fault_of_another_width_or_of_paper_is_found(page: Page, style: str, finding: str) -> None:
    inspection = ThoroughInspection("made up", has_scripts=True, pictures=None, widths=(1280,))
    page.set_content(PAGE.format(f"<p>Words</p><style>{style}</style>"))
    inspection.look(page)
    found = "\n".join(inspection.findings)
    assert finding in found
    assert page.viewport_size == {"width": 320, "height": 800}
    page.set_content(PAGE.format("<p>Words</p>"))
    inspection.findings.clear()
    inspection.look(page)
    assert inspection.findings == []


def keyboard(page: Page, body: str) -> Keyboard:
    hands = Keyboard(page, "", Inspection("made up", has_scripts=True, pictures=None))
    page.set_content(PAGE.format(body))
    return hands


def test_the_keyboard_sees_a_focus_that_is_drawn(page: Page) -> None:
    hands = keyboard(page, "<button>One</button><button>Two</button>")
    two = hands.find("button", "Two")
    hands.reach(two)
    assert two.evaluate("one => one === document.activeElement") is True


def test_a_focus_that_nobody_can_see_is_refused(page: Page) -> None:
    hands = keyboard(page, "<button>One</button><button style='outline: none'>Two</button>")
    with pytest.raises(AssertionError, match="nothing shows"):
        hands.reach(hands.find("button", "Two"))


def test_what_the_keyboard_cannot_reach_is_refused(page: Page) -> None:
    hands = keyboard(page, "<button>One</button><button tabindex=-1>Two</button>")
    with pytest.raises(AssertionError, match="does not get to"):
        hands.reach(hands.find("button", "Two"))
