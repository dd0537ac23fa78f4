"""The samples that ship, and what a folder of samples may not hold."""

import re
import shutil
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from app.criteria import calibration_set
from app.criteria.calibration_set import (
    FOLDER,
    Sample,
    SampleEvidence,
    SampleHead,
    load_set,
    misfits,
    set_for,
)
from app.criteria.faults import CriteriaError
from app.criteria.loader import load_folder

SHIPPED = FOLDER / "2023-illustrative"
ARF = load_folder(FOLDER.parent / "arf" / "2023-illustrative")
SET = load_set(SHIPPED)
README = (FOLDER / "README.md").read_text(encoding="utf-8")


def test_every_shipped_set_fits_a_shipped_framework() -> None:
    assert list(calibration_set.shipped()) == [("arf", "2023.illustrative")]
    assert set_for("arf", "2023.illustrative") == SET
    assert set_for("arf", "2027.other") is None
    assert misfits(SET, ARF) == []


def test_five_samples_spread_over_principles_and_marks() -> None:
    assert sorted(one.agreed for one in SET.samples) == [0, 1, 2, 2, 3]
    principles = {ARF.criterion(one.criterion).principle for one in SET.samples}
    assert principles == {one.id for one in ARF.principles}


def test_they_are_illustrative_and_about_nobody() -> None:
    assert "Illustrative" in SET.mark
    for place, one in enumerate(SET.samples, start=1):
        assert one.organisation == f"Sample organisation {place}"
        links = re.findall(r"https?://[^/]+", " ".join(one.answers.values()))
        assert [link for link in links if not link.endswith(".example.invalid")] == []


def test_the_mark_is_not_told_by_the_self_rating() -> None:
    """Who copies what the sample organisation thinks of itself is wrong more often than right."""
    assert sum(one.answers["rating"] == str(one.agreed) for one in SET.samples) == 0


@pytest.mark.parametrize(
    ("model", "heading"),
    [
        (SampleHead, "## `set.toml`"),
        (Sample, "## A sample's file"),
        (SampleEvidence, "### `[[evidence]]`"),
    ],
)
def test_the_readme_says_every_key(model: type[BaseModel], heading: str) -> None:
    section = README.partition(f"{heading}\n")[2].split("\n#", 1)[0]
    rows = re.findall(r"^\| `(\w+)`", section, re.MULTILINE)
    assert set(rows) == set(model.model_fields)


def test_values_are_frozen() -> None:
    with pytest.raises(ValidationError):
        SET.samples[0].agreed = 3  # type: ignore[misc]


def changed(tmp_path: Path, name: str, old: str, new: str) -> list[str]:
    """The faults of the shipped set after one change in one file."""
    folder = tmp_path / "set"
    shutil.copytree(SHIPPED, folder)
    (file,) = folder.glob(f"{name}*")
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    try:
        return [str(one) for one in misfits(load_set(folder), ARF)]
    except CriteriaError as error:
        return [str(one) for one in error.faults]


@pytest.mark.parametrize(
    ("name", "old", "new", "fault"),
    [
        ("C1", "agreed = 1", "agreed = 4", "C1-reporting-racism.toml: agreed: This must be 3 or less."),
        (
            "C1",
            "agreed = 1",
            'agreed = "1"',
            "C1-reporting-racism.toml: agreed: This must be a whole number.",
        ),
        ("C1", "agreed = 1\n", "", "C1-reporting-racism.toml: agreed: This key is missing. Add it."),
        (
            "C1",
            "agreed = 1",
            "agreed = 1\nmarks = 2",
            "C1-reporting-racism.toml: marks: This key is not known. Remove it or check the spelling.",
        ),
        (
            "C2",
            'place = "May"',
            'place = "May"\nfile = "x.pdf"',
            "C2-public-statement.toml: evidence.3.file: This key is not known. Remove it or check the spelling.",
        ),
        (
            "C3",
            'criterion = "B11"',
            'criterion = "B99"',
            "C3.toml: criterion: B99 is not a criterion of 2023.illustrative. Choose one that is.",
        ),
        (
            "C3",
            "role = ",
            "post = ",
            "C3.toml: answers.post: This criterion does not ask for this. Remove it.",
        ),
        ("C4", 'date = "2025-09-18"\n', "", "C4.toml: answers.date: Enter a date."),
        (
            "C5",
            'code = "C5"',
            'code = "C1"',
            "C5-wres-baseline.toml: code: The code is C1. Name the file C1.toml or C1-some-words.toml.",
        ),
        (
            "set",
            "as_of = 2026-03-31",
            'as_of = "spring"',
            "set.toml: as_of: This must be a date such as 2025-03-31.",
        ),
        (
            "set",
            "2023.illustrative",
            "2027.other",
            "set.toml: version: The samples are for 2027.other, not 2023.illustrative.",
        ),
    ],
)
def test_a_fault_names_file_and_key(tmp_path: Path, name: str, old: str, new: str, fault: str) -> None:
    assert fault in changed(tmp_path, name, old, new)


def test_the_folder_as_a_whole(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    shutil.copytree(SHIPPED, folder)
    (folder / "notes.txt").write_text("x")
    for code in ("C3", "C4", "C5"):
        next(folder.glob(f"{code}*")).unlink()
    (folder / "set.toml").unlink()
    with pytest.raises(CriteriaError) as found:
        load_set(folder)
    assert [str(one) for one in found.value.faults] == [
        "notes.txt: This does not belong here. Keep set.toml and one TOML file for each sample.",
        "set.toml: This file is missing. Add it.",
    ]
    (folder / "notes.txt").unlink()
    shutil.copy(SHIPPED / "set.toml", folder)
    with pytest.raises(CriteriaError, match=r"^set: Give 3 to 5 samples\. There are 2\.$"):
        load_set(folder)
    shutil.copy(next(folder.glob("C1*")), folder / "C1-again.toml")
    with pytest.raises(CriteriaError, match=r"C1-again\.toml: code: C1 is used twice"):
        load_set(folder)
    with pytest.raises(CriteriaError, match="can't be opened"):
        load_set(tmp_path / "none")


def test_a_sample_is_known_by_code_and_content() -> None:
    first = SET.samples[0]
    other = first.model_copy(update={"why": "Another reason."})
    assert (first.key.startswith("C1-"), len(first.key) <= 40) == (True, True)
    assert len({first.key, other.key}) == 2
    assert SET.model_copy(update={"samples": (other, *SET.samples[1:])}).checksum != SET.checksum
