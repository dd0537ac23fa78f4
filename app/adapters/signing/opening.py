"""The key that the settings name, ready to sign."""

from collections.abc import Collection
from datetime import datetime

from app.adapters.signing import key_commands, key_files, key_tokens
from app.adapters.signing.keys import Key, KeyPlace, NoKey
from app.config import Settings


def place_of(settings: Settings) -> KeyPlace:
    """Where the settings say that keys are. Demo and development make a key by themselves, a real portal never."""
    return KeyPlace(
        folder=settings.keys_dir,
        may_make=not settings.is_production,
        issuer=settings.issuer_name,
        module=settings.signing_module,
        token=settings.signing_token,
        label=settings.signing_key_label,
        pin=settings.signing_pin.get_secret_value(),
        command=tuple(settings.signing_command),
        certificate_file=settings.signing_certificate,
    )


def opened(place: KeyPlace, at: datetime, without: Collection[str] = (), only: str = "") -> Key:
    """The key to sign with now, which is none of `without` (kids) and, if said, `only` that one.

    Raises NoKey with a sentence that says what to do.
    """
    if place.module:
        return key_tokens.opened(place, without)
    if place.command:
        return key_commands.opened(place, without)
    return key_files.named(place, only) if only else key_files.opened(place, without, at)


def make(place: KeyPlace, at: datetime) -> str:
    """Make the next key, or for a token the certificate of its key; returns the certificate as PEM. Raises NoKey."""
    if place.module:
        return key_tokens.write_certificate(place, at)
    if place.command:
        raise NoKey("The key is behind a command. Make it there, and name its certificate in the settings.")
    return key_files.make(place.folder, place.issuer, at).certificate_pem
