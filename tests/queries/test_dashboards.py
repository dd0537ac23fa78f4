"""A small made world counted by equality: expired, revoked, merged and moved organisations among them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, text
from sqlmodel import Session

from app.actions.standings import restate
from app.criteria.schema import OrganisationKind
from app.db import Database
from app.jobs.nights import close_day
from app.models import Organisation, Status
from app.queries import areas, dashboard_lists, dashboards, pipelines, register
from app.queries.areas import EVERYWHERE, Area
from app.queries.dashboard_lists import Filters
from app.rules.workflow import Stage
from tests.holdings import ON, certificate, submission, trust
from tests.story import NOW, Story

pytestmark = pytest.mark.reaches_past  # these tests write rows that no action would

TRUST, ICB, REGION = OrganisationKind.TRUST, OrganisationKind.ICB, OrganisationKind.REGION
DAY = timedelta(days=1)


@pytest.fixture
def world(database: Database, story: Story) -> None:
    """ICB 1 has trusts A and C (of the story) and T1 to T6; T7 is under ICB 2."""
    with database.write() as session:
        one = {code: trust(session, story, code) for code in ("T1", "T2", "T3", "T4")}
        certificate(session, story, one["T1"], "bronze")
        certificate(
            session, story, one["T1"], "silver", expires=ON + 10 * DAY
        )  # lasts less long than its Bronze
        certificate(session, story, one["T2"], "bronze", expires=ON)  # the last good day
        certificate(session, story, one["T3"], "gold", expires=ON - DAY)
        certificate(session, story, one["T4"], "bronze", revoked=ON)
        certificate(session, story, trust(session, story, "T5", valid_to=ON - DAY), "bronze")  # merged away
        certificate(session, story, trust(session, story, "T6", valid_to=ON), "bronze")
        moved = trust(session, story, "T7", icb="ZZ1")
        certificate(session, story, moved, "silver")
        submission(session, story, moved, "gold", Status.SUBMITTED)
        moved.icb_id = story.organisations["ZZ2"].id  # since
        restate(session, moved, cause="organisation:moved", at=NOW)
        submission(session, story, one["T1"], "gold", Status.IN_MODERATION)
        submission(session, story, one["T2"], "silver", Status.AWAITING_SIGN_OFF)
        submission(session, story, one["T3"], "bronze", Status.DECIDED)
        submission(session, story, one["T4"], "bronze", Status.DECLINED)


def area(session: Session, story: Story, code: str) -> Area:
    return Area(session.get_one(Organisation, story.organisations[code].id))


@pytest.mark.usefixtures("world")
def test_a11_each_organisation_counts_once_where_it_is_now(database: Database, story: Story) -> None:
    with database.read() as session:
        one, two, region = (
            dashboards.counted(session, area(session, story, code), ON) for code in ("ZZ1", "ZZ2", "ZZR")
        )
        assert one.taking_part == {TRUST: 7, ICB: 1}
        assert region.taking_part == {TRUST: 10, ICB: 3, REGION: 1}
        assert one.held == {(TRUST, 1): 2, (TRUST, 2): 1}
        assert two.held == {(TRUST, 2): 1}
        assert region.held == {(TRUST, 1): 2, (TRUST, 2): 2}
        assert dashboards.counted(session, EVERYWHERE, ON).held == region.held


@pytest.mark.usefixtures("world")
def test_counts_follow_the_day(database: Database, story: Story) -> None:
    """As far as it was known on the day of the records: nothing could be told of the days before."""
    with database.read() as session:
        icb_1 = area(session, story, "ZZ1")
        assert dashboards.records_begin(session) == ON
        assert dashboards.counted(session, icb_1, ON - DAY).held == {}
        assert dashboards.counted(session, icb_1, ON + DAY).held == {(TRUST, 2): 1}
        assert dashboards.counted(session, icb_1, ON + 11 * DAY).held == {(TRUST, 1): 1}


@pytest.mark.usefixtures("world")
def test_the_pipeline_tells_stages_and_neither_drafts_nor_refusals(database: Database, story: Story) -> None:
    with database.read() as session:
        viewer = story.who(session, "region_viewer")

        def told(code: str) -> dict[tuple[str, str], int]:
            found = pipelines.pipeline(session, area(session, story, code), ON, viewer)
            return {(one.level, one.stage): one.number for one in found}

        assert told("ZZ1") == {
            ("gold", Stage.WITH_ASSEMBLY): 1,
            ("silver", Stage.WITH_SPONSOR): 1,
            ("bronze", Stage.WITH_ASSEMBLY): 1,
        } | {("gold", Stage.WITH_ASSEMBLY): 2}  # T7 too: a submission stays where it was handed over
        assert told("ZZ2") == {}
        assert sum(told("ZZR").values()) == 4


@pytest.mark.usefixtures("world")
def test_the_list_says_for_each_what_the_counts_say(database: Database, story: Story) -> None:
    with database.read() as session:
        viewer = story.who(session, "icb_viewer_1")
        found = dashboard_lists.organisations(session, area(session, story, "ZZ1"), ON, Filters(), viewer)
    told = {
        line.ods_code: (line.rank, line.expires_on, [(level, stage) for level, stage, _ in line.in_pipeline])
        for line in found
    }
    never, nothing = (-1, None, []), (0, None, [])
    assert told == {
        "ZZ1": never,
        "ZZA": never,
        "ZZC": never,
        "T1": (2, ON + 10 * DAY, [("gold", "With the Assembly")]),
        "T2": (1, ON, [("silver", "With the executive sponsor")]),
        "T3": (0, None, [("bronze", "With the Assembly")]),
        "T4": nothing,
        "T6": (1, ON, []),  # its last day
    }


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("filters", "codes"),
    [
        (Filters(rank=1), ["T2", "T6"]),
        (Filters(rank=2), ["T1"]),
        (Filters(rank=0), ["T3", "T4", "ZZ1", "ZZA", "ZZC"]),
        (Filters(stage=Stage.WITH_ASSEMBLY), ["T1", "T3"]),
        (Filters(rank=0, stage=Stage.WITH_ASSEMBLY), ["T3"]),
        (Filters(text="tRuSt t"), ["T1", "T2", "T3", "T4", "T6"]),
        (Filters(text="%"), []),
        (Filters(text="_"), []),
    ],
)
def test_filters(filters: Filters, codes: list[str], database: Database, story: Story) -> None:
    with database.read() as session:
        icb, viewer = area(session, story, "ZZ1"), story.who(session, "icb_viewer_1")
        lines = dashboard_lists.organisations(session, icb, ON, filters, viewer)
        number = dashboard_lists.how_many(session, icb, ON, filters, viewer)
        assert (sorted(line.ods_code for line in lines), number) == (codes, len(codes))


@pytest.mark.parametrize(
    ("part", "codes"),
    [
        ("icb_viewer_1", ["ZZ1"]),
        ("region_viewer", ["ZZR", "ZZ1", "ZZ2", "ZZ3"]),
        ("administrator", ["all", "ZZR", "ZZ1", "ZZ2", "ZZ3"]),
        ("lead_a", []),
        ("reviewer_1", []),
    ],
)
def test_whose_dashboards_one_may_open(part: str, codes: list[str], database: Database, story: Story) -> None:
    with database.read() as session:
        assert [one.code for one in areas.open_to(session, story.who(session, part))] == codes


@pytest.mark.usefixtures("world")
def test_d12_the_register_lists_what_is_held_and_nothing_else(database: Database) -> None:
    with database.read() as session:
        listed, total = register.page(session, ON)
        assert [(one.ods_code, one.level_name) for one in listed] == [
            ("T1", "Silver"),
            ("T2", "Bronze"),
            ("T5", "Bronze"),
            ("T6", "Bronze"),
            ("T7", "Silver"),
        ]
        assert total == 5


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    said: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield said
    event.remove(database.engine, "before_cursor_execute", note)


def test_the_list_of_an_area_reads_each_organisations_own_lines(database: Database, story: Story) -> None:
    """Choosing the area's index instead, SQLite read all lines of the area once for each organisation: minutes."""
    if not database.is_sqlite:
        pytest.skip("PostgreSQL measures its tables by itself")
    with database.read() as session:
        icb, viewer = area(session, story, "ZZ1"), story.who(session, "icb_viewer_1")
        with counted(database) as said:
            dashboard_lists.organisations(session, icb, ON, Filters(), viewer)
        (chosen,) = [one for one in said if one.startswith("SELECT organisation.id") and "LIMIT" in one]
        plan = session.connection().exec_driver_sql(
            f"EXPLAIN QUERY PLAN {chosen}", tuple(None for _ in range(chosen.count("?")))
        )
        steps = [step for *_, step in plan if "standing_line" in step]
    assert steps == ["SEARCH standing_line USING INDEX ix_standing_line_organisation (organisation_id=?)"]


def test_sqlite_learns_how_large_its_tables_are_each_night(database: Database, story: Story) -> None:
    if not database.is_sqlite:
        pytest.skip("PostgreSQL measures its tables by itself")
    assert close_day(database)
    with database.read() as session:
        known = session.execute(text("SELECT idx FROM sqlite_stat1 WHERE tbl = 'standing_line'")).scalars()
        assert "ix_standing_line_organisation" in set(known)


@pytest.mark.reaches_past  # lines of a body that holds nothing
def test_sqlite_learns_how_many_lines_a_large_region_has(database: Database, story: Story) -> None:
    """Having looked at a thousand it took a region for small, and read every line of it for what ends soon: a second
    at 60,000 organisations instead of a twentieth."""
    if not database.is_sqlite:
        pytest.skip("PostgreSQL measures its tables by itself")
    many = text(
        "WITH RECURSIVE place(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM place WHERE n < 40000) "
        "INSERT INTO standing_line (id, organisation_id, region_id, kind, rank, delta, cause, recorded_on, on_date, "
        "counts_on) SELECT lower(hex(randomblob(16))), :body, :region, 'trust', 0, 1, 'test', :on, :on, :on FROM place"
    )
    body, region = (story.organisations[code].id.hex for code in ("ZZA", "ZZR"))
    with database.write() as session:
        session.execute(many, {"body": body, "region": region, "on": ON.isoformat()})
    database.learn_sizes()
    with database.read() as session:
        known = "SELECT stat FROM sqlite_stat1 WHERE idx = 'ix_standing_line_region'"
        lines, of_a_region, *_ = map(int, session.execute(text(known)).scalar_one().split())
    assert (lines > 40_000, of_a_region) == (True, lines)
