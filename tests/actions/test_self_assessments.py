"""Starting and saving: nothing that can be kept is refused, nothing newer is overwritten."""

import pytest
from sqlmodel import Session, select

from app.actions import self_assessments as actions
from app.db import Database
from app.models import Event, FrameworkVersion, SelfAssessment
from app.queries import self_assessments as look_up
from app.rules.errors import Conflict, RuleError, Stale
from app.rules.marks import mark
from tests.story import NOW, Story

NOTHING: dict[str, str] = {}


def started(session: Session, story: Story, code: str = "ZZA", part: str = "lead_a") -> SelfAssessment:
    version = session.get_one(FrameworkVersion, story.version_id)
    return actions.start(session, story.organisations[code], version, by=story.who(session, part), at=NOW)


def save(
    session: Session,
    story: Story,
    made: SelfAssessment,
    typed: dict[str, str],
    seen: dict[str, str] | None = NOTHING,
    is_finished: bool | None = False,
    part: str = "lead_a",
    code: str = "B02",
) -> actions.Saved:
    by = story.who(session, part)
    return actions.save_answer(
        session, made, story.framework, code, typed, seen=seen, is_finished=is_finished, by=by, at=NOW
    )


def test_one_self_assessment_for_each_organisation_and_version(database: Database, story: Story) -> None:
    with database.write() as session:
        started(session, story)
        started(session, story, "ZZB", "lead_b")
        with pytest.raises(Conflict):
            started(session, story, part="contributor_a")
        assert len(session.exec(select(SelfAssessment)).all()) == 2


def test_nobody_sees_or_starts_for_another_organisation(database: Database, story: Story) -> None:
    with database.write() as session:
        lead, chair = story.who(session, "lead_c"), story.who(session, "chair_a")
        assert look_up.startable(session, chair, story.version_id) == []
        own, other = started(session, story), started(session, story, "ZZB", "lead_b")
        assert [one.id for one in look_up.listed(session, chair)] == [own.id]
        assert other.id not in [one.id for one in look_up.listed(session, story.who(session, "lead_a"))]
        names = [name for _, name in look_up.startable(session, lead, story.version_id)]
        assert names == ["Fictional trust C"]


def test_what_was_typed_is_kept_with_its_faults(database: Database, story: Story) -> None:
    typed = {"narrative": "a\r\nb ", "date-day": "31", "date-month": "2", "date-year": "2026", "rating": "7"}
    with database.write() as session:
        made = started(session, story)
        answer = save(session, story, made, typed).answer
        event = session.exec(select(Event).where(Event.verb == "save answer")).one()
    assert answer is not None
    assert answer.values == {
        "narrative": "a\nb",
        "date-day": "31",
        "date-month": "2",
        "date-year": "2026",
        "rating": "7",
    }
    assert event.facts == {
        "criterion": "B02",
        "version": 1,
        "finished": False,
        "questions": ["rating", "narrative", "date"],
    }


def test_a_stale_save_changes_nothing(database: Database, story: Story) -> None:
    with database.write() as session:
        made = started(session, story)
        save(session, story, made, {"narrative": "First"})
        for seen in (NOTHING, {"narrative": mark({"narrative": "Never was"})}):
            with pytest.raises(Stale):
                save(
                    session, story, made, {"narrative": "Second", "role": "Nurse"}, seen, part="contributor_a"
                )
        kept = look_up.answer(session, made.id, "B02")
        assert kept is not None
        assert (kept.values, kept.version) == ({"narrative": "First"}, 1)


def test_saving_what_is_saved_is_no_new_version(database: Database, story: Story) -> None:
    with database.write() as session:
        made = started(session, story)
        assert save(session, story, made, {"narrative": " "}).answer is None
        assert look_up.answers(session, made.id) == {}
        versions = []
        for is_finished in (False, False, True, True):
            answer = save(session, story, made, {"narrative": "Same"}, is_finished=is_finished).answer
            assert answer is not None
            versions.append(answer.version)
        assert versions == [1, 1, 2, 2]


def test_what_is_not_sent_stays_and_what_is_sent_empty_goes(database: Database, story: Story) -> None:
    with database.write() as session:
        made = started(session, story)
        save(session, story, made, {"narrative": "Text", "role": "Nurse", "rating": "2"}, is_finished=True)
        answer = save(session, story, made, {"role": ""}, None, is_finished=None).answer
        assert answer is not None
        assert (answer.values, answer.is_finished) == ({"narrative": "Text", "rating": "2"}, True)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"narrative": "a\x07b"}, "narrative"),
        ({"date-day": "1\x00"}, "date"),
        ({"narrative": "x" * 100_001}, "narrative"),
        ({"other": "x"}, ""),
    ],
)
def test_what_cannot_be_kept_is_refused_whole(
    database: Database, story: Story, typed: dict[str, str], field: str
) -> None:
    with database.write() as session:
        made = started(session, story)
        with pytest.raises(RuleError) as refused:
            save(session, story, made, {"role": "Chief nurse", **typed})
        assert refused.value.field == field
        assert look_up.answers(session, made.id) == {}


def test_a_criterion_that_does_not_apply_takes_no_answer(database: Database, story: Story) -> None:
    left_out = next(one for one in story.framework.criteria if one.not_for)
    code = next(one for one, row in story.organisations.items() if row.kind in left_out.not_for)
    with database.write() as session:
        made = started(session, story, code)
        with pytest.raises(RuleError, match="does not apply"):
            save(session, story, made, {"narrative": "x"}, code=left_out.code)
