"""Examples: shown only with consent that stands, a recognition in date, and words of the sealed answer."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlmodel import Session, col, select

from app.actions import example_curation, examples
from app.actions.evidence import Content
from app.adapters.findings.kinds import Finding, Kind
from app.db import Database
from app.models import Event, ExampleConsent, Mail, Submission
from app.queries import example_lists
from app.queries import examples as queries
from app.queries.examples import Shown
from app.rules.errors import Conflict, RuleError, Stale
from app.rules.evidence import Details
from app.rules.examples import CUT, State
from tests.judging import sealed_submission
from tests.recognised import ON, WHY, certificate_of, consented, prepared, published, recognised, shown
from tests.story import NOW, Story


def beside(session: Session, story: Story, code: str = "B01", days: int = 0) -> list[Shown]:
    origins = [(story.version_id, code)]
    return queries.beside(session, origins, ON + timedelta(days), has_scanner=False)


def test_a_published_example_says_what_who_and_when(database: Database, story: Story) -> None:
    with database.write() as session:
        submission, given, example = shown(session, story)
        (one,) = beside(session, story)
        assert (one.id, one.excerpt, one.why, one.credit) == (
            example.id, "The board approved the statement in May.", WHY, "Fictional trust A",
        )  # fmt: skip
        assert (one.level_name, one.recognised_on, one.is_fictional, one.files) == ("Bronze", ON, True, ())
        assert beside(session, story, "B02") == []
        assert [one.id for one in queries.all_shown(session, ON, text="STATEMENT", has_scanner=False)] == [
            example.id
        ]
        assert queries.all_shown(session, ON, text="statement%", has_scanner=False) == []
        mails = session.exec(select(Mail).where(Mail.subject == "Your answer is shown as an example")).all()
        assert sorted(one.to for one in mails) == ["lead.a@example.invalid", "sponsor.a@example.invalid"]
        assert f"/submissions/{submission.id}/examples/B01" in mails[0].body
        assert given.credit not in mails[0].body  # a mailbox may be shared


def _verbs(session: Session, submission: Submission) -> list[str]:
    stream = f"submission:{submission.id}"
    rows = session.exec(select(Event).where(Event.stream == stream).order_by(col(Event.number))).all()
    return [row.verb for row in rows if "example" in row.verb or "answer be shown" in row.verb]


def test_a_consent_taken_back_leaves_nothing_but_the_history(database: Database, story: Story) -> None:
    with database.write() as session:
        submission, given, example = shown(session, story)
        by = story.who(session, "sponsor_a")  # either of the two who may give it
        examples.withdraw(session, given, submission, by=by, at=NOW)
        assert beside(session, story) == []
        assert queries.all_shown(session, ON, has_scanner=False) == []
        assert queries.one_shown(session, example.id, ON, has_scanner=False) is None
        (listed,) = example_lists.of_submission(session, submission.id, ON)
        assert (listed.state, listed.taken_back_by) == (State.TAKEN_BACK, "Executive sponsor, trust A")
        assert _verbs(session, submission) == [
            "let an answer be shown", "prepare an example", "publish an example", "take back an example",
        ]  # fmt: skip
        with pytest.raises(Conflict, match="taken back already"):
            examples.withdraw(session, given, submission, by=by, at=NOW)
        again = consented(session, story, submission)  # another consent, which shows nothing by itself
        assert (again.id != given.id, beside(session, story)) == (True, [])
        with pytest.raises(Conflict, match="taken its consent back"):
            published(session, story, submission, given, example)


def test_what_is_revoked_expired_or_taken_down_is_not_shown(database: Database, story: Story) -> None:
    with database.write() as session:
        submission, given, example = shown(session, story)
        last = certificate_of(session, submission.id).expires_on
        assert [len(beside(session, story, days=(last - ON).days + days)) for days in (0, 1)] == [1, 0]
        by = story.who(session, "administrator")
        example_curation.take_down(session, example, given, submission, "A link is dead.", by=by, at=NOW)
        assert beside(session, story) == []
        with pytest.raises(Conflict, match="is not shown"):
            example_curation.take_down(session, example, given, submission, "Again.", by=by, at=NOW)
        published(session, story, submission, given, example)
        assert (len(beside(session, story)), example.taken_down_reason) == (1, "")


@pytest.mark.reaches_past  # revoked by one person alone
def test_a_revoked_recognition_takes_its_examples_with_it(database: Database, story: Story) -> None:
    with database.write() as session:
        submission, given, example = shown(session, story)
        certificate = certificate_of(session, submission.id)
        certificate.revoked_on, certificate.revoked_at = ON, NOW
        session.flush()
        assert beside(session, story) == []
        (listed,) = example_lists.of_submission(session, submission.id, ON)
        assert listed.state is State.NOT_IN_DATE
        for attempt in (
            lambda: published(session, story, submission, given, example),
            lambda: consented(session, story, submission, "B02"),
        ):
            with pytest.raises(Conflict, match="recognition that is in date"):
                attempt()


@pytest.mark.reaches_past  # a submission without a history
def test_only_what_is_recognised_and_said_can_be_consented_to(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = recognised(session, story)
        unjudged = sealed_submission(session, story, "ZZB", "b")
        with pytest.raises(Conflict, match="recognition that is in date"):
            consented(session, story, unjudged, part="lead_b")
        consented(session, story, submission)
        with pytest.raises(Conflict, match="given already"):
            consented(session, story, submission)
        with pytest.raises(RuleError, match="no text"):
            consented(session, story, submission, "B09")  # not in the copy
        with pytest.raises(RuleError, match="how your organisation wants to be named"):
            consented(session, story, submission, "B02", credit=" ")


def test_an_excerpt_is_checked_and_never_changed_while_it_is_shown(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = recognised(session, story)
        given, by = consented(session, story, submission), story.who(session, "administrator")

        def save(
            excerpt: str, why: str = WHY, *, version: int = 0, looked: bool = False, **more: object
        ) -> None:
            example_curation.save(
                session, given, submission, story.framework, excerpt, why, version=version,
                has_looked=looked, by=by, at=NOW, on=ON, found=more.get("found", ()),  # type: ignore[arg-type]
            )  # fmt: skip

        with pytest.raises(RuleError, match="does not stand in the sealed answer"):
            save("The board refused.")
        mail = Finding(Kind.EMAIL, "line 1", "a***@trust.example")
        with pytest.raises(RuleError, match=r"email address \(a\*\*\*@trust.example\)"):
            save("The board approved", found=(mail,), looked=True)
        with pytest.raises(RuleError, match="Look at what was found"):
            save("The board approved", "Dr Patel led it.")
        with pytest.raises(RuleError, match="Say why"):
            save("The board approved", " ")
        save("The board approved", "Dr Patel led it.", looked=True)
        example = queries.of_consent(session, given.id)
        assert example is not None
        assert (example.excerpt, example.version, beside(session, story)) == (
            f"The board approved {CUT}",
            1,
            [],
        )
        with pytest.raises(Stale):
            save("The board approved")
        with pytest.raises(Stale, match="changed since you looked"):
            example_curation.publish(session, example, given, submission, version=0, by=by, at=NOW, on=ON)
        published(session, story, submission, given, example)
        with pytest.raises(Conflict, match="Take it down before"):
            save("in May", version=1)
        with pytest.raises(Conflict, match="shown already"):
            published(session, story, submission, given, example)


def test_an_administrator_with_a_conflict_sees_no_consent(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = recognised(session, story)
        consented(session, story, submission)
        found = {
            part: (
                [
                    one.consent.criterion_code
                    for one in example_lists.to_curate(session, story.who(session, part), ON)
                ],
                example_lists.number_waiting(session, story.who(session, part), ON),
            )
            for part in ("administrator", "administrator_of_a")
        }
    assert found == {"administrator": (["B01"], 1), "administrator_of_a": ([], 0)}


def test_a_consent_that_is_prepared_waits_no_more(database: Database, story: Story) -> None:
    with database.write() as session:
        submission = recognised(session, story)
        given, who = consented(session, story, submission), story.who(session, "administrator")
        prepared(session, story, submission, given)
        states = [one.state for one in example_lists.to_curate(session, who, ON)]
        assert (states, example_lists.number_waiting(session, who, ON)) == ([State.DRAFT], 0)


def _file(session: Session, story: Story, submission: Submission, given: ExampleConsent, sha256: str) -> None:
    content = Content("minutes.txt", "text/plain", 10, sha256, uuid4().hex)
    details = Details("Minutes, redacted", date(2026, 5, 1))
    by = story.who(session, "lead_a")
    examples.add_file(session, given, submission, details, content, quota=100_000, by=by, at=NOW)


def test_a_file_of_the_sealed_copy_is_no_redacted_one_and_three_are_enough(
    database: Database, story: Story
) -> None:
    with database.write() as session:
        submission = recognised(session, story)
        given = consented(session, story, submission)
        with pytest.raises(RuleError, match="a file of the sealed copy, unchanged"):
            _file(session, story, submission, given, "0" * 64)
        for number in range(3):
            _file(session, story, submission, given, f"{number + 1:064}")
        with pytest.raises(RuleError, match="at most 3 files"):
            _file(session, story, submission, given, "9" * 64)
        examples.withdraw(session, given, submission, by=story.who(session, "lead_a"), at=NOW)
        with pytest.raises(Conflict, match="taken back"):
            _file(session, story, submission, given, "8" * 64)
