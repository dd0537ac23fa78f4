"""Worlds on databases of their own, made once for all tests of this folder that want the same one."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from app.config import Environment, Settings
from app.main import create_app
from tests.conftest import ON_POSTGRESQL, ORIGIN, _administer
from tests.independence.plays import Make, Worlds
from tests.independence.worlds import AT_WORK, LOOKING, Beginning, Play, World, begin
from tests.story import NOW, Story


@pytest.fixture(scope="package")
def make(template: tuple[str, Story], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Make]:
    """Play a world: the beginning, what its reviewers do three hours later; then it is two days after."""
    made: list[World] = []
    databases: list[str] = []

    def address(folder: Path) -> str:
        if not ON_POSTGRESQL:
            shutil.copy(template[0], folder / "portal.db")
            return f"sqlite:///{folder / 'portal.db'}"
        databases.append(f"test_{uuid4().hex}")
        _administer(template[0], f"CREATE DATABASE {databases[-1]} TEMPLATE template_portal")
        return template[0].format(databases[-1])

    def played(beginning: Beginning, play: Play) -> World:
        folder = tmp_path_factory.mktemp("world")
        settings = Settings(
            environment=Environment.DEVELOPMENT,
            data_dir=folder,
            database_url=address(folder),
            base_url=ORIGIN,
        )
        app = create_app(settings)
        world = World(app, app.state.portal.database, template[1])
        made.append(world)
        with pytest.MonkeyPatch.context() as patch:
            begin(world, beginning, patch)
            world.at = NOW + AT_WORK
            play(world)
        world.at, world.browsers = NOW + LOOKING, {}
        with world.database.read() as session:  # as in any process that has run for a while
            app.state.portal.shelf.get(session, world.story.version_id)
        return world

    yield played
    for world in made:
        world.database.close()
    for name in databases:
        _administer(template[0], f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="package")
def worlds(make: Make) -> Worlds:
    return Worlds(make)
