"""Requests made from the route table: every route with somebody else's ids, beside the same with a random id."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from uuid import UUID

from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from httpx2 import Response

from app.web.guards import routes_of
from tests.architecture.tenants import Tenant
from tests.walk import methods_of

RANDOM = UUID("00000000-0000-4000-8000-000000000000")
CODES, LEVELS = ("B01", "S01"), ("bronze", "silver")
WORDS = {
    "code": CODES,
    "level": LEVELS,
    "token": ("0" * 32,),
    "mail_id": (str(RANDOM),),
    "form_name": ("0" * 32,),
    "place": ("1",),
    "number": ("1",),
    "draft_id": (str(RANDOM),),
    "interest_id": (str(RANDOM),),
    "group_id": (str(RANDOM),),
    "group_member_id": (str(RANDOM),),
    "waiver_id": (str(RANDOM),),
    "sample_code": ("C1",),
    "token_id": (str(RANDOM),),
    "change_id": (str(RANDOM),),
    "ods_code": ("ZZA", "ZZ1"),
    "table": ("levels", "criteria"),
    "outcome_name": ("recognised", "not-yet"),
    "version": ("2023.illustrative",),
    "example_id": (str(RANDOM),),
    "kind": ("svg",),
    "purpose": ("revocation",),
}
ACCEPT = ("text/html", "application/json")
# What any of the forms takes, filled in as a person would: each route reads its own fields.
FORM = {
    "reason": "A reason.",
    "private-note": "A note.",
    "score": "2",
    "version": "1",
    "form-seen": "",
    "form-finished": "yes",
    "form-then": "next",
    "narrative": "Changed.",
    "rating": "1",
    "read": "yes",
    "content": "0" * 64,
    "outcome": "recognised",
    "decision": str(RANDOM),
    "reopen-reason": "A reason.",
    "subject": "A subject",
    "body": "A letter.",
    "may-go": "yes",
    "condition": str(RANDOM),
    "title": "A title",
    "url": "https://trust.example/other",
    "evidence_date-day": "5",
    "evidence_date-month": "1",
    "evidence_date-year": "2026",
    "end": "others",
    "name": "A name",
    "email": "colleague@example.invalid",
    "role": "lead",
    "comment": "A comment.",
    "was-B01": "|",
    "owner-B01": str(RANDOM),
    "from": str(RANDOM),
    "to": str(RANDOM),
    "change-B01": "Say more.",
    "note": "By telephone.",
    "view": "agree",
    "criterion": "B01",
    "question": "Which board?",
    "answer": "The board of May.",
    "ground-B01": "It was overlooked.",
    "reviewer": str(RANDOM),
    "due-day": "6",
    "due-month": "12",
    "due-year": "2026",
    "about": "both",
    "person": str(RANDOM),
    "text": "Said.",
    "code": "B01",
    "credit": "A trust",
    "agree": "yes",
    "excerpt": "Narrative",
    "why": "It works.",
}
DIFFER = ("date", "content-length")


@dataclass(frozen=True)
class Probe:
    """One request with foreign ids, and what it must be indistinguishable from."""

    method: str
    path: str
    random_path: str


@dataclass
class Report:
    """How many requests were made, and what was wrong with any of them."""

    requests: int = 0
    leaks: list[str] = field(default_factory=list)


def params_of(route: APIRoute) -> list[str]:
    return re.findall(r"{(\w+)}", route.path)


def filled(template: str, values: Mapping[str, object]) -> str:
    return re.sub(r"{(\w+)}", lambda found: str(values[found.group(1)]), template)


def probes(app: FastAPI, foreign: Tenant) -> Iterator[Probe]:
    """Every route all of whose ids are among the foreign tenant's kinds, with each of them."""
    for route in routes_of(app):
        params = params_of(route)
        kinds = [name for name in params if name not in WORDS]
        if not kinds or not set(kinds) <= foreign.ids.keys():
            continue
        choices = [foreign.ids[name] if name in foreign.ids else WORDS[name] for name in params]
        for values in product(*choices):
            chosen = dict(zip(params, values, strict=True))
            random = {name: RANDOM if name in kinds else value for name, value in chosen.items()}
            for method in methods_of(route):
                yield Probe(method, filled(route.path, chosen), filled(route.path, random))


def send(browser: TestClient, method: str, path: str, accept: str = "text/html") -> Response:
    data = FORM if method == "POST" else None
    return browser.request(method, path, data=data, headers={"accept": accept})


def seen(answer: Response, path: str) -> tuple[int, bytes, dict[str, str]]:
    """Everything of an answer but the clock; where it leads to names the path asked for, which is taken out."""
    headers = {
        name: text.replace(path, "PATH") for name, text in answer.headers.items() if name not in DIFFER
    }
    return answer.status_code, answer.content, headers


def probed(
    browser: TestClient,
    made: Iterator[Probe],
    canaries: tuple[str, ...],
    expected: set[int],
    accepts: tuple[str, ...],
) -> Report:
    """Send every probe. A leak is any difference from the random id, another status, or a canary."""
    report, of_random = Report(), {}
    for probe, accept in product(made, accepts):
        key = (probe.method, probe.random_path, accept)
        if key not in of_random:
            of_random[key] = seen(send(browser, *key), probe.random_path)
            report.requests += 1
        answer = send(browser, probe.method, probe.path, accept)
        report.requests += 1
        told = f"{probe.method} {probe.path} ({accept}): {answer.status_code}"
        if answer.status_code not in expected or seen(answer, probe.path) != of_random[key]:
            report.leaks.append(told)
        report.leaks += [f"{told} tells {word}" for word in canaries if word in answer.text]
    return report
