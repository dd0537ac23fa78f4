"""Recognition: certificates, the files and credentials that show them, and what becomes of them."""

from datetime import date
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field

from app.models.columns import Moment, Row, choice, identity, json_value, long_text, moment, parent


class Certificate(Row, table=True):
    """A recognition. The PDF is drawn from this row; names are kept as they were that day.

    A certificate that is issued again is a row of its own, with a number of its own, that supersedes the one before.
    """

    __table_args__ = (
        sa.UniqueConstraint("year", "serial"),
        sa.UniqueConstraint("decision_id", "edition"),
        # The questions who held what on a day, and which of a body's certificates comes first, are answered from this
        # index alone.
        sa.Index(
            "ix_certificate_holding",
            "organisation_id",
            "level_rank",
            "icb_id",
            "region_id",
            "issued_on",
            "expires_on",
            "revoked_on",
            "superseded_on",
            "number",
        ),
        # The register in its order: a page ends after its last line, and a search reads names and no whole row.
        sa.Index(
            "ix_certificate_register",
            "organisation_name",
            "number",
            "organisation_id",
            "level_rank",
            "level",
            "issued_on",
            "expires_on",
            "revoked_on",
            "superseded_on",
        ),
        # The few that status lists are about.
        sa.Index(
            "ix_certificate_revoked",
            "revoked_on",
            sqlite_where=sa.text("revoked_on IS NOT NULL"),
            postgresql_where=sa.text("revoked_on IS NOT NULL"),
        ),
        sa.Index(
            "ix_certificate_superseded",
            "superseded_on",
            sqlite_where=sa.text("superseded_on IS NOT NULL"),
            postgresql_where=sa.text("superseded_on IS NOT NULL"),
        ),
    )
    id: UUID = identity()
    decision_id: UUID = parent("decision.id", index=False)
    edition: int = 1  # counts the certificates of one decision
    supersedes_id: UUID | None = Field(default=None, foreign_key="certificate.id", unique=True)
    reissue_reason: str = long_text(default="")  # why this one supersedes another
    number: str = Field(max_length=30, unique=True)
    year: int
    serial: int
    token: str = Field(max_length=32, unique=True)  # 128 random bits, hexadecimal
    organisation_id: UUID = parent("organisation.id", index=False)
    icb_id: UUID | None = parent("organisation.id", optional=True, index=False)
    region_id: UUID | None = parent("organisation.id", optional=True, index=False)
    organisation_name: str = Field(max_length=300)
    ods_code: str = Field(max_length=10)
    level: str = Field(max_length=40)
    level_name: str = Field(max_length=40)
    level_rank: int
    framework_version_id: UUID = parent("framework_version.id", index=False)
    framework_title: str = Field(max_length=200)
    framework_version: str = Field(max_length=40)
    illustrative_mark: str = Field(default="", max_length=300)
    issuer_name: str = Field(max_length=200)
    signatories: list[str] = json_value(default_factory=list)
    is_fictional: bool = False
    issued_on: date
    expires_on: date  # the last day it is in date
    issued_at: Moment = moment()
    issued_by_id: UUID = parent("person.id", index=False)
    superseded_on: date | None = None
    superseded_at: Moment | None = moment(optional=True)
    revoked_on: date | None = None
    revoked_at: Moment | None = moment(optional=True)
    revoked_by_id: UUID | None = parent("person.id", optional=True, index=False)
    revoke_reason: str = long_text(default="")


class CertificateCounter(Row, table=True):
    """The last serial given in a year; raised in the transaction that issues, so numbers have no gaps."""

    year: int = Field(primary_key=True)
    last: int


class SigningKey(Row, table=True):
    """The public half of a key that signs certificates and credentials. Old ones stay, so that what they signed can
    be checked; the private half is never in the database."""

    id: UUID = identity()
    kid: str = Field(max_length=64, unique=True)  # SHA-256 of the public key (RFC 7638), base64url
    certificate_pem: str = long_text()  # X.509
    first_used_at: Moment = moment()
    retired_at: Moment | None = moment(optional=True)  # signs no more; what it signed stays good
    distrusted_from: Moment | None = moment(optional=True)  # stolen: what is not proven older is refused
    distrust_reason: str = long_text(default="")


class FileForm(StrEnum):
    """A certificate exists as two files: a signature field is itself a fault of accessibility (PDF/UA)."""

    ACCESSIBLE = "accessible"
    SIGNED = "signed"


class CertificateFile(Row, table=True):
    """One file of a certificate as it went out: the register knows both hashes."""

    __table_args__ = (sa.UniqueConstraint("certificate_id", "form"),)
    id: UUID = identity()
    certificate_id: UUID = parent("certificate.id", index=False)
    form: FileForm = choice(FileForm)
    sha256: str = Field(max_length=64, index=True)
    size: int  # bytes
    stored_name: str = Field(max_length=64, unique=True)
    drawn_at: Moment = moment()
    key_id: UUID | None = parent("signing_key.id", optional=True, index=False)  # None: not signed
    has_time_stamp: bool = False


class CertificateDrawing(Row, table=True):
    """A certificate that waits for its two files, or has them. Written in the transaction that issues."""

    __table_args__ = (
        sa.Index(
            "ix_certificate_drawing_due",
            "leased_until",
            sqlite_where=sa.text("drawn_at IS NULL"),
            postgresql_where=sa.text("drawn_at IS NULL"),
        ),
    )
    certificate_id: UUID = Field(foreign_key="certificate.id", primary_key=True)
    leased_until: Moment | None = moment(optional=True)  # one process at a time draws it
    tries: int = 0
    drawn_at: Moment | None = moment(optional=True)
    last_error: str = long_text(default="")


class Credential(Row, table=True):
    """A certificate as a verifiable credential, and its place in the status list."""

    id: UUID = identity()
    certificate_id: UUID = Field(foreign_key="certificate.id", unique=True)
    status_index: int = Field(unique=True)
    key_id: UUID = parent("signing_key.id", index=False)
    jwt: str = long_text()
    issued_at: Moment = moment()


class StatusList(Row, table=True):
    """The signed list of the credentials that no longer hold, one for each purpose; the newest takes its row.

    ``valid_from`` only grows: who has seen this list refuses an older one.
    """

    id: UUID = identity()
    purpose: str = Field(max_length=20, unique=True)
    content_sha256: str = Field(max_length=64)  # of the bits: whether another one has to be signed
    jwt: str = long_text()
    valid_from: Moment = moment()
    key_id: UUID = parent("signing_key.id", index=False)


class Revocation(Row, table=True):
    """One person asks for a certificate to be revoked, another confirms it; the organisation may appeal."""

    __table_args__ = (
        sa.Index(
            "uq_revocation_open",
            "certificate_id",
            unique=True,
            sqlite_where=sa.text("confirmed_at IS NULL AND closed_at IS NULL"),
            postgresql_where=sa.text("confirmed_at IS NULL AND closed_at IS NULL"),
        ),
    )
    id: UUID = identity()
    certificate_id: UUID = parent("certificate.id")
    reason: str = long_text()
    asked_at: Moment = moment()
    asked_by_id: UUID = parent("person.id", index=False)
    confirmed_at: Moment | None = moment(optional=True)
    confirmed_by_id: UUID | None = parent("person.id", optional=True, index=False)
    revoked_on: date | None = None  # from this UK day
    closed_at: Moment | None = moment(optional=True)  # taken back or refused before it was confirmed
    closed_by_id: UUID | None = parent("person.id", optional=True, index=False)
    close_reason: str = long_text(default="")
    appeal_grounds: str = long_text(default="")
    appealed_at: Moment | None = moment(optional=True)
    appealed_by_id: UUID | None = parent("person.id", optional=True, index=False)
    is_upheld: bool | None = None  # what is put forward of the appeal: the revocation stands
    appeal_reason: str = long_text(default="")
    judged_at: Moment | None = moment(optional=True)  # put forward by one
    judged_by_id: UUID | None = parent("person.id", optional=True, index=False)
    settled_at: Moment | None = moment(optional=True)  # confirmed by another
    settled_by_id: UUID | None = parent("person.id", optional=True, index=False)
    reinstated_on: date | None = None  # overturned: the certificate holds again from this UK day


class LightCheck(Row, table=True):
    """Half way through its life the holder of a certificate says whether what was recognised still holds."""

    id: UUID = identity()
    certificate_id: UUID = Field(foreign_key="certificate.id", unique=True)
    still_holds: bool
    text: str = long_text(default="")  # what changed, or what was done since
    answered_at: Moment = moment()
    answered_by_id: UUID = parent("person.id", index=False)
    read_at: Moment | None = moment(optional=True)  # by the Assembly
    read_by_id: UUID | None = parent("person.id", optional=True, index=False)


class CertificateReminder(Row, table=True):
    """One reminder about a certificate; each goes out once."""

    __table_args__ = (sa.UniqueConstraint("certificate_id", "kind"),)
    id: UUID = identity()
    certificate_id: UUID = parent("certificate.id", index=False)
    kind: str = Field(max_length=40)  # "light check", or "expires in 6 months"
    written_at: Moment = moment()
