"""What a loaded list says of known organisations becomes changes, and undoes nothing that was recorded since."""

from datetime import date, timedelta

from sqlmodel import Session, select

from app.actions import loading
from app.actions import organisation_changes as changes
from app.adapters.directory import DirectoryEntry
from app.db import Database
from app.models import (
    ChangeKind,
    Organisation,
    OrganisationChange,
)
from app.queries import organisation_changes
from app.rules.days import uk_day
from tests.actions.test_organisation_changes import whole
from tests.boundaries import body, by, closed, counted, moved, noon, renamed
from tests.story import NOW, Story

ON = uk_day(NOW)
DAY = timedelta(days=1)
APRIL = date(2027, 4, 1)
MARCH = date(2027, 3, 1)


def entry(
    code: str = "ZZA", name: str = "Fictional trust A", icb: str = "ZZ1", to: date | None = None
) -> DirectoryEntry:
    return DirectoryEntry(code, name, "trust", icb, "ZZR", date(2020, 1, 1), to, "", "fictional", "")


def load(session: Session, at: date, *entries: DirectoryEntry) -> None:
    icbs = [
        DirectoryEntry(
            code, f"Fictional ICB {code[2]}", "icb", code, "ZZR", date(2020, 1, 1), None, "", "fictional", ""
        )
        for code in ("ZZ1", "ZZ2")
    ]
    region = DirectoryEntry(
        "ZZR", "Fictional region", "region", "", "ZZR", date(2020, 1, 1), None, "", "fictional", ""
    )
    loading.load_organisations(session, [region, *icbs, *entries], at=noon(at), is_fictional=True)


def test_a_list_that_differs_becomes_changes_of_that_day(database: Database, story: Story) -> None:
    with database.write() as session:
        load(session, ON, entry())
        assert session.exec(select(OrganisationChange)).all() == []
        load(session, MARCH, entry(name="Listed name", icb="ZZ2"))
        assert (whole(session, story, "ZZA", MARCH - DAY), whole(session, story, "ZZA", MARCH)) == (
            ("Fictional trust A", story.organisations["ZZ1"].id, True),
            ("Listed name", story.organisations["ZZ2"].id, True),
        )
        assert counted(session, story, "ZZ1", MARCH) == {"ZZ1": 0, "ZZC": 0}
        load(session, MARCH, entry(name="Listed again", icb="ZZ2"))  # another list of the same day
        assert whole(session, story, "ZZA", MARCH)[0] == "Listed again"
        load(session, APRIL, entry(name="Listed again", icb="ZZ2", to=APRIL))
        assert (body(session, story, "ZZA").valid_to, whole(session, story, "ZZA", APRIL + DAY)[2]) == (
            APRIL,
            False,
        )
        load(session, APRIL, entry(name="Listed again", icb="ZZ2"))
        assert body(session, story, "ZZA").valid_to is None


def test_loading_an_old_list_again_undoes_nothing_that_was_recorded_since(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        renamed(session, story, "ZZA", "Recorded name", MARCH, MARCH)
        moved(session, story, "ZZA", "ZZ2", MARCH, MARCH)
        closed(session, story, "ZZC", [], APRIL, MARCH)
        load(session, MARCH + DAY, entry(), entry("ZZC", "Fictional trust C"))
        assert whole(session, story, "ZZA", MARCH + DAY)[:2] == (
            "Recorded name",
            story.organisations["ZZ2"].id,
        )
        assert body(session, story, "ZZC").valid_to == APRIL - DAY
        load(
            session, APRIL, entry(name="Listed name")
        )  # says something new of the name, nothing of the place
        assert whole(session, story, "ZZA", APRIL)[:2] == ("Listed name", story.organisations["ZZ2"].id)


def test_a_body_of_a_list_that_had_a_last_day_keeps_it_when_changes_begin(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        load(session, ON, entry("ZZQ", "Trust Q", to=date(2026, 6, 30)))
        row = session.exec(select(Organisation).where(Organisation.ods_code == "ZZQ")).one()
        changes.rename(session, row, "Q as it was", date(2025, 1, 1), "", by=by(story), at=NOW)
        assert (row.valid_to, row.name) == (date(2026, 6, 30), "Q as it was")
        kinds = [one.row.kind for one in organisation_changes.lines(session, row.id)]
        assert kinds == [ChangeKind.CLOSED, ChangeKind.RENAMED, ChangeKind.RECORDED]
