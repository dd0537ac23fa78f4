"""B-09, B-14, B-17: when the outcome is out, the words of the reviews are told and their writers are not.

What each review says goes with its letter. So in the worlds that are compared everything that an organisation may
read is the same, and what differs is who wrote it, who was assigned first and who sealed first. Nothing has to be left
out of the comparison: whatever differs tells of a person.
"""

import io
from collections.abc import Iterator
from datetime import timedelta
from unittest.mock import patch

import docx
import openpyxl
import pikepdf
import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, col, select

from app.adapters import form_pdf
from app.adapters.documents.writing import write as write_document
from app.adapters.forms import Form
from app.adapters.spreadsheets.writing import write as write_spreadsheet
from app.models import Decision, Membership, Outcome, Person, Review, Role, Submission
from app.queries import feedback as feedback_queries
from app.queries.feedback import Feedback
from app.web import exports, outcomes
from tests.independence.crawl import differences, fetched, paths
from tests.independence.leaving import described, named
from tests.independence.plays import ALONE, Worlds, nothing, whose
from tests.independence.worlds import Beginning, Play, World, X, Y, review_of, withdraw_other
from tests.rounds import ISSUER, decided, released

HOUR = timedelta(hours=1)
SWAPPED = Beginning(order=(Y, X))  # Y has letter A and is assigned first
OTHER_LETTERS = Beginning(letters="BA")  # X is assigned first and has letter B
SAID = {"A": ({"B01": 3}, "Of the first letter"), "B": ({"B02": 3}, "Of the second letter")}


def _out(first: str, second: str) -> Play:
    """Both review, one after the other; the Assembly decides, and releases."""

    def out(world: World) -> None:
        for part in (first, second):
            with world.database.read() as session:
                scores, words = SAID[review_of(session, world, part).letter]
            world.start(part)
            world.score_all(part, 2, words, scores, note=f"Private to {part}")
            world.seal(part)
            world.at += HOUR
        with world.database.write() as session:
            submission = session.get_one(Submission, world.submission)
            decided(session, world.story, submission, Outcome.RECOGNISED, at=world.at)
            withdraw_other(session, world)
        with world.database.write() as session:
            released(session, world.story, at=world.at + HOUR)

    out.__name__ = f"out, {first} before {second}"
    return out


@pytest.fixture(scope="module")
def base(worlds: Worlds) -> World:
    return worlds.world(ALONE, _out(X, Y), nothing)


OTHERS = [(SWAPPED, _out(Y, X)), (OTHER_LETTERS, _out(X, Y)), (ALONE, _out(Y, X))]
IDS = ["the other person", "the other letter", "the other sealed first"]


@pytest.mark.parametrize("part", whose("lead_a", "icb_viewer_1"))
@pytest.mark.parametrize(("beginning", "play"), OTHERS, ids=IDS)
def test_b17_nothing_released_tells_the_organisation_who_wrote_it(
    beginning: Beginning, play: Play, part: str, base: World, worlds: Worlds
) -> None:
    found, opened = worlds.compare(base, worlds.world(beginning, play, nothing), part)
    assert (found, opened > 10) == ([], True)


def test_what_is_compared_tells_the_words_of_both_letters(base: World) -> None:
    page = base.browser("lead_a").get(f"/submissions/{base.submission}/outcome").text
    assert [words in page for _, words in SAID.values()] == [True, True]
    assert "Private to" not in page


def _assembly(session: Session) -> list[str]:
    """Names, addresses and ids of all who judge, and the ids of what they wrote."""
    judging = select(Membership.person_id).where(
        col(Membership.role).in_((Role.REVIEWER, Role.MODERATOR, Role.ADMINISTRATOR))
    )
    people = session.exec(select(Person).where(col(Person.id).in_(judging))).all()
    written = (*session.exec(select(Review.id)).all(), *session.exec(select(Decision.id)).all())
    ids = [*(one.id for one in people), *written]
    told = [text for id_ in ids for text in (str(id_), id_.hex)]
    return [*told, *(one.name for one in people), *(one.email for one in people), "Private to"]


def _leaving(browser: TestClient, wanted: list[str]) -> Iterator[tuple[str, str, bytes]]:
    """Address, name and bytes of all that is no page."""
    for path in wanted:
        answer = browser.get(path)
        told = answer.headers.get("content-disposition", "")
        if answer.status_code == 200 and (told or "html" not in answer.headers.get("content-type", "")):
            yield path, told.partition('filename="')[2].partition('"')[0] or path, answer.content


def _faults(world: World, part: str, wanted: list[str]) -> tuple[list[str], set[str]]:
    """Which files name somebody, and as what; and the endings of all that were looked at."""
    made_by = ("", world.app.state.portal.settings.portal_name, ISSUER.name)
    with world.database.read() as session:
        words = _assembly(session)
    endings, found = set(), []
    for path, name, content in _leaving(world.browser(part), wanted):
        endings.add(name.rpartition(".")[2])
        found += [f"{path}: {one}" for one in named(name, content, words)]
        if not path.startswith(("/evidence", "/static")):
            found += [f"{path}: by {one}" for one in described(name, content) if one not in made_by]
    return found, endings


@pytest.mark.parametrize("part", whose("lead_a"))
def test_b14_no_file_that_leaves_names_who_judged(part: str, base: World) -> None:
    """In no part, word or description of it; and nobody but the portal has made what the portal makes."""
    found, endings = _faults(base, part, paths(base))
    assert (found, {"pdf", "docx", "xlsx", "zip", "csv"} - endings) == ([], set())


# The tests above are tested: each of these leaks is let in, and must be found.


def _with_names(session: Session, decision: Decision) -> dict[str, list[Feedback]]:
    by = select(Review.letter, Person.name).join(Person, col(Person.id) == Review.reviewer_id)
    told = dict(session.exec(by.where(Review.submission_id == decision.submission_id)).all())
    found = feedback_queries.feedback(session, decision)
    return {code: [Feedback(told[one.author[-1]], one.text) for one in ones] for code, ones in found.items()}


def _by_age(session: Session, decision: Decision) -> dict[str, list[Feedback]]:
    """In the order in which they were sealed, which follows the people and not the letters."""
    by = select(Review.letter).where(Review.submission_id == decision.submission_id)
    order = list(session.exec(by.order_by(col(Review.sealed_at))).all())
    found = feedback_queries.feedback(session, decision)
    return {code: sorted(ones, key=lambda one: order.index(one.author[-1])) for code, ones in found.items()}


@pytest.mark.parametrize(
    ("leak", "beginning", "play"),
    [(_with_names, SWAPPED, _out(Y, X)), (_by_age, OTHER_LETTERS, _out(X, Y)), (_by_age, ALONE, _out(Y, X))],
)
def test_the_comparison_finds_what_is_let_out(
    leak: object, beginning: Beginning, play: Play, base: World, worlds: Worlds
) -> None:
    other, wanted = worlds.world(beginning, play, nothing), [f"/submissions/{base.submission}/outcome"]
    assert differences(fetched(base, "lead_a", wanted), fetched(other, "lead_a", wanted)) == []
    with patch.object(outcomes, "feedback", leak):
        assert differences(fetched(base, "lead_a", wanted), fetched(other, "lead_a", wanted)) != []


def _by(source: bytes, name: str) -> bytes:
    """The PDF with an author."""
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(source)) as document:
        document.docinfo["/Author"] = name
        document.save(target)
    return target.getvalue()


def _document_by(form: Form, name: str) -> bytes:
    target, document = io.BytesIO(), docx.Document(io.BytesIO(write_document(form)))
    document.core_properties.last_modified_by = name
    document.save(target)
    return target.getvalue()


def _spreadsheet_by(form: Form, name: str) -> bytes:
    target, book = io.BytesIO(), openpyxl.load_workbook(io.BytesIO(write_spreadsheet(form)))
    book.properties.creator = name
    book.save(target)
    return target.getvalue()


NAME, DRAW = "Reviewer 1", form_pdf.draw
LETTER, FORM = "/submissions/{submission}/outcome/letter.pdf", "/self-assessments/{own}/export"
MAKING = [
    (form_pdf, "draw", lambda html: _by(DRAW(html), NAME), LETTER),
    (form_pdf, "draw", lambda html: DRAW(html.replace("Reviewer A", NAME)), LETTER),
    (exports, "write_document", lambda form: _document_by(form, NAME), f"{FORM}.docx"),
    (exports, "write_spreadsheet", lambda form: _spreadsheet_by(form, NAME), f"{FORM}.xlsx"),
    (exports, "write_document", lambda form: _document_by(form, NAME), f"{FORM}.zip"),
]


@pytest.mark.parametrize(("module", "name", "leak", "path"), MAKING)
def test_b14_a_name_that_is_let_out_is_found(
    module: object, name: str, leak: object, path: str, base: World
) -> None:
    with base.database.read() as session:
        own = session.get_one(Submission, base.submission).self_assessment_id
        assert NAME in _assembly(session)
    wanted = [path.format(submission=base.submission, own=own)]
    assert _faults(base, "lead_a", wanted)[0] == []
    with patch.object(module, name, leak):
        assert _faults(base, "lead_a", wanted)[0] != []
