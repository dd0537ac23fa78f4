"""Choosing what of a recognised answer is shown, publishing it and taking it down. The caller holds the submission's
row, so that nothing is published beside a consent that is being taken back."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Session

from app.actions import mails
from app.actions.examples import note_event, require_recognised, sealed_texts
from app.adapters.findings.kinds import Finding
from app.criteria.schema import Framework
from app.models import Example, ExampleConsent, Submission
from app.queries import examples, people
from app.rules.errors import Conflict, RuleError, Stale
from app.rules.examples import doubts, excerpt_given, why_given
from app.rules.history import sha256
from app.rules.passages import required_passage
from app.rules.people import Who


def save(
    session: Session,
    given: ExampleConsent,
    submission: Submission,
    framework: Framework,
    excerpt: str,
    why: str,
    *,
    found: Sequence[Finding],
    has_looked: bool,
    version: int,
    by: Who,
    at: datetime,
    on: date,
) -> Example:
    """Keep the excerpt and why it is good practice; nothing is shown before it is published.

    ``found``: what the search of uploaded files finds in the excerpt. Stale when somebody else saved since
    ``version``; Conflict while it is shown; RuleError when the excerpt says what the sealed answer does not, holds an
    address or number of a person, or seems to tell who somebody is and nobody ``has_looked``.
    """
    _require_given(given)
    require_recognised(session, submission, on)
    example = examples.of_consent(session, given.id)
    _require_changeable(example, version)
    texts = [text for _, text in sealed_texts(session, submission, framework, given.criterion_code)]
    quoted = excerpt_given(excerpt, texts)
    _require_nobody_told(found)
    because = why_given(why)
    _require_looked_at(session, given, f"{quoted}\n{because}", has_looked)
    example = example or _first_draft(given, submission, quoted, by, at)
    example.excerpt, example.why, example.version = quoted, because, example.version + 1
    session.add(example)
    session.flush()
    facts = {"example": str(example.id), "digest": sha256(quoted), "version": example.version}
    note_event(session, "prepare an example", given, submission, by, at, facts)
    return example


def publish(
    session: Session,
    example: Example,
    given: ExampleConsent,
    submission: Submission,
    *,
    version: int,
    by: Who,
    at: datetime,
    on: date,
    base_url: str = "",
) -> None:
    """Show the example beside its criterion, with the files that are there now, and tell the organisation.

    Stale when it is not the text that was previewed; Conflict when it is shown already, the consent is taken back or
    the recognition is not in date.
    """
    _require_given(given)
    require_recognised(session, submission, on)
    session.refresh(example)
    if example.version != version:
        raise Stale("This example was changed since you looked at it. Read it again, then publish.")
    if is_shown(example):
        raise Conflict("This example is shown already.")
    example.published_at, example.published_by_id = at, by.person_id
    example.taken_down_at, example.taken_down_by_id, example.taken_down_reason = None, None, ""
    facts = {"example": str(example.id), "digest": sha256(example.excerpt), "version": example.version}
    note_event(session, "publish an example", given, submission, by, at, facts)
    path = f"{base_url}/submissions/{submission.id}/examples/{given.criterion_code}"
    body = (
        f"The Assembly now shows part of your answer to {given.criterion_code} as an example of good practice, "
        f"credited as you asked. Read it, and take your consent back at any time, here:\n\n{path}\n"
    )
    for address in people.leads_and_sponsor(session, submission.organisation_id, submission.sponsor_id):
        mails.write(session, address, "Your answer is shown as an example", body, at=at)


def take_down(
    session: Session,
    example: Example,
    given: ExampleConsent,
    submission: Submission,
    reason: str,
    *,
    by: Who,
    at: datetime,
) -> None:
    """Show the example no more, for a reason that the organisation reads."""
    session.refresh(example)
    if not is_shown(example):
        raise Conflict("This example is not shown.")
    said = required_passage(reason, "reason", "Enter the reason. The organisation reads it.")
    example.taken_down_at, example.taken_down_by_id, example.taken_down_reason = at, by.person_id, said
    facts = {"example": str(example.id)}
    note_event(session, "take down an example", given, submission, by, at, facts, reason=said)


def is_shown(example: Example) -> bool:
    """Published and not taken down. Whether anyone sees it also depends on the consent and the recognition."""
    return example.published_at is not None and example.taken_down_at is None


def _require_given(given: ExampleConsent) -> None:
    if given.withdrawn_at is not None:
        raise Conflict("The organisation has taken its consent back.")


def _require_changeable(example: Example | None, version: int) -> None:
    """Nobody's text is lost under another's, and what everyone reads changes only by a new publication."""
    if version != (example.version if example else 0):
        raise Stale("Somebody else saved this example since you opened it. Read what they wrote, then save.")
    if example is not None and is_shown(example):
        raise Conflict("This example is shown. Take it down before you change it.")


def _require_nobody_told(found: Sequence[Finding]) -> None:
    """Addresses and numbers of people have no place in an example, whatever anybody confirms."""
    if found:
        kinds = " and ".join(sorted({f"{one.kind.value} ({one.text})" for one in found}))
        raise RuleError(f"Cut out what identifies a person: {kinds}.", field="excerpt")


def _require_looked_at(session: Session, given: ExampleConsent, words: str, has_looked: bool) -> None:
    """What only seems to tell who somebody is may stay once a person has looked: no search can tell for sure."""
    if doubts(words, examples.known_people(session, given.organisation_id)) and not has_looked:
        raise RuleError("Look at what was found, then tick the box or cut it out.", field="looked")


def _first_draft(
    given: ExampleConsent, submission: Submission, excerpt: str, by: Who, at: datetime
) -> Example:
    """An example that nobody has saved yet, so at version 0."""
    return Example(
        consent_id=given.id,
        framework_version_id=submission.framework_version_id,
        criterion_code=given.criterion_code,
        excerpt=excerpt,
        version=0,
        drafted_at=at,
        drafted_by_id=by.person_id,
    )
