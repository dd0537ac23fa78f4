"""A group, a declared interest and a waiver, so that each can be seen in the demo. All of it is fictional."""

from datetime import datetime, timedelta

from sqlmodel import Session

from app.actions import groups, interests, waivers
from app.demo.cast import Cast
from app.demo.plot import Plan
from app.models import GroupKind, InterestKind, Submission
from app.rules.interests import Declared

WAITS_FOR_REVIEWERS = 6  # a trust whose submission is signed and has no reviewers yet
GROUP = (28, 3)  # reviewer 1.1 works for the first, and so judges the second no more
OF_INTEREST = 2


def add(session: Session, cast: Cast, plans: list[tuple[Plan, Submission]], now: datetime) -> None:
    """Three administrators' and a reviewer's steps of the last days."""
    at = now - timedelta(days=3)
    first, second = (cast.who(session, part, at) for part in ("administrator", "administrator 2"))
    group = groups.add(session, "Demo provider group", GroupKind.GROUP, by=first, at=at)
    for number in GROUP:
        groups.add_member(session, group, cast.trust(number), None, None, by=first, at=at)
    reviewer = cast.who(session, "reviewer 2.2", at)
    declared = Declared(InterestKind.FAMILY)
    interests.declare(session, reviewer.person_id, cast.trust(OF_INTEREST), declared, by=reviewer, at=at)
    (submission,) = [row for plan, row in plans if plan.trust == WAITS_FOR_REVIEWERS]
    reason = "Few reviewers know this level. The trusts share an ICB and nothing else."
    waiver = waivers.ask(session, submission, cast.id_of("reviewer 3.2"), reason, by=first, at=at)
    waivers.grant(session, submission, waiver, by=second, at=at + timedelta(hours=2))
