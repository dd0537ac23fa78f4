"""Who is here, inviting and the page behind the link, and ending a role."""

import html
import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from app.config import Settings
from app.db import Database
from app.models import Event, Invitation, Mail, Membership, Role
from tests.conftest import Clock
from tests.story import NOW, PEOPLE, Story
from tests.walk import errors_of

BrowserOf = Callable[..., TestClient]
FORM = {"name": "New colleague", "email": "new@example.invalid", "role": "contributor"}


def words(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.fixture
def trust(story: Story) -> str:
    return f"/organisations/{story.organisations['ZZA'].id}"


@pytest.fixture
def lead(browser_of: BrowserOf, story: Story) -> TestClient:
    return browser_of(story.people["lead_a"])


def link(database: Database) -> str:
    """The path in the newest mail."""
    with database.read() as session:
        body = session.exec(select(Mail.body).order_by(col(Mail.written_at).desc())).first() or ""
    (found,) = re.findall(r"/invitations/[\w-]+", body)
    return str(found)


def membership_id(database: Database, story: Story, part: str) -> str:
    with database.read() as session:
        return str(
            session.exec(select(Membership.id).where(Membership.person_id == story.people[part].id)).one()
        )


def test_a_lead_sees_who_is_here_since_when_and_who_is_dormant(
    lead: TestClient, browser_of: BrowserOf, story: Story, clock: Clock, trust: str
) -> None:
    browser_of(story.people["sponsor_a"])  # signed in today
    clock.at += timedelta(minutes=30)
    text = words(lead.get(f"{trust}/people").text)
    assert "EDI lead, trust A (you) lead.a@example.invalid Lead Today" in text
    assert "Executive sponsor, trust A sponsor.a@example.invalid Sponsor Today End" in text
    assert "Contributor, trust A contributor.a@example.invalid Contributor Never Not here for 90 days" in text
    assert "trust B" not in text


@pytest.mark.parametrize("part", ["contributor_a", "sponsor_a", "chair_a"])
def test_colleagues_see_names_and_roles_alone(
    browser_of: BrowserOf, story: Story, trust: str, part: str
) -> None:
    browser = browser_of(story.people[part])
    text = browser.get(f"{trust}/people").text
    assert "EDI lead, trust A" in text
    hidden = ("@example.invalid", "Last here", "/end", "/invite", "Invitations")
    assert [word for word in hidden if word in text] == []
    assert browser.get(f"{trust}/people/invite").status_code == 403
    assert browser.post(f"{trust}/people/invite", data=FORM).status_code == 403


def test_people_leads_to_ones_own_organisation(browser_of: BrowserOf, story: Story, trust: str) -> None:
    found = {
        part: browser_of(story.people[part]).get("/people").headers.get("location")
        for part in ("lead_a", "reviewer_1")
    }
    assert found == {"lead_a": f"{trust}/people", "reviewer_1": None}


def test_an_invitation_is_accepted_by_a_button_and_signs_a_new_person_in(
    lead: TestClient, client: TestClient, database: Database, clock: Clock, trust: str
) -> None:
    answer = lead.post(f"{trust}/people/invite", data=FORM)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{trust}/people?done=invited")
    shown = words(lead.get(answer.headers["location"]).text)
    assert "New colleague , contributor Sent to new@example.invalid by EDI lead, trust A." in shown
    path = link(database)
    for _ in range(3):  # a mail scanner opens it as often as it likes
        page = client.get(path)
        assert (page.status_code, "Accept the invitation" in page.text) == (200, True)
    assert "for Fictional trust A" in words(page.text)
    accepted = client.post(path)
    assert (accepted.status_code, accepted.headers["location"]) == (303, "/home")
    assert client.get("/home").status_code == 200
    assert "New colleague" in client.get(f"{trust}/people").text
    assert "No invitation is open." in lead.get(f"{trust}/people").text


def test_t09_used_old_cancelled_and_made_up_links_are_the_same_page(
    lead: TestClient, client: TestClient, database: Database, clock: Clock, trust: str
) -> None:
    paths = []
    for address in ("used", "cancelled", "old"):
        clock.at += timedelta(seconds=1)
        lead.post(f"{trust}/people/invite", data=FORM | {"email": f"{address}@example.invalid"})
        paths.append(link(database))
    client.post(paths[0])
    client.cookies.clear()
    with database.read() as session:
        found = select(Invitation.id).where(Invitation.email == "cancelled@example.invalid")
        cancelled = session.exec(found).one()
    lead.post(f"{trust}/invitations/{cancelled}/cancel")
    assert client.get(paths[2]).status_code == 200
    clock.at += timedelta(hours=72)
    for method in ("GET", "POST"):
        answers = [client.request(method, path) for path in (*paths, "/invitations/" + "x" * 43)]
        assert [one.status_code for one in answers] == [410] * 4
        assert len({one.content for one in answers}) == 1
    assert "ask the colleague who invited you to send it again" in words(answers[0].text)


def test_t09_inviting_a_known_address_looks_like_an_unknown_one(
    lead: TestClient, story: Story, clock: Clock, trust: str
) -> None:
    seen = []
    for address in ("nobody@example.invalid", story.people["reviewer_1"].email, story.people["lead_b"].email):
        answer = lead.post(f"{trust}/people/invite", data=FORM | {"email": address})
        page = lead.get(answer.headers["location"]).text
        ids = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", page)
        listed = re.findall(r'(?s)<li class="portal-linked">.*?</li>', ids.replace(address, "ADDRESS"))
        (own,) = [one for one in listed if "ADDRESS" in one]
        seen.append((answer.status_code, answer.headers["location"], own))
    assert seen[0] == seen[1] == seen[2]


def test_who_has_an_account_is_not_signed_in_by_an_invitation(
    lead: TestClient, client: TestClient, browser_of: BrowserOf, story: Story, database: Database, trust: str
) -> None:
    person = story.people["reviewer_1"]
    lead.post(f"{trust}/people/invite", data=FORM | {"email": person.email})
    answer = client.post(link(database))
    assert (answer.status_code, "set-cookie" in answer.headers) == (200, False)
    assert "so this link does not sign you in" in answer.text
    assert client.get("/home").status_code == 303
    lead.post(f"{trust}/people/invite", data=FORM | {"email": person.email, "role": "sponsor"})
    signed_in = browser_of(person)
    with database.read() as session:
        bodies = session.exec(select(Mail.body).where(Mail.subject != "x")).all()
    path = next(
        found
        for body in bodies
        for found in re.findall(r"/invitations/[\w-]+", body)
        if client.get(found).status_code == 200
    )
    answer = signed_in.post(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/home")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": ""}, "Enter their name."),
        ({"name": "See https://evil.example"}, "Enter a name without a web or email address."),
        ({"email": "not an address"}, "Enter an email address in the correct format"),
        ({"email": "a@b.example\nBcc: c@d.example"}, "Enter an email address in the correct format"),
        ({"role": ""}, "Choose a role."),
        ({"role": "administrator"}, "Choose a role."),
    ],
)
def test_w04_a_refused_invitation_keeps_what_was_typed(
    lead: TestClient, database: Database, trust: str, change: dict[str, str], sentence: str
) -> None:
    answer = lead.post(f"{trust}/people/invite", data=FORM | change)
    (said,) = errors_of(answer.text)
    assert (answer.status_code, said.startswith(sentence)) == (422, True)
    for name in {"name", "email"} - change.keys():
        assert f'value="{FORM[name]}"' in answer.text
    with database.read() as session:
        assert session.exec(select(Mail)).all() == []


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:8000.evil.example", "localhost"])
def test_t08_the_link_is_the_settings_whatever_the_request_says(
    lead: TestClient, database: Database, settings: Settings, trust: str, host: str
) -> None:
    for header in ("host", "x-forwarded-host", "forwarded"):
        lead.post(f"{trust}/people/invite", data=FORM, headers={header: host})
    with database.read() as session:
        bodies = session.exec(select(Mail.body)).all()
    assert all(re.findall(r"https?://[^/\s]+", body) == [settings.base_url] for body in bodies)


def test_t11_a_role_ends_at_the_next_request_and_the_work_stays(
    lead: TestClient, browser_of: BrowserOf, story: Story, database: Database, trust: str
) -> None:
    contributor = browser_of(story.people["contributor_a"])
    assert contributor.get(f"{trust}/people").status_code == 200
    path = f"{trust}/people/{membership_id(database, story, 'contributor_a')}/end"
    assert "Nothing they wrote goes" in lead.get(path).text
    answer = lead.post(path)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{trust}/people?done=ended")
    assert contributor.get(f"{trust}/people").headers["location"].startswith("/sign-in")
    assert contributor.post(f"{trust}/self-assessments").status_code == 401
    assert "Contributor, trust A" not in lead.get(f"{trust}/people").text
    assert [lead.get(path).status_code, lead.post(path).status_code] == [404, 404]


def test_ones_own_role_can_not_be_ended_and_the_page_says_why(
    lead: TestClient, story: Story, database: Database, trust: str
) -> None:
    path = f"{trust}/people/{membership_id(database, story, 'lead_a')}/end"
    page = lead.get(path).text
    assert ("Ask another lead" in page, "End the role</" in page, 'type="submit" class="nhsuk' in page) == (
        True,
        False,
        False,
    )
    answer = lead.post(path)
    assert (answer.status_code, errors_of(answer.text)) == (
        422,
        ["You can't end your own role. Ask another lead of your organisation to do it."],
    )


@pytest.mark.parametrize("part", ["reviewer_of_a", "icb_viewer_1", "lead_c", "administrator_of_a"])
def test_a07_roles_of_the_assembly_an_icb_and_others_are_out_of_reach(
    lead: TestClient, story: Story, database: Database, trust: str, part: str
) -> None:
    path = f"{trust}/people/{membership_id(database, story, part)}/end"
    assert [lead.get(path).status_code, lead.post(path).status_code] == [404, 404]
    with database.read() as session:
        assert session.exec(select(Membership).where(col(Membership.ended_at).is_not(None))).all() == []


def test_a09_who_may_invite(browser_of: BrowserOf, story: Story, database: Database, trust: str) -> None:
    """Role by role, as a hidden button replayed; resend and cancel are guarded alike."""
    with database.write() as session:
        made = Invitation(
            organisation_id=story.organisations["ZZA"].id,
            email="a@example.invalid",
            name="N",
            role=Role.LEAD,
            token_hash="h",
            sent_at=NOW,
            sent_by_id=story.people["lead_a"].id,
            expires_at=NOW + timedelta(hours=72),
        )
        session.add(made)
        session.flush()
        id_ = made.id
    lead_b = browser_of(story.people["lead_b"])
    of_b = f"/organisations/{story.organisations['ZZB'].id}"
    for verb in ("resend", "cancel"):
        foreign = lead_b.post(f"{of_b}/invitations/{id_}/{verb}")
        assert (foreign.status_code, foreign.content) == (
            404,
            lead_b.post(f"{of_b}/invitations/{uuid4()}/{verb}").content,
        )
    found = {}
    for part in PEOPLE:
        browser = browser_of(story.people[part])
        posts = (f"{trust}/people/invite", f"{trust}/invitations/{id_}/resend")
        found[part] = {browser.post(path).status_code for path in posts}
    own, seen = (
        {"contributor_a", "sponsor_a", "chair_a"},
        {"administrator", "administrator_2", "administrator_of_a"},
    )
    seen |= {"icb_viewer_1", "region_viewer"}  # they may know that the organisation exists
    assert {part for part, codes in found.items() if codes == {403}} == own | seen
    assert {part for part, codes in found.items() if codes == {404}} == set(PEOPLE) - own - seen - {"lead_a"}


@pytest.mark.parametrize("part", ["contributor_a", "sponsor_a", "chair_a"])
def test_a09_only_a_lead_ends_a_role(
    browser_of: BrowserOf, story: Story, database: Database, trust: str, part: str
) -> None:
    path = f"{trust}/people/{membership_id(database, story, 'lead_a')}/end"
    browser = browser_of(story.people[part])
    assert [browser.get(path).status_code, browser.post(path).status_code] == [403, 403]
    with database.read() as session:
        assert session.exec(select(Membership).where(col(Membership.ended_at).is_not(None))).all() == []


def test_each_step_is_an_event_of_the_organisation(
    lead: TestClient, client: TestClient, story: Story, database: Database, clock: Clock, trust: str
) -> None:
    lead.post(f"{trust}/people/invite", data=FORM)
    with database.read() as session:
        (first,) = session.exec(select(Invitation.id)).all()
    clock.at += timedelta(minutes=1)
    lead.post(f"{trust}/invitations/{first}/resend")
    client.post(link(database))
    lead.post(f"{trust}/people/invite", data=FORM | {"role": "sponsor"})
    with database.read() as session:
        open_one = session.exec(select(Invitation.id).where(Invitation.role == Role.SPONSOR)).one()
    lead.post(f"{trust}/invitations/{open_one}/cancel")
    with database.read() as session:
        rows = session.exec(
            select(Event.verb, Event.facts)
            .where(Event.stream == f"organisation:{story.organisations['ZZA'].id}")
            .order_by(col(Event.number))
        ).all()
    verbs = ["invite", "invite again", "accept invitation", "invite", "cancel invitation"]
    assert [verb for verb, _ in rows] == verbs
    assert "@" not in repr([facts for _, facts in rows])
