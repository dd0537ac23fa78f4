"""A form that LibreOffice opened and saved comes back as it went out."""

import shutil
import subprocess
from pathlib import Path

import pytest

from app.adapters.documents import reading as documents
from app.adapters.documents import writing as documents_out
from app.adapters.spreadsheets import reading as spreadsheets
from app.adapters.spreadsheets import writing as spreadsheets_out
from tests.adapters.filled_forms import TEXTS, TRICKY, form, numbered

OFFICE = shutil.which("soffice")
# Texts of 100,000 characters come back as well, but cost LibreOffice minutes on a busy machine.
EXPECTED = TEXTS | numbered(tuple(text[:2000].strip() for text in TRICKY))


def saved_by_libreoffice(source: bytes, ending: str, folder: Path) -> bytes:
    assert OFFICE
    (folder / f"form.{ending}").write_bytes(source)
    command = [OFFICE, "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", ending]
    command += ["--outdir", str(folder / "saved"), str(folder / f"form.{ending}")]
    subprocess.run(command, check=True, capture_output=True, timeout=580)
    return (folder / "saved" / f"form.{ending}").read_bytes()


@pytest.mark.skipif(not OFFICE, reason="LibreOffice is not installed: its way of saving forms is not tested")
@pytest.mark.parametrize("ending", ["docx", "xlsx"])
def test_a_form_survives_being_saved_by_libreoffice(ending: str, tmp_path: Path) -> None:
    write, read = {
        "docx": (documents_out.write, documents.read),
        "xlsx": (spreadsheets_out.write, spreadsheets.read),
    }[ending]
    asked = form(EXPECTED)
    back = saved_by_libreoffice(write(asked), ending, tmp_path)
    assert back != write(asked)
    filled = read(back)
    assert filled.texts == EXPECTED
    assert filled.identity == asked.identity
