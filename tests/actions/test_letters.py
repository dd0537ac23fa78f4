"""A decision's letter: drafted, read, edited, sent with the release; and the texts that letters begin from."""

import pytest
from sqlmodel import Session, select

from app.actions import decisions, letters
from app.actions.decisions import Terms
from app.db import Database
from app.models import Decision, Letter, LetterTemplate, Organisation, Outcome
from app.queries import letters as queries
from app.queries.decision_basis import result_by_rule
from app.rules.errors import Conflict, RuleError, Stale
from app.rules.letters import PLACEHOLDERS, SHIPPED, Letterhead, placeholder
from tests.actions.test_decisions import ASKED, decide, judged, release, reopen
from tests.letters import letters_read
from tests.story import NOW, Story

HEAD = Letterhead("The issuer", "The signatory", "ask@example.invalid", "https://portal.example")


def save(
    session: Session,
    story: Story,
    decision: Decision,
    *,
    body: str = "Edited.",
    version: int = 1,
    may_go: bool = True,
) -> Letter:
    by = story.who(session, "administrator_2")
    return letters.save(session, decision, "Subject", body, version=version, may_go=may_go, by=by, at=NOW)


def keep(session: Session, story: Story, body: str, version: int = 0) -> LetterTemplate:
    by, outcome = story.who(session, "administrator"), Outcome.RECOGNISED
    return letters.keep_template(session, outcome, "{{level}}", body, version=version, by=by, at=NOW)


def test_a_letter_is_drafted_from_its_template_with_the_facts(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = judged(session, story, score=1)
        conditions = {"B02": "Show the minute."}
        decide(session, story, submission, Outcome.NOT_YET, "", conditions, terms=Terms(1, HEAD))
        row = session.exec(select(Letter)).one()
        title = story.framework.criterion("B02").title
        assert row.subject == "Fictional trust A: Bronze is not yet recognised"
        for part in (
            "Autumn 2026",
            "22 November 2026",
            f"- B02 {title}: Show the minute.",
            HEAD.issuer,
            HEAD.signatory,
        ):
            assert part in row.body
        assert ("{{" in row.body, row.read_at) == (False, None)


def test_a_deferral_s_letter_asks_the_question(database: Database, story: Story) -> None:
    with database.write() as session:
        decide(session, story, judged(session, story), Outcome.DEFERRED, "Which committee?", clarify=ASKED)
        body = session.exec(select(Letter)).one().body
        asked = f"about B02 {story.framework.criterion('B02').title}\nWhich committee?"
        assert (asked in body, "by 31 January 2027" in body) == (True, True)


def test_w02_a_name_that_holds_a_placeholder_is_not_replaced_again(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = judged(session, story)
        session.get_one(Organisation, submission.organisation_id).name = "Trust {{contact}} {{7*7}}"
        decide(session, story, submission, terms=Terms(1, HEAD))
        assert session.exec(select(Letter)).one().subject == "Trust {{contact}} {{7*7}}: Bronze is recognised"


def test_editing_a_letter_takes_back_that_it_was_read(database: Database, story: Story) -> None:
    with database.write() as session:
        decision = decide(session, story, judged(session, story))
        row = save(session, story, decision)
        assert (row.version, row.read_at, row.read_by_id) == (2, NOW, story.people["administrator_2"].id)
        row = save(session, story, decision, body="Edited again.", version=2, may_go=False)
        assert (row.version, row.read_at, row.edited_at) == (3, None, NOW)
        with pytest.raises(Conflict, match="1 letter has not been read yet"):
            release(session, story)


def test_a_letter_that_somebody_else_saved_is_not_overwritten(database: Database, story: Story) -> None:
    with database.write() as session:
        decision = decide(session, story, judged(session, story))
        save(session, story, decision)
        with pytest.raises(Stale):
            save(session, story, decision, body="Typed over the draft.", version=1)
        row = session.exec(select(Letter)).one()
        assert (row.body, row.version) == ("Edited.", 2)


@pytest.mark.parametrize("body", [" ", "bell \x07"])
def test_what_can_t_be_kept_is_not_saved(body: str, database: Database, story: Story) -> None:
    with database.write() as session:
        decision = decide(session, story, judged(session, story))
        before = session.exec(select(Letter)).one().body
        with pytest.raises(RuleError) as refused:
            save(session, story, decision, body=body)
        assert (refused.value.field, session.exec(select(Letter)).one().body) == ("body", before)


def test_a_decision_without_a_letter_is_not_released_until_one_is_kept(
    database: Database, story: Story
) -> None:
    """As decided by an earlier version of the portal."""
    with database.write() as session:
        decision = decide(session, story, judged(session, story))
        session.delete(session.exec(select(Letter)).one())
        session.flush()
        with pytest.raises(Conflict, match="not been read"):
            release(session, story)
        save(session, story, decision, version=0)
        assert len(release(session, story)) == 1


def test_the_letter_of_a_void_decision_stays_and_another_is_drafted(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = judged(session, story)
        first = decide(session, story, submission)
        save(session, story, first)
        reopen(session, story, submission)
        second = decide(session, story, submission)
        assert (
            queries.not_read(session, story.window_id) == 1
        )  # that the first was read says nothing of the second
        letters_read(session, story)
        release(session, story)
        sent = {row.decision_id: row.sent_at for row in session.exec(select(Letter)).all()}
        assert sent == {first.id: None, second.id: NOW}


@pytest.mark.parametrize(("part", "seen"), [("administrator", 1), ("administrator_of_a", 0)])
def test_b19_the_outbox_lists_no_letter_with_a_conflict_and_counts_it(
    part: str, seen: int, database: Database, story: Story
) -> None:
    with database.write() as session:
        decide(session, story, judged(session, story))
        who = story.who(session, part)
        found = queries.waiting(session, story.window_id, who)
        assert (len(found), queries.not_read(session, story.window_id)) == (seen, 1)


def test_a_template_is_kept_by_version_and_letters_begin_from_it(database: Database, story: Story) -> None:
    with database.write() as session:
        assert queries.template(session, Outcome.RECOGNISED) == (SHIPPED[Outcome.RECOGNISED], 0)
        keep(session, story, "To {{organisation}}.")
        with pytest.raises(Stale):
            keep(session, story, "Typed over the shipped text.")
        assert keep(session, story, "Dear {{organisation}}.", version=1).version == 2
        decide(session, story, judged(session, story))
        assert session.exec(select(Letter)).one().body == "Dear Fictional trust A."


def test_a_template_with_an_unknown_placeholder_is_not_kept(database: Database, story: Story) -> None:
    with database.write() as session:
        with pytest.raises(RuleError, match="organization"):
            keep(session, story, "To {{organization}}.")
        assert session.exec(select(LetterTemplate)).all() == []


def test_every_placeholder_has_a_value(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = judged(session, story)
        keep(session, story, "\n".join(map(placeholder, PLACEHOLDERS)))
        assert result_by_rule(session, submission, story.framework).is_awarded is True
        decide(session, story, submission, terms=decisions.Terms(1, HEAD))
        lines = session.exec(select(Letter)).one().body.splitlines()
        assert ([line for line in lines if "{{" in line or not line], len(lines) >= len(PLACEHOLDERS)) == (
            [],
            True,
        )
