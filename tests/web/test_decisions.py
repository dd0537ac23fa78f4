"""The pages of a decision: quorum, reopening, letters, the outcome, and what comes back the next time."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from app.actions import decisions
from app.actions.certificates import Issuer
from app.db import Database
from app.models import (
    Condition,
    Decision,
    Letter,
    LetterTemplate,
    Membership,
    Outcome,
    Person,
    Role,
    Status,
    Submission,
    Window,
)
from app.rules.days import uk_day
from tests.judging import CODES, assigned, sealed, sealed_submission
from tests.letters import letters_read
from tests.story import NOW, Story
from tests.walk import buttons_of, errors_of, hidden_of

Browser = Callable[[Person], TestClient]
RECOGNISED = {"outcome": "recognised"}
NOT_YET = {"outcome": "not yet", "reason": "", "condition-B02": "Show the minute."}


@pytest.fixture
def judged(database: Database, story: Story) -> UUID:
    """Trust A's submission awaiting its decision, every criterion one below the mark."""
    with database.write() as session:
        submission = sealed_submission(session, story)
        for review in assigned(session, story, submission):
            sealed(session, story, review, dict.fromkeys(CODES, 1))
        return submission.id


def status_of(database: Database, id_: UUID) -> Status:
    with database.read() as session:
        return session.get_one(Submission, id_).status


def decided(database: Database, story: Story, id_: UUID, *, is_released: bool = False) -> UUID:
    with database.write() as session:
        submission, by = session.get_one(Submission, id_), story.who(session, "administrator")
        asked = {"B02": "Show the minute."}
        made = decisions.decide(
            session, submission, story.framework, Outcome.NOT_YET, "", asked, by=by, at=NOW
        )
        if is_released:
            letters_read(session, story)
            window, issuer = session.get_one(Window, story.window_id), Issuer("Assembly", ("Director",))
            decisions.release(session, window, story.framework, issuer, by=by, at=NOW, on=uk_day(NOW))
        return made.id


def test_f05_one_puts_forward_and_another_confirms(
    judged: UUID, database: Database, story: Story, browser_of: Browser
) -> None:
    first, second = (browser_of(story.people[part]) for part in ("administrator", "administrator_2"))
    page = f"/submissions/{judged}/decision"
    assert first.post(page, data=NOT_YET).status_code == 303
    own = first.get(page).text
    assert ("1 of 2 confirmed" in own, "Confirm the decision" in buttons_of(own)) == (True, False)
    refused = first.post(f"{page}/confirm", data=hidden_of(second.get(page).text))
    assert (refused.status_code, status_of(database, judged)) == (409, Status.AWAITING_DECISION)
    shown = second.get(page).text
    assert ("Confirm the decision" in buttons_of(shown), "Reopen the decision" in buttons_of(shown)) == (
        True,
        True,
    )
    assert second.post(f"{page}/confirm", data=hidden_of(shown)).status_code == 303
    told = second.get(page).text
    assert ("2 of 2 confirmed" in told, status_of(database, judged)) == (True, Status.DECIDED)


def test_whoever_disagrees_reopens_it_with_a_reason(
    judged: UUID, database: Database, story: Story, browser_of: Browser
) -> None:
    browser, page = browser_of(story.people["administrator_2"]), f"/submissions/{judged}/decision"
    decided(database, story, judged)
    refused = browser.post(f"{page}/reopen", data={"reopen-reason": " "})
    assert (refused.status_code, errors_of(refused.text)) == (
        422,
        ["Enter the reason for reopening the decision."],
    )
    assert browser.post(f"{page}/reopen", data={"reopen-reason": "Too early."}).status_code == 303
    assert ("Too early." in browser.get(page).text, status_of(database, judged)) == (
        True,
        Status.AWAITING_DECISION,
    )


@pytest.mark.parametrize("path", ["/decision", "/decision/confirm", "/decision/reopen", "/letter"])
@pytest.mark.parametrize("part", ["administrator_of_a", "reviewer_1", "lead_a", "moderator", "icb_viewer_1"])
def test_f05_nobody_else_decides_confirms_reopens_or_writes_letters(
    path: str, part: str, judged: UUID, database: Database, story: Story, browser_of: Browser
) -> None:
    """A conflict, a reviewer who is an administrator too, and every other role."""
    made = decided(database, story, judged)
    if part == "reviewer_1":
        with database.write() as session:
            person_id = story.people[part].id
            session.add(Membership(person_id=person_id, role=Role.ADMINISTRATOR, granted_at=NOW))
    form = NOT_YET | {
        "decision": str(made),
        "reopen-reason": "x",
        "subject": "x",
        "body": "x",
        "version": "1",
    }
    answer = browser_of(story.people[part]).post(f"/submissions/{judged}{path}", data=form)
    assert answer.status_code == (404 if part in ("administrator_of_a", "icb_viewer_1") else 403)
    with database.read() as session:
        kept = (session.get_one(Decision, made).void_at, session.exec(select(Letter)).one().version)
    assert (status_of(database, judged), kept) == (Status.DECIDED, (None, 1))


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "Select an outcome."),
        (RECOGNISED, "Enter the reason for deciding against the rule."),
        ({"outcome": "deferred", "reason": "Which?"}, "Choose the criterion that the question is about."),
        (
            {"outcome": "deferred", "reason": "Which?", "clarify_code": "B02"},
            "Enter the last day for the answer, for example 27 3 2027.",
        ),
    ],
)
def test_a_decision_that_lacks_something_gives_the_form_back(
    form: dict[str, str], error: str, judged: UUID, story: Story, browser_of: Browser
) -> None:
    answer = browser_of(story.people["administrator"]).post(f"/submissions/{judged}/decision", data=form)
    assert (answer.status_code, errors_of(answer.text)) == (422, [error])
    assert ("Which?" in answer.text) is ("reason" in form)


def test_a_deferral_names_its_criterion_and_day(
    judged: UUID, database: Database, story: Story, browser_of: Browser
) -> None:
    day = NOW + timedelta(days=30)
    form = {"outcome": "deferred", "reason": "Which committee?", "clarify_code": "B02"}
    form |= {f"clarify_due-{part}": str(getattr(day, part)) for part in ("day", "month", "year")}
    answer = browser_of(story.people["administrator"]).post(f"/submissions/{judged}/decision", data=form)
    with database.read() as session:
        asked = session.exec(select(Decision.clarify_code, Decision.clarify_due_on)).one()
    assert (answer.status_code, *asked) == (303, "B02", uk_day(day))


def test_a_letter_is_read_before_the_window_is_released(
    judged: UUID, database: Database, story: Story, browser_of: Browser
) -> None:
    decided(database, story, judged)
    browser, page = browser_of(story.people["administrator_2"]), f"/submissions/{judged}/letter"
    window = f"/windows/{story.window_id}"
    early = browser.post(f"{window}/release")
    assert (early.status_code, "1 letter has not been read yet" in early.text) == (409, True)
    form = hidden_of(browser.get(page).text) | {
        "subject": "Your outcome",
        "body": "Dear board.",
        "may-go": "yes",
    }
    assert browser.post(page, data=form).status_code == 303
    stale = browser.post(page, data=form | {"body": "Typed over the draft."})
    both = ["Dear board." in stale.text, "Typed over the draft." in stale.text]
    assert (stale.status_code, both) == (409, [True, True])
    assert "Read, may go" in browser.get(f"{window}/letters").text
    assert browser.post(f"{window}/release").status_code == 303
    lead = browser_of(story.people["lead_a"]).get(f"/submissions/{judged}/outcome").text
    assert ("Dear board." in lead, "Typed over the draft." in lead) == (True, False)


def test_b19_the_outbox_hides_a_letter_with_a_conflict_and_counts_it(
    judged: UUID, database: Database, story: Story, browser_of: Browser
) -> None:
    decided(database, story, judged)
    page = f"/windows/{story.window_id}/letters"
    told = {
        part: ("Fictional trust A" in text, "1 letter has not been read yet" in text)
        for part in ("administrator", "administrator_of_a")
        for text in [browser_of(story.people[part]).get(page).text.replace("works for trust A", "")]
    }
    assert told == {"administrator": (True, True), "administrator_of_a": (False, True)}


def test_the_organisation_sees_no_letter_before_the_release(
    judged: UUID, database: Database, story: Story, browser_of: Browser
) -> None:
    lead, paths = browser_of(story.people["lead_a"]), ("/outcome", "/outcome/letter.pdf", "/outcome?number=1")
    before = [lead.get(f"/submissions/{judged}{path}") for path in paths]
    decided(database, story, judged)
    after = [lead.get(f"/submissions/{judged}{path}") for path in paths]
    assert [(one.status_code, one.content) for one in after] == [(404, one.content) for one in before]


@pytest.mark.reaches_past
def test_the_outcome_says_why_and_keeps_to_its_basis(
    judged: UUID, database: Database, story: Story, browser_of: Browser
) -> None:
    decided(database, story, judged, is_released=True)
    page = f"/submissions/{judged}/outcome"
    lead = browser_of(story.people["lead_a"])
    before = lead.get(page).text
    for part in (
        "What is strong",
        "What is missing",
        "What is next",
        "from 1 to 2",
        "Show the minute.",
        "by A",
    ):
        assert part in before
    with database.write() as session:
        session.get_one(Submission, judged).status = Status.APPEALED  # while it is judged anew
    assert lead.get(page).text == before
    assert lead.get(f"{page}?number=7").status_code == 404


def test_the_letter_is_a_pdf_with_its_annex(
    judged: UUID, database: Database, story: Story, browser_of: Browser
) -> None:
    decided(database, story, judged, is_released=True)
    answer = browser_of(story.people["sponsor_a"]).get(f"/submissions/{judged}/outcome/letter.pdf")
    assert (answer.content[:5], answer.headers["content-type"]) == (b"%PDF-", "application/pdf")
    assert answer.headers["content-disposition"].startswith("attachment;")


def test_a_template_is_previewed_kept_and_refused_by_name(
    database: Database, story: Story, browser_of: Browser
) -> None:
    browser, page = browser_of(story.people["administrator"]), "/letter-templates/not-yet"
    form = hidden_of(browser.get(page).text) | {"subject": "{{level}}", "body": "To {{organisation}}"}
    shown = browser.post(page, data=form | {"then": "preview"})
    with database.read() as session:
        kept = session.exec(select(LetterTemplate)).all()
    assert ("To Example trust" in shown.text, list(kept)) == (True, [])
    refused = browser.post(page, data=form | {"body": "{{organization}}"})
    assert (refused.status_code, "organization" in errors_of(refused.text)[0]) == (422, True)
    assert browser.post(page, data=form).status_code == 303
    stale = browser.post(page, data=form | {"body": "Mine"})
    both = ["To {{organisation}}" in stale.text, "Mine" in stale.text]
    assert (stale.status_code, both) == (409, [True, True])
    assert [browser.get(f"/letter-templates/{name}").status_code for name in ("deferred", "maybe")] == [
        200,
        404,
    ]


@pytest.mark.parametrize("part", ["moderator", "reviewer_1", "lead_a"])
def test_only_administrators_keep_templates_and_see_the_outbox(
    part: str, story: Story, browser_of: Browser
) -> None:
    browser = browser_of(story.people[part])
    for path in ("/letter-templates", "/letter-templates/deferred", f"/windows/{story.window_id}/letters"):
        assert (path, browser.get(path).status_code) == (path, 404)


def test_a_condition_comes_back_at_its_criterion(
    judged: UUID, database: Database, story: Story, browser_of: Browser
) -> None:
    decided(database, story, judged, is_released=True)
    with database.read() as session:
        work = session.get_one(Submission, judged).self_assessment_id
        condition = session.exec(select(Condition.id)).one()
    page = f"/self-assessments/{work}/criteria/B02"
    lead, chair = (browser_of(story.people[part]) for part in ("lead_a", "chair_a"))
    assert "Last time you were asked:</strong> Show the minute." in lead.get(page).text
    form = hidden_of(lead.get(f"{page}/conditions").text)
    assert form == {"condition": str(condition), "version": "0"}
    typed = form | {f"condition-{condition}": "In the paper of May."}
    assert chair.post(f"{page}/conditions", data=typed).status_code == 403
    assert browser_of(story.people["lead_b"]).post(f"{page}/conditions", data=typed).status_code == 404
    assert lead.post(f"{page}/conditions", data=typed).status_code == 303
    stale = lead.post(f"{page}/conditions", data=typed | {f"condition-{condition}": "Other words."})
    both = ["In the paper of May." in stale.text, "Other words." in stale.text]
    assert (stale.status_code, both) == (409, [True, True])
    told = lead.get(page).text, lead.get(f"/self-assessments/{work}/criteria/B01/conditions").status_code
    assert ("In the paper of May." in told[0], told[1]) == (True, 404)
