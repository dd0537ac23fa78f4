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
    STRIKE_REVIEW = "strike review"
    AGREE_SCORE = "agree score"
    ASK_CLARIFICATION = "ask for clarification"
    ANSWER_CLARIFICATION = "answer the clarification"
    CLOSE_CLARIFICATION = "close the clarification"
    DECIDE = "decide"
    REOPEN_DECISION = "reopen the decision"
    RELEASE = "release"
    APPEAL = "appeal"


@dataclass(frozen=True)
class Transition:
    """From which statuses a verb leads to which. ``told``: the organisation sees the event before release."""

    permission: Permission
    button: str
    come_from: tuple[Status | None, ...]  # None: there is no submission yet
    lead_to: tuple[Status, ...]
    told: bool


S = Status
_JUDGING = (S.IN_REVIEW, S.THIRD_REVIEW, S.IN_MODERATION, S.AWAITING_DECISION)
_READING = (S.SUBMITTED, S.IN_REVIEW, S.THIRD_REVIEW, S.APPEALED)  # reviewers come and go
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
        # Until the release, whatever stands in between: a refusal would tell that there is a decision.
        (
            S.AWAITING_SIGN_OFF,
            S.SUBMITTED,
            S.CHANGES_REQUESTED,
            *_JUDGING,
            S.AWAITING_ANSWER,
            S.DECIDED,
        ),
        (S.WITHDRAWN,),
        True,
    ),
    Verb.ASSIGN_REVIEWER: Transition(
        Permission.ASSIGN_REVIEWERS,
        "Assign reviewer",
        _READING,
        _READING,
        False,
    ),
    Verb.REMOVE_REVIEWER: Transition(
        Permission.ASSIGN_REVIEWERS,
        "Remove reviewer",
        _READING,
        _READING,
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
        Permission.REVIEW, "Start reviewing", _READING, (S.IN_REVIEW, S.THIRD_REVIEW), False
    ),
    Verb.SEAL_REVIEW: Transition(
        Permission.REVIEW,
        "Seal my review",
        (S.IN_REVIEW, S.THIRD_REVIEW),
        (S.IN_REVIEW, S.THIRD_REVIEW, S.IN_MODERATION, S.AWAITING_DECISION),
        False,
    ),
    # A conflict came to light: what that person scored, agreed or decided no longer counts, nor what rested on it.
    Verb.STRIKE_REVIEW: Transition(
        Permission.DECLARE_INTEREST,
        "Declare an interest",
        (
            *_READING,
            S.CHANGES_REQUESTED,
            S.AWAITING_SIGN_OFF,  # of changes: their reviewers stay
            S.IN_MODERATION,
            S.AWAITING_ANSWER,
            S.AWAITING_DECISION,
            S.DECIDED,
        ),
        (
            *_READING,
            S.CHANGES_REQUESTED,
            S.AWAITING_SIGN_OFF,
            S.IN_MODERATION,
            S.AWAITING_ANSWER,
            S.AWAITING_DECISION,
        ),
        False,
    ),
    Verb.AGREE_SCORE: Transition(
        Permission.MODERATE,
        "Record the agreed score",
        (S.IN_MODERATION,),
        (S.IN_MODERATION, S.AWAITING_DECISION),
        False,
    ),
    Verb.ASK_CLARIFICATION: Transition(
        Permission.ASK_CLARIFICATION,
        "Ask for clarification",
        (S.IN_MODERATION, S.AWAITING_DECISION),
        (S.AWAITING_ANSWER,),
        True,
    ),
    Verb.ANSWER_CLARIFICATION: Transition(
        Permission.ANSWER_CLARIFICATION, "Send the answer", (S.AWAITING_ANSWER,), (S.IN_MODERATION,), True
    ),
    Verb.CLOSE_CLARIFICATION: Transition(
        Permission.ASK_CLARIFICATION,
        "Go on without an answer",
        (S.AWAITING_ANSWER,),
        (S.IN_MODERATION, S.AWAITING_DECISION),
        True,
    ),
    # The decision stands when as many as the quorum asks for have confirmed it.
    Verb.DECIDE: Transition(
        Permission.DECIDE,
        "Record the decision",
        (S.AWAITING_DECISION,),
        (S.AWAITING_DECISION, S.DECIDED),
        False,
    ),
    Verb.REOPEN_DECISION: Transition(
        Permission.DECIDE,
        "Reopen the decision",
        (S.AWAITING_DECISION, S.DECIDED),
        (S.AWAITING_DECISION,),
        False,
    ),
    Verb.RELEASE: Transition(
        Permission.RELEASE, "Release the outcomes", (S.DECIDED,), (S.RELEASED, S.AWAITING_ANSWER), True
    ),
    Verb.APPEAL: Transition(Permission.APPEAL, "Appeal", (S.RELEASED,), (S.APPEALED,), True),
}


# What no status permits any more once an outcome was released, with the reason: an appeal or a question that follows a
# release goes through the same statuses again.
ENDED_BY_RELEASE: dict[Verb, str] = {
    Verb.WITHDRAW: "The outcome of this submission is released, so it can no longer be withdrawn.",
}


def require(verb: Verb, status: Status | None, *, is_released: bool = False) -> None:
    """Raise Conflict unless ``verb`` may be done to a submission in ``status``, of which an outcome was released or
    not."""
    # Asked first, so that the refusal under appeal is the same before and after a reviewer starts.
    if is_released and verb in ENDED_BY_RELEASE:
        raise Conflict(ENDED_BY_RELEASE[verb])
    if status not in TRANSITIONS[verb].come_from:
        raise Conflict(_TOO_LATE[verb])


def open_verbs(status: Status, *, is_released: bool = False) -> tuple[Verb, ...]:
    """The verbs that the status permits, in the order of the table; without those that a release ended."""
    ended = ENDED_BY_RELEASE if is_released else {}
    return tuple(
        verb
        for verb, transition in TRANSITIONS.items()
        if status in transition.come_from and verb not in ended
    )


_TOO_LATE: dict[Verb, str] = {
    Verb.HAND_OVER: "This level is already with the sponsor or the Assembly. Open the submission to see where it is.",
    Verb.SIGN: "This submission can no longer be signed. Open it to see where it is.",
    Verb.DECLINE: "This submission can no longer be declined. Open it to see where it is.",
    Verb.WITHDRAW: "This submission can no longer be withdrawn, because it is closed or its outcome is released.",
    Verb.ASSIGN_REVIEWER: "Reviewers can only be assigned between submission and the end of the review.",
    Verb.STRIKE_REVIEW: "This review can no longer be struck, because the submission is closed or its outcome is "
    "released.",
    Verb.ASK_CLARIFICATION: "Clarification can only be asked for between the last review and the decision.",
    Verb.ANSWER_CLARIFICATION: "There is nothing open to clarify.",
    Verb.CLOSE_CLARIFICATION: "There is nothing open to clarify.",
    Verb.REOPEN_DECISION: "This decision can no longer be reopened, because it is released.",
    Verb.APPEAL: "There is no released outcome to appeal against.",
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
    """Where a submission is, as its organisation and its ICB may know.

    From the signature to the release it is with the Assembly, under appeal too: were there a stage for the reading of
    it, its beginning would tell when a reviewer starts (decision 20).
    """

    WITH_SPONSOR = "With the executive sponsor"
    WITH_ASSEMBLY = "With the Assembly"
    CHANGES_REQUESTED = "Changes requested"
    CLARIFICATION_ASKED = "Clarification asked"
    OUTCOME_RELEASED = "Outcome released"
    CLOSED = "Closed without review"


STAGE: dict[Status, Stage] = {
    S.AWAITING_SIGN_OFF: Stage.WITH_SPONSOR,
    S.DECLINED: Stage.CLOSED,
    S.WITHDRAWN: Stage.CLOSED,
    S.SUBMITTED: Stage.WITH_ASSEMBLY,
    S.CHANGES_REQUESTED: Stage.CHANGES_REQUESTED,
    S.IN_REVIEW: Stage.WITH_ASSEMBLY,
    S.THIRD_REVIEW: Stage.WITH_ASSEMBLY,
    S.IN_MODERATION: Stage.WITH_ASSEMBLY,
    S.AWAITING_ANSWER: Stage.CLARIFICATION_ASKED,
    S.AWAITING_DECISION: Stage.WITH_ASSEMBLY,
    S.DECIDED: Stage.WITH_ASSEMBLY,  # a decision is pending until its window is released
    S.RELEASED: Stage.OUTCOME_RELEASED,
    S.APPEALED: Stage.WITH_ASSEMBLY,
}


PIPELINE = tuple(
    status for status in OPEN_STATUSES if STAGE[status] is not Stage.CLOSED
)  # what an ICB may count
