"""The library's writers: quota, limits, whose evidence may be linked, and bytes that outlive removal."""

from datetime import date
from uuid import uuid4

import pytest
from sqlmodel import Session, select

from app.actions import evidence as actions
from app.actions.evidence import Content
from app.db import Database
from app.models import Event, Evidence, EvidenceLink, EvidenceVersion
from app.queries import evidence as library
from app.rules import evidence as rules
from app.rules.errors import Conflict, RuleError
from app.rules.evidence import Details
from app.rules.people import Who
from tests import steps
from tests.story import NOW, Story

PAPER = Details("Board paper", date(2026, 3, 27))
QUOTA = 100


@pytest.fixture
def by(database: Database, story: Story) -> Who:
    with database.read() as session:
        return story.who(session, "lead_a")


def file_of(size: int, mark: str = "a") -> Content:
    return Content("paper.pdf", "application/pdf", size, mark * 64, f"{mark * 31}{size % 10}")


def add(session: Session, story: Story, by: Who, content: Content, code: str = "ZZA") -> Evidence:
    return actions.add_file(session, story.organisations[code], PAPER, content, quota=QUOTA, by=by, at=NOW)


def test_adding_keeps_the_facts_and_tells_history(database: Database, story: Story, by: Who) -> None:
    with database.write() as session:
        item = add(session, story, by, file_of(60))
        version = library.newest_version(session, item.id)
        event = session.exec(select(Event).where(Event.verb == "add evidence")).one()
    assert (item.title, item.evidence_date, item.kind.value) == ("Board paper", date(2026, 3, 27), "file")
    assert (version.number, version.size, version.file_name) == (1, 60, "paper.pdf")
    assert event.stream == f"organisation:{story.organisations['ZZA'].id}"
    assert event.facts == {"evidence": str(item.id), "version": 1, "sha256": "a" * 64}


def test_U14_the_quota_counts_all_versions_of_one_organisation(
    database: Database, story: Story, by: Who
) -> None:
    with database.write() as session:
        item = add(session, story, by, file_of(60))
        add(session, story, story.who(session, "lead_b"), file_of(90), code="ZZB")
        actions.add_version(session, item, file_of(30, "b"), quota=QUOTA, by=by, at=NOW)
        with pytest.raises(RuleError, match="MB left"):
            add(session, story, by, file_of(11, "c"))
        with pytest.raises(RuleError, match="MB left"):
            actions.add_version(session, item, file_of(11, "c"), quota=QUOTA, by=by, at=NOW)
        add(session, story, by, file_of(10, "d"))
        assert library.bytes_kept(session, story.organisations["ZZA"].id) == 100


def test_U14_removing_makes_room(database: Database, story: Story, by: Who) -> None:
    with database.write() as session:
        item = add(session, story, by, file_of(100))
        assert actions.remove(session, item, by=by, at=NOW) == ["a" * 31 + "0"]
        assert library.stored_names(session) == set()
        add(session, story, by, file_of(100, "b"))
        assert library.stored_names(session) == {"b" * 31 + "0"}


def test_U14_items_versions_and_links_have_limits_of_their_own(
    database: Database, story: Story, by: Who, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.actions.evidence.MOST_ITEMS", 2)
    monkeypatch.setattr("app.actions.evidence.MOST_VERSIONS", 1)
    monkeypatch.setattr("app.actions.evidence.MOST_LINKS", 1)
    organisation = story.organisations["ZZA"]
    with database.write() as session:
        made = steps.finished(session, story, "bronze")  # which adds an item and links it everywhere
        item = actions.add_link(session, organisation, PAPER, "https://example.org", by=by, at=NOW)
        with pytest.raises(RuleError, match="The library holds 2 items"):
            actions.add_link(session, organisation, PAPER, "https://example.org/2", by=by, at=NOW)
        with pytest.raises(RuleError, match="This has 1 versions already"):
            actions.add_version(session, item, Content(url="https://x.example"), quota=QUOTA, by=by, at=NOW)
        with pytest.raises(RuleError, match="A criterion takes at most 1 items"):
            actions.link(session, made, story.framework, "B02", item.id, "", by=by, at=NOW)
    assert (rules.MOST_ITEMS, rules.MOST_VERSIONS, rules.MOST_LINKS) == (2000, 100, 40)


def test_a_file_cannot_become_a_link(database: Database, story: Story, by: Who) -> None:
    with database.write() as session:
        item = add(session, story, by, file_of(1))
        with pytest.raises(RuleError, match="A file can't become a link"):
            actions.add_version(session, item, Content(url="https://x.example"), quota=QUOTA, by=by, at=NOW)


def test_A07_only_live_evidence_of_the_same_organisation_can_be_linked(
    database: Database, story: Story, by: Who
) -> None:
    with database.write() as session:
        made = steps.finished(session, story, "bronze")
        before = len(session.exec(select(EvidenceLink)).all())
        foreign = add(session, story, story.who(session, "lead_b"), file_of(1), code="ZZB")
        removed = add(session, story, by, file_of(2, "b"))
        actions.remove(session, removed, by=by, at=NOW)
        sentences = set()
        for id_ in (foreign.id, removed.id, uuid4()):
            with pytest.raises(RuleError) as refused:
                actions.link(session, made, story.framework, "B02", id_, "", by=by, at=NOW)
            sentences.add((refused.value.sentence, refused.value.field))
        assert sentences == {("Choose evidence from your organisation's library.", "evidence")}
        assert len(session.exec(select(EvidenceLink)).all()) == before


def test_linking_again_changes_the_place_only(database: Database, story: Story, by: Who) -> None:
    with database.write() as session:
        made = steps.finished(session, story, "bronze")
        item = library.linked_to(session, made.id, "B02")[0].item
        actions.link(session, made, story.framework, "B02", item.id, "page 9", by=by, at=NOW)
        found = library.linked_to(session, made.id, "B02")
    assert [(one.item.id, one.place) for one in found] == [(item.id, "page 9")]


def test_linked_evidence_stays_until_it_is_unlinked_everywhere(
    database: Database, story: Story, by: Who
) -> None:
    with database.write() as session:
        made = steps.finished(session, story, "bronze")
        item = library.linked_to(session, made.id, "B02")[0].item
        codes = [use.code for use in library.uses_of(session, item.id)]
        with pytest.raises(RuleError) as refused:
            actions.remove(session, item, by=by, at=NOW)
        assert refused.value.sentence == (
            f"This evidence is linked to {', '.join(codes)}. Unlink it there first."
        )
        for code in codes:
            actions.unlink(session, made, code, item.id, by=by, at=NOW)
        actions.remove(session, item, by=by, at=NOW)
        with pytest.raises(Conflict):
            actions.remove(session, item, by=by, at=NOW)


def test_bytes_that_a_sealed_copy_names_outlive_removal(database: Database, story: Story, by: Who) -> None:
    with database.write() as session:
        made = steps.finished(session, story, "bronze")
        item = add(session, story, by, file_of(40))
        actions.link(session, made, story.framework, "B02", item.id, "", by=by, at=NOW)
        steps.sign(session, story, steps.hand_over(session, story, made, "bronze"))
        actions.add_version(session, item, file_of(50, "b"), quota=QUOTA, by=by, at=NOW)
        actions.unlink(session, made, "B02", item.id, by=by, at=NOW)
        unsealed = [one.stored_name for one, _ in library.versions(session, item.id) if one.number == 2]
        sealed = session.exec(select(EvidenceVersion.stored_name).where(EvidenceVersion.size == 40)).one()
        assert actions.remove(session, item, by=by, at=NOW) == unsealed
        assert library.stored_names(session) == {sealed}
        assert library.bytes_kept(session, story.organisations["ZZA"].id) == 40


def test_linked_gives_the_newest_version_of_each_in_one_query(
    database: Database, story: Story, by: Who
) -> None:
    with database.write() as session:
        made = steps.finished(session, story, "bronze")
        item = add(session, story, by, file_of(1))
        actions.add_version(session, item, file_of(2, "b"), quota=QUOTA, by=by, at=NOW)
        actions.link(session, made, story.framework, "B02", item.id, "page 1", by=by, at=NOW)
        found = [one for one in library.linked(session, made.id) if one.item.id == item.id]
        assert [(one.code, one.version.number, one.place) for one in found] == [("B02", 2, "page 1")]
        assert len(library.linked(session, made.id)) == 17
