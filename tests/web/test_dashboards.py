"""Dashboard and register as pages and as files."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from app.db import Database
from app.models import CertificateDrawing, Organisation, Person, Succession
from app.web.spreadsheets import safe_cell
from tests.conftest import Clock
from tests.drawn import draw_all
from tests.holdings import ON, certificate, trust
from tests.story import Story
from tests.walk import title_of

pytestmark = pytest.mark.reaches_past  # these tests write rows that no action would

BrowserOf = Callable[[Person], TestClient]
FORMULA = '=HYPERLINK("https://evil.example","Click")'


def rows_of(answer: Response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        ("Trust = one", "Trust = one"),
        (ON, "2026-11-22"),
        (None, ""),
        (5, "5"),
    ],
)
def test_d09_no_cell_starts_a_formula(value: object, shown: str) -> None:
    assert safe_cell(value) == shown


def test_the_files_guard_names_against_formulas(
    database: Database, story: Story, browser_of: BrowserOf, client: TestClient
) -> None:
    with database.write() as session:
        made = trust(session, story, "T1")
        made.name = FORMULA
        certificate(session, story, made)
    icb = story.organisations["ZZ1"]
    dashboard = browser_of(story.people["icb_viewer_1"]).get(f"/dashboards/{icb.id}/organisations.csv")
    assert dashboard.headers["content-type"] == "text/csv; charset=utf-8"
    assert (
        dashboard.headers["content-disposition"] == 'attachment; filename="organisations-ZZ1-2026-11-22.csv"'
    )
    assert [row[0] for row in rows_of(dashboard)[1:] if row[1] == "T1"] == [f"'{FORMULA}"]
    assert [row[0] for row in rows_of(client.get("/register.csv"))[1:]] == [f"'{FORMULA}"]


def test_the_file_says_the_same_as_the_page(database: Database, story: Story, browser_of: BrowserOf) -> None:
    with database.write() as session:
        certificate(session, story, trust(session, story, "T1"), "silver")
    viewer, icb = browser_of(story.people["icb_viewer_1"]), story.organisations["ZZ1"]
    rows = rows_of(viewer.get(f"/dashboards/{icb.id}/organisations.csv?level=silver"))
    last_day = str(ON + timedelta(days=900))
    assert rows[1:] == [["Trust T1", "T1", "trust", "Silver", last_day, "", "2026-11-22"]]
    page = viewer.get(f"/dashboards/{icb.id}/organisations?level=silver").text
    assert ("Trust T1" in page, "Fictional trust A" in page) == (True, False)


@pytest.mark.parametrize(
    "search", ["?start=-1", "?start=x", "?name=" + "x" * 201, "?start=99999999999", "?on=yesterday"]
)
def test_an_address_that_makes_no_sense_is_refused_clearly(
    search: str, story: Story, browser_of: BrowserOf
) -> None:
    viewer, icb = browser_of(story.people["icb_viewer_1"]), story.organisations["ZZ1"]
    answer = viewer.get(f"/dashboards/{icb.id}/organisations{search}")
    assert (answer.status_code, title_of(answer.text).partition(" - ")[0]) == (400, "This could not be read")


def test_a_trust_has_no_dashboard(story: Story, browser_of: BrowserOf) -> None:
    administrator = browser_of(story.people["administrator"])
    own, random = (
        administrator.get(f"/dashboards/{id_}")
        for id_ in (story.organisations["ZZA"].id, "00000000-0000-4000-8000-000000000000")
    )
    assert (own.status_code, own.content) == (404, random.content)


def test_c10_a_certificate_expires_at_midnight_in_the_united_kingdom(
    database: Database, story: Story, client: TestClient, clock: Clock
) -> None:
    with database.write() as session:
        made = certificate(session, story, trust(session, story, "T1"), expires=ON)
    titles = []
    for hour, minute in ((23, 59), (24, 0)):
        clock.at = clock.at.replace(hour=0, minute=0) + timedelta(hours=hour, minutes=minute)
        titles.append(title_of(client.get(f"/verify/{made.token}").text).partition(":")[0])
        clock.at = clock.at.replace(day=ON.day)
    assert titles == ["Genuine and in date", "Genuine, expired"]


def test_a_successor_is_named_and_holds_nothing(database: Database, story: Story, client: TestClient) -> None:
    with database.write() as session:
        old, new = (trust(session, story, code) for code in ("T1", "T2"))
        made = certificate(session, story, old)
        session.add(Succession(predecessor_id=old.id, successor_id=new.id, on_date=ON))
    page = client.get(f"/verify/{made.token}").text
    assert "became part of Trust T2. The certificate stays with" in " ".join(page.split())
    assert "Trust T2" not in client.get("/register").text


def test_the_pdf_of_a_renamed_organisation_is_what_it_was(
    app: FastAPI, database: Database, story: Story, browser_of: BrowserOf
) -> None:
    with database.write() as session:
        made = certificate(session, story, session.get_one(Organisation, story.organisations["ZZA"].id))
        session.add(CertificateDrawing(certificate_id=made.id))
    draw_all(app)
    lead = browser_of(story.people["lead_a"])
    before = lead.get(f"/certificates/{made.id}/signed.pdf").content
    with database.write() as session:
        session.get_one(Organisation, made.organisation_id).name = "Renamed since"
    assert (before[:5], lead.get(f"/certificates/{made.id}/signed.pdf").content == before) == (b"%PDF-", True)
