"""The JSON interface's figures of areas: for whose token they are, of which days, and what they never tell."""

from datetime import date, timedelta

import pytest
from fastapi.testclient import TestClient

from app.db import Database
from app.models import Organisation, Status
from tests.bearing import bearing
from tests.conftest import Clock
from tests.holdings import ON, submission
from tests.story import Story


@pytest.fixture
def bearer(database: Database, story: Story, clock: Clock) -> dict[str, str]:
    return bearing(database, story, "icb_viewer_1", clock.at)


def test_figures_of_an_area_are_for_its_own_tokens(client: TestClient, bearer: dict[str, str]) -> None:
    """A foreign area is as one that does not exist, byte for byte."""
    for what in ("levels", "stages", "organisations"):
        foreign, unknown = (
            client.get(f"/api/v1/areas/{code}/{what}", headers=bearer) for code in ("ZZ2", "ZZZZ")
        )
        assert (foreign.status_code, foreign.content) == (404, unknown.content)
        assert client.get(f"/api/v1/areas/zz1/{what}", headers=bearer).status_code == 200


def test_figures_of_an_area_are_kept_by_no_cache_on_the_way(
    client: TestClient, bearer: dict[str, str]
) -> None:
    for what in ("", "/ZZ1/levels", "/ZZ1/stages", "/ZZ1/organisations"):
        first = client.get(f"/api/v1/areas{what}", headers=bearer)
        known = bearer | {"if-none-match": first.headers["etag"]}
        again = client.get(f"/api/v1/areas{what}", headers=known)
        assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
        for answer in (first, again):
            said = [answer.headers[name] for name in ("cache-control", "vary")]
            assert said == ["private, no-cache", "authorization"]
            assert "access-control-allow-origin" not in answer.headers
            assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        # Whose token no longer holds learns nothing from what another answer was called.
        refused = client.get(f"/api/v1/areas{what}", headers={"if-none-match": first.headers["etag"]})
        assert refused.status_code == 401


def test_an_area_tells_nothing_of_days_that_have_not_been_or_are_not_on_record(
    client: TestClient, bearer: dict[str, str]
) -> None:
    unknown = client.get("/api/v1/areas/ZZZZ/levels", headers=bearer)
    for what in ("levels", "stages", "organisations"):
        early, late = (
            client.get(f"/api/v1/areas/ZZ1/{what}", headers=bearer, params={"on": on.isoformat()})
            for on in (date(2000, 1, 1), ON + timedelta(days=1))
        )
        assert (early.status_code, early.content, late.status_code) == (404, unknown.content, 400)


@pytest.mark.reaches_past  # it writes a submission that no action would
def test_a_submission_with_a_conflict_of_interest_is_told_in_no_shape(
    database: Database, story: Story, client: TestClient, clock: Clock
) -> None:
    addresses = [
        f"/api/v1/areas/{code}/{what}"
        for code in ("all", "ZZR", "ZZ1")
        for what in ("stages", "organisations")
    ]
    tied, free = (
        bearing(database, story, part, clock.at) for part in ("administrator_of_a", "administrator")
    )

    def told(bearer: dict[str, str]) -> list[bytes]:
        return [client.get(address, headers=bearer).content for address in addresses]

    before, known = told(tied), told(free)
    with database.write() as session:
        body = session.get_one(Organisation, story.organisations["ZZA"].id)
        submission(session, story, body, "bronze", Status.SUBMITTED)
    assert told(tied) == before
    assert [one == other for one, other in zip(told(free), known, strict=True)] == [False] * 6
