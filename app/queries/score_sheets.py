"""All that a score sheet is made of, read at one moment. Nothing here looks at another's review."""

from sqlmodel import Session

from app.models import Review
from app.queries import reviews, submissions
from app.queries.frameworks import FrameworkShelf
from app.rules.score_sheets import Contents


def contents(session: Session, shelf: FrameworkShelf, review: Review) -> Contents:
    """The criteria that this review scores, in the order of the sealed copy, with the reviewer's own scores."""
    facts = submissions.facts(session, review.submission_id)
    copy = submissions.sealed(session, review.submission_id).content
    framework = shelf.get(session, facts.framework_version_id)
    given = reviews.scores(session, review.id)
    return Contents(
        review_id=review.id,
        copy_sha256=review.copy_sha256,
        organisation=copy.organisation_name,
        ods_code=copy.ods_code,
        level=framework.level(copy.level).name,
        window=facts.window_name,
        framework=framework,
        scores={code: given[code] for code in copy.codes if code in given},
    )
