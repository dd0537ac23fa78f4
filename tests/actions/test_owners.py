"""Giving criteria to colleagues: what is written, who hears of it, what is refused."""

import email
import re
from datetime import date, timedelta
from email import policy

import pytest
from sqlmodel import Session, col, select

from app.actions import membership, owners
from app.actions.owners import Care, Change
from app.adapters.email import message
from app.db import Database
from app.models import CriterionOwner, Event, Mail, Person
from app.queries import scopes
from app.rules.errors import Conflict, RuleError
from tests.actions.test_submission_races import at_once
from tests.sharing import BASE, give, started
from tests.story import NOW, Story

DUE = date(2026, 12, 3)


def held(session: Session) -> dict[str, tuple[object, object]]:
    rows = session.exec(select(CriterionOwner)).all()
    return {row.criterion_code: (row.person_id, row.due_on) for row in rows}


def test_only_what_changed_is_written_and_each_new_owner_gets_one_mail(
    database: Database, story: Story
) -> None:
    contributor = story.people["contributor_a"]
    with database.write() as session:
        made = started(session, story)
        assert give(session, story, made, "contributor_a", "B01", "B02", due_on=DUE) == 2
        assert give(session, story, made, "contributor_a", "B01", "B02", due_on=DUE) == 0
        assert held(session) == dict.fromkeys(("B01", "B02"), (contributor.id, DUE))
        (mail,) = session.exec(select(Mail)).all()
        assert (mail.to, mail.subject) == (contributor.email, "You look after 2 criteria now")
        titles = [story.framework.criterion(code).title for code in ("B01", "B02")]
        lines = [f"B0{n}: {title} (ready by 3 December 2026)" for n, title in enumerate(titles, start=1)]
        assert [line in mail.body for line in lines] == [True, True]
        assert re.findall(r"http\S+", mail.body) == [f"{BASE}/self-assessments/{made.id}"]
        told = session.exec(select(Event).where(Event.verb == "give criterion").order_by(col(Event.number)))
        assert [one.facts for one in told.all()] == [
            {"criterion": code, "owner": str(contributor.id), "due": "2026-12-03"} for code in ("B01", "B02")
        ]


def test_a_new_date_or_oneself_needs_no_mail_and_nobody_takes_the_row_away(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        made = started(session, story)
        give(session, story, made, "lead_a", "B03")
        give(session, story, made, "contributor_a", "B01")
        assert give(session, story, made, "contributor_a", "B01", due_on=DUE) == 1
        assert give(session, story, made, "", "B03") == 1
        assert held(session) == {"B01": (story.people["contributor_a"].id, DUE)}
        assert len(session.exec(select(Mail)).all()) == 1
        verbs = session.exec(select(Event.verb).where(col(Event.verb).endswith("criterion"))).all()
        assert sorted(verbs) == ["give criterion"] * 3 + ["take back criterion"]


@pytest.mark.parametrize("part", ["sponsor_a", "chair_a", "lead_b", "reviewer_of_a"])
def test_a07_only_who_may_write_here_now_can_own(database: Database, story: Story, part: str) -> None:
    with database.write() as session:
        made = started(session, story)
        with pytest.raises(RuleError, match="Choose a colleague who may write") as refused:
            give(session, story, made, part, "B01")
        assert (refused.value.field, held(session)) == ("owner-B01", {})


def test_t11_a_leaver_can_not_be_given_anything_but_keeps_what_they_had_until_it_is_given_on(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        made = started(session, story)
        give(session, story, made, "contributor_a", "B01")
        membership.leave(session, session.get_one(Person, story.people["contributor_a"].id), at=NOW)
        with pytest.raises(RuleError):
            give(session, story, made, "contributor_a", "B02")
        assert give(session, story, made, "contributor_a", "B01", due_on=DUE) == 1


def test_the_day_has_not_passed(database: Database, story: Story) -> None:
    with database.write() as session:
        made = started(session, story)
        with pytest.raises(RuleError, match="The date for B01 has passed") as refused:
            give(session, story, made, "contributor_a", "B01", due_on=NOW.date() - timedelta(days=1))
        assert (refused.value.field, held(session)) == ("due-B01", {})
        assert give(session, story, made, "contributor_a", "B01", due_on=NOW.date()) == 1


def test_an_overdue_row_stays_savable(database: Database, story: Story) -> None:
    with database.write() as session:
        made = started(session, story)
        give(session, story, made, "contributor_a", "B01", due_on=DUE)
        later = NOW + timedelta(days=60)
        assert give(session, story, made, "lead_a", "B01", due_on=DUE, at=later) == 1


@pytest.mark.parametrize("code", ["B99", "x"])
def test_there_must_be_such_a_criterion(database: Database, story: Story, code: str) -> None:
    with database.write() as session:
        made = started(session, story)
        with pytest.raises(RuleError, match="does not apply"):
            give(session, story, made, "contributor_a", code)


def test_a_date_without_an_owner_is_refused(database: Database, story: Story) -> None:
    with database.write() as session:
        made, by = started(session, story), story.who(session, "lead_a")
        change = {"B01": Change(Care(), Care(None, DUE))}
        with pytest.raises(RuleError, match="Choose who looks after B01"):
            owners.assign(session, made, story.framework, change, base_url=BASE, by=by, at=NOW)


def test_what_another_lead_changed_meanwhile_is_not_overwritten(database: Database, story: Story) -> None:
    with database.write() as session:
        made, by = started(session, story), story.who(session, "lead_a")
        give(session, story, made, "lead_a", "B01")
        seen_nobody = {"B01": Change(Care(), Care(story.people["contributor_a"].id))}
        with pytest.raises(Conflict, match="Another lead changed the owner of B01"):
            owners.assign(session, made, story.framework, seen_nobody, base_url=BASE, by=by, at=NOW)
        assert held(session) == {"B01": (story.people["lead_a"].id, None)}


def test_two_leads_at_once_one_wins(database: Database, story: Story) -> None:
    with database.write() as session:
        made_id = started(session, story).id

    def attempt(part: str) -> object:
        def run(session: Session) -> int:
            from_page = {"B01": Change(Care(), Care(story.people[part].id))}
            found = scopes.self_assessment(session, made_id, True)
            assert found
            by = story.who(session, "lead_a")
            return owners.assign(
                session, found.thing, story.framework, from_page, base_url=BASE, by=by, at=NOW
            )

        return run

    results = at_once(database, attempt("lead_a"), attempt("contributor_a"))
    assert sorted(map(str, results)) == sorted(map(str, [1, Conflict]))


def test_take_over_gives_all_of_one_person_and_keeps_the_dates(database: Database, story: Story) -> None:
    overdue = NOW + timedelta(days=60)
    with database.write() as session:
        made, lead = started(session, story), story.people["lead_a"]
        give(session, story, made, "contributor_a", "B01", "B02", due_on=DUE)
        give(session, story, made, "lead_a", "B03")
        membership.leave(session, session.get_one(Person, story.people["contributor_a"].id), at=NOW)
        by, giver = story.who(session, "lead_a"), story.people["contributor_a"].id
        give_to = {"base_url": BASE, "by": by, "at": overdue}
        assert owners.take_over(session, made, story.framework, giver, lead.id, **give_to) == 2
        assert held(session) == {"B01": (lead.id, DUE), "B02": (lead.id, DUE), "B03": (lead.id, None)}
        for from_id, to_id, field in (
            (giver, lead.id, "from"),
            (lead.id, lead.id, "to"),
            (lead.id, giver, "to"),
            (lead.id, story.people["sponsor_a"].id, "to"),
        ):
            with pytest.raises(RuleError) as refused:
                owners.take_over(session, made, story.framework, from_id, to_id, **give_to)
            assert refused.value.field == field


def test_w04_a_hostile_name_is_not_in_the_mail(database: Database, story: Story) -> None:
    with database.write() as session:
        made = started(session, story)
        session.get_one(Person, story.people["lead_a"].id).name = "Pay at https://evil.example"
        session.flush()
        give(session, story, made, "contributor_a", "B01")
        raw = bytes(message(session.exec(select(Mail)).one(), "portal@example.invalid"))
    text = email.message_from_bytes(raw, policy=policy.default).get_content()
    assert text.startswith("A colleague asks you to look after a criterion of your organisation")
    assert re.findall(r"https?://\S+", text) == [f"{BASE}/self-assessments/{made.id}"]
    assert "evil" not in raw.decode()
