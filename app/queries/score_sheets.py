"""All that a score sheet is made of, read at one moment. Nothing here looks at another's review."""

from collections.abc import Mapping
from uuid import UUID

from sqlmodel import Session

from app.models import Review, Verdict
from app.queries import reviews, sealed_copies, submissions, verdicts
from app.queries.frameworks import FrameworkShelf
from app.rules.score_sheets import Asked, Contents, Link
from app.rules.sealing import SealedAnswer


def contents(session: Session, shelf: FrameworkShelf, review: Review) -> Contents:
    """The criteria that this review scores, in the order of the sealed copy, with the reviewer's own scores."""
    facts = submissions.facts(session, review.submission_id)
    copy = sealed_copies.document(session, review.submission_id).content
    framework = shelf.get(session, facts.framework_version_id)
    given = reviews.scores(session, review.id)
    marked = verdicts.by_code(session, review.id)
    done = verdicts.shown_of_conditions(session, review.id)
    codes = [code for code in copy.codes if code in given]
    return Contents(
        review_id=review.id,
        copy_sha256=review.copy_sha256,
        organisation=copy.organisation_name,
        ods_code=copy.ods_code,
        level=framework.level(copy.level).name,
        window=facts.window_name,
        framework=framework,
        scores={code: given[code] for code in codes},
        links={code: _links(copy.answer(code), marked.get(code, {})) for code in codes},
        asked={code: _asked(copy.answer(code), done) for code in codes},
    )


def _links(answer: SealedAnswer, marked: Mapping[UUID, Verdict]) -> tuple[Link, ...]:
    """Each piece of evidence once, as a verdict is on the piece and not on its place in the list."""
    found = {one.version_id: one for one in reversed(answer.evidence)}
    return tuple(
        Link(one.version_id, one.title, one.place, marked.get(one.version_id))
        for one in answer.evidence
        if found[one.version_id] is one
    )


def _asked(answer: SealedAnswer, done: Mapping[UUID, bool]) -> tuple[Asked, ...]:
    return tuple(
        Asked(one.condition_id, one.text, one.answer, done.get(one.condition_id)) for one in answer.conditions
    )
