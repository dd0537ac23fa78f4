"""Giving roles, and what ends when somebody leaves."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from app.actions import membership, sign_in
from app.db import Database
from app.models import Event, Invitation, Membership, Organisation, Role, SignInSession
from app.queries import people, scopes
from app.rules.errors import Conflict, RuleError
from tests.actions.test_submission_races import at_once
from tests.story import NOW, Story


@pytest.mark.parametrize(("role", "code"), [(Role.REVIEWER, "ZZA"), (Role.LEAD, ""), (Role.ICB_VIEWER, "")])
def test_a_role_and_its_organisation_must_fit(
    role: Role, code: str, database: Database, story: Story
) -> None:
    organisation = story.organisations.get(code)
    with database.write() as session, pytest.raises(RuleError):
        membership.grant(
            session, "n@example.invalid", "N", role, organisation=organisation, employer=None, at=NOW
        )


def test_an_address_is_one_person_however_it_is_spelled(database: Database, story: Story) -> None:
    organisation = story.organisations["ZZA"]
    with database.write() as session:
        made = [
            membership.grant(session, email, "N", role, organisation=organisation, employer=None, at=NOW)
            for email, role in (
                ("New@Example.invalid", Role.LEAD),
                (" new@example.invalid ", Role.LEAD),
                ("new@example.invalid", Role.SPONSOR),
            )
        ]
        roles = session.exec(select(Membership.role).where(Membership.person_id == made[0].id)).all()
        assert ({one.id for one in made}, sorted(roles)) == ({made[0].id}, [Role.LEAD, Role.SPONSOR])
        assert made[0].employer_id == organisation.id


def test_t11_who_leaves_loses_roles_and_sessions_at_once(database: Database, story: Story) -> None:
    with database.write() as session:
        person = session.merge(story.people["lead_a"])
        sign_in.open_session(session, person.id, at=NOW)
        membership.leave(session, person, at=NOW)
        open_ones = [row.ended_at for row in session.exec(select(SignInSession)).all()]
        assert (people.who_by_id(session, person.id, NOW), open_ones) == (None, [NOW])
        who = people.who(session, person, NOW + timedelta(days=1))
        assert (who.holdings, {tie.organisation_name for tie in who.ties}) == ((), {"Fictional trust A"})


def second_lead(session: Session, story: Story) -> None:
    """Make the contributor of trust A a lead as well."""
    email = story.people["contributor_a"].email
    trust = session.get_one(Organisation, story.organisations["ZZA"].id)
    membership.grant(session, email, "", Role.LEAD, organisation=trust, employer=None, at=NOW)


def role_of(session: Session, story: Story, part: str, role: Role) -> Membership:
    held = select(Membership).where(Membership.person_id == story.people[part].id, Membership.role == role)
    return session.exec(held).one()


def end(session: Session, story: Story, by: str, part: str, role: Role) -> None:
    found = scopes.organisation(session, story.organisations["ZZA"].id, True)
    assert found
    who = story.who(session, by)
    membership.end_role(session, found.thing, role_of(session, story, part, role), by=who, at=NOW)


def test_t11_an_ended_role_is_gone_and_the_last_one_ends_the_sign_ins(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        second_lead(session, story)
        person = story.people["contributor_a"].id
        sign_in.open_session(session, person, at=NOW)
        end(session, story, "lead_a", "contributor_a", Role.LEAD)
        assert [one.role for one in story.who(session, "contributor_a").holdings] == [Role.CONTRIBUTOR]
        assert [row.ended_at for row in session.exec(select(SignInSession)).all()] == [None]
        end(session, story, "lead_a", "contributor_a", Role.CONTRIBUTOR)
        assert story.who(session, "contributor_a").holdings == ()
        assert [row.ended_at for row in session.exec(select(SignInSession)).all()] == [NOW]
        stream = f"organisation:{story.organisations['ZZA'].id}"
        told = session.exec(select(Event).where(Event.stream == stream).order_by(col(Event.number))).all()
        assert [(one.verb, one.by_id, one.facts["role"]) for one in told] == [
            ("end role", story.people["lead_a"].id, "lead"),
            ("end role", story.people["lead_a"].id, "contributor"),
        ]
        with pytest.raises(Conflict, match="ended already"):
            end(session, story, "lead_a", "contributor_a", Role.CONTRIBUTOR)


def test_t11_roles_elsewhere_stay(database: Database, story: Story) -> None:
    with database.write() as session:
        person = story.people["contributor_a"]
        session.add(Membership(person_id=person.id, role=Role.REVIEWER, granted_at=NOW))
        sign_in.open_session(session, person.id, at=NOW)
        end(session, story, "lead_a", "contributor_a", Role.CONTRIBUTOR)
        assert [one.role for one in story.who(session, "contributor_a").holdings] == [Role.REVIEWER]
        assert [row.ended_at for row in session.exec(select(SignInSession)).all()] == [None]


def test_nobody_ends_their_own_role_or_the_last_leads(database: Database, story: Story) -> None:
    with database.write() as session:
        with pytest.raises(RuleError, match="your own role"):
            end(session, story, "lead_a", "lead_a", Role.LEAD)
        with pytest.raises(Conflict, match="the last lead"):
            end(session, story, "contributor_a", "lead_a", Role.LEAD)
        assert role_of(session, story, "lead_a", Role.LEAD).ended_at is None


def test_two_leads_who_end_each_others_role_at_once_leave_one(database: Database, story: Story) -> None:
    with database.write() as session:
        second_lead(session, story)

    def attempt(by: str, part: str) -> object:
        return lambda session: end(session, story, by, part, Role.LEAD)

    results = at_once(database, attempt("lead_a", "contributor_a"), attempt("contributor_a", "lead_a"))
    with database.read() as session:
        left = people.leads(session, story.organisations["ZZA"].id)
    assert (sorted(map(str, results)), len(left)) == (sorted(map(str, [None, Conflict])), 1)


def test_t11_a_way_back_ends_with_the_role(database: Database, story: Story) -> None:
    """A lead who is to go may have invited an address of their own."""
    lead, sponsor = story.people["lead_a"], story.people["sponsor_a"]
    with database.write() as session:
        second_lead(session, story)
        for number, (to, by) in enumerate(
            (
                ("private@example.invalid", lead),
                (lead.email, story.people["contributor_a"]),
                ("other@example.invalid", sponsor),
            )
        ):
            session.add(
                Invitation(
                    organisation_id=story.organisations["ZZA"].id,
                    email=to,
                    name="N",
                    role=Role.LEAD,
                    token_hash=str(number),
                    sent_at=NOW,
                    sent_by_id=by.id,
                    expires_at=NOW + timedelta(hours=72),
                )
            )
        session.flush()
        end(session, story, "contributor_a", "lead_a", Role.LEAD)
        open_ones = session.exec(select(Invitation.email).where(col(Invitation.cancelled_at).is_(None))).all()
        assert open_ones == ["other@example.invalid"]


def test_mails_to_leads_go_to_those_of_today(database: Database, story: Story) -> None:
    trust, sponsor = story.organisations["ZZA"].id, story.people["sponsor_a"]
    with database.write() as session:
        second_lead(session, story)
        end(session, story, "contributor_a", "lead_a", Role.LEAD)
        assert [one.email for one in people.leads(session, trust)] == [story.people["contributor_a"].email]
        heard = people.leads_and_sponsor(session, trust, sponsor.id)
        assert heard == sorted([sponsor.email, story.people["contributor_a"].email])
