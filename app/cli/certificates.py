"""``portal certificates``: drawing and signing for a whole window by hand."""

import os
import threading
import time
from typing import Annotated
from uuid import UUID

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlmodel import Session, col, select

from app.actions import certificate_files as actions
from app.adapters.stores import files_for
from app.cli.frame import refusals_told, settings_made
from app.config import Settings
from app.db import Database
from app.jobs.certificates import draw_window
from app.models import Certificate, Window
from app.queries import certificate_files as queries
from app.rules.errors import RuleError

certificates = typer.Typer(no_args_is_help=True, help="Certificates and their files.")
PAUSE_SECONDS = 1.0


@certificates.callback()
def _group() -> None:
    """Keeps ``issue`` a word of its own while it is the only command."""


@certificates.command("issue")
def issue(
    window: Annotated[str, typer.Argument(help="Name of the window, for example 'Spring 2027'.")],
    processes: Annotated[
        int | None, typer.Option(min=1, help="Pairs of processes. None said: one a core.")
    ] = None,
) -> None:
    """Draw and sign what was released in a window and has no files yet.

    May be stopped and run again at any time, and beside the portal: each certificate is drawn once. What another run
    holds is waited for, until it is done or its lease ends.
    """
    settings = settings_made()
    database = Database(settings.database)
    with refusals_told():
        with database.write() as session:
            row = _window(session, window)
            actions.try_again(session, row.id)
            id_, before = row.id, queries.counts(session, row.id)
        left = _drawn(database, settings, id_, before, processes or os.cpu_count() or 1)
    typer.echo(f"{left.drawn} certificates have their files, {left.drawn - before.drawn} of them since now")
    if left.waiting or left.given_up:
        typer.echo(
            f"{left.waiting + left.given_up} could not be drawn. The log says why; run it again.", err=True
        )
        raise typer.Exit(1)


def _window(session: Session, name: str) -> Window:
    row = session.exec(select(Window).where(Window.name == name)).first()
    if row is None:
        names = ", ".join(session.exec(select(Window.name).order_by(col(Window.opens_at))).all())
        raise RuleError(f"There is no window called {name}. There are: {names or 'none'}.")
    counts = queries.counts(session, row.id)
    if not counts.drawn + counts.waiting + counts.given_up:
        raise RuleError(f"No certificate was released in {name} yet. Release its outcomes first.")
    return row


def _drawn(
    database: Database, settings: Settings, window_id: UUID, before: queries.Counts, processes: int
) -> queries.Counts:
    """Draw until nothing waits that may still be tried; returns how it stands then."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    turn = threading.Lock()  # several threads tell of what they drew
    with Progress(*columns) as progress:
        total = before.drawn + before.waiting + before.given_up
        bar = progress.add_task("Drawn and signed", total=total, completed=before.drawn)

        def tell(_: Certificate) -> None:
            with turn:
                progress.advance(bar)

        while True:
            draw_window(database, files_for(settings), settings, window_id, processes, tell)
            with database.read() as session:
                now = queries.counts(session, window_id)
                is_held = queries.is_any_held(session, window_id, at=database.now(session))
            progress.update(bar, completed=now.drawn)
            if not is_held:
                return now
            time.sleep(PAUSE_SECONDS)
