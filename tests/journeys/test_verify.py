"""A member of the public with a certificate in hand: its QR code, its number, its file; and files that are not ours."""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.rules.days import uk_day
from tests.forgeries import edits
from tests.forgeries.originals import another, original
from tests.journeys.conftest import PATIENCE
from tests.journeys.hands import Hands, Keyboard, Mouse
from tests.journeys.inspection import Inspection
from tests.journeys.portal import RunningPortal
from tests.journeys.test_journeys import DESKTOP, TELEPHONE, page_of, played
from tests.verifying import registered

pytestmark = pytest.mark.journey
NUMBER, REVOKED = "ARF-2026-000017", "ARF-2026-000018"
DROP = """([selector, name, text]) => {
  const bytes = Uint8Array.from(atob(text), one => one.charCodeAt(0));
  const given = new DataTransfer();
  given.items.add(new File([bytes], name, {type: 'application/pdf'}));
  const form = document.querySelector(selector);
  form.dispatchEvent(new DragEvent('dragover', {dataTransfer: given, bubbles: true, cancelable: true}));
  form.dispatchEvent(new DragEvent('drop', {dataTransfer: given, bubbles: true, cancelable: true}));
}"""


@dataclass
class Register:
    """A portal that issued two certificates, one of them revoked."""

    portal: RunningPortal
    token: str


@pytest.fixture
def register(portal: RunningPortal) -> Register:
    with portal.database.write() as session:
        at = portal.database.now(session)
        today = uk_day(at)
        held = registered(session, portal.story, original(), expires_on=today + timedelta(days=900))
        registered(
            session,
            portal.story,
            another(),
            revoked_on=today,
            revoke_reason="A figure was wrong.",
            drawn_at=at,
        )
        return Register(portal, held.certificate.token)


def checked(hands: Hands, register: Register, folder: Path) -> None:
    """What somebody does who does not believe a certificate yet."""
    hands.open(f"/verify/{register.token}")
    assert hands.heading() == f"Certificate {NUMBER} Genuine and in date"
    hands.reads(f"Certificates can be checked only at {register.portal.address.partition('//')[2]}/verify")
    hands.follow("Check another certificate")
    hands.write("Certificate number", REVOKED.lower())
    hands.press("Check")
    assert hands.heading() == f"Certificate {REVOKED} Revoked"
    hands.reads("Reason: A figure was wrong.")
    for name, pdf, heading in (
        ("signed", original().signed, f"Signed copy of certificate {NUMBER} Genuine and in date"),
        (
            "accessible",
            original().accessible,
            f"Unsigned accessible copy of certificate {NUMBER} Genuine and in date",
        ),
        ("changed", next(edits.text_edits(original())).pdf, "The file that you chose Changed copy"),
        ("strange", b"%PDF-1.7 a letter", "The file that you chose Not ours"),
    ):
        hands.follow("Check another certificate")
        path = folder / f"{name}.pdf"
        path.write_bytes(pdf)
        hands.attach("Certificate, credential or badge (PDF, JWT, SVG or PNG)", path)
        hands.press("Check the file")
        assert hands.heading() == heading
    hands.follow("Check another certificate")
    hands.press("Check the file", status=422)
    hands.reads("Choose the certificate’s file: a PDF, a credential or a badge.")


@pytest.mark.parametrize("width", [DESKTOP, TELEPHONE])
def test_a_certificate_is_checked_by_keyboard_alone(
    browser: Browser, register: Register, pictures: Path | None, tmp_path: Path, width: int
) -> None:
    inspection = Inspection(f"verify-{width}", has_scripts=True, pictures=pictures)
    with played(browser, register.portal, inspection, Keyboard, width, 1) as (mine,):
        checked(mine, register, tmp_path)


def test_a_certificate_is_checked_without_javascript(
    browser: Browser, register: Register, pictures: Path | None, tmp_path: Path
) -> None:
    inspection = Inspection("verify-no-scripts", has_scripts=False, pictures=pictures)
    with played(browser, register.portal, inspection, Mouse, DESKTOP, 1) as (mine,):
        checked(mine, register, tmp_path)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    expect.set_options(timeout=PATIENCE)
    made = page_of(browser, DESKTOP, has_scripts=True)
    yield made
    made.context.close()


def test_a_file_is_dropped_on_the_page_and_the_verdict_printed(page: Page, register: Register) -> None:
    page.goto(f"{register.portal.address}/verify")
    expect(page.get_by_text("Or drop the file here.")).to_be_visible()
    text = base64.b64encode(original().signed).decode()
    with page.expect_navigation():
        page.evaluate(DROP, ["form[data-drop]", "certificate.pdf", text])
    expect(page.get_by_role("heading", level=1)).to_contain_text("Genuine and in date")
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("Certificates can be checked only at")).to_be_visible()
    expect(page.get_by_text(re.compile(r"^Checked on \d"))).to_be_visible()
    expect(page.get_by_text("Check another certificate")).to_be_hidden()
    expect(page.get_by_role("navigation", name="Menu")).to_be_hidden()
