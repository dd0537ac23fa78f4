"""B-19, F-02, F-03: what a person with a conflict can fetch, and the pages of interests, groups and waivers."""

import re
from collections.abc import Callable
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from app.db import Database
from app.models import (
    Certificate,
    GroupMember,
    Interest,
    InterestKind,
    Membership,
    Person,
    Review,
    ReviewStatus,
    Role,
    SelfAssessment,
    Waiver,
)
from app.web.guards import routes_of
from tests.architecture.probes import filled, params_of, probed, probes, send
from tests.architecture.tenants import Tenant
from tests.conflict_graph import grouped, interest
from tests.judging import assigned, in_moderation, in_third_review, part_of, sealed_submission
from tests.story import NOW, Story
from tests.walk import buttons_of, errors_of, methods_of

Browser = Callable[[Person], TestClient]
TRUST = "Fictional trust A"


def tie(session: Session, story: Story, part: str, way: str) -> None:
    """Give the person a conflict with trust A, and every role of the Assembly."""
    person = session.get_one(Person, story.people[part].id)
    for role in (Role.MODERATOR, Role.ADMINISTRATOR):
        held = select(Membership).where(Membership.person_id == person.id, Membership.role == role)
        if session.exec(held).first() is None:
            session.add(Membership(person_id=person.id, role=role, granted_at=NOW))
    if way == "employer":
        person.employer_id = story.organisations["ZZA"].id
    if way == "ICB":
        person.employer_id = story.organisations["ZZC"].id
    if way == "group":
        person.employer_id = story.organisations["ZZB"].id
        grouped(session, story, ("ZZB", None, None), ("ZZA", None, None))
    if way == "interest":
        session.add(interest(story, part, "ZZA", InterestKind.FAMILY))
    session.flush()


WAYS = ("employer", "ICB", "group", "interest")
REVIEWERS = ("reviewer_1", "reviewer_2")


@pytest.mark.parametrize("way", WAYS)
def test_b19_every_address_of_a_submission_is_to_a_conflicted_administrator_as_if_it_were_not(
    way: str, app: FastAPI, database: Database, story: Story, browser_of: Browser
) -> None:
    """Each route that names a submission, a review or a waiver, beside the same with a random id: the same bytes."""
    with database.write() as session:
        submission, both = in_moderation(session, story)
        ids: dict[str, tuple[UUID, ...]] = {"submission_id": (submission.id,), "review_id": (both[0].id,)}
        tie(session, story, "administrator_2", way)
        ids["certificate_id"] = tuple(session.exec(select(Certificate.id)).all())
    browser = browser_of(story.people["administrator_2"])
    report = probed(browser, probes(app, Tenant(ids)), (TRUST,), {404}, ("text/html",))
    assert report.leaks == []
    assert report.requests > 60


@pytest.mark.parametrize("way", WAYS)
def test_b19_no_list_count_or_file_tells_of_where_an_administrator_has_a_conflict(
    way: str, app: FastAPI, database: Database, story: Story, browser_of: Browser
) -> None:
    """Everything without an id, fetched with no such submission and with one: not a byte differs."""
    with database.write() as session:
        # It has begun to write, which every administrator may count.
        own = SelfAssessment(
            organisation_id=story.organisations["ZZA"].id,
            framework_version_id=story.version_id,
            started_at=NOW,
        )
        session.add(own)
        tie(session, story, "administrator_2", way)
        own_id = own.id
    browser = browser_of(story.people["administrator_2"])
    before = _everything(app, story, browser)
    with database.write() as session:
        submission = sealed_submission(session, story, own_id=own_id)
        assigned(session, story, submission, *REVIEWERS)
        submission.level = "silver"  # a choice of filter would tell
    after = _everything(app, story, browser)
    told = [path for path, content in after.items() if content != before[path]]
    assert (told, len(after) > 25) == ([], True)


# How many reviews a colleague has open is about them, not about one submission.
LOADS = "/windows/{window_id}/assignment/reviewers"


def _everything(app: FastAPI, story: Story, browser: TestClient) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    ids = {"window_id": story.window_id, "organisation_id": story.organisations["ZZ1"].id}
    for route in {one.path: one for one in _gets(app)}.values():
        if set(params_of(route)) <= ids.keys() and route.path != LOADS:
            path = filled(route.path, ids)
            for search in ("", "?status=in+moderation", "?level=silver", "?name=Fictional"):
                found[path + search] = send(browser, "GET", path + search).content
    return found


def _gets(app: FastAPI) -> list[APIRoute]:
    return [
        one for one in routes_of(app) if "GET" in methods_of(one) and not one.path.startswith(("/dev", "/health"))
    ]  # fmt: skip


def test_b19_a_waiver_opens_it_and_its_end_shuts_it(
    database: Database, story: Story, browser_of: Browser
) -> None:
    with database.write() as session:
        submission, _ = in_moderation(session, story)
        path, part = f"/submissions/{submission.id}", "administrator_of_a"
    concerned = browser_of(story.people[part])
    first, second = (browser_of(story.people[one]) for one in ("administrator", "administrator_2"))
    found = [concerned.get(path).status_code]
    form = {"person": str(story.people[part].id), "reason": "Nobody else is left."}
    first.post(f"{path}/waivers", data=form)
    found.append(concerned.get(path).status_code)
    with database.read() as session:
        waiver = f"{path}/waivers/{session.exec(select(Waiver.id)).one()}"
    refused = first.post(f"{waiver}/grant")
    assert (refused.status_code, "A waiver takes two people" in refused.text) == (403, True)
    second.post(f"{waiver}/grant")
    found.append(concerned.get(path).status_code)
    assert concerned.post(f"{waiver}/end", data={"reason": "Mine."}).status_code == 403
    assert first.post(f"{waiver}/end", data={"reason": " "}).status_code == 422
    first.post(f"{waiver}/end", data={"reason": "Somebody was found."})
    found.append(concerned.get(path).status_code)
    assert found == [404, 404, 200, 404]
    for page in (path, f"{path}/waivers"):
        text = first.get(page).text
        assert ("taken back" in text, "Somebody was found." in text) == (True, True)
    moderator = browser_of(story.people["moderator"]).get(path).text
    assert ("taken back" in moderator, moderator.count("/waivers")) == (True, 0)


def test_b10_a_moderator_reads_a_waived_reviewer_by_letter(
    database: Database, story: Story, browser_of: Browser
) -> None:
    with database.write() as session:
        submission = sealed_submission(session, story)
        (review,) = assigned(session, story, submission, "reviewer_1")
        by, second = (story.people[one].id for one in ("administrator", "administrator_2"))
        row = Waiver(
            person_id=review.reviewer_id, submission_id=submission.id, conflict="Works for Somewhere.",
            reason="Nobody else.", asked_at=NOW, asked_by_id=by, granted_at=NOW, granted_by_id=second,
        )  # fmt: skip
        session.add(row)
        path, letter = f"/submissions/{submission.id}", review.letter
    found = [browser_of(story.people[part]).get(path).text for part in ("administrator", "moderator")]
    assert [("Reviewer 1</strong>" in text, "Works for Somewhere." in text) for text in found] == [
        (True, True),
        (False, False),
    ]
    assert f"<strong>Reviewer {letter}</strong>: granted." in found[1]


def test_f03_a_declaration_takes_the_review_away_at_once(
    database: Database, story: Story, browser_of: Browser
) -> None:
    with database.write() as session:
        submission, both = in_third_review(session, story)
        part, review, path = part_of(story, both[0].reviewer_id), both[0].id, f"/submissions/{submission.id}"
    reviewer, administrator = browser_of(story.people[part]), browser_of(story.people["administrator"])
    page = reviewer.get("/interests").text
    assert "Declare an interest" in buttons_of(page)
    found = [reviewer.get(f"/reviews/{review}").status_code, TRUST in reviewer.get("/reviews").text]
    form = {"organisation": str(story.organisations["ZZA"].id), "kind": InterestKind.FAMILY.value}
    assert reviewer.post("/interests", data=form).headers["location"] == "/interests"
    found += [reviewer.get(f"/reviews/{review}").status_code, TRUST in reviewer.get("/reviews").text]
    assert found == [200, True, 404, False]
    text = administrator.get(path).text
    assert ("Struck because of a conflict of interest" in text, "In review" in text) == (True, True)
    assert "Assign 1 reviewer" in administrator.get(f"{path}/reviewers").text
    assert (
        "Declared family or a close friend who works for Fictional trust A."
        in reviewer.get("/interests").text
    )


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({}, "Choose an organisation from the list."),
        ({"organisation": "region"}, "Choose an organisation from the list."),
        ({"organisation": "trust"}, "Select what kind of interest it is."),
        ({"organisation": "trust", "kind": "another interest"}, "Enter what the interest is."),
    ],
)
def test_what_is_missing_is_told_and_what_was_typed_comes_back(
    form: dict[str, str], sentence: str, database: Database, story: Story, browser_of: Browser
) -> None:
    ids = {"region": story.organisations["ZZR"].id, "trust": story.organisations["ZZA"].id}
    days = {"from-day": "1", "from-month": "4", "from-year": "2025"}
    sent = {key: str(ids.get(value, value)) for key, value in form.items()} | {"note": " ", **days}
    answer = browser_of(story.people["reviewer_1"]).post("/interests", data=sent)
    assert (answer.status_code, 'value="2025"' in answer.text) == (422, True)
    assert errors_of(answer.text) == [sentence]


def test_ones_own_interests_are_nobody_elses(database: Database, story: Story, browser_of: Browser) -> None:
    """To others one's own are as if they were not, except to who keeps conflicts; and never one's own there."""
    with database.write() as session:
        row = interest(story, "administrator", "ZZB", InterestKind.FAMILY)
        session.add(row)
        session.flush()
        id_ = row.id
    own, withdraw = f"/interests/{id_}", f"/conflicts/interests/{id_}/withdraw"
    parts = ("administrator", "administrator_2", "reviewer_1", "lead_a")
    found = {
        part: [browser_of(story.people[part]).get(path).status_code for path in (own, withdraw, "/conflicts")]
        for part in parts
    }
    assert found == {
        "administrator": [200, 404, 200],
        "administrator_2": [404, 200, 200],
        "reviewer_1": [404, 404, 404],
        "lead_a": [404, 404, 404],
    }


def test_an_administrator_keeps_groups_and_records_interests_but_not_their_own(
    database: Database, story: Story, browser_of: Browser
) -> None:
    keeper, trust = browser_of(story.people["administrator"]), str(story.organisations["ZZA"].id)
    refused = keeper.post("/conflicts/groups", data={"name": "", "kind": "group"})
    assert errors_of(refused.text) == ["Enter the name of the group."]
    group = keeper.post("/conflicts/groups", data={"name": "Three Rivers", "kind": "group"}).headers[
        "location"
    ]
    days = {"from-day": "1", "from-month": "4", "from-year": "2024"}
    assert keeper.post(group, data={"organisation": trust, **days}).headers["location"] == group
    assert "Since 1 April 2024" in keeper.get(group).text
    with database.read() as session:
        (member,) = session.exec(select(GroupMember)).all()
        assert group.endswith(str(member.group_id))
    form = {"organisation": trust, "kind": InterestKind.OTHER.value, "note": "Sat on a panel."}
    own = keeper.post("/conflicts/interests", data={**form, "person": str(story.people["administrator"].id)})
    assert errors_of(own.text) == ["Choose somebody from the list."]
    lead = keeper.post("/conflicts/interests", data={**form, "person": str(story.people["lead_b"].id)})
    assert errors_of(lead.text) == ["Choose somebody from the list."]
    keeper.post("/conflicts/interests", data={**form, "person": str(story.people["reviewer_1"].id)})
    text = browser_of(story.people["reviewer_1"]).get("/interests").text
    assert "Declared an interest in Fictional trust A." in text
    with database.read() as session:
        assert session.exec(select(Interest.declared_by_id)).all() == [story.people["administrator"].id]


def test_changing_employer_takes_away_what_was_judged_there(
    database: Database, story: Story, browser_of: Browser
) -> None:
    with database.write() as session:
        _submission, both = in_third_review(session, story)
        part, review = part_of(story, both[0].reviewer_id), both[0].id
    browser, trust = browser_of(story.people[part]), str(story.organisations["ZZA"].id)
    same = browser.post("/interests/employer", data={"employer": str(story.organisations["ZZD"].id)})
    assert errors_of(same.text) == ["Choose another employer than the one on record."]
    browser.post("/interests/employer", data={"employer": trust})
    with database.read() as session:
        assert session.get_one(Review, review).status is ReviewStatus.REMOVED
    text = re.sub(r"\s+", " ", browser.get("/interests").text)
    assert "You work for Fictional trust A." in text
    assert "Worked for Fictional trust D until 22 November 2026." in text


def test_the_setting_says_for_how_many_years(
    app: FastAPI, database: Database, story: Story, browser_of: Browser
) -> None:
    with database.write() as session:
        row = interest(story, "reviewer_1", "ZZA", InterestKind.WORK)
        row.to_on = NOW.date().replace(year=2025)
        session.add(row)
        submission = sealed_submission(session, story)
        path = f"/submissions/{submission.id}/reviewers"
    said = "Worked for Fictional trust A until 22 November 2025."
    portal, found = app.state.portal, []
    for years in (3, 0):
        object.__setattr__(portal, "settings", portal.settings.model_copy(update={"conflict_years": years}))
        pages = [("reviewer_1", "/interests"), ("administrator", path)]
        found.append([said in browser_of(story.people[part]).get(page).text for part, page in pages])
    assert found == [[True, True], [False, False]]
