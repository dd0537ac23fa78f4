"""Whether a window is open, judged by the one clock."""

from datetime import datetime

from app.models import Window
from app.rules.errors import RuleError


def require_open(window: Window, level: str, at: datetime) -> None:
    """Raise RuleError unless ``level`` may be put forward in ``window`` at the moment ``at``."""
    if level not in window.levels:
        raise RuleError(f"{window.name} does not take this level. Choose another window.")
    if at < window.opens_at:
        raise RuleError(f"{window.name} has not opened yet.")
    if at >= window.closes_at:
        raise RuleError(f"{window.name} has closed. Nothing you wrote is lost: choose the next window.")
