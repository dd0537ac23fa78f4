"""What is wrong with a framework, in words for the person who writes it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic_core import ErrorDetails


@dataclass(frozen=True, order=True)
class Fault:
    """One thing to mend: the file, the key inside it (empty for the file as a whole) and what to do.

    Rows of a list are counted from 1: `questions.2.words` is the word limit of the second question.
    """

    file: str
    key: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.reason}" if self.key else f"{self.file}: {self.reason}"


class CriteriaError(ValueError):
    """A framework that can't be used. `faults` holds all that was found, not only the first."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


def key_of(where: Iterable[str | int]) -> str:
    """The path of a key as people count: the first row is 1."""
    return ".".join(str(step + 1) if isinstance(step, int) else step for step in where)


# One sentence for each way a value can be wrong; braces are filled from what pydantic knows of the case.
REASONS = {
    "missing": "This key is missing. Add it.",
    "extra_forbidden": "This key is not known. Remove it or check the spelling.",
    "string_type": "This must be text, in quotes.",
    "string_too_short": "This is empty. Write some text.",
    "string_too_long": "This is too long. Use {max_length} characters or fewer.",
    "int_type": "This must be a whole number.",
    "bool_type": "This must be true or false, without quotes.",
    "date_type": "This must be a date such as 2025-03-31.",
    "date_parsing": "This must be a date such as 2025-03-31.",
    "tuple_type": "This must be a list, in square brackets.",
    "too_short": "This list is too short. Give {min_length} or more.",
    "too_long": "This list is too long. Give {max_length} or fewer.",
    "model_type": "This must be a table of keys and values.",
    "enum": "This must be one of {expected}.",
    "literal_error": "This must be one of {expected}.",
    "greater_than_equal": "This must be {ge} or more.",
    "less_than_equal": "This must be {le} or less.",
    "value_error": "{error}",
}


def reason_of(error: ErrorDetails) -> str:
    """Our sentence for one of pydantic's errors; its own words for a kind not listed in REASONS."""
    sentence = REASONS.get(error["type"])
    context: dict[str, Any] = error.get("ctx", {})
    return sentence.format(**context) if sentence else f"{error['msg']}."
