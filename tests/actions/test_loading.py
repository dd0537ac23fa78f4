"""What ships is loaded once and whole: the framework, the organisations, what became of them."""

import pytest
from sqlmodel import Session, select

from app.actions import loading
from app.adapters import directory
from app.cli import ORGANISATIONS, SUCCESSIONS
from app.criteria.loader import load_folder
from app.criteria.schema import OrganisationKind
from app.db import Database
from app.models import Certificate, Event, FrameworkVersion, Organisation, Succession
from app.rules.errors import RuleError
from tests.digests import digest
from tests.story import NOW, SHIPPED, Story


def load(session: Session) -> dict[str, Organisation]:
    rows = loading.load_organisations(session, directory.entries(ORGANISATIONS), at=NOW)
    loading.load_successions(session, directory.successions(SUCCESSIONS), rows)
    return rows


def test_the_shipped_list_is_whole(database: Database) -> None:
    with database.write() as session:
        rows = load(session)
        kinds = [row.kind for row in rows.values()]
        assert (len(rows), {kind: kinds.count(kind) for kind in OrganisationKind}) == (
            35,
            {OrganisationKind.TRUST: 31, OrganisationKind.ICB: 3, OrganisationKind.REGION: 1},
        )
        assert [row.ods_code for row in rows.values() if row.is_fictional] == []
        (region,) = [row.id for row in rows.values() if row.kind is OrganisationKind.REGION]
        icbs = {row.id for row in rows.values() if row.kind is OrganisationKind.ICB}
        assert {row.region_id for row in rows.values()} == {region}
        assert {row.icb_id for row in rows.values() if row.kind is OrganisationKind.TRUST} == icbs
        assert {row.icb_id for row in rows.values() if row.kind is OrganisationKind.ICB} == icbs


def test_doubts_are_kept(database: Database) -> None:
    with database.write() as session:
        rows = load(session)
    assert {row.code_status for row in rows.values()} == {
        "two sources",
        "one source",
        "conflict",
        "unverified",
    }
    assert [
        code for code, row in rows.items() if not row.note and row.code_status in ("conflict", "unverified")
    ] == []


def test_what_became_of_bridgewater(database: Database) -> None:
    with database.write() as session:
        rows = load(session)
        (line,) = session.exec(select(Succession)).all()
        assert (line.predecessor_id, line.successor_id, str(line.on_date)) == (
            rows["RY2"].id,
            rows["RWW"].id,
            "2026-04-01",
        )
        assert str(rows["RY2"].valid_to) == "2026-03-31"


def test_real_organisations_hold_nothing(database: Database) -> None:
    with database.write() as session:
        load(session)
        assert session.exec(select(Certificate)).all() == []


def test_loading_again_changes_nothing(database: Database, story: Story) -> None:
    with database.write() as session:
        load(session)
    before = digest(database)
    with database.write() as session:
        load(session)
        loading.publish_framework(session, load_folder(SHIPPED), at=NOW)
    assert digest(database) == before


def test_a_renamed_organisation_keeps_its_identity(database: Database) -> None:
    entry = directory.DirectoryEntry("ZZQ", "Before", "trust", "", "", None, None, "", "fictional", "")
    with database.write() as session:
        first = loading.load_organisations(session, [entry], at=NOW)["ZZQ"].id
        renamed = directory.DirectoryEntry(**{**entry.__dict__, "name": "After"})
        again = loading.load_organisations(session, [renamed], at=NOW)["ZZQ"]
        assert (again.id, again.name) == (first, "After")


def test_a_published_version_never_changes(database: Database, story: Story) -> None:
    changed = story.framework.model_copy(update={"title": "Another"})
    with database.write() as session:
        with pytest.raises(RuleError, match="is published and can't change"):
            loading.publish_framework(session, changed, at=NOW)
        assert len(session.exec(select(FrameworkVersion)).all()) == 1


def test_loading_is_history(database: Database) -> None:
    with database.write() as session:
        load(session)
        verbs = [event.verb for event in session.exec(select(Event).where(Event.stream == "portal")).all()]
    assert verbs.count("load organisations") == 2  # the story's, and these
