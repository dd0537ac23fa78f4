"""The links at the top of each page: what this person has."""

from dataclasses import dataclass

from app.models import ORGANISATION_ROLES, VIEWER_ROLES, Role
from app.rules.people import Who


@dataclass(frozen=True)
class Link:
    text: str
    href: str
    is_current: bool


def navigation(who: Who | None, path: str) -> list[Link]:
    """The header's links for this person, the one in use marked."""
    return [Link(text, href, path == href or path.startswith(f"{href}/")) for text, href in _links(who)]


def _links(who: Who | None) -> list[tuple[str, str]]:
    if who is None:
        return [("Criteria", "/framework"), ("Register", "/register"), ("Sign in", "/sign-in")]
    links = [("Home", "/home")]
    if who.organisations(*ORGANISATION_ROLES):
        links += [("Self-assessment", "/self-assessments"), ("Evidence", "/evidence"), ("People", "/people")]
    if who.holds(Role.REVIEWER):
        links += [("Reviews", "/reviews"), ("Calibration", "/calibration")]
    if who.holds(Role.ADMINISTRATOR) or who.holds(Role.MODERATOR):
        links += [("Submissions", "/submissions"), ("Meetings", "/meetings")]
    if who.holds(Role.ADMINISTRATOR):
        links.append(("Versions", "/framework-drafts"))
    if who.organisations(*VIEWER_ROLES) or who.holds(Role.ADMINISTRATOR):
        links.append(("Dashboard", "/dashboards"))
    return [*links, ("Criteria", "/framework"), ("Register", "/register")]
