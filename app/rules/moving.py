"""A self-assessment that was moved to a newer framework version is read, not written."""

from collections.abc import Collection

from app.models import SelfAssessment
from app.rules.errors import Conflict

MOVED = "This self-assessment was moved to a newer framework version, so it can only be read. Write in the newer one."


def may_still_write(self_assessment: SelfAssessment, code: str, reopened_codes: Collection[str] = ()) -> bool:
    """Whether an answer may be changed: always before the move; afterwards only where a request for changes to a
    submission made from it reopened the criterion."""
    return self_assessment.moved_at is None or code in reopened_codes


def require_writable(
    self_assessment: SelfAssessment, code: str, reopened_codes: Collection[str] = ()
) -> None:
    """Raise Conflict unless the answer to ``code`` may be changed."""
    if not may_still_write(self_assessment, code, reopened_codes):
        raise Conflict(MOVED)


def require_current(self_assessment: SelfAssessment) -> None:
    """Raise Conflict when nothing new may begin here, such as a hand-over, because it was moved."""
    if self_assessment.moved_at is not None:
        raise Conflict(MOVED)
