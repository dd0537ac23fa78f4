"""The whole story over HTTP, as its people click through it: from an empty self-assessment to a certificate.

Each step of the workflow is taken only after the page before it was seen to offer the button of that step.
"""

import html
import io
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import openpyxl
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from sqlmodel import col, select
from starlette.routing import compile_path

from app.criteria.schema import Criterion, OrganisationKind, QuestionKind
from app.db import Database
from app.models import Event, Person, Status
from app.rules.workflow import TRANSITIONS, Verb
from app.web.guards import routes_of
from tests import samples
from tests.adapters.filled_forms import in_spreadsheet, saved
from tests.digests import event_count
from tests.steps import answer_to
from tests.story import NOW, Story

BrowserOf = Callable[[Person], TestClient]
EVIDENCE = {
    "title": "WRES report",
    "evidence_date-day": "27",
    "evidence_date-month": "3",
    "evidence_date-year": "2026",
}


@dataclass
class Walk:
    """Plays the story. What it did is kept: the verbs, and how many events each route wrote at least once."""

    app: FastAPI
    database: Database
    story: Story
    browser_of: BrowserOf
    browsers: dict[str, TestClient] = field(default_factory=dict)
    taken: list[tuple[Verb, str]] = field(default_factory=list)
    events_written: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def browser(self, part: str) -> TestClient:
        if part not in self.browsers:
            self.browsers[part] = self.browser_of(self.story.people[part])
        return self.browsers[part]

    def get(self, part: str, path: str) -> str:
        answer = self.browser(part).get(path)
        assert answer.status_code == 200, (part, path, answer.status_code, title_of(answer.text))
        assert "&lt;span" not in answer.text, (
            f"{path} shows a tag as text: it was escaped where it was put together"
        )
        return answer.text

    def post(self, part: str, path: str, form: Mapping[str, str] | None = None, **more: object) -> str:
        """Send a form that must work. Returns where it leads."""
        before = event_count(self.database)
        answer = self.browser(part).post(path, data=dict(form or {}), **more)  # type: ignore[arg-type]
        assert answer.status_code == 303, (part, path, answer.status_code, errors_of(answer.text))
        template = self.template_of(path)
        self.events_written[template] = max(
            self.events_written[template], event_count(self.database) - before
        )
        return str(answer.headers["location"])

    def new_on_page(self, part: str, page: str, form: Mapping[str, str], links: str, *, to: str = "") -> str:
        """Send a form of ``page`` there or to ``to``. Returns the one link of this pattern that the page then has
        and had not: which of several comes first in a list of one day is nobody's promise."""
        known = set(re.findall(links, self.get(part, page)))
        self.post(part, to or page, form)
        (new,) = set(re.findall(links, self.get(part, page))) - known
        return str(new)

    def template_of(self, path: str) -> str:
        """The route's own path, for example ``/reviews/{review_id}/seal``."""
        for route in routes_of(self.app):
            if "POST" in methods_of(route) and compile_path(route.path)[0].match(path.partition("?")[0]):
                return route.path
        raise LookupError(path)

    def take(
        self, verb: Verb, part: str, page: str, form: Mapping[str, str] | None = None, *, to: str = ""
    ) -> str:
        """Find the verb's button on ``page``, send the form there or to ``to``, find the event."""
        shown = self.get(part, page)
        assert TRANSITIONS[verb].button in buttons_of(shown), (verb, buttons_of(shown))
        known = self.submission_events()
        where = self.post(part, to or page, {**hidden_of(shown), **(form or {})})
        new = [line for id_, line in self.submission_events().items() if id_ not in known]
        assert [(name, Status(status) in TRANSITIONS[verb].lead_to) for name, status in new] == [
            (verb.value, True)
        ]
        self.taken.append((verb, new[0][1]))
        return where

    def submission_events(self) -> dict[UUID, tuple[str, str]]:
        """Verb and status of every line in a submission's history."""
        with self.database.read() as session:
            rows = session.exec(select(Event).where(col(Event.stream).startswith("submission:"))).all()
            return {row.id: (row.verb, row.facts["status"]) for row in rows}

    def bronze(self) -> tuple[Criterion, ...]:
        return self.story.framework.of_level("bronze", OrganisationKind.TRUST)

    def write_bronze(self) -> str:
        """Start trust A's self-assessment, add a file and a link, answer every Bronze criterion. Returns its path."""
        organisation = f"/organisations/{self.story.organisations['ZZA'].id}"
        path = self.post("lead_a", f"{organisation}/self-assessments")
        file = self.post("contributor_a", f"{organisation}/evidence/new", EVIDENCE, files=pdf_file())
        link = {**EVIDENCE, "title": "Board paper", "url": "https://trust.example/paper"}
        paper = self.post("lead_a", f"{organisation}/evidence/new-link", link).rpartition("/")[2]
        self.post("lead_a", f"{file}/versions", files=pdf_file("second version"))
        details = hidden_of(self.get("lead_a", f"{file}/details")) | {**EVIDENCE, "source": "wres"}
        self.post("lead_a", f"{file}/details", details)
        self.post("lead_a", f"{path}/sources", {"evidence": file.rpartition("/")[2], "code": "B16"})
        spare = self.post("lead_a", f"{organisation}/evidence/new-link", {**link, "title": "Spare"})
        self.post("lead_a", f"{spare}/remove")
        for criterion in self.bronze():
            form = {"form-seen": "", "form-finished": "yes", "form-then": "link", "form-place": "page 3"}
            item = file.rpartition("/")[2] if criterion.code == "B01" else paper
            form |= typed_of(criterion) | {"form-evidence": item}
            self.post("lead_a", f"{path}/criteria/{criterion.code}", form)
        return path

    def bring_back(self, path: str) -> None:
        """A colleague fills in the spreadsheet; it is brought back and applied."""
        source = self.browser("lead_a").get(f"{path}/export.xlsx?level=bronze").content
        filled = in_spreadsheet(source, "B03/narrative", "Written away from the portal.")
        preview = self.post("lead_a", f"{path}/import", files={"file": ("form.xlsx", filled)})
        self.post("lead_a", preview, hidden_of(self.get("lead_a", preview)))

    def hand_over(self, path: str) -> str:
        sponsor = str(self.story.people["sponsor_a"].id)
        form = {"sponsor": sponsor, "window": str(self.story.window_id)}
        return self.take(Verb.HAND_OVER, "lead_a", f"{path}/submit/bronze", form)

    def submit(self, path: str) -> str:
        """Hand over until it is signed: declined once, withdrawn once. Returns the path of what was signed."""
        declined = self.hand_over(path)
        reason = {"reason": "The board has not read it."}
        self.take(Verb.DECLINE, "sponsor_a", f"{declined}/decline", reason)
        withdrawn = self.hand_over(path)
        reason = {"reason": "A figure is wrong."}
        self.take(Verb.WITHDRAW, "lead_a", withdrawn, reason, to=f"{withdrawn}/withdraw")
        submission = self.hand_over(path)
        self.take(Verb.SIGN, "sponsor_a", f"{submission}/sign", {"read": "yes"})
        return submission

    def change(self, path: str, submission: str) -> None:
        """Changes are requested and taken back, then requested again, made, handed over and signed."""
        page = f"{submission}/changes"
        asked = {"change-B01": "Name the board.", "reason": "One answer is short."}
        due = NOW + timedelta(14)
        asked |= {"due-day": str(due.day), "due-month": str(due.month), "due-year": str(due.year)}
        self.take(Verb.REQUEST_CHANGES, "administrator", page, asked)
        back = {"reason": "It was in the evidence."}
        self.take(Verb.TAKE_BACK_CHANGES, "administrator", page, back, to=f"{page}/take-back")
        self.take(Verb.REQUEST_CHANGES, "administrator", page, asked)
        criterion = f"{path}/criteria/B01"
        form = typed_of(self.bronze()[0]) | {"narrative": "The board named it.", "form-finished": "yes"}
        self.post("lead_a", criterion, {**hidden_of(self.get("lead_a", criterion)), **form})
        sponsor = {"sponsor": str(self.story.people["sponsor_a"].id)}
        self.take(Verb.HAND_OVER, "lead_a", f"{submission}/hand-over-again", sponsor)
        self.take(Verb.SIGN, "sponsor_a", f"{submission}/sign", {"read": "yes"})

    def assign(self, submission: str) -> None:
        """Two reviewers; one is removed and another takes the place."""
        page = f"{submission}/reviewers"
        for part in ("reviewer_1", "reviewer_3"):
            chosen = {f"reviewer-{self.story.people[part].id}": "yes"}
            self.take(Verb.ASSIGN_REVIEWER, "administrator", submission, chosen, to=page)
        review = self.review_of("reviewer_3")
        removal = f"{page}/{review.rpartition('/')[2]}/remove"
        self.take(Verb.REMOVE_REVIEWER, "administrator", removal, {"reason": "On leave."})
        chosen = {f"reviewer-{self.story.people['reviewer_2'].id}": "yes"}
        self.take(Verb.ASSIGN_REVIEWER, "administrator", submission, chosen, to=page)

    def review_of(self, part: str) -> str:
        """The path of the one review in a reviewer's queue."""
        (path,) = set(re.findall(r"/reviews/[0-9a-f-]{36}", self.get(part, "/reviews")))
        return str(path)

    def review(self, part: str, scores: Mapping[str, str]) -> None:
        """Start, score every criterion of the copy (2 unless ``scores`` says otherwise), seal."""
        path = self.review_of(part)
        self.take(Verb.START_REVIEW, part, path, to=f"{path}/start")
        self.score_away(part, path)
        for criterion in self.bronze():
            page = f"{path}/criteria/{criterion.code}"
            form = {
                "score": scores.get(criterion.code, "2"),
                "reason": f"Reason of {part}",
                "private-note": "n",
            }
            self.post(part, page, {**hidden_of(self.get(part, page)), **form})
        self.take(Verb.SEAL_REVIEW, part, f"{path}/seal")

    def third_review(self, submission: str, part: str, code: str, score: str) -> None:
        """A third reviewer is asked, and scores the one criterion on which the first two differ."""
        chosen = {f"reviewer-{self.story.people[part].id}": "yes"}
        self.take(Verb.ASSIGN_REVIEWER, "administrator", submission, chosen, to=f"{submission}/reviewers")
        path = self.review_of(part)
        self.take(Verb.START_REVIEW, part, path, to=f"{path}/start")
        page = f"{path}/criteria/{code}"
        form = {"score": score, "reason": f"Reason of {part}", "private-note": "n"}
        self.post(part, page, {**hidden_of(self.get(part, page)), **form})
        self.take(Verb.SEAL_REVIEW, part, f"{path}/seal")

    def score_away(self, part: str, path: str) -> None:
        """The reviewer brings back a score sheet with a private note in it, and applies it."""
        book = openpyxl.load_workbook(io.BytesIO(self.browser(part).get(f"{path}/sheet.xlsx").content))
        book["Scores"]["G2"] = "Written away from the portal."
        preview = self.post(part, f"{path}/sheet", files={"file": ("sheet.xlsx", saved(book))})
        self.post(part, preview, hidden_of(self.get(part, preview)))

    def judge(self, submission: str) -> None:
        """Two reviews that differ on B02, an agreed score, a decision by the rule, the release."""
        self.assign(submission)
        self.review("reviewer_1", {"B02": "3"})
        self.review("reviewer_2", {"B02": "1"})
        self.third_review(submission, "reviewer_3", "B02", "2")
        agreed = {"score": "2", "reason": "Both read the minute again."}
        self.take(Verb.AGREE_SCORE, "moderator", f"{submission}/moderation/B02", agreed)
        self.decide(submission)
        self.read_letter(submission)
        self.take(Verb.RELEASE, "administrator", f"/windows/{self.story.window_id}/release")

    def decide(self, submission: str, form: Mapping[str, str] | None = None) -> None:
        """Put forward, reopened by somebody who disagrees, put forward again and confirmed."""
        page, chosen = f"{submission}/decision", form or {"outcome": "recognised"}
        self.take(Verb.DECIDE, "administrator", page, chosen)
        reason = {"reopen-reason": "I have not read it yet."}
        self.take(Verb.REOPEN_DECISION, "administrator_2", page, reason, to=f"{page}/reopen")
        self.take(Verb.DECIDE, "administrator", page, chosen)
        self.post("administrator_2", f"{page}/confirm", hidden_of(self.get("administrator_2", page)))

    def read_letter(self, submission: str) -> None:
        """The second administrator changes the subject and says that the letter may go."""
        page = f"{submission}/letter"
        shown = self.get("administrator_2", page)
        body = html.unescape(re.findall(r"<textarea[^>]*>(.*?)</textarea>", shown, re.DOTALL)[0])
        form = hidden_of(shown) | {"subject": "Your outcome", "body": body, "may-go": "yes"}
        self.post("administrator_2", page, form)

    def play(self) -> str:
        """The story to its end. Returns the path of the released submission."""
        path = self.write_bronze()
        self.bring_back(path)
        submission = self.submit(path)
        self.change(path, submission)
        self.judge(submission)
        return submission


def typed_of(criterion: Criterion) -> dict[str, str]:
    """A good answer to each question, as the form sends it."""
    typed: dict[str, str] = {}
    for question in criterion.questions:
        text = answer_to(criterion, question)
        if question.kind is QuestionKind.DATE:
            typed |= dict(
                zip(
                    (f"{question.id}-{part}" for part in ("year", "month", "day")),
                    text.split("-"),
                    strict=True,
                )
            )
        else:
            typed[question.id] = text
    return typed


def methods_of(route: APIRoute) -> list[str]:
    return sorted(route.methods or ())


def buttons_of(page: str) -> list[str]:
    """The words of every button and link on the page."""
    found = re.findall(r"<(button|a)\b[^>]*>(.*?)</\1>", page, re.DOTALL)
    return [html.unescape(" ".join(re.sub(r"<[^>]+>", "", text).split())) for _, text in found]


def hidden_of(page: str) -> dict[str, str]:
    """The hidden fields of the page's forms, as a browser would send them back."""
    found: dict[str, str] = {}
    for tag in re.findall(r"<input\b[^>]*type=\"hidden\"[^>]*>", page):
        attributes = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        found[attributes["name"]] = html.unescape(attributes.get("value", ""))
    return found


def title_of(page: str) -> str:
    found = re.search(r"<title>(.*?)</title>", page, re.DOTALL)
    return html.unescape(" ".join(found.group(1).split())) if found else ""


def errors_of(page: str) -> list[str]:
    """The lines of the error summary, or the page's title when it has none."""
    summary = page.partition('class="nhsuk-error-summary')[2].partition("</ul>")[0]
    lines = re.findall(r"<li>(.*?)</li>", summary, re.DOTALL)
    texts = [html.unescape(" ".join(re.sub(r"<[^>]+>", "", line).split())) for line in lines]
    return texts or [title_of(page)]


def pdf_file(canary: str = "illustrative evidence") -> dict[str, object]:
    return {"file": ("wres-report.pdf", io.BytesIO(samples.pdf(canary)), "application/pdf")}
