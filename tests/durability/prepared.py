"""Organisations at different steps of the journey, each with a window of its own so that each can be released."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from app.db import Database
from app.models import Window
from app.upgrade import upgrade
from benchmarks import judging
from benchmarks.rows import Rows
from benchmarks.world import World, sign_in, started
from benchmarks.writing import written


@dataclass(frozen=True)
class Prepared:
    path: str  # of the SQLite file
    world: World
    self_assessments: dict[UUID, UUID]  # by organisation
    windows: dict[UUID, UUID]  # by organisation

    @property
    def url(self) -> str:
        return f"sqlite:///{self.path}"


def prepared(folder: Path, organisations: int) -> Prepared:
    """One in three under review, one in three with a certificate, one in three with answers only."""
    database = Database(f"sqlite:///{folder / 'portal.db'}")
    upgrade(database)
    own_ids, windows, issued = {}, {}, 0
    with database.write() as session:
        world, rows = started(session, organisations)
        for number, body in enumerate(world.bodies):
            own = written(world, rows, body)
            own_ids[body.id] = own.id
            windows[body.id] = world.windows["now"] = _window(world, rows, number)
            if number % 3 == 1:
                issued += 1
                judging.recognised(world, rows, body, own, issued)
            if number % 3 == 0:
                judging.under_review(world, rows, body, own)
        judging.counted(world, rows, issued)
        rows.pour(session)
    people = [
        *world.people.values(),
        *(id_ for body in world.bodies for id_ in (body.lead_id, body.sponsor_id)),
    ]
    sign_in(world, database, people)
    database.close()
    return Prepared(str(folder / "portal.db"), world, own_ids, windows)


def _window(world: World, rows: Rows, number: int) -> UUID:
    return rows.add(
        Window,
        framework_version_id=world.version_id,
        name=f"Window of trust {number}",
        levels=[level.id for level in world.framework.levels],
        opens_at=world.now - timedelta(days=30),
        closes_at=world.now + timedelta(days=30),
        decision_promised_on=(world.now + timedelta(days=90)).date(),
    )
