"""Everything that a person can fetch, from the route table: status, headers, bytes, and what was asked of the
database meanwhile."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from app.models import Mail
from app.web.guards import routes_of
from tests.architecture.probes import WORDS, filled, params_of
from tests.independence.worlds import World
from tests.walk import methods_of

# The clock, and what is drawn for each request or sign-in.
MASKED = ("date", "set-cookie")
NO_PAGES = ("/dev/",)  # a developer's own mailbox of everybody; production has none
MOST = {
    "review": 9
}  # each of two panels, and those of another submission; of other tables four stand for all
AS_NAMED = {
    "version_id": "evidence_version",
    "draft_id": "framework_draft",
}


@dataclass(frozen=True)
class Fetched:
    status: int
    headers: tuple[tuple[str, str], ...]
    content: bytes
    statements: tuple[str, ...]


def paths(world: World) -> list[str]:
    """Every GET route with every id there is; one's own and everybody else's alike."""
    return list(dict.fromkeys(_paths(world)))


def _paths(world: World) -> Iterator[str]:
    for route in routes_of(world.app):
        if "GET" not in methods_of(route) or route.path.startswith(NO_PAGES):
            continue
        names = params_of(route)
        for values in product(*(_values(world, name) for name in names)):
            yield filled(route.path, dict(zip(names, values, strict=True)))


def _values(world: World, name: str) -> list[Any]:
    """The ids of the table that the name says, else the words that isolation probes use, else one that is nothing."""
    if name == "organisation_id":
        return [world.story.organisations[code].id for code in ("ZZA", "ZZ1", "ZZR")]
    table = AS_NAMED.get(name, name.removesuffix("_id") if name.endswith("_id") else "")
    return world.ids(table)[: MOST.get(table, 4)] or list(WORDS.get(name, ("none",)))[:1]


SEARCHES = ("/submissions?status=in+review", "/submissions?status=submitted", "/dashboards?level=bronze")


def fetched(world: World, part: str, wanted: list[str]) -> dict[str, Fetched]:
    """What the person gets at each of these paths."""
    browser, found = world.browser(part), {}
    engine = world.database.engine

    def noted(_c: Any, _cursor: Any, statement: str, _p: Any, _context: Any, _many: bool) -> None:
        world.statements.append(statement)

    sa.event.listen(engine, "before_cursor_execute", noted)
    try:
        for path in wanted:
            world.statements.clear()
            answer = browser.get(path)
            headers = tuple(sorted((k, v) for k, v in answer.headers.items() if k not in MASKED))
            content = unpacked(answer.content)
            found[path] = Fetched(answer.status_code, headers, content, tuple(world.statements))
    finally:
        sa.event.remove(engine, "before_cursor_execute", noted)
    return found


def unpacked(content: bytes) -> bytes:
    """An archive's names and contents, those in it unpacked as well; the real clock stands in its directory."""
    if not content.startswith(b"PK\x03\x04"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return b"".join(name.encode() + b"\n" + unpacked(archive.read(name)) for name in archive.namelist())


_LINK = re.compile(r"/link/[\w-]+")  # drawn for each mail


def mails(world: World, part: str) -> list[tuple[str, str, str]]:
    """Every mail to the person: subject, text and moment, in the order they were written."""
    if not part:
        return []
    address = world.story.people[part].email
    with world.database.read() as session:
        rows = session.exec(select(Mail).where(col(Mail.to) == address)).all()
        return sorted((str(row.written_at), row.subject, _LINK.sub("/link/", row.body)) for row in rows)


def differences(one: dict[str, Fetched], other: dict[str, Fetched]) -> list[str]:
    """What differs, in words that say where to look. Empty: not a byte, and not a question to the database."""
    return [line for path in one for line in _difference(path, one[path], other[path])]


def _difference(path: str, one: Fetched, other: Fetched) -> Iterator[str]:
    if one.status != other.status:
        yield f"{path}: {one.status} and {other.status}"
    elif one.headers != other.headers:
        yield f"{path}: headers {sorted(set(one.headers) ^ set(other.headers))}"
    if one.content != other.content:
        yield f"{path}: {_first(one.content, other.content)}"
    if one.statements != other.statements:
        yield f"{path}: asks {len(one.statements)} and {len(other.statements)}: {_asked(one, other)}"


def _first(one: bytes, other: bytes) -> str:
    at = next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    return f"{one[max(0, at - 60) : at + 60]!r} and {other[max(0, at - 60) : at + 60]!r}"


def _asked(one: Fetched, other: Fetched) -> str:
    only = [
        text
        for text in (*one.statements, *other.statements)
        if one.statements.count(text) != other.statements.count(text)
    ]
    return " ".join(re.sub(r"\s+", " ", only[0]).split()[:60]) if only else "in another order"
