"""Checking a certificate by its file: C-03 to C-07, C-11. The register decides, and no forgery passes."""

import os
from collections import Counter
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.adapters.verifying import apart
from app.adapters.verifying.child import looked_at
from app.adapters.verifying.examined import Examined
from app.config import MEGABYTE, Settings
from app.db import Database
from app.models import SigningKey
from app.web.throttle import Throttle
from tests.conftest import Clock
from tests.digests import event_count
from tests.forgeries import edits, signatures, updates
from tests.forgeries.originals import another, drawn, fresh_key, original
from tests.holdings import ON
from tests.story import NOW, Story
from tests.verifying import Registered, registered, send, verdict, words

pytestmark = pytest.mark.reaches_past
FLIPS = int(os.environ.get("ARF_TEST_FLIPPED_FILES", "300"))


@pytest.fixture
def known(database: Database, story: Story, clock: Clock) -> Registered:
    with database.write() as session:
        registered(session, story, another())
        return registered(session, story, original())


@pytest.fixture
def unhindered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds of files from one address, looked at without starting a process for each."""

    def here(data: bytes, keys: list[tuple[str, str]]) -> Examined:
        return looked_at(data, [part for key in keys for part in key])

    monkeypatch.setattr(apart, "looked_at", here)
    monkeypatch.setattr(Throttle, "wait", lambda *_: 0)


def test_c03_c05_every_forgery_is_refused_and_the_originals_are_accepted(
    known: Registered, client: TestClient, unhindered: None
) -> None:
    made = original()
    for pdf in (made.signed, made.accessible):
        assert verdict(send(client, pdf)) == "Genuine and in date"
    forged = [one for make in (edits, signatures, updates) for one in make.everything(made)]
    told = {str(one): send(client, one.pdf) for one in forged}
    assert {one.status_code for one in told.values()} == {200}
    verdicts = {name: verdict(answer) for name, answer in told.items()}
    assert set(verdicts.values()) == {"Changed copy", "Not ours"}
    # Cut or begun so that no reader finds the number any more, there is nothing of ours to tell.
    assert [name for name, word in verdicts.items() if word == "Not ours" and "truncated" not in name] == []
    assert all("Do not rely on this file." in words(one) for one in told.values())


def test_c06_every_file_with_changed_bytes_has_an_answer_and_none_is_genuine(
    known: Registered, client: TestClient, unhindered: None
) -> None:
    told = Counter[tuple[int, str]]()
    for one in edits.flipped(original(), FLIPS):
        answer = send(client, one.pdf)
        told[answer.status_code, verdict(answer)] += 1
    assert told.total() == FLIPS
    assert set(told) <= {(200, "Changed copy"), (200, "Not ours")}


@pytest.mark.parametrize("form", ["signed", "accessible"])
@pytest.mark.parametrize(
    ("columns", "word"),
    [
        ({}, "Genuine and in date"),
        ({"expires_on": ON - timedelta(1)}, "Genuine, expired"),
        ({"revoked_on": ON, "revoke_reason": "A figure was wrong."}, "Revoked"),
        ({"superseded_on": ON}, "Superseded"),
    ],
)
def test_a_file_that_we_issued_is_told_what_its_certificate_is_worth(
    form: str,
    columns: dict[str, object],
    word: str,
    database: Database,
    story: Story,
    clock: Clock,
    client: TestClient,
    unhindered: None,
) -> None:
    with database.write() as session:
        registered(session, story, original(), **columns)
    answer = send(client, getattr(original(), form))
    told = {
        "signed": "The file is, byte by byte, the signed copy that we issued.",
        "accessible": "The file is, byte by byte, the accessible copy that we issued. It has no signature of its own",
    }
    assert (verdict(answer), told[form] in words(answer)) == (word, True)
    assert f"{'Signed' if form == 'signed' else 'Unsigned accessible'} copy of certificate" in words(answer)


def test_c03_a_changed_copy_is_told_what_the_register_says(
    known: Registered, client: TestClient, unhindered: None
) -> None:
    answer = send(client, next(edits.text_edits(original())).pdf)
    assert verdict(answer) == "Changed copy"
    assert "It carries the number ARF-2026-000017, but it is not a file that we issued." in words(answer)
    assert "What the register says of ARF-2026-000017" in words(answer)
    assert "Demo trust 4" in words(answer)


def test_c08_the_file_of_another_certificate_tells_that_one(
    known: Registered, client: TestClient, unhindered: None
) -> None:
    said = words(send(client, another().signed))
    assert ("ARF-2026-000018" in said, "ARF-2026-000017" in said) == (True, False)


def test_c07_a_stranger_with_our_name_is_a_changed_copy_or_not_ours(
    known: Registered, client: TestClient, unhindered: None
) -> None:
    theirs = drawn(original().facts, fresh_key())
    assert verdict(send(client, theirs.signed)) == "Changed copy"
    assert verdict(send(client, b"%PDF-1.7 a letter")) == "Not ours"


def test_our_signature_without_a_number_of_ours_is_a_changed_copy(
    database: Database, story: Story, clock: Clock, client: TestClient, unhindered: None
) -> None:
    with database.write() as session:
        registered(session, story, another())
    answer = send(client, original().signed)
    assert (verdict(answer), "It carries our signature, but it is not a file" in words(answer)) == (
        "Changed copy",
        True,
    )


@pytest.mark.parametrize(
    ("hours", "word"), [(1, "Genuine and in date"), (0, "Not verified"), (-1, "Not verified")]
)
def test_c11_a_key_that_was_stolen_vouches_for_what_the_register_had_before(
    hours: int,
    word: str,
    known: Registered,
    database: Database,
    client: TestClient,
    unhindered: None,
) -> None:
    with database.write() as session:
        key = session.get_one(SigningKey, known.key.id)
        key.distrusted_from = key.retired_at = NOW + timedelta(hours=hours)
        key.distrust_reason = "A laptop was lost."
    answer = send(client, original().signed)
    assert verdict(answer) == word
    assert ("Reason: A laptop was lost." in words(answer)) is (word == "Not verified")
    assert verdict(send(client, original().accessible)) == "Genuine and in date"


def test_c11_what_a_stolen_key_signs_later_is_a_changed_copy(
    known: Registered, database: Database, client: TestClient, unhindered: None
) -> None:
    with database.write() as session:
        session.get_one(SigningKey, known.key.id).distrusted_from = NOW + timedelta(days=1)
    forged = drawn(
        original().facts.__class__(**vars(original().facts) | {"level_name": "Gold"}), original().key
    )
    assert verdict(send(client, forged.signed)) == "Changed copy"


def test_c11_a_retired_key_still_vouches(
    known: Registered, database: Database, client: TestClient, unhindered: None
) -> None:
    with database.write() as session:
        session.get_one(SigningKey, known.key.id).retired_at = NOW
    assert verdict(send(client, original().signed)) == "Genuine and in date"


def test_a_file_signed_by_another_of_our_keys_than_the_register_says_is_not_verified(
    known: Registered,
    database: Database,
    client: TestClient,
    unhindered: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(apart, "looked_at", lambda *_: Examined((), "another key of ours"))
    answer = send(client, original().signed)
    assert (verdict(answer), "Its signature could not be confirmed." in words(answer)) == (
        "Not verified",
        True,
    )


@pytest.mark.parametrize("pdf", [original().signed, b"%PDF-1.7 anything"], ids=["ours", "a stranger's"])
def test_c06_what_crashes_the_look_is_not_verified(
    pdf: bytes, known: Registered, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "looked_at", lambda *_: None)
    answer = send(client, pdf)
    assert (answer.status_code, verdict(answer)) == (200, "Not verified")
    assert "Checking it did not come to an end." in words(answer)


def test_c06_bad_news_needs_no_look(
    database: Database, story: Story, clock: Clock, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.write() as session:
        registered(session, story, original(), revoked_on=ON, revoke_reason="A figure was wrong.")
    monkeypatch.setattr(apart, "looked_at", lambda *_: None)
    assert verdict(send(client, original().signed)) == "Revoked"


def test_files_are_looked_at_in_a_process_apart(known: Registered, client: TestClient) -> None:
    told = [verdict(send(client, pdf)) for pdf in (original().signed, original().signed + b"\n")]
    assert told == ["Genuine and in date", "Changed copy"]


def test_nothing_is_kept_and_nothing_is_written(
    known: Registered, database: Database, client: TestClient, settings: Settings, unhindered: None
) -> None:
    def files() -> list[str]:
        found = (path for path in settings.data_dir.rglob("*") if path.is_file())
        return sorted(str(path) for path in found if "portal.db" not in path.name)

    before = event_count(database), files()
    send(client, original().signed + b"\n" * 2 * MEGABYTE)  # large enough to be set aside on disk meanwhile
    send(client, original().signed)
    assert (event_count(database), files()) == before


@pytest.mark.parametrize(
    ("sent", "status", "sentence"),
    [
        (
            {"files": {"file": ("", b"")}},
            422,
            "Choose the certificate’s file: a PDF, a credential or a badge.",
        ),
        ({"data": {"file": "text"}}, 422, "Choose the certificate’s file: a PDF, a credential or a badge."),
        (
            {"files": {"other": ("a.pdf", b"x")}},
            422,
            "Choose the certificate’s file: a PDF, a credential or a badge.",
        ),
        ({}, 422, "Choose the certificate’s file: a PDF, a credential or a badge."),
        ({"files": {"file": ("a.pdf", bytes(5 * MEGABYTE + 1))}}, 413, "This file is larger than 5 MB."),
        ({"files": {"file": ("a.pdf", bytes(7 * MEGABYTE))}}, 413, "larger than the portal takes"),
    ],
    ids=["no file", "text", "another field", "nothing", "large", "far too large"],
)
def test_what_is_no_file_is_told_so(
    sent: dict[str, object], status: int, sentence: str, client: TestClient
) -> None:
    answer = client.post("/verify", **sent)  # type: ignore[arg-type]
    assert (answer.status_code, sentence in words(answer)) == (status, True)


def test_c09_who_sends_file_after_file_is_told_to_wait(client: TestClient, settings: Settings) -> None:
    answers = [client.post("/verify") for _ in range(12)]
    most = settings.verify_files_per_minute
    assert [one.status_code for one in answers] == [422] * most + [429] * (12 - most)
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60
    assert "You have checked many certificates in a short time." in words(answers[-1])


def test_many_files_at_once_are_told_to_come_again(
    client: TestClient, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.state.portal.looker, "_waiting", apart.MOST_WAITING)
    answer = send(client, b"%PDF-1.7")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
    assert "Many files are being checked just now." in words(answer)


def test_c15_a_name_of_a_file_or_a_number_in_it_stays_text(
    known: Registered, client: TestClient, unhindered: None
) -> None:
    attack = "<script>alert(1)</script>"
    answer = send(client, attack.encode() + b" ARF-2026-000017", f"{attack}.pdf")
    assert (verdict(answer), attack in answer.text) == ("Changed copy", False)
