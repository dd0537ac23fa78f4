"""A moderation meeting over HTTP, after the story: trust B's submission, planned, held and closed."""

import re

from app.models import Submission
from tests.judging import assigned, sealed, sealed_submission
from tests.meetings import DAY
from tests.walk import Walk

GIVEN = ({"B01": 1, "B02": 2, "B03": 3}, {"B01": 3, "B02": 2, "B03": 3}, {"B01": 2})


def hold(walk: Walk) -> None:
    """Each form of a meeting once; what it writes is counted by the walk."""
    _submitted(walk)
    part, person = "moderator", str(walk.story.people["moderator"].id)
    form = {"name": "Moderation", "window": str(walk.story.window_id), "about": "both"}
    form |= {"held-day": str(DAY.day), "held-month": str(DAY.month), "held-year": str(DAY.year)}
    meeting = walk.post(part, "/meetings/new", form | {f"person-{person}": "yes"})
    (item,) = set(re.findall(r"/meeting-items/[0-9a-f-]{36}", walk.get(part, meeting)))
    walk.post(part, f"{meeting}/order")
    walk.post(part, f"{meeting}/open")
    walk.post(part, f"{meeting}/attendance", {"person": person, "do": "come"})
    walk.post(part, f"{item}/open")
    walk.post(part, f"{item}/minutes", {"criterion": "B01", "text": "The minute was read again."})
    walk.post(part, f"{item}/agreed", {"code": "B01", "score": "2", "reason": "Seen together."})
    walk.post(part, f"{item}/close")
    walk.post(part, f"{meeting}/attendance", {"person": person, "do": "leave"})
    walk.post(part, f"{meeting}/close")


def _submitted(walk: Walk) -> None:
    """The region's submission with three sealed reviews that differ on B01."""
    with walk.database.write() as session:
        submission = sealed_submission(session, walk.story, "ZZR", "b")
        id_ = submission.id
    for parts, scores in ((("reviewer_1", "reviewer_2"), GIVEN[:2]), (("reviewer_3",), GIVEN[2:])):
        with walk.database.write() as session:
            made = assigned(session, walk.story, session.get_one(Submission, id_), *parts)
            for review, given in zip(made, scores, strict=True):
                sealed(session, walk.story, review, given)
