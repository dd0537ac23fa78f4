"""Issuing again: a new number and token, the same award until the same day, and the old one superseded, never gone."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from app.actions import certificates, revocations
from app.actions.certificates import Issuer
from app.db import Database
from app.models import (
    Certificate,
    CertificateDrawing,
    ChangeKind,
    Organisation,
    OrganisationChange,
    StandingLine,
)
from app.queries import audit, invariants
from app.queries import certificates as queries
from app.rules.certificates import Standing, standing
from app.rules.errors import Conflict, RuleError
from tests.actions.test_certificates import ON, issued
from tests.story import NOW, Story

LATER = ON + timedelta(days=40)
NEW = Issuer("Assembly of today", ("Chair",))


def reissued(session: Session, story: Story, certificate: Certificate, on: date = LATER) -> Certificate:
    by = story.who(session, "administrator")
    return certificates.reissue(
        session, certificate, "The name was misspelt.", NEW, by=by, at=NOW + (on - ON), on=on
    )


@pytest.mark.reaches_past
def test_it_supersedes_and_keeps_award_and_expiry(database: Database, story: Story) -> None:
    with database.write() as session:
        old = issued(session, story)
        session.get_one(Organisation, old.organisation_id).name = "Fictional trust A, spelt right"
        new = reissued(session, story, old)
        kept = ("decision_id", "organisation_id", "ods_code", "level", "expires_on", "framework_version_id")
        assert [getattr(new, name) for name in kept] == [getattr(old, name) for name in kept]
        assert (new.number, new.edition, new.issued_on, new.supersedes_id, new.reissue_reason) == (
            "ARF-2027-000001",
            2,
            LATER,
            old.id,
            "The name was misspelt.",
        )
        assert (new.organisation_name, new.issuer_name, new.signatories) == (
            "Fictional trust A, spelt right",
            "Assembly of today",
            ["Chair"],
        )
        assert (new.token == old.token, old.organisation_name) == (False, "Fictional trust A")
        assert [standing(one, LATER) for one in (old, new)] == [Standing.SUPERSEDED, Standing.GENUINE]
        assert [
            standing(old, LATER - timedelta(days=1)),
            queries.held(session, old.organisation_id, LATER),
        ] == [
            Standing.GENUINE,
            [new],
        ]
        assert (queries.before(session, new), queries.after(session, old)) == (old, new)
        assert session.get_one(CertificateDrawing, new.id).drawn_at is None


@pytest.mark.reaches_past
def test_d13_a_later_renaming_does_not_reach_back_and_a_mended_slip_does(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        old = issued(session, story)
        for kind, name, day, is_void in (
            (ChangeKind.RECORDED, "Spelt wrong", None, False),
            (ChangeKind.RENAMED, "Spelt right", ON - timedelta(days=400), False),
            (ChangeKind.RENAMED, "Recorded in error", ON - timedelta(days=300), True),
            (ChangeKind.RENAMED, "Renamed since", ON + timedelta(days=1), False),
        ):
            session.add(
                OrganisationChange(
                    organisation_id=old.organisation_id,
                    kind=kind,
                    name=name,
                    from_on=day,
                    recorded_at=NOW,
                    void_at=NOW if is_void else None,
                )
            )
        session.flush()
        assert reissued(session, story, old).organisation_name == "Spelt right"


@pytest.mark.reaches_past
def test_dashboards_count_the_same_before_and_after(database: Database, story: Story) -> None:
    with database.write() as session:
        old = issued(session, story)
        before = _held_on(session, old.organisation_id, LATER)
        reissued(session, story, old)
        assert _held_on(session, old.organisation_id, LATER) == before == {0: 0, 1: 1}
        after = old.expires_on + timedelta(days=1)
        assert _held_on(session, old.organisation_id, after) == {0: 1, 1: 0}


def _held_on(session: Session, organisation_id: object, day: date) -> dict[int, int]:
    rows = session.execute(
        sa.select(StandingLine.rank, sa.func.sum(StandingLine.delta))  # type: ignore[call-overload]
        .where(StandingLine.organisation_id == organisation_id, StandingLine.on_date <= day)
        .group_by(StandingLine.rank)
    )
    return {rank: count for rank, count in rows if rank in (0, 1)}


@pytest.mark.reaches_past
def test_only_what_is_in_date_and_with_a_reason(database: Database, story: Story) -> None:
    with database.write() as session:
        old, by = issued(session, story), story.who(session, "administrator")
        with pytest.raises(RuleError) as refused:
            certificates.reissue(session, old, " ", NEW, by=by, at=NOW, on=LATER)
        assert (refused.value.field, old.superseded_on) == ("reason", None)
        with pytest.raises(Conflict, match=r"^This certificate is expired\."):
            reissued(session, story, old, old.expires_on + timedelta(days=1))
        reissued(session, story, old)
        with pytest.raises(Conflict, match=r"^This certificate is superseded\."):
            reissued(session, story, old)


@pytest.mark.reaches_past
def test_not_while_somebody_asks_for_its_revocation(database: Database, story: Story) -> None:
    with database.write() as session:
        old, by = issued(session, story), story.who(session, "administrator")
        revocations.ask(session, old, "A figure was wrong.", by=by, at=NOW)
        with pytest.raises(Conflict, match=r"^Somebody asked for this certificate to be revoked\."):
            reissued(session, story, old)
        assert session.exec(select(Certificate.number)).all() == [old.number]


@pytest.mark.reaches_past
def test_the_audit_follows_a_reissue_and_finds_one_that_was_undone(database: Database, story: Story) -> None:
    with database.write() as session:
        old = issued(session, story)
        reissued(session, story, old)
    with database.read() as session:
        assert _faults(session) == []
    with database.write() as session:
        session.get_one(Certificate, old.id).superseded_on = None
    with database.read() as session:
        assert _faults(session) == [f"certificate:{old.id}: 'superseded_on' is not what was issued"]


def _faults(session: Session) -> list[str]:
    return [one for one in audit.verify(session) if one.startswith("certificate:")]


BROKEN = {
    "superseded_by_one": "UPDATE certificate SET superseded_on = NULL WHERE edition = 1",
    "reissue_changes_no_award": "UPDATE certificate SET reissue_reason = ' ' WHERE edition = 2",
    "files_come_in_pairs": "UPDATE certificate_drawing SET drawn_at = '2026-11-22 12:00:00'",
    "numbers_without_a_gap": "UPDATE certificate_counter SET last = 2 WHERE year = 2026",
}


@pytest.mark.reaches_past
@pytest.mark.parametrize("name", BROKEN)
def test_each_rule_of_certificates_is_seen_to_be_broken(database: Database, story: Story, name: str) -> None:
    with database.write() as session:
        reissued(session, story, issued(session, story))
    with database.write() as session:
        before = {one for one, _ in invariants.found(session, at=NOW)}
        session.execute(sa.text(BROKEN[name]))
        session.flush()
        assert {one for one, _ in invariants.found(session, at=NOW)} - before == {name}
