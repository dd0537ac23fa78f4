"""What a holder may show and say, and how it changes by itself when it is no longer so."""

import re
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient

from app.config import ROOT
from app.db import Database
from app.models import Certificate, Person
from app.rules import badges
from app.rules.badges import LEVELS, PLAIN, Form
from app.rules.credentials import Places
from tests.conftest import ORIGIN, Clock
from tests.holdings import ON, certificate, trust
from tests.recognition import revoked
from tests.story import Story

FOLDER = ROOT / "static" / "badges"
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)> & Söhne'


def picture(name: str, kind: str = "svg") -> bytes:
    return (FOLDER / f"{name}.{kind}").read_bytes()


@pytest.mark.reaches_past
@pytest.mark.parametrize(
    ("more", "is_fictional", "form"),
    [
        ({}, False, "held"),
        ({}, True, "demonstration"),
        ({"expires": ON}, False, "held"),  # its last day
        ({"expires": ON - timedelta(days=1)}, True, "expired"),
        ({"revoked": ON}, False, "revoked"),
    ],
)
def test_c10_the_picture_is_that_of_today(
    database: Database, story: Story, client: TestClient, clock: Clock, more: dict[str, object],
    is_fictional: bool, form: str,
) -> None:  # fmt: skip
    with database.write() as session:
        made = certificate(session, story, trust(session, story, "T1"), "silver", **more)  # type: ignore[arg-type]
        made.is_fictional = is_fictional
        token = made.token
    for kind in ("svg", "png"):
        answer = client.get(f"/badges/{token}.{kind}")
        assert answer.content == picture(f"silver-{form}", kind)
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        assert answer.headers["cache-control"] == "public, max-age=60"
    html = client.get(f"/credentials/{token}").text
    holds = form in ("held", "demonstration")
    assert ("We hold Silver" in html, "&lt;img src=" in html, "nobody may use its badge" in html) == (
        holds,
        holds,
        not holds,
    )


class Tags(HTMLParser):
    """The start tags of a piece of HTML, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.reaches_past
def test_c15_the_snippet_is_a_picture_in_a_link_whatever_the_organisation_is_called(
    database: Database, story: Story, client: TestClient, clock: Clock
) -> None:
    with database.write() as session:
        made = certificate(session, story, trust(session, story, "T1"))
        made.organisation_name = HOSTILE
        token = made.token
        said = Tags(badges.snippet(made, Places(ORIGIN)))
    assert [(tag, found.get("href") or found.get("src")) for tag, found in said.tags] == [
        ("a", f"{ORIGIN}/verify/{token}"),
        ("img", f"{ORIGIN}/badges/{token}.svg"),
    ]
    assert (said.text.strip(), HOSTILE in str(said.tags[1][1]["alt"])) == ("", True)
    page = client.get(f"/credentials/{token}")
    shown = unescape(re.findall(r"<pre[^>]*><code>(.*?)</code>", page.text, re.S)[0])
    assert Tags(shown).tags == said.tags
    assert ("<script>alert" in page.text, "style=" in page.text) == (False, False)


def test_the_page_says_what_may_be_said_to_holder_and_public_alike(
    client: TestClient, browser_of: Callable[[Person], TestClient], story: Story, certificate: Certificate
) -> None:
    sentence = (
        "We hold Bronze of the North West anti-racist framework, issued by The Assembly on 22 November 2026, in date "
        f"until 22 November 2029. Certificate {certificate.number}. Demonstration only. Not a recognition of any "
        "organisation."
    )
    lead = browser_of(story.people["lead_a"])
    own, public = (one.get(f"/credentials/{certificate.token}").text for one in (lead, client))
    assert (sentence in own, sentence in public) == (True, True)
    link = f'href="/credentials/{certificate.token}"'
    pages = [
        lead.get(f"/certificates/{certificate.id}").text,
        client.get(f"/verify/{certificate.token}").text,
        client.get(f"/verify?number={certificate.number}").text,
    ]
    # C-09: by its number alone nobody is given the address.
    assert [link in page for page in pages] == [True, True, False]


def test_a_website_that_shows_the_badge_shows_the_revocation(
    database: Database, story: Story, client: TestClient, certificate: Certificate
) -> None:
    address = f"/badges/{certificate.token}.svg"
    before = client.get(address).content
    with database.write() as session:
        revoked(session, story, session.get_one(Certificate, certificate.id))
    assert (before, client.get(address).content) == (
        picture("bronze-demonstration"),
        picture("bronze-revoked"),
    )


def test_the_pictures_are_those_that_are_drawn_from_the_template() -> None:
    """The committed PNG is of the committed SVG, and that of the template, up to a smoothed edge."""
    done = subprocess.run(
        [sys.executable, "scripts/badges.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "badges: as drawn\n")


@pytest.mark.parametrize("level", [*LEVELS, PLAIN])
@pytest.mark.parametrize("form", Form)
def test_a_picture_needs_nothing_from_elsewhere_and_says_what_it_is(level: str, form: Form) -> None:
    text = picture(f"{level}-{form}").decode()
    root = ElementTree.fromstring(text)
    names = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert names <= {"svg", "title", "g", "circle", "ellipse", "path"}
    assert re.findall(r"href|url\(|@import|<script|style=|on\w+=|font", text) == []
    title = root.findtext("{http://www.w3.org/2000/svg}title")
    name = level.capitalize() if level in LEVELS else "Recognised"
    said = "" if form is Form.HELD else f": {form}"
    assert title == f"{name}, anti-racist framework{said}"
    assert picture(f"{level}-{form}", "png")[:8] == b"\x89PNG\r\n\x1a\n"
