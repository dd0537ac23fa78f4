"""Conflicts of interest over HTTP: groups, interests, a late declaration that strikes a review, and a waiver."""

import re

from app.rules.workflow import Verb
from tests.judging import assigned, sealed_submission
from tests.walk import Walk

LINK = r'(?<=href=")/interests/[0-9a-f-]+(?=")'
DAY = {"to-day": "22", "to-month": "11", "to-year": "2026"}


def declare_and_waive(walk: Walk) -> None:
    """Each form of this part once, about a submission of ICB 1 that is being read."""
    with walk.database.write() as session:
        submission = sealed_submission(session, walk.story, "ZZ1", "b")
        assigned(session, walk.story, submission, "reviewer_3", "reviewer_1")
        path = f"/submissions/{submission.id}"
    judged, another = (str(walk.story.organisations[code].id) for code in ("ZZ1", "ZZ2"))
    _group(walk, another)
    other = {"organisation": judged, "kind": "another interest", "note": "I sat on a panel."}
    walk.take(Verb.STRIKE_REVIEW, "reviewer_3", "/interests", other)
    _withdraw(walk, "reviewer_3", another)
    walk.post("reviewer_3", "/interests/employer", {"employer": "none"})
    recorded = {"person": str(walk.story.people["reviewer_3"].id), "organisation": another}
    withdrawal = walk.new_on_page(
        "administrator",
        "/conflicts",
        {**recorded, "kind": "works or worked there"},
        r"/conflicts/interests/[0-9a-f-]+/withdraw",
        to="/conflicts/interests",
    )
    walk.post("administrator", withdrawal, {"reason": "It was another trust."})
    _waive(walk, path)


def _group(walk: Walk, organisation: str) -> None:
    form = {"name": "Three Rivers", "kind": "provider collaborative"}
    group = walk.post("administrator", "/conflicts/groups", form)
    walk.post("administrator", group, {"organisation": organisation})
    (member,) = set(re.findall(rf"{group}/members/[0-9a-f-]+", walk.get("administrator", group)))
    walk.post("administrator", member, DAY)


def _withdraw(walk: Walk, part: str, organisation: str) -> None:
    """One interest is ended and another withdrawn; the one at the organisation that is judged stays as it is."""
    interest = {"organisation": organisation, "kind": "works or worked there"}
    work = walk.new_on_page(part, "/interests", interest, LINK)
    walk.get(part, work)
    walk.post(part, f"{work}/end", DAY)
    interest["kind"] = "helped with its submission"
    help_given = walk.new_on_page(part, "/interests", interest, LINK)
    walk.post(part, f"{help_given}/withdraw", {"reason": "I did not, after all."})


def _waive(walk: Walk, submission: str) -> None:
    asked = {"person": str(walk.story.people["reviewer_3"].id), "reason": "Nobody else is left."}
    page = walk.post("administrator", f"{submission}/waivers", asked)
    (waiver,) = set(re.findall(rf"{page}/[0-9a-f-]+(?=/end)", walk.get("administrator_2", page)))
    walk.post("administrator_2", f"{waiver}/grant")
    walk.post("administrator", f"{waiver}/end", {"reason": "Somebody was found."})
