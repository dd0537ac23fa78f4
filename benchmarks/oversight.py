"""What dashboards count: as many organisations as asked for, 42 ICBs, 7 regions and five years of history."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from secrets import token_urlsafe
from typing import Any
from uuid import UUID, uuid4

from sqlmodel import Session

from app.actions import day_ends
from app.actions.loading import publish_framework
from app.cli.commands import FRAMEWORK
from app.criteria.loader import load_folder
from app.criteria.schema import Framework, OrganisationKind
from app.db import Database
from app.models import (
    Certificate,
    CriterionFigure,
    EndingLine,
    Membership,
    Organisation,
    Person,
    Role,
    SelfAssessment,
    SignInSession,
    StageSpan,
    StandingLine,
    Status,
    Submission,
    Window,
)
from app.rules.certificates import expiry
from app.rules.days import months_before, uk_day
from app.rules.sessions import hash_token
from app.rules.standings import Body, Ending, Place, endings, lines, missing
from app.rules.workflow import Stage
from app.upgrade import upgrade
from benchmarks.rows import Rows
from benchmarks.seeding import rested

REGIONS, ICBS, YEARS = 7, 42, 5
AT_ONCE = 4_000  # organisations whose rows are poured together, which keeps memory flat
LEVELS = ("bronze", "silver", "gold")


@dataclass
class Oversight:
    """The database's areas, and who looks at each."""

    framework: Framework
    version_id: UUID
    now: datetime
    regions: list[UUID] = field(default_factory=lambda: [uuid4() for _ in range(REGIONS)])
    icbs: list[UUID] = field(default_factory=lambda: [uuid4() for _ in range(ICBS)])
    tokens: dict[str, str] = field(default_factory=dict)  # by kind of area
    window_id: UUID = field(default_factory=uuid4)
    person_id: UUID = field(default_factory=uuid4)

    @property
    def releases(self) -> list[date]:
        """Four a year; the first lies five years back."""
        today = uk_day(self.now)
        return sorted(
            months_before(today, 3 * place) - timedelta(days=9) for place in range(1, 4 * YEARS + 1)
        )

    def path(self, area: str) -> str:
        id_ = {"ICB": str(self.icbs[0]), "region": str(self.regions[0]), "all regions": "all"}[area]
        return f"/dashboards/{id_}"


def made(database: Database, trusts: int) -> Oversight:
    """Fill an empty database. Lines are those that the rules give, recorded on the days on which they became known."""
    upgrade(database)
    with database.write() as session:
        framework, now = load_folder(FRAMEWORK), datetime.now(UTC).replace(microsecond=0)
        version = publish_framework(session, framework, at=now - timedelta(days=366 * YEARS))
        world, rows = Oversight(framework, version.id, now), Rows()
        _areas(world, rows)
        _people(world, rows)
        _pour(session, rows)
        for number in range(trusts):
            _trust(world, rows, number)
            if (number + 1) % AT_ONCE == 0:
                _pour(session, rows)
        _tallies(world, rows)
        _pour(session, rows)
        day_ends.checkpoint(session, at=now)
    rested(database)
    return world


def _pour(session: Session, rows: Rows) -> None:
    rows.pour(session)


def _fiction() -> dict[str, Any]:
    texts = {"committed": "", "code_status": "fictional", "note": ""}
    return {**texts, "is_fictional": True, "valid_from": date(2015, 4, 1), "valid_to": None}


def _areas(world: Oversight, rows: Rows) -> None:
    for number, id_ in enumerate(world.regions):
        under = {"icb_id": None, "region_id": id_, "kind": OrganisationKind.REGION}
        name = f"Fictional region {number + 1}"
        rows.add(Organisation, id=id_, ods_code=f"ZZR{number}", name=name, **under, **_fiction())
        _stated(world, rows, id_, under, [])
    for number, id_ in enumerate(world.icbs):
        under = {"icb_id": id_, "region_id": world.regions[number % REGIONS], "kind": OrganisationKind.ICB}
        name = f"Fictional ICB {number + 1}"
        rows.add(Organisation, id=id_, ods_code=f"ZZI{number:02d}", name=name, **under, **_fiction())
        _stated(world, rows, id_, under, [])


def _people(world: Oversight, rows: Rows) -> None:
    parts = (
        ("ICB", Role.ICB_VIEWER, world.icbs[0]),
        ("region", Role.REGION_VIEWER, world.regions[0]),
        ("all regions", Role.ADMINISTRATOR, None),
    )
    long_ago = world.now - timedelta(days=366 * YEARS)
    for part, role, organisation_id in parts:
        email, token = f"{part.replace(' ', '.').lower()}@example.invalid", token_urlsafe(32)
        person = rows.add(
            Person,
            email=email,
            name=f"Viewer, {part}",
            employer_id=None,
            demo_part="",
            created_at=long_ago,
            left_at=None,
        )
        more = {"granted_at": long_ago, "granted_by_id": None, "ended_at": None}
        rows.add(Membership, person_id=person, role=role, organisation_id=organisation_id, **more)
        seen = {"started_at": world.now, "seen_at": world.now, "ended_at": None}
        rows.add(SignInSession, token_hash=hash_token(token), person_id=person, **seen)
        world.tokens[part], world.person_id = token, person
    rows.add(
        Window,
        id=world.window_id,
        framework_version_id=world.version_id,
        name="Every window",
        levels=list(LEVELS),
        opens_at=long_ago,
        closes_at=world.now + timedelta(days=60),
        decision_promised_on=uk_day(world.now) + timedelta(days=90),
    )


def _trust(world: Oversight, rows: Rows, number: int) -> None:
    """A trust with what it submitted and was recognised for: each level later than the one before, some renewed."""
    dice, id_ = Random(number), uuid4()
    icb = number % ICBS
    under = {
        "icb_id": world.icbs[icb],
        "region_id": world.regions[icb % REGIONS],
        "kind": OrganisationKind.TRUST,
    }
    name = f"Fictional trust {number:05d}"
    rows.add(Organisation, id=id_, ods_code=f"ZZ{number:05d}", name=name, **under, **_fiction())
    steps = list(_steps(world, dice)) if dice.random() < 0.85 else []
    _stated(world, rows, id_, under, steps)
    if not steps:
        return
    own = {"organisation_id": id_, "framework_version_id": world.version_id, "started_at": world.now}
    own_id = rows.add(SelfAssessment, **own)
    for level, released in steps:
        _submitted(world, rows, {"organisation_id": id_, **_area(under)}, own_id, level, released)
    if dice.random() < 0.4:
        _submitted(world, rows, {"organisation_id": id_, **_area(under)}, own_id, "gold", None)


def _area(under: dict[str, Any]) -> dict[str, Any]:
    return {"icb_id": under["icb_id"], "region_id": under["region_id"]}


def _steps(world: Oversight, dice: Random) -> Iterator[tuple[str, date]]:
    """Levels with the days they were released: Bronze, then higher ones or Bronze again after three years."""
    releases = world.releases
    place = dice.randrange(len(releases))
    for level in (LEVELS[0], dice.choice(LEVELS[:2]), dice.choice(LEVELS[1:])):
        if place >= len(releases):
            return
        yield level, releases[place]
        place += dice.randint(3, 12)


def _stated(
    world: Oversight, rows: Rows, id_: UUID, under: dict[str, Any], steps: list[tuple[str, date]]
) -> None:
    """What the ledger would hold had each fact been recorded on its day."""
    began = world.releases[0] - timedelta(days=20)
    body = Body(date(2015, 4, 1), under["kind"], under["icb_id"], under["region_id"], True)
    held: list[Certificate] = []
    known: dict[tuple[Place, date], int] = {}
    first = max(began, steps[0][1] - timedelta(days=84)) if steps else None
    facts: list[tuple[date, str, date | None]] = [(began, "", None)]
    facts += [(first, "", first)] if first else []
    facts += [(released, level, first) for level, released in steps]
    said: dict[Ending, int] = {}
    for day, level, begun in facts:
        if level:
            held.append(_certificate(world, level, day))
        wanted = lines([body], held, begun)
        for ending, delta in missing(endings(wanted), said).items():
            said[ending] = said.get(ending, 0) + delta
            rows.add(EndingLine, organisation_id=id_, recorded_on=day, delta=delta, **asdict(ending))
        for (place, on), delta in missing(wanted, known).items():
            known[place, on] = known.get((place, on), 0) + delta
            rows.add(
                StandingLine,
                organisation_id=id_,
                icb_id=place.icb_id,
                region_id=place.region_id,
                kind=place.kind,
                rank=place.rank,
                on_date=on,
                delta=delta,
                recorded_on=day,
                counts_on=max(on, day),
                cause=f"certificate:{id_}" if level else f"organisation:{id_}",
            )


def _certificate(world: Oversight, level: str, day: date) -> Certificate:
    until = expiry(day, world.framework.settings.validity_months)
    rank = world.framework.level(level).rank
    return Certificate.model_construct(
        level_rank=rank, issued_on=day, expires_on=until, revoked_on=None, superseded_on=None
    )


def _submitted(
    world: Oversight, rows: Rows, whose: dict[str, Any], own_id: UUID, level: str, released: date | None
) -> None:
    """A submission with the spans of its stages; one that is not released is with the Assembly now."""
    begun = (released or uk_day(world.now) + timedelta(days=30)) - timedelta(days=84)
    at = datetime(begun.year, begun.month, begun.day, 12, tzinfo=UTC)
    id_ = rows.add(
        Submission,
        **whose,
        self_assessment_id=own_id,
        framework_version_id=world.version_id,
        window_id=world.window_id,
        level=level,
        status=Status.RELEASED if released else Status.IN_REVIEW,
        handed_over_at=at,
        handed_over_by_id=world.person_id,
        sponsor_id=world.person_id,
        decline_reason="",
        changed_at=at,
    )
    signed = begun + timedelta(days=14)
    spans = ((Stage.WITH_SPONSOR, begun, signed), (Stage.WITH_ASSEMBLY, signed, released))
    for stage, first, last in spans:
        rows.add(
            StageSpan,
            submission_id=id_,
            **whose,
            level=level,
            stage=stage.value,
            from_on=first,
            until_on=last,
        )


def _tallies(world: Oversight, rows: Rows) -> None:
    """What is told of each criterion: one step for each release."""
    areas = [(id_, 1) for id_ in world.icbs] + [(id_, ICBS // REGIONS) for id_ in world.regions]
    for area_id, icbs in areas:
        for number, day in enumerate(world.releases, 1):
            for one in world.framework.criteria:
                rows.add(
                    CriterionFigure,
                    area_id=area_id,
                    framework_version_id=world.version_id,
                    level=one.level,
                    criterion_code=one.code,
                    from_on=day + timedelta(days=1),
                    judged=40 * icbs * number,
                    met=31 * icbs * number,
                )
