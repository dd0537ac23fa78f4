"""Rendering: one environment, one way to show a page."""

from collections.abc import Mapping, MutableMapping
from datetime import date, datetime
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import ChainableUndefined, ChoiceLoader, Environment, FileSystemLoader, PackageLoader

from app.config import ROOT, Settings
from app.rules.days import UK
from app.rules.errors import RuleError
from app.rules.people import Who
from app.rules.workflow import STAGE
from app.web import nhs_pieces
from app.web.navigation import navigation

TEMPLATES = ROOT / "templates"


class Pages(Environment):
    """Jinja's environment with two look-ups made quicker: the NHS macros do thousands of them on one page."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """As Jinja does it, but a dict is asked for its key first: failing at its attributes raises each time."""
        if type(obj) is dict and attribute not in _OF_EVERY_DICT:
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        try:
            return getattr(obj, attribute)
        except AttributeError:
            return super().getattr(obj, attribute)

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """One dict in place of Jinja's chain of two, which each import of a macro walks through in Python."""
        return {**self.globals, **(d or {})}


_OF_EVERY_DICT = frozenset(dir(dict))


def environment(settings: Settings, templates: Path = TEMPLATES) -> Environment:
    """The templates. Starlette's own environment leaves ``.jinja`` unescaped; this one escapes everything."""
    made = Pages(
        loader=ChoiceLoader([FileSystemLoader(templates), PackageLoader("nhsuk_frontend_jinja")]),
        autoescape=True,
        undefined=ChainableUndefined,  # the NHS macros read parameters that are not given
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=not settings.is_production,
        cache_size=-1,
    )
    made.globals.update(nhs_pieces=nhs_pieces)
    made.globals.update(asset=asset, settings=settings, stage_of=lambda status: STAGE[status].value)
    made.filters.update(clock=clock)
    made.filters.update(day=day, moment=moment, moment_exact=moment_exact, megabytes=megabytes, plural=plural)
    return made


@cache
def asset(name: str) -> str:
    """The address of a file under ``static/``. It changes with the file, so browsers may keep what they have."""
    digest = sha256((ROOT / "static" / name).read_bytes()).hexdigest()
    return f"/assets/{name}?v={digest[:12]}"


@lru_cache(maxsize=4096)  # a list of 500 rows tells the same few days
def day(value: date) -> str:
    """``22 November 2026``. A moment is told as the day it was in the United Kingdom."""
    if isinstance(value, datetime):
        value = value.astimezone(UK).date()
    return f"{value.day} {value:%B %Y}"


def moment(value: datetime) -> str:
    """``22 November 2026 at 4:05pm``, UK time."""
    local = value.astimezone(UK)
    hour = local.hour % 12 or 12
    return f"{day(local.date())} at {hour}:{local:%M}{'am' if local.hour < 12 else 'pm'}"


def clock(value: datetime) -> str:
    """``16:58``, UK time."""
    return f"{value.astimezone(UK):%H:%M}"


def moment_exact(value: datetime) -> str:
    """``22 November 2026 at 4:05:09pm``, UK time, for moments that may be disputed."""
    return f"{moment(value)[:-2]}:{value:%S}{moment(value)[-2:]}"


def megabytes(size: int) -> str:
    """A file size as people read it."""
    return f"{size / 1_048_576:.1f} MB" if size >= 1_048_576 else f"{max(1, round(size / 1024))} KB"


def plural(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def page(
    request: Request, name: str, who: Who | None = None, /, *, status: int = 200, **context: Any
) -> HTMLResponse:
    """The page ``templates/<name>.html`` for this person."""
    template = request.app.state.portal.templates.get_template(f"{name}.html")
    context.setdefault("ending", getattr(request.state, "ending", None))  # when the sign-in ends
    html = template.render(
        who=who, navigation=navigation(who, request.url.path), path=request.url.path, **context
    )
    return HTMLResponse(html, status_code=status)


def again(
    request: Request,
    name: str,
    who: Who | None,
    errors: Mapping[str, str] | RuleError,
    *,
    status: int = 422,
    **context: Any,
) -> HTMLResponse:
    """The form once more, with what was typed (in ``context``) and an error summary.

    ``errors`` maps the id of a field to a sentence; a RuleError belongs to its field, or to the form as a whole.
    """
    if isinstance(errors, RuleError):
        errors = {errors.field: errors.sentence}
    return page(request, name, who, status=status, errors=dict(errors), **context)


def wants_json(request: Request) -> bool:
    """Whether a script or a program asks rather than a person."""
    is_program = request.url.path.startswith("/api/")
    return is_program or request.headers.get("accept", "").startswith("application/json")


def go(path: str) -> RedirectResponse:
    """See other: what a form does when it worked, so that a reload repeats nothing."""
    return RedirectResponse(path, status_code=303)
