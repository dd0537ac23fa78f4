"""A reviewer scores an agreed sample, and the moderator reads how it lies."""

from tests.walk import Walk


def calibrate(walk: Walk) -> None:
    path = f"/calibration/{walk.story.window_id}/C1"
    assert walk.get("reviewer_1", "/calibration").count(path) == 1
    walk.post("reviewer_1", path, {"score": "2", "reason": "Both ways to report are there."})
    assert "Why</h3>" in walk.get("reviewer_1", path)
    walk.get("moderator", f"/windows/{walk.story.window_id}/calibration")
    walk.get("administrator", f"/windows/{walk.story.window_id}/agreement")
