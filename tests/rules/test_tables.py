"""The page of settings is made from the settings."""

from app.config import ROOT, Settings
from app.rules.tables import settings_page


def test_the_page_of_settings_is_what_the_portal_reads() -> None:
    """Wrong? Run ``portal docs``."""
    assert (ROOT / "docs" / "settings.md").read_text(encoding="utf-8") == settings_page()


def test_every_setting_has_its_meaning_and_no_path_of_a_machine() -> None:
    page = settings_page()
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
    assert (str(ROOT) in page, page.count("| `ARF_")) == (False, len(Settings.model_fields))
