"""C-10: one asks, another confirms, two others judge the appeal; the ledger keeps what was said of each day."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from app.actions import revocations
from app.db import Database
from app.models import (
    Certificate,
    Event,
    Interest,
    InterestKind,
    Mail,
    Membership,
    Person,
    Revocation,
    StandingLine,
)
from app.queries import certificates, invariants
from app.queries import revocations as queries
from app.rules.certificates import Standing, standing
from app.rules.days import uk_day
from app.rules.errors import Conflict, NotAllowed, RuleError
from app.rules.revocations import State
from tests import rounds
from tests.recognition import DAYS, REASON, appealed, asked, certified, judged, revoked, settled
from tests.story import NOW, Story

ON = uk_day(NOW)
DAY = timedelta(days=1)


def sentence(session: Session, act: Callable[[], object]) -> str:
    try:
        with session.begin_nested():
            act()
    except RuleError as refused:
        return refused.sentence
    return ""


def held_on(session: Session, certificate: Certificate, on: date, known_on: date) -> int:
    """How often the body counts at the certificate's rank on ``on``, by what was recorded by ``known_on``."""
    rows = session.exec(
        select(StandingLine).where(
            StandingLine.organisation_id == certificate.organisation_id,
            StandingLine.rank == certificate.level_rank,
            StandingLine.on_date <= on,
            StandingLine.recorded_on <= known_on,
        )
    ).all()
    return sum(row.delta for row in rows)


def test_c10_two_people_revoke_and_it_shows_at_once(database: Database, story: Story) -> None:
    with database.write() as session:
        certificate = certified(session, story)
        row = asked(session, story, certificate)
        assert (certificate.revoked_on, standing(certificate, ON)) == (None, Standing.GENUINE)
        by = story.who(session, "administrator_2")
        revocations.confirm(session, certificate, row.id, days=DAYS, by=by, at=NOW)
        assert (certificate.revoked_on, certificate.revoke_reason) == (ON, REASON)
        assert certificates.held(session, certificate.organisation_id, ON) == []
        assert [held_on(session, certificate, ON, ON), rounds.faults(session)] == [0, []]
        told = session.exec(
            select(Event.verb)
            .where(Event.stream == f"certificate:{certificate.id}")
            .order_by(col(Event.number))
        ).all()
        assert told == ["issue", "ask to revoke", "revoke"]


@pytest.mark.parametrize("part", ["administrator", "administrator_3"])
def test_c10_nobody_revokes_alone(database: Database, story: Story, part: str) -> None:
    """Not the one who asked, and not under a second address of the same mailbox."""
    with database.write() as session:
        story = rounds.cast(session, story)
        certificate = certified(session, story)
        row = asked(session, story, certificate)
        session.get_one(Person, story.people["administrator_3"].id).email = "administrator+2@example.invalid"
        session.flush()
        by = story.who(session, part)
        with pytest.raises(NotAllowed, match="It takes two people"):
            revocations.confirm(session, certificate, row.id, days=DAYS, by=by, at=NOW)
        assert certificate.revoked_on is None


def test_c10_who_asked_must_still_be_free_when_it_is_confirmed(database: Database, story: Story) -> None:
    with database.write() as session:
        certificate = certified(session, story)
        row = asked(session, story, certificate)
        by = story.who(session, "administrator_2")
        held = select(Membership).where(Membership.person_id == row.asked_by_id)

        def confirm() -> None:
            revocations.confirm(session, certificate, row.id, days=DAYS, by=by, at=NOW)

        membership = session.exec(held).one()
        membership.ended_at = NOW
        session.flush()
        assert sentence(session, confirm)[:24] == "Whoever began this may n"
        membership.ended_at = None
        session.add(
            Interest(
                person_id=row.asked_by_id, organisation_id=certificate.organisation_id, kind=InterestKind.FAMILY,
                declared_at=NOW, declared_by_id=row.asked_by_id,
            )
        )  # fmt: skip
        session.flush()
        assert (sentence(session, confirm)[:24], certificate.revoked_on) == ("Whoever began this may n", None)


def test_c10_it_is_asked_for_once_with_a_reason_and_taken_back_or_refused_on_record(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        certificate = certified(session, story)
        one, two = (story.who(session, part) for part in ("administrator", "administrator_2"))
        with pytest.raises(RuleError) as refused:
            revocations.ask(session, certificate, " ", by=one, at=NOW)
        assert refused.value.field == "reason"
        first = asked(session, story, certificate)
        assert sentence(session, lambda: asked(session, story, certificate, "administrator_2"))[:22] == (
            "Somebody has asked for"
        )
        with pytest.raises(RuleError) as refused:
            revocations.close(session, certificate, first.id, "", by=one, at=NOW)
        assert refused.value.field == "close_reason"
        revocations.close(session, certificate, first.id, "I was wrong.", by=one, at=NOW)
        second = asked(session, story, certificate)
        revocations.close(session, certificate, second.id, "Not enough.", by=two, at=NOW)
        later = NOW + DAY
        third = revocations.ask(session, certificate, REASON, by=one, at=later)
        for closed in (first, second):
            with pytest.raises(Conflict):
                revocations.confirm(session, certificate, closed.id, days=DAYS, by=two, at=later)
        revocations.confirm(session, certificate, third.id, days=DAYS, by=two, at=later)
        assert sentence(session, lambda: asked(session, story, certificate)) == (
            "This certificate is revoked already."
        )
        told = session.exec(select(Event.verb).where(Event.stream == f"certificate:{certificate.id}")).all()
        assert {"take back revocation", "refuse revocation"} < set(told)
        assert next(one.state for one in queries.every(session, certificate.id)) is State.IN_FORCE


@pytest.mark.reaches_past
def test_a_certificate_whose_place_another_took_is_not_revoked(database: Database, story: Story) -> None:
    with database.write() as session:
        certificate = certified(session, story)
        row = asked(session, story, certificate)
        certificate.superseded_on = ON
        by = story.who(session, "administrator_2")
        for act in (
            lambda: asked(session, story, certificate),
            lambda: revocations.confirm(session, certificate, row.id, days=DAYS, by=by, at=NOW),
        ):
            assert sentence(session, act)[:19] == "Another certificate"


def test_the_organisation_is_told_and_the_mail_names_no_outcome(database: Database, story: Story) -> None:
    with database.write() as session:
        certificate = certified(session, story)
        before = set(session.exec(select(Mail.id)).all())
        revoked(session, story, certificate)
        new = [mail for mail in session.exec(select(Mail)).all() if mail.id not in before]
        assert sorted(mail.to for mail in new) == ["lead.a@example.invalid", "sponsor.a@example.invalid"]
        for mail in new:
            told = (mail.subject + mail.body).casefold()
            assert [word for word in ("trust", "revok", "bronze", REASON.casefold()) if word in told] == []
            assert f"/certificates/{certificate.id}\n" in mail.body
            assert "4 December 2026" in mail.body  # 10 working days after Sunday 22 November


@pytest.mark.reaches_past
def test_audit_finds_a_certificate_reinstated_past_the_history(database: Database, story: Story) -> None:
    with database.write() as session:
        certificate = certified(session, story)
        revoked(session, story, certificate)
        certificate.revoked_on = None
        session.flush()
        found = rounds.faults(session)
        assert found == [f"certificate:{certificate.id}: 'revoked_on' is not what was issued"]


@pytest.mark.reaches_past
def test_invariants_find_each_way_past_two_people(database: Database, story: Story) -> None:
    with database.write() as session:
        story = rounds.cast(session, story)
        certificate = certified(session, story)
        row = revoked(session, story, certificate)
        appealed(session, story, certificate)
        judged(session, story, certificate, row, is_upheld=True)
        settled(session, story, certificate, row)

        def found() -> list[str]:
            session.flush()
            return sorted(name for name, _ in invariants.found(session, at=NOW))

        assert found() == []
        kept = row.model_dump()
        for values, name in (
            ({"confirmed_by_id": row.asked_by_id}, "revocation_by_two"),
            ({"confirmed_by_id": None}, "revocation_by_two"),
            ({"judged_by_id": row.confirmed_by_id}, "revocation_judged_by_two_others"),
            ({"settled_by_id": row.judged_by_id}, "revocation_judged_by_two_others"),
            ({"settled_by_id": row.asked_by_id}, "revocation_judged_by_two_others"),
            ({"is_upheld": False}, "revoked_as_confirmed"),
        ):
            for key, value in values.items():
                setattr(row, key, value)
            assert found() == [name]
            for key in values:
                setattr(row, key, kept[key])
        certificate.revoked_on = None
        assert "revoked_as_confirmed" in found()  # the ledger no longer agrees either


def test_only_one_can_be_open_whatever_the_code_does(database: Database, story: Story) -> None:
    with database.write() as session:
        certificate = certified(session, story)
        row = asked(session, story, certificate)
        again = Revocation(
            certificate_id=certificate.id, reason="Again.", asked_at=NOW, asked_by_id=row.asked_by_id
        )
        nested = session.begin_nested()
        session.add(again)
        with pytest.raises(IntegrityError):
            session.flush()
        nested.rollback()
