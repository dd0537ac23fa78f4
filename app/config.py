"""Every setting of the portal, with its meaning. Each is read from the environment with the prefix ``ARF_``."""

import re
from enum import StrEnum
from functools import cached_property
from ipaddress import ip_network
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
MEGABYTE = 1024 * 1024


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """What an operator may set. A wrong value stops the start with the name of the setting."""

    model_config = SettingsConfigDict(env_prefix="ARF_", frozen=True, extra="ignore")

    environment: Environment = Field(Environment.PRODUCTION, description="development or production")
    demo: bool = Field(False, description="Demo sign-in and fictional data. Refused in production.")
    data_dir: Path = Field(ROOT / "data", description="Folder of the SQLite database, evidence and mails")
    database_url: str = Field("", description="SQLAlchemy URL. Empty: SQLite in the data folder")
    base_url: str = Field("http://127.0.0.1:8000", description="Address of the portal as people type it")

    portal_name: str = Field("Anti-Racist Framework portal", description="Name in the page header")
    issuer_name: str = Field(
        "NHS North West Race Equity Assembly",
        max_length=120,
        description="Who recognises, as printed on new certificates",
    )
    signatories: list[str] = Field(
        ["Director of the Assembly"],
        min_length=1,
        max_length=3,
        description="Roles printed on new certificates, one or two",
    )
    contact_email: str = Field("contact@example.invalid", description="Where people ask for help")
    may_use_nhs_logo: bool = Field(False, description="The operator has permission to show the NHS logo")

    smtp_url: str = Field("", description="smtp://user:password@host:port. Empty: mails become files")
    mail_from: str = Field("portal@example.invalid", description="Sender of every mail")

    conflict_years: int = Field(
        3, ge=0, le=10, description="A tie to a former employer is a conflict for so long, years"
    )
    decision_quorum: int = Field(2, ge=1, le=5, description="People who must confirm a decision")
    most_reviews: int = Field(12, ge=1, le=100, description="Open reviews of one reviewer who sets no number")
    calibration_required: bool = Field(
        False, description="Assign nobody who has not scored the agreed samples of the window"
    )
    blind_review_percent: int = Field(
        10, ge=0, le=100, description="Share of a window's awards that is reviewed once more, per cent"
    )

    sign_in_link_minutes: int = Field(15, ge=1, le=60, description="Life of a sign-in link, minutes")
    sign_in_mails_per_hour: int = Field(3, ge=1, le=20, description="Sign-in mails an hour an address")
    session_idle_minutes: int = Field(60, ge=5, description="A session ends after so long unused, minutes")
    session_hours: int = Field(12, ge=1, le=24, description="A session ends after so long at most, hours")

    evidence_file_megabytes: int = Field(25, ge=1, le=50, description="Largest evidence file, MB")
    evidence_organisation_megabytes: int = Field(1024, ge=1, description="All evidence files of one, MB")
    evidence_store: str = Field(
        "", description="s3://bucket/prefix or az://container/prefix. Empty: evidence/ in the data folder"
    )
    evidence_store_endpoint: str = Field("", description="Address of the store. Empty: the provider's own")
    evidence_store_region: str = Field("eu-west-2", description="Region of an S3 bucket")
    evidence_store_account: str = Field(
        "", description="S3 access key id or Azure storage account. Empty on S3: the machine's own role"
    )
    evidence_store_key: SecretStr = Field(
        SecretStr(""), description="S3 secret access key or Azure account key"
    )
    scanner: str = Field(
        "", description="The virus scanner clamd: tcp://host:3310 or unix:///path. Required in production"
    )

    signing_keys: str = Field("", description="Folder of the keys that sign. Empty: keys/ in the data folder")
    signing_module: str = Field(
        "", description="PKCS#11 module (path of a library) that holds the key instead"
    )
    signing_token: str = Field("", description="Label of the token in the PKCS#11 module")
    signing_key_label: str = Field("", description="Label of the key, and of its certificate, on the token")
    signing_pin: SecretStr = Field(SecretStr(""), description="PIN of the token")
    signing_command: list[str] = Field(
        [], description="Command that signs instead: SHA-256 digest on its input, DER signature on its output"
    )
    signing_certificate: str = Field(
        "", description="File with the X.509 certificate (PEM) of the key in a module or behind a command"
    )
    time_stamp_url: str = Field(
        "", description="Time-stamping authority (RFC 3161) for signatures. Empty: no time stamps"
    )

    form_megabytes: int = Field(2, ge=1, description="Largest body of a form without a file, MB")
    verify_file_megabytes: int = Field(5, ge=1, le=25, description="Largest file that is checked, MB")
    verify_numbers_per_minute: int = Field(
        60, ge=1, description="Certificate numbers that one address may look up a minute, in each web process"
    )
    verify_files_per_minute: int = Field(
        10, ge=1, description="Files that one address may have checked a minute, in each web process"
    )
    trusted_proxies: list[str] = Field(
        [], description="Addresses or networks of proxies whose X-Forwarded-For is believed. Empty: none"
    )

    @field_validator("base_url")
    @classmethod
    def _address(cls, value: str) -> str:
        """Links are made by adding a path to it, and certificates print it."""
        if len(value) > 80 or not value.startswith(("http://", "https://")):
            raise ValueError(
                "ARF_BASE_URL must begin with https:// or http:// and have 80 characters or fewer"
            )
        return value.rstrip("/")

    @field_validator("signatories")
    @classmethod
    def _fit_the_certificate(cls, value: list[str]) -> list[str]:
        if any(not 0 < len(role.strip()) <= 80 for role in value):
            raise ValueError("each of ARF_SIGNATORIES must have 1 to 80 characters")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks_of_proxies(cls, value: list[str]) -> list[str]:
        """A name or a star here would let anyone say that they are someone else."""
        try:
            return [str(ip_network(one.strip())) for one in value]
        except ValueError as wrong:
            raise ValueError(f"ARF_TRUSTED_PROXIES must hold addresses or networks: {wrong}") from wrong

    @field_validator("evidence_store")
    @classmethod
    def _store_of_evidence(cls, value: str) -> str:
        if value and not re.fullmatch(r"(s3|az)://[a-z0-9][a-z0-9.-]{1,62}(/[A-Za-z0-9._/-]*)?", value):
            raise ValueError("ARF_EVIDENCE_STORE must be s3://bucket/prefix, az://container/prefix or empty")
        return value

    @field_validator("scanner")
    @classmethod
    def _address_of_scanner(cls, value: str) -> str:
        if value and not re.fullmatch(r"tcp://[^/:@\s]+:\d{1,5}|unix:///\S+", value):
            raise ValueError("ARF_SCANNER must be tcp://host:3310, unix:///path/of/clamd.ctl or empty")
        return value

    @model_validator(mode="after")
    def _store_can_be_used(self) -> Self:
        """Evidence and keys never travel where others can read them; loopback is for tests and sidecars."""
        endpoint = urlsplit(self.evidence_store_endpoint)
        if self.evidence_store_endpoint and endpoint.scheme not in ("https", "http"):
            raise ValueError("ARF_EVIDENCE_STORE_ENDPOINT must begin with https://")
        is_far = endpoint.hostname not in ("127.0.0.1", "::1", "localhost")
        if self.is_production and endpoint.scheme == "http" and is_far:
            raise ValueError("ARF_EVIDENCE_STORE_ENDPOINT must begin with https:// in production")
        if self.evidence_store.startswith("az://") and not self.evidence_store_account:
            raise ValueError("ARF_EVIDENCE_STORE_ACCOUNT must be set when ARF_EVIDENCE_STORE is az://")
        return self

    @model_validator(mode="after")
    def _demo_never_in_production(self) -> Self:
        """Demo sign-in lets anyone be anyone, so production refuses to start with it."""
        if self.demo and self.is_production:
            raise ValueError("ARF_DEMO must be off when ARF_ENVIRONMENT is production")
        if self.is_production and not self.smtp_url and not self.base_url.startswith("http://127.0.0.1"):
            raise ValueError("ARF_SMTP_URL must be set when ARF_ENVIRONMENT is production")
        return self

    @model_validator(mode="after")
    def _one_place_of_keys(self) -> Self:
        """Half a description of where the key is would be found out on the day of release, so it stops the start."""
        if self.signing_module and self.signing_command:
            raise ValueError("Set ARF_SIGNING_MODULE or ARF_SIGNING_COMMAND, not both")
        if self.signing_module and not (self.signing_token and self.signing_key_label):
            raise ValueError(
                "ARF_SIGNING_TOKEN and ARF_SIGNING_KEY_LABEL must be set with ARF_SIGNING_MODULE"
            )
        if self.signing_command and not self.signing_certificate:
            raise ValueError("ARF_SIGNING_CERTIFICATE must be set with ARF_SIGNING_COMMAND")
        if self.time_stamp_url and not self.time_stamp_url.startswith(("https://", "http://")):
            raise ValueError("ARF_TIME_STAMP_URL must begin with https:// or http://")
        return self

    @model_validator(mode="after")
    def _production_scans(self) -> Self:
        if self.is_production and not self.scanner:
            raise ValueError(
                "ARF_SCANNER must be set when ARF_ENVIRONMENT is production: the address of clamd, such as "
                "tcp://clamd:3310. Nobody can open a file that no scanner has found clean"
            )
        return self

    @property
    def is_production(self) -> bool:
        return self.environment is Environment.PRODUCTION

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https://")

    @cached_property
    def database(self) -> str:
        """The SQLAlchemy URL in use."""
        return self.database_url or f"sqlite:///{self.data_dir / 'portal.db'}"

    @property
    def evidence_dir(self) -> Path:
        return self.data_dir / "evidence"

    @property
    def keys_dir(self) -> Path:
        return Path(self.signing_keys) if self.signing_keys else self.data_dir / "keys"

    @property
    def mail_dir(self) -> Path:
        return self.data_dir / "mails"
