"""What every command of the line stands in: its settings, and refusals told as a sentence with exit code 1."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from app.adapters.signing.keys import NoKey
from app.config import Settings
from app.criteria.loader import CriteriaError
from app.rules.errors import RuleError


@contextmanager
def refusals_told() -> Iterator[None]:
    """A rule's refusal, a missing key or a fault in a file of criteria is told in its sentence, with exit code 1."""
    try:
        yield
    except CriteriaError as broken:
        raise _told("\n".join(map(str, broken.faults))) from broken
    except RuleError as refused:
        raise _told(refused.sentence) from refused
    except NoKey as missing:
        raise _told(str(missing)) from missing


def settings_made() -> Settings:
    """The settings, with the data folder in place."""
    settings = Settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return settings


def _told(sentence: str) -> typer.Exit:
    typer.echo(sentence, err=True)
    return typer.Exit(1)
