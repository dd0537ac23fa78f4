"""The people and organisations that tests play with, and the story's steps as actions.

Two ICBs. Trust A and trust C stand under ICB 1, trust B under ICB 2, and the reviewers work under ICB 3, so nobody
who judges A or B has a conflict unless a test gives them one.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from app.actions.loading import load_organisations, publish_framework
from app.adapters.directory import DirectoryEntry
from app.config import ROOT
from app.criteria.loader import load_folder
from app.criteria.schema import Framework
from app.models import FrameworkVersion, Membership, Organisation, Person, Role, Window
from app.queries import people
from app.rules.people import Who

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SHIPPED = ROOT / "app" / "criteria" / "arf" / "2023-illustrative"

ORGANISATIONS = {
    "ZZR": ("Fictional region", "region", ""),
    "ZZ1": ("Fictional ICB 1", "icb", "ZZ1"),
    "ZZ2": ("Fictional ICB 2", "icb", "ZZ2"),
    "ZZ3": ("Fictional ICB 3", "icb", "ZZ3"),
    "ZZA": ("Fictional trust A", "trust", "ZZ1"),
    "ZZB": ("Fictional trust B", "trust", "ZZ2"),
    "ZZC": ("Fictional trust C", "trust", "ZZ1"),
    "ZZD": ("Fictional trust D", "trust", "ZZ3"),
}
PEOPLE: dict[str, tuple[str, list[tuple[Role, str]], str]] = {
    # part: (name, memberships, employer)
    "lead_a": ("EDI lead, trust A", [(Role.LEAD, "ZZA")], "ZZA"),
    "contributor_a": ("Contributor, trust A", [(Role.CONTRIBUTOR, "ZZA")], "ZZA"),
    "sponsor_a": ("Executive sponsor, trust A", [(Role.SPONSOR, "ZZA")], "ZZA"),
    "chair_a": ("Network chair, trust A", [(Role.NETWORK_CHAIR, "ZZA")], "ZZA"),
    "lead_b": ("EDI lead, trust B", [(Role.LEAD, "ZZB")], "ZZB"),
    "sponsor_b": ("Executive sponsor, trust B", [(Role.SPONSOR, "ZZB")], "ZZB"),
    "lead_c": ("EDI lead, trust C", [(Role.LEAD, "ZZC")], "ZZC"),
    "reviewer_1": ("Reviewer 1", [(Role.REVIEWER, "")], "ZZD"),
    "reviewer_2": ("Reviewer 2", [(Role.REVIEWER, "")], "ZZD"),
    "reviewer_3": ("Reviewer 3", [(Role.REVIEWER, "")], "ZZD"),
    "reviewer_of_a": ("Reviewer who works for trust A", [(Role.REVIEWER, "")], "ZZA"),
    "reviewer_of_c": ("Reviewer who works for trust C", [(Role.REVIEWER, "")], "ZZC"),
    "moderator": ("Moderator", [(Role.MODERATOR, "")], "ZZD"),
    "administrator": ("Administrator", [(Role.ADMINISTRATOR, "")], ""),
    "administrator_2": ("Administrator 2", [(Role.ADMINISTRATOR, "")], ""),
    "administrator_of_a": ("Administrator who works for trust A", [(Role.ADMINISTRATOR, "")], "ZZA"),
    "icb_viewer_1": ("Analyst, ICB 1", [(Role.ICB_VIEWER, "ZZ1")], "ZZ1"),
    "icb_viewer_2": ("Analyst, ICB 2", [(Role.ICB_VIEWER, "ZZ2")], "ZZ2"),
    "region_viewer": ("Analyst, region", [(Role.REGION_VIEWER, "ZZR")], "ZZR"),
}


@dataclass
class Story:
    framework: Framework
    version_id: UUID
    window_id: UUID
    organisations: dict[str, Organisation]  # by ODS code
    people: dict[str, Person] = field(default_factory=dict)  # by part

    def who(self, session: Session, part: str, at: datetime = NOW) -> Who:
        found = people.who_by_id(session, self.people[part].id, at)
        assert found is not None
        return found


def made_story(session: Session) -> Story:
    """Fill an empty database with the framework, organisations, people and an open window."""
    framework = load_folder(SHIPPED)
    version = publish_framework(session, framework, at=NOW - timedelta(days=800))
    rows = load_organisations(session, [_entry(code) for code in ORGANISATIONS], at=NOW, is_fictional=True)
    window = _window(session, version)
    story = Story(framework, version.id, window.id, rows)
    story.people = {part: _person(session, part, rows) for part in PEOPLE}
    session.flush()
    return story


def _entry(code: str) -> DirectoryEntry:
    name, kind, icb = ORGANISATIONS[code]
    return DirectoryEntry(code, name, kind, icb, "ZZR", date(2020, 1, 1), None, "", "fictional", "")


def _window(session: Session, version: FrameworkVersion) -> Window:
    window = Window(
        framework_version_id=version.id,
        name="Autumn 2026",
        levels=[level.id for level in load_folder(SHIPPED).levels],
        opens_at=NOW - timedelta(days=30),
        closes_at=NOW + timedelta(days=30),
        decision_promised_on=date(2027, 3, 16),
    )
    session.add(window)
    session.flush()
    return window


def _person(session: Session, part: str, rows: dict[str, Organisation]) -> Person:
    name, memberships, employer = PEOPLE[part]
    person = Person(
        email=f"{part.replace('_', '.')}@example.invalid",
        name=name,
        employer_id=rows[employer].id if employer else None,
        created_at=NOW - timedelta(days=400),
    )
    session.add(person)
    session.flush()
    for role, code in memberships:
        organisation_id = rows[code].id if code else None
        granted = NOW - timedelta(days=400)
        session.add(
            Membership(person_id=person.id, role=role, organisation_id=organisation_id, granted_at=granted)
        )
    return person
