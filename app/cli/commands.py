"""The command line: ``portal --help`` lists what it does."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session, select

from app import demo
from app.actions import loading, membership, scans, standings
from app.actions import windows as window_actions
from app.adapters import directory
from app.adapters.email import sender_for
from app.adapters.stores import files_for
from app.cli.audit import audit, check_invariants
from app.cli.certificates import certificates
from app.cli.frame import refusals_told, settings_made
from app.cli.keys import keys
from app.cli.serving import become_server
from app.config import ROOT
from app.criteria.loader import check, load_carry_over, load_folder
from app.db import Database
from app.jobs import rounds
from app.jobs.mails import deliver_due
from app.jobs.scans import scanning
from app.main import configure_log
from app.models import Organisation, Person, Role
from app.queries import certificate_files, evidence
from app.queries import scans as queries_of_scans
from app.queries.frameworks import FrameworkShelf, newest, newest_parsed
from app.rules.days import UK
from app.rules.errors import RuleError
from app.rules.sessions import normal_address
from app.rules.tables import permissions_page, settings_page, workflow_page
from app.upgrade import differences, upgrade

portal = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
criteria = typer.Typer(no_args_is_help=True, help="The framework's criteria as files.")
windows = typer.Typer(no_args_is_help=True, help="Windows in which levels may be put forward.")
people = typer.Typer(no_args_is_help=True, help="People and their roles.")
portal.add_typer(certificates, name="certificates")
portal.add_typer(criteria, name="criteria")
portal.add_typer(audit, name="audit")
portal.add_typer(keys, name="keys")
portal.add_typer(people, name="people")
portal.add_typer(windows, name="windows")

FRAMEWORK = ROOT / "app" / "criteria" / "arf" / "2023-illustrative"
ORGANISATIONS = ROOT / "app" / "organisations" / "north-west.csv"
SUCCESSIONS = ROOT / "app" / "organisations" / "north-west-successions.csv"


@portal.command()
def start() -> None:
    """Prepare the database, load what ships, seed the demo when it is on, and serve."""
    host, port = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8000"))
    os.environ.setdefault("ARF_BASE_URL", f"http://127.0.0.1:{port}")
    migrate()
    load()
    if settings_made().demo:
        seed_demo()
    serve(host=host, port=port, workers=1)


@portal.command()
def serve(
    host: str = "127.0.0.1",
    port: int = 8000,
    workers: Annotated[int, typer.Option(help="Web processes: one a core.")] = 1,
) -> None:
    """Serve the portal."""
    settings = settings_made()
    typer.echo(f"The portal is at {settings.base_url}")
    become_server(host, port, workers)


@portal.command()
def worker() -> None:
    """Deliver mails, scan files and write reminders, until stopped."""
    configure_log()
    settings = settings_made()
    rounds.run(settings, Database(settings.database))


@portal.command()
def deliver() -> None:
    """Deliver the mails that are due, once."""
    settings = settings_made()
    sent = deliver_due(Database(settings.database), sender_for(settings))
    typer.echo(f"{sent} mails sent")


@portal.command()
def rescan() -> None:
    """Scan every file now, those found clean before and those given up included; exit 1 when the scanner is away."""
    settings = settings_made()
    database = Database(settings.database)
    work = scanning(settings, database)
    if work.scanner is None:
        typer.echo("Set ARF_SCANNER first: the address of clamd, such as tcp://clamd:3310.", err=True)
        raise typer.Exit(1)
    with database.write() as session:
        scans.adopt(session)
        scans.try_again(session)
        at = database.now(session)
    is_done = work.scan_due(at)
    with database.read() as session:
        found = queries_of_scans.counts(session, most_tries=scans.MOST_TRIES)
    typer.echo(f"{found.clean} clean, {found.infected} locked away, {found.waiting} waiting")
    if not is_done:
        typer.echo(f"The scanner can't be used: {work.scanner.unfit()}", err=True)
        raise typer.Exit(1)


@portal.command()
def migrate() -> None:
    """Bring the database to today's tables, and count what an older one has not counted yet."""
    database = Database(settings_made().database)
    upgrade(database)
    with database.write() as session:
        standings.state_all(session, at=database.now(session))


@portal.command("check-migrations")
def check_migrations() -> None:
    """Compare the models with a freshly migrated database; exit 1 when they differ."""
    found = differences(Database(settings_made().database))
    typer.echo(found or "The migrations say the same as the models.")
    raise typer.Exit(1 if found else 0)


@portal.command()
def load() -> None:
    """Load the shipped framework version and the organisations."""
    at, settings = datetime.now(UTC), settings_made()
    with Database(settings.database).write() as session:
        loading.publish_framework(session, load_folder(FRAMEWORK), declared=load_carry_over(FRAMEWORK), at=at)
        rows = loading.load_organisations(session, directory.entries(ORGANISATIONS), at=at)
        loading.load_successions(
            session,
            directory.successions(SUCCESSIONS),
            rows,
            at=at,
            years=settings.conflict_years,
            base_url=settings.base_url,
        )


@portal.command("seed-demo")
def seed_demo() -> None:
    """Fill an empty demo with fictional organisations, people and three years of history."""
    settings = settings_made()
    if not settings.demo:
        typer.echo("Set ARF_DEMO=1 first. Demo data never goes into a live portal.", err=True)
        raise typer.Exit(1)
    with Database(settings.database).write() as session:
        made = demo.seed(session, files_for(settings), settings, at=datetime.now(UTC))
    typer.echo(f"Demo data: {made} submissions" if made else "Demo data is there already.")


@portal.command()
def sweep() -> None:
    """Remove stored files older than a day that no version of evidence and no certificate names."""
    settings = settings_made()
    with Database(settings.database).read() as session:
        known = evidence.stored_names(session) | certificate_files.stored_names(session)
    removed = files_for(settings).sweep(known, datetime.now(UTC) - timedelta(days=1))
    typer.echo(f"{removed} files removed")


@portal.command()
def docs() -> None:
    """Write the pages under docs/ that are made from the tables of the rules."""
    pages = {"permissions": permissions_page(), "workflow": workflow_page(), "settings": settings_page()}
    for name, text in pages.items():
        (ROOT / "docs" / f"{name}.md").write_text(text, encoding="utf-8")


portal.command("check-invariants")(check_invariants)


@criteria.command("check")
def criteria_check(path: Path) -> None:
    """Validate a folder of criteria; a fault is told as file, key and reason, and the exit code is 1."""
    faults = check(path)
    for fault in faults:
        typer.echo(f"{fault.file}: {fault.key}: {fault.reason}")
    if faults:
        raise typer.Exit(1)
    framework = load_folder(path)
    typer.echo(f"{framework.title} {framework.version}: {len(framework.criteria)} criteria, no faults")


@criteria.command("publish")
def criteria_publish(path: Path) -> None:
    """Publish a folder of criteria as the next version; what carries over may lie beside, in carry-over.toml."""
    database = Database(settings_made().database)
    with refusals_told(), database.write() as session:
        made = loading.publish_framework(
            session, load_folder(path), declared=load_carry_over(path), at=database.now(session)
        )
    typer.echo(f"{made.framework} {made.version} is published")


@people.command("add")
def people_add(
    email: str,
    name: str,
    role: Role,
    organisation: Annotated[str, typer.Option(help="ODS code; none for the Assembly's roles.")] = "",
    employer: Annotated[str, typer.Option(help="ODS code, for conflicts of interest.")] = "",
) -> None:
    """Give a person a role; the first administrator of a new portal is made so."""
    database = Database(settings_made().database)
    with refusals_told(), database.write() as session:
        membership.grant(
            session,
            email,
            name,
            role,
            organisation=_by_code(session, organisation),
            employer=_by_code(session, employer),
            at=database.now(session),
            years=settings_made().conflict_years,
        )
    typer.echo(f"{email} is now {role.value}")


@people.command("leave")
def people_leave(email: str) -> None:
    """End every role and sign-in of a person who has left. What they wrote stays."""
    database = Database(settings_made().database)
    with database.write() as session:
        person = session.exec(select(Person).where(Person.email == normal_address(email))).first()
        if person is None:
            typer.echo(f"There is nobody with the address {email}.", err=True)
            raise typer.Exit(1)
        membership.leave(session, person, at=database.now(session))
    typer.echo(f"{email} has left")


@windows.command("add")
def windows_add(
    name: str,
    opens: Annotated[
        datetime, typer.Argument(formats=["%Y-%m-%d"], help="First day, for example 2027-03-01.")
    ],
    closes: Annotated[
        datetime, typer.Argument(formats=["%Y-%m-%d"], help="Last day, until midnight, UK time.")
    ],
) -> None:
    """Add a window for the newest framework version."""
    database = Database(settings_made().database)
    shelf = FrameworkShelf()
    with refusals_told(), database.write() as session:
        version, framework = newest(session), newest_parsed(session, shelf)
        if version is None:
            raise RuleError("No framework version is loaded. Run `portal load` first.")
        until = closes.replace(tzinfo=UK) + timedelta(days=1)
        at = database.now(session)
        window_actions.add(session, version, framework, name, opens.replace(tzinfo=UK), until, at=at)
    typer.echo(f"{name} takes submissions from {opens:%d %B %Y} to {closes:%d %B %Y}, midnight")


def _by_code(session: Session, code: str) -> Organisation | None:
    if not code:
        return None
    row = session.exec(select(Organisation).where(Organisation.ods_code == code)).first()
    if row is None:
        raise RuleError(f"There is no organisation with the ODS code {code}.")
    return row
