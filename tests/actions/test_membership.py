"""Giving roles, and what ends when somebody leaves."""

from datetime import timedelta

import pytest
from sqlmodel import select

from app.actions import membership, sign_in
from app.db import Database
from app.models import Membership, Role, SignInSession
from app.queries import people
from app.rules.errors import RuleError
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
