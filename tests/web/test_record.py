"""The moderation record: everything that led to each score, by letters, for the Assembly's roles alone."""

import io
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pikepdf
import pypdfium2
import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from app.actions import meetings as actions
from app.db import Database
from app.models import (
    AgreedScore,
    ConditionVerdict,
    EvidenceVerdict,
    EvidenceVersion,
    Person,
    Review,
    ReviewStatus,
    Status,
    Submission,
    Verdict,
    Waiver,
)
from tests import holdings
from tests.judging import agreed, assigned, in_moderation, sealed, sealed_submission
from tests.meetings import item_of, opened, planned
from tests.story import NOW, Story

Browser = Callable[[Person], TestClient]


@pytest.fixture
def recorded(database: Database, story: Story) -> UUID:
    """Trust A's submission, moderated at a meeting, with verdicts and a waiver."""
    with database.write() as session:
        submission, both = in_moderation(session, story)
        version = session.exec(select(EvidenceVersion)).one()
        verdicts = ((both[0], Verdict.SUPPORTS), (both[1], Verdict.COULD_NOT_OPEN))
        for review, verdict in verdicts:
            row = EvidenceVerdict(
                review_id=review.id,
                criterion_code="B01",
                evidence_version_id=version.id,
                verdict=verdict,
                marked_at=NOW,
            )
            session.add(row)
        meeting = planned(session, story)
        item = item_of(session, meeting, submission)
        opened(session, story, meeting, "moderator")
        by = story.who(session, "moderator")
        actions.open_item(session, meeting, item, submission, by=by, at=NOW)
        agreed(session, story, submission, "B01", 2)
        agreed(session, story, submission, "B02", 1)
        actions.close_item(session, meeting, item, by=by, at=NOW + timedelta(minutes=9))
        session.add(
            Waiver(
                person_id=story.people["reviewer_of_c"].id,
                submission_id=submission.id,
                conflict="Works for Fictional trust C, in the same ICB.",
                reason="Knows the criterion best.",
                asked_at=NOW,
                asked_by_id=story.people["moderator"].id,
                granted_at=NOW,
                granted_by_id=story.people["administrator"].id,
                ended_at=NOW,
                ended_by_id=story.people["moderator"].id,
            )
        )
        return submission.id


def letters(database: Database, submission_id: UUID) -> dict[str, str]:
    """The letter of each reviewer's part."""
    with database.read() as session:
        rows = session.exec(select(Review).where(Review.submission_id == submission_id)).all()
        names = {person.id: person.name for person in session.exec(select(Person)).all()}
        return {names[row.reviewer_id]: row.letter for row in rows}


def text_of(browser: TestClient, path: str) -> str:
    return " ".join(browser.get(path).text.split())


def test_the_record_tells_each_score_by_letter_and_who_moved_it_and_why(
    recorded: UUID, database: Database, story: Story, browser_of: Browser
) -> None:
    text = text_of(browser_of(story.people["administrator"]), f"/submissions/{recorded}/record")
    by = letters(database, recorded)
    given = {"Reviewer 1": 1, "Reviewer 2": 3, "Reviewer 3": 2}
    in_order = ", ".join(str(given[name]) for name in sorted(given, key=lambda name: by[name]))
    in_order = " and ".join(in_order.rsplit(", ", 1))
    name = story.framework.settings.score_names[2].lower()
    for words in (
        f"From {in_order} to 2, {name}",
        "Agreed by Moderator on 22 November 2026 at 12:00pm.",
        "Agreed B01",
        f"Board paper: Reviewer {min(by['Reviewer 1'], by['Reviewer 2'])}, ",
        f"Reviewer {by['Reviewer 2']}, could not open",
        f"Reviewer {by['Reviewer 3']}, third reviewer: sealed on",
        "Reviewer who works for trust C, Moderation, December of 3 December 2026.",
        "Asked for by Moderator on 22 November 2026 at 12:00pm.",
        "Granted by Administrator on 22 November 2026 at 12:00pm.",
        "Taken back by Moderator",
        "Knows the criterion best.",
        "By both scores the criterion meets the rule, so the lower one counts.",
    ):
        assert words in text
    assert "Note B0" not in text
    for part in ("reviewer_1", "reviewer_2", "reviewer_3"):
        person = story.people[part]
        assert [word in text for word in (f">{person.name}<", person.email, str(person.id))] == [False] * 3


def test_the_moderators_page_shows_three_scores_verdicts_and_what_was_agreed(
    recorded: UUID, database: Database, story: Story, browser_of: Browser
) -> None:
    text = text_of(browser_of(story.people["moderator"]), f"/submissions/{recorded}/moderation/B01")
    by = letters(database, recorded)
    for name, score in (("Reviewer 1", 1), ("Reviewer 2", 3), ("Reviewer 3", 2)):
        assert f"Reviewer {by[name]}: {score}, " in text
    assert f"Reviewer {by['Reviewer 1']}, supports" in text
    assert text.count("nhsuk-grid-column-one-third portal-judged") == 3
    assert "An agreed score is never changed." in text


@pytest.mark.reaches_past
def test_an_earlier_condition_and_a_struck_review_are_on_record(
    recorded: UUID, database: Database, story: Story, browser_of: Browser
) -> None:
    with database.write() as session:
        submission = session.get_one(Submission, recorded)
        condition = holdings.condition(session, story, submission, "B02", "Show the minute.")
        third = session.exec(select(Review).where(Review.reviewer_id == story.people["reviewer_3"].id)).one()
        first = session.exec(select(Review).where(Review.reviewer_id == story.people["reviewer_1"].id)).one()
        session.add(
            ConditionVerdict(review_id=first.id, condition_id=condition.id, is_done=True, marked_at=NOW)
        )
        third.status, third.struck_at = ReviewStatus.REMOVED, NOW
        third.struck_reason = "A cousin works there."
    text = text_of(browser_of(story.people["administrator"]), f"/submissions/{recorded}/record")
    by = letters(database, recorded)
    assert f"Reviewer {by['Reviewer 1']}: done. Show the minute." in text
    assert f"Reviewer {by['Reviewer 3']}, third reviewer: struck on 22 November 2026 at 12:00pm" in text
    assert "A cousin works there." in text


@pytest.mark.reaches_past
def test_a_score_that_was_agreed_anew_shows_from_what_to_what(
    recorded: UUID, database: Database, story: Story, browser_of: Browser
) -> None:
    """Within a round from the score agreed before; in the next round from what its own reviewers gave."""
    with database.write() as session:
        for number, score in ((2, 3), (3, 1)):
            row = AgreedScore(
                submission_id=recorded,
                criterion_code="B01",
                number=number,
                score=score,
                reason=f"Anew {number}",
                agreed_at=NOW + timedelta(hours=number),
                agreed_by_id=story.people["moderator"].id,
            )
            row.struck_at = NOW + timedelta(days=1) if number == 3 else None
            session.add(row)
    names = [name.lower() for name in story.framework.settings.score_names]
    for path, part in (("record", "administrator"), ("moderation/B01", "moderator")):
        text = text_of(browser_of(story.people[part]), f"/submissions/{recorded}/{path}")
        assert f"From 2 to 3, {names[3]}" in text
        assert f"From 3 to 1, {names[1]}" in text
        assert "It no longer counts since 23 November 2026 at 12:00pm" in text
        assert text.index("Agreed B01") < text.index("Anew 2") < text.index("Anew 3")


@pytest.mark.reaches_past
def test_a_round_shows_once_all_its_reviews_are_sealed(
    recorded: UUID, database: Database, story: Story, browser_of: Browser
) -> None:
    """Under appeal the earlier round stays on record; a withdrawn or reopened one shows nothing of the present."""
    browser, path = browser_of(story.people["administrator"]), f"/submissions/{recorded}/record"
    shown = {}
    for status, number in (
        (Status.RELEASED, 1),
        (Status.APPEALED, 2),
        (Status.THIRD_REVIEW, 1),
        (Status.IN_REVIEW, 1),
    ):
        with database.write() as session:
            submission = session.get_one(Submission, recorded)
            submission.status, submission.round = status, number
        shown[status] = "Reason B01 by A" in browser.get(path).text
    assert shown == {
        Status.RELEASED: True,
        Status.APPEALED: True,
        Status.THIRD_REVIEW: False,
        Status.IN_REVIEW: False,
    }


def test_b15_before_every_review_is_sealed_the_record_is_the_same_bytes(
    database: Database, story: Story, browser_of: Browser
) -> None:
    with database.write() as session:
        submission = sealed_submission(session, story)
        both = assigned(session, story, submission)
        id_ = submission.id
    browser, path = browser_of(story.people["moderator"]), f"/submissions/{id_}/record"
    before = browser.get(path).content
    with database.write() as session:
        sealed(session, story, session.merge(both[0]), {"B01": 3, "B02": 3, "B03": 3})
    assert browser.get(path).content == before


def test_who_may_read_the_record(recorded: UUID, story: Story, browser_of: Browser) -> None:
    """404 for who may not know of the submission, 403 for who may but not of its moderation."""
    found: dict[str, set[int]] = {}
    for part in story.people:
        answers = [
            browser_of(story.people[part]).get(f"/submissions/{recorded}{path}") for path in ("/record",)
        ]
        found[part] = {answer.status_code for answer in answers}
    readers = {part for part, codes in found.items() if codes == {200}}
    assert readers == {"moderator", "administrator", "administrator_2"}
    knowing = {part for part, codes in found.items() if codes == {403}}
    assert knowing == {
        "lead_a", "contributor_a", "sponsor_a", "chair_a", "reviewer_1", "reviewer_2", "reviewer_3",
    }  # fmt: skip
    conflicted = browser_of(story.people["administrator_of_a"])
    for path in ("/record", "/record.pdf"):
        hidden, nothing = (conflicted.get(f"/submissions/{id_}{path}") for id_ in (recorded, uuid4()))
        assert (hidden.status_code, hidden.content) == (404, nothing.content)


def test_the_pdf_has_a_page_for_each_criterion_is_tagged_and_names_no_reviewer(
    recorded: UUID, story: Story, browser_of: Browser
) -> None:
    browser = browser_of(story.people["administrator"])
    answer = browser.get(f"/submissions/{recorded}/record.pdf")
    assert answer.headers["content-disposition"].startswith(
        'attachment; filename="moderation-record-ZZA-bronze.pdf"'
    )
    read = pypdfium2.PdfDocument(answer.content)
    pages = [read[number].get_textpage().get_text_bounded() for number in range(len(read))]
    begins = [page.split()[0] for page in pages]
    assert begins == ["Moderation", "B01", "B02", "B03"]
    with pikepdf.open(io.BytesIO(answer.content)) as opened_pdf:
        assert bool(opened_pdf.Root.MarkInfo.Marked) is True
        assert str(opened_pdf.Root.Lang) == "en-GB"
        told = {str(key): str(value) for key, value in opened_pdf.docinfo.items()}
    assert told["/Title"] == "Moderation record: Fictional trust A, Bronze, Autumn 2026"
    everything = " ".join(" ".join(pages).split()) + str(told)
    for part in ("reviewer_1", "reviewer_2", "reviewer_3"):
        assert (story.people[part].name in everything, story.people[part].email in everything) == (
            False,
            False,
        )
    assert "Note B0" not in everything
    assert "Agreed by Moderator" in everything
