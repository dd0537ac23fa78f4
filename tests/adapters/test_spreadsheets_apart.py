"""A filled spreadsheet is read in a process apart, and that is not to be noticed."""

import io

import pytest
from openpyxl import Workbook

from app.adapters.forms import BROKEN, NOT_OURS, NotReadable
from app.adapters.spreadsheets.apart import read_form, read_score_sheet
from app.adapters.spreadsheets.reading import read
from app.adapters.spreadsheets.writing import write
from tests.adapters.filled_forms import TEXTS, TRICKY, form, numbered


def somebody_elses() -> bytes:
    target = io.BytesIO()
    Workbook().save(target)
    return target.getvalue()


def test_the_process_reads_what_the_function_reads() -> None:
    source = write(form(TEXTS | numbered(TRICKY)))
    assert read_form(source) == read(source)


@pytest.mark.parametrize("reader", [read_form, read_score_sheet])
@pytest.mark.parametrize(("source", "reason"), [(b"PK\x03\x04", BROKEN), (somebody_elses(), NOT_OURS)])
def test_what_cant_be_taken_in_is_refused_with_the_same_sentence(
    reader: object, source: bytes, reason: str
) -> None:
    with pytest.raises(NotReadable) as refused:
        reader(source)  # type: ignore[operator]
    assert refused.value.reason == reason


def test_a_reading_that_is_stopped_refuses_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.adapters.spreadsheets.apart.output", lambda *_: None)
    with pytest.raises(NotReadable) as refused:
        read_form(write(form()))
    assert refused.value.reason == BROKEN
