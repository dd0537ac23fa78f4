"""Drawing: each certificate once, whatever dies meanwhile; the register knows what was stored; keys come and go."""

import hashlib
import io
from datetime import timedelta
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlmodel import Session, select

from app.actions import certificate_files as actions
from app.actions import signing_keys
from app.adapters.files import Files, StoreAway, Stored
from app.adapters.pdf import CertificatePress, DrawingFailed
from app.adapters.pdf_drawing import draw_certificate
from app.adapters.signing.keys import KeyPlace, NoKey
from app.adapters.signing.opening import opened, place_of
from app.db import Database
from app.models import Certificate, CertificateDrawing, CertificateFile, FileForm, SigningKey
from app.queries import audit
from app.queries import certificate_files as queries
from app.queries import signing_keys as key_queries
from app.rules.errors import Conflict, RuleError
from app.rules.printed import facts_of
from tests.actions.test_certificates import issued
from tests.conftest import Clock
from tests.drawn import draw_all, drawing_of
from tests.story import NOW, Story

pytestmark = pytest.mark.reaches_past  # a decision is a row alone here


@pytest.fixture
def waiting(database: Database, story: Story) -> Certificate:
    with database.write() as session:
        return issued(session, story)


class NoPress(CertificatePress):
    """Draws nothing, and says why."""

    def draw_now(self, facts: object) -> bytes:
        raise DrawingFailed("out of ink")


def files_of(database: Database, certificate: Certificate) -> dict[FileForm, CertificateFile]:
    with database.read() as session:
        found = queries.of_certificate(session, certificate.id)
        session.expunge_all()
        return found


def faults(session: Session) -> list[str]:
    """What the audit says of certificates; submissions are rows alone here."""
    return [one for one in audit.verify(session) if one.startswith("certificate:")]


def content(app: FastAPI, file: CertificateFile) -> bytes:
    with app.state.portal.files.open(file.stored_name) as source:
        found: bytes = source.read()
        return found


def test_c02_both_files_are_stored_with_their_hashes_and_a_redraw_is_the_same(
    app: FastAPI, database: Database, waiting: Certificate
) -> None:
    assert (files_of(database, waiting), draw_all(app), draw_all(app)) == ({}, 1, 0)
    files = files_of(database, waiting)
    accessible, signed = (content(app, files[form]) for form in (FileForm.ACCESSIBLE, FileForm.SIGNED))
    assert [(one.sha256, one.size) for one in (files[FileForm.ACCESSIBLE], files[FileForm.SIGNED])] == [
        (hashlib.sha256(one).hexdigest(), len(one)) for one in (accessible, signed)
    ]
    assert accessible == draw_certificate(facts_of(waiting, app.state.portal.settings.base_url))
    assert signed.startswith(accessible)
    with database.read() as session:
        key = session.exec(select(SigningKey)).one()
        assert (files[FileForm.ACCESSIBLE].key_id, files[FileForm.SIGNED].key_id) == (None, key.id)
        assert faults(session) == []


def test_the_private_key_is_in_no_row(app: FastAPI, database: Database, waiting: Certificate) -> None:
    draw_all(app)
    with database.read() as session:
        row = session.exec(select(SigningKey)).one()
        assert ("PRIVATE" in row.certificate_pem, row.certificate_pem.count("BEGIN")) == (False, 1)


def test_two_runs_never_claim_the_same(database: Database, story: Story, waiting: Certificate) -> None:
    with database.write() as session:
        other = issued(session, story, code="ZZB", letter="b")
    claimed = []
    for _ in range(3):
        with database.write() as session:
            claimed.append(actions.claim(session, at=NOW))
    assert {one.id for one in claimed if one} == {waiting.id, other.id}
    assert claimed[2] is None


def test_c01_what_a_killed_run_held_is_drawn_when_its_lease_ends(
    app: FastAPI, database: Database, clock: Clock, waiting: Certificate
) -> None:
    with database.write() as session:
        assert actions.claim(session, at=clock.at) is not None  # and then the power fails
    assert draw_all(app) == 0
    clock.at += actions.LEASE
    assert draw_all(app) == 1


def test_c01_the_slower_of_two_leaves_the_files_of_the_quicker(
    app: FastAPI, database: Database, clock: Clock, waiting: Certificate
) -> None:
    with database.write() as session:
        actions.claim(session, at=clock.at)
    clock.at += actions.LEASE  # the first is only slow, not dead
    draw_all(app)
    before = {form: file.sha256 for form, file in files_of(database, waiting).items()}
    one, other = (Stored(letter * 32, 1, letter * 64) for letter in "ab")
    late = actions.Drawn(one, other, _kid(database), False)
    with database.write() as session:
        assert actions.note_drawn(session, waiting.id, late, at=clock.at) is False
    assert {form: file.sha256 for form, file in files_of(database, waiting).items()} == before


def _kid(database: Database) -> str:
    with database.read() as session:
        return session.exec(select(SigningKey.kid)).one()


def test_a_failure_is_kept_tried_again_later_and_given_up_at_last(
    app: FastAPI, database: Database, clock: Clock, waiting: Certificate
) -> None:
    press = NoPress()
    drawing = drawing_of(app, press=press)
    try:
        for tries in range(queries.MOST_TRIES):
            assert drawing.draw_due() == 0
            with database.read() as session:
                row = session.get_one(CertificateDrawing, waiting.id)
                assert (row.tries, row.last_error) == (tries + 1, "DrawingFailed: out of ink")
            clock.at += actions.LEASE * 2**tries
        assert draw_all(app) == 0
        with database.read() as session:
            assert queries.counts(session) == queries.Counts(drawn=0, waiting=0, given_up=1)
        with database.write() as session:
            actions.try_again(session)
        assert draw_all(app) == 1
    finally:
        press.close()
        drawing.close()


def test_a_store_that_is_away_leaves_nothing_half_done(
    app: FastAPI, database: Database, clock: Clock, waiting: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, calls = Files.put, []

    def second_fails(files: Files, source: io.BytesIO) -> Stored:
        calls.append(1)
        if len(calls) == 2:
            raise StoreAway("full")
        return put(files, source)

    monkeypatch.setattr(Files, "put", second_fails)
    assert (draw_all(app), files_of(database, waiting)) == (0, {})
    clock.at += actions.LEASE
    assert (draw_all(app), len(files_of(database, waiting))) == (1, 2)


def test_without_a_key_nothing_is_claimed_and_administrators_are_told(
    app: FastAPI, database: Database, waiting: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_key(*_: object) -> KeyPlace:
        return KeyPlace(app.state.portal.settings.data_dir / "none")

    monkeypatch.setattr("app.jobs.certificates.place_of", no_key)
    drawing = drawing_of(app)
    assert drawing() == 15.0
    with database.read() as session:
        row = session.get_one(CertificateDrawing, waiting.id)
        assert (row.tries, row.last_error) == (
            0,
            "There is no key to sign with. Make one with `portal keys new`.",
        )


def test_c11_a_retired_key_signs_no_more_and_what_it_signed_stays(
    app: FastAPI, database: Database, story: Story, clock: Clock, waiting: Certificate
) -> None:
    """The drill of a rotation, in the middle of a run."""
    drawing = drawing_of(app)
    try:
        assert drawing.draw_due() == 1
        first = _kid(database)
        with database.write() as session:
            signing_keys.retire(session, first, at=clock.at)
            other = issued(session, story, code="ZZB", letter="b")
        assert drawing.draw_due() == 1
    finally:
        drawing.close()
    with database.read() as session:
        kids = [
            session.get_one(SigningKey, files_of(database, one)[FileForm.SIGNED].key_id).kid
            for one in (waiting, other)
        ]
        assert (kids[0], kids[1] == first) == (first, False)
        assert {row.kid for row in key_queries.listed(session)} == set(kids)
        assert faults(session) == []


def test_c11_a_stolen_key_is_distrusted_from_a_moment_that_only_moves_back(
    app: FastAPI, database: Database, clock: Clock, waiting: Certificate
) -> None:
    draw_all(app)
    kid, yesterday = _kid(database), clock.at - timedelta(days=1)
    with database.write() as session:
        signing_keys.distrust(session, kid, since=yesterday, reason="A laptop was lost.", at=clock.at)
    for since, reason in ((clock.at, "Later."), (yesterday, "Again."), (yesterday - timedelta(days=1), " ")):
        with pytest.raises(RuleError), database.write() as session:
            signing_keys.distrust(session, kid, since=since, reason=reason, at=clock.at)
    with database.write() as session:
        row = signing_keys.distrust(
            session, kid, since=yesterday - timedelta(days=1), reason="Earlier.", at=clock.at
        )
        assert (row.distrusted_from, row.retired_at, row.distrust_reason) == (
            yesterday - timedelta(days=1),
            clock.at,
            "Earlier.",
        )
        assert key_queries.unusable(session) == {kid}
    assert opened(place_of(app.state.portal.settings), clock.at, {kid}).kid != kid


def test_a_key_is_retired_once_and_only_one_that_is_known(database: Database, app: FastAPI) -> None:
    with database.write() as session:
        key, row = signing_keys.ready(session, place_of(app.state.portal.settings), at=NOW)
        assert signing_keys.known(session, key.certificate_pem, at=NOW) is row
        signing_keys.retire(session, key.kid, at=NOW)
        for kid, kind in ((key.kid, Conflict), ("other", RuleError)):
            with pytest.raises(kind):
                signing_keys.retire(session, kid, at=NOW)


@pytest.mark.parametrize("form", list(FileForm))
def test_c14_a_file_that_was_exchanged_behind_the_portal_is_found(
    app: FastAPI, database: Database, waiting: Certificate, form: FileForm
) -> None:
    draw_all(app)
    with database.write() as session:
        _file(session, waiting.id, form).sha256 = "0" * 64
    with database.read() as session:
        assert faults(session) == [f"certificate:{waiting.id}: the {form} file is not the one that was drawn"]
    with database.write() as session:
        session.delete(_file(session, waiting.id, form))
    with database.read() as session:
        assert faults(session) == [f"certificate:{waiting.id}: the {form} file is gone"]


def _file(session: Session, certificate_id: UUID, form: FileForm) -> CertificateFile:
    return session.exec(
        select(CertificateFile).where(
            CertificateFile.certificate_id == certificate_id, CertificateFile.form == form
        )
    ).one()


def test_the_sweep_leaves_the_files_of_certificates(
    app: FastAPI, database: Database, waiting: Certificate
) -> None:
    draw_all(app)
    with database.read() as session:
        assert queries.stored_names(session) == {
            one.stored_name for one in files_of(database, waiting).values()
        }


def test_a_missing_key_stops_a_run_by_hand(
    app: FastAPI, database: Database, waiting: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "app.jobs.certificates.place_of", lambda _: KeyPlace(app.state.portal.settings.data_dir)
    )
    with pytest.raises(NoKey):
        draw_all(app)
