"""What a holder may show and say, and what the picture says once that is no longer so."""

from datetime import date
from enum import StrEnum
from html import escape

from app.models import Certificate
from app.rules.certificates import Standing, standing
from app.rules.credentials import FICTIONAL, Places
from app.rules.days import in_words

PIXELS = 200  # of the snippet's picture, each way
LEVELS = ("bronze", "silver", "gold")
PLAIN = "plain"  # for a level of any other name


class Form(StrEnum):
    """The pictures there are of each level."""

    HELD = "held"
    DEMONSTRATION = "demonstration"
    EXPIRED = "expired"
    REVOKED = "revoked"
    REPLACED = "replaced"


_FORMS = {
    Standing.EXPIRED: Form.EXPIRED,
    Standing.REVOKED: Form.REVOKED,
    Standing.SUPERSEDED: Form.REPLACED,
}
_SAID = {
    Form.EXPIRED: "Expired",
    Form.REVOKED: "Revoked, do not rely on it",
    Form.REPLACED: "Replaced by a newer certificate",
    Form.DEMONSTRATION: "Demonstration only",
}


def form(certificate: Certificate, on: date) -> Form:
    """The picture that is true on the UK day ``on``."""
    now = standing(certificate, on)
    if now is Standing.GENUINE:
        return Form.DEMONSTRATION if certificate.is_fictional else Form.HELD
    return _FORMS[now]


def picture(level_name: str, shown: Form) -> str:
    """The name of the picture, without its ending."""
    level = level_name.strip().lower()
    return f"{level if level in LEVELS else PLAIN}-{shown}"


def pictures(certificate: Certificate) -> tuple[str, ...]:
    """The names of all pictures that the certificate's badge may have had until now: its holder may keep an old one."""
    never = Form.HELD if certificate.is_fictional else Form.DEMONSTRATION
    return tuple(picture(certificate.level_name, one) for one in Form if one is not never)


def alt(certificate: Certificate, shown: Form) -> str:
    """What stands in place of the picture."""
    said = f"{_SAID[shown]}: " if shown in _SAID else ""
    return f"{said}{certificate.level_name}, {certificate.framework_title}, {certificate.organisation_name}"


def sentence(certificate: Certificate) -> str:
    """What the holder may say for as long as the certificate is in date."""
    caution = f" {FICTIONAL}" if certificate.is_fictional else ""
    return (
        f"We hold {certificate.level_name} of the {certificate.framework_title}, issued by "
        f"{certificate.issuer_name} on {in_words(certificate.issued_on)}, in date until "
        f"{in_words(certificate.expires_on)}. Certificate {certificate.number}.{caution}"
    )


def snippet(certificate: Certificate, places: Places) -> str:
    """HTML for the holder's own site: a picture that changes with the register, and the page where anyone can check.

    The text beside the picture claims nothing that the picture could contradict later.
    """
    words = (
        f"{certificate.level_name}, {certificate.framework_title}, {certificate.organisation_name}: "
        "check that this is in date"
    )
    return (
        f'<a href="{escape(places.verify(certificate.token))}">\n'
        f'  <img src="{escape(places.badge(certificate.token))}" width="{PIXELS}" height="{PIXELS}"\n'
        f'       alt="{escape(words)}">\n'
        "</a>"
    )
