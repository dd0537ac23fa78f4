"""A file with something in it that should not be sent: the portal removes it, or it is kept with a reason."""

import io

from docx import Document

from tests.walk import EVIDENCE, Walk, hidden_of


def warned(walk: Walk) -> None:
    """Each form of the warning once; what it writes is counted by the walk."""
    library = f"/organisations/{walk.story.organisations['ZZA'].id}/evidence"
    details = {**EVIDENCE, "title": "Minutes with remarks"}
    where = walk.post("lead_a", f"{library}/new", details, files={"file": ("minutes.docx", _minutes())})
    page = where.partition("?")[0]
    walk.post("lead_a", f"{page}/remove")
    walk.post("lead_a", page, {**hidden_of(walk.get("lead_a", page)), "reason": "A shared mailbox."})


def _minutes() -> io.BytesIO:
    """A comment, which can be removed, and an address, which is then asked about again."""
    document = Document()
    line = document.add_paragraph("Write to somebody.else@trust.example for the paper.")
    document.add_comment(line.runs, "Is this right?", author="A colleague", initials="AC")
    made = io.BytesIO()
    document.save(made)
    made.seek(0)
    return made
