"""Which evidence file anyone at all may open."""

from app.adapters.findings.examine import BARE
from app.adapters.structure.check import ACCEPTED
from app.models import EvidenceCheck, ScanState
from app.rules.evidence import is_warning_open
from app.rules.scans import standing

_BARE = frozenset(ACCEPTED[extension] for extension in BARE)


def is_open_to_all(check: EvidenceCheck | None, media_type: str, *, has_scanner: bool) -> bool:
    """Clean, without a warning that waits for an answer, and as a copy without metadata.

    Stricter than for reviewers: where no copy could be made, nobody's confirmation lets the original out.
    """
    state = standing(check.scan if check else None, has_scanner=has_scanner)
    if check is None or state not in (ScanState.CLEAN, ScanState.NOT_SCANNED):
        return False
    is_scrubbed = bool(check.reader_name) or media_type in _BARE
    return is_scrubbed and not is_warning_open(check.findings, check.confirmed_at)
