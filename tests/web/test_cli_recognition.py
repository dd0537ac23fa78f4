"""``portal keys`` and ``portal certificates``: what they do, and what they refuse with exit code 1."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from sqlmodel import select
from typer.testing import CliRunner

from app.actions import certificates
from app.cli import commands
from app.config import ROOT
from app.db import Database
from app.models import Certificate, CertificateDrawing, CertificateFile, Submission, Window
from app.queries import certificate_files as queries
from tests import holdings
from tests.actions.test_certificates import ISSUER, ON, _copies
from tests.conftest import ON_POSTGRESQL
from tests.judging import sealed_submission
from tests.story import NOW, Story

Run = Callable[..., tuple[int, str]]
pytestmark = [
    pytest.mark.skipif(ON_POSTGRESQL, reason="the command line opens the database of its settings"),
    pytest.mark.reaches_past,  # decisions are rows alone here
]
NUMBER = 6


@pytest.fixture
def environment(app: FastAPI) -> dict[str, str]:
    settings = app.state.portal.settings
    return {
        "ARF_ENVIRONMENT": "development",
        "ARF_DATA_DIR": str(settings.data_dir),
        "ARF_DATABASE_URL": settings.database,
        "ARF_DEMO": "0",
    }


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    def running(*words: str, **more: str) -> tuple[int, str]:
        result = CliRunner().invoke(commands.portal, list(words), env={**environment, **more})
        return result.exit_code, result.output.strip()

    return running


@pytest.fixture
def window(database: Database, story: Story) -> str:
    """The name of a window in which so many certificates were released."""
    with database.write() as session:
        submission = sealed_submission(session, story, "ZZA", "a")
        by = story.who(session, "administrator")
        for id_ in _copies(session, submission, NUMBER):
            copy = session.get_one(Submission, id_)
            decision = holdings.decision(session, story, copy)
            certificates.issue(session, decision, copy, story.framework, ISSUER, by=by, at=NOW, on=ON)
        return session.get_one(Window, submission.window_id).name


def test_c11_the_drill_make_rotate_distrust(run: Run) -> None:
    assert run("keys", "list") == (0, "No key has signed yet.")
    code, told = run("keys", "new")
    first = told.split()[0]
    assert (code, len(first), "signs from now on" in told) == (0, 43, True)
    second = run("keys", "new")[1].split()[0]
    assert run("keys", "retire", first) == (0, f"{first} signs no more. What it signed stays good.")
    assert run("keys", "retire", first) == (1, f"The key {first} is retired already.")
    told = run("keys", "distrust", second, "--from", "2026-07-01T09:30", "--reason", "A laptop was lost.")
    assert told == (
        0,
        f"{second} is distrusted from 2026-07-01 09:30 on. Issue what it signed since then again.",
    )
    lines = {line.split()[0]: line.split("  ")[2] for line in run("keys", "list")[1].splitlines()}
    assert {kid: standing.split(" 20")[0] for kid, standing in lines.items()} == {
        first: "retired",
        second: "distrusted from",
    }
    assert lines[second] == "distrusted from 2026-07-01 09:30: A laptop was lost."


def test_a_name_that_begins_with_a_hyphen_is_no_option(run: Run) -> None:
    told = (1, "There is no key -fW3. `portal keys list` shows them all.")
    assert run("keys", "retire", "-fW3") == told
    assert run("keys", "distrust", "-fW3", "--from", "2026-07-01", "--reason", "Lost.") == told


def test_a_real_portal_says_plainly_that_there_is_no_key(run: Run, window: str) -> None:
    real = {"ARF_ENVIRONMENT": "production", "ARF_SCANNER": "tcp://clamd:3310"}
    told = (1, "There is no key to sign with. Make one with `portal keys new`.")
    code, said = run("certificates", "issue", window, "--processes", "1", **real)
    assert (code, said.splitlines()[-1]) == told
    assert run("keys", "new", **real)[0] == 0
    assert run("certificates", "issue", window, "--processes", "1", **real)[0] == 0


def test_a_window_is_drawn_once_by_two_pairs_of_processes(run: Run, database: Database, window: str) -> None:
    code, told = run("certificates", "issue", window, "--processes", "2")
    assert (code, told.splitlines()[-1]) == (
        0,
        f"{NUMBER} certificates have their files, {NUMBER} of them since now",
    )
    with database.read() as session:
        tries = session.exec(select(CertificateDrawing.tries)).all()
        assert (set(tries), len(session.exec(select(CertificateFile.id)).all())) == ({1}, 2 * NUMBER)
    assert run("certificates", "issue", window)[1].splitlines()[-1] == (
        f"{NUMBER} certificates have their files, 0 of them since now"
    )


def test_c01_killed_in_the_middle_it_goes_on_where_it_was(
    run: Run, environment: dict[str, str], database: Database, window: str
) -> None:
    command = [sys.executable, "-m", "app.cli", "certificates", "issue", window, "--processes", "1"]
    running = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.DEVNULL
    )
    end = time.monotonic() + 60
    while _drawn(database) < 2:
        assert time.monotonic() < end
        time.sleep(0.01)
    running.send_signal(signal.SIGKILL)
    running.wait()
    before = _drawn(database)
    assert 2 <= before < NUMBER
    with database.write() as session:  # two minutes pass
        session.execute(
            sa.update(CertificateDrawing).values(leased_until=datetime.now(UTC) - timedelta(seconds=1))
        )
    code, told = run("certificates", "issue", window, "--processes", "1")
    assert (code, told.splitlines()[-1]) == (
        0,
        f"{NUMBER} certificates have their files, {NUMBER - before} of them since now",
    )
    with database.read() as session:
        assert len(session.exec(select(CertificateFile.id)).all()) == 2 * NUMBER
        assert len(session.exec(select(Certificate.id)).all()) == NUMBER


def _drawn(database: Database) -> int:
    with database.read() as session:
        return queries.counts(session).drawn


def test_what_is_no_window_or_has_no_certificate_is_refused(
    run: Run, database: Database, story: Story
) -> None:
    with database.write() as session:
        name = session.get_one(Window, sealed_submission(session, story, "ZZA", "a").window_id).name
    assert run("certificates", "issue", name) == (
        1,
        f"No certificate was released in {name} yet. Release its outcomes first.",
    )
    code, told = run("certificates", "issue", "Autumn 1999")
    assert (code, told.startswith("There is no window called Autumn 1999. There are: ")) == (1, True)


def test_the_sweep_leaves_the_files_of_certificates(run: Run, app: FastAPI, window: str) -> None:
    run("certificates", "issue", window)
    stored = sorted(Path(app.state.portal.settings.evidence_dir).rglob("*"))
    old = (datetime.now(UTC) - timedelta(days=2)).timestamp()
    for path in stored:
        os.utime(path, (old, old))
    assert run("sweep") == (0, "0 files removed")
