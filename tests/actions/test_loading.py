"""What ships is loaded once and whole: the framework, the organisations, what became of them."""

from datetime import date

import pytest
from sqlmodel import Session, select

from app.actions import loading
from app.adapters import directory
from app.adapters.directory import DirectorySuccession
from app.cli.commands import ORGANISATIONS, SUCCESSIONS
from app.criteria.carry_over import CarryOver, resolved
from app.criteria.loader import CriteriaError, load_folder
from app.criteria.schema import OrganisationKind
from app.db import Database
from app.models import (
    Certificate,
    Event,
    FrameworkVersion,
    InterestKind,
    Organisation,
    Person,
    Succession,
)
from app.rules.errors import RuleError
from tests.conflict_graph import interest
from tests.criteria.second import second
from tests.digests import digest
from tests.judging import assigned, part_of, sealed_submission
from tests.story import NOW, SHIPPED, Story


def load(session: Session) -> dict[str, Organisation]:
    rows = loading.load_organisations(session, directory.entries(ORGANISATIONS), at=NOW)
    loading.load_successions(session, directory.successions(SUCCESSIONS), rows, at=NOW)
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


def test_what_carries_over_is_kept_whole_with_the_version(database: Database, story: Story) -> None:
    new, said = second(story.framework)
    with database.write() as session:
        row = loading.publish_framework(session, new, declared=said, at=NOW)
        assert (session.get_one(FrameworkVersion, story.version_id).carry_over, row.carry_over) == (
            {},
            resolved(said, story.framework, new).to_document(),
        )
        assert loading.publish_framework(session, new, declared=said, at=NOW).id == row.id
        assert loading.publish_framework(session, new, at=NOW).id == row.id
        other = CarryOver(before=story.framework.version)
        with pytest.raises(
            RuleError, match=r"What carries over to 2027\.second is published and can't change"
        ):
            loading.publish_framework(session, new, declared=other, at=NOW)


def test_nothing_carries_over_to_a_first_version(database: Database, story: Story) -> None:
    first = story.framework.model_copy(update={"id": "another"})
    with database.write() as session:
        with pytest.raises(RuleError, match="No version comes before"):
            loading.publish_framework(session, first, declared=CarryOver(before="2019"), at=NOW)
        assert loading.publish_framework(session, first, at=NOW).carry_over == {}


def test_a_carry_over_that_does_not_fit_publishes_nothing(database: Database, story: Story) -> None:
    new, _ = second(story.framework)
    with database.write() as session:
        with pytest.raises(CriteriaError, match=r"X1 is not a criterion of 2023\.illustrative"):
            loading.publish_framework(
                session, new, declared=CarryOver(before="2023.illustrative", criteria={"N1": ("X1",)}), at=NOW
            )
        assert len(session.exec(select(FrameworkVersion)).all()) == 1


def test_loading_is_history(database: Database) -> None:
    with database.write() as session:
        load(session)
        verbs = [event.verb for event in session.exec(select(Event).where(Event.stream == "portal")).all()]
    assert verbs.count("load organisations") == 2  # the story's, and these


def test_f02_a_merger_that_is_loaded_strikes_what_it_makes_conflicted(
    database: Database, story: Story
) -> None:
    """Once: what is known already strikes nothing more."""
    with database.write() as session:
        for part in ("reviewer_1", "reviewer_2"):
            session.get_one(Person, story.people[part].id).employer_id = None
        worked = interest(story, "reviewer_1", "ZZD", InterestKind.WORK, to_on=date(2026, 9, 30))
        session.add(worked)
        first, second = assigned(session, story, sealed_submission(session, story))
        assert {part_of(story, one.reviewer_id) for one in (first, second)} == {"reviewer_1", "reviewer_2"}
        line = DirectorySuccession("ZZD", "ZZA", date(2026, 10, 1), "")
        for _ in range(2):
            loading.load_successions(session, [line], story.organisations, at=NOW)
        found = {part_of(story, one.reviewer_id): one.struck_at for one in (first, second)}
        assert found == {"reviewer_1": NOW, "reviewer_2": None}
        assert len(session.exec(select(Succession)).all()) == 1
