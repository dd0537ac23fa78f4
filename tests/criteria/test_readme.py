"""The dictionary of keys is complete: a key without an entry fails here."""

from pathlib import Path

import pytest
from pydantic import BaseModel

from app.criteria.schema import (
    Criterion,
    Framework,
    Level,
    OrganisationKind,
    Principle,
    Question,
    QuestionKind,
    Settings,
    Source,
    Target,
)

README = (Path(__file__).parents[2] / "app/criteria/README.md").read_text(encoding="utf-8")
SECTIONS = {
    Framework: "## `framework.toml`",
    Level: "### `[[levels]]`",
    Principle: "### `[[principles]]`",
    Source: "### `[[sources]]`",
    Settings: "### `[settings]`",
    Target: "### `[[targets]]`",
    Criterion: "## A criterion's file",
    Question: "### `[[questions]]`",
}


def section(heading: str) -> str:
    """The text under a heading, up to the next one."""
    _, found, rest = README.partition(f"{heading}\n")
    assert found, f"the README lacks {heading}"
    return rest.split("\n#", 1)[0]


@pytest.mark.parametrize("model", SECTIONS, ids=lambda model: model.__name__)
def test_every_key_has_a_row_in_the_table_of_its_section(model: type[BaseModel]) -> None:
    rows = {
        line.split("|")[1].strip() for line in section(SECTIONS[model]).splitlines() if line.startswith("| `")
    }
    assert rows == {f"`{name}`" for name in model.model_fields}


def test_every_kind_is_named() -> None:
    assert all(f"`{kind}`" in README for kind in [*OrganisationKind, *QuestionKind])
