"""Moving to a newer version: what comes along, what does not count, what stays, and that nothing is eaten."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from app.actions import (
    comments,
    decisions,
    evidence,
    loading,
    moving,
    owners,
    self_assessments,
    submissions,
)
from app.actions.certificates import Issuer
from app.criteria.carry_over import CarryOver
from app.criteria.loader import from_document, to_document
from app.criteria.schema import Framework, OrganisationKind
from app.db import Database
from app.models import (
    Answer,
    Comment,
    CriterionOwner,
    Event,
    EvidenceLink,
    FrameworkVersion,
    Outcome,
    SelfAssessment,
    Status,
    Submission,
    Window,
)
from app.queries import audit, frameworks, register, sealed_copies, to_sign
from app.queries import moving as moves
from app.queries import self_assessments as queries
from app.queries.frameworks import FrameworkShelf
from app.rules import progress
from app.rules.days import uk_day
from app.rules.errors import Conflict, RuleError
from app.rules.moving import MOVED, may_still_write
from app.rules.progress import NOT_CONFIRMED, CriterionState
from tests import steps
from tests.criteria.second import VERSION
from tests.digests import digest
from tests.letters import letters_read
from tests.second_version import moved, published
from tests.story import NOW, Story

ON = uk_day(NOW)


def answers(session: Session, made: SelfAssessment) -> dict[str, Answer]:
    return queries.answers(session, made.id)


def second(session: Session, made: SelfAssessment) -> Framework:
    return FrameworkShelf().get(session, made.framework_version_id)


def events(session: Session, id_: UUID) -> list[tuple[str, dict[str, Any]]]:
    rows = session.exec(
        select(Event).where(Event.stream == f"self-assessment:{id_}").order_by(col(Event.number))
    ).all()
    return [(row.verb, row.facts) for row in rows]


def test_k14_an_open_self_assessment_stays_on_its_version(database: Database, story: Story) -> None:
    with database.write() as session:
        made = steps.finished(session, story)
        before = {code: dict(row.values) for code, row in answers(session, made).items()}
        published(session, story)
        submission = steps.hand_over(session, story, made)
        steps.sign(session, story, submission)
        assert (made.framework_version_id, made.moved_at, submission.framework_version_id) == (
            story.version_id,
            None,
            story.version_id,
        )
        assert {code: row.values for code, row in answers(session, made).items()} == before


def test_what_comes_along(database: Database, story: Story) -> None:
    with database.write() as session:
        old = steps.finished(session, story)
        published(session, story)
        new = moved(session, story, old)
        found = answers(session, new)
        assert (new.moved_from_id, old.moved_at, new.organisation_id) == (old.id, NOW, old.organisation_id)
        assert sorted(found) == sorted(
            ["N1", "B03", "N2", *(f"B{number:02}" for number in (5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16))]
        )
        assert {(row.needs_confirming, row.is_finished) for row in found.values()} == {(True, False)}
        assert (found["N1"].carried_from, found["N2"].carried_from, found["B07"].carried_from) == (
            ["B01", "B02"],
            ["B03"],
            ["B07"],
        )
        assert found["N1"].values["narrative"].count("Made-up text of trust A about") == 2
        assert found["B07"].values["owner"] == "Chief people officer"


def test_evidence_owners_and_open_comments_come_along(database: Database, story: Story) -> None:
    with database.write() as session:
        old = steps.finished(session, story)
        lead = story.people["lead_a"].id
        for code in ("B02", "B03", "B04"):
            session.add(
                CriterionOwner(
                    self_assessment_id=old.id, criterion_code=code, person_id=lead, due_on=date(2027, 1, 5),
                    assigned_at=NOW, assigned_by_id=lead,
                )
            )  # fmt: skip
            for text, resolved in (("open", None), ("done", NOW)):
                session.add(
                    Comment(
                        self_assessment_id=old.id, criterion_code=code, text=f"{text} {code}",
                        written_at=NOW, written_by_id=lead, resolved_at=resolved,
                    )
                )  # fmt: skip
        session.flush()
        published(session, story)
        new = moved(session, story, old)
        links = session.exec(select(EvidenceLink).where(EvidenceLink.self_assessment_id == new.id)).all()
        assert (
            {one.place for one in links},
            {"N1", "B03", "N2"} <= {one.criterion_code for one in links},
        ) == (
            {"page 3"},
            True,
        )
        assert len([one for one in links if one.criterion_code == "N1"]) == 1  # one item, though two had it
        owners = moves.owners(session, new.id)
        assert {code: (row.person_id, row.due_on) for code, row in owners.items()} == dict.fromkeys(
            ("N1", "B03", "N2"), (lead, date(2027, 1, 5))
        )
        comments = [(one.criterion_code, one.text) for one in moves.open_comments(session, new.id)]
        assert sorted(comments) == [("B03", "open B03"), ("N1", "open B02"), ("N2", "open B03")]


def test_two_places_of_one_item_become_one_text(database: Database, story: Story) -> None:
    with database.write() as session:
        old = steps.finished(session, story)
        link = session.exec(
            select(EvidenceLink)
            .where(EvidenceLink.self_assessment_id == old.id)
            .where(EvidenceLink.criterion_code == "B02")
        ).one()
        link.place = "page 7"
        session.add(link)
        session.flush()
        published(session, story)
        new = moved(session, story, old)
        found = session.exec(
            select(EvidenceLink.place)
            .where(EvidenceLink.self_assessment_id == new.id)
            .where(EvidenceLink.criterion_code == "N1")
        ).all()
        assert found == ["page 3; page 7"]


@pytest.mark.parametrize("kind", list(OrganisationKind))
def test_k14_nothing_is_eaten(database: Database, story: Story, kind: OrganisationKind) -> None:
    """Every old value is in a new answer, or listed as not carried; and the old one still says every word."""
    code = {OrganisationKind.TRUST: "ZZA", OrganisationKind.ICB: "ZZ1", OrganisationKind.REGION: "ZZR"}[kind]
    with database.write() as session:
        old = steps.finished(session, story, "gold", code=code)
        before = {one: dict(row.values) for one, row in answers(session, old).items()}
        published(session, story)
        found = moves.move(session, FrameworkShelf(), old)
        assert found is not None
        new = moved(session, story, old)
        kept = [text for row in answers(session, new).values() for text in row.values.values()]
        listed = {(one.criterion.code, one.text) for one in found.left}
        assert [
            (one, text)
            for one, values in before.items()
            for text in values.values()
            if (one, text) not in listed and not any(text in each for each in kept)
        ] == []
        assert {one: row.values for one, row in answers(session, old).items()} == before


def test_nothing_counts_before_it_is_confirmed(database: Database, story: Story) -> None:
    with database.write() as session:
        old = steps.finished(session, story)
        published(session, story)
        new = moved(session, story, old)
        framework, found = second(session, new), answers(session, new)
        support = queries.support(session, new.id, on=ON)
        states = {
            one.criterion.code: one.state
            for one in progress.progress(framework, OrganisationKind.TRUST, found, support)
        }
        assert {states[code] for code in found} == {CriterionState.TO_CONFIRM}
        assert CriterionState.READY not in states.values()
        gaps = {one.code: one.reasons for one in to_sign.missing(session, new, framework, "bronze", on=ON)}
        assert {code for code, reasons in gaps.items() if NOT_CONFIRMED in reasons} == set(found)
        with pytest.raises(RuleError, match="Finish these criteria first"):
            submissions.hand_over(
                session, new, framework, "bronze", _window(session, new), story.people["sponsor_a"].id,
                by=story.who(session, "lead_a"), at=NOW,
            )  # fmt: skip


def _window(session: Session, made: SelfAssessment, name: str = "Spring 2027") -> Window:
    window = Window(
        framework_version_id=made.framework_version_id,
        name=name,
        levels=["bronze", "silver", "gold"],
        opens_at=NOW - timedelta(days=1),
        closes_at=NOW + timedelta(days=30),
        decision_promised_on=date(2027, 6, 1),
    )
    session.add(window)
    session.flush()
    return window


def test_a_tick_confirms_and_an_edit_alone_does_not(database: Database, story: Story) -> None:
    with database.write() as session:
        old = steps.finished(session, story)
        published(session, story)
        new = moved(session, story, old)
        by, framework = story.who(session, "lead_a"), second(session, new)

        def save(is_finished: bool | None, text: str) -> None:
            typed = {"narrative": text}
            self_assessments.save_answer(
                session, new, framework, "B05", typed, seen=None, is_finished=is_finished, by=by, at=NOW
            )

        save(None, "Edited by autosave.")
        assert answers(session, new)["B05"].needs_confirming is True
        save(False, "Edited again.")
        assert answers(session, new)["B05"].needs_confirming is True
        save(True, "Edited again.")
        row = answers(session, new)["B05"]
        assert (row.needs_confirming, row.is_finished, row.values["narrative"]) == (
            False,
            True,
            "Edited again.",
        )


def test_the_button_confirms_once(database: Database, story: Story) -> None:
    with database.write() as session:
        old = steps.finished(session, story)
        published(session, story)
        new = moved(session, story, old)
        by = story.who(session, "contributor_a")
        values = dict(answers(session, new)["B05"].values)
        for _ in range(2):
            moving.confirm(session, new, "B05", by=by, at=NOW)
        row = answers(session, new)["B05"]
        assert (row.needs_confirming, row.is_finished, row.values) == (False, False, values)
        assert events(session, new.id)[1:] == [("confirm answer", {"criterion": "B05", "version": 2})]
        assert moving.confirm(session, new, "N3", by=by, at=NOW) is None


def test_moving_twice_moves_once_with_an_event_on_each_side(database: Database, story: Story) -> None:
    with database.write() as session:
        old = steps.finished(session, story)
        published(session, story)
        new = moved(session, story, old)
        before = len(events(session, old.id))
        assert moved(session, story, old).id == new.id
        assert len(events(session, old.id)) == before
        assert events(session, old.id)[-1] == (
            "move self-assessment",
            {"version": VERSION, "carried": 14, "left": 12, "other": str(new.id)},
        )
        assert events(session, new.id) == [
            (
                "start self-assessment by moving",
                {"version": VERSION, "carried": 14, "left": 12, "other": str(old.id)},
            )
        ]


def test_without_a_newer_version_nothing_moves(database: Database, story: Story) -> None:
    with database.write() as session:
        old = steps.finished(session, story)
        with pytest.raises(RuleError, match="There is no newer version"):
            moved(session, story, old)
        assert (old.moved_at, moves.move(session, FrameworkShelf(), old)) == (None, None)


def test_what_waits_for_a_signature_stands_in_the_way(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = steps.handed_over(session, story)
        old = session.get_one(SelfAssessment, submission.self_assessment_id)
        published(session, story)
        with pytest.raises(Conflict, match="waits for the executive sponsor"):
            moved(session, story, old)
        assert (old.moved_at, moves.successor(session, old.id)) == (None, None)
        steps.sign(session, story, submission)
        assert moved(session, story, old).moved_from_id == old.id


def test_a_failed_move_leaves_nothing(
    database: Database, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.write() as session:
        old_id = steps.finished(session, story).id
        published(session, story)
    before = digest(database)

    def fails(*_: object) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr(moving, "_note", fails)
    with pytest.raises(RuntimeError), database.write() as session:
        moved(session, story, session.get_one(SelfAssessment, old_id))
    assert digest(database) == before


def test_what_was_left_is_read_only(database: Database, story: Story) -> None:
    with database.write() as session:
        old = steps.finished(session, story)
        published(session, story)
        moved(session, story, old)
        by = story.who(session, "lead_a")
        item = session.exec(select(EvidenceLink)).all()[0].evidence_id
        tries = [
            lambda: self_assessments.save_answer(
                session, old, story.framework, "B05", {"narrative": "Late."},
                seen=None, is_finished=True, by=by, at=NOW,
            ),
            lambda: evidence.link(session, old, story.framework, "B05", item, "page 9", by=by, at=NOW),
            lambda: evidence.unlink(session, old, "B05", item, by=by, at=NOW),
            lambda: steps.hand_over(session, story, old),
            lambda: comments.write(session, old, "B05", "Too late?", base_url="", by=by, at=NOW),
            lambda: owners.assign(session, old, story.framework, {}, base_url="", by=by, at=NOW),
        ]  # fmt: skip
        for attempt in tries:
            with pytest.raises(Conflict) as refused:
                attempt()
            assert refused.value.sentence == MOVED


def test_only_reopened_criteria_of_what_was_left_can_be_written(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = steps.signed(session, story)
        steps.changes_requested(session, story, submission, "B05")
        old = session.get_one(SelfAssessment, submission.self_assessment_id)
        published(session, story)
        moved(session, story, old)
        by = story.who(session, "lead_a")

        def save(code: str) -> None:
            self_assessments.save_answer(
                session, old, story.framework, code, {"narrative": "As asked."},
                seen=None, is_finished=True, by=by, at=NOW,
            )  # fmt: skip

        save("B05")
        assert answers(session, old)["B05"].values["narrative"] == "As asked."
        with pytest.raises(Conflict):
            save("B06")
        assert (moves.is_open(session, old, "B05"), moves.is_open(session, old, "B06")) == (True, False)


def test_the_rule_of_writing_after_the_move() -> None:
    writing, left = SelfAssessment(started_at=NOW), SelfAssessment(started_at=NOW, moved_at=NOW)
    assert [
        may_still_write(one, "B01", reopened)
        for one in (writing, left)
        for reopened in ((), {"B01"}, {"B02"})
    ] == [True, True, True, False, True, False]


def test_sign_off_is_asked_anew_and_the_old_submission_goes_its_way(database: Database, story: Story) -> None:
    """A submission of the old version is reviewed, decided and certified after the move; the register counts it."""
    with database.write() as session:
        submission = steps.signed(session, story)
        old = session.get_one(SelfAssessment, submission.self_assessment_id)
        copy = sealed_copies.document(session, submission.id)
        published(session, story)
        new = moved(session, story, old)
        assert session.exec(select(Submission).where(Submission.self_assessment_id == new.id)).all() == []
        for part in ("reviewer_1", "reviewer_2"):
            review = steps.assigned(session, story, submission, part)
            steps.reviewed(session, story, submission, review, part)
        by = story.who(session, "administrator")
        decisions.decide(
            session, submission, story.framework, Outcome.RECOGNISED, "All met.", {}, by=by, at=NOW
        )
        letters_read(session, story)
        window = session.get_one(Window, submission.window_id)
        decisions.release(
            session, window, story.framework, Issuer("Assembly", ("Director",)), by=by, at=NOW, on=ON
        )
        assert (submission.status, sealed_copies.document(session, submission.id)) == (Status.RELEASED, copy)
        assert copy.content.framework_version == story.framework.version
        assert [
            (one.organisation_name, one.level_name, one.framework_version)
            for one in register.lines(session, ON)
        ] == [("Fictional trust A", "Bronze", story.framework.version)]
        assert audit.verify(session) == []


def test_the_newer_one_is_finished_and_signed(database: Database, story: Story) -> None:
    with database.write() as session:
        old = steps.finished(session, story)
        published(session, story)
        new = moved(session, story, old)
        framework, by = second(session, new), story.who(session, "lead_a")
        item = session.exec(select(EvidenceLink)).all()[0].evidence_id
        for criterion in framework.of_level("bronze", OrganisationKind.TRUST):
            typed = {question.id: steps.answer_to(criterion, question) for question in criterion.questions}
            if criterion.code == "B06":
                typed["narrative"] = "Five words are the limit"
            self_assessments.save_answer(
                session, new, framework, criterion.code, typed, seen=None, is_finished=True, by=by, at=NOW
            )
            evidence.link(session, new, framework, criterion.code, item, "page 3", by=by, at=NOW)
        assert to_sign.missing(session, new, framework, "bronze", on=ON) == []
        submission = submissions.hand_over(
            session, new, framework, "bronze", _window(session, new), story.people["sponsor_a"].id,
            by=by, at=NOW,
        )  # fmt: skip
        assert (submission.framework_version_id, submission.status) == (
            new.framework_version_id,
            Status.AWAITING_SIGN_OFF,
        )


def test_an_organisation_has_one_current_self_assessment(database: Database, story: Story) -> None:
    with database.write() as session:
        old = steps.finished(session, story)
        row = published(session, story)
        by, organisation = story.who(session, "lead_a"), story.organisations["ZZA"]
        with pytest.raises(Conflict, match="writes against another version"):
            self_assessments.start(session, organisation, row, by=by, at=NOW)
        assert queries.startable(session, by, row.id) == []
        new = moved(session, story, old)
        assert (
            queries.current_of(session, organisation.id, "arf"),
            queries.startable(session, by, row.id),
        ) == (
            new.id,
            [],
        )
        assert [(one.id, one.moved_at) for one in queries.listed(session, by)] == [
            (new.id, None),
            (old.id, NOW),
        ]


def test_past_a_version_in_between(database: Database, story: Story) -> None:
    """From the first to a third: N1 of the second is Z there, so Z begins with B01 and B02."""
    with database.write() as session:
        old = steps.finished(session, story)
        row = published(session, story)
        document = to_document(FrameworkShelf().get(session, row.id))
        document["version"] = "2028.third"
        document["criteria"] = [
            {**one, "code": "Z" if one["code"] == "N1" else one["code"]} for one in document["criteria"]
        ]
        loading.publish_framework(
            session,
            from_document(document, "third"),
            declared=CarryOver(before=VERSION, criteria={"Z": ("N1",)}),
            at=NOW,
        )
        new = moved(session, story, old)
        found = answers(session, new)
        assert (session.get_one(FrameworkVersion, new.framework_version_id).version, "N1" in found) == (
            "2028.third",
            False,
        )
        assert (found["Z"].carried_from, "\n\nB02: " in found["Z"].values["narrative"]) == (
            ["B01", "B02"],
            True,
        )
        assert frameworks.newer_than(session, new.framework_version_id) is None


def test_evidence_that_only_the_old_one_uses_can_be_removed(database: Database, story: Story) -> None:
    with database.write() as session:
        by = story.who(session, "lead_a")
        version = session.get_one(FrameworkVersion, story.version_id)
        old = self_assessments.start(session, story.organisations["ZZA"], version, by=by, at=NOW)
        item = evidence.add_link(
            session, story.organisations["ZZA"], evidence.Details("Paper", date(2026, 1, 5)),
            "https://trust.example/paper", by=by, at=NOW,
        )  # fmt: skip
        evidence.link(session, old, story.framework, "B04", item.id, "", by=by, at=NOW)
        with pytest.raises(RuleError, match="linked to B04"):
            evidence.remove(session, item, by=by, at=NOW)
        published(session, story)
        moved(session, story, old)
        evidence.remove(session, item, by=by, at=NOW)
        assert item.removed_at == NOW
