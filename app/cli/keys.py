"""``portal keys``: the keys that sign certificates and credentials."""

from datetime import datetime
from typing import Annotated

import typer

from app.actions import signing_keys as actions
from app.adapters.signing.opening import make, place_of
from app.cli.frame import refusals_told, settings_made
from app.db import Database
from app.models import SigningKey
from app.queries import signing_keys as queries
from app.rules.days import UK

keys = typer.Typer(no_args_is_help=True, help="The keys that sign certificates and credentials.")
ANY_NAME = {"ignore_unknown_options": True}  # the name of one key in 64 begins with a hyphen
MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M"]


@keys.command("new")
def new() -> None:
    """Make the key that signs from now on (for a token: the certificate of its key). Older keys are kept."""
    settings = settings_made()
    database = Database(settings.database)
    with refusals_told(), database.write() as session:
        at = database.now(session)
        row = actions.known(session, make(place_of(settings), at), at=at)
    typer.echo(f"{row.kid} signs from now on. Retire the key before it with `portal keys retire KID`.")


@keys.command("list")
def list_() -> None:
    """Every key that ever signed, and what became of it."""
    with Database(settings_made().database).read() as session:
        lines = [
            f"{row.kid}  since {_told(row.first_used_at)}  {_standing(row)}"
            for row in queries.listed(session)
        ]
    typer.echo("\n".join(lines) or "No key has signed yet.")


@keys.command("retire", context_settings=ANY_NAME)
def retire(kid: str) -> None:
    """Sign no more with a key. What it signed stays good."""
    database = Database(settings_made().database)
    with refusals_told(), database.write() as session:
        actions.retire(session, kid, at=database.now(session))
    typer.echo(f"{kid} signs no more. What it signed stays good.")


@keys.command("distrust", context_settings=ANY_NAME)
def distrust(
    kid: str,
    since: Annotated[
        datetime,
        typer.Option("--from", formats=MOMENTS, help="UK time from which the key may have been stolen."),
    ],
    reason: Annotated[str, typer.Option(help="Why; kept in the history.")],
) -> None:
    """Trust a key no more from a moment on: what is not proven older is refused, and it signs no more."""
    database = Database(settings_made().database)
    moment = since.replace(tzinfo=UK)
    with refusals_told(), database.write() as session:
        actions.distrust(session, kid, since=moment, reason=reason, at=database.now(session))
    typer.echo(f"{kid} is distrusted from {_told(moment)} on. Issue what it signed since then again.")


def _standing(row: SigningKey) -> str:
    if row.distrusted_from is not None:
        return f"distrusted from {_told(row.distrusted_from)}: {row.distrust_reason}"
    return f"retired {_told(row.retired_at)}" if row.retired_at else "signs"


def _told(moment: datetime) -> str:
    return f"{moment.astimezone(UK):%Y-%m-%d %H:%M}"
