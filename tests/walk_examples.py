"""Good practice over HTTP, in the story: consent, a redacted file, an excerpt, published, taken down, taken back."""

from tests.walk import EVIDENCE, Walk, hidden_of, pdf_file


def let_others_learn(walk: Walk, submission: str) -> None:
    """Trust A's answer to B03, while its recognition is in date."""
    page = f"{submission}/examples/B03"
    assert "Let others learn from your answers" in walk.get("lead_a", f"{submission}/outcome")
    consent = {"credit": "Fictional trust A", "note": "", "agree": "yes"}
    walk.post("sponsor_a", page, consent)
    walk.post("lead_a", f"{page}/file", EVIDENCE | {"title": "Redacted"}, files=pdf_file("redacted"))
    curate = f"{page}/curate"
    shown = walk.get("administrator", curate)
    form = hidden_of(shown) | {"excerpt": "Written away from the portal.", "why": "It shows how."}
    walk.post("administrator", curate, form)
    walk.post("administrator", f"{curate}/publish", {"version": "1"})
    assert "Written away from the portal." in walk.get("lead_b", "/framework/B03")
    walk.post("administrator", f"{curate}/take-down", {"reason": "There is a newer one."})
    walk.post("lead_a", f"{page}/take-back")
