"""The annual picture over HTTP: from the lines that dashboards add up, for the Assembly alone."""

import html
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime

import docx
import pypdfium2
import pytest
from fastapi.testclient import TestClient

from app.db import Database
from app.models import Person
from tests.conftest import Clock
from tests.recognised import recognised
from tests.story import Story

BrowserOf = Callable[[Person], TestClient]


def text_of(page: str) -> str:
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", page).split()))


def test_it_counts_what_is_held_on_the_day_and_what_moved(
    browser_of: BrowserOf, story: Story, database: Database, clock: Clock
) -> None:
    with database.write() as session:
        recognised(session, story)
    page = text_of(browser_of(story.people["administrator"]).get("/annual").text)
    for said in (
        "Annual picture 2026/27",
        "As of 22 November 2026, which has not ended.",
        "8 organisations take part. 1 of 8 (12%) hold a level.",
        "Recognitions given in the year: 1. Ended: 0.",
        "Fictional ICB 1 2 1 0 3 1 of 3",
        "Not known: the portal's records begin on 22 November 2026",
        "Fictional trust A (fictional) Bronze 22 November 2026",
    ):
        assert said in page, said
    clock.at = datetime(2027, 4, 10, 12, 0, tzinfo=UTC)
    administrator = browser_of(story.people["administrator"])
    ended = text_of(administrator.get("/annual").text)  # the year that has ended, as of its last day
    assert "As of 31 March 2027." in ended
    newer = text_of(administrator.get("/annual?year=2027").text)
    assert "Bronze 1 1 0" in newer
    assert "Recognitions given in the year: 0." in newer
    assert administrator.get("/annual?year=2025").status_code == 404


def test_word_and_pdf_say_the_same(
    browser_of: BrowserOf, story: Story, database: Database, clock: Clock
) -> None:
    with database.write() as session:
        recognised(session, story)
    administrator = browser_of(story.people["administrator"])
    answer = administrator.get("/annual.docx?year=2026")
    assert answer.headers["content-disposition"].startswith(
        'attachment; filename="annual-picture-2026-2027.docx"'
    )
    cells = [
        cell.text
        for table in docx.Document(io.BytesIO(answer.content)).tables
        for row in table.rows
        for cell in row.cells
    ]
    drawn = pypdfium2.PdfDocument(administrator.get("/annual.pdf?year=2026").content)
    words = " ".join(" ".join(page.get_textpage().get_text_bounded() for page in drawn).split())
    for said in ("Fictional trust A (fictional)", "1 of 3", "Share of 8"):
        assert (said in cells, said in words) == (True, True), said


@pytest.mark.parametrize("part", ["icb_viewer_1", "region_viewer", "moderator", "lead_a", "reviewer_1"])
def test_it_is_the_administrators(browser_of: BrowserOf, story: Story, clock: Clock, part: str) -> None:
    browser = browser_of(story.people[part])
    assert [browser.get(f"/annual{ending}").status_code for ending in ("", ".docx", ".pdf")] == [404] * 3
