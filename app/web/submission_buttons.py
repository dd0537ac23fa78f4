"""The buttons of a submission: what the person may do now, and where it is done."""

from uuid import UUID

from app.models import Status
from app.rules.people import Who
from app.rules.permissions import Scope, allows
from app.rules.workflow import TRANSITIONS, Verb, open_verbs

# Where the button of each verb leads. A reviewer's own verbs are on the pages of the review.
PATHS = {
    Verb.HAND_OVER: "/submissions/{submission}/hand-over-again",
    Verb.SIGN: "/submissions/{submission}/sign",
    Verb.DECLINE: "/submissions/{submission}/decline",
    Verb.WITHDRAW: "/submissions/{submission}/withdraw",
    Verb.ASSIGN_REVIEWER: "/submissions/{submission}/reviewers",
    Verb.REQUEST_CHANGES: "/submissions/{submission}/changes",
    Verb.TAKE_BACK_CHANGES: "/submissions/{submission}/changes",
    Verb.AGREE_SCORE: "/submissions/{submission}/moderation",
    Verb.ASK_CLARIFICATION: "/submissions/{submission}/clarifications",
    Verb.ANSWER_CLARIFICATION: "/submissions/{submission}/clarification",
    Verb.CLOSE_CLARIFICATION: "/submissions/{submission}/clarifications",
    Verb.DECIDE: "/submissions/{submission}/decision",
    Verb.REOPEN_DECISION: "/submissions/{submission}/decision",
    Verb.RELEASE: "/windows/{window}/release",
    Verb.APPEAL: "/submissions/{submission}/appeal",
}
UNASKED = frozenset({Verb.ASK_CLARIFICATION})  # may be done, but is nobody's next step


def buttons(
    status: Status,
    who: Who,
    scope: Scope,
    submission_id: UUID,
    window_id: UUID,
    without: frozenset[Verb] = frozenset(),
) -> list[tuple[str, str]]:
    """What the person may do now: the words of each button and where it leads. The first verb of a page names it."""
    found: dict[str, str] = {}
    for verb in open_verbs(status):
        if verb in PATHS.keys() - without and allows(TRANSITIONS[verb].permission, who, scope):
            path = PATHS[verb].format(submission=submission_id, window=window_id)
            found.setdefault(path, TRANSITIONS[verb].button)
    return [(button, path) for path, button in found.items()]
