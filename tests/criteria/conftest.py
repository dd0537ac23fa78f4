"""A framework small enough to read at a glance: two levels, three criteria, every kind of question."""

from pathlib import Path

import pytest

from app.criteria.loader import load_folder
from app.criteria.schema import Criterion

HEAD = """\
id = "tiny"
version = "1.0"
title = "A tiny framework"
status = "illustrative"
mark = "Illustrative"

[[levels]]
id = "first"
name = "First"
rank = 1
signifies = "A beginning"

[[levels]]
id = "second"
name = "Second"
rank = 2
signifies = "More"

[[principles]]
id = "try"
name = "Try"

[[sources]]
id = "report"
name = "Yearly report"
about = "Written each year"

[settings]
validity_months = 36
confirmed = ["reviewers"]

[[targets]]
level = "first"
share_percent = 75
by = 2025-03-31
denominator = "all trusts"
kinds = ["trust"]
"""

CRITERION = """\
code = "{code}"
level = "{level}"
principle = "try"
tag = "I"
title = "Do a thing"
guidance = "Do it well."
usual_evidence = ["A paper"]
not_for = ["region"]
serves = ["report"]
descriptors = ["None", "Some", "Most", "All"]

[[questions]]
id = "rating"
kind = "rating"
label = "Which fits?"
hint = "Choose one."

[[questions]]
id = "story"
kind = "narrative"
label = "What did you do?"
hint = "Be brief."
words = 5

[[questions]]
id = "owner"
kind = "role"
label = "Which role?"
hint = "No names."

[[questions]]
id = "agreed"
kind = "date"
label = "When?"
hint = "For example, 27 3 2024."

[[questions]]
id = "page"
kind = "link"
label = "Where?"
hint = "A web address."
required = false
"""


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A folder that loads."""
    (tmp_path / "framework.toml").write_text(HEAD)
    for name, code, level in (
        ("X1.toml", "X1", "first"),
        ("X10.toml", "X10", "first"),
        ("X2-b.toml", "X2", "second"),
    ):
        (tmp_path / name).write_text(CRITERION.format(code=code, level=level))
    return tmp_path


@pytest.fixture
def criterion(tiny: Path) -> Criterion:
    """One criterion with a question of each kind; `page` is the one that may stay empty."""
    return load_folder(tiny).criterion("X1")
