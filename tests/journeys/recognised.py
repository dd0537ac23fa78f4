"""What the journeys about recognition begin with, made by the actions that the pages call."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from playwright.sync_api import Page
from sqlmodel import select

from app.actions import organisation_changes, sign_in
from app.actions.organisation_places import By
from app.models import Organisation, Outcome, Role
from app.rules.days import uk_day
from tests import holdings, rounds
from tests.journeys.portal import RunningPortal
from tests.steps import assigned, reviewed, signed
from tests.story import Story

JUDGES = {"administrator_3": Role.ADMINISTRATOR, "administrator_4": Role.ADMINISTRATOR}


@dataclass(frozen=True)
class Recognised:
    """Trust A's Bronze, recognised and released today, in a story with two administrators more."""

    story: Story
    certificate_id: UUID
    submission_id: UUID
    number: str
    on: date


def recognised(portal: RunningPortal) -> Recognised:
    with portal.database.write() as session:
        at = portal.database.now(session)
        submission = signed(session, portal.story, at=at)
        for part in ("reviewer_1", "reviewer_2"):
            review = assigned(session, portal.story, submission, part, at)
            reviewed(session, portal.story, submission, review, part, at=at)
        rounds.decided(session, portal.story, submission, Outcome.RECOGNISED, at=at)
        (certificate,) = rounds.released(session, portal.story, at=at)
        story = rounds.cast(session, portal.story, JUDGES)
        return Recognised(story, certificate.id, submission.id, certificate.number, uk_day(at))


def sign_in_as(portal: RunningPortal, story: Story, part: str, page: Page) -> None:
    """Whoever was signed in is so no more; signing in by mail has a journey of its own."""
    with portal.database.write() as session:
        token = sign_in.open_session(session, story.people[part].id, at=portal.database.now(session))
    page.context.add_cookies([{"name": "portal", "value": token, "url": portal.address}])


def held_for_two_years(portal: RunningPortal) -> str:
    """Trust B holds Silver since two years ago, so its light check is asked. Returns the certificate's number."""
    with portal.database.write() as session:
        at = portal.database.now(session)
        body = session.get_one(Organisation, portal.story.organisations["ZZB"].id)
        issued = uk_day(at) - timedelta(days=400)
        row = holdings.certificate(
            session, portal.story, body, "silver", issued=issued, expires=issued + timedelta(days=1095), at=at
        )
        return row.number


@dataclass(frozen=True)
class Past:
    """A day of last month on which two made-up trusts of ICB 1 were known, one of them with Bronze."""

    portal: RunningPortal
    day: date

    def learn_late(self) -> None:
        """Only now it is recorded that the trust with Bronze had closed before that day."""
        with self.portal.database.write() as session:
            at = self.portal.database.now(session)
            body = session.exec(select(Organisation).where(Organisation.ods_code == "T1")).one()
            closed_on = self.day - timedelta(days=3)
            by = By(self.portal.story.people["administrator"].id)
            organisation_changes.close(session, body, [], closed_on, "It merged.", by=by, at=at)


def past(portal: RunningPortal) -> Past:
    with portal.database.write() as session:
        at = portal.database.now(session) - timedelta(days=40)
        one, _ = (holdings.trust(session, portal.story, code, at=at) for code in ("T1", "T2"))
        day = uk_day(at)
        ends = day + timedelta(days=1000)
        holdings.certificate(session, portal.story, one, issued=day, expires=ends, at=at)
        return Past(portal, day + timedelta(days=10))
