"""What a scan's state means: who may open a file, and what a page says when they may not."""

from app.models import ScanState
from app.rules.errors import RuleError

_UNREAD = ("Heuristics.Limits.Exceeded", "Heuristics.Encrypted")  # clamd's own words for what it did not read
BLOCKED = "You can start when every file has been checked for viruses. {} being checked. Come back in a few minutes."


class HeldBack(RuleError):
    """A file that nobody, or nobody but its uploader, may open now."""

    def __init__(self, title: str, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self.title, self.status = title, status


def standing(scan: ScanState | None, *, has_scanner: bool) -> ScanState:
    """The state that counts. A file without a row waits; without a scanner nothing waits, for nobody would come."""
    if scan in (ScanState.CLEAN, ScanState.INFECTED):
        return scan
    return ScanState.WAITING if has_scanner else ScanState.NOT_SCANNED


def require_open(scan: ScanState, signature: str, *, is_uploader: bool) -> None:
    """Raise HeldBack unless the person may open a file whose state is ``scan``.

    What is infected opens for nobody; what waits, for who uploaded it and has the same bytes already.
    """
    if scan is ScanState.INFECTED:
        raise HeldBack("This file can't be opened", why_not(signature), 403)
    if scan is ScanState.WAITING and not is_uploader:
        raise HeldBack(
            "This file is being checked",
            "Only the person who uploaded a file can open it before the virus scanner has found it clean. "
            "That takes a few minutes. Come back then.",
            409,
        )


def why_not(signature: str) -> str:
    """What is wrong with a quarantined file and what to do about it."""
    if is_unread(signature):
        return (
            f"The virus scanner could not look inside this file ({signature}), so nobody can open it. "
            "Save it without a password and without other files inside it, then add it as a new version."
        )
    return (
        f"The virus scanner found “{signature}” in this file, so nobody can open it. It is kept locked away. "
        "Tell your IT team, and add a clean file as a new version."
    )


def is_unread(signature: str) -> bool:
    """Whether the signature says that the scanner could not look inside, rather than what it found there."""
    return signature.startswith(_UNREAD)


def replace_the_file(title: str) -> str:
    """What to do before handing over about an item whose newest version is quarantined."""
    return f"Replace the file of “{title}”: the virus scanner has locked it away."


def files_waiting(number: int) -> str:
    """Why a review can't start yet, for one file or more."""
    return BLOCKED.format("1 file is" if number == 1 else f"{number} files are")
