"""Nobody reaches what is another's: every route, every id, generated from the route table.

Trust B's texts carry canary words; trust A's carry another. A probe passes when the answer for a foreign id has the
bytes and headers of the answer for a random id, and no canary.
"""

import re
from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.db import Database
from app.models import Person
from app.queries import scopes
from app.rules.permissions import Scope, allows
from app.web import guards, routes
from app.web.guards import permission_of, routes_of
from tests.architecture.probes import RANDOM, WORDS, Report, filled, params_of, probed, probes, send
from tests.architecture.tenants import CANARY, PUBLIC_CANARY, Tenant, made_tenants
from tests.conftest import Clock
from tests.digests import digest
from tests.story import Story
from tests.walk import BrowserOf

OWN = "canaryalpha"
NOT_THE_ORGANISATION = (
    "self_assessment_id",
    "evidence_id",
    "evidence_version_id",
    "version_id",
    "submission_id",
    "review_id",
    "certificate_id",
)
EVERYTHING = ("organisation_id", *NOT_THE_ORGANISATION)
ORGANISATIONS_OWN = ("self_assessment_id", "evidence_id", "evidence_version_id")
# Who, whose things, and of which kinds this person may not even know that they exist.
OUTSIDERS = [
    ("lead_a", "b", EVERYTHING),
    ("contributor_a", "b", EVERYTHING),
    ("sponsor_a", "b", EVERYTHING),
    ("chair_a", "b", EVERYTHING),
    ("lead_c", "b", EVERYTHING),
    ("reviewer_1", "b", EVERYTHING),  # reviews trust A's
    ("reviewer_of_a", "b", EVERYTHING),  # reviews nothing
    ("icb_viewer_1", "b", EVERYTHING),
    ("", "b", EVERYTHING),  # signed out
    ("icb_viewer_2", "b", NOT_THE_ORGANISATION),
    ("region_viewer", "b", NOT_THE_ORGANISATION),
    ("moderator", "b", (*ORGANISATIONS_OWN, "review_id", "certificate_id")),
    ("administrator", "b", (*ORGANISATIONS_OWN, "review_id")),
    ("lead_b", "a", EVERYTHING),
    ("lead_c", "a", EVERYTHING),  # under the same ICB
    ("icb_viewer_2", "a", EVERYTHING),
    ("reviewer_of_a", "a", EVERYTHING),  # works there, which is a conflict, not a role
    ("administrator_of_a", "a", NOT_THE_ORGANISATION),  # B-19
]


@pytest.fixture
def tenants(app: FastAPI, database: Database, story: Story) -> dict[str, Tenant]:
    with database.write() as session:
        a, b = made_tenants(session, story, app.state.portal.files)
    return {"a": a, "b": b}


@pytest.fixture
def browser(
    browser_of: BrowserOf, client: TestClient, story: Story, clock: Clock
) -> Callable[[str], TestClient]:
    return lambda part: browser_of(story.people[part]) if part else client


@pytest.mark.parametrize(("part", "whose", "kinds"), OUTSIDERS, ids=lambda value: str(value)[:20])
def test_a01_a10_what_is_anothers_is_as_if_it_were_not(
    part: str,
    whose: str,
    kinds: tuple[str, ...],
    app: FastAPI,
    database: Database,
    tenants: dict[str, Tenant],
    browser: Callable[[str], TestClient],
    record_property: Callable[[str, object], None],
) -> None:
    visitor, before = browser(part), digest(database)
    canary = {"a": OWN, "b": CANARY}[whose]
    expected = {404} if part else {303, 401}  # a path, or a form given back
    report = probed(visitor, probes(app, tenants[whose].only(*kinds)), (canary,), expected)
    record_property("requests", report.requests)
    print(f"{part or 'signed out'}: {report.requests} requests, {len(report.leaks)} leaks")
    assert report.leaks == []
    assert report.requests > 90
    assert digest(database) == before
