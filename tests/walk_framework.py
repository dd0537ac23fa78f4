"""The next version over HTTP: drafted, reshaped, published, and a self-assessment moved to it."""

import json

from sqlmodel import select

from app.models import FrameworkDraft
from tests.criteria.second import second_document
from tests.walk import Walk, hidden_of


def renew(walk: Walk) -> None:
    """An administrator drafts and publishes the second version; the lead of trust A moves to it."""
    organisation = f"/organisations/{walk.story.organisations['ZZA'].id}"
    work = walk.post("lead_a", f"{organisation}/self-assessments")
    part, base = "administrator", {"version": str(walk.story.version_id)}
    unwanted = walk.post(part, "/framework-drafts", base)
    walk.post(part, f"{unwanted}/discard", {"sure": "yes"})
    draft = walk.post(part, "/framework-drafts", base)

    def send(path: str, form: dict[str, str], **more: object) -> str:
        return walk.post(part, f"{draft}{path}", {"form-version": str(_version(walk, draft)), **form}, **more)

    document = json.dumps(second_document(walk.story.framework)).encode()
    send("/file", {}, files={"file": ("draft.json", document)})
    kept = {"title": "North West anti-racist framework", "status": "illustrative", "mark": "Illustrative"}
    levels = {f"level-{one}-{name}": f"Level {one}" for one in (1, 2, 3) for name in ("name", "signifies")}
    send("/head", {**kept, **levels, "version": "2027.walk"})
    added = send("/criteria", {"code": "B17", "title": "More", "level": "bronze"}).removeprefix(draft)
    send(f"{added}/order", {"to": "up"})
    place = f"/criteria/{int(added.rpartition('/')[2]) - 1}"
    send(place, {"code": "B17", "title": "Even more", "level": "bronze", "principle": "review", "tag": "I"})
    send(f"{place}/reshape", {"form-do": "remove"})
    send("/criteria/1/carry-over", {"origins": "B01 B02"})
    send("/publish", hidden_of(walk.get(part, f"{draft}/publish")))
    walk.post("lead_a", f"{work}/move")


def _version(walk: Walk, draft: str) -> int:
    with walk.database.read() as session:
        rows = session.exec(select(FrameworkDraft.id, FrameworkDraft.version)).all()
    return {str(id_): version for id_, version in rows}[draft.rpartition("/")[2]]
