"""A folder is read whole or refused whole, and each fault says where it is and what to do."""

import hashlib
import json
from datetime import date
from pathlib import Path

import pytest

from app.criteria.loader import CriteriaError, Fault, check, checksum, from_document, load_folder, to_document
from app.criteria.schema import Framework, OrganisationKind
from tests.criteria.spoil import swap


def test_a_folder_that_is_not_there_or_is_a_file(tiny: Path) -> None:
    absent, file = tiny / "absent", tiny / "framework.toml"
    assert check(absent) == [Fault(str(absent), "", "The folder can't be opened: No such file or directory.")]
    assert check(file) == [Fault(str(file), "", "The folder can't be opened: Not a directory.")]


def test_a_folder_with_too_many_files_is_not_read(tiny: Path) -> None:
    for number in range(500):
        (tiny / f"{number}.txt").touch()
    assert check(tiny) == [Fault(str(tiny), "", "The folder has more than 500 files.")]


def test_a_fault_reads_as_file_key_reason() -> None:
    assert str(Fault("a.toml", "title", "Add it.")) == "a.toml: title: Add it."
    assert str(Fault("a.toml", "", "Add it.")) == "a.toml: Add it."


def test_a_good_folder_loads_in_order_of_level_and_number(tiny: Path) -> None:
    framework = load_folder(tiny)
    assert check(tiny) == []
    assert [criterion.code for criterion in framework.criteria] == ["X1", "X10", "X2"]
    (tiny / "X2-b.toml").write_text((tiny / "X2-b.toml").read_text().replace('"second"', '"first"'))
    (tiny / "X3.toml").write_text(
        (tiny / "X1.toml").read_text().replace('"X1"', '"X3"').replace('"first"', '"second"')
    )
    assert [criterion.code for criterion in load_folder(tiny).criteria] == ["X1", "X2", "X10", "X3"]
    assert framework.targets[0].by == date(2025, 3, 31)
    assert framework.criterion("X1").not_for == (OrganisationKind.REGION,)


def test_a_document_gives_the_same_framework_and_checksum(tiny: Path) -> None:
    framework = load_folder(tiny)
    document = json.loads(json.dumps(to_document(framework)))
    again = from_document(document, "draft")
    assert again == framework
    assert checksum(again) == checksum(framework)


def test_the_checksum_follows_content_and_not_layout(tiny: Path) -> None:
    before = checksum(load_folder(tiny))
    swap("X1.toml", 'principle = "try"\ntag = "I"', '# moved\ntag   = "I"\nprinciple = " try "')(tiny)
    assert checksum(load_folder(tiny)) == before
    swap("X1.toml", "Do it well.", "Do it better.")(tiny)
    assert checksum(load_folder(tiny)) != before


def test_the_checksum_is_of_canonical_json(tiny: Path) -> None:
    framework = load_folder(tiny)
    text = json.dumps(to_document(framework), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert checksum(framework) == hashlib.sha256(text.encode()).hexdigest()


def spoilt(document: dict[str, object], **changes: object) -> list[Fault]:
    """The faults of a stored document after these changes to its second criterion."""
    criteria = document["criteria"]
    assert isinstance(criteria, list)
    criteria[1].update(changes)
    with pytest.raises(CriteriaError) as refusal:
        from_document(document, "draft 3")
    return list(refusal.value.faults)


def test_a_stored_document_is_held_to_the_same_checks(tiny: Path) -> None:
    document = to_document(load_folder(tiny))
    assert spoilt(document, title="", level="third") == [
        Fault("draft 3", "criteria.X10.level", "third is not one of the levels. Use one of: first, second."),
        Fault("draft 3", "criteria.X10.title", "This is empty. Write some text."),
    ]
    assert spoilt(document, title="T", level="first", code=10) == [
        Fault("draft 3", "criteria.2.code", "This must be text, in quotes.")
    ]
    document["criteria"] = [document["criteria"][0], "X10"]
    with pytest.raises(CriteriaError) as refusal:
        from_document(document, "draft 3")
    assert refusal.value.faults == (
        Fault("draft 3", "criteria.2", "This must be a table of keys and values."),
        Fault("draft 3", "levels.2", "No criterion belongs to second. Add one or remove the level."),
    )


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ([], "The document must be a table of keys and values."),
        (None, "The document must be a table of keys and values."),
        ({"id": {1, 2}}, "The document is not JSON: a set has no place in it."),
        ({"id": [[[[[[[[[[[[[1]]]]]]]]]]]]]}, "The document is not JSON: values are nested too deeply."),
    ],
)
def test_what_is_no_document_is_refused(document: dict[str, object], reason: str) -> None:
    with pytest.raises(CriteriaError) as refusal:
        from_document(document, "draft")
    assert refusal.value.faults == (Fault("draft", "", reason),)


def test_a_lone_surrogate_in_a_document_is_a_fault_and_no_crash(tiny: Path) -> None:
    document = to_document(load_folder(tiny))
    document["title"] = "\ud800"
    with pytest.raises(CriteriaError) as refusal:
        from_document(document, "draft")
    assert [fault.file for fault in refusal.value.faults] == ["draft"]


def test_a_framework_made_without_the_loader_is_checked_too(tiny: Path) -> None:
    document = to_document(load_folder(tiny))
    document["criteria"][0]["serves"] = ["gossip"]
    with pytest.raises(ValueError, match=r"criteria\.0\.serves\.0: gossip is not one of the sources"):
        Framework.model_validate_json(json.dumps(document))
