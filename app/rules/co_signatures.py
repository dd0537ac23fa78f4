"""The staff network's view of a submission: until when it may be given, and who may know what of it.

The rule of time: from the hand-over on, and until 10 working days after the signature that counts. It never depends
on the reviews: a page that closed with the first sealed review would tell the organisation that there is one.
The view never blocks signing or submitting, and is no score.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from app.models import Status, View
from app.rules.days import uk_day
from app.rules.errors import RuleError
from app.rules.passages import passage
from app.rules.people import Who
from app.rules.permissions import Permission, Scope, allows
from app.rules.workflow import STAGE, Stage
from app.rules.working_days import after, end_of

WORKING_DAYS = 10
LONGEST_COMMENT = 4_000  # characters, some 600 words
WORDS = {
    View.AGREE: "Agrees",
    View.AGREE_WITH_COMMENT: "Agrees, with a comment",
    View.DISAGREE: "Disagrees",
}


@dataclass(frozen=True)
class Given:
    """One time that a view was given. ``receipt``: of the sealed copy it is about; empty before there was one."""

    at: datetime
    receipt: str
    view: View | None  # None: not for the eyes of who reads this


@dataclass(frozen=True)
class CoSigning:
    """What somebody may know of one chair's view. ``given``: every time, the first one first."""

    asked_at: datetime
    given: tuple[Given, ...]
    view: View | None
    comment: str
    is_view_shared: bool
    is_comment_shared: bool

    @property
    def is_asked_again(self) -> bool:
        """Asked once more, for a further copy, and not answered since."""
        return bool(self.given) and self.asked_at > self.given[-1].at


def sees_views(who: Who, scope: Scope) -> bool:
    """Whether the person judges the submission, and so reads every view in full."""
    judging = (Permission.REVIEW, Permission.MODERATE, Permission.DECIDE, Permission.REQUEST_CHANGES)
    return any(allows(permission, who, scope) for permission in judging)


def for_organisation(found: CoSigning) -> CoSigning:
    """As far as the chair allows the organisation to read it. When it was given always shows; never what it was."""
    return replace(
        found,
        given=tuple(replace(one, view=None) for one in found.given),
        view=found.view if found.is_view_shared else None,
        comment=found.comment if found.is_comment_shared else "",
        is_view_shared=found.is_view_shared and found.view is not None,
        is_comment_shared=found.is_comment_shared and bool(found.comment),
    )


def closes_at(status: Status, sealed_at: datetime | None) -> datetime | None:
    """The first moment that is too late for a view; None while no signature has begun the 10 working days."""
    if STAGE[status] in (Stage.WITH_SPONSOR, Stage.CHANGES_REQUESTED) or sealed_at is None:
        return None
    return end_of(after(uk_day(sealed_at), WORKING_DAYS))


def is_open(status: Status, sealed_at: datetime | None, at: datetime, *, is_appeal: bool = False) -> bool:
    """Whether a view may be given at ``at``. The same in every status of one stage; never under appeal."""
    if STAGE[status] in (Stage.CLOSED, Stage.OUTCOME_RELEASED) or is_appeal:
        return False
    ends = closes_at(status, sealed_at)
    return ends is None or at < ends


def typed_view(text: str) -> View:
    try:
        return View(text)
    except ValueError:
        raise RuleError("Choose what the staff network says.", field="view") from None


def typed_comment(view: View, text: str) -> str:
    """The comment, tidied. RuleError when it is due and missing, or does not go with the view."""
    comment = passage(text, "comment")
    if view is View.AGREE:
        if comment:
            raise RuleError("Choose to agree with a comment, or clear the comment.", field="view")
        return ""
    if not comment:
        raise RuleError("Enter the staff network's comment.", field="comment")
    if len(comment) > LONGEST_COMMENT:
        raise RuleError(f"Shorten the comment to {LONGEST_COMMENT:,} characters or fewer.", field="comment")
    return comment
