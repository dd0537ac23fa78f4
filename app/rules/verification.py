"""What can be said to somebody who holds a certificate in their hands, in plain words."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.adapters.verifying.examined import Examined
from app.models import FileForm
from app.rules.certificates import Standing

_NUMBER = re.compile(r"ARF-\d{4}-\d{6}", re.ASCII)
_DASHES = re.compile(r"[\u2010-\u2015\u2212_]+")


class Verdict(StrEnum):
    GENUINE = "Genuine and in date"
    EXPIRED = "Genuine, expired"
    REVOKED = "Revoked"
    SUPERSEDED = "Superseded"
    CHANGED = "Changed copy"
    NOT_OURS = "Not ours"
    NOT_VERIFIED = "Not verified"


class Doubt(StrEnum):
    """Why a file is not verified although the register knows it, or although it may be ours."""

    NONE = ""
    CHECK = "check"  # it did not come to an end
    SIGNATURE = "signature"  # it does not hold
    KEY = "key"  # it was in doubt when the file was made


@dataclass(frozen=True)
class KnownFile:
    """A file that the register knows by its hash."""

    form: FileForm
    drawn_at: datetime
    kid: str = ""  # of the key that signed it
    distrusted_from: datetime | None = None
    distrust_reason: str = ""


@dataclass(frozen=True)
class KnownCredential:
    """A credential that the register keeps, byte by byte, as text or inside one of our pictures."""

    is_picture: bool
    is_signed: bool  # by the key that the register names
    distrusted_from: datetime | None = None  # of that key
    distrust_reason: str = ""


_OF_STANDING = {
    Standing.GENUINE: Verdict.GENUINE,
    Standing.EXPIRED: Verdict.EXPIRED,
    Standing.REVOKED: Verdict.REVOKED,
    Standing.SUPERSEDED: Verdict.SUPERSEDED,
}


def of_certificate(standing: Standing) -> Verdict:
    """What the register says of a certificate."""
    return _OF_STANDING[standing]


def needs_look(known: KnownFile | None) -> bool:
    """Whether the file itself must be looked at: the hash of an unsigned copy says all there is."""
    return known is None or known.form is FileForm.SIGNED


def doubt(known: KnownFile, found: Examined | None) -> Doubt:
    """What stands against a file that the register knows; ``found`` is None when looking at it failed.

    A key that may have been in other hands vouches for what the register had before that, and for nothing after.
    """
    if known.form is not FileForm.SIGNED:
        return Doubt.NONE
    if found is None:
        return Doubt.CHECK
    if not found.is_certified or found.kid != known.kid:
        return Doubt.SIGNATURE
    if known.distrusted_from is not None and known.drawn_at >= known.distrusted_from:
        return Doubt.KEY
    return Doubt.NONE


def doubt_of_credential(known: KnownCredential) -> Doubt:
    """What stands against a credential that the register keeps.

    Nobody takes one of a distrusted key, however old (decision 24): its holder gets another one by asking for it again.
    """
    if not known.is_signed:
        return Doubt.SIGNATURE
    return Doubt.NONE if known.distrusted_from is None else Doubt.KEY


def of_known(standing: Standing, against: Doubt) -> Verdict:
    """The verdict on a file that the register knows. A doubt never makes bad news better."""
    if against is Doubt.NONE or standing in (Standing.REVOKED, Standing.SUPERSEDED):
        return of_certificate(standing)
    return Verdict.NOT_VERIFIED


def of_unknown(found: Examined | None, *, names_ours: bool) -> Verdict:
    """The verdict on a file that the register does not know: never a good one, whoever signed it.

    ``names_ours``: it carries the number of a certificate of ours, or a credential that names one.
    """
    if found is None:
        return Verdict.NOT_VERIFIED
    return Verdict.CHANGED if names_ours or found.kid else Verdict.NOT_OURS


def number_of(typed: str) -> str:
    """The number that somebody typed or pasted, as the register writes it; empty when it can't be one."""
    tidy = _DASHES.sub("-", "".join(typed.split()).upper())
    return tidy if _NUMBER.fullmatch(tidy) else ""
