"""A reviewer scores the samples of the story's window over HTTP."""

from fastapi.testclient import TestClient

from tests.story import Story

GIVEN = {"C1": "2", "C2": "2", "C3": "2", "C4": "1", "C5": "2"}  # agreed: 1, 2, 3, 2, 0


def form(score: str, reason: str = "The minute shows it.") -> dict[str, str]:
    return {"score": score, "reason": reason}


def score_all(browser: TestClient, story: Story, given: dict[str, str] = GIVEN) -> None:
    for code, score in given.items():
        path = f"/calibration/{story.window_id}/{code}"
        answer = browser.post(path, data=form(score))
        assert (answer.status_code, answer.headers["location"]) == (303, path)
