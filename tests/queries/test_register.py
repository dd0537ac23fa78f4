"""The register: of the certificates in date each body's highest, of that the newest; whatever is asked of it."""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import product
from random import Random

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from app.db import Database
from app.models import Certificate
from app.queries import register
from tests.holdings import ON, certificate, trust
from tests.queries.test_dashboards import counted
from tests.story import Story

pytestmark = pytest.mark.reaches_past  # these tests write rows that no action would

DAY = timedelta(days=1)
LEVELS = ("bronze", "silver", "gold")


def codes(session: Session, on: date = ON, **asked: str) -> list[str]:
    listed, total = register.page(session, on, **asked)
    assert total == len(listed)
    return [one.ods_code for one in listed]


def test_of_one_level_the_newest_is_listed_and_of_one_day_the_last_number(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        one, two = trust(session, story, "T1"), trust(session, story, "T2")
        old = certificate(session, story, one, issued=ON - 20 * DAY)
        new = certificate(session, story, one, issued=ON - 10 * DAY)
        twins = [certificate(session, story, two, issued=ON - 10 * DAY) for _ in range(3)]
        old.number, new.number = "ARF-2026-900002", "ARF-2026-900001"
        twins[0].number, twins[1].number, twins[2].number = (f"ARF-2026-9000{last}" for last in (11, 13, 12))
    with database.read() as session:
        listed, total = register.page(session, ON)
        assert ([one.number for one in listed], total) == (["ARF-2026-900001", "ARF-2026-900013"], 2)


@pytest.mark.parametrize(
    ("better", "told"),
    [
        ({"expires_on": ON}, "gold"),
        ({"expires_on": ON - DAY}, "bronze"),
        ({"issued_on": ON}, "gold"),
        ({"issued_on": ON + DAY}, "bronze"),
        ({"revoked_on": ON + DAY}, "gold"),
        ({"revoked_on": ON}, "bronze"),
        ({"superseded_on": ON + DAY}, "gold"),
        ({"superseded_on": ON}, "bronze"),
    ],
)
def test_a_higher_level_hides_a_lower_one_while_it_is_in_date(
    better: dict[str, date], told: str, database: Database, story: Story
) -> None:
    with database.write() as session:
        body = trust(session, story, "T1")
        certificate(session, story, body, "bronze")
        certificate(session, story, body, "gold").sqlmodel_update(better)
    with database.read() as session:
        assert {level: codes(session, level=level) for level in LEVELS} == {
            level: ["T1"] if level == told else [] for level in LEVELS
        }


def test_a_renamed_body_is_found_by_the_name_on_the_certificate_that_is_listed(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        body = trust(session, story, "T1")
        certificate(session, story, body, "bronze")
        body.name = "Northern Trust"
        certificate(session, story, body, "silver")
    with database.read() as session:
        assert (codes(session, text="northern"), codes(session, text="TRUST T1")) == (["T1"], [])
        assert (codes(session, text="trust", level="bronze"), codes(session, text="%")) == ([], [])


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("asked", [{}, {"level": "bronze"}, {"text": "trust"}])
def test_a_page_is_one_query(number: int, asked: dict[str, str], database: Database, story: Story) -> None:
    with database.write() as session:
        for place in range(number):
            certificate(session, story, trust(session, story, f"T{place}"), "bronze")
    with database.read() as session, counted(database) as said:
        assert len(codes(session, **asked)) == number
    assert len([one for one in said if one != "BEGIN"]) == 1


def made(session: Session, story: Story, dice: Random) -> None:
    """Bodies with certificates of all kinds, many of the same level and day, some under an earlier name."""
    bodies = [trust(session, story, f"R{place}") for place in range(8)]
    numbers = dice.sample(range(100_000, 999_999), 60)
    for number in numbers:
        body = dice.choice(bodies)
        issued = ON - dice.choice((0, 1, 1, 5)) * DAY
        row = certificate(session, story, body, dice.choice(LEVELS), issued=issued)
        row.number = f"ARF-2026-{number}"
        row.level_rank += dice.choice((0, 0, 0, 1))  # another version of the framework counts its levels anew
        row.organisation_name = dice.choice(
            (body.name, body.name, f"Old {body.name}", f"{body.ods_code}_Group")
        )
        for end, days in (("expires_on", (0, 1, 900)), ("revoked_on", (0, 2)), ("superseded_on", (0, 2))):
            if dice.random() < 0.2:
                setattr(row, end, ON + (dice.choice(days) - 1) * DAY)
        session.add(row)


def is_in_date(one: Certificate, on: date) -> bool:
    ends = (one.revoked_on, one.superseded_on)
    return one.issued_on <= on <= one.expires_on and all(end is None or end > on for end in ends)


def ranked(rows: Iterable[Certificate], on: date, level: str, name: str) -> list[str]:
    """What the register says, worked out without a database: the numbers in its order."""
    first: dict[object, Certificate] = {}
    for one in sorted(rows, key=lambda one: (one.level_rank, one.issued_on, one.number)):
        if is_in_date(one, on):
            first[one.organisation_id] = one
    found = [
        one for one in first.values() if level in ("", one.level) and name in one.organisation_name.lower()
    ]
    return [one.number for one in sorted(found, key=lambda one: (one.organisation_name, one.number))]


@pytest.mark.parametrize("seed", range(5))
def test_pages_totals_and_files_say_what_a_plain_ranking_says(
    seed: int, database: Database, story: Story
) -> None:
    with database.write() as session:
        made(session, story, Random(seed))
    with database.read() as session:
        rows = session.exec(select(Certificate)).all()
        for on in (ON - DAY, ON, ON + DAY):
            assert [one.number for one in register.lines(session, on)] == ranked(rows, on, "", "")
            for level, name in product(("", *LEVELS, "none"), ("", "trust r", "old", "_", "1")):
                wanted = ranked(rows, on, level, name)
                for skip, most in ((0, 100), (0, 3), (3, 3), (len(wanted), 3)):
                    listed, total = register.page(session, on, level=level, text=name, skip=skip, most=most)
                    assert [one.number for one in listed] == wanted[skip : skip + most]
                    assert (total, level, name, skip) == (len(wanted), level, name, skip)


def told_roughly(database: Database, **rows: int) -> None:
    """Both indexes have as many rows as the table, but SQLite only looks at some of a large one and guesses."""
    with database.write() as session:
        session.execute(text("ANALYZE"))
        for name, number in rows.items():
            values = {"name": name, "stat": f"{number}{' 1' * 9}"}
            session.execute(text("INSERT INTO sqlite_stat1 VALUES ('certificate', :name, :stat)"), values)
        session.execute(text("ANALYZE sqlite_schema"))  # learns what the table of sizes says


@pytest.mark.parametrize(("asked", "sorts"), [({}, 1), ({"level": "gold"}, 1), ({"text": "trust"}, 2)])
def test_the_register_is_read_from_its_indexes(
    asked: dict[str, str], sorts: int, database: Database, story: Story
) -> None:
    """Ranking every certificate instead, a page took over a second at 60,000 organisations. What is sorted are the
    lines of the page, and what a search found."""
    if not database.is_sqlite:
        pytest.skip("PostgreSQL reads a small table from end to end")
    told_roughly(database, ix_certificate_register=30_000, ix_certificate_holding=64_000)
    with database.read() as session:
        with counted(database) as said:
            register.page(session, ON, **asked)
        (chosen,) = [one for one in said if one != "BEGIN"]
        plan = session.connection().exec_driver_sql(
            f"EXPLAIN QUERY PLAN {chosen}", tuple(None for _ in range(chosen.count("?")))
        )
        steps = [step for *_, step in plan]
    whole_rows = [step for step in steps if " certificate" in step and "COVERING INDEX" not in step]
    assert [step.partition("(")[2] for step in whole_rows] == ["number=?)"]  # the lines of the page
    assert sum("TEMP B-TREE" in step for step in steps) == sorts
