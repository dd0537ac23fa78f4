"""The short kill test; `make kill` runs the long one."""

from pathlib import Path

import pytest

from tests.conftest import ON_POSTGRESQL
from tests.durability.run import run

pytestmark = [
    pytest.mark.durability,
    pytest.mark.skipif(ON_POSTGRESQL, reason="the portal is killed on SQLite, where it keeps its own files"),
]


def test_nothing_acknowledged_is_lost_when_the_portal_is_killed(tmp_path: Path) -> None:
    verdict = run(tmp_path, 20)
    assert (verdict.kills, verdict.faults, verdict.audit_exit) == (20, [], 0)
    assert {"answer", "handed over", "signed", "receipt", "assigned", "started", "score"} <= set(verdict.kept)
