"""Tokens over HTTP: made on a page that shows it once, and revoked."""

import re

from tests.digests import event_count
from tests.walk import Walk


def make_and_revoke(walk: Walk) -> None:
    """The answer to making one is the page that shows it, so there is nowhere to go to."""
    page = walk.get("icb_viewer_1", "/tokens")
    (reach,) = re.findall(r'name="reach" type="radio" value="([0-9a-f-]{36})"', page)
    form = {"name": "Report", "reach": reach, "days": "90"}
    before = event_count(walk.database)
    answer = walk.browser("icb_viewer_1").post("/tokens", data=form)
    assert answer.status_code == 201
    walk.events_written["/tokens"] = event_count(walk.database) - before
    (path,) = re.findall(r"/tokens/[0-9a-f-]{36}/revoke", walk.get("icb_viewer_1", "/tokens"))
    walk.post("icb_viewer_1", path)
