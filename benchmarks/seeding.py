"""The databases that are measured."""

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from app.actions import standings
from app.db import Database
from app.models import SelfAssessment, Status
from app.queries import audit
from app.upgrade import upgrade
from benchmarks import judging
from benchmarks.rows import Rows
from benchmarks.world import Body, World, sign_in, started
from benchmarks.writing import written

RECOGNISED_SHARE = 1.0  # so that agreement is worked out of two reviews for each organisation
BY_THE_THOUSAND = 5_000  # rows are poured after so many organisations, which keeps memory flat


@dataclass(frozen=True)
class Load:
    """What the clients of the load test open: by organisation, its self-assessment and reviewer 1's review."""

    world: World
    self_assessments: dict[UUID, UUID]
    reviews: dict[UUID, UUID]

    def body(self, number: int) -> Body:
        return self.world.bodies[number % len(self.world.bodies)]


def for_load(folder: Path, trusts: int, url: str = "") -> Load:
    """Every organisation with answers, evidence and a submission under review; most with a certificate of last year.

    In SQLite, unless ``url`` names another. RuntimeError when the portal's own audit finds a fault in what was made.
    """
    database = _new(folder, url)
    own_ids, reviews = {}, {}
    with database.write() as session:
        world, rows = started(session, trusts)
        for serial, body in enumerate(world.bodies, 1):
            own = written(world, rows, body)
            own_ids[body.id] = own.id
            if serial <= trusts * RECOGNISED_SHARE:
                judging.recognised(world, rows, body, own, serial)
            _, reviews[body.id] = judging.under_review(world, rows, body, own)
        judging.counted(world, rows, int(trusts * RECOGNISED_SHARE))
        rows.pour(session)
        standings.state_all(session, at=world.now)
    sign_in(world, database, [*world.people.values(), *(body.lead_id for body in world.bodies)])
    _check_and_close(database)
    return Load(world, own_ids, reviews)


def for_growth(folder: Path, trusts: int, url: str = "") -> World:
    """As many organisations as asked for, with submissions and certificates.

    Nothing was written or sealed in it, so the audit would rightly complain.
    """
    database = _new(folder, url)
    with database.write() as session:
        world, rows = started(session, trusts, own_people=False)
        for serial, body in enumerate(world.bodies, 1):
            _counted_only(world, rows, body, serial)
            if serial % BY_THE_THOUSAND == 0:
                rows.pour(session)
        judging.counted(world, rows, trusts)
        rows.pour(session)
    rested(database)
    sign_in(world, database, world.people.values())
    database.close()
    return world


def _counted_only(world: World, rows: Rows, body: Body, serial: int) -> None:
    own = {"organisation_id": body.id, "framework_version_id": world.version_id, "started_at": world.now}
    own_id = rows.add(SelfAssessment, **own)
    released = judging.submitted(world, rows, body, own_id, "before", Status.RELEASED)
    judging.decided(world, rows, body, released, serial)
    if serial % 2:
        judging.submitted(world, rows, body, own_id, "now", Status.IN_REVIEW)


def rested(database: Database) -> None:
    """As after a night on SQLite, or a minute on PostgreSQL, whose autovacuum would else fall into the measuring."""
    database.learn_sizes()
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("VACUUM ANALYZE"))


def _new(folder: Path, url: str = "") -> Database:
    folder.mkdir(parents=True, exist_ok=True)
    database = Database(url or f"sqlite:///{folder / 'portal.db'}")
    upgrade(database)
    return database


def _check_and_close(database: Database) -> None:
    with database.write() as session:
        session.connection().execute(sa.text("ANALYZE"))
    with database.read() as session:
        if faults := audit.verify(session):
            raise RuntimeError(f"the seeded database is not sound: {faults[0]}")
    database.close()
