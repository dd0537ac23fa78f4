"""A random graph of ties in the database, and what it means by looking at each day of it."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.models import (
    Answer,
    GroupKind,
    GroupMember,
    Interest,
    InterestKind,
    Membership,
    Organisation,
    OrganisationGroup,
    Person,
    Role,
    SelfAssessment,
    Submission,
    Succession,
    Waiver,
)
from tests.judging import sealed_submission
from tests.story import NOW, Story

TODAY = date(2026, 11, 22)
JUDGES = ("reviewer_1", "reviewer_2", "reviewer_3", "reviewer_of_a", "reviewer_of_c")
BODIES = ("ZZA", "ZZB", "ZZC", "ZZD", "ZZ1", "ZZ2", "ZZ3")


def interest(
    story: Story,
    part: str,
    code: str,
    kind: InterestKind = InterestKind.WORK,
    from_on: date | None = None,
    to_on: date | None = None,
) -> Interest:
    person_id = story.people[part].id
    return Interest(
        person_id=person_id, organisation_id=story.organisations[code].id, kind=kind, from_on=from_on,
        to_on=to_on, declared_at=NOW, declared_by_id=person_id,
    )  # fmt: skip


def grouped(
    session: Session, story: Story, *members: tuple[str, date | None, date | None], name: str = "Three Rivers"
) -> None:
    by = story.people["administrator"].id
    group = OrganisationGroup(name=name, kind=GroupKind.GROUP, added_at=NOW, added_by_id=by)
    session.add(group)
    session.flush()
    session.add_all(
        GroupMember(
            group_id=group.id, organisation_id=story.organisations[code].id, from_on=from_on, to_on=to_on,
            added_at=NOW, added_by_id=by,
        )
        for code, from_on, to_on in members
    )  # fmt: skip
    session.flush()


@dataclass
class Graph:
    """A random graph in the database, whose days lie on a grid of a hundred, and what it means by looking at it."""

    session: Session
    story: Story
    dice: Random
    spells: list[tuple[UUID, UUID, date, date]] = field(default_factory=list)  # work or role, day by day
    other: list[tuple[UUID, UUID, date | None]] = field(default_factory=list)  # declared, with the last day
    groups: list[list[tuple[UUID, date, date]]] = field(default_factory=list)
    became: list[tuple[UUID, UUID, date]] = field(default_factory=list)
    waived: set[tuple[UUID, UUID]] = field(default_factory=set)

    GRID = tuple(TODAY - timedelta(100 * number) for number in range(-1, 25))
    FAR = (date(1990, 1, 1), date(2090, 1, 1))
    CUTOFF = date(2023, 11, 22)

    def drawn(self) -> "Graph":
        self._empty()
        for part in JUDGES:
            person_id = self.story.people[part].id
            self._employer(person_id)
            for _ in range(self.dice.randint(0, 2)):
                self._role(person_id)
            for _ in range(self.dice.randint(0, 3)):
                self._interest(part)
        for number in range(self.dice.randint(1, 3)):
            self._group(number)
        for _ in range(self.dice.randint(0, 2)):
            self._succession()
        self._written()
        self._waivers()
        self.session.flush()
        return self

    def _empty(self) -> None:
        for table in (GroupMember, OrganisationGroup, Interest, Waiver, Answer, Succession):
            self.session.execute(sa.delete(table))
        if not self.session.exec(
            select(Submission.id)
        ).all():  # what is sealed can't be deleted, and serves every graph
            for code, letter in (("ZZA", "a"), ("ZZB", "b")):
                sealed_submission(self.session, self.story, code, letter)
        judges = [self.story.people[part].id for part in JUDGES]
        own = col(Membership.person_id).in_(judges), col(Membership.organisation_id).is_not(None)
        self.session.execute(sa.delete(Membership).where(*own))

    def _body(self) -> Organisation:
        return self.story.organisations[self.dice.choice(BODIES)]

    def _days(self) -> tuple[date | None, date | None]:
        past = [day for day in self.GRID if day <= TODAY]
        first, last = sorted(self.dice.sample(past, 2))
        return (first if self.dice.random() < 0.7 else None), (last if self.dice.random() < 0.6 else None)

    def _spell(self, person_id: UUID, body: UUID, first: date | None, last: date | None) -> None:
        self.spells.append((person_id, body, first or self.FAR[0], last or self.FAR[1]))

    def _employer(self, person_id: UUID) -> None:
        body = self._body() if self.dice.random() < 0.8 else None
        self.session.get_one(Person, person_id).employer_id = body.id if body else None
        if body:
            self._spell(person_id, body.id, None, None)

    def _role(self, person_id: UUID) -> None:
        body, (first, last) = self._body(), self._days()
        first = first or self.GRID[-1]
        row = Membership(
            person_id=person_id, role=self.dice.choice([Role.LEAD, Role.CONTRIBUTOR]), organisation_id=body.id,
            granted_at=datetime.combine(first, time(12), UTC),
            ended_at=datetime.combine(last or TODAY, time(11), UTC),
        )  # fmt: skip
        self.session.add(row)
        self._spell(person_id, body.id, first, last or TODAY)

    def _interest(self, part: str) -> None:
        code, kind, (first, last) = (
            self.dice.choice(BODIES), self.dice.choice(list(InterestKind)), self._days(),
        )  # fmt: skip
        row = interest(self.story, part, code, kind, first, last)
        self.session.add(row)
        if self.dice.random() < 0.2:
            row.withdrawn_at = NOW
        elif kind is InterestKind.WORK:
            self._spell(row.person_id, row.organisation_id, first, last)
        else:
            self.other.append((row.person_id, row.organisation_id, last))

    def _group(self, number: int) -> None:
        members = [(code, *self._days()) for code in self.dice.sample(BODIES, self.dice.randint(2, 3))]
        grouped(self.session, self.story, *members, name=f"Group {number}")
        self.groups.append(
            [
                (self.story.organisations[code].id, first or self.FAR[0], last or self.FAR[1])
                for code, first, last in members
            ]
        )

    def _succession(self) -> None:
        before, after = (self.story.organisations[code].id for code in self.dice.sample(BODIES, 2))
        on = self.dice.choice(self.GRID)
        self.session.add(Succession(predecessor_id=before, successor_id=after, on_date=on))
        self.became.append((before, after, on))

    def _written(self) -> None:
        person_id, body = self.story.people[self.dice.choice(JUDGES)].id, self.story.organisations["ZZB"]
        of_b = select(SelfAssessment.id).where(SelfAssessment.organisation_id == body.id)
        own = self.session.exec(of_b).one()
        self.session.add(
            Answer(self_assessment_id=own, criterion_code="B01", saved_at=NOW, saved_by_id=person_id)
        )
        self.other.append((person_id, body.id, None))

    def _waivers(self) -> None:
        """One granted, one asked for, one taken back, of submissions of two trusts."""
        for submission in self.session.exec(select(Submission).order_by(col(Submission.id))).all():
            parts = self.dice.sample(JUDGES, 3)
            for part, granted, ended in zip(parts, (NOW, None, NOW), (None, None, NOW), strict=True):
                person_id, by = self.story.people[part].id, self.story.people["administrator"].id
                second = self.story.people["administrator_2"].id
                self.session.add(
                    Waiver(
                        person_id=person_id, submission_id=submission.id, conflict="Told.", reason="Told.",
                        asked_at=NOW, asked_by_id=by, granted_at=granted,
                        granted_by_id=second if granted else None, ended_at=ended,
                    )
                )  # fmt: skip
            self.waived.add((self.story.people[parts[0]].id, submission.id))

    def is_tied(self, person_id: UUID, body: Organisation) -> bool:
        """By looking at each day of the grid in the last three years."""
        icb_of = {one.id: one.icb_id for one in self.story.organisations.values()}
        for day in (one for one in self.GRID if self.CUTOFF <= one <= TODAY):
            works = {
                at for person, at, first, last in self.spells if person == person_id and first <= day <= last
            }
            if body.id in works or body.icb_id in {icb_of[at] for at in works}:
                return True
            for group in self.groups:
                inside = {member for member, first, last in group if first <= day <= last}
                if body.id in inside and works & inside:
                    return True
        if self._is_successor(person_id, body.id):
            return True
        return any(
            (person, at) == (person_id, body.id) and (last is None or last >= self.CUTOFF)
            for person, at, last in self.other
        )

    def _is_successor(self, person_id: UUID, body: UUID) -> bool:
        """By following each spell that counts from body to body, with the latest day on the way."""
        for person, at, _, last in self.spells:
            if person != person_id or last < self.CUTOFF:
                continue
            ways = [(at, [at], date.min)]
            while ways:
                here, been, on = ways.pop()
                if here == body and been != [at] and (on <= TODAY or last >= on):
                    return True
                ways += [
                    (after, [*been, after], max(on, day))
                    for before, after, day in self.became
                    if before == here and after not in been
                ]
        return False
