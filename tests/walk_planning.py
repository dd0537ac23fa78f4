"""Assigning a window over HTTP, after the story: reviewers say what they take; a proposal goes out and comes back."""

from tests.digests import event_count
from tests.judging import sealed_submission
from tests.walk import Walk, hidden_of

ABSENCE = {f"{name}-{part}": text for name in ("from", "to") for part, text in (("day", "1"), ("month", "2"))}


def plan(walk: Walk) -> None:
    """Each form of this part once, for a submission of ICB 2; what it writes is counted by the walk."""
    with walk.database.write() as session:
        sealed_submission(session, walk.story, "ZZ2", "a")
    _keep_profile(walk)
    own = f"/windows/{walk.story.window_id}/assignment"
    proposal = walk.post("administrator", f"{own}/propose")
    rows = walk.browser("administrator").get(proposal.replace("proposal?", "proposal.csv?")).content
    preview = _brought(walk, f"{own}/upload", rows)
    walk.post("administrator", f"{own}/confirm", hidden_of(preview))


def _keep_profile(walk: Walk) -> None:
    page = "/review-profile"
    walk.post("reviewer_3", page, {"most": "6"})
    walk.post("reviewer_3", f"{page}/absences", {**ABSENCE, "from-year": "2027", "to-year": "2027"})
    walk.post("reviewer_3", f"{page}/absences/remove", hidden_of(walk.get("reviewer_3", page)))


def _brought(walk: Walk, path: str, rows: bytes) -> str:
    """The page that a filled table leads to. It is shown at once, so it is no redirect that the walk could follow."""
    before = event_count(walk.database)
    answer = walk.browser("administrator").post(path, files={"file": ("assignment.csv", rows)})
    assert answer.status_code == 200
    walk.events_written[walk.template_of(path)] += event_count(walk.database) - before
    return answer.text
