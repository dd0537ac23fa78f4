"""The life of a certificate over HTTP, after the story: light check, revocation by two, appeal, judged by others."""

from datetime import timedelta
from uuid import UUID

from app.models import Certificate, Role
from tests import rounds
from tests.walk import Walk, hidden_of

JUDGES = {"administrator_5": Role.ADMINISTRATOR, "administrator_6": Role.ADMINISTRATOR}


def live(walk: Walk, certificate: str) -> None:
    """Each form of a certificate's life once; ``certificate`` is the path of the story's own."""
    _check(walk, certificate)
    page = f"{certificate}/revoke"
    walk.post("administrator", page, {"reason": "A figure was wrong."})
    _sent(walk, "administrator", page, "close", {"close_reason": "It was right."})
    walk.post("administrator", page, {"reason": "A figure was wrong after all."})
    _sent(walk, "administrator_2", page, "confirm", {})
    walk.post("lead_a", f"{certificate}/appeal", {"grounds": "The figure was right."})
    with walk.database.write() as session:
        people = rounds.cast(session, walk.story, JUDGES).people
        judges = {part: people[part] for part in JUDGES}
    for part, person in judges.items():
        walk.browsers[part] = walk.browser_of(person)
    _sent(walk, "administrator_5", page, "judge", {"ends": "upheld", "appeal_reason": "It was wrong."})
    _sent(walk, "administrator_6", page, "settle", {})


def keep(walk: Walk) -> None:
    """An organisation is renamed for a day to come, and the rename is voided."""
    page = f"/organisations/{walk.story.organisations['ZZC'].id}/changes"
    form = {"kind": "renamed", "name": "New name C", "from-day": "1", "from-month": "4", "from-year": "2027"}
    links = rf"{page}/[0-9a-f-]{{36}}/void"
    void = walk.new_on_page("administrator", page, form, links)
    walk.post("administrator", void, {"reason": "It was wrong."})


def _sent(walk: Walk, part: str, page: str, verb: str, form: dict[str, str]) -> None:
    """Read the page, then send one of its forms with what the page hid in it."""
    walk.post(part, f"{page}/{verb}", hidden_of(walk.get(part, page)) | form)


def _check(walk: Walk, certificate: str) -> None:
    """The light check, on the day that a certificate of two years' age has it."""
    id_ = UUID(certificate.rpartition("/")[2])
    with walk.database.write() as session:
        row = session.get_one(Certificate, id_)
        kept, row.expires_on = row.expires_on, row.issued_on + timedelta(days=700)
    walk.post("lead_a", f"{certificate}/light-check", {"holds": "yes", "text": "Nothing changed."})
    walk.post("administrator", f"{certificate}/light-check/read")
    with walk.database.write() as session:
        session.get_one(Certificate, id_).expires_on = kept
