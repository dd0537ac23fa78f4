"""Where a submission goes when something that was judged no longer counts, because a conflict came to light."""

from enum import IntEnum

from app.models import Status


class Fell(IntEnum):
    """What no longer counts, the earliest step first: with it falls all that came after it."""

    FIRST_REVIEW = 1
    THIRD_REVIEW = 2
    AGREED_SCORE = 3
    DECISION = 4


# Reviewers are wanted or at work here, or the organisation is at work, and that doesn't change.
_NOTHING_FOLLOWED = (
    Status.AWAITING_SIGN_OFF,
    Status.SUBMITTED,
    Status.CHANGES_REQUESTED,
    Status.IN_REVIEW,
    Status.APPEALED,
)
_IN_TURN = (
    Status.IN_REVIEW,
    Status.THIRD_REVIEW,
    Status.IN_MODERATION,
    Status.AWAITING_DECISION,
    Status.DECIDED,
)
_BACK_TO = {
    Fell.FIRST_REVIEW: Status.IN_REVIEW,
    Fell.THIRD_REVIEW: Status.THIRD_REVIEW,
    Fell.AGREED_SCORE: Status.IN_MODERATION,
    Fell.DECISION: Status.AWAITING_DECISION,
}


def status_after(status: Status, fell: Fell) -> Status:
    """The status from which what fell is done again; nothing goes forward by it.

    Never back to "submitted", even when the only review that had been started fell: the organisation would see the
    step back and know that something happened among the reviewers. An open question to the organisation stays open
    when only an agreed score or a decision fell, for it is answered before either is made again.
    """
    if status in _NOTHING_FOLLOWED:
        return status
    if status is Status.AWAITING_ANSWER and fell in (Fell.AGREED_SCORE, Fell.DECISION):
        return status
    back = _BACK_TO[fell]
    if status is Status.AWAITING_ANSWER:
        return back
    return min(status, back, key=_IN_TURN.index)
