"""Ids that people's requests bring as text."""

from uuid import UUID


def id_or_none(text: str) -> UUID | None:
    """The id, or None when the text is none: the caller says what that means on its page."""
    try:
        return UUID(text)
    except ValueError:
        return None
