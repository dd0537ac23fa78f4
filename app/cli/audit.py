"""``portal audit`` and ``portal check-invariants``: whether history and records still hold."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.frame import refusals_told, settings_made
from app.db import Database
from app.queries import audit as queries
from app.queries import heads, invariants
from app.rules.heads import read_kept

audit = typer.Typer(no_args_is_help=True, help="The history's hash chain.")


@audit.command("verify")
def verify(
    kept: Annotated[
        Path | None,
        typer.Option("--heads", help="A kept copy of history-heads.csv to check against as well."),
    ] = None,
) -> None:
    """Check every line of history, every seal and every status; exit 1 when something does not hold."""
    with refusals_told():
        outside = read_kept(kept.read_text(encoding="utf-8-sig", errors="replace")) if kept else []
    with Database(settings_made().database).read() as session:
        lines, faults = queries.count(session), queries.verify(session)
        faults += heads.other_than(session, outside)
    for fault in faults:
        typer.echo(fault)
    typer.echo(f"{lines} lines of history, {len(faults)} faults")
    raise typer.Exit(1 if faults else 0)


def check_invariants() -> None:
    """Check that every record keeps to the rules of fair review; exit 1 when one does not."""
    database = Database(settings_made().database)
    with database.read() as session:
        broken = invariants.broken(session, at=database.now(session))
    for sentence in broken:
        typer.echo(sentence)
    typer.echo(f"{len(invariants.QUERIES)} rules, {len(broken)} broken")
    raise typer.Exit(1 if broken else 0)
