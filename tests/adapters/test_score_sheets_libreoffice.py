"""A score sheet that LibreOffice opened and saved comes back as it went out."""

from pathlib import Path

import pytest

from app.adapters.spreadsheets.score_sheet_reading import read
from app.adapters.spreadsheets.score_sheets import (
    NOTE,
    REASON,
    SCORE,
    ScoreSheet,
    SheetIdentity,
    SheetRow,
    write,
    written,
)
from tests.adapters.filled_forms import AT, PORTAL, TRICKY
from tests.adapters.test_forms_libreoffice import OFFICE, saved_by_libreoffice


@pytest.mark.skipif(not OFFICE, reason="LibreOffice is not installed: its way of saving sheets is not tested")
def test_a_score_sheet_survives_being_saved_by_libreoffice(tmp_path: Path) -> None:
    texts = [text[:2000].strip() for text in TRICKY]
    rows = tuple(
        SheetRow(
            f"B{number}",
            "Title",
            ("Asked.",),
            ("0, none",),
            {SCORE: "2", REASON: text, NOTE: text[::-1].strip()},
        )
        for number, text in enumerate(texts)
    )
    identity = SheetIdentity("review", "hash", AT.isoformat(), {row.code: 7 for row in rows}, written(rows))
    source = write(ScoreSheet("Score sheet", PORTAL, (("Level", "Bronze"),), AT, rows, identity))
    back = saved_by_libreoffice(source, "xlsx", tmp_path)
    assert back != source
    filled = read(back)
    assert filled.identity == identity
    assert filled.texts == {row.code: dict(row.texts) for row in rows}
