"""Two versions side by side: facts of both, the words that changed, and never a byte that may not be opened."""

import html
import io
import re
from collections.abc import Callable
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from app.config import Settings
from app.db import Database
from app.models import EvidenceCheck, EvidenceVersion, ScanState
from app.rules.differences import Kind, Piece
from app.web.evidence_comparison import CONTEXT, shortened
from tests import samples
from tests.story import Story

BrowserOf = Callable[..., TestClient]
TITLED = {
    "title": "WRES report",
    "evidence_date-day": "27",
    "evidence_date-month": "3",
    "evidence_date-year": "2026",
}


@pytest.fixture
def settings(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    """With a scanner (that nobody asks here) for the tests about the state of a scan."""
    asked = "scan" in request.fixturenames
    return settings.model_copy(update={"scanner": "tcp://127.0.0.1:1"}) if asked else settings


@pytest.fixture
def lead(browser_of: BrowserOf, story: Story) -> TestClient:
    return browser_of(story.people["lead_a"])


def text_of(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def with_versions(lead: TestClient, story: Story, name: str, *contents: bytes) -> str:
    """The path of an item with these versions."""
    library = f"/organisations/{story.organisations['ZZA'].id}/evidence"
    first = lead.post(f"{library}/new", data=TITLED, files={"file": (name, io.BytesIO(contents[0]))})
    assert first.status_code == 303, text_of(first.text)
    with_item = re.search(r"/evidence/[0-9a-f-]{36}", first.headers["location"])
    assert with_item
    for content in contents[1:]:
        answer = lead.post(f"{with_item[0]}/versions", files={"file": (name, io.BytesIO(content))})
        assert answer.status_code == 303
    return with_item[0]


def compared(lead: TestClient, item: str, a: int = 1, b: int = 2) -> str:
    answer = lead.get(f"{item}/versions/compare?a={a}&b={b}")
    assert answer.status_code == 200
    return answer.text


def marked(page: str, tag: str) -> list[str]:
    found = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
    inner = [re.sub(r"<span[^>]*>.*?</span>", "", one, flags=re.DOTALL) for one in found]
    return [html.unescape(one) for one in inner]


def test_changed_words_are_marked_and_facts_stand_side_by_side(lead: TestClient, story: Story) -> None:
    item = with_versions(
        lead, story, "minutes.txt", b"The board met in May and agreed.", b"The board met in June and agreed."
    )
    page = compared(lead, item)
    assert (marked(page, "del"), marked(page, "ins")) == (["May"], ["June"])
    words = text_of(page)
    assert "Size 32 bytes 33 bytes (changed)" in words
    assert "File name minutes.txt minutes.txt Kind of file" in words
    assert "added: June end of added" in words
    assert "Compare with version 1" in text_of(lead.get(item).text)
    assert compared(lead, item, 2, 1).count("Versions 1 and 2") == page.count("Versions 1 and 2")


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("plan.docx", samples.docx),
        ("plan.xlsx", samples.xlsx),
        ("plan.csv", samples.csv),
        ("plan.pdf", samples.pdf),
    ],
)
def test_office_files_are_compared_by_their_words(
    lead: TestClient, story: Story, name: str, made: Callable[[str], bytes]
) -> None:
    item = with_versions(lead, story, name, made("before the board"), made("after the board"))
    page = compared(lead, item)
    assert set(marked(page, "del")) == {"before"}
    assert set(marked(page, "ins")) == {"after"}


def test_uploaded_text_is_never_markup(lead: TestClient, story: Story) -> None:
    item = with_versions(lead, story, "a.txt", b"plain", b"plain <script>alert(1)</script> <ins>no</ins>")
    page = compared(lead, item)
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert "<ins>no" not in page


def test_same_words_in_other_bytes_are_said_to_be_the_same(lead: TestClient, story: Story) -> None:
    item = with_versions(lead, story, "a.txt", b"Same words", b"Same words\n\n")
    assert "Both versions have the same words." in text_of(compared(lead, item))


def test_pictures_are_compared_by_their_facts(lead: TestClient, story: Story) -> None:
    item = with_versions(lead, story, "a.png", samples.png("one"), samples.png("two"))
    assert "A picture has no words to compare." in text_of(compared(lead, item))


def test_addresses_are_compared_and_not_opened(lead: TestClient, story: Story) -> None:
    library = f"/organisations/{story.organisations['ZZA'].id}/evidence"
    made = lead.post(f"{library}/new-link", data=TITLED | {"url": "https://trust.example/1"})
    item = made.headers["location"]
    lead.post(f"{item}/versions", data={"url": "https://trust.example/2"})
    words = text_of(compared(lead, item))
    assert "Address https://trust.example/1 https://trust.example/2 (changed)" in words
    assert "The portal opens no addresses" in words


@pytest.mark.parametrize(
    ("scan", "part", "sentence"),
    [
        (ScanState.INFECTED, "lead_a", "nobody can open it"),
        (ScanState.INFECTED, "contributor_a", "nobody can open it"),
        (ScanState.WAITING, "contributor_a", "Only the person who uploaded a file can open it"),
    ],
)
def test_A05_what_may_not_be_opened_is_not_read_here_either(
    lead: TestClient,
    story: Story,
    database: Database,
    browser_of: BrowserOf,
    monkeypatch: pytest.MonkeyPatch,
    scan: ScanState,
    part: str,
    sentence: str,
) -> None:
    item = with_versions(lead, story, "a.txt", b"secret canary one", b"secret canary two")
    set_scans(database, 2, scan)
    monkeypatch.setattr("app.web.evidence_comparison.text_of", lambda *_: pytest.fail("the file was read"))
    page = compared(browser_of(story.people[part]), item)
    assert (sentence in text_of(page), "canary" in page) == (True, False)


def set_scans(database: Database, number: int, scan: ScanState) -> None:
    """Version ``number`` as given, all others clean."""
    with database.write() as session:
        for version in session.exec(select(EvidenceVersion)).all():
            check = session.get(EvidenceCheck, version.id) or EvidenceCheck(evidence_version_id=version.id)
            check.scan = scan if version.number == number else ScanState.CLEAN
            session.add(check)


@pytest.mark.parametrize("scan", [ScanState.WAITING])
def test_the_uploader_may_compare_while_the_scan_waits(
    lead: TestClient, story: Story, database: Database, scan: ScanState
) -> None:
    item = with_versions(lead, story, "a.txt", b"one", b"two")
    set_scans(database, 2, scan)
    assert marked(compared(lead, item), "ins") == ["two"]


@pytest.mark.parametrize("query", ["a=1&b=1", "a=1&b=3", "a=99&b=100"])
def test_versions_that_are_not_there_are_not_found(lead: TestClient, story: Story, query: str) -> None:
    item = with_versions(lead, story, "a.txt", b"one", b"two")
    assert lead.get(f"{item}/versions/compare?{query}").status_code == 404


@pytest.mark.parametrize("query", ["", "a=1", "a=x&b=2", "a=0&b=1", "a=1&b=99999999999999999999"])
def test_a_bad_address_is_told_so(lead: TestClient, story: Story, query: str) -> None:
    item = with_versions(lead, story, "a.txt", b"one", b"two")
    assert lead.get(f"{item}/versions/compare?{query}").status_code == 400


def test_A01_strangers_learn_nothing(lead: TestClient, story: Story, browser_of: BrowserOf) -> None:
    item = with_versions(lead, story, "a.txt", b"one", b"two")
    for part in ("lead_b", "reviewer_1"):
        stranger = browser_of(story.people[part])
        real = stranger.get(f"{item}/versions/compare?a=1&b=2")
        random = stranger.get(f"/evidence/{UUID(int=7)}/versions/compare?a=1&b=2")
        assert (real.status_code, real.content) == (404, random.content)


def test_a_long_unchanged_middle_is_left_out() -> None:
    same = "word " * 400
    (shown, changed) = shortened([Piece(Kind.SAME, same), Piece(Kind.ADDED, "new")])
    assert (shown.text[:CONTEXT], shown.text[-CONTEXT:]) == (same[:CONTEXT], same[-CONTEXT:])
    assert (re.findall(r"\[(.*?)\]", shown.text), changed) == (
        ["280 words are the same"],
        Piece(Kind.ADDED, "new"),
    )
    short = [Piece(Kind.SAME, "a" * 3 * CONTEXT), Piece(Kind.REMOVED, "b" * 9000)]
    assert shortened(short) == tuple(short)
