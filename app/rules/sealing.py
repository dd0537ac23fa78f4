"""The sealed copy: what exactly was signed, as one canonical text with a hash."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer

from app.rules.history import canonical, sha256


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SealedEvidence(_Value):
    """One item as it was: the exact version, by hash, and the place in it that supports the answer."""

    evidence_id: UUID
    version_id: UUID
    kind: str
    title: str
    file_name: str
    media_type: str
    size: int
    sha256: str
    url: str
    evidence_date: date
    expires_on: date | None
    place: str


class SealedCondition(_Value):
    """What an earlier decision asked for at this criterion, and what the organisation says that it did."""

    condition_id: UUID
    text: str
    answer: str


class SealedAnswer(_Value):
    code: str
    level: str
    values: dict[str, str]
    evidence: tuple[SealedEvidence, ...]
    conditions: tuple[SealedCondition, ...] = ()

    @model_serializer(mode="wrap")
    def _without_nothing(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Copies sealed before there were conditions are read and hashed again: none leaves no trace in the text."""
        written: dict[str, Any] = write(self)
        if not self.conditions:
            del written["conditions"]
        return written


class SealedContent(_Value):
    """What the executive reads before signing. Its hash travels in the form, so that they sign what they saw."""

    framework: str
    framework_version: str
    framework_checksum: str
    organisation_id: UUID
    organisation_name: str
    ods_code: str
    organisation_kind: str
    level: str
    window_id: UUID
    answers: tuple[SealedAnswer, ...]  # in the framework's order; lower levels that are not held included
    not_applicable: tuple[str, ...]  # criterion codes that do not fit this kind of organisation
    lower_levels_held: tuple[str, ...]  # by a certificate in date

    def answer(self, code: str) -> SealedAnswer:
        """KeyError when the criterion is not in the copy."""
        for answer in self.answers:
            if answer.code == code:
                return answer
        raise KeyError(code)

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(answer.code for answer in self.answers)


class SealedDocument(_Value):
    content: SealedContent
    declaration: str
    signed_by: str  # name of the executive
    handed_over_by: str  # name of the lead
    sealed_at: datetime


def as_text(value: _Value) -> str:
    """Canonical JSON: the same bytes for the same content, whenever it is made."""
    return canonical(value.model_dump(mode="json"))


def seal(value: _Value) -> str:
    """SHA-256, hexadecimal, of the canonical JSON."""
    return sha256(as_text(value))


def read(document: str) -> SealedDocument:
    return SealedDocument.model_validate_json(document)
