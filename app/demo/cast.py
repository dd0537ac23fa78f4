"""Who is in the demo: bodies with codes that can't be real, and people named by their part."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlmodel import Session

from app.actions import membership
from app.actions.loading import load_organisations
from app.adapters.directory import DirectoryEntry
from app.models import Organisation, Person, Role
from app.queries import people
from app.rules.people import Who

REGION = "ZZR"
ICBS = ("ZZ1", "ZZ2", "ZZ3")
TRUSTS = 30


def trust_code(number: int) -> str:
    """Demo trust 4 is ``ZZT04``: no ODS code of a trust has five characters beginning with ZZ."""
    return f"ZZT{number:02d}"


def icb_of(number: int) -> str:
    """Trust 1 stands under the first ICB, trust 2 under the second, and so on in turn."""
    return ICBS[(number - 1) % len(ICBS)]


def _entry(code: str, name: str, kind: str, icb: str) -> DirectoryEntry:
    began = date(2022, 7, 1) if kind == "icb" else date(2015, 4, 1)
    return DirectoryEntry(
        code, name, kind, icb, REGION, began, None, "", "fictional", "fictional, for the demo"
    )


def entries() -> list[DirectoryEntry]:
    return [
        _entry(REGION, "Demo region", "region", ""),
        *(_entry(code, f"Demo ICB {number}", "icb", code) for number, code in enumerate(ICBS, start=1)),
        *(_entry(trust_code(n), f"Demo trust {n}", "trust", icb_of(n)) for n in range(1, TRUSTS + 1)),
    ]


@dataclass
class Cast:
    organisations: dict[str, Organisation]
    people: dict[str, Person] = field(default_factory=dict)  # by part, for example "lead 4"

    def trust(self, number: int) -> Organisation:
        return self.organisations[trust_code(number)]

    def who(self, session: Session, part: str, at: datetime) -> Who:
        found = people.who_by_id(session, self.people[part].id, at)
        if found is None:
            raise LookupError(f"nobody plays {part}")
        return found

    def reviewers_for(self, number: int) -> tuple[str, str]:
        """Two reviewers who work under another ICB than the trust does, in turn."""
        others = [place for place, code in enumerate(ICBS, start=1) if code != icb_of(number)]
        icb = others[number % len(others)]
        return f"reviewer {icb}.1", f"reviewer {icb}.2"

    def third_reviewer_for(self, number: int) -> str:
        """Who is asked where those two differ: from the remaining ICB."""
        others = [place for place, code in enumerate(ICBS, start=1) if code != icb_of(number)]
        return f"reviewer {others[(number + 1) % len(others)]}.1"

    def moderator_for(self, number: int) -> str:
        return "moderator 1" if icb_of(number) != ICBS[0] else "moderator 2"

    def id_of(self, part: str) -> UUID:
        return self.people[part].id


def gather(session: Session, at: datetime) -> Cast:
    """Bring in the organisations and the people. The first parts are those of the story's buttons."""
    cast = Cast(load_organisations(session, entries(), at=at, is_fictional=True))
    for number in range(1, TRUSTS + 1):
        _trust_people(session, cast, number, at)
    _assembly(session, cast, at)
    _viewers(session, cast, at)
    return cast


def _trust_people(session: Session, cast: Cast, number: int, at: datetime) -> None:
    parts = [("lead", Role.LEAD, "EDI lead"), ("sponsor", Role.SPONSOR, "Executive sponsor")]
    if number == 1:
        parts.append(("contributor", Role.CONTRIBUTOR, "Contributor"))
        parts.append(("chair", Role.NETWORK_CHAIR, "Staff network chair"))
    for part, role, title in parts:
        name = f"{title}, demo trust {number}"
        person = _add(session, cast, f"{part} {number}", name, role, at, organisation=trust_code(number))
        person.demo_part = name if number <= 3 else ""


def _assembly(session: Session, cast: Cast, at: datetime) -> None:
    for place in range(1, len(ICBS) + 1):
        for seat in (1, 2):
            number = TRUSTS - len(ICBS) * seat + place  # one of the last trusts under that ICB
            name = f"Reviewer {place}.{seat}, works for demo trust {number} under demo ICB {place}"
            part, employer = f"reviewer {place}.{seat}", trust_code(number)
            person = _add(session, cast, part, name, Role.REVIEWER, at, employer=employer)
            person.demo_part = name
    for number, employer in ((1, ICBS[0]), (2, ICBS[1])):
        name = f"Moderator {number}, works for demo ICB {number}"
        person = _add(session, cast, f"moderator {number}", name, Role.MODERATOR, at, employer=employer)
        person.demo_part = name
    for number in (1, 2, 3):
        part = "administrator" if number == 1 else f"administrator {number}"
        person = _add(session, cast, part, f"Administrator {number}, core team", Role.ADMINISTRATOR, at)
        person.demo_part = person.name


def _viewers(session: Session, cast: Cast, at: datetime) -> None:
    for number, code in enumerate(ICBS, start=1):
        name = f"Analyst, demo ICB {number}"
        person = _add(session, cast, f"icb {number}", name, Role.ICB_VIEWER, at, organisation=code)
        person.demo_part = name
    person = _add(
        session, cast, "region", "Analyst, demo region", Role.REGION_VIEWER, at, organisation=REGION
    )
    person.demo_part = person.name


def _add(
    session: Session,
    cast: Cast,
    part: str,
    name: str,
    role: Role,
    at: datetime,
    *,
    organisation: str = "",
    employer: str = "",
) -> Person:
    person = membership.grant(
        session,
        f"{part.replace(' ', '.')}@demo.invalid",
        name,
        role,
        organisation=cast.organisations.get(organisation),
        employer=cast.organisations.get(employer),
        at=at,
    )
    cast.people[part] = person
    return person
