"""Certificates drawn and signed at once, where a running portal does so in the background."""

from functools import cache
from typing import Any

from fastapi import FastAPI

from app.adapters.pdf import CertificatePress
from app.jobs.certificates import Drawing


@cache
def _press() -> CertificatePress:
    """One for the whole test process: the first drawing takes a second."""
    return CertificatePress()


def drawing_of(app: FastAPI, **more: Any) -> Drawing:
    """The work as the portal's own settings have it, not begun. The caller closes it."""
    parts = app.state.portal
    return Drawing(parts.database, parts.files, parts.settings, more.pop("press", None) or _press(), **more)


def draw_all(app: FastAPI) -> int:
    """Draw what waits. Returns how many certificates got their files."""
    drawing = drawing_of(app)
    try:
        return drawing.draw_due()
    finally:
        drawing.close()
