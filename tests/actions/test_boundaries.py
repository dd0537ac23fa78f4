"""A-11: who counts where, and who is seen by which ICB, when bodies move, merge and split; no row is wrong."""

from datetime import date, timedelta

from app.actions import organisation_changes as changes
from app.actions.standings import restate
from app.db import Database
from app.models import (
    Organisation,
)
from app.rules.days import uk_day
from tests import rounds
from tests.actions.test_organisation_changes import voided
from tests.boundaries import applied, body, by, closed, counted, moved, pipeline
from tests.recognition import certified
from tests.story import NOW, Story

ON = uk_day(NOW)  # 22 November 2026
DAY = timedelta(days=1)
APRIL = date(2027, 4, 1)
MARCH = date(2027, 3, 1)


def test_a11_a_boundary_change_moves_a_body_from_its_day_and_no_row_is_wrong(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        certified(session, story)
        moved(session, story, "ZZA", "ZZ2", APRIL, ON)
        moved(session, story, "ZZC", "ZZ2", APRIL, ON)
        applied(session, APRIL)
        before, after = {"ZZ1": 0, "ZZA": 1, "ZZC": 0}, {"ZZ1": 0}
        for on, one in ((ON, before), (APRIL - DAY, before), (APRIL, after), (APRIL + 300 * DAY, after)):
            assert counted(session, story, "ZZ1", on) == one
            two = {"ZZ2": 0, "ZZB": 0}
            assert counted(session, story, "ZZ2", on) == (
                two if one is before else two | {"ZZA": 1, "ZZC": 0}
            )


def test_a11_what_is_on_its_way_is_seen_by_the_icb_of_each_day(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = rounds.judged(session, story, rounds.MET)
        begun = pipeline(session, story, "ZZ1", ON)
        moved(session, story, "ZZA", "ZZ2", ON + 10 * DAY, ON)
        assert (submission.icb_id, begun) == (
            story.organisations["ZZ1"].id,
            pipeline(session, story, "ZZ1", ON),
        )
        applied(session, ON + 10 * DAY)
        seen = [
            [pipeline(session, story, icb, ON + days * DAY) for days in (0, 9, 10, 30)]
            for icb in ("ZZ1", "ZZ2")
        ]
        assert seen == [[begun, begun, [], []], [[], [], begun, begun]]
        assert submission.icb_id == story.organisations["ZZ2"].id


def test_a11_a_merger_of_two_icbs_takes_their_bodies_along(database: Database, story: Story) -> None:
    with database.write() as session:
        certified(session, story)
        closed(session, story, "ZZ1", ["ZZ2"], APRIL, ON)
        applied(session, APRIL)
        assert counted(session, story, "ZZ1", APRIL - DAY) == {"ZZ1": 0, "ZZA": 1, "ZZC": 0}
        assert counted(session, story, "ZZ1", APRIL) == {}
        assert counted(session, story, "ZZ2", APRIL - DAY) == {"ZZ2": 0, "ZZB": 0}
        assert counted(session, story, "ZZ2", APRIL) == {"ZZ2": 0, "ZZB": 0, "ZZA": 1, "ZZC": 0}
        assert body(session, story, "ZZA").icb_id == story.organisations["ZZ2"].id


def test_a11_a_split_moves_each_body_by_itself(database: Database, story: Story) -> None:
    with database.write() as session:
        certified(session, story)
        closed(session, story, "ZZ1", ["ZZ2", "ZZ3"], APRIL, ON)
        moved(session, story, "ZZA", "ZZ2", APRIL, ON)
        moved(session, story, "ZZC", "ZZ3", APRIL, ON)
        assert [counted(session, story, icb, APRIL) for icb in ("ZZ1", "ZZ2", "ZZ3")] == [
            {},
            {"ZZ2": 0, "ZZB": 0, "ZZA": 1},
            {"ZZ3": 0, "ZZD": 0, "ZZC": 0},
        ]


def test_a11_what_is_learnt_late_corrects_and_the_past_answer_stays(database: Database, story: Story) -> None:
    with database.write() as session:
        certified(session, story)
        moved(session, story, "ZZA", "ZZ2", MARCH, APRIL)  # of 1 March, learnt on 1 April
        said, now = {"ZZ1": 0, "ZZA": 1, "ZZC": 0}, {"ZZ1": 0, "ZZC": 0}
        day = MARCH + 10 * DAY
        assert counted(session, story, "ZZ1", day, known_on=day) == said
        assert counted(session, story, "ZZ1", day, known_on=APRIL - DAY) == said
        assert counted(session, story, "ZZ1", day, known_on=APRIL) == now
        assert counted(session, story, "ZZ2", day, known_on=APRIL) == {"ZZ2": 0, "ZZB": 0, "ZZA": 1}


def test_a_move_to_another_region_takes_the_bodies_of_an_icb_along_and_voiding_brings_them_back(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        other = Organisation(ods_code="ZZY", name="Another region", kind=body(session, story, "ZZR").kind)
        session.add(other)
        restate(session, other, cause="organisation:ZZY", at=NOW)
        icb = body(session, story, "ZZ1")
        change = changes.move(session, icb, other, ON, "", by=by(story), at=NOW)
        places = [
            (row.icb_id, row.region_id)
            for row in (body(session, story, code) for code in ("ZZ1", "ZZA", "ZZC"))
        ]
        assert places == [(icb.id, other.id)] * 3
        assert body(session, story, "ZZB").region_id == story.organisations["ZZR"].id
        voided(session, story, "ZZ1", change, ON + DAY)
        again = [body(session, story, code).region_id for code in ("ZZ1", "ZZA", "ZZC")]
        assert again == [story.organisations["ZZR"].id] * 3
