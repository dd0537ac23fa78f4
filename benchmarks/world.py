"""A portal's database with as many organisations as asked for: fictional, whole, and sound by the audit's rules."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from secrets import token_urlsafe
from uuid import UUID, uuid4

from sqlmodel import Session

from app.actions.loading import publish_framework
from app.cli.commands import FRAMEWORK
from app.criteria.loader import load_folder
from app.criteria.schema import Framework, OrganisationKind
from app.db import Database
from app.models import FrameworkVersion, Membership, Organisation, Person, Role, SignInSession, Window
from app.rules.sessions import hash_token
from benchmarks.rows import Rows

ICBS = 3
LONG_AGO = timedelta(days=700)


@dataclass(frozen=True)
class Body:
    """A fictional trust and the people who write and sign for it."""

    id: UUID
    name: str
    ods_code: str
    icb_id: UUID
    region_id: UUID
    lead_id: UUID
    sponsor_id: UUID


@dataclass
class World:
    """What a run must know of the database it made."""

    framework: Framework
    version_id: UUID
    now: datetime
    region_id: UUID = field(default_factory=uuid4)
    icb_ids: list[UUID] = field(default_factory=lambda: [uuid4() for _ in range(ICBS + 1)])
    bodies: list[Body] = field(default_factory=list)
    people: dict[str, UUID] = field(default_factory=dict)  # by part
    windows: dict[str, UUID] = field(default_factory=dict)
    tokens: dict[UUID, str] = field(default_factory=dict)  # of open sign-in sessions, by person

    def token(self, part: str) -> str:
        return self.tokens[self.people[part]]


def started(session: Session, trusts: int, *, own_people: bool = True) -> tuple[World, Rows]:
    """The framework, ``trusts`` organisations, people and windows. Without ``own_people`` all trusts share two."""
    framework = load_folder(FRAMEWORK)
    now = datetime.now(UTC).replace(microsecond=0)
    version: FrameworkVersion = publish_framework(session, framework, at=now - LONG_AGO)
    world, rows = World(framework, version.id, now), Rows()
    _areas(world, rows)
    _assembly(world, rows)
    shared = None if own_people else _pair(world, rows, 0, world.region_id)
    for number in range(trusts):
        _body(world, rows, number, shared)
    _windows(world, rows)
    return world, rows


def _areas(world: World, rows: Rows) -> None:
    region = {"icb_id": None, "region_id": world.region_id, "kind": OrganisationKind.REGION}
    rows.add(Organisation, id=world.region_id, ods_code="ZZR", name="Fictional region", **_fiction(region))
    for number, id_ in enumerate(world.icb_ids, 1):
        icb = {"icb_id": id_, "region_id": world.region_id, "kind": OrganisationKind.ICB}
        rows.add(
            Organisation, id=id_, ods_code=f"ZZI{number}", name=f"Fictional ICB {number}", **_fiction(icb)
        )


def _fiction(values: Mapping[str, object]) -> dict[str, object]:
    texts = {"committed": "", "code_status": "fictional", "note": ""}
    return {**values, **texts, "is_fictional": True, "valid_from": date(2020, 1, 1), "valid_to": None}


def _assembly(world: World, rows: Rows) -> None:
    """Reviewers work under an ICB in which no trust is, so nobody has a conflict."""
    for part, role in (
        ("reviewer 1", Role.REVIEWER),
        ("reviewer 2", Role.REVIEWER),
        ("administrator", Role.ADMINISTRATOR),
    ):
        world.people[part] = person(world, rows, part, [(role, None)], world.icb_ids[-1])
    viewer = [(Role.REGION_VIEWER, world.region_id)]
    world.people["region viewer"] = person(world, rows, "region viewer", viewer, world.region_id)


def person(
    world: World, rows: Rows, part: str, roles: Iterable[tuple[Role, UUID | None]], employer_id: UUID
) -> UUID:
    """A person named by their part, with these roles since long ago."""
    made = rows.add(
        Person,
        email=f"{part.replace(' ', '.')}@example.invalid",
        name=part.capitalize(),
        employer_id=employer_id,
        demo_part="",
        created_at=world.now - LONG_AGO,
        left_at=None,
    )
    for role, organisation_id in roles:
        rows.add(
            Membership,
            person_id=made,
            role=role,
            organisation_id=organisation_id,
            granted_at=world.now - LONG_AGO,
            granted_by_id=None,
            ended_at=None,
        )
    return made


def _pair(world: World, rows: Rows, number: int, organisation_id: UUID) -> tuple[UUID, UUID]:
    lead = person(world, rows, f"lead {number}", [(Role.LEAD, organisation_id)], organisation_id)
    sponsor = person(world, rows, f"sponsor {number}", [(Role.SPONSOR, organisation_id)], organisation_id)
    return lead, sponsor


def _body(world: World, rows: Rows, number: int, shared: tuple[UUID, UUID] | None) -> None:
    id_, icb_id = uuid4(), world.icb_ids[number % ICBS]
    lead, sponsor = shared or _pair(world, rows, number, id_)
    name, code = f"Fictional trust {number:05d}", f"ZZ{number:05d}"
    under = {"icb_id": icb_id, "region_id": world.region_id, "kind": OrganisationKind.TRUST}
    rows.add(Organisation, id=id_, ods_code=code, name=name, **_fiction(under))
    world.bodies.append(Body(id_, name, code, icb_id, world.region_id, lead, sponsor))


def _windows(world: World, rows: Rows) -> None:
    for name, opened in (("before", 400), ("now", 30)):
        opens = world.now - timedelta(days=opened)
        world.windows[name] = rows.add(
            Window,
            framework_version_id=world.version_id,
            name=f"Window {name}",
            levels=[level.id for level in world.framework.levels],
            opens_at=opens,
            closes_at=opens + timedelta(days=60),
            decision_promised_on=(opens + timedelta(days=150)).date(),
        )


def sign_in(world: World, database: Database, people: Iterable[UUID]) -> None:
    """Open a sign-in session for each, as if they had used their link just now."""
    rows, at = Rows(), datetime.now(UTC)
    for id_ in people:
        token = world.tokens[id_] = token_urlsafe(32)
        rows.add(
            SignInSession,
            token_hash=hash_token(token),
            person_id=id_,
            started_at=at,
            seen_at=at,
            ended_at=None,
        )
    with database.write() as session:
        rows.pour(session)
