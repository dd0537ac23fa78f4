"""A small made world counted by equality: expired, revoked, merged and moved organisations among them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import event
from sqlmodel import Session

from app.criteria.schema import OrganisationKind
from app.db import Database
from app.models import Organisation, Status
from app.queries import dashboards, register
from app.queries.dashboards import Filters
from app.rules.workflow import Stage
from tests.holdings import ON, certificate, submission, trust
from tests.story import Story

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
        submission(session, story, one["T1"], "gold", Status.IN_MODERATION)
        submission(session, story, one["T2"], "silver", Status.AWAITING_SIGN_OFF)
        submission(session, story, one["T3"], "bronze", Status.DECIDED)
        submission(session, story, one["T4"], "bronze", Status.DECLINED)


def area(session: Session, story: Story, code: str) -> Organisation:
    return session.get_one(Organisation, story.organisations[code].id)


@pytest.mark.usefixtures("world")
def test_a11_each_organisation_counts_once_where_it_is_now(database: Database, story: Story) -> None:
    with database.read() as session:
        icb_1, icb_2, region = (area(session, story, code) for code in ("ZZ1", "ZZ2", "ZZR"))
        assert dashboards.taking_part(session, icb_1, ON) == {TRUST: 7, ICB: 1}
        assert dashboards.taking_part(session, region, ON) == {TRUST: 10, ICB: 3, REGION: 1}
        assert dashboards.held(session, icb_1, ON) == {(TRUST, 1): 2, (TRUST, 2): 1}
        assert dashboards.held(session, icb_2, ON) == {(TRUST, 2): 1}
        assert dashboards.held(session, region, ON) == {(TRUST, 1): 2, (TRUST, 2): 2}


@pytest.mark.usefixtures("world")
def test_counts_follow_the_day(database: Database, story: Story) -> None:
    with database.read() as session:
        icb_1 = area(session, story, "ZZ1")
        assert dashboards.held(session, icb_1, ON - DAY) == {(TRUST, 1): 4, (TRUST, 2): 1, (TRUST, 3): 1}
        assert dashboards.held(session, icb_1, ON + DAY) == {(TRUST, 2): 1}
        assert dashboards.held(session, icb_1, ON + 11 * DAY) == {(TRUST, 1): 1}
        assert dashboards.held(session, icb_1, date(2020, 1, 1)) == {}


@pytest.mark.usefixtures("world")
def test_the_pipeline_tells_stages_and_neither_drafts_nor_refusals(database: Database, story: Story) -> None:
    with database.read() as session:
        assert dashboards.pipeline(session, area(session, story, "ZZ1"), ON) == {
            ("gold", Stage.BEING_REVIEWED): 1,
            ("silver", Stage.WITH_SPONSOR): 1,
            ("bronze", Stage.BEING_REVIEWED): 1,
        }
        assert dashboards.pipeline(session, area(session, story, "ZZ2"), ON) == {("gold", Stage.SUBMITTED): 1}


@pytest.mark.usefixtures("world")
def test_the_list_says_for_each_what_the_counts_say(database: Database, story: Story) -> None:
    with database.read() as session:
        lines = dashboards.organisations(session, area(session, story, "ZZ1"), ON, Filters())
    told = {line.ods_code: (line.rank, line.expires_on, line.stage, line.stage_level) for line in lines}
    later, nothing = ON + 900 * DAY, (None, None, "", "")
    assert told == {
        "ZZ1": nothing,
        "ZZA": nothing,
        "ZZC": nothing,
        "T1": (2, ON + 10 * DAY, "Being reviewed", "gold"),
        "T2": (1, ON, "With the executive sponsor", "silver"),
        "T3": (None, None, "Being reviewed", "bronze"),
        "T4": nothing,
        "T6": (1, later, "", ""),
    }


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("filters", "codes"),
    [
        (Filters(rank=1), ["T2", "T6"]),
        (Filters(rank=2), ["T1"]),
        (Filters(rank=0), ["T3", "T4", "ZZ1", "ZZA", "ZZC"]),
        (Filters(stage=Stage.BEING_REVIEWED), ["T1", "T3"]),
        (Filters(rank=0, stage=Stage.BEING_REVIEWED), ["T3"]),
        (Filters(text="tRuSt t"), ["T1", "T2", "T3", "T4", "T6"]),
        (Filters(text="%"), []),
        (Filters(text="_"), []),
    ],
)
def test_filters(filters: Filters, codes: list[str], database: Database, story: Story) -> None:
    with database.read() as session:
        icb = area(session, story, "ZZ1")
        lines = dashboards.organisations(session, icb, ON, filters)
        assert (sorted(line.ods_code for line in lines), dashboards.how_many(session, icb, ON, filters)) == (
            codes,
            len(codes),
        )


@pytest.mark.parametrize(
    ("part", "codes"),
    [
        ("icb_viewer_1", ["ZZ1"]),
        ("region_viewer", ["ZZR", "ZZ1", "ZZ2", "ZZ3"]),
        ("administrator", ["ZZR", "ZZ1", "ZZ2", "ZZ3"]),
        ("lead_a", []),
        ("reviewer_1", []),
    ],
)
def test_whose_dashboards_one_may_open(part: str, codes: list[str], database: Database, story: Story) -> None:
    with database.read() as session:
        assert [row.ods_code for row in dashboards.areas(session, story.who(session, part))] == codes


@pytest.mark.usefixtures("world")
def test_d12_the_register_lists_what_is_held_and_nothing_else(database: Database) -> None:
    with database.read() as session:
        lines = register.lines(session, ON)
        assert [(line.ods_code, line.level_name) for line in lines] == [
            ("T1", "Silver"),
            ("T2", "Bronze"),
            ("T5", "Bronze"),
            ("T6", "Bronze"),
            ("T7", "Silver"),
        ]
        assert register.count(session, ON) == 5
        assert [line.ods_code for line in register.lines(session, ON, level="silver")] == ["T1", "T7"]
        assert [line.ods_code for line in register.lines(session, ON, text="t6")] == ["T6"]
        assert register.lines(session, ON, text="%") == []
        assert [line.ods_code for line in register.lines(session, ON, skip=3, most=1)] == ["T6"]


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    said: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield said
    event.remove(database.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("number", [1, 3])
def test_the_number_of_queries_does_not_grow(number: int, database: Database, story: Story) -> None:
    with database.write() as session:
        for place in range(number):
            certificate(session, story, trust(session, story, f"T{place}"), "bronze")
    with database.read() as session:
        icb = area(session, story, "ZZ1")
        with counted(database) as said:
            assert len(dashboards.organisations(session, icb, ON, Filters())) == 3 + number
            dashboards.held(session, icb, ON)
            dashboards.taking_part(session, icb, ON)
            dashboards.pipeline(session, icb, ON)
            dashboards.how_many(session, icb, ON, Filters())
            assert len(register.lines(session, ON)) == number
            register.count(session, ON)
    assert len(said) == 7
