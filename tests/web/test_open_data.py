"""The register as files and as a feed."""

import io
from datetime import timedelta
from xml.etree import ElementTree

import openpyxl
import pytest
from fastapi.testclient import TestClient

from app.db import Database
from app.jobs.nights import publish_head
from app.queries import heads
from app.rules.heads import read_kept
from tests.conftest import ORIGIN, Clock
from tests.holdings import ON, certificate, trust
from tests.story import Story
from tests.web.test_dashboards import FORMULA, rows_of

pytestmark = pytest.mark.reaches_past  # these tests write rows that no action would
ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture
def register(database: Database, story: Story, clock: Clock) -> None:
    """A body whose name a spreadsheet would run, and one whose certificate is revoked."""
    with database.write() as session:
        made = trust(session, story, "T1")
        made.name = FORMULA
        certificate(session, story, made)
        certificate(session, story, trust(session, story, "T2"), revoked=ON - timedelta(days=1))


@pytest.mark.usefixtures("register")
def test_the_workbook_holds_dates_and_no_formula(client: TestClient) -> None:
    answer = client.get("/register.xlsx")
    assert answer.headers["content-disposition"] == 'attachment; filename="register-2026-11-22.xlsx"'
    head, row = openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows()
    assert [cell.value for cell in head][:3] == ["Organisation", "ODS code", "Level"]
    assert [(cell.value, cell.data_type) for cell in row][:3] == [
        (FORMULA, "s"),
        ("T1", "s"),
        ("Bronze", "s"),
    ]
    assert (row[4].data_type, row[4].value.date()) == ("d", ON - timedelta(days=100))


@pytest.mark.usefixtures("register")
def test_every_change_as_a_file(client: TestClient) -> None:
    rows = rows_of(client.get("/register-changes.csv"))
    assert [(row[0], row[1], row[3], row[6]) for row in rows[1:]] == [
        ("2026-11-21", "revoked", "Trust T2", "A wrong figure."),
        ("2026-08-14", "issued", "Trust T2", ""),
        ("2026-08-14", "issued", f"'{FORMULA}", ""),
    ]


@pytest.mark.usefixtures("register")
def test_the_feed_is_well_formed_and_names_each_change_for_ever(client: TestClient) -> None:
    answer = client.get("/register.atom")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = ElementTree.fromstring(answer.content)
    entries = feed.findall("a:entry", ATOM)
    ids = [entry.findtext("a:id", namespaces=ATOM) for entry in entries]
    assert (len(ids), len(set(ids)), ids) == (3, 3, sorted(ids, key=ids.index))
    titles = [entry.findtext("a:title", namespaces=ATOM) for entry in entries]
    assert titles[0] == "Trust T2 (T2): Bronze revoked"
    assert titles[2] == f"{FORMULA} (T1): Bronze issued"
    assert feed.findtext("a:updated", namespaces=ATOM) == "2026-11-21T00:00:00+00:00"


@pytest.mark.usefixtures("register")
@pytest.mark.parametrize("header", ["host", "x-forwarded-host", "forwarded"])
def test_c12_addresses_are_the_settings_whatever_host_was_asked(client: TestClient, header: str) -> None:
    for path in ("/register.atom", "/open-data", "/api/v1/register", "/api/v1/register/T1"):
        asked = client.get(path, headers={header: "localhost"}).text
        assert (asked, f"{ORIGIN}/" in asked or f'"{ORIGIN}"' in asked) == (client.get(path).text, True)


def test_an_empty_register_has_files_and_a_feed_too(client: TestClient, clock: Clock) -> None:
    assert [len(rows_of(client.get(path))) for path in ("/register.csv", "/register-changes.csv")] == [1, 1]
    sheet = openpyxl.load_workbook(io.BytesIO(client.get("/register.xlsx").content)).active
    assert sheet.max_row == 1
    feed = ElementTree.fromstring(client.get("/register.atom").content)
    assert feed.findall("a:entry", ATOM) == []


def test_c14_the_newest_head_is_on_the_page_and_all_of_them_are_a_file(
    client: TestClient, database: Database, clock: Clock
) -> None:
    assert rows_of(client.get("/history-heads.csv")) == [["Day", "Head"]]
    assert "The first head is published in the night" in client.get("/open-data").text
    for _ in range(2):
        publish_head(database, "office@example.invalid")
        clock.at += timedelta(days=1)
    with database.read() as session:
        newest, first = heads.published(session)
    answer = client.get("/history-heads.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="history-heads-2026-11-24.csv"'
    assert rows_of(answer)[1:] == [
        ["2026-11-22", newest.sha256],
        ["2026-11-21", first.sha256],
    ]
    assert read_kept(answer.content.decode("utf-8-sig")) == [newest, first]
    page = client.get("/open-data").text
    assert ("22 November 2026" in page, newest.sha256 in page, first.sha256 in page) == (True, True, False)


def test_the_page_says_how_to_connect(client: TestClient) -> None:
    text = client.get("/open-data").text.replace("<wbr>", "")  # where a narrow screen may break an address
    for address in (
        "/api/v1/register",
        "/api/v1/changes",
        "/api/v1/areas",
        "/register.atom",
        "/register.xlsx",
    ):
        assert address in text
    assert "RelativePath = address" in text
