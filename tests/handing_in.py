"""What goes on around a hand-over, played by buttons: intention, late door, call back, the staff network's view."""

import re

from tests.walk import Walk, hidden_of


def hand_in(walk: Walk, submission: str) -> None:
    """After a first submission the same level goes round once more, and is withdrawn at the end."""
    window, own = str(walk.story.window_id), f"/organisations/{walk.story.organisations['ZZA'].id}"
    walk.post("lead_a", f"{own}/intentions", {"window": window, "level": "gold"})
    (intention,) = re.findall(r'name="intention" value="([^"]*)"', walk.get("lead_a", f"{own}/windows"))
    walk.post("lead_a", f"{own}/intentions/withdraw", {"intention": intention})
    door = {
        "organisation": own.rpartition("/")[2],
        "closes-day": "23",
        "closes-month": "12",
        "closes-year": "2026",
        "closes-time": "17:00",
        "reason": "A flood.",
    }
    walk.post("administrator", f"/windows/{window}/late-doors", door)
    (path, *_) = re.findall(r"/self-assessments/[0-9a-f-]{36}", walk.get("lead_a", "/home"))
    form = {"window": window, "sponsor": str(walk.story.people["sponsor_a"].id)}
    again = walk.post("lead_a", f"{path}/submit/bronze", form)
    assert again != submission
    walk.post("sponsor_a", f"{again}/call-back", {"note": "Ring the office."})
    walk.post("lead_a", f"{again}/call-back/done")
    page = walk.get("chair_a", f"{again}/co-signature")
    walk.post("chair_a", f"{again}/co-signature", {**hidden_of(page), "view": "agree"})
    walk.post("lead_a", f"{again}/withdraw", {"reason": "Only tried."})
