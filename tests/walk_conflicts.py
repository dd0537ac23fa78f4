"""Conflicts of interest over HTTP: groups, interests, a late declaration that strikes a review, and a waiver."""

import re

from app.rules.workflow import Verb
from tests.judging import assigned, sealed_submission
from tests.walk import Walk

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
    walk.post("administrator", "/conflicts/interests", {**recorded, "kind": "works or worked there"})
    withdrawals = re.findall(
        r"/conflicts/interests/[0-9a-f-]+/withdraw", walk.get("administrator", "/conflicts")
    )
    walk.post("administrator", withdrawals[0], {"reason": "It was another trust."})
    _waive(walk, path)


def _group(walk: Walk, organisation: str) -> None:
    form = {"name": "Three Rivers", "kind": "provider collaborative"}
    group = walk.post("administrator", "/conflicts/groups", form)
    walk.post("administrator", group, {"organisation": organisation})
    (member,) = set(re.findall(rf"{group}/members/[0-9a-f-]+", walk.get("administrator", group)))
    walk.post("administrator", member, DAY)


def _withdraw(walk: Walk, part: str, organisation: str) -> None:
    """The first interest on one's page is the newest: work that ends; the one after it is withdrawn."""
    walk.post(part, "/interests", {"organisation": organisation, "kind": "works or worked there"})
    found = {
        words: path
        for path, words in re.findall(
            r'<a href="(/interests/[0-9a-f-]+)">([\w ]+)', walk.get(part, "/interests")
        )
    }
    walk.get(part, found["Enter the last day"])
    walk.post(part, f"{found['Enter the last day']}/end", DAY)
    walk.post(part, "/interests", {"organisation": organisation, "kind": "helped with its submission"})
    found = {
        words: path
        for path, words in re.findall(
            r'<a href="(/interests/[0-9a-f-]+)">([\w ]+)', walk.get(part, "/interests")
        )
        if path != found["Withdraw"]
    }
    walk.post(part, f"{found['Withdraw']}/withdraw", {"reason": "I did not, after all."})


def _waive(walk: Walk, submission: str) -> None:
    asked = {"person": str(walk.story.people["reviewer_3"].id), "reason": "Nobody else is left."}
    page = walk.post("administrator", f"{submission}/waivers", asked)
    (waiver,) = set(re.findall(rf"{page}/[0-9a-f-]+(?=/end)", walk.get("administrator_2", page)))
    walk.post("administrator_2", f"{waiver}/grant")
    walk.post("administrator", f"{waiver}/end", {"reason": "Somebody was found."})
