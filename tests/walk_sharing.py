"""Sharing the work over HTTP, after the story: people, owners, comments, handing over to a colleague."""

import re

from fastapi.testclient import TestClient

from tests.walk import Walk

INVITED = {"name": "New colleague", "email": "new@example.invalid", "role": "contributor"}


def share(walk: Walk, stranger: TestClient) -> None:
    """Each form of this part once; what it writes is counted by the walk."""
    organisation = f"/organisations/{walk.story.organisations['ZZA'].id}"
    work = walk.post("lead_a", f"{organisation}/self-assessments")
    walk.browsers["invited"] = stranger
    _invite(walk, organisation)
    colleague, lead = (str(walk.story.people[part].id) for part in ("contributor_a", "lead_a"))
    walk.post("lead_a", f"{work}/owners", {"was-B01": "|", "owner-B01": colleague, "due-B01": ""})
    walk.post("lead_a", f"{organisation}/handover", {"from": colleague, "to": lead})
    page = f"{work}/criteria/B01/comments"
    walk.post("sponsor_a", page, {"comment": "Which year?"})
    (comment,) = set(re.findall(rf"{page}/[0-9a-f-]+", walk.get("lead_a", page)))
    walk.post("lead_a", f"{comment}/resolve")
    walk.post("lead_a", f"{comment}/reopen")


def _invite(walk: Walk, organisation: str) -> None:
    people = f"{organisation}/people"
    walk.post("lead_a", f"{people}/invite", INVITED)
    walk.post("lead_a", f"{_invitation(walk, organisation)}/resend")
    mails = dict.fromkeys(re.findall(r"/dev/mailbox/[0-9a-f-]{36}", walk.get("lead_a", "/dev/mailbox")))
    links = {
        found for mail in mails for found in re.findall(r"/invitations/[\w-]+", walk.get("lead_a", mail))
    }
    (link,) = [one for one in links if walk.browser("invited").get(one).status_code == 200]
    walk.post("invited", link)
    walk.post("lead_a", f"{people}/invite", INVITED | {"role": "sponsor"})
    walk.post("lead_a", f"{_invitation(walk, organisation)}/cancel")
    listed = re.findall(
        rf"({people}/[0-9a-f-]+/end)[^<]*<span[^>]*> of New colleague", walk.get("lead_a", people)
    )
    walk.post("lead_a", listed[0])


def _invitation(walk: Walk, organisation: str) -> str:
    (found,) = set(
        re.findall(
            rf"({organisation}/invitations/[0-9a-f-]+)/resend", walk.get("lead_a", f"{organisation}/people")
        )
    )
    return str(found)
