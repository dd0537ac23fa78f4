"""Signing in by mail: who gets a link, how often, and what one is good for."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select

from app.actions import membership, sign_in
from app.config import Settings
from app.db import Database
from app.models import Event, Mail, Membership, Person, SignInLink, SignInSession
from app.rules.errors import RuleError
from app.rules.history import faults
from tests.story import NOW, Story

LEAD = "lead.a@example.invalid"


def ask(database: Database, settings: Settings, email: str, *, at: datetime = NOW) -> list[str]:
    """Ask for a link; the tokens of every mail written so far."""
    with database.write() as session:
        sign_in.ask(session, email, settings, at=at)
    return tokens(database)


def tokens(database: Database) -> list[str]:
    with database.read() as session:
        bodies = session.exec(select(Mail.body).order_by(col(Mail.written_at))).all()
    return [body.partition("/sign-in/link/")[2].split()[0] for body in bodies]


def use(database: Database, token: str, *, at: datetime = NOW) -> str:
    with database.write() as session:
        return sign_in.use(session, token, at=at)


def test_a_known_address_gets_a_link_to_the_address_of_the_settings(
    database: Database, settings: Settings
) -> None:
    (token,) = ask(database, settings, LEAD)
    with database.read() as session:
        mail = session.exec(select(Mail)).one()
        link = session.exec(select(SignInLink)).one()
        assert (mail.to, f"{settings.base_url}/sign-in/link/{token}\n" in mail.body) == (LEAD, True)
        assert (len(token), token in link.token_hash) == (43, False)  # 256 bits, kept as a hash alone


def test_t09_an_unknown_address_gets_no_mail_and_is_counted_all_the_same(
    database: Database, settings: Settings
) -> None:
    assert ask(database, settings, "nobody@example.invalid") == []
    with database.read() as session:
        assert session.exec(select(SignInLink.email, SignInLink.person_id)).all() == [
            ("nobody@example.invalid", None)
        ]


@pytest.mark.parametrize(
    "spelling", ["LEAD.A@EXAMPLE.INVALID", "  lead.a@example.invalid ", "ｌead.a@example.invalid"]
)
def test_t04_t10_an_hour_brings_three_mails_however_the_address_is_spelled(
    database: Database, settings: Settings, spelling: str
) -> None:
    for second in range(6):
        ask(database, settings, LEAD if second % 2 else spelling, at=NOW + timedelta(seconds=second))
    assert len(tokens(database)) == 3
    later = NOW + timedelta(hours=1, seconds=1)
    assert len(ask(database, settings, spelling, at=later)) == 4


def test_t10_one_address_used_up_leaves_the_others_alone(database: Database, settings: Settings) -> None:
    for _ in range(5):
        ask(database, settings, LEAD)
    assert len(ask(database, settings, "sponsor.a@example.invalid")) == 4


def test_a_link_works_once(database: Database, settings: Settings) -> None:
    (token,) = ask(database, settings, LEAD)
    session_token = use(database, token)
    with database.read() as session:
        opened = session.exec(select(SignInSession)).one()
        assert (len(session_token), session_token in opened.token_hash) == (43, False)
    with pytest.raises(RuleError, match="used already"):
        use(database, token)


def test_a_link_ends_after_its_minutes(database: Database, settings: Settings) -> None:
    (token,) = ask(database, settings, LEAD)
    with pytest.raises(RuleError, match="out of time"):
        use(database, token, at=NOW + timedelta(minutes=settings.sign_in_link_minutes))
    assert use(database, token, at=NOW + timedelta(minutes=settings.sign_in_link_minutes, seconds=-1))


def test_a_made_up_link_opens_nothing(database: Database) -> None:
    with pytest.raises(RuleError):
        use(database, "A" * 43)


def test_t11_who_left_gets_no_link_and_can_not_use_one_sent_before(
    database: Database, settings: Settings, story: Story
) -> None:
    (token,) = ask(database, settings, LEAD)
    with database.write() as session:
        membership.leave(session, session.get_one(Person, story.people["lead_a"].id), at=NOW)
    with pytest.raises(RuleError):
        use(database, token)
    assert ask(database, settings, LEAD) == [token]


def test_t11_who_lost_every_role_gets_no_link(database: Database, settings: Settings, story: Story) -> None:
    with database.write() as session:
        for row in session.exec(
            select(Membership).where(Membership.person_id == story.people["lead_a"].id)
        ).all():
            row.ended_at = NOW
    assert ask(database, settings, LEAD) == []


def test_people_end_their_own_sessions_and_nobody_elses(database: Database, story: Story) -> None:
    mine, theirs = story.people["lead_a"].id, story.people["lead_b"].id
    with database.write() as session:
        sign_in.open_session(session, mine, at=NOW)
        sign_in.open_session(session, theirs, at=NOW)
        every = list(session.exec(select(SignInSession.id)).all())
        assert sign_in.end_sessions(session, mine, every, by=mine, at=NOW) == 1
        still_open = select(SignInSession.person_id).where(col(SignInSession.ended_at).is_(None))
        assert session.exec(still_open).all() == [theirs]


def test_signing_in_and_out_is_history(database: Database, story: Story) -> None:
    person = story.people["lead_a"].id
    with database.write() as session:
        token = sign_in.open_session(session, person, at=NOW)
        sign_in.sign_out(session, token, at=NOW)
        sign_in.sign_out(session, token, at=NOW)  # twice says nothing twice
        lines = session.exec(
            select(Event).where(Event.stream == f"person:{person}").order_by(col(Event.number))
        ).all()
        assert ([line.verb for line in lines], faults(lines)) == (["sign in", "sign out"], [])


def test_last_used_never_goes_back(database: Database, story: Story) -> None:
    with database.write() as session:
        sign_in.open_session(session, story.people["lead_a"].id, at=NOW)
        opened = session.exec(select(SignInSession)).one()
        sign_in.note_seen(session, opened.id, at=NOW + timedelta(minutes=5))
        sign_in.note_seen(session, opened.id, at=NOW + timedelta(minutes=2))
        session.refresh(opened)
        assert opened.seen_at == NOW + timedelta(minutes=5)
