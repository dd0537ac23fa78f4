"""The pages that assign a window: proposal, confirmation, tables, and who may not open them."""

import csv
import io
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlmodel import col, select

from app.adapters.assignment import apart
from app.adapters.assignment.solve import plan
from app.adapters.assignment.tasks import Answer, Task
from app.db import Database
from app.models import Event, Organisation, Person, Review, ReviewStatus, SealedCopy
from app.rules.assignment_sheets import as_text
from app.web import planning
from tests.judging import assigned, sealed_submission
from tests.story import Story
from tests.walk import hidden_of

Browser = Callable[[Person], TestClient]


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The solver without its process, which one test of its own starts: it takes a second each time."""
    monkeypatch.setattr(planning, "answer", lambda task: plan(Task.read(task.as_json())))


@pytest.fixture
def both(database: Database, story: Story) -> tuple[UUID, UUID]:
    """Trust A and trust B wait for reviewers."""
    with database.write() as session:
        of_a, of_b = sealed_submission(session, story), sealed_submission(session, story, "ZZB", "b")
        return of_a.id, of_b.id


@pytest.fixture
def administrator(story: Story, browser_of: Browser) -> TestClient:
    return browser_of(story.people["administrator"])


@pytest.fixture
def path(story: Story) -> str:
    return f"/windows/{story.window_id}/assignment"


def reviews(database: Database) -> set[tuple[UUID, UUID]]:
    with database.read() as session:
        rows = session.exec(select(Review).where(Review.status != ReviewStatus.REMOVED)).all()
        return {(row.submission_id, row.reviewer_id) for row in rows}


def reference(database: Database, submission_id: UUID) -> str:
    with database.read() as session:
        return session.exec(select(SealedCopy.receipt).where(SealedCopy.submission_id == submission_id)).one()


def table_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def brought(browser: TestClient, path: str, text: str) -> tuple[int, str]:
    answer = browser.post(f"{path}/upload", files={"file": ("a.csv", text.encode("utf-8-sig"))})
    return answer.status_code, answer.text


def proposed(browser: TestClient, path: str) -> str:
    """The address of a new proposal."""
    answer = browser.post(f"{path}/propose")
    assert answer.status_code == 303
    return str(answer.headers["location"])


def test_a_proposal_is_shown_then_confirmed_then_everybody_has_their_reviewers(
    both: tuple[UUID, UUID], database: Database, story: Story, administrator: TestClient, path: str
) -> None:
    text = administrator.get(path).text
    assert "<strong>2 submissions lack 4 reviewers.</strong>" in text
    preview = administrator.get(proposed(administrator, path))
    assert (preview.status_code, reviews(database)) == (200, set())
    assert "4 reviews would be assigned." in preview.text
    form = hidden_of(preview.text)
    answer = administrator.post(f"{path}/confirm", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?done=4")
    assert as_text(sorted(reviews(database))).split() == sorted(form["pairs"].split())
    page = administrator.get(answer.headers["location"]).text
    assert "4 reviews were assigned." in page
    assert "Every submission that you may assign has its reviewers." in page
    with database.read() as session:
        told = session.exec(select(Event).where(col(Event.stream).startswith("window:"))).all()
        seeds = [(one.verb, one.facts["seed"]) for one in sorted(told, key=lambda one: one.number)]
    assert seeds == [("propose reviewers", int(form["seed"])), ("assign reviewers", int(form["seed"]))]


def test_the_same_seed_makes_the_same_proposal(
    both: tuple[UUID, UUID], administrator: TestClient, path: str
) -> None:
    where = proposed(administrator, path)
    first, second = (administrator.get(where).text for _ in range(2))
    assert hidden_of(first)["pairs"] == hidden_of(second)["pairs"]


@pytest.mark.parametrize("seed", ["", "x", "-1", "1" * 11, "\u0664"])
def test_a_proposal_without_a_seed_is_not_there(administrator: TestClient, path: str, seed: str) -> None:
    assert administrator.get(f"{path}/proposal", params={"seed": seed}).status_code == 404


def test_confirming_after_the_world_changed_assigns_nobody_and_says_why(
    both: tuple[UUID, UUID], database: Database, story: Story, administrator: TestClient, path: str
) -> None:
    form = hidden_of(administrator.get(proposed(administrator, path)).text)
    first = form["pairs"].split()[0].split(":")
    with database.write() as session:
        employer = story.organisations["ZZA"].id
        for part in ("reviewer_1", "reviewer_2", "reviewer_3", "reviewer_of_c"):
            session.get_one(Person, story.people[part].id).employer_id = employer
    answer = administrator.post(f"{path}/confirm", data=form)
    assert (answer.status_code, reviews(database)) == (409, set())
    assert "Nobody was assigned" in answer.text
    assert "Fictional trust A, Bronze. Reviewer" in answer.text
    assert "Works for Fictional trust A." in answer.text
    assert len(first) == 2


@pytest.mark.parametrize("pairs", ["", "nonsense", "5eb246cd-624f-4d81-8c74-f87dc90b6b47"])
def test_nothing_or_nonsense_is_not_assigned(
    both: tuple[UUID, UUID], database: Database, administrator: TestClient, path: str, pairs: str
) -> None:
    answer = administrator.post(f"{path}/confirm", data={"pairs": pairs})
    assert (answer.status_code, reviews(database)) == (422, set())


def test_a_window_that_can_not_be_served_says_so_plainly_and_what_would_free_it(
    both: tuple[UUID, UUID], database: Database, story: Story, administrator: TestClient, path: str
) -> None:
    """Two of the three without a conflict work for trust A from now on, so it is left with one."""
    with database.write() as session:
        for part in ("reviewer_1", "reviewer_2"):
            session.get_one(Person, story.people[part].id).employer_id = story.organisations["ZZA"].id
    text = administrator.get(proposed(administrator, path)).text
    assert "No assignment serves every submission" in text
    assert "Fictional trust A, Bronze</a> lacks 1 reviewer." in text
    assert "Of 5 reviewers, 4 have a conflict of interest and 1 is free, but not for all" in text
    assert "1 more reviewer without a conflict of interest with Fictional trust A would be enough." in text
    assert "3 reviews would be assigned." in text
    administrator.post(f"{path}/confirm", data=hidden_of(text))
    assert len(reviews(database)) == 3


def test_every_exclusion_is_explained(
    both: tuple[UUID, UUID], story: Story, administrator: TestClient, path: str
) -> None:
    text = administrator.get(f"{path}/submissions/{both[0]}").text
    assert "No. Works for Fictional trust A." in text
    assert text.count("<td>Yes</td>") == 3
    assert administrator.get(f"{path}/submissions/{uuid4()}").status_code == 404
    assert administrator.get(f"{path}/submissions/x").status_code == 404
    assert "0</td><td>12</td>" in administrator.get(f"{path}/reviewers").text


def test_when_the_solver_gives_up_it_is_said(
    both: tuple[UUID, UUID], administrator: TestClient, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gives_up(task: Task) -> Answer:
        raise apart.NoAnswer

    monkeypatch.setattr(planning, "answer", gives_up)
    answer = administrator.get(proposed(administrator, path))
    assert (answer.status_code, "No proposal was found in time" in answer.text) == (200, True)


def test_the_solver_runs_in_a_process_of_its_own(
    both: tuple[UUID, UUID], administrator: TestClient, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "answer", apart.answer)
    assert "4 reviews would be assigned." in administrator.get(proposed(administrator, path)).text


def test_the_table_goes_out_and_comes_back_filled(
    both: tuple[UUID, UUID], database: Database, story: Story, administrator: TestClient, path: str
) -> None:
    with database.write() as session:
        submission = session.merge(sealed_submission(session, story, "ZZC", "a"))
        assigned(session, story, submission, "reviewer_1")
    rows = table_of(administrator.get(f"{path}/current.csv").text)
    states = [(row["Organisation"], row["Reviewer"], row["State"]) for row in rows]
    assert states == [
        ("Fictional trust A", "", "lacking"),
        ("Fictional trust A", "", "lacking"),
        ("Fictional trust B", "", "lacking"),
        ("Fictional trust B", "", "lacking"),
        ("Fictional trust C", "Reviewer 1", "assigned"),
        ("Fictional trust C", "", "lacking"),
    ]
    for row, part in zip(rows[:2], ("reviewer_2", "reviewer_3"), strict=True):
        row["E-mail"] = story.people[part].email
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    status, text = brought(administrator, path, out.getvalue())
    assert (status, "2 reviews would be assigned." in text) == (200, True)
    assert "1 line of the file stands as it is already." in text
    before = reviews(database)
    administrator.post(f"{path}/confirm", data=hidden_of(text))
    ids = {(both[0], story.people[part].id) for part in ("reviewer_2", "reviewer_3")}
    assert reviews(database) == before | ids


def test_a_proposal_goes_out_as_a_table(
    both: tuple[UUID, UUID], story: Story, administrator: TestClient, path: str
) -> None:
    where = proposed(administrator, path)
    page = hidden_of(administrator.get(where).text)
    rows = table_of(administrator.get(where.replace("proposal?", "proposal.csv?")).text)
    emails = {str(person.id): person.email for person in story.people.values()}
    assert sorted(row["E-mail"] for row in rows) == sorted(
        emails[pair.split(":")[1]] for pair in page["pairs"].split()
    )


def test_what_is_wrong_with_a_file_is_told_line_by_line_and_nobody_is_assigned(
    both: tuple[UUID, UUID], database: Database, story: Story, administrator: TestClient, path: str
) -> None:
    of_a = reference(database, both[0])
    lines = [f"{of_a},reviewer.of.a@example.invalid", f"{of_a},reviewer.1@example.invalid", "R-none,x@y.z"]
    status, text = brought(administrator, path, "\n".join(["Submission,E-mail", *lines]))
    assert (status, reviews(database)) == (422, set())
    assert (
        '<th scope="row">2</th><td>Reviewer who works for trust A: Works for Fictional trust A.</td>' in text
    )
    assert '<th scope="row">4</th><td>There is no submission R-none to assign in this window.</td>' in text
    assert 'name="pairs"' not in text


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Choose the file to bring in."),
        ("One,Two\n1,2\n", "must have the headings Submission and E-mail."),
        ("x" * (1024 * 1024 + 1), "This file is too large"),
        ("Submission,E-mail\n", "names no reviewer who is not assigned already"),
    ],
)
def test_a_file_that_says_nothing_is_refused(
    both: tuple[UUID, UUID], administrator: TestClient, path: str, text: str, sentence: str
) -> None:
    files = {"file": ("a.csv", text.encode())} if text else None
    answer = administrator.post(f"{path}/upload", files=files)
    assert (answer.status_code, sentence in answer.text) == (422, True)


def test_u13_no_cell_of_the_tables_starts_a_formula(
    both: tuple[UUID, UUID], database: Database, story: Story, administrator: TestClient, path: str
) -> None:
    with database.write() as session:
        session.get_one(Organisation, story.organisations["ZZA"].id).name = "=cmd|' /C calc'!A0"
        for part in ("reviewer_1", "reviewer_2", "reviewer_3"):
            session.get_one(Person, story.people[part].id).name = "@SUM(1+1)"
    where = proposed(administrator, path)
    for address in (where.replace("proposal?", "proposal.csv?"), f"{path}/current.csv"):
        rows = csv.reader(io.StringIO(administrator.get(address).text.removeprefix("\ufeff")))
        cells = [cell for row in rows for cell in row]
        assert [cell for cell in cells if cell[:1] in ("=", "+", "-", "@")] == []
        assert "'=cmd|' /C calc'!A0" in cells


@pytest.mark.parametrize(
    "tail", ["", "/reviewers", "/submissions/{}", "/proposal?seed=1", "/proposal.csv?seed=1", "/current.csv"]
)
def test_b19_an_administrator_with_a_conflict_finds_no_trace_of_the_submission(
    both: tuple[UUID, UUID], story: Story, browser_of: Browser, path: str, tail: str
) -> None:
    """Trust A is nowhere, whether it has a submission or not; of trust B everything."""
    browser = browser_of(story.people["administrator_of_a"])
    answer = browser.get(path + tail.format(both[0]))
    assert answer.status_code == (404 if "submissions" in tail else 200)
    shown = answer.text.replace("works for trust A", "")
    assert ("trust A" in shown, str(both[0]) in shown) == (False, False)


def test_b19_what_is_hidden_can_not_be_assigned_by_knowing_its_id(
    both: tuple[UUID, UUID], database: Database, story: Story, browser_of: Browser, path: str
) -> None:
    browser = browser_of(story.people["administrator_of_a"])
    hidden, nothing = (
        browser.post(f"{path}/confirm", data={"pairs": as_text([(id_, story.people["reviewer_1"].id)])})
        for id_ in (both[0], uuid4())
    )
    assert (hidden.status_code, hidden.content, reviews(database)) == (409, nothing.content, set())
    receipt = reference(database, both[0])
    answers = [
        brought(browser, path, f"Submission,E-mail\n{one},reviewer.1@example.invalid\n")[1].replace(one, "X")
        for one in (receipt, "R-none")
    ]
    assert answers[0] == answers[1]


def test_who_may_plan(
    both: tuple[UUID, UUID], database: Database, story: Story, browser_of: Browser, path: str
) -> None:
    """Administrators; for everybody else each page is as if it were not there."""
    gets = ("", "/reviewers", f"/submissions/{both[1]}", "/proposal?seed=1", "/current.csv")
    posts = ("/propose", "/confirm", "/upload")
    for part, person in story.people.items():
        browser = browser_of(person)
        found = {browser.get(path + tail).status_code for tail in gets}
        sent = {browser.post(path + tail).status_code for tail in posts}
        may = part.startswith("administrator")
        assert (part, found, sent) == (part, {200} if may else {404}, {303, 422} if may else {404})
    assert reviews(database) == set()
