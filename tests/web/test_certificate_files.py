"""The certificate's page: both files, what supersedes what, and who may issue again."""

from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.adapters.files import Files
from app.adapters.pdf_drawing import draw_certificate
from app.db import Database
from app.models import Certificate, FileForm, Person
from app.queries import certificate_files, certificates
from app.rules.printed import facts_of
from tests.actions.test_certificates import issued
from tests.conftest import Clock
from tests.drawn import draw_all
from tests.story import Story
from tests.walk import title_of

BrowserOf = Callable[[Person], TestClient]

pytestmark = pytest.mark.reaches_past  # a decision is a row alone here


@pytest.fixture
def certificate(database: Database, story: Story) -> Certificate:
    with database.write() as session:
        return issued(session, story)


def test_before_they_are_drawn_the_page_says_so_and_nothing_can_be_downloaded(
    certificate: Certificate, story: Story, browser_of: BrowserOf
) -> None:
    lead = browser_of(story.people["lead_a"])
    page = lead.get(f"/certificates/{certificate.id}").text
    assert ("The files are not drawn yet." in page, ".pdf" in page) == (True, False)
    for kind in ("signed", "accessible"):
        answer = lead.get(f"/certificates/{certificate.id}/{kind}.pdf")
        assert (answer.status_code, title_of(answer.text).partition(" - ")[0]) == (
            409,
            "This certificate is being drawn",
        )


def test_both_files_come_as_the_register_knows_them(
    app: FastAPI, certificate: Certificate, database: Database, story: Story, browser_of: BrowserOf
) -> None:
    draw_all(app)
    lead = browser_of(story.people["lead_a"])
    accessible, signed = (
        lead.get(f"/certificates/{certificate.id}/{kind}.pdf") for kind in ("accessible", "signed")
    )
    assert accessible.content == draw_certificate(facts_of(certificate, app.state.portal.settings.base_url))
    assert signed.content.startswith(accessible.content)
    assert [one.headers["content-type"] for one in (accessible, signed)] == ["application/pdf"] * 2
    assert ["ARF-2026-000001-accessible.pdf" in accessible.headers["content-disposition"]] == [True]
    page = lead.get(f"/certificates/{certificate.id}").text
    assert [
        words in page
        for words in (
            "its digital signature shows whether anybody changed it",
            "the same page without the signature",
            "not drawn yet",
        )
    ] == [True, True, False]


@pytest.mark.parametrize("harm", ["changed", "gone"])
def test_bytes_that_are_not_those_of_the_register_never_go_out(
    app: FastAPI, certificate: Certificate, database: Database, story: Story, browser_of: BrowserOf, harm: str
) -> None:
    draw_all(app)
    files: Files = app.state.portal.files
    with database.read() as session:
        name = certificate_files.of_certificate(session, certificate.id)[FileForm.SIGNED].stored_name
    assert files.folder is not None
    path = files.folder.path(name)
    if harm == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes() + b"%%EOF\n")
    answer = browser_of(story.people["lead_a"]).get(f"/certificates/{certificate.id}/signed.pdf")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "text/html; charset=utf-8")


def test_an_administrator_issues_again_and_both_pages_lead_to_each_other(
    app: FastAPI,
    certificate: Certificate,
    database: Database,
    story: Story,
    browser_of: BrowserOf,
    clock: Clock,
) -> None:
    draw_all(app)
    administrator = browser_of(story.people["administrator"])
    page = f"/certificates/{certificate.id}"
    assert f'href="{page}/reissue"' in administrator.get(page).text
    empty = administrator.post(f"{page}/reissue", data={"reason": " "})
    assert (empty.status_code, "Enter the reason." in empty.text) == (422, True)
    done = administrator.post(f"{page}/reissue", data={"reason": "The name was misspelt."})
    assert done.status_code == 303
    draw_all(app)
    with database.read() as session:
        new = certificates.after(session, certificate)
        assert new is not None
        new_id = new.id
    assert done.headers["location"] == f"/certificates/{new_id}"
    lead = browser_of(story.people["lead_a"])
    old_page, new_page = (
        " ".join(lead.get(f"/certificates/{id_}").text.split()) for id_ in (certificate.id, new_id)
    )
    assert ["Superseded" in old_page, f'href="/certificates/{new_id}"' in old_page] == [True, True]
    assert (
        f'This certificate supersedes <a href="{page}">ARF-2026-000001</a>: The name was misspelt.'
        in new_page
    )
    assert [lead.get(f"/certificates/{id_}/signed.pdf").content[:5] for id_ in (certificate.id, new_id)] == [
        b"%PDF-"
    ] * 2
    assert [link in administrator.get(page).text for link in (f"{page}/reissue",)] == [False]
    late = administrator.post(f"{page}/reissue", data={"reason": "Again."})
    assert (late.status_code, "This certificate is superseded." in late.text) == (409, True)


@pytest.mark.parametrize("part", ["lead_a", "sponsor_a", "moderator", "reviewer_1"])
def test_nobody_else_issues_again(
    certificate: Certificate, story: Story, browser_of: BrowserOf, part: str
) -> None:
    page = f"/certificates/{certificate.id}/reissue"
    browser = browser_of(story.people[part])
    knows = part in ("lead_a", "sponsor_a")
    answers = [browser.get(page), browser.post(page, data={"reason": "x"})]
    assert [one.status_code for one in answers] == [403 if knows else 404] * 2
    assert f'href="{page}"' not in browser.get(f"/certificates/{certificate.id}").text


def test_c12_the_address_on_paper_is_the_setting_whatever_host_was_asked(
    app: FastAPI, certificate: Certificate, story: Story, browser_of: BrowserOf
) -> None:
    draw_all(app)
    answer = browser_of(story.people["lead_a"]).get(
        f"/certificates/{certificate.id}/accessible.pdf", headers={"x-forwarded-host": "evil.example"}
    )
    facts = facts_of(certificate, app.state.portal.settings.base_url)
    assert (answer.content, facts.register_address) == (
        draw_certificate(facts),
        "http://127.0.0.1:8000/verify",
    )
