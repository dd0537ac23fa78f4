"""When they may: one table of transitions. Buttons, guards, tests and the diagram come from it."""

from dataclasses import dataclass
from enum import StrEnum

from app.models import OPEN_STATUSES, Status
from app.rules.errors import Conflict
from app.rules.permissions import Permission


class Verb(StrEnum):
    HAND_OVER = "hand over"
    SIGN = "sign"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    ASSIGN_REVIEWER = "assign reviewer"
    REMOVE_REVIEWER = "remove reviewer"
    REQUEST_CHANGES = "request changes"
    TAKE_BACK_CHANGES = "take back the request for changes"
    START_REVIEW = "start review"
    SEAL_REVIEW = "seal review"
    AGREE_SCORE = "agree score"
    DECIDE = "decide"
    RELEASE = "release"


@dataclass(frozen=True)
class Transition:
    """From which statuses a verb leads to which. ``told``: the organisation sees the event before release."""

    permission: Permission
    button: str
    come_from: tuple[Status | None, ...]  # None: there is no submission yet
    lead_to: tuple[Status, ...]
    told: bool


S = Status
TRANSITIONS: dict[Verb, Transition] = {
    Verb.HAND_OVER: Transition(
        Permission.HAND_OVER,
        "Hand to the executive sponsor",
        (None, S.CHANGES_REQUESTED),
        (S.AWAITING_SIGN_OFF,),
        True,
    ),
    Verb.SIGN: Transition(
        Permission.SIGN, "Sign and submit", (S.AWAITING_SIGN_OFF,), (S.SUBMITTED, S.IN_REVIEW), True
    ),
    Verb.DECLINE: Transition(
        Permission.SIGN,
        "Decline to sign",
        (S.AWAITING_SIGN_OFF,),
        (S.DECLINED, S.CHANGES_REQUESTED),  # changes that are not signed are still asked for
        True,
    ),
    Verb.WITHDRAW: Transition(
        Permission.WITHDRAW,
        "Withdraw",
        (S.AWAITING_SIGN_OFF, S.SUBMITTED, S.CHANGES_REQUESTED),
        (S.WITHDRAWN,),
        True,
    ),
    Verb.ASSIGN_REVIEWER: Transition(
        Permission.ASSIGN_REVIEWERS,
        "Assign reviewer",
        (S.SUBMITTED, S.IN_REVIEW),
        (S.SUBMITTED, S.IN_REVIEW),
        False,
    ),
    Verb.REMOVE_REVIEWER: Transition(
        Permission.ASSIGN_REVIEWERS,
        "Remove reviewer",
        (S.SUBMITTED, S.IN_REVIEW),
        (S.SUBMITTED, S.IN_REVIEW),
        False,
    ),
    Verb.REQUEST_CHANGES: Transition(
        Permission.REQUEST_CHANGES,
        "Request changes",
        (S.SUBMITTED, S.IN_REVIEW),
        (S.CHANGES_REQUESTED,),
        True,
    ),
    Verb.TAKE_BACK_CHANGES: Transition(
        Permission.REQUEST_CHANGES,
        "Take back the request for changes",
        (S.CHANGES_REQUESTED,),
        (S.SUBMITTED, S.IN_REVIEW),
        True,
    ),
    Verb.START_REVIEW: Transition(
        Permission.REVIEW, "Start reviewing", (S.SUBMITTED, S.IN_REVIEW), (S.IN_REVIEW,), False
    ),
    Verb.SEAL_REVIEW: Transition(
        Permission.REVIEW,
        "Seal my review",
        (S.IN_REVIEW,),
        (S.IN_REVIEW, S.IN_MODERATION, S.AWAITING_DECISION),
        False,
    ),
    Verb.AGREE_SCORE: Transition(
        Permission.MODERATE,
        "Record the agreed score",
        (S.IN_MODERATION,),
        (S.IN_MODERATION, S.AWAITING_DECISION),
        False,
    ),
    Verb.DECIDE: Transition(
        Permission.DECIDE, "Record the decision", (S.AWAITING_DECISION,), (S.DECIDED,), False
    ),
    Verb.RELEASE: Transition(Permission.RELEASE, "Release the outcomes", (S.DECIDED,), (S.RELEASED,), True),
}


def require(verb: Verb, status: Status | None) -> None:
    """Raise Conflict unless ``verb`` may be done to a submission in ``status``."""
    if status not in TRANSITIONS[verb].come_from:
        raise Conflict(_TOO_LATE[verb])


def open_verbs(status: Status) -> tuple[Verb, ...]:
    """The verbs that the status permits, in the order of the table."""
    return tuple(verb for verb, transition in TRANSITIONS.items() if status in transition.come_from)


_TOO_LATE: dict[Verb, str] = {
    Verb.HAND_OVER: "This level is already with the sponsor or the Assembly. Open the submission to see where it is.",
    Verb.SIGN: "This submission can no longer be signed. Open it to see where it is.",
    Verb.DECLINE: "This submission can no longer be declined. Open it to see where it is.",
    Verb.WITHDRAW: "This submission can no longer be withdrawn, because its review has started or it is closed.",
    Verb.ASSIGN_REVIEWER: "Reviewers can only be assigned between submission and the end of the review.",
    Verb.REMOVE_REVIEWER: "Reviewers can only be removed between submission and the end of the review.",
    Verb.REQUEST_CHANGES: "Changes can only be requested between submission and the first sealed review.",
    Verb.TAKE_BACK_CHANGES: "There is no open request for changes.",
    Verb.START_REVIEW: "This submission is not open for review.",
    Verb.SEAL_REVIEW: "This submission is not open for review.",
    Verb.AGREE_SCORE: "This submission is not in moderation.",
    Verb.DECIDE: "This submission is not ready for a decision. Every review must be sealed and every "
    "difference agreed first.",
    Verb.RELEASE: "There is no decision to release.",
}


class Stage(StrEnum):
    """Where a submission is, as its organisation and its ICB may know. It tells nothing of scores or progress."""

    WITH_SPONSOR = "With the executive sponsor"
    SUBMITTED = "Submitted"
    CHANGES_REQUESTED = "Changes requested"
    BEING_REVIEWED = "Being reviewed"
    OUTCOME_RELEASED = "Outcome released"
    CLOSED = "Closed without review"


STAGE: dict[Status, Stage] = {
    S.AWAITING_SIGN_OFF: Stage.WITH_SPONSOR,
    S.DECLINED: Stage.CLOSED,
    S.WITHDRAWN: Stage.CLOSED,
    S.SUBMITTED: Stage.SUBMITTED,
    S.CHANGES_REQUESTED: Stage.CHANGES_REQUESTED,
    S.IN_REVIEW: Stage.BEING_REVIEWED,
    S.IN_MODERATION: Stage.BEING_REVIEWED,
    S.AWAITING_DECISION: Stage.BEING_REVIEWED,
    S.DECIDED: Stage.BEING_REVIEWED,  # a decision is pending until its window is released
    S.RELEASED: Stage.OUTCOME_RELEASED,
}


PIPELINE = tuple(
    status for status in OPEN_STATUSES if STAGE[status] is not Stage.CLOSED
)  # what an ICB may count
