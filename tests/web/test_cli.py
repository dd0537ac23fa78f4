"""The command line: what it does, and what it refuses with exit code 1."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from app.cli import commands
from app.db import Database
from app.models import Certificate, FrameworkVersion, Membership, Organisation
from tests.conftest import ON_POSTGRESQL
from tests.unguarded import unguarded

Run = Callable[..., tuple[int, str]]
pytestmark = pytest.mark.skipif(ON_POSTGRESQL, reason="the command line opens the database of its settings")


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs one command in a data folder of its own."""
    environment = {
        "ARF_ENVIRONMENT": "development",
        "ARF_DATA_DIR": str(tmp_path / "data"),
        "ARF_DATABASE_URL": "",
        "ARF_DEMO": "0",
    }

    def running(*words: str, **more: str) -> tuple[int, str]:
        result = CliRunner().invoke(commands.portal, list(words), env={**environment, **more})
        return result.exit_code, result.output.strip()

    return running


def counted(tmp_path: Path, table: type) -> int:
    database = Database(f"sqlite:///{tmp_path / 'data' / 'portal.db'}")
    with database.read() as session:
        number = session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
    database.close()
    return number


def test_from_nothing_to_a_first_administrator(run: Run, tmp_path: Path) -> None:
    assert run("migrate") == (0, "")
    assert run("check-migrations") == (0, "The migrations say the same as the models.")
    assert (run("load"), run("load")) == ((0, ""), (0, ""))
    assert (counted(tmp_path, Organisation), counted(tmp_path, Certificate)) == (35, 0)
    told = run("people", "add", "core@example.invalid", "Core team", "administrator")
    assert told == (0, "core@example.invalid is now administrator")
    assert run("audit", "verify") == (0, "3 lines of history, 0 faults")
    assert run("deliver") == (0, "0 mails sent")
    assert run("sweep") == (0, "0 files removed")


def test_a_kept_copy_of_the_heads_is_held_against_the_history(run: Run, tmp_path: Path) -> None:
    run("migrate")
    run("load")
    kept = tmp_path / "kept.csv"
    kept.write_text(f"Day,Head\n2026-11-21,{'a' * 64}\n", encoding="utf-8-sig")
    said = f"history head of 21 November 2026: the kept copy says {'a' * 64}, the history says nothing"
    assert run("audit", "verify", "--heads", str(kept)) == (1, f"{said}\n2 lines of history, 1 faults")
    kept.write_text("Day,Head\n")
    assert run("audit", "verify", "--heads", str(kept)) == (0, "2 lines of history, 0 faults")
    for wrong in ("A,B\n1,2\n", "Day,Head\nyesterday,a\n", "Day,Head\n2026-11-21\n"):
        kept.write_text(wrong)
        sentence = "This is not a file of heads. Its columns are Day, Head."
        assert run("audit", "verify", "--heads", str(kept)) == (1, sentence)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("lead",), "Assembly roles have no organisation; every other role needs one."),
        (("lead", "--organisation", "NONE"), "There is no organisation with the ODS code NONE."),
        (
            ("reviewer", "--organisation", "RY2"),
            "Assembly roles have no organisation; every other role needs one.",
        ),
    ],
)
def test_a_role_that_does_not_fit_is_refused(
    run: Run, words: tuple[str, ...], sentence: str, tmp_path: Path
) -> None:
    run("migrate")
    run("load")
    assert run("people", "add", "x@example.invalid", "X", *words) == (1, sentence)
    assert counted(tmp_path, Membership) == 0


def test_demo_data_never_goes_into_a_live_portal(run: Run, tmp_path: Path) -> None:
    run("migrate")
    assert run("seed-demo") == (1, "Set ARF_DEMO=1 first. Demo data never goes into a live portal.")
    with pytest.raises(ValueError, match="ARF_DEMO must be off"):
        CliRunner().invoke(
            commands.portal,
            ["seed-demo"],
            catch_exceptions=False,
            env={"ARF_ENVIRONMENT": "production", "ARF_DEMO": "1"},
        )
    assert counted(tmp_path, Organisation) == 0


def test_a_broken_history_is_told_with_exit_code_1(run: Run, tmp_path: Path) -> None:
    run("migrate")
    run("load")
    database = Database(f"sqlite:///{tmp_path / 'data' / 'portal.db'}")
    with database.write() as session:
        unguarded(session, "event")
        session.execute(sa.text("UPDATE event SET reason = 'x' WHERE number = 1"))
    database.close()
    assert run("audit", "verify") == (
        1,
        "portal line 1: was changed after it was written\n2 lines of history, 1 faults",
    )


def test_criteria_are_checked_by_folder(run: Run, tmp_path: Path) -> None:
    assert run("criteria", "check", str(commands.FRAMEWORK))[0] == 0
    assert run("criteria", "check", str(tmp_path))[0] == 1


def test_a_folder_is_published_as_the_next_version(run: Run, tmp_path: Path) -> None:
    run("migrate")
    run("load")
    folder = tmp_path / "next"
    shutil.copytree(commands.FRAMEWORK, folder)
    assert run("criteria", "publish", str(folder)) == (0, "arf 2023.illustrative is published")  # nothing new
    head = folder / "framework.toml"
    head.write_text(head.read_text().replace('"2023.illustrative"', '"2027.1"'))
    (folder / "carry-over.toml").write_text('from = "2019"\n')
    assert run("criteria", "publish", str(folder)) == (
        1,
        "carry-over.toml: from: This version comes after 2023.illustrative. Write that name.",
    )
    (folder / "carry-over.toml").write_text('from = "2023.illustrative"\n[criteria]\nB02 = ["B01", "B02"]\n')
    assert run("criteria", "publish", str(folder)) == (0, "arf 2027.1 is published")
    database = Database(f"sqlite:///{tmp_path / 'data' / 'portal.db'}")
    with database.read() as session:
        rows = session.execute(sa.select(FrameworkVersion.version, FrameworkVersion.carry_over)).all()  # type: ignore[call-overload]
    database.close()
    assert {version: len(kept.get("criteria", {})) for version, kept in rows} == {
        "2023.illustrative": 0,
        "2027.1": 31,
    }


def test_the_pages_made_from_tables_are_written(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "docs").mkdir()
    monkeypatch.setattr(commands, "ROOT", tmp_path)
    assert run("docs") == (0, "")
    written = sorted(path.name for path in (tmp_path / "docs").iterdir())
    assert written == ["permissions.md", "settings.md", "workflow.md"]
