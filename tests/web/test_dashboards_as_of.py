"""A dashboard as of any day: the same answer for ever, corrections as corrections, pictures and files as the page."""

import csv
import html
import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import event

from app.actions import day_ends
from app.actions.standings import restate
from app.db import Database
from app.models import CriterionFigure, Membership, Organisation, Person, Role, Status
from tests.conftest import Clock
from tests.holdings import ON, certificate, submission, trust
from tests.story import NOW, Story

pytestmark = pytest.mark.reaches_past  # these tests write rows that no action would

BrowserOf = Callable[[Person], TestClient]
DAY = timedelta(days=1)


def cells_of(page: str, caption: str) -> list[list[str]]:
    """The rows of the table with this caption, as a person reads them."""
    table = page.partition(f">{caption}</caption>")[2].partition("</table>")[0]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", table, re.DOTALL)
    return [[html.unescape(cell) for cell in re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", row)] for row in rows]


def captions(page: str) -> list[str]:
    return [html.unescape(one) for one in re.findall(r"<caption[^>]*>([^<]*)</caption>", page)]


def files(page: str) -> list[str]:
    return [html.unescape(one) for one in re.findall(r'href="(/dashboards/[^"]*\.csv\?on=[^"]*)"', page)]


@pytest.fixture
def path(story: Story) -> str:
    return f"/dashboards/{story.organisations['ZZ1'].id}"


def test_a_past_day_reads_alike_after_anything_that_is_recorded_later(
    database: Database, story: Story, browser_of: BrowserOf, clock: Clock, path: str
) -> None:
    """A merger that is recorded a month late, a revocation, a new trust, a new submission."""
    with database.write() as session:
        merged, kept = (trust(session, story, code) for code in ("T1", "T2"))
        certificate(session, story, merged, "silver", issued=ON)
        certificate(session, story, kept, "bronze", issued=ON)
        submission(session, story, kept, "silver", Status.SUBMITTED)
    day = ON + DAY
    clock.at = NOW + 2 * DAY
    viewer = browser_of(story.people["icb_viewer_1"])
    before = viewer.get(f"{path}?on={day}").text
    listed = viewer.get(f"{path}/organisations?on={day}").text
    later = NOW + 40 * DAY
    with database.write() as session:
        gone = session.get_one(Organisation, merged.id)
        gone.valid_to = ON
        restate(session, gone, cause=f"organisation:{gone.id}", at=later)
        certificate(session, story, trust(session, story, "T9", at=later), "gold", issued=ON, at=later)
        day_ends.close_day(session, at=later)
    clock.at = later
    viewer = browser_of(story.people["icb_viewer_1"])  # the sign-in of last month has ended
    after = viewer.get(f"{path}?on={day}").text
    told = [one for one in captions(before) if one not in ("The same day with what is known today",)]
    assert len(told) > 5
    assert [cells_of(after, one) for one in told] == [cells_of(before, one) for one in told]
    listed_now = viewer.get(f"{path}/organisations?on={day}").text
    assert cells_of(listed_now, captions(listed)[0]) == cells_of(listed, captions(listed)[0])
    corrected = {row[0]: row[1:] for row in cells_of(after, "The same day with what is known today")[1:]}
    assert corrected == {
        "No level held": ["3", "3", "0"],
        "Bronze": ["1", "1", "0"],
        "Silver": ["1", "0", "-1"],
        "Gold": ["0", "1", "+1"],
    }
    causes = [row[0] for row in cells_of(after, "What was recorded later")[1:]]
    assert causes == ["Trust T1", "Trust T1", "Trust T9", "Trust T9"] or set(causes) == {
        "Trust T1",
        "Trust T9",
    }


@pytest.mark.parametrize(
    ("search", "sentence"),
    [
        (f"?on={ON + DAY}", "The date must be today or in the past."),
        (f"?on={ON - DAY}", "The portal's records begin on 22 November 2026."),
        ("?on-day=31&on-month=2&on-year=2026", "date"),
    ],
)
def test_a_day_of_which_nothing_can_be_told_says_why(
    search: str, sentence: str, story: Story, browser_of: BrowserOf, path: str
) -> None:
    viewer = browser_of(story.people["icb_viewer_1"])
    for page in ("", "/organisations"):
        answer = viewer.get(f"{path}{page}{search}")
        assert answer.status_code == 422
        assert sentence in html.unescape(answer.text)
        assert "There is a problem" in answer.text
        assert captions(answer.text) == []
    assert viewer.get(f"{path}/tables/levels.csv{search}").status_code == 404


def test_a_day_typed_in_three_fields_has_an_address_of_its_own(
    story: Story, browser_of: BrowserOf, path: str
) -> None:
    answer = browser_of(story.people["icb_viewer_1"]).get(f"{path}?on-day=22&on-month=11&on-year=2026")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?on=2026-11-22")


@pytest.fixture
def told(database: Database, story: Story) -> None:
    """Something in every table."""
    with database.write() as session:
        one, other = (trust(session, story, code) for code in ("T1", "T2"))
        certificate(session, story, one, "silver", issued=ON, expires=ON + 40 * DAY)
        submission(session, story, other, "bronze", Status.SUBMITTED)
        for area in ("ZZ1", "ZZR"):
            session.add(
                CriterionFigure(
                    area_id=story.organisations[area].id,
                    framework_version_id=story.version_id,
                    level="bronze",
                    criterion_code="B01",
                    from_on=ON,
                    judged=16,
                    met=11,
                )
            )


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize("code", ["ZZ1", "ZZR", "all"])
def test_d07_each_file_says_what_its_table_says(code: str, story: Story, browser_of: BrowserOf) -> None:
    area = code if code == "all" else story.organisations[code].id
    browser = browser_of(story.people["administrator"])
    page = browser.get(f"/dashboards/{area}").text
    links = files(page)
    made = [cells_of(page, html.escape(caption, quote=False)) for caption in captions(page)]
    assert len(links) == len(made) > 6
    for link, table in zip(links, made, strict=True):
        rows = list(csv.reader(io.StringIO(browser.get(link).content.decode("utf-8-sig"))))
        assert [[cell.lstrip("'") for cell in row[2:]] for row in rows] == table


@pytest.mark.usefixtures("told")
def test_d07_a_picture_says_what_its_table_says(story: Story, browser_of: BrowserOf, path: str) -> None:
    page = browser_of(story.people["icb_viewer_1"]).get(path).text
    pictures = re.findall(r"<svg class=\"portal-chart[ \"].*?</svg>", page, re.DOTALL)
    numbers = [re.findall(r'portal-chart__value"[^>]*>([^<]*)<', one) for one in pictures]
    levels = cells_of(page, "Organisations by highest level held")
    assert numbers[0] == [row[1] for row in levels[1:-1]]
    assert numbers[2] == [row[-1] for row in cells_of(page, "How often criteria were met, by principle")[1:]]
    assert all('aria-hidden="true"' in one for one in pictures)


def test_d06_nothing_is_told_of_fewer_than_eight(
    database: Database, story: Story, browser_of: BrowserOf, path: str
) -> None:
    with database.write() as session:
        session.add(
            CriterionFigure(
                area_id=story.organisations["ZZ1"].id,
                framework_version_id=story.version_id,
                level="bronze",
                criterion_code="B01",
                from_on=ON,
                judged=7,
                met=5,
            )
        )
    page = browser_of(story.people["icb_viewer_1"]).get(path).text
    assert "How often each criterion was met" not in captions(page)
    assert "Nothing can be told yet" in page


def test_what_ends_soon_is_known_ahead_and_a_renewal_takes_it_out(
    database: Database, story: Story, browser_of: BrowserOf, path: str
) -> None:
    with database.write() as session:
        soon, later, renewed, closing = (trust(session, story, f"T{number}") for number in range(4))
        certificate(session, story, soon, "silver", issued=ON, expires=ON + 40 * DAY)
        certificate(session, story, later, "bronze", issued=ON, expires=ON + 150 * DAY)
        certificate(session, story, renewed, "bronze", issued=ON, expires=ON + 30 * DAY)
        certificate(session, story, renewed, "bronze", issued=ON, expires=ON + 900 * DAY)
        certificate(session, story, closing, "bronze", issued=ON, expires=ON + 900 * DAY)
        closing.valid_to = ON + 10 * DAY
        restate(session, closing, cause=f"organisation:{closing.id}", at=NOW)
    page = browser_of(story.people["icb_viewer_1"]).get(path).text
    assert cells_of(page, "Organisations whose level ends unless it is renewed")[1:] == [
        ["Bronze", "0", "1"],
        ["Silver", "1", "1"],
        ["Gold", "0", "0"],
    ]


def test_nobody_is_told_of_a_submission_with_a_conflict_of_interest(
    database: Database, story: Story, browser_of: BrowserOf
) -> None:
    """Neither by the counts, nor by the list, nor by who never began."""
    browser = browser_of(story.people["administrator_of_a"])
    paths = [f"/dashboards/{story.organisations['ZZR'].id}", "/dashboards/all"]
    pages = [page for one in paths for page in (one, f"{one}/organisations", f"{one}/tables/stages.csv")]
    before = [browser.get(one).text for one in pages]
    with database.write() as session:
        organisation = session.get_one(Organisation, story.organisations["ZZA"].id)
        submission(session, story, organisation, "bronze", Status.SUBMITTED)
    assert [browser.get(one).text for one in pages] == before
    other = browser_of(story.people["administrator"]).get(pages[0]).text
    assert cells_of(other, "Submissions by level and stage")[1][-1] == "1"


def test_all_regions_are_for_the_assembly(story: Story, browser_of: BrowserOf) -> None:
    answers = {
        part: browser_of(story.people[part]).get("/dashboards/all").status_code
        for part in ("administrator", "region_viewer", "icb_viewer_1", "moderator", "lead_a")
    }
    assert answers == {
        "administrator": 200,
        "region_viewer": 404,
        "icb_viewer_1": 404,
        "moderator": 404,
        "lead_a": 404,
    }


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """Those of the last transaction: a page is one, after the sign-in's own."""
    said: list[str] = []

    def begin(*_: object) -> None:
        said.clear()

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if statement != "BEGIN":
            said.append(statement)

    listening = (("begin", begin), ("before_cursor_execute", note))
    for name, heard in listening:
        event.listen(database.engine, name, heard)
    yield said
    for name, heard in listening:
        event.remove(database.engine, name, heard)


@pytest.mark.parametrize("code", ["ZZ1", "ZZR", "all"])
def test_l10_the_number_of_queries_does_not_grow(
    code: str, database: Database, story: Story, browser_of: BrowserOf
) -> None:
    area = code if code == "all" else story.organisations[code].id
    browser = browser_of(story.people["administrator"])
    browser.get(f"/dashboards/{area}")  # the first one reads the framework version, once a process
    found: dict[int, list[int]] = {}
    made = 0
    for number in (10, 60, 120):
        many_more(database, story, made, number)
        made = number
        found[number] = []
        for page in (f"/dashboards/{area}", f"/dashboards/{area}/organisations"):
            with statements(database) as said:
                assert browser.get(page).status_code == 200
            found[number].append(len(said))
    assert found[10] == found[60] == found[120]
    assert max(found[10]) <= 15


def many_more(database: Database, story: Story, made: int, number: int) -> None:
    with database.write() as session:
        for place in range(made, number):
            one = trust(session, story, f"N{place}")
            if place % 3 == 1:
                certificate(session, story, one, "bronze", issued=ON)
            if place % 3 == 2:
                submission(session, story, one, "bronze", Status.SUBMITTED)


def test_checkpoints_change_no_answer(
    database: Database, story: Story, browser_of: BrowserOf, clock: Clock, path: str
) -> None:
    with database.write() as session:
        certificate(session, story, trust(session, story, "T1"), "silver", issued=ON, expires=ON + 100 * DAY)
    clock.at = NOW + 200 * DAY
    viewer = browser_of(story.people["icb_viewer_1"])
    days = [ON, ON + 20 * DAY, date(2026, 12, 31), ON + 101 * DAY, ON + 200 * DAY]
    before = [viewer.get(f"{path}?on={day}").text for day in days]
    with database.write() as session:
        assert day_ends.is_due(session, NOW)
        assert day_ends.checkpoint(session, at=clock.at) == 7
        assert day_ends.checkpoint(session, at=clock.at) == 0
    assert [viewer.get(f"{path}?on={day}").text for day in days] == before


def test_a_region_viewer_may_also_be_administrator(
    database: Database, story: Story, browser_of: BrowserOf
) -> None:
    """Whoever looks after an area sees all of it, conflict or not, and elsewhere what the Assembly's people see."""
    with database.write() as session:
        person = story.people["administrator_of_a"]
        session.add(
            Membership(
                person_id=person.id,
                role=Role.REGION_VIEWER,
                organisation_id=story.organisations["ZZR"].id,
                granted_at=NOW - DAY,
            )
        )
        organisation = session.get_one(Organisation, story.organisations["ZZA"].id)
        submission(session, story, organisation, "bronze", Status.SUBMITTED)
    browser = browser_of(story.people["administrator_of_a"])
    own = browser.get(f"/dashboards/{story.organisations['ZZR'].id}").text
    assert cells_of(own, "Submissions by level and stage")[1][-1] == "1"
    assert cells_of(browser.get("/dashboards/all").text, "Submissions by level and stage")[1][-1] == "0"
