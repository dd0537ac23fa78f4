"""Offering a role by mail: once, for 72 hours, to one person, within limits."""

import email
import re
from datetime import timedelta
from email import policy
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from app.actions import invitations, membership
from app.adapters.email import message
from app.config import Settings
from app.db import Database
from app.models import Event, Invitation, Mail, Membership, Organisation, Person, Role, SignInSession
from app.queries import people, scopes
from app.rules.conflicts import conflict
from app.rules.errors import Conflict, RuleError
from tests.actions.test_submission_races import at_once
from tests.story import NOW, Story

NEW = "new.colleague@example.invalid"
LATER = NOW + timedelta(minutes=5)


def invite(
    session: Session,
    story: Story,
    settings: Settings,
    address: str = NEW,
    role: Role = Role.CONTRIBUTOR,
    *,
    code: str = "ZZA",
    lead: str = "lead_a",
    name: str = "New colleague",
    at: object = NOW,
) -> str:
    """Send an invitation; returns the token in its mail."""
    found = scopes.organisation(session, story.organisations[code].id, True)
    assert found
    by = story.who(session, lead)
    made = invitations.invite(session, found.thing, address, name, role, settings, by=by, at=at)  # type: ignore[arg-type]
    return token_of(session, made)


def token_of(session: Session, made: Invitation) -> str:
    body = session.exec(
        select(Mail.body).where(Mail.to == made.email).order_by(col(Mail.written_at).desc())
    ).all()
    found = [t for text in body for t in re.findall(r"/invitations/([\w-]+)", text)]
    (token,) = [one for one in found if invitations.hash_token(one) == made.token_hash]
    return str(token)


def roles_of(session: Session, address: str) -> set[tuple[Role, str]]:
    rows = session.exec(
        select(Membership.role, Organisation.ods_code)
        .join(Person, col(Person.id) == Membership.person_id)
        .join(Organisation, col(Organisation.id) == Membership.organisation_id, isouter=True)
        .where(Person.email == address, col(Membership.ended_at).is_(None))
    ).all()
    return {(role, code or "") for role, code in rows}


def test_t07_an_invitation_makes_a_person_once(database: Database, story: Story, settings: Settings) -> None:
    with database.write() as session:
        token = invite(session, story, settings)
        assert roles_of(session, NEW) == set()
        made = invitations.accept(session, token, at=LATER)
        person = session.get_one(Person, made.person_id)
        assert (person.email, person.name, person.employer_id) == (
            NEW,
            "New colleague",
            story.organisations["ZZA"].id,
        )
        assert roles_of(session, NEW) == {(Role.CONTRIBUTOR, "ZZA")}
        found = people.session_and_person(session, invitations.hash_token(made.token))
        assert found
        assert found[1].id == person.id
        with pytest.raises(RuleError, match="can't be used"):
            invitations.accept(session, token, at=LATER)
        stream = f"organisation:{story.organisations['ZZA'].id}"
        told = session.exec(
            select(Event.verb, Event.by_id).where(Event.stream == stream).order_by(col(Event.number))
        ).all()
        assert told == [("invite", story.people["lead_a"].id), ("accept invitation", person.id)]


@pytest.mark.parametrize(
    ("after", "works"), [(timedelta(hours=71, minutes=59), True), (timedelta(hours=72), False)]
)
def test_t07_it_holds_for_72_hours(
    database: Database, story: Story, settings: Settings, after: timedelta, works: bool
) -> None:
    with database.write() as session:
        token = invite(session, story, settings)
        try:
            invitations.accept(session, token, at=NOW + after)
        except RuleError:
            assert not works
        assert bool(roles_of(session, NEW)) is works


def test_only_the_hash_of_the_token_is_kept_and_the_mail_forgets_it(
    database: Database, story: Story, settings: Settings
) -> None:
    from_mail = ""
    with database.write() as session:
        from_mail = invite(session, story, settings)
        kept = session.exec(select(Invitation)).one()
        assert from_mail not in repr(kept.model_dump())
        assert len(from_mail) == 43  # 32 bytes


def test_a_link_sent_again_replaces_the_first(database: Database, story: Story, settings: Settings) -> None:
    with database.write() as session:
        first = invite(session, story, settings)
        trust, by = story.organisations["ZZA"], story.who(session, "lead_a")
        row = session.exec(select(Invitation)).one()
        second = invitations.resend(
            session, session.merge(trust), row, settings, by=by, at=NOW + timedelta(days=4)
        )
        with pytest.raises(RuleError):
            invitations.accept(session, first, at=LATER)
        assert second.expires_at == NOW + timedelta(days=7)
        invitations.accept(session, token_of(session, second), at=NOW + timedelta(days=5))
        for answered in (row, second):
            with pytest.raises(Conflict):
                invitations.cancel(session, trust, answered, by=by, at=LATER)
            with pytest.raises(Conflict):
                invitations.resend(session, trust, answered, settings, by=by, at=LATER)


def test_a_cancelled_link_is_dead(database: Database, story: Story, settings: Settings) -> None:
    with database.write() as session:
        token = invite(session, story, settings)
        row, trust = session.exec(select(Invitation)).one(), story.organisations["ZZA"]
        invitations.cancel(session, trust, row, by=story.who(session, "lead_a"), at=NOW)
        with pytest.raises(RuleError):
            invitations.accept(session, token, at=LATER)


@pytest.mark.parametrize(
    ("part", "keeps"), [("reviewer_1", (Role.REVIEWER, "")), ("lead_c", (Role.LEAD, "ZZC"))]
)
def test_f01_who_had_an_account_keeps_it_signs_in_as_always_and_is_seen_by_the_conflict_rule(
    database: Database, story: Story, settings: Settings, part: str, keeps: tuple[Role, str]
) -> None:
    """A link that lives for three days must not open an account that holds more than it gives."""
    person, trust = story.people[part], story.organisations["ZZA"]
    with database.write() as session:
        token = invite(session, story, settings, person.email.upper(), name="Another name")
        made = invitations.accept(session, token, at=LATER)
        assert (made.person_id, made.token) == (person.id, "")
        assert session.exec(select(SignInSession)).all() == []
        assert roles_of(session, person.email) == {keeps, (Role.CONTRIBUTOR, "ZZA")}
        kept = session.get_one(Person, person.id)
        assert (kept.name, kept.employer_id) == (person.name, person.employer_id)
        ties = story.who(session, part).ties
        assert conflict(ties, trust.id, trust.icb_id) == "Has a role in Fictional trust A."


def test_an_administrator_without_employer_stays_without(
    database: Database, story: Story, settings: Settings
) -> None:
    person = story.people["administrator"]
    with database.write() as session:
        invitations.accept(session, invite(session, story, settings, person.email), at=LATER)
        assert session.get_one(Person, person.id).employer_id is None
        ties = story.who(session, "administrator").ties
        assert [one.organisation_name for one in ties] == ["Fictional trust A"]


def test_who_left_another_organisation_may_come_to_this_one(
    database: Database, story: Story, settings: Settings
) -> None:
    address = story.people["lead_c"].email
    with database.write() as session:
        membership.leave(session, session.get_one(Person, story.people["lead_c"].id), at=NOW)
        made = invitations.accept(session, invite(session, story, settings, address), at=LATER)
        assert [one.role for one in story.who(session, "lead_c").holdings] == [Role.CONTRIBUTOR]
        assert bool(made.token)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.REVIEWER, Role.ICB_VIEWER])
def test_a09_only_an_organisations_roles_can_be_given(
    database: Database, story: Story, settings: Settings, role: Role
) -> None:
    with database.write() as session, pytest.raises(RuleError, match="Choose a role"):
        invite(session, story, settings, role=role)


def test_t10_three_mails_an_hour_reach_an_address_whoever_sends_them(
    database: Database, story: Story, settings: Settings
) -> None:
    with database.write() as session:
        invite(session, story, settings, NEW)
        invite(session, story, settings, f" {NEW.upper()} ", Role.SPONSOR)
        invite(session, story, settings, NEW, code="ZZB", lead="lead_b")
        with pytest.raises(RuleError, match="3 invitations within an hour"):
            invite(session, story, settings, NEW, code="ZZC", lead="lead_c")
        last = session.exec(select(Invitation).where(Invitation.role == Role.SPONSOR)).one()
        trust, by = story.organisations["ZZA"], story.who(session, "lead_a")
        with pytest.raises(RuleError, match="3 invitations within an hour"), session.begin_nested():
            invitations.resend(session, trust, last, settings, by=by, at=NOW)
        assert len(session.exec(select(Mail)).all()) == 3
        invite(session, story, settings, NEW, code="ZZC", lead="lead_c", at=NOW + timedelta(hours=1))


def test_t10_twenty_invitations_are_open_at_most(
    database: Database, story: Story, settings: Settings
) -> None:
    with database.write() as session:
        for number in range(invitations.MOST_OPEN):
            invite(session, story, settings, f"colleague.{number}@example.invalid")
        with pytest.raises(RuleError, match="20 invitations are open"):
            invite(session, story, settings)
        invite(session, story, settings, code="ZZB", lead="lead_b")
        three_days = NOW + timedelta(hours=72)
        invite(session, story, settings, "one.more@example.invalid", at=three_days)


def test_the_same_role_is_offered_once(database: Database, story: Story, settings: Settings) -> None:
    with database.write() as session:
        invite(session, story, settings)
        with pytest.raises(RuleError, match="is invited already"):
            invite(session, story, settings)
        with pytest.raises(RuleError, match="has that role already"):
            invite(session, story, settings, story.people["contributor_a"].email)
        invite(session, story, settings, story.people["contributor_a"].email, Role.LEAD)


def test_w04_t08_the_mail_has_one_link_and_it_is_ours(
    database: Database, story: Story, settings: Settings
) -> None:
    """Read as a mail program reads it, from its bytes; names that would make links are left out."""
    with database.write() as session:
        session.get_one(Person, story.people["lead_a"].id).name = "Click https://evil.example now"
        session.get_one(
            Organisation, story.organisations["ZZA"].id
        ).name = "Trust at evil.example\nBcc: x@y.zz"
        session.flush()
        token = invite(session, story, settings)
        raw = bytes(message(session.exec(select(Mail)).one(), "portal@example.invalid"))
    read = email.message_from_bytes(raw, policy=policy.default)
    text = read.get_content()
    assert re.findall(r"https?://\S+", text) == [f"{settings.base_url}/invitations/{token}"]
    assert ("evil" in raw.decode(), "@y.zz" in raw.decode(), read["Bcc"]) == (False, False, None)
    assert text.startswith(
        "A colleague invites you to the Anti-Racist Framework portal, as contributor for their"
    )


def test_t07_two_who_accept_at_once_make_one(database: Database, story: Story, settings: Settings) -> None:
    with database.write() as session:
        token = invite(session, story, settings)

    def attempt(session: Session) -> UUID:
        return invitations.accept(session, token, at=LATER).person_id

    results = at_once(database, attempt, attempt, attempt)
    assert sorted(isinstance(one, UUID) for one in results) == [False, False, True]
    with database.read() as session:
        assert roles_of(session, NEW) == {(Role.CONTRIBUTOR, "ZZA")}
        assert len(session.exec(select(SignInSession)).all()) == 1
