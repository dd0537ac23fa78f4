"""B-07: what the chair does not share, the organisation can't find out by any byte it can fetch."""

import io
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import col, select

from app.config import Environment, Settings
from app.db import Database
from app.main import create_app
from app.models import Evidence, EvidenceVersion, Mail, Person, Submission
from app.web.guards import routes_of
from tests import steps
from tests.conftest import ON_POSTGRESQL, ORIGIN
from tests.story import NOW, Story

BrowserOf = Callable[[Person], TestClient]


def signed(database: Database, story: Story) -> Submission:
    with database.write() as session:
        submission = steps.handed_over(session, story)
        steps.sign(session, story, submission)
        return submission


def path_of(submission: Submission) -> str:
    return f"/submissions/{submission.id}/co-signature"


def give(browser: TestClient, path: str, view: str, comment: str, **more: str) -> tuple[int, str]:
    content = re.findall(r'name="content" value="([^"]*)"', browser.get(path).text)
    form = {"view": view, "comment": comment, "content": "".join(content), **more}
    answer = browser.post(path, data=form)
    return answer.status_code, answer.headers.get("location", answer.text)


@pytest.fixture
def worlds(
    app: FastAPI, database: Database, story: Story, browser_of: BrowserOf, tmp_path: Path
) -> Iterator[Callable[[str], tuple[FastAPI, dict[str, TestClient], Submission]]]:
    """Copies of one portal with one signed submission: the same ids, people and sign-ins in each."""
    if ON_POSTGRESQL:
        pytest.skip("copies a SQLite file; the pages are the same on both")
    submission = signed(database, story)
    cookies = {part: browser_of(story.people[part]).cookies for part in ("chair_a", "lead_a", "sponsor_a")}
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    made: list[FastAPI] = []

    def copy(name: str) -> tuple[FastAPI, dict[str, TestClient], Submission]:
        folder = tmp_path / name
        folder.mkdir()
        shutil.copy(tmp_path / "portal.db", folder / "portal.db")
        settings = Settings(environment=Environment.DEVELOPMENT, data_dir=folder, base_url=ORIGIN)
        other = create_app(settings)
        other.state.portal.database.now = lambda session: NOW
        made.append(other)
        browsers = {
            part: TestClient(
                other,
                base_url=ORIGIN,
                headers={"sec-fetch-site": "same-origin"},
                cookies=jar,
                follow_redirects=False,
                raise_server_exceptions=False,
            )
            for part, jar in cookies.items()
        }
        return other, browsers, submission

    yield copy
    for other in made:
        other.state.portal.database.close()


def everything(app: FastAPI, browsers: dict[str, TestClient], story: Story) -> dict[str, bytes]:
    """Every byte the lead and the sponsor can fetch: each route with their own ids, and their mails."""
    ids = _own_ids(app, story)
    found: dict[str, bytes] = {}
    for route, part in product(routes_of(app), ("lead_a", "sponsor_a")):
        if "GET" not in (route.methods or ()) or route.path.startswith("/dev/"):
            continue
        names = re.findall(r"{(\w+)}", route.path)
        if not set(names) <= ids.keys():
            continue
        for values in product(*(ids[name] for name in names)):
            path = route.path
            for name, value in zip(names, values, strict=True):
                path = path.replace(f"{{{name}}}", str(value))
            answer = browsers[part].get(path)
            headers = sorted((k, v) for k, v in answer.headers.items() if k not in ("date", "content-length"))
            found[f"{part} {path}"] = str((answer.status_code, headers)).encode() + unpacked(answer.content)
    with app.state.portal.database.read() as session:
        own = ("lead.a@example.invalid", "sponsor.a@example.invalid")
        mails = session.exec(select(Mail.body, Mail.subject).where(col(Mail.to).in_(own))).all()
        found["mails"] = str(sorted(mails)).encode()
    return found


def unpacked(content: bytes) -> bytes:
    """The files of an archive without the moments at which they were packed, which no test's clock sets."""
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return b"".join(name.encode() + unpacked(archive.read(name)) for name in archive.namelist())


def _own_ids(app: FastAPI, story: Story) -> dict[str, list[UUID | str]]:
    with app.state.portal.database.read() as session:
        (submission,) = session.exec(select(Submission)).all()
        evidence = session.exec(select(Evidence.id)).all()
        versions = session.exec(select(EvidenceVersion.id)).all()
        submission_id, own = submission.id, submission.self_assessment_id
    return {
        "organisation_id": [story.organisations["ZZA"].id],
        "submission_id": [submission_id],
        "self_assessment_id": [own],
        "window_id": [story.window_id],
        "evidence_id": list(evidence),
        "evidence_version_id": list(versions),
        "version_id": list(versions),
        "code": ["B01"],
        "level": ["bronze"],
    }


SAID = (("agree", ""), ("agree with comment", "Well done."), ("disagree", "We were not asked."))


def differing(one: dict[str, bytes], other: dict[str, bytes]) -> set[str]:
    assert one.keys() == other.keys()
    return {path for path in one if one[path] != other[path]}


def test_b07_a_view_that_is_not_shared_changes_no_byte_the_organisation_can_fetch(
    worlds: Callable[[str], tuple[FastAPI, dict[str, TestClient], Submission]], story: Story
) -> None:
    fetched = []
    for number, (view, comment) in enumerate(SAID):
        app, browsers, submission = worlds(str(number))
        assert give(browsers["chair_a"], path_of(submission), view, comment)[0] == 303
        fetched.append(everything(app, browsers, story))
    assert len(fetched[0]) > 40
    assert [differing(fetched[0], other) for other in fetched[1:]] == [set(), set()]
    told = [path for path, content in fetched[2].items() if b"We were not asked" in content]
    assert told == []


def test_b07_what_is_shared_differs_where_the_view_stands_and_nowhere_else(
    worlds: Callable[[str], tuple[FastAPI, dict[str, TestClient], Submission]], story: Story
) -> None:
    """The test above would see a difference; and sharing the view alone shares no comment."""
    fetched = []
    for number, (view, comment) in enumerate((SAID[0], SAID[2])):
        app, browsers, submission = worlds(str(number))
        more = {"share-view": "yes"}
        assert give(browsers["chair_a"], path_of(submission), view, comment, **more)[0] == 303
        fetched.append(everything(app, browsers, story))
    path = f"/submissions/{submission.id}"
    shown = {f"{part} {path}{page}" for part in ("lead_a", "sponsor_a") for page in ("", "/receipt", "/copy")}
    assert differing(*fetched) == shown
    assert [path for path, content in fetched[1].items() if b"We were not asked" in content] == []
