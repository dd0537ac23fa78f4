"""One portal for all tests of this folder: they only try to change things, and each proves that it did not."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.actions import sign_in
from app.config import Environment, Settings
from app.db import Database
from app.main import create_app
from app.models import Person
from app.web.transaction import cookie_name
from tests.architecture.tenants import Tenant, made_tenants
from tests.conftest import ON_POSTGRESQL, ORIGIN, _administer
from tests.story import NOW, Story


@pytest.fixture(scope="package")
def database_url(template: tuple[str, Story], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if not ON_POSTGRESQL:
        path = tmp_path_factory.mktemp("shared") / "portal.db"
        shutil.copy(template[0], path)
        yield f"sqlite:///{path}"
        return
    name = f"test_{uuid4().hex}"
    _administer(template[0], f"CREATE DATABASE {name} TEMPLATE template_portal")
    yield template[0].format(name)
    _administer(template[0], f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="package")
def app(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    folder: Path = tmp_path_factory.mktemp("data")
    made = create_app(
        Settings(
            environment=Environment.DEVELOPMENT, data_dir=folder, database_url=database_url, base_url=ORIGIN
        )
    )
    database = made.state.portal.database
    database.now = lambda session: NOW  # the story's moment, for all of them
    yield made
    database.close()


@pytest.fixture(scope="package")
def database(app: FastAPI) -> Database:
    found: Database = app.state.portal.database
    return found


@pytest.fixture(scope="package")
def story(template: tuple[str, Story]) -> Story:
    return template[1]


@pytest.fixture(scope="package")
def tenants(app: FastAPI, database: Database, story: Story) -> dict[str, Tenant]:
    with database.write() as session:
        a, b = made_tenants(session, story, app.state.portal.files)
    return {"a": a, "b": b}


@pytest.fixture(scope="package")
def browser(app: FastAPI, database: Database, story: Story) -> Callable[[str], TestClient]:
    """The signed-in browser of a part, the same each time; of nobody for the empty name."""
    opened: dict[str, TestClient] = {}

    def of(part: str) -> TestClient:
        if part not in opened:
            opened[part] = TestClient(
                app,
                base_url=ORIGIN,
                headers={"sec-fetch-site": "same-origin"},
                cookies=_cookies(app, database, story.people[part]) if part else {},
                follow_redirects=False,
                raise_server_exceptions=False,
            )
        return opened[part]

    return of


def _cookies(app: FastAPI, database: Database, person: Person) -> dict[str, str]:
    with database.write() as session:
        return {cookie_name(app.state.portal): sign_in.open_session(session, person.id, at=NOW)}
