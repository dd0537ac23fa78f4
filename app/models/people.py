"""People, what they may do for whom, and how they sign in."""

from enum import StrEnum
from secrets import token_hex
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from app.models.columns import Moment, Row, choice, identity, moment, parent


class Role(StrEnum):
    CONTRIBUTOR = "contributor"
    LEAD = "lead"
    SPONSOR = "sponsor"
    NETWORK_CHAIR = "network chair"
    REVIEWER = "reviewer"
    MODERATOR = "moderator"
    ADMINISTRATOR = "administrator"
    ICB_VIEWER = "ICB viewer"
    REGION_VIEWER = "region viewer"


ORGANISATION_ROLES = frozenset({Role.CONTRIBUTOR, Role.LEAD, Role.SPONSOR, Role.NETWORK_CHAIR})
ASSEMBLY_ROLES = frozenset({Role.REVIEWER, Role.MODERATOR, Role.ADMINISTRATOR})
VIEWER_ROLES = frozenset({Role.ICB_VIEWER, Role.REGION_VIEWER})


class Person(Row, table=True):
    id: UUID = identity()
    email: str = Field(max_length=254, unique=True)  # lower case
    name: str = Field(max_length=200)
    employer_id: UUID | None = parent("organisation.id", optional=True)  # for conflicts of interest
    demo_part: str = Field(
        default="", max_length=200
    )  # shown on the demo sign-in page; empty for real people
    draft_key: str = Field(
        default_factory=lambda: token_hex(32), max_length=64
    )  # locks what a browser keeps of unsaved text, so that only this person's sign-in can read it
    created_at: Moment = moment()
    left_at: Moment | None = moment(optional=True)


def _once_while(condition: str, name: str, *columns: str) -> sa.Index:
    """Unique among the memberships that have not ended and fulfil ``condition``."""
    where = sa.text(f"ended_at IS NULL AND {condition}")
    return sa.Index(name, *columns, unique=True, sqlite_where=where, postgresql_where=where)


class Membership(Row, table=True):
    """A role held by a person. Assembly roles have no organisation."""

    __table_args__ = (
        _once_while(
            "organisation_id IS NOT NULL",
            "uq_membership_organisation",
            "person_id",
            "role",
            "organisation_id",
        ),
        _once_while("organisation_id IS NULL", "uq_membership_assembly", "person_id", "role"),
    )
    id: UUID = identity()
    person_id: UUID = parent("person.id")
    role: Role = choice(Role)
    organisation_id: UUID | None = parent("organisation.id", optional=True)
    granted_at: Moment = moment()
    granted_by_id: UUID | None = parent("person.id", optional=True, index=False)
    ended_at: Moment | None = moment(optional=True)


class Invitation(Row, table=True):
    """A role offered by mail. Its link opens a page with a button, once, until it expires."""

    id: UUID = identity()
    organisation_id: UUID = parent("organisation.id")
    email: str = Field(max_length=254)  # lower case
    name: str = Field(max_length=200)
    role: Role = choice(Role)
    token_hash: str = Field(max_length=64, unique=True)
    sent_at: Moment = moment()
    sent_by_id: UUID = parent("person.id", index=False)
    expires_at: Moment = moment()
    used_at: Moment | None = moment(optional=True)
    person_id: UUID | None = parent("person.id", optional=True)  # who accepted
    cancelled_at: Moment | None = moment(optional=True)


class SignInLink(Row, table=True):
    """One mail asked for. Unknown addresses get a row too, so that limits and answers are the same for them."""

    __table_args__ = (sa.Index("ix_sign_in_link_email_sent_at", "email", "sent_at"),)
    id: UUID = identity()
    token_hash: str = Field(max_length=64, unique=True)
    email: str = Field(max_length=254)
    person_id: UUID | None = parent("person.id", optional=True)
    sent_at: Moment = moment()
    expires_at: Moment = moment()
    used_at: Moment | None = moment(optional=True)


class SignInSession(Row, table=True):
    id: UUID = identity()
    token_hash: str = Field(max_length=64, unique=True)
    person_id: UUID = parent("person.id")
    started_at: Moment = moment()
    seen_at: Moment = moment()
    ended_at: Moment | None = moment(optional=True)


class ApiToken(Row, table=True):
    """Lets a program read what one role of a person may read. It ends with the role."""

    id: UUID = identity()
    membership_id: UUID = parent("membership.id")
    name: str = Field(max_length=120)  # what it is for
    token_hash: str = Field(max_length=64, unique=True)
    ending: str = Field(max_length=8)  # the last characters, to tell tokens apart
    created_at: Moment = moment()
    expires_at: Moment = moment()
    used_at: Moment | None = moment(optional=True)
    revoked_at: Moment | None = moment(optional=True)
    revoked_by_id: UUID | None = parent("person.id", optional=True, index=False)
