"""Nobody reaches what is another's: every route, every id, generated from the route table.

Trust B's texts carry canary words; trust A's carry another. A probe passes when the answer for a foreign id has the
bytes and headers of the answer for a random id, and no canary.
"""

from collections.abc import Callable, Mapping
from itertools import product
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.db import Database
from app.queries import scopes
from app.rules.permissions import Permission, Scope, allows
from app.web import guards, routes
from app.web.guards import permission_of, routes_of
from tests.architecture.probes import ACCEPT, RANDOM, WORDS, Report, filled, params_of, probed, probes, send
from tests.architecture.tenants import CANARY, PUBLIC_CANARY, Tenant
from tests.digests import digest
from tests.story import PEOPLE, Story
from tests.walk import methods_of

OWN = "canaryalpha"
NOT_THE_ORGANISATION = (
    "self_assessment_id",
    "evidence_id",
    "evidence_version_id",
    "version_id",
    "submission_id",
    "review_id",
    "certificate_id",
    "meeting_item_id",
    "comment_id",
    "membership_id",  # these two stand in paths behind an organisation's
    "invitation_id",
)
EVERYTHING = ("organisation_id", "meeting_id", *NOT_THE_ORGANISATION)
ORGANISATIONS_OWN = ("self_assessment_id", "evidence_id", "evidence_version_id", "comment_id")
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
    accept = ACCEPT if part in ("lead_a", "") else ACCEPT[:1]
    report = probed(visitor, probes(app, tenants[whose].only(*kinds)), (canary,), expected, accept)
    record_property("requests", report.requests)
    assert report.leaks == []
    assert report.requests > 50
    assert digest(database) == before


MIXED = [
    ("lead_a", "/submissions/{submission_id}/copy/evidence/{version_id}", "submission_id", "version_id"),
    ("reviewer_1", "/reviews/{review_id}/evidence/{version_id}", "review_id", "version_id"),
    ("reviewer_2", "/reviews/{review_id}/evidence/{version_id}", "review_id", "version_id"),
    (
        "administrator",
        "/submissions/{submission_id}/copy/evidence/{version_id}",
        "submission_id",
        "version_id",
    ),
    (
        "administrator",
        "/submissions/{submission_id}/reviewers/{review_id}/remove",
        "submission_id",
        "review_id",
    ),
]


@pytest.mark.parametrize(("part", "pattern", "own", "foreign"), MIXED)
def test_a05_a_foreign_part_of_an_own_thing_is_not_there(
    part: str,
    pattern: str,
    own: str,
    foreign: str,
    tenants: dict[str, Tenant],
    browser: Callable[[str], TestClient],
    database: Database,
) -> None:
    visitor, report = browser(part), Report()
    methods = ("GET", "POST") if pattern.endswith("remove") else ("GET",)
    for own_id in tenants["a"].ids[own]:
        of_random = {
            method: send(visitor, method, filled(pattern, {own: own_id, foreign: RANDOM})).content
            for method in methods
        }
        for foreign_id in tenants["b"].ids[foreign]:
            for method in methods:
                answer = send(visitor, method, filled(pattern, {own: own_id, foreign: foreign_id}))
                report.requests += 1
                if (answer.status_code, answer.content) != (404, of_random[method]):
                    report.leaks.append(f"{method} {own_id} {foreign_id}: {answer.status_code}")
    assert (report.leaks, report.requests > 0) == ([], True)


# An interest is declared by choosing from the directory of organisations, which is no secret.
NAMES_ARE_PUBLIC = routes.PUBLIC | {"/interests"}
SEARCHES = (
    "",
    "?name=canary&start=0",
    "?name=%25",
    "?name=_&level=bronze",
    "?level=silver",
    "?stage=Submitted",
)


# The other people of trust A open the same pages as its lead.
@pytest.mark.parametrize("part", ["lead_a", "lead_c", "reviewer_1", "reviewer_of_a", "icb_viewer_1", ""])
def test_a02_no_list_search_or_file_tells_of_trust_b(
    part: str,
    app: FastAPI,
    tenants: dict[str, Tenant],
    story: Story,
    browser: Callable[[str], TestClient],
) -> None:
    """Every page without an id, and every page of one's own, with and without search words."""
    visitor, told, opened = browser(part), [], 0
    ids = {name: [*values, story.organisations["ZZ1"].id] for name, values in tenants["a"].ids.items()}
    for path, is_public in _own_paths(app, ids):
        for search in SEARCHES if "-" not in path else ("",):
            answer = send(visitor, "GET", path + search)
            opened += answer.status_code == 200
            told += [
                f"{path}{search} tells {word}" for word in (CANARY, *_names(is_public)) if word in answer.text
            ]
    assert (told, opened > 20) == ([], True)


def _names(is_public: bool) -> tuple[str, ...]:
    return () if is_public else (PUBLIC_CANARY,)


def _own_paths(app: FastAPI, ids: dict[str, list[UUID]]) -> list[tuple[str, bool]]:
    """Every GET route, its ids filled with one's own, and whether anyone may open it."""
    found = []
    for route in routes_of(app):
        if "GET" not in methods_of(route) or route.path.startswith("/dev/"):
            continue
        names = params_of(route)
        if "window_id" in names:
            continue
        for values in product(*(ids.get(name) or WORDS[name] for name in names)):
            found.append(
                (filled(route.path, dict(zip(names, values, strict=True))), route.path in NAMES_ARE_PUBLIC)
            )
    return found


def test_a11_a_region_sees_both_and_an_icb_its_own(
    tenants: dict[str, Tenant], story: Story, browser: Callable[[str], TestClient]
) -> None:
    """The search above would find the name where it may be: on the dashboards of B's own ICB and region."""
    for part, code in (("region_viewer", "ZZR"), ("icb_viewer_2", "ZZ2")):
        page = send(browser(part), "GET", f"/dashboards/{story.organisations[code].id}/organisations")
        assert PUBLIC_CANARY in page.text
        assert CANARY not in page.text


def test_the_canaries_are_where_they_may_be(
    tenants: dict[str, Tenant], browser: Callable[[str], TestClient]
) -> None:
    """A search that could not find anything would prove nothing."""
    lead, first = browser("lead_b"), tenants["b"].ids
    (own,) = first["self_assessment_id"]
    paths = [
        f"/self-assessments/{own}/criteria/B01",
        f"/organisations/{first['organisation_id'][0]}/evidence",
    ]
    paths += [f"/submissions/{id_}/copy" for id_ in first["submission_id"]]
    assert [CANARY in send(lead, "GET", path).text for path in paths] == [True] * 4
    reviewer = browser("reviewer_2")
    pages = [send(reviewer, "GET", f"/reviews/{id_}/criteria/B01").text for id_ in first["review_id"]]
    assert sum(f"Private {CANARY}" in page for page in pages) > 0


EVERYONE = sorted({*PEOPLE, ""})


@pytest.mark.parametrize("part", EVERYONE)
def test_a09_every_route_refuses_who_is_not_granted_its_permission(
    part: str,
    app: FastAPI,
    database: Database,
    tenants: dict[str, Tenant],
    story: Story,
    browser: Callable[[str], TestClient],
) -> None:
    """Role times route: what the table of grants does not give is refused, also as a hidden button replayed."""
    visitor, before, wrong, refused = browser(part), digest(database), [], 0
    for route in routes_of(app):
        permission = permission_of(route)
        if permission is None or "/dashboards" in route.path:
            continue
        for whose in ("a", "b"):
            ids = {**WORDS, **tenants[whose].ids, "window_id": (story.window_id,)}
            chosen = {name: (*ids[name], RANDOM)[0] for name in params_of(route)}
            is_program = route.path.startswith("/api/")  # a sign-in is no token, whosever it is
            if part and not is_program and _is_granted(database, story, part, permission, chosen):
                continue
            expected = {401} if is_program else {403, 404} if part else {303, 401}
            for method in methods_of(route):
                answer = send(visitor, method, filled(route.path, chosen))
                refused += 1
                if answer.status_code not in expected:
                    wrong.append(f"{method} {route.path} of {whose}: {answer.status_code}")
    assert (wrong, refused > 20) == ([], True)
    assert digest(database) == before


LOADS = {
    "organisation_id": scopes.organisation,
    "self_assessment_id": scopes.self_assessment,
    "evidence_id": scopes.evidence,
    "evidence_version_id": scopes.evidence_version,
    "submission_id": scopes.submission,
    "review_id": scopes.review,
    "certificate_id": scopes.certificate,
    "window_id": scopes.window,
    "meeting_id": scopes.meeting,
    "meeting_item_id": scopes.meeting_item,
}


def _is_granted(
    database: Database, story: Story, part: str, permission: Permission, chosen: Mapping[str, object]
) -> bool:
    """By the table of grants, on the first thing that the path names."""
    key = next((name for name in chosen if name in LOADS), "")
    with database.read() as session:
        found = LOADS[key](session, UUID(str(chosen[key])), False) if key else None
        return allows(permission, story.who(session, part), found.scope if found else Scope())


GUARDS = [
    (guards.OrganisationFor, "organisation_id"),
    (guards.SelfAssessmentFor, "self_assessment_id"),
    (guards.EvidenceFor, "evidence_id"),
    (guards.EvidenceVersionFor, "evidence_version_id"),
    (guards.SubmissionFor, "submission_id"),
    (guards.ReviewFor, "review_id"),
    (guards.CertificateFor, "certificate_id"),
    (guards.MeetingItemFor, "meeting_item_id"),
]


@pytest.mark.parametrize(("guard", "kind"), GUARDS, ids=lambda value: getattr(value, "__name__", value))
def test_a03_without_any_one_guard_the_probes_find_a_leak(
    guard: type,
    kind: str,
    app: FastAPI,
    tenants: dict[str, Tenant],
    browser: Callable[[str], TestClient],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The tests above are tested: with the check of one guard gone they would be red."""
    monkeypatch.setattr(guard, "check", lambda self, who, scope: None)
    reads = (probe for probe in probes(app, tenants["b"].only(kind)) if probe.method == "GET")
    report = probed(browser("lead_a"), reads, (CANARY,), {404}, ACCEPT[:1])
    assert len(report.leaks) > 0


def test_a07_evidence_of_another_is_never_linked(
    tenants: dict[str, Tenant], browser: Callable[[str], TestClient], database: Database
) -> None:
    lead, (own,) = browser("lead_a"), tenants["a"].ids["self_assessment_id"]
    page = f"/self-assessments/{own}/criteria/B01"
    before = digest(database)["evidence_link"]
    for item in (*tenants["b"].ids["evidence_id"], *tenants["b"].ids["evidence_version_id"], RANDOM):
        form = {"form-then": "link", "form-seen": "", "form-evidence": str(item), "form-place": "p"}
        assert send_form(lead, page, form) in (409, 422)
    for target in (f"{tenants['b'].ids['self_assessment_id'][0]}:B01", f"{RANDOM}:B01"):
        for kind in ("new", "new-link"):
            path = f"/organisations/{tenants['a'].ids['organisation_id'][0]}/evidence/{kind}?for={target}"
            assert (send(lead, "GET", path).status_code, send(lead, "POST", path).status_code) == (404, 404)
    assert digest(database)["evidence_link"] == before


def test_a07_people_of_another_organisation_can_be_made_neither_sponsor_nor_reviewer(
    tenants: dict[str, Tenant], story: Story, browser: Callable[[str], TestClient], database: Database
) -> None:
    (own,), (submission,) = tenants["a"].ids["self_assessment_id"], tenants["a"].ids["submission_id"]
    browser("lead_a"), browser("administrator")
    before = digest(database)
    for part in ("sponsor_b", "lead_a", "reviewer_1", "administrator"):
        form = {"sponsor": str(story.people[part].id), "window": str(story.window_id)}
        assert send_form(browser("lead_a"), f"/self-assessments/{own}/submit/gold", form) in (409, 422)
    for part in ("lead_b", "sponsor_a", "reviewer_of_a", "moderator"):
        form = {f"reviewer-{story.people[part].id}": "yes"}
        assert send_form(browser("administrator"), f"/submissions/{submission}/reviewers", form) in (409, 422)
    after = digest(database)
    assert after == before


def send_form(browser: TestClient, path: str, form: dict[str, str]) -> int:
    return browser.post(path, data=form).status_code
